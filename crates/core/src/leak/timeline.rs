//! One snapshot with samples → a series of intervals.
//!
//! While V8 tracks objects it takes samples: the time, and the highest id so far. Ids ascend, so they tell in which
//! interval each object was created that is still there. What was created and died before the end is unknown, but
//! the ids that are missing count it. So a group that grows like a leak has objects of every interval in which
//! the program was busy; those of a queue or a full cache are of the last intervals.

use crate::leak::groups::{Groups, OUTSIDE};
use crate::paths::shortest_paths::ShortestPaths;
use crate::snapshot::Snapshot;
use crate::snapshot::column::filled;
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::NodeKind;
use crate::snapshot::ticker::Ticker;
use serde::Serialize;

/// Intervals at most: V8 takes twenty samples a second.
const MAX_INTERVALS: usize = 8;
/// No interval yet.
const UNKNOWN: u8 = u8::MAX;

/// The intervals of a timeline, which begins with its first sample.
#[derive(Debug)]
pub(crate) struct Timeline {
    /// The highest id at the end of each interval, after that of the first sample.
    last_ids: Vec<u32>,
    pub(crate) facts: Facts,
}

/// What a report says of a timeline.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Facts {
    pub(crate) intervals: usize,
    pub(crate) samples: usize,
    pub(crate) duration_ms: f64,
    /// Self sizes of the living objects created in each interval.
    #[serde(skip)]
    pub(crate) sizes: Vec<u64>,
}

impl Timeline {
    /// The timeline of a snapshot; `None` if it was not recorded, or without any object after the first sample.
    pub(crate) fn of(snapshot: &Snapshot) -> Option<Self> {
        let samples = snapshot.samples();
        let (first, last) = (samples.first()?, samples.last()?);
        let duration = last.timestamp_us.saturating_sub(first.timestamp_us);
        if last.last_assigned_id <= first.last_assigned_id || duration == 0 {
            return None;
        }
        let intervals = MAX_INTERVALS.min(samples.len() - 1);
        let highest = |at: usize| {
            let end = first.timestamp_us + duration / intervals as u64 * at as u64;
            let taken = samples.iter().take_while(|sample| sample.timestamp_us <= end);
            taken.map(|sample| sample.last_assigned_id).max().unwrap_or(0)
        };
        let mut last_ids: Vec<u32> = (0..intervals).map(highest).collect();
        last_ids.push(samples.iter().map(|sample| sample.last_assigned_id).max()?);
        let duration_ms = duration as f64 / 1000.0;
        Some(Self { last_ids, facts: Facts { intervals, samples: samples.len(), duration_ms, sizes: Vec::new() } })
    }

    /// The objects that were created in each interval, whether they are still there or not; 0 for the time before.
    pub(crate) fn created(&self) -> Vec<u64> {
        // V8 assigns every other id.
        let created = self.last_ids.windows(2).map(|pair| u64::from(pair[1] - pair[0]) / 2);
        std::iter::once(0).chain(created).collect()
    }

    /// By node: the interval in which it was created, 0 for the time before. Ids of the embedder's objects, of
    /// buffers and of code may not tell, so these are as old as what retains them.
    pub(crate) fn births(&mut self, snapshot: &Snapshot, progress: &Progress) -> Result<Vec<u8>> {
        let shortest = ShortestPaths::of(snapshot, progress)?;
        let mut births = filled(UNKNOWN, snapshot.nodes().len())?;
        let mut ticker = Ticker::of(progress, snapshot.nodes().len());
        let mut above = Vec::new();
        for node in snapshot.nodes().iter() {
            ticker.tick()?;
            let mut at = Some(node).filter(|_| births[node.index()] == UNKNOWN);
            while let Some(open) = at {
                above.push(open);
                let known = self.birth(snapshot, open);
                at = shortest.parent(open).filter(|parent| known.is_none() && births[parent.index()] == UNKNOWN);
            }
            while let Some(open) = above.pop() {
                let of_parent = || shortest.parent(open).map_or(0, |parent| births[parent.index()]);
                births[open.index()] = self.birth(snapshot, open).unwrap_or_else(of_parent);
            }
        }
        let mut sizes = vec![0; self.last_ids.len()];
        snapshot
            .nodes()
            .iter()
            .for_each(|node| sizes[usize::from(births[node.index()])] += snapshot.nodes().self_size(node));
        self.facts.sizes = sizes.split_off(1);
        Ok(births)
    }

    fn birth(&self, snapshot: &Snapshot, node: NodeIx) -> Option<u8> {
        let id = snapshot.nodes().id(node);
        let interval = self.last_ids.partition_point(|&last| last < id.0);
        // V8 may number what is not the program's only when it writes the snapshot.
        let is_late = || {
            !matches!(snapshot.kind(node), NodeKind::Native | NodeKind::Code | NodeKind::Hidden | NodeKind::ObjectShape)
        };
        let is_covered = interval < self.last_ids.len() || is_late();
        (id.is_stable() && is_covered).then(|| interval.min(self.last_ids.len() - 1) as u8)
    }
}

/// By group and interval: the objects that had been created by its end and are still there.
pub(crate) fn counts_by_interval(groups: &Groups, births: &[u8], intervals: usize) -> Vec<u32> {
    let mut counts = vec![0; groups.list.len() * (intervals + 1)];
    for (&group, &birth) in groups.of_nodes().iter().zip(births).filter(|&(&group, _)| group != OUTSIDE) {
        counts[group as usize * (intervals + 1) + usize::from(birth)] += 1;
    }
    for of_group in counts.chunks_mut(intervals + 1) {
        for at in 1..of_group.len() {
            of_group[at] += of_group[at - 1];
        }
    }
    counts
}
