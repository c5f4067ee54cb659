//! Bytes → bytes: a snapshot whose texts are hidden and whose graph is the same.
//!
//! The redactor takes the chunks of a snapshot and writes those of another: what the program put
//! into strings, patterns and numbers is replaced by a keyed hash and a length; names of properties,
//! classes, functions and scripts stay, but for those that are data, and so do all numbers of the graph. It needs one pass and
//! keeps eleven bits a string and nine bytes a node; the parser's own readers check the input.
//!
//! ```text
//! text ──► document ──► header.rs                 what the analysis knows of the header
//!                   ──► records.rs ──► uses.rs    numbers again; strings by what they are used as
//!                                  ──► keys.rs    which names of properties are data
//!                   ──► texts.rs ──► token.rs     each string as name, label and text
//! ```

mod header;
mod keys;
mod records;
mod sections;
mod texts;
mod token;
mod uses;

use crate::snapshot::RawSnapshot;
use crate::snapshot::error::Result;
pub use crate::snapshot::parse::Sink;
use crate::snapshot::parse::document::Document;
use crate::snapshot::parse::{Input, Limited, Parser, ParserOptions, sink_back};
use crate::snapshot::progress::{Phase, Progress};
use crate::snapshot::sort::sort_by;
use sections::Redaction;
use std::marker::PhantomData;
pub use token::Key;

/// The push redactor. Feed it every byte in order, then [`finish`](Redactor::finish).
pub struct Redactor<S: Sink> {
    input: Input<Limited<Redaction>>,
    sink: PhantomData<fn() -> S>,
}

/// What the redactor leaves.
#[derive(Debug)]
pub struct Redacted<S> {
    /// Where the bytes went.
    pub sink: S,
    /// Parts of the input that are not in the output, because nobody here knows what they mean.
    pub skipped: Vec<String>,
    /// What was hidden and what was not.
    pub names: NameCounts,
}

/// Different texts of a snapshot, by what they are used as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NameCounts {
    /// Contents, which are hidden.
    pub hidden_texts: u64,
    /// Names of properties that are data, which are hidden.
    pub hidden_keys: u64,
    /// Names of properties, variables and V8's own fields, which stay.
    pub properties: u64,
    /// Names of classes and functions, and of objects of V8 and the embedder, which stay.
    pub functions: u64,
    /// Names of scripts, which stay but for their queries.
    pub scripts: u64,
}

/// Bytes taken at a time: what is written for them waits in memory.
const WINDOW: usize = 2 << 20;

impl<S: Sink> Redactor<S> {
    /// A redactor that has seen nothing and writes to `sink`. It accepts `max_bytes` of input after
    /// decompression, `None` for any number.
    pub fn new(key: Key, max_bytes: Option<u64>, sink: S) -> Self {
        let document = Document::new(Redaction::new(key, Box::new(sink)), None);
        Self { input: Input::new(Limited::new(document, max_bytes)), sink: PhantomData }
    }

    /// Takes the next bytes, compressed or not. Progress counts the bytes taken.
    ///
    /// # Errors
    /// As soon as the bytes so far cannot become a snapshot, or the sink refuses. The redactor is of
    /// no use afterwards.
    pub fn push(&mut self, chunk: &[u8], progress: &Progress) -> Result<()> {
        self.input.push_watched(chunk, WINDOW, progress)
    }

    /// Ends the input and the output.
    ///
    /// # Errors
    /// What [`Parser::finish`] would find wrong: what was written then is no snapshot either.
    pub fn finish(self, progress: &Progress) -> Result<Redacted<S>> {
        progress.check()?;
        let (outline, redaction) = self.input.finish()?.end()?;
        let (sink, skipped, names) = redaction.finish(outline)?;
        Ok(Redacted { sink: sink_back(sink)?, skipped, names })
    }
}

impl<S: Sink> std::fmt::Debug for Redactor<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redactor").field("input", &self.input).finish_non_exhaustive()
    }
}

/// A parser that gets to see redacted bytes only: what is hidden was never in the snapshot.
#[derive(Debug)]
pub struct RedactingParser {
    redactor: Redactor<ParserSink>,
}

/// The parser behind a redactor.
#[derive(Debug)]
struct ParserSink {
    parser: Parser,
    /// Of its own: the bytes it counts are not those of the input.
    progress: Progress,
}

impl Sink for ParserSink {
    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        self.parser.push(bytes, &self.progress)
    }
}

impl RedactingParser {
    /// A parser that has seen nothing.
    pub fn new(key: Key, options: ParserOptions) -> Self {
        let parser = Parser::new(ParserOptions { max_bytes: None, ..options });
        let sink = ParserSink { parser, progress: Progress::new() };
        Self { redactor: Redactor::new(key, options.max_bytes, sink) }
    }

    /// As [`Parser::push`].
    ///
    /// # Errors
    /// As [`Parser::push`].
    pub fn push(&mut self, chunk: &[u8], progress: &Progress) -> Result<()> {
        self.redactor.push(chunk, progress)
    }

    /// As [`Parser::finish`]. What the redactor left out counts as skipped.
    ///
    /// # Errors
    /// As [`Parser::finish`].
    pub fn finish(self, progress: &Progress) -> Result<RawSnapshot> {
        let Redacted { sink, skipped, .. } = self.redactor.finish(progress)?;
        let mut raw = sink.parser.finish(progress)?;
        raw.skipped.splice(0..0, skipped);
        sort_by(&mut raw.skipped, Ord::cmp);
        raw.skipped.dedup();
        Ok(raw)
    }
}

/// Bytes in memory → the redacted snapshot's bytes.
///
/// # Errors
/// What the parser finds wrong, or [`Code::Cancelled`](crate::Code::Cancelled).
pub fn redact(bytes: &[u8], key: &Key, progress: &Progress) -> Result<Vec<u8>> {
    progress.enter(Phase::Redact, bytes.len() as u64);
    let mut redactor = Redactor::new(key.clone(), None, Vec::new());
    redactor.push(bytes, progress)?;
    Ok(redactor.finish(progress)?.sink)
}
