//! The dominator tree, which tells what would be freed with a node.
//!
//! A node `d` dominates `v` when every retaining path from the root to `v` passes through `d`; the
//! nearest such `d` is the immediate dominator.
//!
//! Algorithm: T. Lengauer, R. E. Tarjan, "A fast algorithm for finding dominators in a flowgraph",
//! ACM TOPLAS 1(1), 1979, the simple variant (path compression, no balancing): O(m log n) for any
//! input. Semi-NCA (Georgiadis 2005) is a little simpler and usually as fast, but quadratic for a
//! long linked list whose elements have other retainers too, such as an LRU cache.
//!
//! As in rustc's implementation, a bucket is emptied just before its vertex is linked, and vertices
//! whose semidominator is their parent, which is most of them, never enter one.

use crate::snapshot::error::{Error, Result};
use crate::snapshot::flow::{FlowGraph, NO_NUMBER, Preorder, Vertex};
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;

/// Immediate dominators, and the tree laid out in preorder: a subtree is a slice.
///
/// ```text
/// tree      r ─┬─ a ── b          order     r a b c
///              └─ c               size      4 2 1 1
/// ```
#[derive(Debug)]
pub struct DominatorTree {
    /// Four consecutive arrays with a number for each node: see the methods below. They are one
    /// allocation because its memory is reused.
    memory: Vec<u32>,
    count: usize,
}

impl DominatorTree {
    /// Lays four empty arrays into memory to reuse.
    fn in_memory(mut memory: Vec<u32>, count: usize) -> Result<Self> {
        memory.clear();
        let more = (4 * count).saturating_sub(memory.capacity());
        memory.try_reserve_exact(4 * count).map_err(|_| Error::out_of_memory(4 * more))?;
        memory.resize(4 * count, 0);
        memory.shrink_to_fit();
        Ok(Self { memory, count })
    }

    /// By node: the immediate dominator; the root's is itself.
    #[inline(always)]
    pub fn parents(&self) -> &[u32] {
        &self.memory[..self.count]
    }

    /// Nodes in preorder of the tree.
    #[inline(always)]
    pub fn order(&self) -> &[u32] {
        &self.memory[self.count..2 * self.count]
    }

    /// By node: its position in preorder.
    #[inline(always)]
    pub fn positions(&self) -> &[u32] {
        &self.memory[2 * self.count..3 * self.count]
    }

    /// By position: nodes in the subtree, itself included.
    #[inline(always)]
    pub fn sizes(&self) -> &[u32] {
        &self.memory[3 * self.count..]
    }

    /// The immediate dominator; the root's is itself.
    #[inline(always)]
    pub fn parent(&self, node: NodeIx) -> NodeIx {
        NodeIx(self.parents()[node.index()])
    }

    /// The nearest node that dominates all of `nodes` and is none of them.
    pub fn nearest_common(&self, nodes: impl Iterator<Item = NodeIx>) -> Option<NodeIx> {
        let mut parents = nodes.map(|node| self.parent(node));
        let first = parents.next()?;
        Some(parents.fold(first, |mut common, parent| {
            while common != parent && !self.dominates(common, parent) {
                common = self.parent(common);
            }
            common
        }))
    }

    /// Whether `ancestor` dominates `node` (every node dominates itself). O(1).
    pub fn dominates(&self, ancestor: NodeIx, node: NodeIx) -> bool {
        let start = self.positions()[ancestor.index()];
        let at = self.positions()[node.index()];
        at >= start && at - start < self.sizes()[start as usize]
    }

    /// `node` and all that it dominates, in preorder. A slice of the tree's order: O(1).
    pub fn subtree(&self, node: NodeIx) -> impl ExactSizeIterator<Item = NodeIx> + '_ {
        let start = self.positions()[node.index()] as usize;
        let size = self.sizes()[start] as usize;
        self.order()[start..start + size].iter().map(|&n| NodeIx(n))
    }

    /// The nodes that `node` dominates immediately.
    pub fn children(&self, node: NodeIx) -> impl Iterator<Item = NodeIx> + '_ {
        let start = self.positions()[node.index()] as usize;
        let end = start + self.sizes()[start] as usize;
        let mut at = start + 1;
        std::iter::from_fn(move || {
            (at < end).then(|| {
                let child = NodeIx(self.order()[at]);
                at += self.sizes()[at] as usize;
                child
            })
        })
    }

    /// All nodes in preorder of the tree: every node after its dominator.
    pub fn preorder(&self) -> impl ExactSizeIterator<Item = NodeIx> + DoubleEndedIterator + '_ {
        self.order().iter().map(|&n| NodeIx(n))
    }

    /// Bytes of memory held.
    pub fn memory(&self) -> usize {
        4 * self.memory.capacity()
    }
}

/// The dominator tree of a flow graph.
pub(crate) fn tree(mut graph: FlowGraph, root: NodeIx, progress: &Progress) -> Result<DominatorTree> {
    let dominator = immediate_dominators(&mut graph, progress)?;
    let memory = std::mem::take(&mut graph.sources);
    lay_out(&graph, &dominator, root, memory)
}

