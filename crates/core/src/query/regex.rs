//! JavaScript regular expression → automaton that tells whether a text matches, in linear time.
//!
//! The automaton is `regex-automata`'s lazy DFA, alone: what else the `regex` crate brings (captures,
//! positions, literal searchers, tables of all of Unicode's cases) is five times the code, and nothing
//! here asks where a match is. Syntax and case are JavaScript's: translated by [`Translation`].

use crate::error::{Code, Error, Result};
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};
use std::cell::RefCell;
use std::fmt::Write as _;
use std::iter::Peekable;
use std::str::Chars;

/// A compiled expression.
#[derive(Debug)]
pub(crate) struct Regex {
    automaton: DFA,
    /// States met so far.
    states: RefCell<Cache>,
}

/// Memory one compiled expression may take. Enough for any that a person writes.
const MOST_BYTES: usize = 4 << 20;

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
                // They say how often to match and how to count, not what matches.
                'g' | 'y' | 'd' | 'u' => {}
                other => {
                    return Err(Error::new(Code::InvalidQuery, "the flags i, m, s, u", format!("the flag {other}")));
                }
            }
        }
        let pattern = Translation::of(source, options)?;
        // Texts are bytes: not all that JavaScript has in strings is UTF-8.
        let config = syntax::Config::new().utf8(false).multi_line(options.multi_line);
        let tree = syntax::parse_with(&pattern, &config).map_err(|error| invalid(source, &error))?;
        let config = thompson::Config::new()
            .utf8(false)
            .nfa_size_limit(Some(MOST_BYTES))
            .which_captures(thompson::WhichCaptures::None);
        let nfa = thompson::Compiler::new().configure(config).build_from_hir(&tree);
        let nfa = nfa.map_err(|error| invalid(source, &error))?;
        let config = DFA::config().cache_capacity(MOST_BYTES).skip_cache_capacity_check(true);
        let automaton =
            DFA::builder().configure(config).build_from_nfa(nfa).map_err(|error| invalid(source, &error))?;
        let states = RefCell::new(automaton.create_cache());
        Ok(Self { automaton, states })
    }

    /// The pattern of texts that contain this one, in any case.
    pub(crate) fn containing(text: &str) -> Result<Self> {
        let mut source = String::new();
        for char in text.chars() {
            if is_syntax(char) {
                source.push('\\');
            }
            source.push(char);
        }
        Self::new(&source, "i")
    }

    #[inline]
    pub(crate) fn is_match(&self, text: &[u8]) -> bool {
        let input = Input::new(text).anchored(Anchored::No).earliest(true);
        // It gives up only where it is told to, which it is not.
        self.automaton.try_search_fwd(&mut self.states.borrow_mut(), &input).is_ok_and(|found| found.is_some())
    }
}

#[derive(Clone, Copy, Default)]
struct Options {
    ignore_case: bool,
    multi_line: bool,
    dot_all: bool,
}

fn is_syntax(char: char) -> bool {
    matches!(char, '\\' | '.' | '+' | '*' | '?' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$' | '/')
}

/// What `\s` and the opposite of `.` are in JavaScript.
const SPACES: &str = r"\t-\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}";
const LINE_ENDS: &str = r"\n\r\x{2028}\x{2029}";

/// JavaScript's syntax → the syntax of `regex-syntax`, where the two differ, and case as sets of characters.
struct Translation<'a> {
    source: &'a str,
    rest: Peekable<Chars<'a>>,
    options: Options,
    out: String,
}

/// What a backslash begins.
enum Escape {
    /// One character.
    Char(char),
    /// A set of characters, as the inside of a class: negated or not.
    Set(&'static str, bool),
    /// What means the same in both.
    Same(char),
    WordEdge,
    NoWordEdge,
}

impl<'a> Translation<'a> {
    fn of(source: &'a str, options: Options) -> Result<String> {
        let out = String::with_capacity(source.len() + 8);
        let mut translation = Self { source, rest: source.chars().peekable(), options, out };
        while let Some(char) = translation.rest.next() {
            translation.term(char)?;
        }
        Ok(translation.out)
    }

