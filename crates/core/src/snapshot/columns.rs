//! The graph's storage: one column per field, in file order. The only file that divides by field count.
//!
//! ```text
//! nodes     kind  name  id  self_size  first_edge        17 bytes a node (+4 with trace ids)
//! edges     targets  names                                8 bytes an edge
//! ```
//!
//! `first_edge` turns the per-node `edge_count` of the file into a prefix sum with one entry more
//! than there are nodes, so that the edges of node `i` are `first_edge[i]..first_edge[i + 1]`:
//!
//! ```text
//! edge_count   2  0  1
//! first_edge   0  2  2  3
//! ```
//!
//! An edge is two 32-bit words. `targets` packs the data for traversals: 28 bits of target node, three
//! bits of [`EdgeKind`], one bit `Edges::NEVER_RETAINS` for edges that never retain (see `graph.rs`). A
//! traversal that only follows edges never reads `names`.

use crate::snapshot::error::{Error, Result};
use crate::snapshot::ids::{EdgeIx, LocationIx, NodeIx, ObjectId, StringIx};
use crate::snapshot::schema::EdgeKind;
use crate::snapshot::sort::sort_by_key;
use foldhash::HashMap;

/// The most nodes of a snapshot: 28 bits. V8 needs about 450 bytes a node to write one.
pub const MAX_NODES: u64 = 1 << 28;

/// The `nodes` section.
#[derive(Debug, Default)]
pub struct Nodes {
    /// Type numbers as in the file.
    pub(crate) kinds: Vec<u8>,
    pub(crate) names: Vec<u32>,
    pub(crate) ids: Vec<u32>,
    pub(crate) self_sizes: SelfSizes,
    /// Prefix sums of the edge counts; while parsing, the counts themselves.
    pub(crate) first_edge: Vec<u32>,
    /// Raw detachedness; empty if the file has none.
    pub(crate) detachedness: Vec<u8>,
    /// Allocation trace ids; empty if the file has none.
    pub(crate) trace_ids: Vec<u32>,
    /// Largest string that names a node.
    pub(crate) max_name: u32,
}

/// Marks a self size kept in [`SelfSizes::big`].
pub(crate) const BIG_SIZE: u32 = u32::MAX;

impl Nodes {
    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// All nodes in order.
    pub fn iter(&self) -> impl Iterator<Item = NodeIx> + use<> {
        (0..self.len() as u32).map(NodeIx)
    }

    /// The file's type number.
    #[inline(always)]
    pub fn type_number(&self, node: NodeIx) -> u8 {
        self.kinds[node.index()]
    }

    /// The name's string.
    #[inline(always)]
    pub fn name(&self, node: NodeIx) -> StringIx {
        StringIx(self.names[node.index()])
    }

    /// V8's id.
    #[inline(always)]
    pub fn id(&self, node: NodeIx) -> ObjectId {
        ObjectId(self.ids[node.index()])
    }

    /// Bytes of the object itself.
    #[inline(always)]
    pub fn self_size(&self, node: NodeIx) -> u64 {
        self.self_sizes.get(node)
    }

    /// Positions of the node's edges.
    #[inline(always)]
    pub fn edge_range(&self, node: NodeIx) -> std::ops::Range<usize> {
        self.first_edge[node.index()] as usize..self.first_edge[node.index() + 1] as usize
    }

    /// Number of outgoing edges.
    #[inline(always)]
    pub fn edge_count(&self, node: NodeIx) -> u32 {
        self.first_edge[node.index() + 1] - self.first_edge[node.index()]
    }

    /// The node an edge starts at: O(log nodes).
    pub fn source_of(&self, edge: EdgeIx) -> NodeIx {
        NodeIx::from_index(self.first_edge.partition_point(|&first| first <= edge.0) - 1)
    }

    /// The trace node at which the object was allocated; 0 if not recorded.
    pub fn trace_id(&self, node: NodeIx) -> u32 {
        self.trace_ids.get(node.index()).copied().unwrap_or(0)
    }

    /// Bytes of memory held.
    pub fn memory(&self) -> usize {
        self.kinds.capacity()
            + self.detachedness.capacity()
            + 4 * (self.names.capacity()
                + self.ids.capacity()
                + self.self_sizes.small.capacity()
                + self.first_edge.capacity()
                + self.trace_ids.capacity())
            + 16 * self.self_sizes.big.capacity()
    }
}

/// The self sizes of all nodes: 4 bytes each, and a list for those of 4 GiB and more. Separate from
/// [`Nodes`] because sizes are moved between nodes while another task reads the rest.
#[derive(Debug, Default)]
pub(crate) struct SelfSizes {
    /// [`BIG_SIZE`] refers to `big`.
    pub(crate) small: Vec<u32>,
    /// Sizes that do not fit 32 bits, by node, ascending.
    pub(crate) big: Vec<(u32, u64)>,
}

