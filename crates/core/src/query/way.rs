//! Node → the best way to it from the root's child down, step by step.

use crate::columns::Edge;
use crate::ids::NodeIx;
use crate::routes::{Routes, UNREACHED};
use crate::snapshot::Snapshot;

/// One step of a path: the edge (none for the first node) and the node it leads to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) edge: Option<Edge>,
    pub(crate) node: NodeIx,
}

/// The best way to a node from the root's child down; `None` when nothing leads to it.
pub(crate) fn way(snapshot: &Snapshot, routes: &Routes, node: NodeIx) -> Option<Vec<Step>> {
    end_of_way(snapshot, routes, node, usize::MAX)
}

/// The last `most` steps of the best way to a node.
pub(crate) fn end_of_way(snapshot: &Snapshot, routes: &Routes, node: NodeIx, most: usize) -> Option<Vec<Step>> {
    if routes.steps(node) == UNREACHED {
        return None;
    }
    let mut steps = Vec::new();
    let mut at = node;
    while steps.len() < most
        && let Some((from, edge)) = routes.arrival(snapshot, at)
    {
        steps.push(Step { edge: Some(edge), node: at });
        at = from;
    }
    if steps.is_empty() {
        steps.push(Step { edge: None, node: at });
    }
    steps.reverse();
    Some(steps)
}
