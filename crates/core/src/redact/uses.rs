//! The uses of each string of the table, in three bits.
//!
//! One table contains names and contents, and it comes last: when a node is written, the other uses of its name are not
//! known yet. So each string has three places in the redacted table, one for each use, and an index selects the use.
//! Places without references stay empty.
//!
//! ```text
//! string 7 of the file    "token"
//! places 21, 22, 23       "token" as an edge's name, "" (no object is called so), "‹redacted …›" as text
//! ```

pub(crate) use crate::snapshot::sensitive::Use;

/// The uses that have places, in the order of their places.
pub(crate) const USES: [Use; 3] = [Use::Name, Use::Label, Use::Text];

/// The place of string `index` of the file in the redacted table for this use.
#[inline(always)]
pub(crate) fn place(index: u32, what: Use) -> u64 {
    u64::from(index) * USES.len() as u64 + what as u64
}

/// The set of places that are referred to.
///
/// In pages: before the table has come, an index may be any number of 32 bits, and memory shall be in proportion to the
/// places that are referred to, not to the largest index.
#[derive(Debug, Default)]
pub(crate) struct UsedPlaces {
    pages: Vec<Option<Box<Page>>>,
}

/// Bits of 12,288 places: 1.5 kB.
const WORDS: usize = 192;
type Page = [u64; WORDS];
const PLACES: u64 = 64 * WORDS as u64;

impl UsedPlaces {
    pub(crate) fn insert(&mut self, place: u64) {
        let at = (place / PLACES) as usize;
        if at >= self.pages.len() {
            self.pages.resize_with(at + 1, || None);
        }
        let page = self.pages[at].get_or_insert_with(|| Box::new([0; WORDS]));
        page[(place % PLACES / 64) as usize] |= 1 << (place % 64);
    }

    pub(crate) fn contains(&self, place: u64) -> bool {
        let page = self.pages.get((place / PLACES) as usize).and_then(Option::as_ref);
        page.is_some_and(|page| page[(place % PLACES / 64) as usize] >> (place % 64) & 1 != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_use_of_each_string_is_recorded_separately() {
        let mut used = UsedPlaces::default();
        let marked: Vec<u64> = [0u32, 1, 63, 4095, 4096, 4097, 1_000_000, u32::MAX]
            .into_iter()
            .enumerate()
            .map(|(i, index)| place(index, USES[i % 3]))
            .collect();
        for &place in &marked {
            used.insert(place);
        }
        for index in (0..5000).chain(999_990..1_000_010).chain(u32::MAX - 3..=u32::MAX) {
            for what in USES {
                assert_eq!(used.contains(place(index, what)), marked.contains(&place(index, what)), "{index} {what:?}");
            }
        }
    }
}
