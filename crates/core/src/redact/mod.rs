//! Rewrites a snapshot so that its texts are hidden and its graph is the same.
//!
//! Contents of strings, patterns and numbers are replaced by a keyed hash and a length. Names of properties, classes,
//! functions and scripts stay, except those that are data. All numbers of the graph stay. The redactor needs one pass,
//! eleven bits for each string and nine bytes for each node. The readers of the parser check the input.
//!
//! ```text
//! text ──► document ──► header.rs                 the known part of the header
//!                   ──► records.rs ──► uses.rs    numbers; strings by their uses
//!                                  ──► keys.rs    names of properties that are data
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

/// A push redactor. Takes all bytes in order, then [`finish`](Redactor::finish).
pub struct Redactor<S: Sink> {
    input: Input<Limited<Redaction>>,
    sink: PhantomData<fn() -> S>,
}

/// The result of a redaction.
#[derive(Debug)]
pub struct Redacted<S> {
    /// The sink, which received the output.
    pub sink: S,
    /// Parts of the input that were left out because their meaning is unknown.
    pub skipped: Vec<String>,
    /// Counts of what was hidden and what was not.
    pub names: NameCounts,
}

/// Numbers of different texts of a snapshot, by their uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NameCounts {
    /// Contents. Hidden.
    pub hidden_texts: u64,
    /// Names of properties that are data. Hidden.
    pub hidden_keys: u64,
    /// Other names of properties, and names of variables and of V8's fields. Kept.
    pub properties: u64,
    /// Names of classes and functions, and of objects of V8 and the embedder. Kept.
    pub functions: u64,
    /// Names of scripts. Kept without their queries.
    pub scripts: u64,
}

/// Bytes of input taken at a time. The output for them is held in memory.
const WINDOW: usize = 2 << 20;

impl<S: Sink> Redactor<S> {
    /// A redactor without input that writes to `sink`. It accepts at most `max_bytes` of input after decompression;
    /// `None` is no limit.
    pub fn new(key: Key, max_bytes: Option<u64>, sink: S) -> Self {
        let document = Document::new(Redaction::new(key, Box::new(sink)), None);
        Self { input: Input::new(Limited::new(document, max_bytes)), sink: PhantomData }
    }

    /// Takes the next bytes, compressed or not. Progress counts the bytes taken.
    ///
    /// # Errors
    /// As soon as the bytes so far cannot be the beginning of a snapshot, and those of the sink. The redactor cannot be
    /// used afterwards.
    pub fn push(&mut self, chunk: &[u8], progress: &Progress) -> Result<()> {
        self.input.push_watched(chunk, WINDOW, progress)
    }

    /// Ends the input and the output.
    ///
    /// # Errors
    /// Those of [`Parser::finish`]. The output is no snapshot then.
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

/// A parser behind a redactor: what is hidden never is in the snapshot.
#[derive(Debug)]
pub struct RedactingParser {
    redactor: Redactor<ParserSink>,
}

/// The parser behind a redactor.
#[derive(Debug)]
struct ParserSink {
    parser: Parser,
    /// The parser's own, because the bytes that it counts are not those of the input.
    progress: Progress,
}

impl Sink for ParserSink {
    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        self.parser.push(bytes, &self.progress)
    }
}

impl RedactingParser {
    /// A parser without input.
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

    /// As [`Parser::finish`]. Parts that the redactor left out are among the skipped ones.
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

/// Redacts a snapshot in memory.
///
/// # Errors
/// Those of the parser, and [`Code::Cancelled`](crate::Code::Cancelled).
pub fn redact(bytes: &[u8], key: &Key, progress: &Progress) -> Result<Vec<u8>> {
    progress.enter(Phase::Redact, bytes.len() as u64);
    let mut redactor = Redactor::new(key.clone(), None, Vec::new());
    redactor.push(bytes, progress)?;
    Ok(redactor.finish(progress)?.sink)
}
