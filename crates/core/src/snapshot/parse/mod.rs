//! Bytes → sections → columns: the push parser.
//!
//! [`Parser::push`] takes the snapshot's bytes in any split, compressed or not, and keeps no more text
//! than one record or string. [`Parser::finish`] makes the checks that need the whole input and returns
//! the columns. The result does not depend on how the input was split.

#[doc(hidden)]
pub mod checks;
mod decompress;
#[doc(hidden)]
pub mod document;
mod number;
mod parts;
#[doc(hidden)]
pub mod records;
#[doc(hidden)]
pub mod rows;
#[doc(hidden)]
pub mod tables;
#[doc(hidden)]
pub mod text;
#[doc(hidden)]
pub mod trace_tree;

use crate::snapshot::columns::{Edges, Nodes};
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::progress::{Phase, Progress};
use crate::snapshot::strings::Strings;
use crate::snapshot::{RawSnapshot, Snapshot};
use checks::{check_counts, check_edge_counts, check_scopes, check_sizes, check_some_nodes, find_root, missing, range};
use decompress::BYTE_ORDER_MARK;
pub use decompress::Sink;
#[doc(hidden)]
pub use decompress::{Input, sink_back};
use document::{Document, Outline, Sections};
use parts::Parts;

/// Limits and hints for the parser.
#[derive(Clone, Copy, Debug, Default)]
pub struct ParserOptions {
    /// The size of the input in bytes, if known, which saves growing the columns.
    pub size_hint: Option<u64>,
    /// The most bytes to accept after decompression; `None` for no limit.
    pub max_bytes: Option<u64>,
}

/// The push parser. Feed it every byte in order, then [`finish`](Parser::finish).
#[derive(Debug)]
pub struct Parser {
    input: Input<Limited<Parts>>,
}

/// Bytes parsed at a time: few enough to be cancelled within milliseconds, enough to occupy all cores.
pub(crate) const WINDOW: usize = 8 << 20;

impl Parser {
    /// A parser that has seen nothing.
    pub fn new(options: ParserOptions) -> Self {
        let document = Document::new(Parts::default(), options.size_hint);
        Self { input: Input::new(Limited::new(document, options.max_bytes)) }
    }

    /// Takes the next bytes. Progress counts the bytes taken.
    ///
    /// # Errors
    /// As soon as the bytes so far cannot become a snapshot. The parser is unusable afterwards.
    pub fn push(&mut self, chunk: &[u8], progress: &Progress) -> Result<()> {
        self.input.push_watched(chunk, WINDOW, progress)
    }

    /// Ends the input: checks that nothing is missing and returns the columns.
    ///
    /// # Errors
    /// [`Code::Truncated`], and errors that only the whole input shows: counts, indices.
    pub fn finish(self, progress: &Progress) -> Result<RawSnapshot> {
        progress.check()?;
        let (outline, parts) = self.input.finish()?.end()?;
        check_whole(outline, parts)
    }
}

/// The value for [`ParserOptions::size_hint`] of an input of `bytes` bytes that begins with `start`: `None`
/// if it is compressed.
pub fn text_size(start: &[u8], bytes: u64) -> Option<u64> {
    let start = start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(start);
    let first = start.iter().find(|byte| !byte.is_ascii_whitespace());
    (first == Some(&b'{')).then_some(bytes)
}

/// Bytes in memory → analysed snapshot.
///
/// # Errors
/// What the parser finds wrong, or [`Code::Cancelled`].
pub fn open(bytes: &[u8], progress: &Progress) -> Result<Snapshot> {
    progress.enter(Phase::Parse, bytes.len() as u64);
    let mut parser = Parser::new(ParserOptions { size_hint: Some(bytes.len() as u64), max_bytes: None });
    parser.push(bytes, progress)?;
    Snapshot::analyse(parser.finish(progress)?, progress)
}

/// The document that the decoder writes to, with a limit on the decompressed bytes.
#[doc(hidden)]
#[derive(Debug)]
pub struct Limited<S: Sections> {
    document: Document<S>,
    length: u64,
    most: u64,
}

