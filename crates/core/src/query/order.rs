//! Snapshots in any order → the order in which they were taken.
//!
//! V8 numbers JavaScript objects upwards, so the highest of their numbers rises with a process's age; objects of
//! the embedder have even numbers. Snapshots given newest first, or in the order of a shell's pattern
//! (`after`, `before`, `third`), are put in order by it.

use crate::snapshot::Snapshot;
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::sort::sort_by_key;

/// Which of the snapshots given is the oldest, and so on.
pub(crate) struct Order {
    /// Positions among the snapshots given, the oldest first.
    pub(crate) positions: Vec<usize>,
    /// Whether ids mean the same objects in all of them.
    pub(crate) has_common_ids: bool,
}

impl Order {
    /// # Errors
    /// [`Code::InvalidQuery`] when one snapshot is given twice.
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

    /// What the verdict says when the order was another.
    pub(crate) fn note(&self) -> &'static str {
        if self.positions.is_sorted() { "" } else { " The snapshots were put in the order in which they were taken." }
    }
}

/// The highest number of a JavaScript object.
fn highest_id(snapshot: &Snapshot) -> u32 {
    let ids = snapshot.nodes().iter().map(|node| snapshot.nodes().id(node).0);
    ids.filter(|id| !id.is_multiple_of(2)).max().unwrap_or(0)
}
