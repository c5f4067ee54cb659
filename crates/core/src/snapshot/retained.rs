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

/// [`retained_together`] by part: what a node retains counts for its own part, but for what other of the nodes
/// retain below it. The sum over all parts is what the nodes retain together.
pub(crate) fn retained_by_part(snapshot: &Snapshot, nodes: &[NodeIx], part: impl Fn(NodeIx) -> usize) -> Vec<u64> {
    let tree = snapshot.dominators();
    let mut nodes = nodes.to_vec();
    sort_by_key(&mut nodes, |node| tree.positions()[node.index()]);
    nodes.dedup();
    let mut parts = Vec::new();
    let mut open: Vec<NodeIx> = Vec::new();
    for node in nodes {
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
