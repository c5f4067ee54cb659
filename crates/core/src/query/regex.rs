//! JavaScript regular expression → automaton that tells whether a text matches, in linear time.
//!
//! `javascript.rs` rewrites the expression, `regex-syntax` parses it, and `regex-automata`'s lazy DFA runs it. That
//! engine alone is used, not the `regex` crate with its captures, positions and literal searchers, because nothing
//! here asks where a match is.

use crate::query::javascript::{Options, invalid, translate};
use crate::snapshot::error::{Code, Error, Result};
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson;
use regex_automata::{Anchored, Input};
use regex_syntax::hir::{ErrorKind, Hir};
use std::cell::RefCell;

/// A compiled expression.
#[derive(Debug)]
pub(crate) struct Regex {
    automaton: DFA,
    /// States met so far.
    states: RefCell<Cache>,
}

/// Memory one compiled expression may take. Enough for any that a person writes.
const MAX_BYTES: usize = 4 << 20;

impl Regex {
    /// # Errors
    /// [`Code::InvalidQuery`] for what cannot be used.
    pub(crate) fn new(source: &str, flags: &str) -> Result<Self> {
        let mut options = Options::default();
        for flag in flags.chars() {
            match flag {
                'i' => options.ignore_case = true,
                'm' => options.multi_line = true,
                's' => options.dot_all = true,
                'u' => options.unicode = true,
                // These flags say how often to match and how to count, not what matches.
                'g' | 'y' | 'd' => {}
                other => {
                    return Err(Error::new(Code::InvalidQuery, "the flags i, m, s, u", format!("the flag {other}")));
                }
            }
        }
        let tree = parse(source, options)?;
        let config = thompson::Config::new()
            .utf8(false)
            .nfa_size_limit(Some(MAX_BYTES))
            .which_captures(thompson::WhichCaptures::None);
        let nfa = thompson::Compiler::new().configure(config).build_from_hir(&tree);
        let nfa = nfa.map_err(|error| invalid(source, &error))?;
        let config = DFA::config().cache_capacity(MAX_BYTES).skip_cache_capacity_check(true);
        let automaton =
            DFA::builder().configure(config).build_from_nfa(nfa).map_err(|error| invalid(source, &error))?;
        let states = RefCell::new(automaton.create_cache());
        Ok(Self { automaton, states })
    }

    #[inline]
    pub(crate) fn is_match(&self, text: &[u8]) -> bool {
        let input = Input::new(text).anchored(Anchored::No).earliest(true);
        // It gives up only where it is configured to, which it is not.
        self.automaton.try_search_fwd(&mut self.states.borrow_mut(), &input).is_ok_and(|found| found.is_some())
    }
}

fn parse(source: &str, options: Options) -> Result<Hir> {
    let pattern = translate(source, options)?;
    // Texts are bytes: not all that JavaScript has in strings is UTF-8.
    let parsed = regex_syntax::ParserBuilder::new().utf8(false).build().parse(&pattern);
    // The kind alone: the whole text of an error quotes the translation.
    parsed.map_err(|error| match error {
        regex_syntax::Error::Parse(error) => invalid(source, error.kind()),
        regex_syntax::Error::Translate(error) => match error.kind() {
            ErrorKind::UnicodePropertyNotFound => invalid(source, &r"\p knows general categories: L, Lu, Letter"),
            kind => invalid(source, kind),
        },
        other => invalid(source, &other),
    })
}
