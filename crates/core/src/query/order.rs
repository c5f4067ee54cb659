//! Snapshots in any order → the order in which they were taken.
//!
//! V8 assigns ascending ids to JavaScript objects, so the highest of them rises with the age of a process; objects of
//! the embedder have even ids. It sorts snapshots that were given newest first, or in the order of a shell's glob
//! (`after`, `before`, `third`).

use crate::snapshot::Snapshot;
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::sort::sort_by_key;

/// The order in which the given snapshots were taken.
pub(crate) struct Order {
    /// Positions among the given snapshots, the oldest first.
    pub(crate) positions: Vec<usize>,
    /// Whether ids mean the same objects in all of them.
    pub(crate) has_common_ids: bool,
}

impl Order {
    /// # Errors
    /// [`Code::InvalidQuery`] if one snapshot is given twice.
    pub(crate) fn of(given: &[&Snapshot]) -> Result<Self> {
        for (at, &snapshot) in given.iter().enumerate() {
            if let Some(first) = given[..at].iter().position(|&other| std::ptr::eq(other, snapshot)) {
                let twice = format!("the same one as number {} and as number {}", first + 1, at + 1);
                return Err(Error::new(Code::InvalidQuery, "snapshots taken one after the other", twice));
            }
        }
        let mut positions: Vec<usize> = (0..given.len()).collect();
        let has_common_ids = crate::leak::have_common_ids(given);
        if has_common_ids {
            let ages: Vec<u32> = given.iter().map(|snapshot| highest_id(snapshot)).collect();
            sort_by_key(&mut positions, |&at| ages[at]);
        }
        Ok(Self { positions, has_common_ids })
    }

    pub(crate) fn apply<'a>(&self, given: &[&'a Snapshot]) -> Vec<&'a Snapshot> {
        self.positions.iter().map(|&at| given[at]).collect()
    }

    /// A sentence for the verdict if they were given in another order.
    pub(crate) fn note(&self) -> &'static str {
        if self.positions.is_sorted() { "" } else { " The snapshots were put in the order in which they were taken." }
    }
}

/// The highest id of a JavaScript object.
pub(crate) fn highest_id(snapshot: &Snapshot) -> u32 {
    let ids = snapshot.nodes().iter().map(|node| snapshot.nodes().id(node));
    ids.filter(|id| id.is_stable()).map(|id| id.0).max().unwrap_or(0)
}
