//! Nodes → bytes: what they retain together, and what would go if their holder let go of them.

use crate::bits::NodeSet;
use crate::columns::Edge;
use crate::error::Result;
use crate::ids::NodeIx;
use crate::progress::Progress;
use crate::query::steps::Steps;
use crate::schema::EdgeKind;
use crate::snapshot::Snapshot;

/// Bytes retained by the nodes together, nothing counted twice, as classes' retained sizes are.
pub(crate) fn retained_together(snapshot: &Snapshot, nodes: impl Iterator<Item = NodeIx>) -> u64 {
    let tree = snapshot.dominators();
    let mut nodes: Vec<NodeIx> = nodes.collect();
    nodes.sort_unstable_by_key(|node| tree.positions()[node.index()]);
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

/// Bytes that the root no longer reaches when the edges for which `is_cut` holds are gone. One pass
/// over the heap.
pub(crate) fn freed_without(
    snapshot: &Snapshot,
    progress: &Progress,
    is_cut: impl Fn(NodeIx, Edge) -> bool,
) -> Result<u64> {
    let mut reached = NodeSet::new(snapshot.nodes().len());
    let mut steps = Steps::of(progress, snapshot.edges().len());
    let mut stack = vec![snapshot.root()];
    reached.insert(snapshot.root());
    while let Some(node) = stack.pop() {
        for edge in snapshot.edges_of(node) {
            steps.step()?;
            let holds = edge.kind != EdgeKind::Weak && !edge.filtered;
            if holds && !reached.contains(edge.to) && !is_cut(node, edge) {
                reached.insert(edge.to);
                stack.push(edge.to);
            }
        }
    }
    let freed = |node: &NodeIx| !reached.contains(*node) && snapshot.dominators().parent(*node) != *node;
    let was_alive = |node: &NodeIx| snapshot.distance(*node) >= 0;
    Ok(snapshot.nodes().iter().filter(freed).filter(was_alive).map(|node| snapshot.nodes().self_size(node)).sum())
}
