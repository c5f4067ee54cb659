//! A question → whether there is memory for answering it, asked before anything is begun.
//!
//! Tables of a question grow as they must, and a vector or hash table that is refused memory ends the process.
//! So what a question may take in all is asked for at once and given back untouched: where the system has
//! not as much, there is an error instead.

use crate::snapshot::Snapshot;
use crate::snapshot::column::check_memory;
use crate::snapshot::error::Result;

/// Bytes that answering takes at most, for each of what a snapshot has.
#[derive(Clone, Copy)]
pub(crate) struct MemoryEstimate {
    node: usize,
    edge: usize,
    string: usize,
}

impl MemoryEstimate {
    /// A few rows.
    pub(crate) const LITTLE: MemoryEstimate = MemoryEstimate { node: 0, edge: 0, string: 0 };
    /// A list of all references of one object, which may be nearly all there are.
    pub(crate) const EDGES: MemoryEstimate = MemoryEstimate { node: 0, edge: 32, string: 0 };
    /// Nodes that match, in order.
    pub(crate) const NODES: MemoryEstimate = MemoryEstimate { node: 48, edge: 1, string: 16 };
    /// Shortest paths from the roots, and those merged by shape.
    pub(crate) const PATHS: MemoryEstimate = MemoryEstimate { node: 64, edge: 12, string: 8 };
    /// Each string with its copies.
    pub(crate) const STRINGS: MemoryEstimate = MemoryEstimate { node: 96, edge: 0, string: 96 };
    /// All of it.
    pub(crate) const REPORT: MemoryEstimate = MemoryEstimate { node: 224, edge: 16, string: 96 };
    /// Two lists of objects side by side.
    pub(crate) const DIFF: MemoryEstimate = MemoryEstimate { node: 96, edge: 1, string: 32 };

    /// # Errors
    /// [`Code::OutOfMemory`](crate::Code::OutOfMemory).
    pub(crate) fn check(self, snapshots: &[&Snapshot]) -> Result<()> {
        let of = |snapshot: &&Snapshot| {
            self.node * snapshot.nodes().len()
                + self.edge * snapshot.edges().len()
                + self.string * snapshot.strings().len()
        };
        match snapshots.iter().map(of).sum() {
            0 => Ok(()),
            bytes => check_memory(bytes),
        }
    }
}
