//! A regular expression of JavaScript → an equivalent one in the syntax of `regex-syntax`.
//!
//! This file rewrites what JavaScript spells differently: `[]` and `[^]`, literal brackets and braces, escapes, and the
//! meaning of `.`, `\d`, `\w`, `\s` and `\b`. Without the flag u, JavaScript has its own rule for ignoring case, so
//! letters become sets of characters.

use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::sort::sort;
use std::fmt::{Display, Write as _};
use std::iter::Peekable;
use std::str::Chars;

/// The flags that affect what matches.
#[derive(Clone, Copy, Default)]
pub(super) struct Options {
    pub(super) ignore_case: bool,
    pub(super) multi_line: bool,
    pub(super) dot_all: bool,
    pub(super) unicode: bool,
}

/// Sets of characters, as the inside of a class.
const DIGITS: &str = "0-9";
const WORD: &str = "0-9A-Z_a-z";
/// With the flags i and u, the long s and the kelvin sign count as other cases of letters.
const WORD_ANY_CASE: &str = r"0-9A-Z_a-z\x{17f}\x{212a}";
const SPACES: &str = r"\t-\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}";
const LINE_ENDS: &str = r"\n\r\x{2028}\x{2029}";

/// Categories of letters in one case.
const CASES: [&str; 6] = ["Lu", "Ll", "Lt", "Uppercase_Letter", "Lowercase_Letter", "Titlecase_Letter"];

/// # Errors
/// [`Code::InvalidQuery`] for what cannot be matched in linear time, and for what JavaScript refuses but
/// `regex-syntax` accepts.
pub(super) fn translate(source: &str, options: Options) -> Result<String> {
    let rest = source.chars().peekable();
    let mut translation =
        Translation { source, rest, options, outer: Vec::new(), is_repeatable: false, out: String::new() };
    while let Some(char) = translation.rest.next() {
        translation.term(char)?;
    }
    Ok(translation.out)
}

struct Translation<'a> {
    source: &'a str,
    rest: Peekable<Chars<'a>>,
    options: Options,
    /// The options outside each open group.
    outer: Vec<Options>,
    /// Whether a quantifier may follow: `regex-syntax` accepts `a**` and `^*`.
    is_repeatable: bool,
    out: String,
}

