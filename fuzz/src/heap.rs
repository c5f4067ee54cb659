//! Makes small valid snapshots from a fuzzer's bytes, with many of the cases for which the rules have exceptions.

use arbitrary::{Result, Unstructured};
use heapray_core::testing::{Node, SnapshotBuilder};

const TYPES: [&str; 15] = [
    "object",
    "object",
    "closure",
    "native",
    "hidden",
    "array",
    "string",
    "concatenated string",
    "sliced string",
    "code",
    "synthetic",
    "number",
    "symbol",
    "regexp",
    "bigint",
];

const NAMES: [&str; 24] = [
    "",
    "Object",
    "Array",
    "Session",
    "__proto__",
    "constructor",
    "toString",
    "(Document DOM trees)",
    "(GC roots)",
    "(map descriptors)",
    "system / NativeContext",
    "system / Context",
    "system / ExternalStringData",
    "system / JSArrayBufferData",
    "V8EventListener",
    "Detached <div class=\"x\">",
    "<span id=\"y\">",
    "WeakMap",
    "Map",
    "hash, 'quoted' {}",
    "größe \u{1f600}",
    "file:///srv/node_modules/left-pad/index.js",
    "EventEmitter",
    "global / DevTools console",
];

const EDGE_TYPES: [&str; 7] = ["property", "element", "internal", "context", "hidden", "shortcut", "weak"];

const EDGE_NAMES: [&str; 20] = [
    "a",
    "b",
    "",
    "__proto__",
    "constructor",
    "first",
    "second",
    "elements",
    "table",
    "context",
    "shared",
    "script",
    "name",
    "code",
    "map",
    "native_context",
    "sloppy_function_map",
    "4x",
    "a, b",
    "truncated",
];

/// A snapshot of up to two dozen nodes, and the nodes.
///
/// # Errors
/// When the fuzzer's bytes are used up.
pub fn builder(bytes: &mut Unstructured<'_>) -> Result<(SnapshotBuilder, Vec<Node>)> {
    let mut heap = SnapshotBuilder::new();
    let mut nodes = vec![heap.root()];
    for _ in 0..bytes.int_in_range(0..=22)? {
        nodes.push(node(bytes, &mut heap)?);
    }
    for _ in 0..bytes.int_in_range(0..=60)? {
        let (from, to) = (*bytes.choose(&nodes)?, *bytes.choose(&nodes)?);
        edge_label(bytes)?.write(&mut heap, from, to);
    }
    if bytes.ratio(1, 4)? {
        tables(bytes, &mut heap, &nodes)?;
    }
    Ok((heap, nodes))
}

/// A snapshot as [`builder`] makes, as a file.
///
/// # Errors
/// As [`builder`].
pub fn snapshot(bytes: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    Ok(builder(bytes)?.0.json())
}

fn node(bytes: &mut Unstructured<'_>, heap: &mut SnapshotBuilder) -> Result<Node> {
    let (kind, name) = label(bytes)?;
    let size = match bytes.int_in_range(0..=15)? {
        0 => 0,
        // Values on both sides of a column's limit.
        1 => bytes.int_in_range(u64::from(u32::MAX) - 2..=u64::from(u32::MAX) + 2)?,
        2 => 1 << 40,
        _ => bytes.int_in_range(1..=99)?,
    };
    let node = heap.node(kind, name, size);
    if bytes.ratio(1, 8)? {
        heap.detachedness(node, bytes.int_in_range(0..=2)?);
    }
    if bytes.ratio(1, 16)? {
        heap.id(node, bytes.int_in_range(0..=40)?);
    }
    Ok(node)
}

/// The type and name of a node.
///
/// # Errors
/// When the fuzzer's bytes are used up.
pub fn label(bytes: &mut Unstructured<'_>) -> Result<(&'static str, &'static str)> {
    Ok((*bytes.choose(&TYPES)?, *bytes.choose(&NAMES)?))
}

/// The type and name of an edge.
pub struct EdgeLabel {
    kind: &'static str,
    name: String,
}

impl EdgeLabel {
    /// Adds such an edge.
    pub fn write(&self, heap: &mut SnapshotBuilder, from: Node, to: Node) {
        heap.edge(from, self.kind, &self.name, to);
    }
}

/// Any edge's.
///
/// # Errors
/// When the fuzzer's bytes are used up.
pub fn edge_label(bytes: &mut Unstructured<'_>) -> Result<EdgeLabel> {
    let kind = *bytes.choose(&EDGE_TYPES)?;
    let name = match kind {
        "element" | "hidden" => bytes.int_in_range(-2..=9)?.to_string(),
        "internal" if bytes.ratio(1, 3)? => {
            let (number, table) = (bytes.int_in_range(0..=1)?, bytes.int_in_range(0..=9)? * 2 + 1);
            let key = *bytes.choose(&["K", "a\nb", "x @3"])?;
            format!("{number} / part of key ({key} @3) -> value (V @5) pair in WeakMap (table @{table})")
        }
        _ => (*bytes.choose(&EDGE_NAMES)?).to_owned(),
    };
    Ok(EdgeLabel { kind, name })
}

/// Locations, samples and allocation stacks.
fn tables(bytes: &mut Unstructured<'_>, heap: &mut SnapshotBuilder, nodes: &[Node]) -> Result<()> {
    for &node in nodes {
        if bytes.ratio(1, 2)? {
            heap.location(node, bytes.int_in_range(0..=2)?, bytes.int_in_range(0..=9)?, 3);
        }
        heap.trace(node, bytes.int_in_range(0..=4)?);
    }
    for at in 0..bytes.int_in_range(0..=5)? {
        heap.sample(at * 1000, bytes.int_in_range(0..=60)?);
    }
    for _ in 0..2 {
        heap.trace_function(bytes.choose(&NAMES)?, bytes.choose(&NAMES)?, [1, 2, 3]);
    }
    heap.trace_tree("1,0,0,0,[2,1,3,120,[],3,1,1,16,[4,0,2,8,[]]]");
    Ok(())
}
