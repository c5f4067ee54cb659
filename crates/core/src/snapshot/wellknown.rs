//! Marks the strings that rules refer to, in one pass over the table, so that later passes compare a byte.
//!
//! A text may be in the table more than once; every copy is marked.

use crate::snapshot::ids::StringIx;
use crate::snapshot::strings::Strings;
use foldhash::{HashMap, HashMapExt};

/// A text that some rule refers to. The rule is cited where the mark is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
#[allow(missing_docs, reason = "each variant is the text it stands for")]
pub enum Mark {
    None,
    /// One side of a WeakMap entry: see `Ephemeron`.
    Ephemeron,
    Object,
    Array,
    Proto,
    Elements,
    MapDescriptors,
    NativeContext,
    SloppyFunctionMap,
    DocumentDomTrees,
    ExternalStringData,
    ArrayBufferData,
    /// An object that waits for a time, the event loop, a promise or a peer.
    Waiting,
    /// Node's handle of a connection or a listening server.
    Handle,
    Connection,
}

const TEXTS: [(&[u8], Mark); 25] = [
    (b"Object", Mark::Object),
    (b"Array", Mark::Array),
    (b"__proto__", Mark::Proto),
    (b"elements", Mark::Elements),
    (b"(map descriptors)", Mark::MapDescriptors),
    (b"system / NativeContext", Mark::NativeContext),
    (b"sloppy_function_map", Mark::SloppyFunctionMap),
    (b"(Document DOM trees)", Mark::DocumentDomTrees),
    (b"system / ExternalStringData", Mark::ExternalStringData),
    (b"system / JSArrayBufferData", Mark::ArrayBufferData),
    (b"TimersList", Mark::Waiting),
    (b"Timeout", Mark::Waiting),
    (b"Immediate", Mark::Waiting),
    (b"ImmediateList", Mark::Waiting),
    (b"DOMTimer", Mark::Waiting),
    (b"blink::DOMTimer", Mark::Waiting),
    (b"ScheduledAction", Mark::Waiting),
    (b"system / PromiseReaction", Mark::Waiting),
    (b"FixedCircularBuffer", Mark::Waiting),
    (b"HTTPParser", Mark::Waiting),
    (b"TCP", Mark::Handle),
    (b"Pipe", Mark::Handle),
    (b"TLSWrap", Mark::Handle),
    (b"Socket", Mark::Connection),
    (b"TLSSocket", Mark::Connection),
];

/// Name of an edge that V8 writes for a WeakMap entry, once from the key and once from the table:
/// `12 / part of key (K @3) -> value (V @5) pair in WeakMap (table @7)`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Ephemeron {
    /// Equal for the two edges of one entry.
    pub(crate) pair: u32,
    /// The id of the table; one that no node has if it is out of range.
    pub(crate) table: u64,
}

/// Marks of all strings.
#[derive(Debug)]
pub struct WellKnown {
    marks: Vec<Mark>,
    ephemerons: HashMap<StringIx, Ephemeron>,
    pairs: usize,
}

impl WellKnown {
    pub(crate) fn new(strings: &Strings) -> Self {
        let mut marks = vec![Mark::None; strings.len()];
        let mut ephemerons = HashMap::new();
        let mut pairs: HashMap<&[u8], u32> = HashMap::new();
        for (index, text) in strings.iter() {
            let mark = match text {
                [b'0'..=b'9', .., b')'] => {
                    let Some((pair, table)) = weak_map_entry(text) else { continue };
                    let next = pairs.len() as u32;
                    let pair = *pairs.entry(pair).or_insert(next);
                    ephemerons.insert(index, Ephemeron { pair, table });
                    Mark::Ephemeron
                }
                [b'O' | b'A' | b'_' | b'e' | b'(' | b's' | b'T' | b'I' | b'D' | b'b' | b'S' | b'F', ..] => {
                    TEXTS.iter().find(|(known, _)| *known == text).map_or(Mark::None, |&(_, mark)| mark)
                }
                _ => continue,
            };
            marks[index.index()] = mark;
        }
        let pairs = pairs.len();
        Self { marks, ephemerons, pairs }
    }

