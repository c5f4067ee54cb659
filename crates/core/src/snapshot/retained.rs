//! Retained sizes: one pass over the dominator tree, from the leaves up.
//!
//! In preorder every node stands after its dominator, so walking backwards a node's sum is complete
//! before it is added to its dominator's. 64 bits: the parser made sure all sizes together fit 2^53.

use crate::snapshot::Snapshot;
use crate::snapshot::bits::Bits;
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

/// One node of so many is enough for a set of bits to be faster than sorting.
const DENSE: usize = 64;

/// Bytes retained by the nodes together, nothing counted twice, as classes' retained sizes are.
pub(crate) fn retained_together(snapshot: &Snapshot, nodes: &[NodeIx]) -> u64 {
    let tree = snapshot.dominators();
    let mut total = 0;
    // Behind the subtree of the last node that no other one dominates.
    let mut end = 0;
    for_each_position(tree, nodes, &mut |at| {
        if at >= end {
            total += snapshot.retained_size(NodeIx(tree.order()[at]));
            end = at + tree.sizes()[at] as usize;
        }
    });
    total
}

/// [`retained_together`] by part: what a node retains counts for its own part, but for what other of the nodes
/// retain below it. The sum over all parts is what the nodes retain together.
pub(crate) fn retained_by_part(snapshot: &Snapshot, nodes: &[NodeIx], part: impl Fn(NodeIx) -> usize) -> Vec<u64> {
    let tree = snapshot.dominators();
    let mut parts = Vec::new();
    let mut open: Vec<NodeIx> = Vec::new();
    for_each_position(tree, nodes, &mut |at| {
        let node = NodeIx(tree.order()[at]);
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
    });
    parts
}

/// Visits the positions of nodes in the tree's preorder, ascending and each once.
fn for_each_position(tree: &DominatorTree, nodes: &[NodeIx], visit: &mut dyn FnMut(usize)) {
    let positions = nodes.iter().map(|node| tree.positions()[node.index()]);
    if positions.len() > tree.order().len() / DENSE {
        let mut visited = Bits::new(tree.order().len());
        positions.for_each(|at| {
            visited.insert(at as usize);
        });
        return visited.iter().for_each(visit);
    }
    let mut positions: Vec<u32> = positions.collect();
    positions.sort_unstable();
    positions.dedup();
    positions.into_iter().for_each(|at| visit(at as usize));
}
