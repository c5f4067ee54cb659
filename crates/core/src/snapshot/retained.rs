//! Retained sizes: one pass over the dominator tree, from the leaves up.
//!
//! In preorder every node stands after its dominator, so walking backwards a node's sum is complete
//! before it is added to its dominator's. 64 bits: the parser made sure all sizes together fit 2^53.

use crate::snapshot::Snapshot;
use crate::snapshot::columns::Nodes;
use crate::snapshot::dominators::DominatorTree;
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;

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
    let mut total = 0;
    // Behind the subtree of the last node that no other one dominates.
    let mut end = 0;
    for at in positions_in(tree, nodes) {
        if at >= end {
            total += snapshot.retained_size(NodeIx(tree.order()[at as usize]));
            end = at + tree.sizes()[at as usize];
        }
    }
    total
}

/// [`retained_together`] by part: what a node retains counts for its own part, but for what other of the nodes
/// retain below it. The sum over all parts is what the nodes retain together.
pub(crate) fn retained_by_part(snapshot: &Snapshot, nodes: &[NodeIx], part: impl Fn(NodeIx) -> usize) -> Vec<u64> {
    let tree = snapshot.dominators();
    let mut positions = positions_in(tree, nodes.iter().copied());
    positions.dedup();
    let mut parts = Vec::new();
    let mut open: Vec<NodeIx> = Vec::new();
    for at in positions {
        let node = NodeIx(tree.order()[at as usize]);
        while open.pop_if(|&mut above| !tree.dominates(above, node)).is_some() {}
        let bytes = snapshot.retained_size(node);
        if let Some(&above) = open.last() {
            parts[part(above)] -= bytes;
        }
        let own = part(node);
        if parts.len() <= own {
            parts.resize(own + 1, 0);
        }
        parts[own] += bytes;
        open.push(node);
    }
    parts
}

/// Where nodes stand in the tree's preorder, ascending.
fn positions_in(tree: &DominatorTree, nodes: impl Iterator<Item = NodeIx>) -> Vec<u32> {
    let mut positions: Vec<u32> = nodes.map(|node| tree.positions()[node.index()]).collect();
    positions.sort_unstable();
    positions
}
