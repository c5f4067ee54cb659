//! The flow graph for dominators: nodes numbered depth first, with the incoming edges of each.
//!
//! Vertices are *preorder numbers* ([`Preorder`]); the root is 0. In addition to the retaining edges
//! there is a virtual edge from the root to every node that only weak references lead to, so that such
//! nodes and those they retain are part of the tree. Groups that only retain each other stay outside
//! ([`FlowGraph::unreached`]): the root dominates each of their nodes directly, and their edges are
//! ignored. DevTools: `calculateDominatorsAndRetainedSizes`.
//!
//! The predicate ([`Policy`]) depends on which nodes the page owns. These are found during the search,
//! which starts with the entry points of the page: everything reached from there is the page's.
//!
//! Only edges into a vertex with a *smaller* number than their source need a list. Of the others
//! (tree and forward edges) semidominators need only the least source.

use crate::snapshot::bits::NodeSet;
use crate::snapshot::columns::Edges;
use crate::snapshot::error::Result;
use crate::snapshot::graph::{Policy, can_retain};
use crate::snapshot::heap::Heap;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::{EdgeKind, NodeKind};
use crate::snapshot::wellknown::Mark;

/// Position in depth-first order.
pub(crate) type Preorder = u32;
/// Not reached.
pub(crate) const NO_NUMBER: Preorder = u32::MAX;

/// Lengauer–Tarjan's data about a vertex, adjacent because it is always read together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Vertex {
    /// Parent in the search tree; after path compression an ancestor. The root's is itself.
    pub(crate) ancestor: Preorder,
    /// The vertex with the least semidominator on the path up to, not including, `ancestor`.
    pub(crate) label: Preorder,
    /// Number of that semidominator. Before the vertex is processed: the least source of the tree
    /// and forward edges into it.
    pub(crate) semi: Preorder,
}

/// The search's data about a node.
#[derive(Clone, Copy, Debug)]
struct NodeState {
    number: Preorder,
    /// Edges into it from larger numbers.
    sources: u32,
}

/// The numbered graph.
pub(crate) struct FlowGraph {
    /// preorder number → node.
    pub(crate) order: Vec<u32>,
    pub(crate) vertices: Vec<Vertex>,
    /// vertex → where its list in `sources` starts; one more entry than vertices.
    pub(crate) first_source: Vec<u32>,
    /// Sources with a larger number than their target, by target.
    pub(crate) sources: Vec<Preorder>,
    /// Nodes outside the tree.
    pub(crate) unreached: Vec<NodeIx>,
    /// Memory to reuse, one number for each node: the first touch of a page costs more than the work done
    /// on it.
    pub(crate) scratch: Vec<u32>,
}

impl FlowGraph {
    /// The graph and the predicate for its edges, which is found during the search.
    pub(crate) fn new(heap: Heap<'_>, progress: &Progress) -> Result<(FlowGraph, Policy)> {
        let mut search = Search::new(heap)?;
        search.number(heap.root, 0);
        let roots: Vec<u32> = heap.edges.targets[heap.nodes.edge_range(heap.root)].to_vec();
        let is_entry = |word: u32| is_page_entry(heap, Edges::kind_of(word), Edges::target_of(word));
        for &word in roots.iter().filter(|&&word| is_entry(word)) {
            if Edges::target_of(word) == heap.root {
                search.beside.push(heap.root);
            }
            search.explore(word, None, progress)?;
        }
        let policy = search.policy();
        for &word in &roots {
            search.explore(word, Some(&policy), progress)?;
        }
        search.adopt_orphans(&policy, progress)?;
        Ok((search.finish(&policy, progress)?, policy))
    }
}

