//! A parsed and analysed snapshot: owns the results of the stages and answers elementary questions.

use crate::snapshot::classes::{ClassTotals, Classes, TotalsColumns};
use crate::snapshot::column::check_memory;
use crate::snapshot::columns::{Edge, EdgeName, Edges, Location, Locations, Nodes};
use crate::snapshot::derived::Derived;
use crate::snapshot::distance;
use crate::snapshot::dominators::{self, DominatorTree};
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::flow::FlowGraph;
use crate::snapshot::graph::{self, Policy, Retainers};
use crate::snapshot::heap::Heap;
use crate::snapshot::ids::{EdgeIx, NodeIx, ObjectId, StringIx};
use crate::snapshot::parallel::join;
use crate::snapshot::progress::{Phase, Progress};
use crate::snapshot::schema::{EdgeKind, NodeKind, Schema};
use crate::snapshot::scope_tables::ScopeTables;
use crate::snapshot::sort::positions_by_number;
use crate::snapshot::statistics::{self, Statistics, Tables};
use crate::snapshot::strings::{Strings, Text};
use crate::snapshot::trace::{Allocations, Sample};
use crate::snapshot::wellknown::WellKnown;
use crate::snapshot::{detached, interfaces, retained, shallow};
use std::ops::Range;
use std::sync::OnceLock;

/// The parser's result: the file's columns, checked, with nothing derived yet.
#[derive(Debug)]
pub struct RawSnapshot {
    /// The header.
    pub schema: Schema,
    /// The root.
    pub root: NodeIx,
    /// Nodes, in file order.
    pub nodes: Nodes,
    /// Edges, in file order.
    pub edges: Edges,
    /// Strings.
    pub strings: Strings,
    /// Script locations of objects.
    pub locations: Locations,
    /// Allocation timeline, as in the file.
    pub samples: Vec<Sample>,
    /// Allocation stacks, empty unless allocations were tracked.
    pub allocations: Allocations,
    /// Scopes and who refers to their variables, empty unless the browser wrote them.
    pub scopes: ScopeTables,
    /// Sections, fields and types that were skipped.
    pub skipped: Vec<String>,
}

/// A heap snapshot with everything that DevTools computes for it.
#[derive(Debug)]
pub struct Snapshot {
    pub(crate) schema: Schema,
    pub(crate) root: NodeIx,
    pub(crate) nodes: Nodes,
    pub(crate) edges: Edges,
    policy: Policy,
    pub(crate) strings: Strings,
    #[doc(hidden)]
    pub locations: Locations,
    pub(crate) samples: Vec<Sample>,
    pub(crate) allocations: Allocations,
    pub(crate) scopes: ScopeTables,
    pub(crate) skipped: Vec<String>,
    pub(crate) distances: Vec<i32>,
    pub(crate) dominators: DominatorTree,
    pub(crate) retained: Vec<u64>,
    pub(crate) classes: Classes,
    pub(crate) statistics: Statistics,
    #[doc(hidden)]
    pub wellknown: WellKnown,
    pub(crate) retainers: OnceLock<Retainers>,
    pub(crate) by_id: OnceLock<Vec<NodeIx>>,
    /// Tables that only some questions need.
    pub derived: Derived,
}

/// The most bytes that the analysis needs for each node: see [`check_memory`].
const NODE_BYTES: usize = 128;
const EDGE_BYTES: usize = 4;
const STRING_BYTES: usize = 16;

