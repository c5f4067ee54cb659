//! The snapshot that is being parsed, and those that are open, by number.

use crate::host::watched_progress;
use heapray_core::parse::{Parser, ParserOptions, text_size};
use heapray_core::query::Column;
use heapray_core::{Code, Error, Phase, Progress, Result, Snapshot, query};
use serde::Deserialize;
use serde_json::value::RawValue;

/// The state of the module.
#[derive(Default)]
pub(crate) struct Engine {
    opening: Option<Opening>,
    /// By number. The number of a closed one is used again.
    snapshots: Vec<Option<Snapshot>>,
}

/// A snapshot that is being read.
struct Opening {
    /// Size of the file, if known.
    bytes: Option<u64>,
    /// Limit for the bytes of text.
    max_bytes: Option<u64>,
    /// Made at the first bytes, which tell whether the file's size is that of the text.
    parser: Option<Parser>,
    progress: Progress,
}

/// A question, and the snapshots it is about.
#[derive(Deserialize)]
struct Asked<'a> {
    snapshots: Vec<usize>,
    #[serde(borrow)]
    question: &'a RawValue,
}

impl Engine {
    /// Starts reading, instead of what was being read.
    pub(crate) fn begin(&mut self, bytes: Option<u64>, max_bytes: Option<u64>) {
        self.opening = Some(Opening { bytes, max_bytes, parser: None, progress: watched_progress() });
    }

    /// Reads the next bytes. An error ends the reading.
    pub(crate) fn push(&mut self, chunk: &[u8]) -> Result<()> {
        let mut opening = self.opening.take().ok_or_else(nothing_opening)?;
        let parser = opening.parser.get_or_insert_with(|| {
            let size_hint = opening.bytes.and_then(|bytes| text_size(chunk, bytes));
            opening.progress.enter(Phase::Parse, size_hint.unwrap_or(0));
            Parser::new(ParserOptions { size_hint, max_bytes: opening.max_bytes })
        });
        parser.push(chunk, &opening.progress)?;
        self.opening = Some(opening);
        Ok(())
    }

    /// Ends the input and analyses it. Returns the snapshot's number.
    pub(crate) fn finish(&mut self) -> Result<usize> {
        let Opening { parser, progress, .. } = self.opening.take().ok_or_else(nothing_opening)?;
        let parser = parser.unwrap_or_else(|| Parser::new(ParserOptions::default()));
        let snapshot = Snapshot::analyse(parser.finish(&progress)?, &progress)?;
        let free = self.snapshots.iter().position(Option::is_none);
        let number = free.unwrap_or_else(|| {
            self.snapshots.push(None);
            self.snapshots.len() - 1
        });
        self.snapshots[number] = Some(snapshot);
        Ok(number)
    }

    /// Stops reading.
    pub(crate) fn abandon(&mut self) {
        self.opening = None;
    }

    /// Answers a question.
    pub(crate) fn ask(&self, text: &[u8]) -> Result<String> {
        let Asked { snapshots, question } = serde_json::from_slice(text)
            .map_err(|error| Error::new(Code::InvalidQuery, "a question and snapshots", error.to_string()))?;
        let snapshots = snapshots.into_iter().map(|number| self.snapshot(number)).collect::<Result<Vec<_>>>()?;
        query::ask(&snapshots, question.get(), &watched_progress())
    }

    /// The bytes of a column, one element for each node.
    pub(crate) fn column(&self, number: usize, name: &[u8]) -> Result<Vec<u8>> {
        let snapshot = self.snapshot(number)?;
        let column = Column::by_name(&String::from_utf8_lossy(name))?;
        let mut bytes = vec![0; column.width() * snapshot.nodes().len()];
        snapshot.copy_column(column, &mut bytes, &watched_progress())?;
        Ok(bytes)
    }

    /// Frees a snapshot.
    pub(crate) fn close(&mut self, number: usize) {
        if let Some(snapshot) = self.snapshots.get_mut(number) {
            *snapshot = None;
        }
    }

    fn snapshot(&self, number: usize) -> Result<&Snapshot> {
        let held = self.snapshots.get(number).and_then(Option::as_ref);
        held.ok_or_else(|| Error::new(Code::InvalidQuery, "the number of a snapshot", number.to_string()))
    }
}

fn nothing_opening() -> Error {
    Error::new(Code::InvalidQuery, "a snapshot that is being opened", "none")
}