    /// What stands outside a class.
    fn term(&mut self, char: char) -> Result<()> {
        match char {
            '\\' => match self.escape()? {
                Escape::Char(char) => self.literal(char),
                Escape::Set(set, negated) => self.set(set, negated),
                Escape::Same(char) => self.same(char),
                Escape::WordEdge => self.out.push_str(r"(?-u:\b)"),
                Escape::NoWordEdge => self.out.push_str(r"(?-u:\B)"),
            },
            '[' => return self.class(),
            '.' if self.options.dot_all => self.out.push_str("(?s:.)"),
            '.' => self.set(LINE_ENDS, true),
            '{' if !is_quantifier(self.rest.clone()) => self.literal('{'),
            '{' => {
                self.out.push('{');
                while let Some(char) = self.rest.next_if(|&char| char != '}') {
                    self.out.push(char);
                }
            }
            '(' => return self.group(),
            ']' => self.literal(']'),
            ')' | '|' | '*' | '+' | '?' | '^' | '$' | '}' => self.out.push(char),
            other => self.literal(other),
        }
        Ok(())
    }

    fn group(&mut self) -> Result<()> {
        self.out.push('(');
        if self.rest.next_if_eq(&'?').is_none() {
            return Ok(());
        }
        let ahead: String = self.rest.clone().take(2).collect();
        if ahead.starts_with(['=', '!']) || ahead == "<=" || ahead == "<!" {
            return Err(self.unusable("look-around"));
        }
        self.out.push('?');
        // A name, or the modifiers of a group: `(?<name>`, `(?:`.
        while let Some(char) = self.rest.next_if(|&char| char != ')') {
            self.out.push(char);
            if matches!(char, ':' | '>') {
                break;
            }
        }
        Ok(())
    }

    /// A class, behind its bracket.
    fn class(&mut self) -> Result<()> {
        let negated = self.rest.next_if_eq(&'^').is_some();
        if self.rest.next_if_eq(&']').is_some() {
            // `[^]` is any character in JavaScript and `[]` none.
            self.out.push_str(if negated { "(?s:.)" } else { "[a&&b]" });
            return Ok(());
        }
        self.out.push_str(if negated { "[^" } else { "[" });
        while let Some(char) = self.rest.next() {
            if char == ']' {
                self.out.push(']');
                return Ok(());
            }
            let Some(first) = self.class_atom(char)? else { continue };
            match self.range_end()? {
                Some(last) => self.range(first, last),
                None => self.range(first, first),
            }
        }
        // Whoever parses this says that the class does not end.
        Ok(())
    }

    /// A character of a class; a set is written as it comes.
    fn class_atom(&mut self, char: char) -> Result<Option<char>> {
        if char != '\\' {
            return Ok(Some(char));
        }
        match self.escape()? {
            Escape::Char(char) => return Ok(Some(char)),
            Escape::Set(set, negated) => self.set(set, negated),
            Escape::Same(char) => self.same(char),
            Escape::WordEdge => return Ok(Some('\x08')),
            Escape::NoWordEdge => return Ok(Some('B')),
        }
        Ok(None)
    }

    /// The other end when a range goes on here. A hyphen before a set or the end is itself.
    fn range_end(&mut self) -> Result<Option<char>> {
        let mut ahead = self.rest.clone();
        if ahead.next() != Some('-') {
            return Ok(None);
        }
        match (ahead.next(), ahead.next()) {
            (None | Some(']'), _) | (Some('\\'), Some('d' | 'D' | 'w' | 'W' | 's' | 'S' | 'p' | 'P')) => Ok(None),
            _ => {
                self.rest.next();
                let last = self.rest.next().unwrap_or('-');
                self.class_atom(last)
            }
        }
    }

    /// Reads what follows a backslash.
    fn escape(&mut self) -> Result<Escape> {
        Ok(match self.rest.next() {
            Some('d') => Escape::Set("0-9", false),
            Some('D') => Escape::Set("0-9", true),
            Some('w') => Escape::Set("0-9A-Za-z_", false),
            Some('W') => Escape::Set("0-9A-Za-z_", true),
            Some('s') => Escape::Set(SPACES, false),
            Some('S') => Escape::Set(SPACES, true),
            Some('b') => Escape::WordEdge,
            Some('B') => Escape::NoWordEdge,
            Some('1'..='9' | 'k') => return Err(self.unusable("back references")),
            Some(char @ ('p' | 'P')) => Escape::Same(char),
            Some('0') => Escape::Char('\0'),
            Some('t') => Escape::Char('\t'),
            Some('n') => Escape::Char('\n'),
            Some('v') => Escape::Char('\x0b'),
            Some('f') => Escape::Char('\x0c'),
            Some('r') => Escape::Char('\r'),
            Some('c') => match self.rest.next_if(char::is_ascii_alphabetic) {
                Some(letter) => Escape::Char(char::from(letter as u8 & 31)),
                None => return Err(self.unusable(r"\c without a letter")),
            },
            Some(char @ ('x' | 'u')) => Escape::Char(self.code_point(if char == 'x' { 2 } else { 4 }).unwrap_or(char)),
            Some(other) => Escape::Char(other),
            None => Escape::Char('\\'),
        })
    }

