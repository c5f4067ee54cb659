//! Objects that only V8's own tables retain, such as property keys → an object that refers to most of them.

use crate::leak::test_rounds::{PathSearch, Rounds};
use crate::paths::step::PathStep;
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::sort::sort_by_key;
use foldhash::{HashMap, HashMapExt};
use std::cmp::Reverse;

/// New objects checked.
const MAX_OBJECTS: usize = 50;
/// Referrers checked for each of them, the nearest to a root.
const MAX_REFERRERS: usize = 5;

/// The path to an object that refers to more than half of the new objects among `nodes`.
pub(super) fn common_holder(
    rounds: &Rounds<'_>,
    search: &PathSearch<'_>,
    nodes: &[NodeIx],
) -> Result<Option<Vec<PathStep>>> {
    let (Some(first), last) = (rounds.snapshots.first(), rounds.last) else { return Ok(None) };
    let is_new = |&&node: &&NodeIx| first.find(last.nodes().id(node)).is_err();
    let objects: Vec<NodeIx> = nodes.iter().filter(is_new).take(MAX_OBJECTS).copied().collect();
    let retainers = last.retainers()?;
    let mut counts: HashMap<NodeIx, usize> = HashMap::new();
    for &object in &objects {
        let mut referrers: Vec<NodeIx> = retainers.of(object).map(|edge| last.nodes().source_of(edge)).collect();
        sort_by_key(&mut referrers, |&node| (search.shortest.cost(node), node));
        referrers.dedup();
        referrers.into_iter().take(MAX_REFERRERS).for_each(|node| *counts.entry(node).or_default() += 1);
    }
    let mut common: Vec<(NodeIx, usize)> = counts.into_iter().filter(|&(_, count)| count * 2 > objects.len()).collect();
    sort_by_key(&mut common, |&(node, count)| (Reverse(count), search.shortest.cost(node), node));
    Ok(common.into_iter().find_map(|(node, _)| search.path_of_program(node)))
}
