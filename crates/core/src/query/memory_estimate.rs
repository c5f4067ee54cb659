//! Checks before a question is answered that there is memory for it.
//!
//! A vector or hash table that cannot grow ends the process. So the most memory that a question can need is allocated
//! and freed untouched first: if the system refuses it, there is an error instead.

use crate::snapshot::Snapshot;
use crate::snapshot::column::check_memory;
use crate::snapshot::error::Result;

/// The most bytes needed for an answer, for each node, edge and string of a snapshot.
#[derive(Clone, Copy)]
pub(crate) struct MemoryEstimate {
    node: usize,
    edge: usize,
    string: usize,
}

impl MemoryEstimate {
    /// A few rows.
    pub(crate) const LITTLE: MemoryEstimate = MemoryEstimate { node: 0, edge: 0, string: 0 };
    /// A list of all references of one object, which may be nearly all of the snapshot.
    pub(crate) const EDGES: MemoryEstimate = MemoryEstimate { node: 0, edge: 32, string: 0 };
    /// Matching nodes, sorted.
    pub(crate) const NODES: MemoryEstimate = MemoryEstimate { node: 48, edge: 1, string: 16 };
    /// Shortest paths from the roots, and those merged by shape.
    pub(crate) const PATHS: MemoryEstimate = MemoryEstimate { node: 64, edge: 12, string: 8 };
    /// Each string with its copies.
    pub(crate) const STRINGS: MemoryEstimate = MemoryEstimate { node: 96, edge: 0, string: 96 };
    /// All parts of a report.
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
