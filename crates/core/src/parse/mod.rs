//! Bytes → sections → columns: the push parser.
//!
//! `push` takes the snapshot's bytes in any split; nothing of the text is kept beyond what one
//! record or string needs.

use crate::error::Result;
use crate::progress::Progress;
use crate::snapshot::{RawSnapshot, Snapshot};

/// The push parser. Feed it every byte in order, then [`finish`](Parser::finish).
#[derive(Debug, Default)]
pub struct Parser {}

/// Limits and hints for the parser.
#[derive(Clone, Copy, Debug, Default)]
pub struct ParserOptions {
    /// How many uncompressed bytes will come, where it is known: saves growing the columns.
    pub size_hint: Option<u64>,
    /// Most bytes to accept after decompression; `None` for no limit.
    pub max_bytes: Option<u64>,
}

impl Parser {
    /// A parser that has seen nothing.
    pub fn new(_options: ParserOptions) -> Self {
        Self::default()
    }

    /// Takes the next bytes, compressed or not.
    ///
    /// # Errors
    /// As soon as the bytes so far cannot become a snapshot. The parser is of no use afterwards.
    pub fn push(&mut self, _chunk: &[u8], _progress: &Progress) -> Result<()> {
        Ok(())
    }

    /// Ends the input: checks that nothing is missing and hands the columns over.
    ///
    /// # Errors
    /// [`Code::Truncated`](crate::Code::Truncated) and what only the whole can tell: counts, indices.
    pub fn finish(self, _progress: &Progress) -> Result<RawSnapshot> {
        Err(crate::Error::new(crate::Code::Empty, "a heap snapshot", "nothing"))
    }
}

/// Bytes in memory → analysed snapshot.
///
/// # Errors
/// What the parser finds wrong, or [`Code::Cancelled`](crate::Code::Cancelled).
pub fn open(bytes: &[u8], progress: &Progress) -> Result<Snapshot> {
    let mut parser = Parser::new(ParserOptions { size_hint: Some(bytes.len() as u64), max_bytes: None });
    parser.push(bytes, progress)?;
    Snapshot::analyse(parser.finish(progress)?, progress)
}