/// Entry points of what the page owns, among the root's edges: DevTools' `markPageOwnedNodes`.
pub(crate) fn is_page_entry(heap: Heap<'_>, kind: EdgeKind, to: NodeIx) -> bool {
    match kind {
        EdgeKind::Shortcut => true,
        EdgeKind::Element => {
            heap.schema.node_kinds[heap.nodes.type_number(to) as usize] == NodeKind::Synthetic
                && heap.wellknown.mark(heap.nodes.name(to)) == Mark::DocumentDomTrees
        }
        _ => false,
    }
}

struct Search<'a> {
    heap: Heap<'a>,
    order: Vec<u32>,
    vertices: Vec<Vertex>,
    /// By node.
    states: Vec<NodeState>,
    /// Open nodes, each with its next edge and the end of its edges.
    stack: Vec<(Preorder, u32, u32)>,
    /// Targets of the page's edges that do not retain, and the root if the page refers to it.
    beside: Vec<NodeIx>,
}

impl<'a> Search<'a> {
    fn new(heap: Heap<'a>) -> Result<Self> {
        let count = heap.nodes.len();
        Ok(Self {
            heap,
            order: crate::snapshot::column::with_room(count)?,
            vertices: crate::snapshot::column::with_room(count)?,
            states: crate::snapshot::column::filled(NodeState { number: NO_NUMBER, sources: 0 }, count)?,
            stack: Vec::new(),
            beside: Vec::new(),
        })
    }

    fn number(&mut self, node: NodeIx, parent: Preorder) -> Preorder {
        let number = self.order.len() as Preorder;
        self.states[node.index()].number = number;
        self.order.push(node.0);
        self.vertices.push(Vertex { ancestor: parent, label: number, semi: parent });
        number
    }

    fn is_numbered(&self, node: NodeIx) -> bool {
        self.states[node.index()].number != NO_NUMBER
    }

    fn open(&mut self, node: NodeIx, parent: Preorder) {
        let number = self.number(node, parent);
        let edges = self.heap.nodes.edge_range(node);
        self.stack.push((number, edges.start as u32, edges.end as u32));
    }

    /// Follows an edge of the root, and all retaining edges from there.
    fn explore(&mut self, word: u32, policy: Option<&Policy>, progress: &Progress) -> Result<()> {
        let to = Edges::target_of(word);
        if !can_retain(word) {
            return Ok(());
        }
        match self.states[to.index()].number {
            NO_NUMBER => self.open(to, 0),
            number => {
                self.vertices[number as usize].semi = 0;
                return Ok(());
            }
        }
        match policy {
            // Inside the page every edge that can retain does.
            None => self.run::<true, _>(progress, |_| can_retain),
            Some(policy) => self.run_with(policy, progress),
        }
    }

    fn run_with(&mut self, policy: &Policy, progress: &Progress) -> Result<()> {
        self.run::<false, _>(progress, |from| {
            let edges = policy.edges_from(from);
            move |word| edges.retains(word)
        })
    }

