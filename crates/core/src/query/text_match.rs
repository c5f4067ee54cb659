//! Text to look for: exact, contained, or a JavaScript regular expression.

use crate::error::{Code, Error, Result};
use crate::progress::Progress;
use crate::query::steps::Steps;
use crate::snapshot::Snapshot;
use regex::bytes::{Regex, RegexBuilder};
use serde::Deserialize;
use std::io::Write as _;

/// How a question gives the text.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum TextMatch {
    /// Exactly this text.
    Text(String),
    /// One of the forms that say how.
    Form(TextForm),
}

/// `{exact}`, `{contains}` or `{regex, flags}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextForm {
    exact: Option<String>,
    contains: Option<String>,
    regex: Option<String>,
    flags: Option<String>,
}

/// A text match ready to be used.
#[derive(Debug)]
pub(crate) enum Matcher {
    Exact(Vec<u8>),
    Pattern(Regex),
}

impl TextMatch {
    /// # Errors
    /// [`Code::InvalidQuery`] for an expression that cannot be used, or a form that says two things.
    pub(crate) fn compile(&self) -> Result<Matcher> {
        let form = match self {
            TextMatch::Text(text) => return Ok(Matcher::Exact(text.clone().into_bytes())),
            TextMatch::Form(form) => form,
        };
        match (&form.exact, &form.contains, &form.regex, &form.flags) {
            (Some(text), None, None, None) => Ok(Matcher::Exact(text.clone().into_bytes())),
            (None, Some(text), None, None) => {
                let regex = RegexBuilder::new(&regex::escape(text)).case_insensitive(true).build();
                regex.map(Matcher::Pattern).map_err(|error| invalid(text, &error))
            }
            (None, None, Some(source), flags) => js_regex(source, flags.as_deref().unwrap_or("")).map(Matcher::Pattern),
            _ => Err(Error::new(
                Code::InvalidQuery,
                "a text match: {exact}, {contains} or {regex, flags}",
                "another form",
            )),
        }
    }
}

impl Matcher {
    #[inline]
    pub(crate) fn is_match(&self, text: &[u8]) -> bool {
        match self {
            Matcher::Exact(exact) => exact == text,
            Matcher::Pattern(regex) => regex.is_match(text),
        }
    }

    /// Which strings of the table match: each is looked at once, however many nodes have it.
    pub(crate) fn strings(&self, snapshot: &Snapshot, progress: &Progress) -> Result<Vec<bool>> {
        let mut matches = Vec::with_capacity(snapshot.strings().len());
        let mut steps = Steps::new(progress);
        for (_, text) in snapshot.strings().iter() {
            steps.steps(1 + text.len() / 64)?;
            matches.push(self.is_match(text));
        }
        Ok(matches)
    }
}

/// Matches positions by their decimal text, without making a string for each of millions.
pub(crate) enum NumberMatcher<'a> {
    Exact(Option<i64>),
    Pattern(&'a Regex, Vec<u8>),
}

impl Matcher {
    pub(crate) fn numbers(&self) -> NumberMatcher<'_> {
        match self {
            Matcher::Exact(text) => {
                let number = std::str::from_utf8(text).ok().and_then(|text| text.parse::<i64>().ok());
                NumberMatcher::Exact(number.filter(|number| number.to_string().as_bytes() == text.as_slice()))
            }
            Matcher::Pattern(regex) => NumberMatcher::Pattern(regex, Vec::new()),
        }
    }
}

impl NumberMatcher<'_> {
    pub(crate) fn is_match(&mut self, number: i64) -> bool {
        match self {
            NumberMatcher::Exact(exact) => *exact == Some(number),
            NumberMatcher::Pattern(regex, buffer) => {
                buffer.clear();
                // Writing to a vector cannot fail.
                let _ = write!(buffer, "{number}");
                regex.is_match(buffer)
            }
        }
    }
}

fn invalid(source: &str, error: &dyn std::fmt::Display) -> Error {
    Error::new(Code::InvalidQuery, "a regular expression that can be used here", format!("/{source}/: {error}"))
}

/// Memory one compiled expression may take. Enough for any that a person writes.
const MOST_REGEX_BYTES: usize = 4 << 20;

