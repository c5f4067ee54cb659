//! What each string of the table is used as, in three bits a string.
//!
//! One table serves names and content, and it comes last: when a node is written nobody knows yet
//! what else its name is used for. So every string gets three places in the redacted table, one for
//! each use, and a reference says which by where it points. Places nobody points at stay empty.
//!
//! ```text
//! string 7 of the file    "token"
//! places 21, 22, 23       "token" as an edge's name, "" (no object is called so), "‹redacted …›" as text
//! ```

pub(crate) use crate::snapshot::sensitive::Use;

/// The uses that have places, in the order of their places.
pub(crate) const USES: [Use; 3] = [Use::Name, Use::Label, Use::Text];

/// Where string `index` of the file stands in the redacted table for this use.
#[inline(always)]
pub(crate) fn place(index: u32, what: Use) -> u64 {
    u64::from(index) * USES.len() as u64 + what as u64
}

/// The set of places somebody points at.
///
/// Pages, because an index may be any number of 32 bits until the table has come: memory is in
/// proportion to what is pointed at, not to the largest number.
#[derive(Debug, Default)]
pub(crate) struct UsedPlaces {
    pages: Vec<Option<Box<Page>>>,
}

/// A bit for each of 12,288 places: 1.5 kB.
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
