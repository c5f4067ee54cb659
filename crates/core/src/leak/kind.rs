//! A kind of leak: its name, a description, advice, and the rule that recognises it.

use crate::leak::evidence::Evidence;

/// A kind of leak.
#[derive(Debug)]
pub(crate) struct Kind {
    /// The name in answers.
    pub(crate) name: &'static str,
    /// The name for people.
    pub(crate) label: &'static str,
    /// What happens, to follow "held by … :".
    pub(crate) words: &'static str,
    /// What to do about it.
    pub(crate) advice: &'static str,
    /// Whether a collection of this kind may have a bound that it has not reached yet, like a cache or pool. One
    /// interval cannot distinguish that from a leak.
    pub(crate) may_be_filling: bool,
    /// Whether a path shows this kind of leak.
    pub(crate) holds: fn(&Evidence<'_>) -> bool,
}

/// `filling` before the name says that it may have a bound.
macro_rules! kind {
    (filling $name:literal, $label:literal, $words:literal, $advice:literal, $holds:expr) => {
        Kind { name: $name, label: $label, words: $words, advice: $advice, may_be_filling: true, holds: $holds }
    };
    ($name:literal, $label:literal, $words:literal, $advice:literal, $holds:expr) => {
        Kind { name: $name, label: $label, words: $words, advice: $advice, may_be_filling: false, holds: $holds }
    };
}
pub(crate) use kind;
