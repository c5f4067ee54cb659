//! JavaScript's regular expression as text → the tree that automata are made of.
//!
//! The grammar of `regex-syntax` is not JavaScript's, and its parser and tables of Unicode are a tenth of the addon:
//! here JavaScript's own is read, into that crate's tree. Case becomes sets of characters. No recursion: open
//! groups are a list.

use crate::query::categories;
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::sort::sort_by;
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, Look, Repetition};
use std::iter::Peekable;
use std::str::Chars;

/// The flags that say what matches.
#[derive(Clone, Copy, Default)]
pub(super) struct Options {
    pub(super) ignore_case: bool,
    pub(super) multi_line: bool,
    pub(super) dot_all: bool,
    pub(super) unicode: bool,
}

type Range = (char, char);

/// What `\d`, `\w`, `\s` and the opposite of `.` are in JavaScript.
const DIGITS: &[Range] = &[('0', '9')];
const WORD: &[Range] = &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];
const SPACES: &[Range] = &[
    ('\t', '\r'),
    (' ', ' '),
    ('\u{a0}', '\u{a0}'),
    ('\u{1680}', '\u{1680}'),
    ('\u{2000}', '\u{200a}'),
    ('\u{2028}', '\u{2029}'),
    ('\u{202f}', '\u{202f}'),
    ('\u{205f}', '\u{205f}'),
    ('\u{3000}', '\u{3000}'),
    ('\u{feff}', '\u{feff}'),
];
const LINE_ENDS: &[Range] = &[('\n', '\n'), ('\r', '\r'), ('\u{2028}', '\u{2029}')];

/// Groups within groups. The automaton's maker goes down into each.
const DEEPEST: usize = 250;

/// # Errors
/// [`Code::InvalidQuery`] for what JavaScript does not read either, and for what takes more than linear time.
pub(super) fn read(source: &str, options: Options) -> Result<Hir> {
    let rest = source.chars().peekable();
    let mut reader = Reader { source, rest, options, outer: Vec::new(), group: Group::default() };
    while let Some(char) = reader.rest.next() {
        reader.term(char)?;
    }
    if !reader.outer.is_empty() {
        return Err(reader.invalid("a group that does not end"));
    }
    Ok(reader.group.into_tree())
}

struct Reader<'a> {
    source: &'a str,
    rest: Peekable<Chars<'a>>,
    options: Options,
    /// Groups around the one that is read, with the options that hold again behind it.
    outer: Vec<(Group, Options)>,
    group: Group,
}

/// Alternatives, the last of which is being read.
#[derive(Default)]
struct Group {
    alternatives: Vec<Hir>,
    sequence: Vec<Hir>,
    /// Whether its last term may be followed by how often it comes.
    is_repeatable: bool,
}

impl Group {
    fn next_alternative(&mut self) {
        self.alternatives.push(Hir::concat(std::mem::take(&mut self.sequence)));
        self.is_repeatable = false;
    }

    fn into_tree(mut self) -> Hir {
        self.next_alternative();
        Hir::alternation(self.alternatives)
    }
}

/// What a backslash begins.
enum Escape {
    Char(char),
    Set(ClassUnicode),
    WordEdge,
    NoWordEdge,
}