/// An escape sequence.
enum Escape {
    Char(char),
    Set(&'static str),
    NotSet(&'static str),
    Property(String),
    WordEdge,
    NoWordEdge,
}

impl Translation<'_> {
    fn term(&mut self, char: char) -> Result<()> {
        match char {
            '(' => return self.open_group(),
            ')' => self.close_group(),
            '|' => self.no_atom("|"),
            '*' => return self.quantifier("*"),
            '+' => return self.quantifier("+"),
            '?' => return self.quantifier("?"),
            '{' => match self.counts() {
                Some(counts) => return self.quantifier(&counts),
                None => self.literal('{'),
            },
            '^' => self.no_atom(if self.options.multi_line { "(?m:^)" } else { "^" }),
            '$' => self.no_atom(if self.options.multi_line { "(?m:$)" } else { "$" }),
            '.' if self.options.dot_all => self.atom("(?s:.)"),
            '.' => self.atom(&format!("[^{LINE_ENDS}]")),
            '[' => return self.class(),
            '\\' => return self.escaped_term(),
            other => self.literal(other),
        }
        Ok(())
    }

    fn atom(&mut self, text: &str) {
        self.out.push_str(text);
        self.is_repeatable = true;
    }

    fn no_atom(&mut self, text: &str) {
        self.out.push_str(text);
        self.is_repeatable = false;
    }

    fn quantifier(&mut self, text: &str) -> Result<()> {
        // A lazy quantifier changes where a match ends, not whether there is one.
        self.rest.next_if_eq(&'?');
        if !self.is_repeatable {
            return Err(self.invalid("nothing to repeat"));
        }
        self.no_atom(text);
        Ok(())
    }

    /// `{2}`, `{2,}` or `{2,3}`, after its brace; `None`, and nothing read, for a literal brace.
    fn counts(&mut self) -> Option<String> {
        let inside: String = self.rest.clone().take_while(|&char| char.is_ascii_digit() || char == ',').collect();
        let is_counts = inside.starts_with(|char: char| char.is_ascii_digit())
            && inside.matches(',').count() <= 1
            && self.rest.clone().nth(inside.len()) == Some('}');
        if !is_counts {
            return None;
        }
        self.rest.nth(inside.len());
        Some(format!("{{{inside}}}"))
    }

    /// A group, after its parenthesis. Names are left out, since captures are not used.
    fn open_group(&mut self) -> Result<()> {
        self.outer.push(self.options);
        self.no_atom("(?:");
        if self.rest.next_if_eq(&'?').is_none() {
            return Ok(());
        }
        let ahead: String = self.rest.clone().take(2).collect();
        if ahead.starts_with(['=', '!']) || ahead == "<=" || ahead == "<!" {
            return Err(self.unusable("look-around"));
        }
        match self.rest.next_if_eq(&'<') {
            Some(_) if self.rest.any(|char| char == '>') => Ok(()),
            Some(_) => Err(self.invalid("a group name that does not end")),
            None => self.modifiers(),
        }
    }

    /// Options of a group, up to its colon: `i-s:`.
    fn modifiers(&mut self) -> Result<()> {
        let mut value = true;
        loop {
            match self.rest.next() {
                Some('i') => self.options.ignore_case = value,
                Some('m') => self.options.multi_line = value,
                Some('s') => self.options.dot_all = value,
                Some('-') if value => value = false,
                Some(':') => return Ok(()),
                _ => return Err(self.invalid("a group of no known kind")),
            }
        }
    }

    fn close_group(&mut self) {
        self.options = self.outer.pop().unwrap_or(self.options);
        self.atom(")");
    }

    fn escaped_term(&mut self) -> Result<()> {
        match self.escape()? {
            Escape::WordEdge => self.no_atom(r"(?-u:\b)"),
            Escape::NoWordEdge => self.no_atom(r"(?-u:\B)"),
            Escape::Char(char) => self.literal(char),
            set => {
                self.begin_class(false);
                self.class_item(set);
                self.end_class();
            }
        }
        Ok(())
    }

    fn literal(&mut self, char: char) {
        self.begin_class(false);
        self.range(char, char);
        self.end_class();
    }

    fn begin_class(&mut self, is_negated: bool) {
        self.out.push_str(if is_negated { "[^" } else { "[" });
    }

    fn end_class(&mut self) {
        self.atom("]");
    }

    /// A class, after its bracket. `[]` matches no character and `[^]` any.
    fn class(&mut self) -> Result<()> {
        let is_negated = self.rest.next_if_eq(&'^').is_some();
        if self.rest.next_if_eq(&']').is_some() {
            self.atom(if is_negated { "(?s:.)" } else { "[a&&b]" });
            return Ok(());
        }
        self.begin_class(is_negated);
        while let Some(char) = self.rest.next() {
            if char == ']' {
                self.end_class();
                return Ok(());
            }
            let Some(first) = self.class_atom(char)? else { continue };
            let last = self.range_end()?.unwrap_or(first);
            self.range(first, last);
        }
        Err(self.invalid("a class that does not end"))
    }

    /// A character of a class. A set, such as `\d`, is written at once.
    fn class_atom(&mut self, char: char) -> Result<Option<char>> {
        if char != '\\' {
            return Ok(Some(char));
        }
        let escape = self.escape()?;
        Ok(self.class_item(escape))
    }

    fn class_item(&mut self, escape: Escape) -> Option<char> {
        let item = match escape {
            Escape::Char(char) => return Some(char),
            Escape::WordEdge => return Some('\x08'),
            Escape::NoWordEdge => return Some('B'),
            Escape::Set(set) => format!("[{set}]"),
            Escape::NotSet(set) => format!("[^{set}]"),
            Escape::Property(property) => property,
        };
        self.out.push_str(&item);
        None
    }

    /// The last character of a range, if one continues here. A hyphen before a set or the end of the class is literal.
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

    /// Characters of a class, with their other cases if case is ignored.
    fn range(&mut self, first: char, last: char) {
        let mut push = |first: char, last: char| {
            // Writing to a string cannot fail.
            let _ = write!(self.out, r"\x{{{:x}}}-\x{{{:x}}}", u32::from(first), u32::from(last));
        };
        push(first, last);
        if self.options.ignore_case {
            other_cases(first, last, self.options.unicode).for_each(|other| push(other, other));
        }
    }

    /// Reads what follows a backslash.
    fn escape(&mut self) -> Result<Escape> {
        Ok(match self.rest.next() {
            Some('d') => Escape::Set(DIGITS),
            Some('D') => Escape::NotSet(DIGITS),
            Some('w') => Escape::Set(self.word()),
            Some('W') => Escape::NotSet(self.word()),
            Some('s') => Escape::Set(SPACES),
            Some('S') => Escape::NotSet(SPACES),
            Some(char @ ('p' | 'P')) => Escape::Property(self.property(char)?),
            Some('b') => Escape::WordEdge,
            Some('B') => Escape::NoWordEdge,
            Some('1'..='9' | 'k') => return Err(self.unusable("back references")),
            Some('0') => Escape::Char('\0'),
            Some('t') => Escape::Char('\t'),
            Some('n') => Escape::Char('\n'),
            Some('v') => Escape::Char('\x0b'),
            Some('f') => Escape::Char('\x0c'),
            Some('r') => Escape::Char('\r'),
            Some('c') => match self.rest.next_if(char::is_ascii_alphabetic) {
                Some(letter) => Escape::Char(char::from(letter as u8 & 31)),
                None => return Err(self.invalid(r"\c without a letter")),
            },
            Some('x') => Escape::Char(self.code_point(2)?.unwrap_or('x')),
            Some('u') => Escape::Char(self.code_point(4)?.unwrap_or('u')),
            Some(other) => Escape::Char(other),
            None => return Err(self.invalid(r"\ at the end")),
        })
    }

    /// Hexadecimal digits, or any number of them in braces. `None`, and nothing read, if there are none.
    fn code_point(&mut self, digits: usize) -> Result<Option<char>> {
        let mut ahead = self.rest.clone();
        let text: String = if ahead.next_if_eq(&'{').is_some() {
            ahead.by_ref().take_while(|&char| char != '}').collect()
        } else {
            ahead.by_ref().take(digits).collect()
        };
        let Ok(number) = u32::from_str_radix(&text, 16) else { return Ok(None) };
        self.rest = ahead;
        match char::from_u32(number) {
            None => Err(self.invalid("half of a surrogate pair, or no character at all")),
            char => Ok(char),
        }
    }

    /// A property such as `{Letter}` or `{gc=Lu}`, which has the same name in `regex-syntax`.
    fn property(&mut self, kind: char) -> Result<String> {
        let mut name = String::new();
        let is_open = self.rest.next_if_eq(&'{').is_some();
        while let Some(char) = self.rest.next_if(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '=')) {
            name.push(char);
        }
        if !is_open || self.rest.next() != Some('}') {
            return Err(self.invalid(r"\p without a property in braces"));
        }
        // If case is ignored, a property of one case matches letters of any case.
        if self.options.ignore_case && CASES.contains(&&*name) {
            name = "LC".to_owned();
        }
        Ok(format!(r"\{kind}{{{name}}}"))
    }

