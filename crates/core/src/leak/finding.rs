//! A suspect that was explained: what the report says of it, before anything is put into words.

use crate::leak::allocated::AllocatedAt;
use crate::leak::kind::Kind;
use crate::leak::release::Release;
use crate::leak::suspect::Suspect;
use crate::paths::step::PathStep;
use crate::program::dead_variables::DeadGroup;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::strings::Text;
use serde::Serialize;

/// How sure a finding is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Confidence {
    /// One snapshot, snapshots without ids in common, or growth that may end at a bound.
    Low,
    /// Growth in one interval, or in several where a bound is known or what was there before went.
    Medium,
    /// Growth in several intervals, nearly all of which stays, and no bound is known.
    High,
}

/// The nearest object above the elements that a program names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Holder {
    /// Its step on the path.
    pub(crate) at: usize,
    pub(crate) node: NodeIx,
    /// How many holders have a path of the same shape.
    pub(crate) count: usize,
}

/// An explained suspect.
pub(crate) struct Finding {
    pub(crate) suspect: Suspect,
    /// The class, or function, that names the leak.
    pub(crate) class_name: Text,
    pub(crate) kind: &'static Kind,
    /// Objects that name the leak.
    pub(crate) count: usize,
    /// Bytes that they retain together.
    pub(crate) bytes: u64,
    /// By how many they became more in each interval.
    pub(crate) added_count: Vec<i64>,
    /// Bytes that each interval added; `None` where ids mean different objects.
    pub(crate) added_bytes: Option<Vec<u64>>,
    /// The object nearest to a root, and its path.
    pub(crate) example: NodeIx,
    pub(crate) steps: Vec<PathStep>,
    pub(crate) holder: Holder,
    /// Functions on the path, from the holder down.
    pub(crate) functions: Vec<NodeIx>,
    /// Ids, newest first.
    pub(crate) samples: Vec<u32>,
    /// Where the objects were allocated; empty if that was not tracked.
    pub(crate) allocated: Vec<AllocatedAt>,
    pub(crate) release: Release,
    /// Captured variables below that no live function reads, those that free most first.
    pub(crate) dead_variables: Vec<DeadGroup>,
    pub(crate) confidence: Confidence,
    /// Whether the holder is known to bound what it holds.
    pub(crate) has_bound: bool,
    /// Whether it was empty in the first of two snapshots, or did not go on growing while the program was idle: another
    /// snapshot decides.
    pub(crate) is_inconclusive: bool,
    /// Whether only work under way retains it.
    pub(crate) is_under_way: bool,
    /// Objects of earlier snapshots, and those of them that are still there; `None` where they were too few to tell.
    pub(crate) survival: Option<(u32, u32)>,
    /// Whether nearly all of them are.
    pub(crate) is_proven: bool,
    /// Whether only lists of V8's or the embedder's hold it.
    pub(crate) is_held_by_runtime: bool,
}

impl Finding {
    /// The path down to the holder.
    pub(crate) fn holder_steps(&self) -> &[PathStep] {
        &self.steps[..(self.holder.at + 1).min(self.steps.len())]
    }

    /// Whether nothing of it is new: its objects were retained by another path before.
    pub(crate) fn was_moved(&self) -> bool {
        self.added_bytes.as_ref().is_some_and(|added| !added.is_empty() && added.iter().all(|&bytes| bytes == 0))
    }
}
