//! Node → the steps of the shortest path to it, from the root's child down.

use crate::paths::shortest_paths::{ShortestPaths, UNREACHED};
use crate::snapshot::Snapshot;
use crate::snapshot::columns::Edge;
use crate::snapshot::ids::NodeIx;

/// One step of a path: an edge (`None` for the first node) and its target.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PathStep {
    pub(crate) edge: Option<Edge>,
    pub(crate) node: NodeIx,
}

/// The shortest path to a node, from the root's child down; `None` if it is unreachable.
pub(crate) fn path_to(snapshot: &Snapshot, shortest: &ShortestPaths, node: NodeIx) -> Option<Vec<PathStep>> {
    path_end(snapshot, shortest, node, usize::MAX)
}

/// The last `most` steps of the shortest path to a node.
pub(crate) fn path_end(
    snapshot: &Snapshot,
    shortest: &ShortestPaths,
    node: NodeIx,
    most: usize,
) -> Option<Vec<PathStep>> {
    if shortest.cost(node) == UNREACHED {
        return None;
    }
    let mut steps = Vec::new();
    let mut at = node;
    while steps.len() < most
        && let Some((from, edge)) = shortest.parent_edge(snapshot, at)
    {
        steps.push(PathStep { edge: Some(edge), node: at });
        at = from;
    }
    if steps.is_empty() {
        steps.push(PathStep { edge: None, node: at });
    }
    steps.reverse();
    Some(steps)
}