    fn word(&self) -> &'static str {
        if self.options.ignore_case && self.options.unicode { WORD_ANY_CASE } else { WORD }
    }

    #[cold]
    fn invalid(&self, what: &str) -> Error {
        invalid(self.source, &what)
    }

    #[cold]
    fn unusable(&self, what: &str) -> Error {
        let expected = "a regular expression without look-around and back references";
        Error::new(Code::InvalidQuery, expected, format!("{what} in /{}/", self.source))
    }
}

#[cold]
pub(super) fn invalid(source: &str, what: &dyn Display) -> Error {
    Error::new(Code::InvalidQuery, "a regular expression that can be used here", format!("/{source}/: {what}"))
}

/// The last character that has another case.
const LAST_CASED: char = '\u{1ffff}';
/// The last character that has another case in ASCII: the kelvin sign, with the flag u only.
const LAST_CASE_OF_ASCII: char = '\u{212a}';

/// The characters that differ from those of a range in nothing but case.
fn other_cases(first: char, last: char, unicode: bool) -> impl Iterator<Item = char> {
    let canonical = if unicode { folded } else { upper };
    let mut wanted: Vec<char> = (first..=last.min(LAST_CASED)).map(canonical).collect();
    sort(&mut wanted);
    wanted.dedup();
    // Most expressions are ASCII, which saves checking all characters.
    let beyond = if wanted.last().is_none_or(char::is_ascii) { LAST_CASE_OF_ASCII } else { LAST_CASED };
    let range = first..=last;
    ('\0'..=beyond).filter(move |other| !range.contains(other) && wanted.binary_search(&canonical(*other)).is_ok())
}

/// The character that JavaScript compares when ignoring case: the upper case, unless that is several characters or an
/// ASCII character for one outside ASCII.
pub(super) fn upper(char: char) -> char {
    match only(char.to_uppercase()) {
        Some(upper) if char.is_ascii() || !upper.is_ascii() => upper,
        _ => char,
    }
}

/// The character that it compares with the flag u: the lower case of the upper case, unless one is several characters.
fn folded(char: char) -> char {
    // The dotless i is case-folded in Turkish only.
    if char == '\u{131}' {
        return char;
    }
    let upper = only(char.to_uppercase()).unwrap_or(char);
    only(upper.to_lowercase()).unwrap_or(upper)
}

fn only(mut chars: impl Iterator<Item = char>) -> Option<char> {
    let first = chars.next();
    first.filter(|_| chars.next().is_none())
}
