//! Finds the captured variables below findings that no live function reads.
//!
//! A list of functions leaks, but most of the memory may be in a variable that none of them reads: it is enough to
//! clear that.

use crate::leak::finding::Finding;
use crate::leak::members::Members;
use crate::program::dead_variables::{DeadGroup, DeadVariables, are_scopes_known};
use crate::snapshot::Snapshot;
use crate::snapshot::error::Result;
use crate::snapshot::ids::{EdgeIx, NodeIx};
use crate::snapshot::progress::Progress;
use crate::snapshot::retained::for_each_subtree;
use crate::snapshot::sort::sort_by_key;
use std::cmp::Reverse;
use std::ops::Range;

/// Variables named of each finding.
const MAX_VARIABLES: usize = 3;
/// One is worth naming from this part of the finding's bytes on.
const MIN_PART: u64 = 10;

/// Adds to each finding the variables most of whose contexts it retains, or through which its path leads.
pub(crate) fn add_dead_variables(
    snapshot: &Snapshot,
    findings: &mut [Finding],
    members: &Members,
    progress: &Progress,
) -> Result<()> {
    if findings.is_empty() || !are_scopes_known(snapshot) {
        return Ok(());
    }
    let dead = DeadVariables::of(snapshot, progress)?;
    for finding in findings {
        progress.check()?;
        let subtrees = Subtrees::new(snapshot, &members.leaked(&finding.suspect));
        let path: Vec<EdgeIx> = finding.steps.iter().filter_map(|step| Some(step.edge?.ix)).collect();
        let belongs = |group: &DeadGroup| {
            let variables = dead.members(group);
            let below = variables.iter().filter(|dead| subtrees.contain(snapshot, dead.context)).count();
            2 * below >= variables.len() || variables.iter().any(|dead| path.contains(&dead.edge))
        };
        let groups = dead.groups.iter().filter(|group| group.freed.saturating_mul(MIN_PART) >= finding.bytes);
        let mut groups: Vec<DeadGroup> = groups.filter(|group| belongs(group)).cloned().collect();
        sort_by_key(&mut groups, |group| Reverse(group.freed));
        groups.truncate(MAX_VARIABLES);
        finding.dead_variables = groups;
    }
    Ok(())
}

/// What some nodes dominate, as positions in the tree's preorder.
struct Subtrees(Vec<Range<usize>>);

impl Subtrees {
    fn new(snapshot: &Snapshot, nodes: &[NodeIx]) -> Self {
        let mut subtrees = Vec::new();
        for_each_subtree(snapshot.dominators(), nodes, &mut |subtree| subtrees.push(subtree));
        Self(subtrees)
    }

    fn contain(&self, snapshot: &Snapshot, node: NodeIx) -> bool {
        let at = snapshot.dominators().positions()[node.index()] as usize;
        let behind = self.0.partition_point(|subtree| subtree.start <= at);
        self.0[..behind].last().is_some_and(|subtree| subtree.contains(&at))
    }
}
