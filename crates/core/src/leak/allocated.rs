//! Objects → the places at which they were allocated, where V8 has tracked that, and how many objects of these places are
//! alive.

use crate::snapshot::Snapshot;
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::sort::sort_by_key;
use crate::snapshot::ticker::Ticker;
use foldhash::{HashMap, HashMapExt};

/// The least share of a suspect's objects with a known place from which that of the others follows.
const KNOWN: (usize, usize) = (3, 4);
/// The least number of allocated objects whose survival is significant.
const MIN_ALLOCATED: u64 = 4;

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

/// By place: the objects that were allocated there, and those of them that are alive.
#[derive(Default)]
pub(crate) struct Survival {
    of_place: HashMap<u32, (u64, u64)>,
}

impl Survival {
    /// One pass over the heap; empty if allocations were not tracked with their places.
    pub(crate) fn of(snapshot: &Snapshot, progress: &Progress) -> Result<Self> {
        let mut of_place = HashMap::new();
        let mut ticker = Ticker::of(progress, snapshot.nodes().len());
        of_place.extend(snapshot.allocations().tree.iter().map(|trace| (trace.id, (trace.count, 0))));
        for node in snapshot.nodes().iter() {
            ticker.tick()?;
            of_place.entry(snapshot.nodes().trace_id(node)).and_modify(|(_, alive)| *alive += 1);
        }
        Ok(Self { of_place })
    }

    /// The objects that were allocated at the places of a suspect's objects, and those that are alive; `None` if that is
    /// not known of most of the objects. Optimised code may allocate several objects at once, which count as one.
    pub(crate) fn at(&self, places: &[AllocatedAt], objects: usize) -> Option<(u32, u32)> {
        let known: u64 = places.iter().map(|place| place.count).sum();
        let sums = places.iter().filter_map(|place| self.of_place.get(&place.trace_id));
        let (allocated, alive) = sums.fold((0, 0), |sum, &(all, alive)| (sum.0 + all, sum.1 + alive.min(all)));
        let is_known = known as usize * KNOWN.1 >= objects * KNOWN.0 && allocated >= MIN_ALLOCATED;
        is_known.then(|| (allocated.min(u64::from(u32::MAX)) as u32, alive.min(u64::from(u32::MAX)) as u32))
    }
}