    /// Hexadecimal digits, or any number of them in braces. `None`, and nothing read, where they are no character.
    fn code_point(&mut self, digits: usize) -> Option<char> {
        let mut ahead = self.rest.clone();
        let text: String = if ahead.next_if_eq(&'{').is_some() {
            ahead.by_ref().take_while(|&char| char != '}').collect()
        } else {
            ahead.by_ref().take(digits).collect()
        };
        let char = char::from_u32(u32::from_str_radix(&text, 16).ok()?)?;
        self.rest = ahead;
        Some(char)
    }

    /// An escape that the other syntax has too: `\p{Letter}`.
    fn same(&mut self, char: char) {
        self.out.extend(['\\', char]);
        if self.rest.peek() == Some(&'{') {
            let braces: String = self.rest.by_ref().take_while(|&char| char != '}').collect();
            // What is upper or lower case in one case may be either in any.
            let cased = ["{Lu", "{Ll", "{Lt", "{Uppercase_Letter", "{Lowercase_Letter", "{Titlecase_Letter"];
            let is_cased = self.options.ignore_case && cased.contains(&braces.as_str());
            self.out.push_str(if is_cased { "{LC" } else { &braces });
            self.out.push('}');
        }
    }

    fn set(&mut self, set: &str, negated: bool) {
        self.out.push_str(if negated { "[^" } else { "[" });
        self.out.push_str(set);
        self.out.push(']');
    }

    fn literal(&mut self, char: char) {
        self.out.push('[');
        self.range(char, char);
        self.out.push(']');
    }

    /// A range of characters of a class, in all their cases where those do not matter.
    fn range(&mut self, first: char, last: char) {
        let mut push = |first: char, last: char| {
            // Writing to a string cannot fail.
            let _ = write!(self.out, r"\x{{{:x}}}-\x{{{:x}}}", u32::from(first), u32::from(last));
        };
        push(first, last);
        if self.options.ignore_case {
            other_cases(first, last, push);
        }
    }

    fn unusable(&self, what: &str) -> Error {
        Error::new(
            Code::InvalidQuery,
            "a regular expression without look-around and back references",
            format!("{what} in /{}/", self.source),
        )
    }
}

fn invalid(source: &str, error: &dyn std::fmt::Display) -> Error {
    Error::new(Code::InvalidQuery, "a regular expression that can be used here", format!("/{source}/: {error}"))
}

fn is_quantifier(rest: impl Iterator<Item = char>) -> bool {
    let inside: Vec<char> = rest.take_while(|&c| c.is_ascii_digit() || c == ',' || c == '}').take(24).collect();
    inside.first().is_some_and(char::is_ascii_digit)
        && inside
            .iter()
            .position(|&c| c == '}')
            .is_some_and(|end| inside[..end].iter().filter(|&&c| c == ',').count() < 2)
}

/// No character beyond this has another case.
const LAST_CASED: char = '\u{1ffff}';

/// Calls `push` with the characters that differ from those of a range in nothing but case.
fn other_cases(first: char, last: char, mut push: impl FnMut(char, char)) {
    let mut upper: Vec<char> = (first..=last.min(LAST_CASED)).map(canonical).collect();
    upper.sort_unstable();
    upper.dedup();
    // The case of ASCII is ASCII, so that most expressions need no look at all characters.
    let beyond = if upper.last().is_none_or(char::is_ascii) { '\x7f' } else { LAST_CASED };
    for other in '\0'..=beyond {
        if !(first..=last).contains(&other) && upper.binary_search(&canonical(other)).is_ok() {
            push(other, other);
        }
    }
}

/// What JavaScript compares when case does not matter: the upper case, where that is one character,
/// and not ASCII of something else.
fn canonical(char: char) -> char {
    let mut upper = char.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(upper), None) if char.is_ascii() || !upper.is_ascii() => upper,
        _ => char,
    }
}