impl Snapshot {
    /// The whole analysis: columns → graph → dominators → retained sizes → classes.
    ///
    /// The order is that of DevTools: detachedness changes names, attribution changes self sizes, and later
    /// stages use the new values. Two tasks run in parallel, because the dominator tree needs neither sizes
    /// nor distances.
    ///
    /// # Errors
    /// [`Code::Cancelled`] or [`Code::OutOfMemory`].
    pub fn analyse(raw: RawSnapshot, progress: &Progress) -> Result<Snapshot> {
        let RawSnapshot { schema, root, mut nodes, mut edges, mut strings, .. } = raw;
        let RawSnapshot { locations, samples, allocations, scopes, skipped, .. } = raw;
        progress.enter(Phase::Graph, nodes.len() as u64);
        check_memory(NODE_BYTES * nodes.len() + EDGE_BYTES * edges.len() + STRING_BYTES * strings.len())?;
        detached::propagate(&schema, &mut nodes, &edges, &mut strings)?;
        let wellknown = WellKnown::new(&strings);
        graph::mark_never_retaining(&nodes, &mut edges, &wellknown, root);
        progress.enter(Phase::Dominators, nodes.len() as u64);
        // One task moves sizes while the other reads the rest of the nodes.
        let mut self_sizes = std::mem::take(&mut nodes.self_sizes);
        let heap =
            Heap { schema: &schema, nodes: &nodes, edges: &edges, strings: &strings, wellknown: &wellknown, root };
        let (tree, rest) = join(
            || -> Result<_> {
                let (graph, policy) = FlowGraph::new(heap, progress)?;
                Ok((dominators::tree(graph, root, progress)?, policy))
            },
            || -> Result<_> {
                let scratch = shallow::attribute(heap, &mut self_sizes, progress)?;
                let distances = distance::distances(heap, scratch, progress)?;
                let mut classes = Classes::assign(heap, &locations, interfaces::infer(heap, progress)?, progress)?;
                classes.list = classes.tally(&self_sizes, &distances, |_| true);
                progress.check()?;
                Ok((distances, classes, statistics::by_kind(heap, &self_sizes)))
            },
        );
        let (dominators, policy) = tree?;
        let (distances, mut classes, mut statistics) = rest?;
        nodes.self_sizes = self_sizes;
        progress.enter(Phase::Retained, nodes.len() as u64);
        let retained = retained::retained_sizes(&nodes, &dominators)?;
        progress.check()?;
        progress.enter(Phase::Classes, nodes.len() as u64);
        let columns = TotalsColumns { nodes: &nodes, distances: &distances, retained: &retained, tree: &dominators };
        let mut totals = std::mem::take(&mut classes.list);
        classes.add_retained(&mut totals, columns, |_| true);
        classes.list = totals;
        statistics.total = retained[root.index()] + schema.extra_native_bytes;
        statistics.v8heap.total = statistics.total.saturating_sub(statistics.native.total);
        progress.check()?;
        Ok(Snapshot {
            schema,
            root,
            nodes,
            edges,
            policy,
            strings,
            locations,
            samples,
            allocations,
            scopes,
            skipped,
            distances,
            dominators,
            retained,
            classes,
            statistics,
            wellknown,
            retainers: OnceLock::new(),
            by_id: OnceLock::new(),
            derived: Derived::default(),
        })
    }

    /// Number of nodes.
    pub fn node_count(&self) -> u32 {
        self.nodes.len() as u32
    }

    /// Number of edges.
    pub fn edge_count(&self) -> u32 {
        self.edges.len() as u32
    }

    /// Number of strings in the file.
    pub fn string_count(&self) -> u32 {
        self.strings.file_count()
    }

    /// What V8's own tables and arrays make a snapshot cost. Visits every edge.
    pub fn tables(&self) -> Tables {
        statistics::tables(&self.nodes, &self.edges, &self.strings)
    }

    /// The sum of all self sizes and of the bytes that V8 counted outside the heap.
    pub fn total_size(&self) -> u64 {
        self.retained[self.root.index()] + self.schema.extra_native_bytes
    }

    /// The header.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Sections, fields and types of the file that were skipped.
    pub fn skipped(&self) -> &[String] {
        &self.skipped
    }

    /// The root of the heap.
    pub fn root(&self) -> NodeIx {
        self.root
    }

