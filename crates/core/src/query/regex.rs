//! A regular expression of JavaScript → an automaton that decides in linear time whether a text matches.
//!
//! `javascript.rs` rewrites the expression, `regex-syntax` parses it, and the lazy DFA of `regex-automata` runs it. The
//! `regex` crate would add captures and literal searchers, which nothing here needs.

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
    /// The states computed so far.
    states: RefCell<Cache>,
}

/// The most memory of one compiled expression, which is enough for any written by hand.
const MAX_BYTES: usize = 4 << 20;

impl Regex {
    /// # Errors
    /// [`Code::InvalidQuery`] for an invalid or unsupported expression.
    pub(crate) fn new(source: &str, flags: &str) -> Result<Self> {
        let mut options = Options::default();
        for flag in flags.chars() {
            match flag {
                'i' => options.ignore_case = true,
                'm' => options.multi_line = true,
                's' => options.dot_all = true,
                'u' => options.unicode = true,
                // These flags do not affect whether a text matches.
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
        // It gives up only if configured to, which it is not.
        self.automaton.try_search_fwd(&mut self.states.borrow_mut(), &input).is_ok_and(|found| found.is_some())
    }
}

fn parse(source: &str, options: Options) -> Result<Hir> {
    let pattern = translate(source, options)?;
    // JavaScript's strings are not always valid UTF-8, so texts are bytes.
    let parsed = regex_syntax::ParserBuilder::new().utf8(false).build().parse(&pattern);
    // Only the kind is shown, because the text of the error quotes the translation.
    parsed.map_err(|error| match error {
        regex_syntax::Error::Parse(error) => invalid(source, error.kind()),
        regex_syntax::Error::Translate(error) => match error.kind() {
            ErrorKind::UnicodePropertyNotFound => invalid(source, &r"\p knows general categories: L, Lu, Letter"),
            kind => invalid(source, kind),
        },
        other => invalid(source, &other),
    })
}