    /// Numbers the nodes reached from the open ones along edges for which `retains(from)` is true.
    #[inline(always)]
    fn run<const PAGE: bool, R: Fn(u32) -> bool>(
        &mut self,
        progress: &Progress,
        retains: impl Fn(NodeIx) -> R,
    ) -> Result<()> {
        let targets = &self.heap.edges.targets[..];
        let mut opened = 0u32;
        'open: while let Some((from, mut next, end)) = self.stack.pop() {
            let node = NodeIx(self.order[from as usize]);
            let retains = retains(node);
            while next < end {
                let word = targets[next as usize];
                next += 1;
                if !retains(word) {
                    if PAGE && Edges::kind_of(word) != EdgeKind::Weak {
                        self.beside.push(Edges::target_of(word));
                    }
                    continue;
                }
                let to = Edges::target_of(word);
                let target = self.states[to.index()].number;
                if PAGE && target == 0 {
                    self.beside.push(to);
                }
                if target == NO_NUMBER {
                    self.stack.push((from, next, end));
                    self.open(to, from);
                    opened += 1;
                    if opened.is_multiple_of(65_536) {
                        progress.check()?;
                        progress.set_done(self.order.len() as u64);
                    }
                    continue 'open;
                }
                if target < from {
                    self.states[to.index()].sources += 1;
                } else {
                    let least = &mut self.vertices[target as usize].semi;
                    *least = from.min(*least);
                }
            }
        }
        Ok(())
    }

    /// The page owns the nodes reached so far, and those that they reach along edges that do not retain.
    fn policy(&mut self) -> Policy {
        let mut pages = NodeSet::new(self.heap.nodes.len());
        let mut open = std::mem::take(&mut self.beside);
        // The root is part of the page only if the page refers to it; then it is in `beside`.
        for &node in &self.order[1..] {
            pages.insert(NodeIx(node));
        }
        open.retain(|&node| pages.insert(node));
        while let Some(node) = open.pop() {
            for &word in &self.heap.edges.targets[self.heap.nodes.edge_range(node)] {
                let to = Edges::target_of(word);
                if Edges::kind_of(word) != EdgeKind::Weak && pages.insert(to) {
                    open.push(to);
                }
            }
        }
        Policy { root: self.heap.root, pages }
    }

    /// Adds virtual edges from the root to nodes that nothing retains.
    fn adopt_orphans(&mut self, policy: &Policy, progress: &Progress) -> Result<()> {
        let nodes = self.heap.nodes;
        if self.order.len() == nodes.len() {
            return Ok(());
        }
        let outside: Vec<NodeIx> = nodes.iter().filter(|&node| !self.is_numbered(node)).collect();
        let mut retained = NodeSet::new(nodes.len());
        for &node in &outside {
            for &word in &self.heap.edges.targets[nodes.edge_range(node)] {
                if policy.edges_from(node).retains(word) {
                    retained.insert(Edges::target_of(word));
                }
            }
        }
        for node in outside {
            if !self.is_numbered(node) && !retained.contains(node) {
                self.open(node, 0);
                self.run_with(policy, progress)?;
            }
        }
        Ok(())
    }

    /// Fills the lists of sources and keeps the data for dominators.
    fn finish(self, policy: &Policy, progress: &Progress) -> Result<FlowGraph> {
        let unreached = if self.order.len() == self.heap.nodes.len() {
            Vec::new()
        } else {
            self.heap.nodes.iter().filter(|&node| !self.is_numbered(node)).collect()
        };
        let mut first_source = self.source_starts()?;
        let Search { heap, order, vertices, states, .. } = self;
        // Half the memory is freed before the lists are allocated.
        let mut numbers: Vec<Preorder> = states.into_iter().map(|state| state.number).collect();
        numbers.shrink_to_fit();
        let mut sources = crate::snapshot::column::zeros(first_source[order.len()] as usize)?;
        for (from, &node) in order.iter().enumerate() {
            if from.is_multiple_of(65_536) {
                progress.check()?;
            }
            heap.prefetch_edges(&order, from);
            let node = NodeIx(node);
            let edges = policy.edges_from(node);
            for &word in &heap.edges.targets[heap.nodes.edge_range(node)] {
                let target = numbers[Edges::target_of(word).index()] as usize;
                if target < from && edges.retains(word) {
                    let slot = &mut first_source[target];
                    sources[*slot as usize] = from as Preorder;
                    *slot += 1;
                }
            }
        }
        // Every start has moved to its end, which is the next one's start.
        first_source.rotate_right(1);
        first_source[0] = 0;
        Ok(FlowGraph { order, vertices, first_source, sources, unreached, scratch: numbers })
    }

    /// Where each vertex's list starts, and where the last one ends.
    fn source_starts(&self) -> Result<Vec<u32>> {
        let mut first_source = crate::snapshot::column::with_room(self.order.len() + 1)?;
        let mut sum = 0u32;
        for &node in &self.order {
            first_source.push(sum);
            sum += self.states[node as usize].sources;
        }
        first_source.push(sum);
        Ok(first_source)
    }
}
