//! The graph dominators are computed on: nodes numbered depth first, with what flows into each.
//!
//! Vertices are *preorder numbers* ([`Preorder`]); the root is 0. Beside the retaining edges there
//! is a virtual edge from the root to every node that nothing retains but weak references, so that
//! such nodes and what they hold are part of the tree. Groups that only retain each other stay
//! outside ([`FlowGraph::unreached`]): the root dominates each of them directly and their edges
//! count for nobody. DevTools: `calculateDominatorsAndRetainedSizes`.
//!
//! What the page owns has to be known for the predicate ([`Policy`]) and is found on the way: the
//! search starts with the entry points of the page, and what it reaches from there is the page's.
//!
//! Only edges into a vertex with a *smaller* number than their source need a list; of the others
//! (tree and forward edges) the least source is all that matters for semidominators.

use crate::bits::NodeSet;
use crate::columns::Edges;
use crate::distance::Heap;
use crate::error::Result;
use crate::graph::{Policy, can_retain};
use crate::ids::NodeIx;
use crate::progress::Progress;
use crate::schema::{EdgeKind, NodeKind};
use crate::wellknown::Mark;

/// Position in depth-first order.
pub(crate) type Preorder = u32;
/// Not reached.
pub(crate) const NO_NUMBER: Preorder = u32::MAX;

/// The numbered graph.
pub(crate) struct FlowGraph {
    /// preorder number → node.
    pub(crate) order: Vec<u32>,
    /// node → preorder number; nothing but memory once the graph is made.
    pub(crate) number: Vec<Preorder>,
    /// vertex → its parent in the search tree; the root's is itself.
    pub(crate) parent: Vec<Preorder>,
    /// vertex → least source of the tree and forward edges into it.
    pub(crate) least_source: Vec<Preorder>,
    /// vertex → where its list in `sources` starts; one entry more than vertices.
    pub(crate) first_source: Vec<u32>,
    /// Sources with a larger number than their target.
    pub(crate) sources: Vec<Preorder>,
    /// Nodes outside the tree.
    pub(crate) unreached: Vec<NodeIx>,
}