    /// The mark of a string.
    #[inline(always)]
    pub fn mark(&self, string: StringIx) -> Mark {
        self.marks[string.index()]
    }

    /// The WeakMap entry that a string names.
    #[inline(always)]
    pub(crate) fn ephemeron(&self, string: StringIx) -> Option<Ephemeron> {
        // Called for every internal edge, and hardly ever true.
        if self.mark(string) == Mark::Ephemeron { self.ephemerons.get(&string).copied() } else { None }
    }

    /// Number of distinct WeakMap entries.
    pub(crate) fn pair_count(&self) -> usize {
        self.pairs
    }
}

/// The text after the leading digits and the table's id, by DevTools' pattern for such names:
///
/// `^\d+( / part of key \(.*? @\d+\) -> value \(.*? @\d+\) pair in WeakMap \(table @(\d+)\))$`,
/// in which `.` matches no line terminator. The end is anchored, so it is read from both ends; the
/// remaining middle has to contain ` @\d+\) -> value \(`.
fn weak_map_entry(text: &[u8]) -> Option<(&[u8], u64)> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 {
        return None;
    }
    let pair = &text[digits..];
    let rest = pair.strip_prefix(b" / part of key (")?;
    let (rest, table) = split_trailing_number(rest.strip_suffix(b")")?)?;
    let rest = rest.strip_suffix(b") pair in WeakMap (table @")?;
    let (rest, _) = split_trailing_number(rest)?;
    let middle = rest.strip_suffix(b" @")?;
    if has_line_terminator(middle) || !has_arrow(middle) {
        return None;
    }
    Some((pair, table))
}

/// Splits decimal digits off the end; saturates, since no id is that large.
fn split_trailing_number(text: &[u8]) -> Option<(&[u8], u64)> {
    let count = text.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    if count == 0 {
        return None;
    }
    let (head, digits) = text.split_at(text.len() - count);
    let value = digits.iter().fold(0u64, |value, byte| value.saturating_mul(10).saturating_add(u64::from(byte - b'0')));
    Some((head, value))
}

fn has_line_terminator(text: &[u8]) -> bool {
    text.iter().any(|byte| matches!(byte, b'\n' | b'\r'))
        || text.windows(3).any(|three| matches!(three, [0xe2, 0x80, 0xa8 | 0xa9]))
}

fn has_arrow(middle: &[u8]) -> bool {
    memchr::memmem::find_iter(middle, b") -> value (")
        .any(|at| split_trailing_number(&middle[..at]).is_some_and(|(head, _)| head.ends_with(b" @")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Option<u64> {
        weak_map_entry(text.as_bytes()).map(|(_, table)| table)
    }

    #[test]
    fn a_weak_map_entry_names_its_table() {
        assert_eq!(table("12 / part of key (Foo @3) -> value (Bar @5) pair in WeakMap (table @77)"), Some(77));
        assert_eq!(table("1 / part of key ( @3) -> value ( @5) pair in WeakMap (table @7)"), Some(7));
        assert_eq!(
            table("1 / part of key (@) -> value (@7) -> value (x @9) -> value (y @1) pair in WeakMap (table @7)"),
            Some(7)
        );
    }

    #[test]
    fn near_misses_are_ordinary_names() {
        for text in [
            " / part of key (Foo @3) -> value (Bar @5) pair in WeakMap (table @77)",
            "x1 / part of key (Foo @3) -> value (Bar @5) pair in WeakMap (table @77)",
            "1 / part of key (Foo @3) -> value (Bar @5) pair in WeakMap (table @77) ",
            "1 / part of key (Foo\n @3) -> value (Bar @5) pair in WeakMap (table @77)",
            "1 / part of key (Foo\u{2028} @3) -> value (Bar @5) pair in WeakMap (table @77)",
            "1 / part of key (Foo 3) -> value (Bar @5) pair in WeakMap (table @77)",
            "1 / part of key (Foo @3) -> value (Bar 5) pair in WeakMap (table @77)",
            "1 / part of key (Foo @3) -> value (Bar @5) pair in WeakMap (table @)",
        ] {
            assert_eq!(table(text), None, "{text}");
        }
    }
}
