//! Whether a text contains another, in any case: linear in both, however long they are.

use crate::query::javascript::upper;
use memchr::memmem::Finder;
use std::cell::RefCell;

/// A text to look for.
#[derive(Debug)]
pub(crate) struct Contains {
    wanted: Finder<'static>,
    /// The last text looked at, in upper case.
    text: RefCell<Vec<u8>>,
}

impl Contains {
    pub(crate) fn new(wanted: &str) -> Self {
        let mut folded = Vec::new();
        fold(wanted.as_bytes(), &mut folded);
        Self { wanted: Finder::new(&folded).into_owned(), text: RefCell::default() }
    }

    #[inline]
    pub(crate) fn is_match(&self, text: &[u8]) -> bool {
        let mut folded = self.text.borrow_mut();
        folded.clear();
        fold(text, &mut folded);
        self.wanted.find(&folded).is_some()
    }
}

/// Appends what is compared of a text, as by a JavaScript expression with the flag i. Characters keep their places, so
/// that one is found only where it begins.
fn fold(text: &[u8], out: &mut Vec<u8>) {
    for chunk in text.utf8_chunks() {
        let valid = chunk.valid();
        if valid.is_ascii() {
            let start = out.len();
            out.extend_from_slice(valid.as_bytes());
            out[start..].make_ascii_uppercase();
        } else {
            let mut buffer = [0; 4];
            valid.chars().for_each(|char| out.extend_from_slice(upper(char).encode_utf8(&mut buffer).as_bytes()));
        }
        // Unpaired surrogates have no case.
        out.extend_from_slice(chunk.invalid());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::regex::Regex;

    #[test]
    fn texts_are_contained_as_the_expression_with_the_flag_i_finds_them() {
        let texts = [
            "",
            "K",
            "k",
            "\u{212a}",
            "ſ",
            "s",
            "ß",
            "SS",
            "Σ",
            "σ",
            "ς",
            "ı",
            "I",
            "İ",
            "i",
            "Ünï",
            "ÜNÏ",
            "ﬁ",
            "FI",
            "𐐨",
            "𐐀",
            "a.*b",
            "A.*B",
            "ab",
            "Ǆ",
            "ǅ",
            "ǆ",
            "x\u{1f600}y",
            "😀",
        ];
        for wanted in texts {
            let contains = Contains::new(wanted);
            let source: String = wanted
                .chars()
                .flat_map(|char| ["\\", ""][usize::from(!".*".contains(char))].chars().chain([char]))
                .collect();
            let expression = Regex::new(&source, "i").unwrap();
            for text in texts {
                let around = format!("<{text}>");
                assert_eq!(
                    contains.is_match(around.as_bytes()),
                    expression.is_match(around.as_bytes()),
                    "{wanted} in {text}"
                );
            }
        }
    }

    #[test]
    fn unpaired_surrogates_hide_nothing_beside_them() {
        let text = b"\xed\xa0\xbdName\xed\xb0\x80";
        assert!(Contains::new("nAME").is_match(text));
        assert!(!Contains::new("names").is_match(text));
    }
}
