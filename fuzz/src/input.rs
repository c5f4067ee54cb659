//! Parses a file, in one piece or in chunks.

use arbitrary::{Result, Unstructured};
use heapray_core::ids::NodeIx;
use heapray_core::parse::{Parser, ParserOptions};
use heapray_core::{Error, Progress, Snapshot};
use std::fmt::Write;

/// The parser's limit in the targets: enough for any input, and too little for a bomb to do harm.
pub const MAX_BYTES: u64 = 4 << 20;

/// Everything that could depend on how a file is read.
#[derive(PartialEq, Debug)]
pub enum Outcome {
    /// Graph, names, sizes and distances, as text.
    Read(String),
    /// The error with its section and offset.
    Refused(Error),
}

/// Parses and analyses a file in chunks that end at the given offsets.
///
/// # Errors
/// The core's own.
pub fn open(file: &[u8], cuts: &[usize], most: u64) -> heapray_core::Result<Snapshot> {
    let progress = Progress::new();
    // Tries both: with a hint columns are allocated at once, without one they grow.
    let size_hint = (file.len().is_multiple_of(2)).then_some(file.len() as u64);
    let mut parser = Parser::new(ParserOptions { size_hint, max_bytes: Some(most) });
    let mut start = 0;
    for end in cuts.iter().map(|&cut| cut.min(file.len())).chain([file.len()]) {
        if end >= start {
            parser.push(&file[start..end], &progress)?;
            start = end;
        }
    }
    Snapshot::analyse(parser.finish(&progress)?, &progress)
}

/// The result of parsing a file.
pub fn outcome(file: &[u8], cuts: &[usize], most: u64) -> Outcome {
    match open(file, cuts, most) {
        Ok(snapshot) => Outcome::Read(fingerprint(&snapshot)),
        Err(error) => Outcome::Refused(error),
    }
}

/// Checks that chunks and one piece give the same result.
pub fn check_split(file: &[u8], cuts: &[usize], most: u64) {
    let whole = outcome(file, &[], most);
    let split = outcome(file, cuts, most);
    assert_eq!(whole, split, "in one piece, and cut at {cuts:?} ({} bytes)", file.len());
    if let Outcome::Refused(error) = whole {
        assert!(error.offset().is_none_or(|offset| offset <= most), "{error:?}");
    }
}

/// Up to eight offsets at which to cut, ascending.
///
/// # Errors
/// When the fuzzer's bytes are used up.
pub fn cuts(bytes: &mut Unstructured<'_>) -> Result<Vec<usize>> {
    let count = bytes.int_in_range(1..=8)?;
    let mut at = 0;
    let mut cuts = Vec::new();
    for _ in 0..count {
        // Mostly small chunks, which cut headers, escapes and numbers.
        let step = if bytes.ratio(3, 4)? { bytes.int_in_range(0..=40)? } else { bytes.int_in_range(0..=4000)? };
        at += step;
        cuts.push(at);
    }
    Ok(cuts)
}

fn fingerprint(snapshot: &Snapshot) -> String {
    let mut text = format!("{:?} {:?}\n", snapshot.skipped(), snapshot.statistics());
    for node in snapshot.nodes().iter() {
        write_node(snapshot, node, &mut text);
    }
    let _ = write!(text, "{:?} {:?} {:?}", snapshot.samples(), snapshot.allocations(), snapshot.scope_tables());
    text
}

fn write_node(snapshot: &Snapshot, node: NodeIx, text: &mut String) {
    let _ = writeln!(
        text,
        "{:?} {} {:?} {} {} {} {:?} {}",
        snapshot.nodes().id(node),
        snapshot.type_name(node),
        snapshot.strings().text(snapshot.nodes().name(node)),
        snapshot.nodes().self_size(node),
        snapshot.retained_size(node),
        snapshot.distance(node),
        snapshot.location(node),
        snapshot.nodes().trace_id(node),
    );
    for edge in snapshot.edges_of(node) {
        let _ = writeln!(text, "  {:?} {:?} {:?}", edge.kind, edge.to, snapshot.edges().name(edge));
    }
}
