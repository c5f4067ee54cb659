//! Retained sizes: one pass over the dominator tree, from the leaves up.
//!
//! In preorder every node comes after its dominator, so on a walk backwards a node's sum is complete
//! before it is added to its dominator's. Sums fit 64 bits: the parser limits all sizes together to 2^53.

use crate::snapshot::Snapshot;
use crate::snapshot::bits::Bits;
use crate::snapshot::columns::Nodes;
use crate::snapshot::dominators::DominatorTree;
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use std::ops::Range;

/// The retained size of every node.
pub(crate) fn retained_sizes(nodes: &Nodes, tree: &DominatorTree) -> Result<Vec<u64>> {
    let mut retained = crate::snapshot::column::with_room(nodes.len())?;
    retained.extend(nodes.iter().map(|node| nodes.self_size(node)));
    let parents = tree.parents();
    for &node in tree.order()[1..].iter().rev() {
        retained[parents[node as usize] as usize] += retained[node as usize];
    }
    Ok(retained)
}

/// If at least one in this many nodes is given, a set of bits is faster than sorting.
const DENSE: usize = 64;

/// Bytes retained by the nodes together, nothing counted twice, as classes' retained sizes are.
pub(crate) fn retained_together(snapshot: &Snapshot, nodes: &[NodeIx]) -> u64 {
    let tree = snapshot.dominators();
    let mut total = 0;
    for_each_subtree(tree, nodes, &mut |subtree| total += snapshot.retained_size(NodeIx(tree.order()[subtree.start])));
    total
}

/// Visits the subtrees of the nodes that no other one of them dominates, as positions in the tree's preorder, ascending.
pub(crate) fn for_each_subtree(tree: &DominatorTree, nodes: &[NodeIx], visit: &mut dyn FnMut(Range<usize>)) {
    let mut end = 0;
    for_each_position(tree, nodes, &mut |at| {
        if at >= end {
            end = at + tree.sizes()[at] as usize;
            visit(at..end);
        }
    });
}

/// [`retained_together`] by part: a node's retained size counts for its own part, without that of other given nodes
/// below it. The sum of all parts is the size that the nodes retain together.
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

/// Visits the positions of nodes in the tree's preorder, ascending, each once.
pub(crate) fn for_each_position(tree: &DominatorTree, nodes: &[NodeIx], visit: &mut dyn FnMut(usize)) {
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
