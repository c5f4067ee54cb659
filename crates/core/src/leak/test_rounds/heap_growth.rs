//! Snapshots → the growth of the heap in bytes, and the object that retains most of it.

use crate::leak::test_rounds::{PathSearch, Rounds};
use crate::paths::step::PathStep;
use crate::program::internals::is_of_program;
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::schema::NodeKind;
use crate::snapshot::sort::sort_by_key;
use crate::snapshot::ticker::Ticker;
use std::cmp::Reverse;

/// Objects whose paths are considered, those that grew most.
const MAX_LOOKED_AT: usize = 50;

/// Bytes by which the heap grew in each round, without code.
pub(super) fn added_bytes(rounds: &Rounds<'_>) -> Vec<i64> {
    let bytes = rounds.snapshots.iter().map(|snapshot| {
        let statistics = snapshot.statistics();
        statistics.total as i64 - statistics.v8heap.code as i64
    });
    let bytes: Vec<i64> = bytes.collect();
    bytes.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

/// The path to the object of the program, new or grown, that retains most of the growth since the first snapshot.
pub(super) fn holder(rounds: &Rounds<'_>, search: &PathSearch<'_>) -> Result<Option<Vec<PathStep>>> {
    let (Some(first), last) = (rounds.snapshots.first(), rounds.last) else { return Ok(None) };
    let mut grown: Vec<(Reverse<u64>, NodeIx)> = Vec::new();
    let mut ticker = Ticker::of(rounds.progress, last.nodes().len());
    for node in last.nodes().iter() {
        ticker.tick()?;
        if last.kind(node) == NodeKind::Object && is_of_program(last, node) {
            let before = first.find(last.nodes().id(node)).map_or(0, |before| first.retained_size(before));
            let bytes = last.retained_size(node).saturating_sub(before);
            grown.extend((bytes > 0).then_some((Reverse(bytes), node)));
        }
    }
    sort_by_key(&mut grown, |&growth| growth);
    Ok(grown.into_iter().take(MAX_LOOKED_AT).find_map(|(_, node)| search.path_of_program(node)))
}