impl FlowGraph {
    pub(crate) fn new(heap: Heap<'_>, progress: &Progress) -> Result<FlowGraph> {
        let mut search = Search::new(heap)?;
        search.number(heap.root, 0);
        let roots: Vec<u32> = heap.edges.targets[heap.nodes.edge_range(heap.root)].to_vec();
        for &word in roots.iter().filter(|&&word| is_page_entry(heap, word)) {
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
        search.finish(&policy, progress)
    }
}

/// Entry points of what the page owns: DevTools' `markPageOwnedNodes`.
fn is_page_entry(heap: Heap<'_>, word: u32) -> bool {
    let to = Edges::target_of(word);
    match Edges::kind_of(word) {
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
    number: Vec<Preorder>,
    parent: Vec<Preorder>,
    least_source: Vec<Preorder>,
    /// vertex → edges into it from larger numbers.
    source_counts: Vec<u32>,
    /// Open nodes with the next edge to look at and the end of their edges.
    stack: Vec<(Preorder, u32, u32)>,
    /// Targets of the page's edges that do not retain, and the root where the page refers to it.
    beside: Vec<NodeIx>,
}

impl<'a> Search<'a> {
    fn new(heap: Heap<'a>) -> Result<Self> {
        let count = heap.nodes.len();
        Ok(Self {
            heap,
            order: crate::column::with_room(count)?,
            number: crate::column::filled(NO_NUMBER, count)?,
            parent: crate::column::with_room(count)?,
            least_source: crate::column::with_room(count)?,
            source_counts: crate::column::with_room(count + 1)?,
            stack: Vec::new(),
            beside: Vec::new(),
        })
    }

    fn number(&mut self, node: NodeIx, parent: Preorder) -> Preorder {
        let number = self.order.len() as Preorder;
        self.number[node.index()] = number;
        self.order.push(node.0);
        self.parent.push(parent);
        self.least_source.push(parent);
        self.source_counts.push(0);
        number
    }

    fn open(&mut self, node: NodeIx, parent: Preorder) {
        let number = self.number(node, parent);
        let edges = self.heap.nodes.edge_range(node);
        self.stack.push((number, edges.start as u32, edges.end as u32));
    }

    /// Follows an edge of the root and all that retains from there.
    fn explore(&mut self, word: u32, policy: Option<&Policy>, progress: &Progress) -> Result<()> {
        let to = Edges::target_of(word);
        if !can_retain(word) {
            return Ok(());
        }
        match self.number[to.index()] {
            NO_NUMBER => self.open(to, 0),
            number => {
                self.least_source[number as usize] = 0;
                return Ok(());
            }
        }
        match policy {
            // Inside the page everything that can retain does.
            None => self.run::<true>(progress, |_, word| can_retain(word)),
            Some(policy) => self.run::<false>(progress, |from, word| policy.retains(from, word)),
        }
    }

    #[inline(always)]
    fn run<const PAGE: bool>(&mut self, progress: &Progress, retains: impl Fn(NodeIx, u32) -> bool) -> Result<()> {
        let targets = &self.heap.edges.targets[..];
        let mut steps = 0u32;
        'open: while let Some((from, mut next, end)) = self.stack.pop() {
            let node = NodeIx(self.order[from as usize]);
            while next < end {
                let word = targets[next as usize];
                next += 1;
                if !retains(node, word) {
                    if PAGE && Edges::kind_of(word) != EdgeKind::Weak {
                        self.beside.push(Edges::target_of(word));
                    }
                    continue;
                }
                let to = Edges::target_of(word);
                let target = self.number[to.index()];
                if PAGE && target == 0 {
                    self.beside.push(to);
                }
                if target == NO_NUMBER {
                    self.stack.push((from, next, end));
                    self.open(to, from);
                    steps += 1;
                    if steps % 65_536 == 0 {
                        progress.check()?;
                        progress.set_done(self.order.len() as u64);
                    }
                    continue 'open;
                }
                if target < from {
                    self.source_counts[target as usize] += 1;
                } else if from < self.least_source[target as usize] {
                    self.least_source[target as usize] = from;
                }
            }
        }
        Ok(())
    }

    /// The page owns what was reached so far, and what that reaches over edges that do not retain.
    fn policy(&mut self) -> Policy {
        let mut pages = NodeSet::new(self.heap.nodes.len());
        let mut open = std::mem::take(&mut self.beside);
        // The root itself is no part of the page unless the page refers to it: then it is in `beside`.
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

    /// Virtual edges from the root to nodes nothing retains.
    fn adopt_orphans(&mut self, policy: &Policy, progress: &Progress) -> Result<()> {
        let nodes = self.heap.nodes;
        if self.order.len() == nodes.len() {
            return Ok(());
        }
        let outside: Vec<NodeIx> = nodes.iter().filter(|node| self.number[node.index()] == NO_NUMBER).collect();
        let mut retained = NodeSet::new(nodes.len());
        for &node in &outside {
            for &word in &self.heap.edges.targets[nodes.edge_range(node)] {
                if policy.retains(node, word) {
                    retained.insert(Edges::target_of(word));
                }
            }
        }
        for node in outside {
            if self.number[node.index()] == NO_NUMBER && !retained.contains(node) {
                self.open(node, 0);
                self.run::<false>(progress, |from, word| policy.retains(from, word))?;
            }
        }
        Ok(())
    }

    /// Fills the lists of sources and keeps what the dominators need.
    fn finish(self, policy: &Policy, progress: &Progress) -> Result<FlowGraph> {
        let Search { heap, mut order, number, parent, least_source, source_counts, .. } = self;
        let mut first_source = source_counts;
        let mut sum = 0u32;
        for slot in &mut first_source {
            sum += std::mem::replace(slot, sum);
        }
        first_source.push(sum);
        let sources = fill_sources(heap, policy, &order, &number, &mut first_source, sum as usize, progress)?;
        let unreached = if order.len() == heap.nodes.len() {
            Vec::new()
        } else {
            heap.nodes.iter().filter(|node| number[node.index()] == NO_NUMBER).collect()
        };
        order.shrink_to_fit();
        Ok(FlowGraph { order, number, parent, least_source, first_source, sources, unreached })
    }
}

/// Writes each source behind its target's start. Starts move to the ends meanwhile and are moved back.
fn fill_sources(
    heap: Heap<'_>,
    policy: &Policy,
    order: &[u32],
    number: &[Preorder],
    first_source: &mut [u32],
    count: usize,
    progress: &Progress,
) -> Result<Vec<Preorder>> {
    let mut sources = crate::column::filled(0, count)?;
    for (from, &node) in order.iter().enumerate() {
        if from % 65_536 == 0 {
            progress.check()?;
        }
        let node = NodeIx(node);
        for &word in &heap.edges.targets[heap.nodes.edge_range(node)] {
            let target = number[Edges::target_of(word).index()];
            if (target as usize) < from && policy.retains(node, word) {
                let slot = &mut first_source[target as usize];
                sources[*slot as usize] = from as Preorder;
                *slot += 1;
            }
        }
    }
    // Every start has become its end, which is the next one's start.
    first_source.rotate_right(1);
    if let Some(first) = first_source.first_mut() {
        *first = 0;
    }
    Ok(sources)
}