impl SelfSizes {
    #[inline(always)]
    pub(crate) fn get(&self, node: NodeIx) -> u64 {
        match self.small[node.index()] {
            BIG_SIZE => self.get_big(node),
            size => u64::from(size),
        }
    }

    #[cold]
    fn get_big(&self, node: NodeIx) -> u64 {
        match self.big.binary_search_by_key(&node.0, |&(n, _)| n) {
            Ok(at) => self.big[at].1,
            Err(_) => u64::from(BIG_SIZE),
        }
    }

    /// Moves sizes between nodes. No node is both a source and a target.
    ///
    /// Big sizes are added at the end: inserting them one at a time would be quadratic.
    pub(crate) fn move_all(&mut self, moves: impl Iterator<Item = (NodeIx, NodeIx)>) {
        let mut late: Vec<(u32, u64)> = Vec::new();
        for (from, to) in moves {
            let size = self.get(from);
            // If it was big, its entry in the list is removed below.
            self.small[from.index()] = 0;
            match u32::try_from(self.get(to) + size) {
                Ok(sum) if sum != BIG_SIZE => self.small[to.index()] = sum,
                _ => late.push((to.0, size)),
            }
        }
        if self.big.is_empty() && late.is_empty() {
            return;
        }
        sort_by_key(&mut late, |&(node, _)| node);
        let mut fresh = Vec::new();
        for run in late.chunk_by(|a, b| a.0 == b.0) {
            let node = NodeIx(run[0].0);
            let sum = self.get(node) + run.iter().map(|&(_, size)| size).sum::<u64>();
            match self.big.binary_search_by_key(&node.0, |&(n, _)| n) {
                Ok(at) if self.small[node.index()] == BIG_SIZE => self.big[at].1 = sum,
                _ => fresh.push((node.0, sum)),
            }
        }
        let small = &self.small;
        self.big.retain(|&(node, _)| small[node as usize] == BIG_SIZE);
        for &(node, _) in &fresh {
            self.small[node as usize] = BIG_SIZE;
        }
        self.big.append(&mut fresh);
        sort_by_key(&mut self.big, |&(node, _)| node);
    }
}

/// The `edges` section.
#[derive(Debug, Default)]
pub struct Edges {
    #[doc(hidden)]
    pub targets: Vec<u32>,
    /// `name_or_index` in 32 bits.
    pub names: Vec<u32>,
    /// Indices that do not fit 32 unsigned bits (negative ones), by edge, ascending.
    pub(crate) odd_indices: Vec<(u32, i64)>,
    /// The number of strings: a shortcut may have a number beyond them instead of a name.
    pub(crate) strings: u32,
    /// Largest string and node that an edge refers to.
    pub(crate) max_name: u32,
    pub(crate) max_target: u32,
}

/// One edge, unpacked.
#[derive(Clone, Copy, Debug)]
pub struct Edge {
    /// Its position.
    pub ix: EdgeIx,
    /// Its type.
    pub kind: EdgeKind,
    /// Where it leads.
    pub to: NodeIx,
    /// Independent of the page rule: see `graph::Policy`.
    pub(super) never_retains: bool,
}

/// The name of an edge.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EdgeName {
    /// A string of the table.
    Name(StringIx),
    /// Position in an array; V8 writes negative ones now and then.
    Index(i64),
}

impl Edges {
    /// Bits of the target node.
    pub(crate) const NODE_BITS: u32 = 28;
    const NODE_MASK: u32 = (1 << Self::NODE_BITS) - 1;
    /// The edge can never retain.
    pub(crate) const NEVER_RETAINS: u32 = 1 << 31;

    #[inline(always)]
    pub(crate) const fn pack(to: u32, kind: EdgeKind) -> u32 {
        to | (kind as u32) << Self::NODE_BITS
    }

