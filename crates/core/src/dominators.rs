//! The dominator tree.

use crate::ids::NodeIx;

/// Immediate dominators and the tree in preorder.
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
