//! Bytes → sections → columns: the push parser.
//!
//! [`Parser::push`] takes the snapshot's bytes in any split, compressed or not; nothing of the text
//! is kept beyond what one record or string needs. [`Parser::finish`] checks what only the whole
//! can tell and hands the columns over. The result does not depend on how the input was cut.

mod decompress;
mod document;
mod number;
mod records;
mod rows;
mod tables;
mod text;
mod trace_tree;

use crate::columns::{Edges, Nodes};
use crate::error::{Code, Error, Result};
use crate::progress::{Phase, Progress};
use crate::snapshot::{RawSnapshot, Snapshot};
use crate::strings::Strings;
use decompress::{BYTE_ORDER_MARK, Input, Sink};
use document::{Document, Parts};

/// Limits and hints for the parser.
#[derive(Clone, Copy, Debug, Default)]
pub struct ParserOptions {
    /// How many bytes will come, where it is known: saves growing the columns.
    pub size_hint: Option<u64>,
    /// Most bytes to accept after decompression; `None` for no limit.
    pub max_bytes: Option<u64>,
}

/// The push parser. Feed it every byte in order, then [`finish`](Parser::finish).
#[derive(Debug)]
pub struct Parser {
    input: Input<Limited>,
    received: u64,
}

/// Bytes handed to the parser at a time: often enough to be cancelled within milliseconds, large
/// enough for all cores to have something to scan.
const WINDOW: usize = 8 << 20;

impl Parser {
    /// A parser that has seen nothing.
    pub fn new(options: ParserOptions) -> Self {
        let document = Document::new(options.size_hint);
        let most = options.max_bytes.unwrap_or(u64::MAX);
        Self { input: Input::new(Limited { document, length: 0, most }), received: 0 }
    }

    /// Takes the next bytes. Progress counts the bytes taken.
    ///
    /// # Errors
    /// As soon as the bytes so far cannot become a snapshot. The parser is of no use afterwards.
    pub fn push(&mut self, chunk: &[u8], progress: &Progress) -> Result<()> {
        for window in chunk.chunks(WINDOW) {
            progress.check()?;
            self.input.push(window)?;
            self.received += window.len() as u64;
            progress.set_done(self.received);
        }
        Ok(())
    }

    /// Ends the input: checks that nothing is missing and hands the columns over.
    ///
    /// # Errors
    /// [`Code::Truncated`] and what only the whole can tell: counts, indices.
    pub fn finish(self, progress: &Progress) -> Result<RawSnapshot> {
        progress.check()?;
        let Limited { document, length, .. } = self.input.finish()?;
        check_whole(document.finish(length)?)
    }
}

/// The size of the text to come, if these first bytes of `bytes` are text and not a compressed stream:
/// what [`ParserOptions::size_hint`] wants.
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

/// The document behind the decoder, which counts and limits what comes out of it.
#[derive(Debug)]
struct Limited {
    document: Document,
    length: u64,
    most: u64,
}

impl Sink for Limited {
    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        let offset = self.length;
        self.length += bytes.len() as u64;
        if self.length > self.most {
            return Err(Error::new(Code::TooLarge, format!("at most {} bytes", self.most), "more").at(self.most));
        }
        self.document.push(bytes, offset)
    }
}

/// The checks that need several sections at once.
fn check_whole(mut parts: Parts) -> Result<RawSnapshot> {
    let schema = parts.schema.take().ok_or_else(|| missing("snapshot"))?;
    let mut nodes = parts.nodes.take().ok_or_else(|| missing("nodes"))?;
    let mut edges = parts.edges.take().ok_or_else(|| missing("edges"))?;
    let strings = parts.strings.take().ok_or_else(|| missing("strings"))?;
    check_counts(schema.node_count, nodes.len(), "nodes", &parts)?;
    check_counts(schema.edge_count, edges.len(), "edges", &parts)?;
    nodes.finish_edge_counts(edges.len()).map_err(|error| error.at(parts.offset_of("edges")))?;
    check_names(&nodes, &edges, &strings, &parts)?;
    check_sizes(&nodes, &parts)?;
    edges.strings = strings.len() as u32;
    if nodes.is_empty() {
        return Err(Error::new(Code::Count, "a root node", "no nodes")
            .at(parts.offset_of("nodes"))
            .in_section("nodes"));
    }
    if edges.most_target as usize >= nodes.len() && !edges.is_empty() {
        let at = edges.first_target_beyond(nodes.len()).unwrap_or(0);
        return Err(range(
            "edges",
            &parts,
            format!("to_node of one of {} nodes", nodes.len()),
            format!("another in edge {at}"),
        ));
    }
    let functions = parts.allocations.functions.len() as u32;
    if let Some(node) = parts.allocations.tree.iter().find(|node| node.function >= functions) {
        return Err(range(
            "trace_tree",
            &parts,
            format!("one of {functions} functions"),
            format!("function {}", node.function),
        ));
    }
    let most = strings.len() as u32;
    if let Some(function) = parts.allocations.functions.iter().find(|f| f.name.0 >= most || f.script_name.0 >= most) {
        let found = format!("strings {} and {}", function.name.0, function.script_name.0);
        return Err(range("trace_function_infos", &parts, format!("names among {most} strings"), found));
    }
    let locations = parts.take_locations(nodes.len())?;
    Ok(RawSnapshot {
        schema,
        nodes,
        edges,
        strings,
        locations,
        samples: parts.samples,
        allocations: parts.allocations,
        skipped: parts.skipped,
    })
}

#[cold]
fn missing(section: &str) -> Error {
    Error::new(Code::Section, format!("the section \"{section}\""), "none").in_section(section)
}

#[cold]
fn range(section: &str, parts: &Parts, expected: String, found: String) -> Error {
    Error::new(Code::Range, expected, found).at(parts.offset_of(section)).in_section(section)
}

fn check_counts(claimed: Option<u64>, found: usize, section: &str, parts: &Parts) -> Result<()> {
    match claimed {
        Some(claimed) if claimed != found as u64 => {
            Err(Error::new(Code::Count, format!("{claimed} {section}, as the header says"), found.to_string())
                .at(parts.offset_of(section))
                .in_section(section))
        }
        _ => Ok(()),
    }
}

/// Sums stay exact, here in 64 bits and in JavaScript's numbers.
fn check_sizes(nodes: &Nodes, parts: &Parts) -> Result<()> {
    let sum = nodes.iter().fold(0u64, |sum, node| sum.saturating_add(nodes.self_size(node)));
    if sum > 1 << 53 {
        return Err(range("nodes", parts, "self sizes that add up to at most 2^53".to_owned(), sum.to_string()));
    }
    Ok(())
}

fn check_names(nodes: &Nodes, edges: &Edges, strings: &Strings, parts: &Parts) -> Result<()> {
    let most = strings.len() as u32;
    if nodes.most_name >= most && !nodes.is_empty() {
        let at = nodes.names.iter().position(|&name| name >= most).unwrap_or(0);
        let found = format!("name {} of node {at}", nodes.names[at]);
        return Err(range("nodes", parts, format!("one of {most} strings"), found));
    }
    if edges.most_name >= most
        && let Some(at) = edges.first_name_beyond(most)
    {
        let found = format!("name {} of edge {at}", edges.names[at]);
        return Err(range("edges", parts, format!("one of {most} strings"), found));
    }
    Ok(())
}
