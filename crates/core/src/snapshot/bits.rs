//! One bit per node: 300 kB for two million nodes, which stay in a core's own cache.

use crate::snapshot::ids::NodeIx;

/// A set of nodes.
#[derive(Clone, Debug)]
pub struct NodeSet(Vec<u64>);

impl NodeSet {
    /// No node of `count`.
    pub fn new(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)])
    }

    /// Bytes of memory held.
    pub fn memory(&self) -> usize {
        8 * self.0.capacity()
    }

    #[inline(always)]
    pub fn contains(&self, node: NodeIx) -> bool {
        self.0[node.index() / 64] >> (node.index() % 64) & 1 != 0
    }

    /// Adds a node. True when it was not there.
    #[inline(always)]
    pub fn insert(&mut self, node: NodeIx) -> bool {
        let word = &mut self.0[node.index() / 64];
        let bit = 1 << (node.index() % 64);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }
}
