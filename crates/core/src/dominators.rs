//! The dominator tree: what would go if a node went.
//!
//! A node `d` dominates `v` when every retaining path from the root to `v` passes through `d`; the
//! nearest such `d` is the immediate dominator.
//!
//! Algorithm: T. Lengauer, R. E. Tarjan, "A fast algorithm for finding dominators in a flowgraph",
//! ACM TOPLAS 1(1), 1979, the simple variant (path compression, no balancing): O(m log n) for any
//! input. Semi-NCA (Georgiadis 2005) is a little simpler and usually as fast, but quadratic for a
//! long linked list whose elements something else holds too — an LRU cache, a common heap.
//!
//! As in rustc's implementation a bucket is emptied just before its vertex is linked, and vertices
//! whose semidominator is their parent never enter one, which is most of them.

use crate::error::Result;
use crate::flow::{FlowGraph, NO_NUMBER, Preorder};
use crate::ids::NodeIx;
use crate::progress::Progress;

/// Immediate dominators, and the tree laid out in preorder: a subtree is a slice.
///
/// ```text
/// tree      r ─┬─ a ── b          order     r a b c
///              └─ c               size      4 2 1 1
/// ```
#[derive(Debug)]
pub struct DominatorTree {
    /// Immediate dominator of each node; the root's is itself.
    pub(crate) parent: Vec<u32>,
    /// Nodes in preorder of the tree.
    pub(crate) order: Vec<u32>,
    /// Where each node stands in `order`.
    pub(crate) position: Vec<u32>,
    /// Nodes in the subtree of `order[i]`, itself included.
    pub(crate) size: Vec<u32>,
}

impl DominatorTree {
    /// The immediate dominator; the root's is itself.
    #[inline(always)]
    pub fn parent(&self, node: NodeIx) -> NodeIx {
        NodeIx(self.parent[node.index()])
    }

    /// Whether `ancestor` dominates `node` (every node dominates itself). O(1).
    pub fn dominates(&self, ancestor: NodeIx, node: NodeIx) -> bool {
        let start = self.position[ancestor.index()];
        let at = self.position[node.index()];
        at >= start && at - start < self.size[start as usize]
    }

    /// `node` and all it dominates, in preorder. A slice of the tree's order: O(1).
    pub fn subtree(&self, node: NodeIx) -> impl ExactSizeIterator<Item = NodeIx> + '_ {
        let start = self.position[node.index()] as usize;
        let size = self.size[start] as usize;
        self.order[start..start + size].iter().map(|&n| NodeIx(n))
    }

    /// What `node` dominates immediately.
    pub fn children(&self, node: NodeIx) -> impl Iterator<Item = NodeIx> + '_ {
        let start = self.position[node.index()] as usize;
        let end = start + self.size[start] as usize;
        let mut at = start + 1;
        std::iter::from_fn(move || {
            (at < end).then(|| {
                let child = NodeIx(self.order[at]);
                at += self.size[at] as usize;
                child
            })
        })
    }

    /// All nodes in preorder of the tree: every node after its dominator.
    pub fn preorder(&self) -> impl ExactSizeIterator<Item = NodeIx> + '_ {
        self.order.iter().map(|&n| NodeIx(n))
    }

    /// Bytes of memory held.
    pub fn memory(&self) -> usize {
        4 * (self.parent.capacity() + self.order.capacity() + self.position.capacity() + self.size.capacity())
    }
}

/// The dominator tree of a flow graph.
pub(crate) fn tree(mut graph: FlowGraph, root: NodeIx, progress: &Progress) -> Result<DominatorTree> {
    let (dominator, scratch) = immediate_dominators(&mut graph, progress)?;
    lay_out(&graph, &dominator, root, scratch)
}

/// Immediate dominators by preorder number, 0 for the root; and four arrays that have served. Memory
/// used once is worth using again: a page's first touch costs more than the work done on it.
fn immediate_dominators(graph: &mut FlowGraph, progress: &Progress) -> Result<(Vec<Preorder>, [Vec<u32>; 4])> {
    let count = graph.order.len();
    let mut label = std::mem::take(&mut graph.number);
    label.clear();
    label.extend(0..count as Preorder);
    let mut run = LengauerTarjan {
        ancestor: std::mem::take(&mut graph.parent),
        semi: std::mem::take(&mut graph.least_source),
        label,
        dominator: crate::column::filled(NO_NUMBER, count)?,
        path: Vec::new(),
    };
    let first_source = std::mem::take(&mut graph.first_source);
    let sources = std::mem::take(&mut graph.sources);
    run.semidominators(&first_source, &sources, progress)?;
    let LengauerTarjan { semi, mut dominator, label, ancestor, .. } = run;
    // Step 4 of the paper: relative dominators become immediate ones, in preorder.
    for vertex in 1..count {
        let relative = dominator[vertex];
        if relative != semi[vertex] {
            dominator[vertex] = dominator[relative as usize];
        }
    }
    Ok((dominator, [label, ancestor, semi, first_source]))
}

