//! Snapshots in order of time → the interval in which each object of the last one was made.
//!
//! V8 never gives an id twice while a process lives, so an object that the first snapshot lacks and
//! the second has was made between them. In snapshots of two processes equal ids are accidents:
//! what they name differs, and that is how they are told apart.

use crate::snapshot::Snapshot;
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::ticker::Ticker;

/// Ids looked at to tell processes apart.
const SAMPLE: usize = 4096;

/// Snapshots of one program, oldest first.
pub(crate) struct Series<'a> {
    pub(crate) snapshots: &'a [&'a Snapshot],
    pub(crate) last: &'a Snapshot,
    /// Whether ids mean the same objects in all of them.
    pub(crate) same_process: bool,
    /// For each node of the last snapshot the first snapshot that has it.
    births: Vec<u8>,
}

impl<'a> Series<'a> {
    /// One pass over the ids of each snapshot. `snapshots` ends with `last`.
    pub(crate) fn new(snapshots: &'a [&'a Snapshot], last: &'a Snapshot, progress: &Progress) -> Result<Self> {
        let same_process = have_common_ids(snapshots);
        let newest = snapshots.len().saturating_sub(1).min(usize::from(u8::MAX)) as u8;
        let mut births = vec![newest; last.nodes().len()];
        if same_process {
            for (at, before) in snapshots.iter().enumerate().take(usize::from(newest)).rev() {
                mark_shared(before, last, at as u8, &mut births, progress)?;
            }
        }
        Ok(Self { snapshots, last, same_process, births })
    }

    /// The first snapshot that has the node.
    pub(crate) fn birth(&self, node: NodeIx) -> usize {
        usize::from(self.births[node.index()])
    }

    /// Whether every snapshot has the node.
    pub(crate) fn is_old(&self, node: NodeIx) -> bool {
        self.birth(node) == 0
    }

    /// Times between two snapshots.
    pub(crate) fn intervals(&self) -> usize {
        self.snapshots.len().saturating_sub(1)
    }
}

/// Whether ids mean the same objects in all of the snapshots, in whatever order.
pub(crate) fn have_common_ids(snapshots: &[&Snapshot]) -> bool {
    snapshots.windows(2).all(|pair| is_same_process(pair[0], pair[1]))
}

/// Both lists are in order of id: one walk along both.
fn mark_shared(before: &Snapshot, last: &Snapshot, at: u8, births: &mut [u8], progress: &Progress) -> Result<()> {
    let mut ticker = Ticker::of(progress, last.nodes().len());
    let mut earlier = before.nodes_by_id().iter().map(|&node| before.nodes().id(node)).peekable();
    for &node in last.nodes_by_id() {
        ticker.tick()?;
        let id = last.nodes().id(node);
        while earlier.next_if(|&earlier| earlier < id).is_some() {}
        if earlier.peek() == Some(&id) {
            births[node.index()] = at;
        }
    }
    Ok(())
}

/// Whether most ids that both have are of nodes with the same type and name. Roots, which have the
/// same ids in all processes, come first and do not count.
fn is_same_process(a: &Snapshot, b: &Snapshot) -> bool {
    let (mut shared, mut same) = (0usize, 0usize);
    let every = (a.nodes().len() / SAMPLE).max(1);
    for &node in a.nodes_by_id().iter().skip(64.min(a.nodes().len() / 2)).step_by(every) {
        if a.nodes().id(node).0.is_multiple_of(2) {
            continue;
        }
        if let Ok(other) = b.find(a.nodes().id(node)) {
            shared += 1;
            same += usize::from(a.type_name(node) == b.type_name(other) && a.name(node) == b.name(other));
        }
    }
    shared > 0 && same * 5 >= shared * 4
}
