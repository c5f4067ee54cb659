//! Retained sizes: one pass over the dominator tree, from the leaves up.
//!
//! In preorder every node stands after its dominator, so walking backwards a node's sum is complete
//! before it is added to its dominator's. 64 bits: the parser made sure all sizes together fit 2^53.

use crate::columns::Nodes;
use crate::dominators::DominatorTree;
use crate::error::Result;

/// Bytes that go when a node goes, for every node.
pub(crate) fn retained_sizes(nodes: &Nodes, tree: &DominatorTree) -> Result<Vec<u64>> {
    let mut retained = crate::column::with_room(nodes.len())?;
    retained.extend(nodes.iter().map(|node| nodes.self_size(node)));
    let parents = tree.parents();
    for &node in tree.order()[1..].iter().rev() {
        retained[parents[node as usize] as usize] += retained[node as usize];
    }
    Ok(retained)
}
