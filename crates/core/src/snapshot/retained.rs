//! Retained sizes: one pass over the dominator tree, from the leaves up.
//!
//! In preorder every node stands after its dominator, so walking backwards a node's sum is complete
//! before it is added to its dominator's. 64 bits: the parser made sure all sizes together fit 2^53.

use crate::snapshot::Snapshot;
use crate::snapshot::columns::Nodes;
use crate::snapshot::dominators::DominatorTree;
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::sort::sort_by_key;

/// Bytes that go when a node goes, for every node.
pub(crate) fn retained_sizes(nodes: &Nodes, tree: &DominatorTree) -> Result<Vec<u64>> {
    let mut retained = crate::snapshot::column::with_room(nodes.len())?;
    retained.extend(nodes.iter().map(|node| nodes.self_size(node)));
    let parents = tree.parents();
    for &node in tree.order()[1..].iter().rev() {
        retained[parents[node as usize] as usize] += retained[node as usize];
    }
    Ok(retained)
}

/// Bytes retained by the nodes together, nothing counted twice, as classes' retained sizes are.
pub(crate) fn retained_together(snapshot: &Snapshot, nodes: impl Iterator<Item = NodeIx>) -> u64 {
    let tree = snapshot.dominators();
    let mut nodes: Vec<NodeIx> = nodes.collect();
    sort_by_key(&mut nodes, |node| tree.positions()[node.index()]);
    let mut last: Option<NodeIx> = None;
    let mut total = 0;
    for node in nodes {
        if last.is_none_or(|last| !tree.dominates(last, node)) {
            total += snapshot.retained_size(node);
            last = Some(node);
        }
    }
    total
}
