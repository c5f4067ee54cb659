//! An explained suspect: the facts that the report puts into words.

use crate::leak::allocated::AllocatedAt;
use crate::leak::bounds::Bound;
use crate::leak::kind::Kind;
use crate::leak::release::Release;
use crate::leak::suspect::Suspect;
use crate::paths::step::PathStep;
use crate::program::components::Component;
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
    /// Growth in one interval, or in several if there may be a bound or earlier objects are gone.
    Medium,
    /// Growth in several intervals, nearly all of which stays, without signs of a bound.
    High,
}

/// The nearest object above the elements that has a name in the program.
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
    /// The change of their number in each interval.
    pub(crate) added_count: Vec<i64>,
    /// Bytes that each interval added; `None` if the snapshots have no ids in common.
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
    /// The component of React or Vue that creates the objects, or that they belong to.
    pub(crate) component: Option<Component>,
    pub(crate) confidence: Confidence,
    /// What suggests that the holder bounds its contents.
    pub(crate) bound: Option<Bound>,
    /// Whether another snapshot is needed to decide: it was empty in the first of two snapshots, or it grew only in the
    /// one interval in which the program was busy.
    pub(crate) is_inconclusive: bool,
    /// Whether only work under way retains it.
    pub(crate) is_under_way: bool,
    /// The number of earlier objects, and of those still there; in a timeline, of all allocated at the places of its objects.
    /// `None` if there were too few to tell, or it is unknown.
    pub(crate) survival: Option<(u32, u32)>,
    /// Whether it is of one snapshot with samples.
    pub(crate) is_of_timeline: bool,
    /// Whether nearly all earlier objects are still there.
    pub(crate) is_proven: bool,
    /// Whether only internal lists of V8 or the embedder hold it.
    pub(crate) is_held_by_runtime: bool,
}

impl Finding {
    /// The path down to the holder.
    pub(crate) fn holder_steps(&self) -> &[PathStep] {
        &self.steps[..(self.holder.at + 1).min(self.steps.len())]
    }

    /// Whether all of its objects existed before, retained by another path.
    pub(crate) fn was_moved(&self) -> bool {
        self.added_bytes.as_ref().is_some_and(|added| !added.is_empty() && added.iter().all(|&bytes| bytes == 0))
    }
}