    /// Number of edges.
    pub fn len(&self) -> usize {
        self.targets.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// Target of a packed word.
    #[inline(always)]
    pub(crate) const fn target_of(word: u32) -> NodeIx {
        NodeIx(word & Self::NODE_MASK)
    }

    /// Kind of a packed word.
    #[inline(always)]
    pub(crate) const fn kind_of(word: u32) -> EdgeKind {
        EdgeKind::from_bits(word >> Self::NODE_BITS)
    }

    /// The edge at a position.
    #[inline(always)]
    pub fn get(&self, ix: EdgeIx) -> Edge {
        let word = self.targets[ix.index()];
        Edge {
            ix,
            kind: Self::kind_of(word),
            to: Self::target_of(word),
            never_retains: word & Self::NEVER_RETAINS != 0,
        }
    }

    /// What the edge is called.
    #[inline]
    pub fn name(&self, edge: Edge) -> EdgeName {
        let value = self.names[edge.ix.index()];
        if !edge.kind.is_indexed() {
            let name = value < self.strings;
            return if name { EdgeName::Name(StringIx(value)) } else { EdgeName::Index(i64::from(value)) };
        }
        if !self.odd_indices.is_empty()
            && let Ok(at) = self.odd_indices.binary_search_by_key(&edge.ix.0, |&(e, _)| e)
        {
            return EdgeName::Index(self.odd_indices[at].1);
        }
        EdgeName::Index(i64::from(value))
    }

    /// Whether `name_or_index` must be a string: shortcuts may be numbered instead.
    #[inline(always)]
    pub const fn must_be_named(kind: EdgeKind) -> bool {
        !matches!(kind, EdgeKind::Element | EdgeKind::Hidden | EdgeKind::Shortcut)
    }

    /// First edge whose name is not one of `strings` strings.
    #[cold]
    pub(crate) fn first_name_beyond(&self, strings: u32) -> Option<usize> {
        let bad = |(&word, &name): (&u32, &u32)| name >= strings && Self::must_be_named(Self::kind_of(word));
        self.targets.iter().zip(&self.names).position(bad)
    }

    /// First edge that leads beyond `nodes` nodes, which is possible only if edges came before nodes.
    #[cold]
    pub(crate) fn first_target_beyond(&self, nodes: usize) -> Option<usize> {
        self.targets.iter().position(|&word| Self::target_of(word).index() >= nodes)
    }

    /// Bytes of memory held.
    pub fn memory(&self) -> usize {
        4 * (self.targets.capacity() + self.names.capacity()) + 16 * self.odd_indices.capacity()
    }
}

/// A location in a script as V8 counts: line and column from 0. Code that a tool has wrapped may begin
/// before its first column; V8 writes such negative numbers as unsigned ones.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Location {
    /// V8's script id.
    pub script_id: i32,
    /// 0-based line.
    pub line: u32,
    /// 0-based column.
    pub column: u32,
}

/// The `locations` section: many objects share few locations, so each is stored once.
///
/// `of_node` has one entry per node, `u32::MAX` for none; it is empty if the file has no
/// locations. The last record of a node wins, as in DevTools.
#[derive(Debug, Default)]
pub struct Locations {
    #[doc(hidden)]
    pub places: Vec<Location>,
    pub(crate) of_node: Vec<u32>,
    pub(crate) known: HashMap<Location, u32>,
}

impl Locations {
    /// The index of a node's location.
    #[inline]
    pub fn index_of(&self, node: NodeIx) -> Option<LocationIx> {
        self.of_node.get(node.index()).copied().filter(|&at| at != u32::MAX).map(LocationIx)
    }

    /// The location of a node.
    pub fn get(&self, node: NodeIx) -> Option<Location> {
        self.index_of(node).map(|at| self.places[at.index()])
    }

    /// A distinct location.
    pub fn place(&self, at: LocationIx) -> Location {
        self.places[at.index()]
    }

    /// Bytes of memory held.
    pub fn memory(&self) -> usize {
        4 * self.of_node.capacity() + 64 * self.places.capacity()
    }
}

/// Exact division by a field count without a division: Lemire's direct reciprocal, valid for all 32-bit numerators.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FieldDivider {
    count: u32,
    reciprocal: u64,
}

impl FieldDivider {
    pub(crate) fn new(count: usize) -> Self {
        let count = count as u32;
        Self { count, reciprocal: if count < 2 { 0 } else { u64::MAX / u64::from(count) + 1 } }
    }

    /// The ordinal of a file index, or `None` if it points into the middle of a record.
    #[inline(always)]
    pub(crate) fn ordinal(self, index: u32) -> Option<u32> {
        if self.count < 2 {
            return Some(index);
        }
        let quotient = ((u128::from(self.reciprocal) * u128::from(index)) >> 64) as u32;
        (quotient.wrapping_mul(self.count) == index).then_some(quotient)
    }
}

impl Nodes {
    /// Turns the edge counts read into prefix sums. Returns their sum.
    pub(crate) fn finish_edge_counts(&mut self) -> Result<u64> {
        let mut sum: u64 = 0;
        for slot in &mut self.first_edge {
            let count = *slot;
            *slot = sum as u32;
            sum += u64::from(count);
        }
        // Exact, because `push` would double the capacity.
        self.first_edge.try_reserve_exact(1).map_err(|_| Error::out_of_memory(size_of::<u32>() * self.len()))?;
        self.first_edge.push(sum as u32);
        Ok(sum)
    }
}
