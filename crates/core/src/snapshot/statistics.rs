//! Bytes per kind, as in DevTools' statistics pie (`calculateStatistics`).

use crate::snapshot::bits::Bits;
use crate::snapshot::columns::{EdgeName, Edges, Nodes, SelfSizes};
use crate::snapshot::heap::Heap;
use crate::snapshot::ids::{EdgeIx, NodeIx};
use crate::snapshot::schema::{EdgeKind, NodeKind};
use crate::snapshot::strings::Strings;
use crate::snapshot::wellknown::Mark;
use serde::Serialize;

/// Bytes outside V8's heap.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NativeStatistics {
    /// Native nodes and the bytes that V8 counted outside the heap.
    pub total: u64,
    /// Backing stores of ArrayBuffers.
    pub typed_arrays: u64,
}

/// Bytes in V8's heap.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HeapStatistics {
    /// All of it.
    pub total: u64,
    /// Code nodes.
    pub code: u64,
    /// Arrays with their elements.
    pub js_arrays: u64,
    /// Strings of every kind.
    pub strings: u64,
    /// Hidden nodes.
    pub system: u64,
}

/// Bytes per kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Statistics {
    /// Everything.
    pub total: u64,
    /// Outside V8's heap.
    pub native: NativeStatistics,
    /// In V8's heap.
    pub v8heap: HeapStatistics,
}

/// All but `total` and `v8heap.total`, which need the retained size of the root.
pub(crate) fn by_kind(heap: Heap<'_>, sizes: &SelfSizes) -> Statistics {
    let mut statistics = Statistics::default();
    statistics.native.total = heap.schema.extra_native_bytes;
    let mut elements = Vec::new();
    for node in heap.nodes.iter() {
        let size = sizes.get(node);
        match heap.schema.node_kinds[heap.nodes.type_number(node) as usize] {
            NodeKind::Hidden => statistics.v8heap.system += size,
            NodeKind::Native => {
                statistics.native.total += size;
                if heap.wellknown.mark(heap.nodes.name(node)) == Mark::ArrayBufferData {
                    statistics.native.typed_arrays += size;
                }
            }
            NodeKind::Code => statistics.v8heap.code += size,
            kind if kind.is_string() => statistics.v8heap.strings += size,
            _ if heap.wellknown.mark(heap.nodes.name(node)) == Mark::Array => {
                statistics.v8heap.js_arrays += size;
                elements.extend(elements_of(heap, node));
            }
            _ => {}
        }
    }
    statistics.v8heap.js_arrays += exclusive_sizes(heap, sizes, &elements);
    statistics
}

/// The first internal `elements` edge's target.
fn elements_of(heap: Heap<'_>, node: NodeIx) -> Option<NodeIx> {
    heap.nodes.edge_range(node).find_map(|e| {
        let edge = heap.edges.get(EdgeIx(e as u32));
        if edge.kind != EdgeKind::Internal {
            return None;
        }
        match heap.edges.name(edge) {
            EdgeName::Name(name) if heap.wellknown.mark(name) == Mark::Elements => Some(edge.to),
            _ => None,
        }
    })
}

/// V8's own tables and arrays.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tables {
    /// Distinct indices of slots, each of which is a string of the snapshot.
    pub indices: u32,
    /// References to one of V8's objects for an absent value, the most there are: what deleted entries leave.
    pub absent_values: u32,
}

/// See [`Snapshot::tables`](crate::Snapshot::tables).
pub(crate) fn tables(nodes: &Nodes, edges: &Edges, strings: &Strings) -> Tables {
    let name = strings.find(b"system / Hole");
    let mut holes: Vec<(NodeIx, u32)> =
        nodes.iter().filter(|&node| name == Some(nodes.name(node))).map(|node| (node, 0)).collect();
    let mut seen = Bits::new(strings.len());
    let mut indices = 0;
    for edge in (0..edges.len()).map(|e| edges.get(EdgeIx(e as u32))) {
        if let Ok(at) = holes.binary_search_by_key(&edge.to, |&(node, _)| node) {
            holes[at].1 += 1;
        }
        if edge.kind == EdgeKind::Internal
            && let EdgeName::Name(name) = edges.name(edge)
            && seen.insert(name.index())
            && strings.get(name).iter().all(u8::is_ascii_digit)
        {
            indices += 1;
        }
    }
    Tables { indices, absent_values: holes.iter().map(|&(_, count)| count).max().unwrap_or(0) }
}

/// The sum of the self sizes of nodes with exactly one incoming edge; duplicates in the list count twice.
fn exclusive_sizes(heap: Heap<'_>, sizes: &SelfSizes, list: &[NodeIx]) -> u64 {
    let Heap { nodes, edges, .. } = heap;
    if list.is_empty() {
        return 0;
    }
    let mut asked = crate::snapshot::bits::NodeSet::new(nodes.len());
    let mut once = crate::snapshot::bits::NodeSet::new(nodes.len());
    let mut more = crate::snapshot::bits::NodeSet::new(nodes.len());
    for &node in list {
        asked.insert(node);
    }
    for &word in &edges.targets {
        let to = Edges::target_of(word);
        if asked.contains(to) && !once.insert(to) {
            more.insert(to);
        }
    }
    list.iter().filter(|&&node| !more.contains(node)).map(|&node| sizes.get(node)).sum()
}