/// Immediate dominators by preorder number, 0 for the root.
fn immediate_dominators(graph: &mut FlowGraph, progress: &Progress) -> Result<Vec<Preorder>> {
    let count = graph.order.len();
    let mut dominator = std::mem::take(&mut graph.scratch);
    dominator.clear();
    dominator.resize(count, NO_NUMBER);
    let mut run = LengauerTarjan { vertices: std::mem::take(&mut graph.vertices), dominator, path: Vec::new() };
    run.semidominators(&std::mem::take(&mut graph.first_source), &graph.sources, progress)?;
    let mut dominator = run.dominator;
    // Step 4 of the paper: relative dominators become immediate ones, in preorder.
    for vertex in 1..count {
        if dominator[vertex] & RELATIVE != 0 {
            dominator[vertex] = dominator[(dominator[vertex] & !RELATIVE) as usize];
        }
    }
    Ok(dominator)
}

/// Marks a vertex with the same immediate dominator as the given one, whose own is not known yet.
const RELATIVE: Preorder = 1 << 31;

struct LengauerTarjan {
    /// The forest of linked vertices is implicit: a vertex is linked when its number is larger than
    /// the one being processed.
    vertices: Vec<Vertex>,
    /// Two arrays of the paper in one, since vertices are processed in descending order. From the current
    /// vertex on: the immediate dominator, a [`RELATIVE`], or the next vertex in a bucket. Before it: the
    /// first vertex in the bucket of those with this semidominator.
    dominator: Vec<Preorder>,
    /// Scratch space for `evaluate`: recursion would overflow on long lists.
    path: Vec<Preorder>,
}

impl LengauerTarjan {
    /// Steps 2 and 3: semidominators in descending order, relative dominators along with them.
    fn semidominators(&mut self, first_source: &[u32], sources: &[Preorder], progress: &Progress) -> Result<()> {
        for vertex in (1..self.vertices.len() as Preorder).rev() {
            if vertex.is_multiple_of(65_536) {
                progress.check()?;
            }
            self.empty_bucket(vertex);
            // All sources in the list have larger numbers, so they are linked; of the smaller ones the
            // numbering has left only the least.
            let Vertex { ancestor: parent, mut semi, .. } = self.vertices[vertex as usize];
            let list = first_source[vertex as usize] as usize..first_source[vertex as usize + 1] as usize;
            for &source in &sources[list] {
                semi = semi.min(self.evaluate(source, vertex).semi);
            }
            self.vertices[vertex as usize].semi = semi;
            self.dominator[vertex as usize] =
                if semi == parent { parent } else { std::mem::replace(&mut self.dominator[semi as usize], vertex) };
        }
        self.empty_bucket(0);
        self.dominator[0] = 0;
        Ok(())
    }

    /// Theorem 2 of the paper, for all vertices whose semidominator is `semi`: those below it are
    /// linked, those above are not, so `evaluate` sees exactly the path in between.
    fn empty_bucket(&mut self, semi: Preorder) {
        let mut vertex = self.dominator[semi as usize];
        while vertex != NO_NUMBER {
            let next = self.dominator[vertex as usize];
            let least = self.evaluate(vertex, semi);
            self.dominator[vertex as usize] = if least.semi < semi { least.label | RELATIVE } else { semi };
            vertex = next;
        }
    }

    /// The vertex with the least semidominator on the path from `vertex` up to the last linked one,
    /// which has a number larger than `limit`. Compresses the path.
    #[inline(always)]
    fn evaluate(&mut self, vertex: Preorder, limit: Preorder) -> Vertex {
        let found = self.vertices[vertex as usize];
        if found.ancestor > limit { self.compress(vertex, limit) } else { found }
    }

    fn compress(&mut self, vertex: Preorder, limit: Preorder) -> Vertex {
        let mut top = vertex;
        let mut above = self.vertices[top as usize];
        while above.ancestor > limit {
            self.path.push(top);
            top = above.ancestor;
            above = self.vertices[top as usize];
        }
        // From the top down, so that each vertex's ancestor is done before it.
        while let Some(vertex) = self.path.pop() {
            let own = &mut self.vertices[vertex as usize];
            if above.semi < own.semi {
                (own.label, own.semi) = (above.label, above.semi);
            }
            own.ancestor = above.ancestor;
            above = *own;
        }
        above
    }
}

/// Lays the tree out: sizes bottom up, positions top down. `dominator` counts in preorder numbers.
fn lay_out(graph: &FlowGraph, dominator: &[Preorder], root: NodeIx, memory: Vec<u32>) -> Result<DominatorTree> {
    let reached = graph.order.len();
    let count = reached + graph.unreached.len();
    // By vertex: nodes below and including it. A dominator has a smaller number than what it dominates.
    let mut below = crate::snapshot::column::filled(1u32, reached)?;
    for vertex in (1..reached).rev() {
        below[dominator[vertex] as usize] += below[vertex];
    }
    let mut tree = DominatorTree::in_memory(memory, count)?;
    let (parent, rest) = tree.memory.split_at_mut(count);
    let (order, rest) = rest.split_at_mut(count);
    let (position, size) = rest.split_at_mut(count);
    // By vertex: the next free position in its subtree.
    let mut free = crate::snapshot::column::filled(1u32, reached)?;
    for vertex in 0..reached {
        let above = dominator[vertex] as usize;
        let at = if vertex == 0 { 0 } else { free[above] };
        free[above] += if vertex == 0 { 0 } else { below[vertex] };
        free[vertex] = at + 1;
        let node = graph.order[vertex];
        parent[node as usize] = graph.order[above];
        order[at as usize] = node;
        position[node as usize] = at;
        size[at as usize] = below[vertex];
    }
    for (i, node) in graph.unreached.iter().enumerate() {
        parent[node.index()] = root.0;
        order[reached + i] = node.0;
        position[node.index()] = (reached + i) as u32;
        size[reached + i] = 1;
    }
    size[0] = count as u32;
    Ok(tree)
}
