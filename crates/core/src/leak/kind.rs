//! What a kind of leak is: a name, what happens in words, what to do, and the rule that recognises it.

use crate::leak::evidence::Evidence;

/// A kind of leak.
#[derive(Debug)]
pub(crate) struct Kind {
    /// The name in answers.
    pub(crate) name: &'static str,
    /// What happens, after "held by … :".
    pub(crate) words: &'static str,
    /// What to do about it.
    pub(crate) advice: &'static str,
    /// Whether a path shows it.
    pub(crate) holds: fn(&Evidence<'_>) -> bool,
}

macro_rules! kind {
    ($name:literal, $words:literal, $advice:literal, $holds:expr) => {
        Kind { name: $name, words: $words, advice: $advice, holds: $holds }
    };
}
pub(crate) use kind;

/// Kinds that a cache or pool has which is not full yet. One interval cannot tell them from a leak.
const FILLING: [&str; 14] = [
    "memoize",
    "cache",
    "map",
    "set",
    "array",
    "dictionary",
    "linkedList",
    "modules",
    "strings",
    "slicedStrings",
    "buffers",
    "growingString",
    "growingBuffer",
    "growingCollection",
];

impl Kind {
    /// Whether it may have a bound that is not reached yet.
    pub(crate) fn may_be_filling(&self) -> bool {
        FILLING.contains(&self.name)
    }
}