impl<S: Sections> Limited<S> {
    /// Accepts `most` bytes after decompression.
    pub fn new(document: Document<S>, most: Option<u64>) -> Self {
        Self { document, length: 0, most: most.unwrap_or(u64::MAX) }
    }

    /// Ends the input.
    pub fn end(self) -> Result<(Outline, S)> {
        self.document.finish(self.length)
    }
}

impl<S: Sections + Send + 'static> Sink for Limited<S>
where
    S::Reader: Send,
{
    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        let offset = self.length;
        // The bytes up to the limit are parsed, so that the error is the same however the input is split.
        let allowed = usize::try_from(self.most - offset).unwrap_or(usize::MAX).min(bytes.len());
        self.length += allowed as u64;
        self.document.push(&bytes[..allowed], offset)?;
        if allowed == bytes.len() {
            return Ok(());
        }
        Err(Error::new(Code::TooLarge, format!("at most {} bytes", self.most), "more").at(self.most))
    }
}

/// The checks that need several sections at once.
fn check_whole(mut outline: Outline, mut parts: Parts) -> Result<RawSnapshot> {
    let schema = outline.schema.take().ok_or_else(|| missing("snapshot", &outline))?;
    let mut nodes = parts.nodes.take().ok_or_else(|| missing("nodes", &outline))?;
    let mut edges = parts.edges.take().ok_or_else(|| missing("edges", &outline))?;
    let strings = parts.strings.take().ok_or_else(|| missing("strings", &outline))?;
    check_counts(schema.node_count, nodes.len() as u64, "nodes", &outline)?;
    check_counts(schema.edge_count, edges.len() as u64, "edges", &outline)?;
    let sum = nodes.finish_edge_counts()?;
    check_edge_counts(sum, edges.len() as u64).map_err(|error| error.at(outline.offset_of("edges")))?;
    check_names(&nodes, &edges, &strings, &outline)?;
    check_sizes(
        nodes.iter().fold(schema.extra_native_bytes, |sum, node| sum.saturating_add(nodes.self_size(node))),
        &outline,
    )?;
    check_some_nodes(nodes.len() as u64, &outline)?;
    let root = find_root(&schema, nodes.len() as u64, &outline)?;
    edges.strings = strings.len() as u32;
    if edges.max_target as usize >= nodes.len() && !edges.is_empty() {
        let at = edges.first_target_beyond(nodes.len()).unwrap_or(0);
        return Err(range(
            "edges",
            &outline,
            format!("to_node of one of {} nodes", nodes.len()),
            format!("another in edge {at}"),
        ));
    }
    let functions = parts.allocations.functions.len() as u32;
    if let Some(node) = parts.allocations.tree.iter().find(|node| node.function >= functions) {
        return Err(range(
            "trace_tree",
            &outline,
            format!("one of {functions} functions"),
            format!("function {}", node.function),
        ));
    }
    let most = strings.len() as u32;
    if let Some(function) = parts.allocations.functions.iter().find(|f| f.name.0 >= most || f.script_name.0 >= most) {
        let found = format!("strings {} and {}", function.name.0, function.script_name.0);
        return Err(range("trace_function_infos", &outline, format!("names among {most} strings"), found));
    }
    check_scopes(&parts.scopes, nodes.len() as u64, u64::from(most), &outline)?;
    let locations = parts.take_locations(nodes.len())?;
    Ok(RawSnapshot {
        schema,
        root,
        nodes,
        edges,
        strings,
        locations,
        samples: parts.samples,
        allocations: parts.allocations,
        scopes: parts.scopes,
        skipped: outline.skipped,
    })
}

fn check_names(nodes: &Nodes, edges: &Edges, strings: &Strings, outline: &Outline) -> Result<()> {
    let most = strings.len() as u32;
    if nodes.max_name >= most && !nodes.is_empty() {
        let at = nodes.names.iter().position(|&name| name >= most).unwrap_or(0);
        let found = format!("name {} of node {at}", nodes.names[at]);
        return Err(range("nodes", outline, format!("one of {most} strings"), found));
    }
    if edges.max_name >= most
        && let Some(at) = edges.first_name_beyond(most)
    {
        let found = format!("name {} of edge {at}", edges.names[at]);
        return Err(range("edges", outline, format!("one of {most} strings"), found));
    }
    Ok(())
}
