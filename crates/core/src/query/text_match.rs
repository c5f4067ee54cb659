//! Conditions on text: exact, contained, or a regular expression of JavaScript.

use crate::query::contains::Contains;
use crate::query::read::{Read, Wrong, members, unexpected};
use crate::query::regex::Regex;
use crate::snapshot::Snapshot;
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::progress::Progress;
use crate::snapshot::ticker::Ticker;
use serde_json::Value;
use std::io::Write as _;

/// A condition, as written in a question.
#[derive(Clone, Debug)]
pub enum TextMatch {
    /// Exactly this text.
    Text(String),
    /// An object that says how to match.
    Form(TextForm),
}

impl Read for TextMatch {
    fn read(value: Value) -> std::result::Result<Self, Wrong> {
        match value {
            Value::String(text) => Ok(TextMatch::Text(text)),
            Value::Object(_) => TextForm::read(value).map(TextMatch::Form),
            other => Err(unexpected("a text, {exact}, {contains} or {regex, flags}", &other)),
        }
    }
}

/// `{exact}`, `{contains}` or `{regex, flags}`.
#[derive(Clone, Debug)]
pub struct TextForm {
    exact: Option<String>,
    contains: Option<String>,
    regex: Option<String>,
    flags: Option<String>,
}

members!(TextForm { exact: "exact", contains: "contains", regex: "regex", flags: "flags" });

/// A compiled condition.
#[derive(Debug)]
pub(crate) enum Matcher {
    Exact(Vec<u8>),
    Contains(Box<Contains>),
    Pattern(Box<Regex>),
}

impl TextMatch {
    /// # Errors
    /// [`Code::InvalidQuery`] for an invalid or unsupported expression, or an object with several forms.
    pub(crate) fn compile(&self) -> Result<Matcher> {
        let form = match self {
            TextMatch::Text(text) => return Ok(Matcher::Exact(text.clone().into_bytes())),
            TextMatch::Form(form) => form,
        };
        match (&form.exact, &form.contains, &form.regex, &form.flags) {
            (Some(text), None, None, None) => Ok(Matcher::Exact(text.clone().into_bytes())),
            (None, Some(text), None, None) => Ok(Matcher::Contains(Box::new(Contains::new(text)))),
            (None, None, Some(source), flags) => {
                let pattern = Regex::new(source, flags.as_deref().unwrap_or_default())?;
                Ok(Matcher::Pattern(Box::new(pattern)))
            }
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
            Matcher::Contains(contained) => contained.is_match(text),
            Matcher::Pattern(pattern) => pattern.is_match(text),
        }
    }

    /// By string of the table: whether it matches. Each is checked once, however many nodes have it.
    pub(crate) fn strings(&self, snapshot: &Snapshot, progress: &Progress) -> Result<Vec<bool>> {
        let mut matches = Vec::with_capacity(snapshot.strings().len());
        let mut ticker = Ticker::new(progress);
        for (_, text) in snapshot.strings().iter() {
            ticker.ticks(1 + text.len() / 64)?;
            matches.push(self.is_match(text));
        }
        Ok(matches)
    }
}

/// Matches positions by their decimal text, without allocating a string for each of millions.
pub(crate) enum NumberMatcher<'a> {
    Exact(Option<i64>),
    Pattern(&'a Matcher, Vec<u8>),
}

impl Matcher {
    pub(crate) fn numbers(&self) -> NumberMatcher<'_> {
        match self {
            Matcher::Exact(text) => {
                let number = std::str::from_utf8(text).ok().and_then(|text| text.parse::<i64>().ok());
                NumberMatcher::Exact(number.filter(|number| number.to_string().as_bytes() == text.as_slice()))
            }
            pattern => NumberMatcher::Pattern(pattern, Vec::new()),
        }
    }
}

impl NumberMatcher<'_> {
    pub(crate) fn is_match(&mut self, number: i64) -> bool {
        match self {
            NumberMatcher::Exact(exact) => *exact == Some(number),
            NumberMatcher::Pattern(pattern, buffer) => {
                buffer.clear();
                // Writing to a vector cannot fail.
                let _ = write!(buffer, "{number}");
                pattern.is_match(buffer)
            }
        }
    }
}
