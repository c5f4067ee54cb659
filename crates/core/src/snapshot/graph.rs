//! Which edges retain, and the edges seen from their targets.
//!
//! **The one predicate.** Whether an edge keeps its target alive is decided here and nowhere else, and available as
//! [`Snapshot::retains`](crate::Snapshot::retains). It has two halves, because one of them depends on a walk of the
//! graph:
//!
//! * `mark_never_retaining` sets one bit on every edge that can never retain: weak edges, the table's
//!   side of a WeakMap entry (the *key* holds the value), edges of a node to itself, and shortcuts
//!   that do not start at the root.
//! * `Policy` adds the rule about pages: nodes that the page owns are retained by the page, not by
//!   the debugger or the embedder that also refers to them. Which nodes these are is found while the
//!   graph is numbered (`flow.rs`).
//!
//! DevTools: `computeIsEssentialEdge`.

use crate::snapshot::bits::NodeSet;
use crate::snapshot::columns::{Edge, Edges, Nodes};
use crate::snapshot::error::Result;
use crate::snapshot::ids::{EdgeIx, NodeIx, StringIx};
use crate::snapshot::parallel;
use crate::snapshot::schema::EdgeKind;
use crate::snapshot::wellknown::WellKnown;

/// Which edges retain.
#[derive(Debug)]
pub(crate) struct Policy {
    pub(crate) root: NodeIx,
    /// Nodes that the page owns. If these are none or all, the page rule has no effect.
    pub(crate) pages: NodeSet,
}

impl Policy {
    /// The predicate for the edges of one node.
    #[inline(always)]
    pub(crate) fn edges_from(&self, from: NodeIx) -> RetainsFrom<'_> {
        let free = from == self.root || self.pages.contains(from);
        RetainsFrom { pages: &self.pages, free }
    }

    /// Bytes of memory held.
    pub(crate) fn memory(&self) -> usize {
        self.pages.memory()
    }
}

/// Which edges of one node retain.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RetainsFrom<'a> {
    pages: &'a NodeSet,
    /// Whether the page rule has no effect on this node's edges.
    free: bool,
}

impl RetainsFrom<'_> {
    /// Whether an edge of that node keeps its target alive.
    #[inline(always)]
    pub(crate) fn retains_over(self, edge: Edge) -> bool {
        !edge.never_retains && (self.free || !self.pages.contains(edge.to))
    }

    /// Whether the edge `word` keeps its target alive.
    #[inline(always)]
    pub(crate) fn retains(self, word: u32) -> bool {
        can_retain(word) && (self.free || !self.pages.contains(Edges::target_of(word)))
    }
}

/// The half of the predicate that is known without the pages.
#[inline(always)]
pub(crate) fn can_retain(word: u32) -> bool {
    word & Edges::NEVER_RETAINS == 0
}

/// Sets [`Edges::NEVER_RETAINS`] on every edge that can never retain.
pub(crate) fn mark_never_retaining(nodes: &Nodes, edges: &mut Edges, wellknown: &WellKnown, root: NodeIx) {
    let names = &edges.names;
    let never = |from: NodeIx, word: u32, at: usize| match Edges::kind_of(word) {
        EdgeKind::Weak => true,
        _ if Edges::target_of(word) == from => true,
        EdgeKind::Shortcut => from != root,
        EdgeKind::Internal => {
            let table = wellknown.ephemeron(StringIx(names[at])).map(|entry| entry.table);
            table == Some(u64::from(nodes.id(from).0))
        }
        _ => false,
    };
    let mark_range = |first: usize, words: &mut [u32]| {
        if words.is_empty() {
            return;
        }
        let mut from = nodes.source_of(EdgeIx(first as u32));
        let mut end = nodes.edge_range(from).end;
        for (i, word) in words.iter_mut().enumerate() {
            while first + i >= end {
                from = NodeIx(from.0 + 1);
                end = nodes.edge_range(from).end;
            }
            if never(from, *word, first + i) {
                *word |= Edges::NEVER_RETAINS;
            }
        }
    };
    const BLOCK: usize = 1 << 18;
    let blocks = edges.targets.chunks_mut(BLOCK).enumerate().collect();
    parallel::map(blocks, |(i, words)| mark_range(i * BLOCK, words));
}

/// Incoming edges of every node, as positions: 4 bytes an edge. The source is found from the position
/// by a binary search, which is used for answers only, never in a pass over the heap.
#[derive(Debug)]
pub struct Retainers {
    first: Vec<u32>,
    edges: Vec<u32>,
}

impl Retainers {
    /// Counting sort by target: count, prefix sums, fill.
    pub(crate) fn new(nodes: &Nodes, edges: &Edges) -> Result<Self> {
        let mut first = crate::snapshot::column::filled(0u32, nodes.len() + 2)?;
        for &word in &edges.targets {
            first[Edges::target_of(word).index() + 2] += 1;
        }
        for i in 2..first.len() {
            first[i] += first[i - 1];
        }
        // Now first[t + 1] is the start of the list of t. It moves to the end while the list is filled, so
        // that first[t] is the start afterwards. Backwards, because that is DevTools' order of retainers.
        let mut list = crate::snapshot::column::filled(0u32, edges.len())?;
        for (e, &word) in edges.targets.iter().enumerate().rev() {
            let slot = &mut first[Edges::target_of(word).index() + 1];
            list[*slot as usize] = e as u32;
            *slot += 1;
        }
        first.pop();
        Ok(Self { first, edges: list })
    }

    /// Positions of the edges that lead to `node`, including weak ones, in descending order as in DevTools.
    pub fn of(&self, node: NodeIx) -> impl ExactSizeIterator<Item = EdgeIx> + '_ {
        let range = self.first[node.index()] as usize..self.first[node.index() + 1] as usize;
        self.edges[range].iter().map(|&e| EdgeIx(e))
    }

    /// How many edges lead to `node`.
    pub fn count(&self, node: NodeIx) -> u32 {
        self.first[node.index() + 1] - self.first[node.index()]
    }

    /// Bytes of memory held.
    pub fn memory(&self) -> usize {
        4 * (self.first.capacity() + self.edges.capacity())
    }
}