impl Reader<'_> {
    fn term(&mut self, char: char) -> Result<()> {
        let tree = match char {
            '(' => return self.open_group(),
            ')' => return self.close_group(),
            '|' => {
                self.group.next_alternative();
                return Ok(());
            }
            '*' => return self.repeat(0, None),
            '+' => return self.repeat(1, None),
            '?' => return self.repeat(0, Some(1)),
            '{' => match self.counts()? {
                Some((least, most)) => return self.repeat(least, most),
                None => self.literal('{'),
            },
            '^' => return self.assert(if self.options.multi_line { Look::StartLF } else { Look::Start }),
            '$' => return self.assert(if self.options.multi_line { Look::EndLF } else { Look::End }),
            '.' if self.options.dot_all => any(),
            '.' => tree_of(negated(set(LINE_ENDS))),
            '[' => self.class()?,
            '\\' => match self.escape()? {
                Escape::Char(char) => self.literal(char),
                Escape::Set(set) => tree_of(set),
                Escape::WordEdge => return self.assert(Look::WordAscii),
                Escape::NoWordEdge => return self.assert(Look::WordAsciiNegate),
            },
            other => self.literal(other),
        };
        self.group.sequence.push(tree);
        self.group.is_repeatable = true;
        Ok(())
    }

    fn assert(&mut self, look: Look) -> Result<()> {
        self.group.sequence.push(Hir::look(look));
        self.group.is_repeatable = false;
        Ok(())
    }

    fn repeat(&mut self, min: u32, max: Option<u32>) -> Result<()> {
        // How much is taken first says nothing about whether there is a match.
        self.rest.next_if_eq(&'?');
        if !std::mem::take(&mut self.group.is_repeatable) {
            return Err(self.invalid("nothing to repeat"));
        }
        if let Some(sub) = self.group.sequence.pop() {
            self.group.sequence.push(Hir::repetition(Repetition { min, max, greedy: true, sub: Box::new(sub) }));
        }
        Ok(())
    }

    /// `{2}`, `{2,}`, `{2,3}` behind the brace; `None`, and nothing read, where it is only a brace.
    fn counts(&mut self) -> Result<Option<(u32, Option<u32>)>> {
        let mut ahead = self.rest.clone();
        let least = number(&mut ahead);
        let most = match ahead.next_if_eq(&',') {
            Some(_) => number(&mut ahead),
            None => least,
        };
        let (Some(least), Some('}')) = (least, ahead.next()) else { return Ok(None) };
        if most.is_some_and(|most| most < least) {
            return Err(self.invalid("numbers out of order in {}"));
        }
        self.rest = ahead;
        Ok(Some((least, most)))
    }

    /// Behind its parenthesis.
    fn open_group(&mut self) -> Result<()> {
        if self.outer.len() == DEEPEST {
            return Err(self.invalid("too many groups within groups"));
        }
        let around = self.options;
        if self.rest.next_if_eq(&'?').is_some() {
            let ahead: String = self.rest.clone().take(2).collect();
            if ahead.starts_with(['=', '!']) || ahead == "<=" || ahead == "<!" {
                return Err(self.unusable("look-around"));
            }
            match self.rest.next_if_eq(&'<') {
                Some(_) if self.rest.any(|char| char == '>') => {}
                Some(_) => return Err(self.invalid("a name that does not end")),
                None => self.modifiers()?,
            }
        }
        self.outer.push((std::mem::take(&mut self.group), around));
        Ok(())
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

    fn close_group(&mut self) -> Result<()> {
        let Some((outer, options)) = self.outer.pop() else { return Err(self.invalid("a group that did not begin")) };
        let tree = std::mem::replace(&mut self.group, outer).into_tree();
        self.options = options;
        self.group.sequence.push(tree);
        self.group.is_repeatable = true;
        Ok(())
    }

    /// A class, behind its bracket. `[]` is none and `[^]` any character.
    fn class(&mut self) -> Result<Hir> {
        let is_negated = self.rest.next_if_eq(&'^').is_some();
        let mut class = ClassUnicode::empty();
        while let Some(char) = self.rest.next() {
            if char == ']' {
                return Ok(tree_of(if is_negated { negated(class) } else { class }));
            }
            let Some(first) = self.class_atom(char, &mut class)? else { continue };
            let last = self.range_end(&mut class)?.unwrap_or(first);
            if last < first {
                return Err(self.invalid("a range out of order"));
            }
            self.add(first, last, &mut class);
        }
        Err(self.invalid("a class that does not end"))
    }

    /// A character of a class; a set is added to it.
    fn class_atom(&mut self, char: char, class: &mut ClassUnicode) -> Result<Option<char>> {
        if char != '\\' {
            return Ok(Some(char));
        }
        match self.escape()? {
            Escape::Char(char) => return Ok(Some(char)),
            Escape::Set(set) => class.union(&set),
            Escape::WordEdge => return Ok(Some('\x08')),
            Escape::NoWordEdge => return Ok(Some('B')),
        }
        Ok(None)
    }

    /// The other end when a range goes on here. A hyphen before a set or the end is itself.
    fn range_end(&mut self, class: &mut ClassUnicode) -> Result<Option<char>> {
        let mut ahead = self.rest.clone();
        if ahead.next() != Some('-') {
            return Ok(None);
        }
        match (ahead.next(), ahead.next()) {
            (None | Some(']'), _) | (Some('\\'), Some('d' | 'D' | 'w' | 'W' | 's' | 'S' | 'p' | 'P')) => Ok(None),
            _ => {
                self.rest.next();
                let last = self.rest.next().unwrap_or('-');
                self.class_atom(last, class)
            }
        }
    }

    /// Reads what follows a backslash.
    fn escape(&mut self) -> Result<Escape> {
        Ok(match self.rest.next() {
            Some('d') => Escape::Set(set(DIGITS)),
            Some('D') => Escape::Set(negated(set(DIGITS))),
            Some('w') => Escape::Set(self.word()),
            Some('W') => Escape::Set(negated(self.word())),
            Some('s') => Escape::Set(set(SPACES)),
            Some('S') => Escape::Set(negated(set(SPACES))),
            Some('p') => Escape::Set(self.property()?),
            Some('P') => Escape::Set(negated(self.property()?)),
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
                None => return Err(self.unusable(r"\c without a letter")),
            },
            Some(char @ ('x' | 'u')) => Escape::Char(self.code_point(if char == 'x' { 2 } else { 4 }).unwrap_or(char)),
            Some(other) => Escape::Char(other),
            None => return Err(self.invalid(r"\ at the end")),
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

    /// `{Letter}`, `{gc=Lu}`: general categories, and the three sets that are no property.
    fn property(&mut self) -> Result<ClassUnicode> {
        let inside = self.rest.next_if_eq(&'{').map(|_| self.rest.by_ref().take_while(|&char| char != '}').collect());
        let inside: String = inside.unwrap_or_default();
        let name = inside.strip_prefix("General_Category=").or_else(|| inside.strip_prefix("gc=")).unwrap_or(&inside);
        let is_cased =
            matches!(name, "Lu" | "Ll" | "Lt" | "Uppercase_Letter" | "Lowercase_Letter" | "Titlecase_Letter");
        let found = match name {
            "Any" => Some(vec![('\0', char::MAX)]),
            "ASCII" => Some(vec![('\0', '\x7f')]),
            "Assigned" => return Ok(negated(set(&categories::ranges("Cn").unwrap_or_default()))),
            // What is upper or lower case in one case may be either in any.
            _ if is_cased && self.options.ignore_case => categories::ranges("LC"),
            _ => categories::ranges(name),
        };
        found.map(|ranges| set(&ranges)).ok_or_else(|| {
            let expected = "a general category such as L, Lu or Letter";
            Error::new(Code::InvalidQuery, expected, format!("{inside:?} in /{}/", self.source))
        })
    }

    /// Letters of words. With both flags also what differs from those in nothing but case: the long s, the kelvin.
    fn word(&self) -> ClassUnicode {
        let mut word = set(WORD);
        if self.options.ignore_case && self.options.unicode {
            word.union(&set(&[('\u{17f}', '\u{17f}'), ('\u{212a}', '\u{212a}')]));
        }
        word
    }

    fn literal(&self, char: char) -> Hir {
        let mut class = ClassUnicode::empty();
        self.add(char, char, &mut class);
        tree_of(class)
    }

    /// A range of characters, in all their cases where those do not matter.
    fn add(&self, first: char, last: char, class: &mut ClassUnicode) {
        class.push(ClassUnicodeRange::new(first, last));
        if self.options.ignore_case {
            class.union(&other_cases(first, last, self.options.unicode));
        }
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
pub(super) fn invalid(source: &str, what: &dyn std::fmt::Display) -> Error {
    Error::new(Code::InvalidQuery, "a regular expression that can be used here", format!("/{source}/: {what}"))
}

fn set(ranges: &[Range]) -> ClassUnicode {
    ClassUnicode::new(ranges.iter().map(|&(first, last)| ClassUnicodeRange::new(first, last)))
}

fn negated(mut class: ClassUnicode) -> ClassUnicode {
    class.negate();
    class
}

fn tree_of(class: ClassUnicode) -> Hir {
    Hir::class(Class::Unicode(class))
}

fn any() -> Hir {
    tree_of(negated(ClassUnicode::empty()))
}

/// A decimal number; the largest there is, where it is larger.
fn number(chars: &mut Peekable<Chars<'_>>) -> Option<u32> {
    let mut value: Option<u32> = None;
    while let Some(digit) = chars.peek().and_then(|char| char.to_digit(10)) {
        chars.next();
        value = Some(value.unwrap_or(0).saturating_mul(10).saturating_add(digit));
    }
    value
}

/// No character beyond this has another case.
const LAST_CASED: char = '\u{1ffff}';
/// No character beyond this has one in ASCII: the kelvin, and only with flag u.
const LAST_CASE_OF_ASCII: char = '\u{212a}';

/// The characters that differ from those of a range in nothing but case.
fn other_cases(first: char, last: char, unicode: bool) -> ClassUnicode {
    let canonical = if unicode { folded } else { upper };
    let mut wanted: Vec<char> = (first..=last.min(LAST_CASED)).map(canonical).collect();
    sort_by(&mut wanted, Ord::cmp);
    wanted.dedup();
    // Most expressions need no look at all characters.
    let beyond = if wanted.last().is_none_or(char::is_ascii) { LAST_CASE_OF_ASCII } else { LAST_CASED };
    let others = ('\0'..=beyond).filter(|other| wanted.binary_search(&canonical(*other)).is_ok());
    ClassUnicode::new(others.map(|other| ClassUnicodeRange::new(other, other)))
}

/// What JavaScript compares when case does not matter: the upper case, where that is one character,
/// and not ASCII of something else.
fn upper(char: char) -> char {
    match only(char.to_uppercase()) {
        Some(upper) if char.is_ascii() || !upper.is_ascii() => upper,
        _ => char,
    }
}

/// What it compares with flag u: the lower case of the upper case, where these are one character.
fn folded(char: char) -> char {
    // The dotless i is folded in Turkish only.
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