/// The paper's arrays, all indexed by vertex.
struct LengauerTarjan {
    /// Parent in the search tree; after path compression an ancestor. The forest of linked vertices
    /// is implicit: vertex `v` is linked when its number is larger than the one being processed.
    ancestor: Vec<Preorder>,
    /// Number of the semidominator, exact for linked vertices.
    semi: Vec<Preorder>,
    /// The vertex with the least semidominator on the compressed path up to, not including, `ancestor`.
    label: Vec<Preorder>,
    /// Two arrays in one, as vertices are processed in descending order. From the present vertex on:
    /// the immediate dominator, or a vertex with the same one, or the next vertex in a bucket.
    /// Before it: the first vertex in the bucket of those whose semidominator this is.
    dominator: Vec<Preorder>,
    /// Scratch for `evaluate`: recursion would overflow on long lists.
    path: Vec<Preorder>,
}

impl LengauerTarjan {
    /// Steps 2 and 3: semidominators in descending order, relative dominators on the way.
    fn semidominators(&mut self, first_source: &[u32], sources: &[Preorder], progress: &Progress) -> Result<()> {
        for vertex in (1..self.ancestor.len() as Preorder).rev() {
            if vertex % 65_536 == 0 {
                progress.check()?;
            }
            self.empty_bucket(vertex);
            // All sources in the list have larger numbers, hence are linked; the smaller ones were
            // reduced to the least of them while numbering.
            let mut semi = self.semi[vertex as usize];
            let range = first_source[vertex as usize] as usize..first_source[vertex as usize + 1] as usize;
            for &source in &sources[range] {
                let least = self.evaluate(source, vertex);
                semi = semi.min(self.semi[least as usize]);
            }
            self.semi[vertex as usize] = semi;
            let parent = self.ancestor[vertex as usize];
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
            self.dominator[vertex as usize] = if self.semi[least as usize] < semi { least } else { semi };
            vertex = next;
        }
    }

    /// The vertex with the least semidominator on the path from `vertex` up to the last linked one,
    /// which has a number larger than `limit`. Compresses the path.
    #[inline(always)]
    fn evaluate(&mut self, vertex: Preorder, limit: Preorder) -> Preorder {
        if self.ancestor[vertex as usize] > limit {
            self.compress(vertex, limit);
        }
        self.label[vertex as usize]
    }

    fn compress(&mut self, vertex: Preorder, limit: Preorder) {
        let mut top = vertex;
        while self.ancestor[top as usize] > limit {
            self.path.push(top);
            top = self.ancestor[top as usize];
        }
        // From the top down, so that each vertex's ancestor is done before it.
        while let Some(vertex) = self.path.pop() {
            let ancestor = self.ancestor[vertex as usize] as usize;
            let (above, own) = (self.label[ancestor], self.label[vertex as usize]);
            if self.semi[above as usize] < self.semi[own as usize] {
                self.label[vertex as usize] = above;
            }
            self.ancestor[vertex as usize] = self.ancestor[ancestor];
        }
    }
}

/// Lays the tree out: sizes bottom up, positions top down. `dominator` counts in preorder numbers.
fn lay_out(graph: &FlowGraph, dominator: &[Preorder], root: NodeIx, scratch: [Vec<u32>; 4]) -> Result<DominatorTree> {
    let [mut below, mut free, parent, position] = scratch;
    let reached = graph.order.len();
    let count = reached + graph.unreached.len();
    // By vertex: nodes below and including it. A dominator has a smaller number than what it dominates.
    below.fill(1);
    for vertex in (1..reached).rev() {
        below[dominator[vertex] as usize] += below[vertex];
    }
    let mut tree = DominatorTree {
        parent: refilled(parent, root.0, count),
        order: crate::column::filled(0, count)?,
        position: refilled(position, 0, count),
        size: crate::column::filled(1, count)?,
    };
    // By vertex: the next free position in its subtree.
    free.fill(1);
    for vertex in 0..reached {
        let above = dominator[vertex] as usize;
        let at = if vertex == 0 { 0 } else { free[above] };
        free[above] += if vertex == 0 { 0 } else { below[vertex] };
        free[vertex] = at + 1;
        let node = graph.order[vertex];
        tree.parent[node as usize] = graph.order[above];
        tree.order[at as usize] = node;
        tree.position[node as usize] = at;
        tree.size[at as usize] = below[vertex];
    }
    for (i, node) in graph.unreached.iter().enumerate() {
        tree.order[reached + i] = node.0;
        tree.position[node.index()] = (reached + i) as u32;
    }
    tree.size[0] = count as u32;
    Ok(tree)
}

/// Memory that has served as `len` copies of `value`.
fn refilled(mut memory: Vec<u32>, value: u32, len: usize) -> Vec<u32> {
    memory.clear();
    memory.resize(len, value);
    memory
}
