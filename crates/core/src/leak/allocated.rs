//! Objects → the places at which they were allocated, where V8 has tracked that.

use crate::snapshot::Snapshot;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::sort::sort_by_key;

/// Objects that were allocated at one place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct AllocatedAt {
    /// The id of a node of the tree of allocation stacks.
    pub(crate) trace_id: u32,
    pub(crate) count: u64,
    /// Their self sizes.
    pub(crate) bytes: u64,
}

/// The places at which objects were allocated, by id; empty if that was not tracked.
pub(crate) fn places_of_allocation(snapshot: &Snapshot, nodes: &[NodeIx]) -> Vec<AllocatedAt> {
    if snapshot.allocations().tree.is_empty() {
        return Vec::new();
    }
    let place = |&node: &NodeIx| AllocatedAt {
        trace_id: snapshot.nodes().trace_id(node),
        count: 1,
        bytes: snapshot.nodes().self_size(node),
    };
    let mut places: Vec<AllocatedAt> = nodes.iter().map(place).filter(|place| place.trace_id != 0).collect();
    sort_by_key(&mut places, |place| place.trace_id);
    places.dedup_by(|next, kept| {
        let is_same = next.trace_id == kept.trace_id;
        if is_same {
            kept.count += next.count;
            kept.bytes += next.bytes;
        }
        is_same
    });
    places
}
