//! Snapshots in order of time → the interval in which each object of the last one was created.
//!
//! Ids are stable while a process lives, so an object that is in the second snapshot but not in the first was created
//! between them. Snapshots of two processes have equal ids by accident only. They are recognised by the different
//! objects that these ids belong to.
//!
//! One snapshot that was taken while V8 tracked objects is a series too: see [`timeline`](super::timeline).

use crate::leak::same_objects::SameObjects;
use crate::leak::timeline::Timeline;
use crate::paths::shortest_paths::ShortestPaths;
use crate::snapshot::Snapshot;
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::parallel;
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::NodeKind;
use crate::snapshot::sort::sort_by_key;

/// Ids compared if there are too few functions.
const SAMPLE: usize = 4096;
/// Functions with unique names needed to decide whether two snapshots are of one process.
const MIN_FUNCTIONS: usize = 100;

/// Snapshots of one program, oldest first.
pub(crate) struct Series<'a> {
    pub(crate) snapshots: &'a [&'a Snapshot],
    pub(crate) last: &'a Snapshot,
    /// Whether ids mean the same objects in all of them.
    pub(crate) same_process: bool,
    /// The intervals, where there is one snapshot with samples.
    pub(crate) timeline: Option<Timeline>,
    /// By node of the last snapshot: the first snapshot that has it, or the end of the interval that created it.
    births: Vec<u8>,
}

impl<'a> Series<'a> {
    /// One pass over the ids of each snapshot, and two over the nodes of the last for each. `snapshots` ends with
    /// `last`; `same_process` is what [`have_common_ids`] says of them.
    pub(crate) fn new(
        snapshots: &'a [&'a Snapshot],
        last: &'a Snapshot,
        same_process: bool,
        progress: &Progress,
    ) -> Result<Self> {
        if let [only] = snapshots
            && let Some(mut timeline) = Timeline::of(only)
        {
            let births = timeline.births(last, progress)?;
            return Ok(Self { snapshots, last, same_process, timeline: Some(timeline), births });
        }
        let newest = snapshots.len().saturating_sub(1).min(usize::from(u8::MAX)) as u8;
        let mut births = vec![newest; last.nodes().len()];
        if same_process {
            let shortest = ShortestPaths::of(last, progress)?;
            for (at, before) in snapshots.iter().enumerate().take(usize::from(newest)).rev() {
                let same = SameObjects::of(before, last, shortest, progress)?;
                last.nodes()
                    .iter()
                    .filter(|&node| same.contains(node))
                    .for_each(|node| births[node.index()] = at as u8);
            }
        }
        Ok(Self { snapshots, last, same_process, timeline: None, births })
    }

    /// The first snapshot that has the node.
    pub(crate) fn birth(&self, node: NodeIx) -> usize {
        usize::from(self.births[node.index()])
    }

    /// Whether every snapshot has the node.
    pub(crate) fn is_old(&self, node: NodeIx) -> bool {
        self.birth(node) == 0
    }

    /// The snapshots before the last; none of a timeline.
    pub(crate) fn earlier(&self) -> &'a [&'a Snapshot] {
        &self.snapshots[..self.snapshots.len().saturating_sub(1)]
    }

    /// The number of intervals between snapshots, or of the timeline.
    pub(crate) fn intervals(&self) -> usize {
        self.timeline.as_ref().map_or(self.earlier().len(), |timeline| timeline.facts.intervals)
    }

    /// By node of the last snapshot.
    pub(crate) fn births(&self) -> &[u8] {
        &self.births
    }

    /// How many of some nodes were created in each interval.
    pub(crate) fn created(&self, births: impl Iterator<Item = usize>) -> Vec<i64> {
        let mut created = vec![0; self.intervals() + 1];
        births.for_each(|birth| created[birth] += 1);
        created.split_off(1)
    }
}

/// Whether ids mean the same objects in all of the snapshots, whatever their order.
pub(crate) fn have_common_ids(snapshots: &[&Snapshot]) -> bool {
    if snapshots.len() > 1 {
        parallel::map(snapshots.to_vec(), |snapshot| _ = snapshot.nodes_by_id());
    }
    snapshots.windows(2).all(|pair| is_same_process(pair[0], pair[1]))
}

/// Whether equal ids mean the same objects in two snapshots.
///
/// Functions with unique names are the best evidence: a runtime has thousands of them and they live long, whereas other
/// ids are reused after an object died. In two processes of one program nine of ten ids are equal by accident, but only
/// three of four of such functions have equal ids.
fn is_same_process(a: &Snapshot, b: &Snapshot) -> bool {
    let functions = functions_with_own_names(a);
    if functions.len() >= MIN_FUNCTIONS {
        return are_same(a, b, functions.into_iter(), 10);
    }
    // The roots come first. They have the same ids in all processes.
    let every = (a.nodes().len() / SAMPLE).max(1);
    let sample = a.nodes_by_id().iter().skip(64.min(a.nodes().len() / 2)).step_by(every);
    are_same(a, b, sample.copied().filter(|&node| a.nodes().id(node).is_stable()), 5)
}

/// Whether, of the nodes whose ids are in both snapshots, at most one in `share` has another type or name.
fn are_same(a: &Snapshot, b: &Snapshot, nodes: impl Iterator<Item = NodeIx>, share: usize) -> bool {
    let (mut shared, mut same) = (0usize, 0usize);
    for node in nodes {
        if let Ok(other) = b.find(a.nodes().id(node)) {
            shared += 1;
            same += usize::from(a.type_name(node) == b.type_name(other) && a.name(node) == b.name(other));
        }
    }
    shared > 0 && same * share >= shared * (share - 1)
}

fn functions_with_own_names(snapshot: &Snapshot) -> Vec<NodeIx> {
    let nodes = snapshot.nodes();
    let named = |&node: &NodeIx| snapshot.kind(node) == NodeKind::Closure && !snapshot.name(node).is_empty();
    let mut functions: Vec<NodeIx> = nodes.iter().filter(named).collect();
    sort_by_key(&mut functions, |&node| nodes.name(node));
    let runs = functions.chunk_by(|&a, &b| nodes.name(a) == nodes.name(b));
    runs.filter_map(|run| <[NodeIx; 1]>::try_from(run).ok()).map(|[only]| only).collect()
}