    /// Node columns. Self sizes are those after attribution; names mark detached nodes.
    pub fn nodes(&self) -> &Nodes {
        &self.nodes
    }

    /// Edge columns.
    pub fn edges(&self) -> &Edges {
        &self.edges
    }

    /// The string table.
    pub fn strings(&self) -> &Strings {
        &self.strings
    }

    /// The type of a node.
    #[inline(always)]
    pub fn kind(&self, node: NodeIx) -> NodeKind {
        self.schema.node_kinds[self.nodes.type_number(node) as usize]
    }

    /// The file's name for the node's type.
    pub fn type_name(&self, node: NodeIx) -> &str {
        self.schema.node_type_names.get(self.nodes.type_number(node) as usize).map_or("undefined", String::as_str)
    }

    /// The raw name.
    #[inline]
    pub fn name(&self, node: NodeIx) -> &[u8] {
        self.strings.get(self.nodes.name(node))
    }

    /// A node's edges, in file order.
    #[inline(always)]
    pub fn edges_of(&self, node: NodeIx) -> EdgesOf<'_> {
        EdgesOf { edges: &self.edges, range: self.nodes.edge_range(node) }
    }

    /// A node's edges that retain, in file order, by the rule of retained sizes.
    #[inline]
    pub fn retaining_edges(&self, node: NodeIx) -> impl Iterator<Item = Edge> + '_ {
        let policy = self.policy.edges_from(node);
        self.edges_of(node).filter(move |&edge| policy.retains_over(edge))
    }

    /// Whether an edge, which starts at `from`, retains: see [`Snapshot::retaining_edges`].
    #[inline]
    pub fn retains(&self, from: NodeIx, edge: Edge) -> bool {
        self.policy.edges_from(from).retains_over(edge)
    }

    /// A node's edges that are not weak, in file order. DevTools' own walks follow these.
    #[inline]
    pub fn strong_edges(&self, node: NodeIx) -> impl Iterator<Item = Edge> + '_ {
        self.edges_of(node).filter(|edge| edge.kind != EdgeKind::Weak)
    }

    /// The edges to a node that are not weak, with their sources, in the order of DevTools' lists.
    ///
    /// # Errors
    /// [`Code::OutOfMemory`], as [`Snapshot::retainers`].
    pub fn strong_retainers(&self, node: NodeIx) -> Result<impl Iterator<Item = (NodeIx, Edge)> + '_> {
        let edges = self.retainers()?.of(node).map(|at| (self.nodes.source_of(at), self.edges.get(at)));
        Ok(edges.filter(|(_, edge)| edge.kind != EdgeKind::Weak))
    }

    /// The string that names an edge; `None` for indices.
    #[inline]
    pub fn edge_string(&self, edge: Edge) -> Option<StringIx> {
        match self.edges.name(edge) {
            EdgeName::Name(string) => Some(string),
            EdgeName::Index(_) => None,
        }
    }

    /// Incoming edges. The first call builds the lists, at 4 bytes an edge.
    ///
    /// # Errors
    /// [`Code::OutOfMemory`].
    pub fn retainers(&self) -> Result<&Retainers> {
        if let Some(retainers) = self.retainers.get() {
            return Ok(retainers);
        }
        let retainers = Retainers::new(&self.nodes, &self.edges)?;
        Ok(self.retainers.get_or_init(|| retainers))
    }

    /// The columns, borrowed for the stages of the analysis.
    pub fn heap(&self) -> Heap<'_> {
        Heap {
            schema: &self.schema,
            nodes: &self.nodes,
            edges: &self.edges,
            strings: &self.strings,
            wellknown: &self.wellknown,
            root: self.root,
        }
    }

    /// Steps from a GC root: 0 for the root, -5 if unreachable, 100,000,000 or more if reached only through V8's own roots.
    #[inline(always)]
    pub fn distance(&self, node: NodeIx) -> i32 {
        self.distances[node.index()]
    }

    /// The dominator tree.
    pub fn dominators(&self) -> &DominatorTree {
        &self.dominators
    }

    /// Bytes that would be freed with the node.
    #[inline(always)]
    pub fn retained_size(&self, node: NodeIx) -> u64 {
        self.retained[node.index()]
    }

    /// 0 unknown, 1 attached, 2 detached.
    pub fn detachedness(&self, node: NodeIx) -> u8 {
        self.nodes.detachedness.get(node.index()).copied().unwrap_or(0)
    }

    /// Classes and their totals.
    pub fn classes(&self) -> &Classes {
        &self.classes
    }

    /// The name of a node's class.
    pub fn class_name(&self, node: NodeIx) -> Text {
        Text::clone(&self.classes.get(self.classes.of(node)).name)
    }

    /// Totals of the nodes for which `keep` is true, by class. Costs one pass over the dominator tree.
    pub fn class_totals(&self, keep: impl Fn(NodeIx) -> bool) -> Vec<ClassTotals> {
        let Self { nodes, distances, retained, dominators: tree, .. } = self;
        self.classes.totals(TotalsColumns { nodes, distances, retained, tree }, keep)
    }

    /// Bytes per kind.
    pub fn statistics(&self) -> &Statistics {
        &self.statistics
    }

    /// Location in a script, 0-based.
    pub fn location(&self, node: NodeIx) -> Option<Location> {
        self.locations.get(node)
    }

    /// The allocation timeline of the file.
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// Allocation stacks.
    pub fn allocations(&self) -> &Allocations {
        &self.allocations
    }

    /// The scopes of scripts, and references to their variables.
    pub fn scope_tables(&self) -> &ScopeTables {
        &self.scopes
    }

    /// All nodes by id, those with equal ids in file order. The first call sorts them.
    pub fn nodes_by_id(&self) -> &[NodeIx] {
        self.by_id.get_or_init(|| {
            let order = positions_by_number(self.nodes.len(), |node| self.nodes.id(NodeIx(node)).0);
            order.into_iter().map(NodeIx).collect()
        })
    }

    /// The first node with an id. The first call sorts the ids.
    ///
    /// # Errors
    /// [`Code::NoSuchNode`].
    pub fn find(&self, id: ObjectId) -> Result<NodeIx> {
        let order = self.nodes_by_id();
        let at = order.partition_point(|&node| self.nodes.id(node) < id);
        match order.get(at) {
            Some(&node) if self.nodes.id(node) == id => Ok(node),
            _ => Err(Error::new(Code::NoSuchNode, "the id of a node of this snapshot", format!("@{}", id.0))),
        }
    }

    /// Bytes of memory that the snapshot occupies.
    pub fn memory(&self) -> usize {
        self.nodes.memory()
            + self.edges.memory()
            + self.policy.memory()
            + self.strings.memory()
            + self.locations.memory()
            + self.dominators.memory()
            + self.classes.memory()
            + self.allocations.memory()
            + self.scopes.memory()
            + 4 * self.distances.capacity()
            + 8 * self.retained.capacity()
            + self.retainers.get().map_or(0, Retainers::memory)
            + self.by_id.get().map_or(0, |order| 4 * order.capacity())
            + self.derived.memory()
    }
}

/// The edges of one node: see [`Snapshot::edges_of`].
///
/// A type of its own, because a chain of closures is not inlined when compiling for size.
#[derive(Clone, Debug)]
pub struct EdgesOf<'a> {
    edges: &'a Edges,
    range: Range<usize>,
}

impl Iterator for EdgesOf<'_> {
    type Item = Edge;

    #[inline(always)]
    fn next(&mut self) -> Option<Edge> {
        let at = self.range.start;
        if at == self.range.end {
            return None;
        }
        self.range.start = at + 1;
        Some(self.edges.get(EdgeIx(at as u32)))
    }
}