fn js_regex(source: &str, flags: &str) -> Result<Regex> {
    let mut builder = RegexBuilder::new(&translate(source)?);
    builder.size_limit(MOST_REGEX_BYTES).dfa_size_limit(MOST_REGEX_BYTES);
    for flag in flags.chars() {
        match flag {
            'i' => builder.case_insensitive(true),
            'm' => builder.multi_line(true),
            's' => builder.dot_matches_new_line(true),
            // They say how often to match and how to count, not what matches.
            'g' | 'y' | 'd' | 'u' => &mut builder,
            other => return Err(Error::new(Code::InvalidQuery, "the flags i, m, s, u", format!("the flag {other}"))),
        };
    }
    builder.build().map_err(|error| invalid(source, &error))
}

/// JavaScript's syntax → the `regex` crate's, where the two differ.
fn translate(source: &str) -> Result<String> {
    let mut out = String::with_capacity(source.len() + 8);
    let mut rest = source.chars().peekable();
    let mut in_class = false;
    while let Some(char) = rest.next() {
        match char {
            '\\' => match rest.next() {
                Some('d') => out.push_str(if in_class { "0-9" } else { "[0-9]" }),
                Some('w') => out.push_str(if in_class { "0-9A-Za-z_" } else { "[0-9A-Za-z_]" }),
                Some('D') => out.push_str("[^0-9]"),
                Some('W') => out.push_str("[^0-9A-Za-z_]"),
                Some('b') if in_class => out.push_str("\\x08"),
                Some('b') => out.push_str("(?-u:\\b)"),
                Some('0') => out.push_str("\\x00"),
                Some('1'..='9') | Some('k') => return Err(unusable(source, "back references")),
                Some(escaped) => {
                    out.extend(['\\', escaped]);
                    // `\u{1f600}`, `\p{Letter}`: what is in these braces is no quantifier.
                    if matches!(escaped, 'u' | 'p' | 'P') && rest.peek() == Some(&'{') {
                        out.extend(rest.by_ref().take_while(|&char| char != '}'));
                        out.push('}');
                    }
                }
                None => out.push('\\'),
            },
            '[' if in_class => out.push_str("\\["),
            '[' => match empty_class(&mut rest) {
                Some(same) => out.push_str(same),
                None => {
                    in_class = true;
                    out.push('[');
                }
            },
            ']' => {
                in_class = false;
                out.push(']');
            }
            // Set operations of the crate are plain characters in JavaScript.
            '&' | '~' if in_class => out.extend(['\\', char]),
            '-' if in_class && rest.peek() == Some(&'-') => out.push_str("\\-"),
            '{' if !in_class && !is_quantifier(rest.clone()) => out.push_str("\\{"),
            '(' if !in_class && rest.peek() == Some(&'?') => {
                let group: String = rest.clone().skip(1).take(2).collect();
                if group.starts_with(['=', '!']) || group == "<=" || group == "<!" {
                    return Err(unusable(source, "look-around"));
                }
                out.push('(');
            }
            other => out.push(other),
        }
    }
    Ok(out)
}

/// `[^]` is any character in JavaScript and `[]` none; the crate would read on to the next bracket.
fn empty_class(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<&'static str> {
    let ahead: String = rest.clone().take(2).collect();
    let (length, same) = match ahead.as_str() {
        "^]" => (2, "(?s:.)"),
        _ if ahead.starts_with(']') => (1, "[a&&b]"),
        _ => return None,
    };
    rest.by_ref().take(length).for_each(drop);
    Some(same)
}

fn is_quantifier(rest: impl Iterator<Item = char>) -> bool {
    let inside: Vec<char> = rest.take_while(|&c| c.is_ascii_digit() || c == ',' || c == '}').take(24).collect();
    inside.first().is_some_and(char::is_ascii_digit)
        && inside
            .iter()
            .position(|&c| c == '}')
            .is_some_and(|end| inside[..end].iter().filter(|&&c| c == ',').count() < 2)
}

fn unusable(source: &str, what: &str) -> Error {
    Error::new(
        Code::InvalidQuery,
        "a regular expression without look-around and back references",
        format!("{what} in /{source}/"),
    )
}
