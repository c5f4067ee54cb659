//! Nodes → bytes that they retain together.

use crate::ids::NodeIx;
use crate::snapshot::Snapshot;
use crate::sort::sort_by_key;

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
