//! A suspect: a holder, its elements, and the objects that name the leak.

use crate::leak::owned_size::Shape;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::sort::sort;

/// A holder and its elements.
#[derive(Clone, Debug)]
pub(crate) struct Suspect {
    /// The group of the holder.
    pub(crate) holder: u32,
    /// The groups of its elements, sorted.
    pub(crate) elements: Vec<u32>,
    /// The groups of the objects that name the leak: several if their paths have several shapes.
    pub(crate) named: Vec<u32>,
    /// If the size of the objects grows, not their number.
    pub(crate) growing: Option<GrowingObjects>,
}

impl Suspect {
    /// Whether the group is one of the elements.
    pub(crate) fn has_element(&self, group: u32) -> bool {
        self.elements.binary_search(&group).is_ok()
    }

    /// Takes over the elements of another suspect, and the groups that name it.
    pub(crate) fn absorb(&mut self, other: Self) {
        for (groups, others) in [(&mut self.elements, other.elements), (&mut self.named, other.named)] {
            groups.extend(others);
            sort(groups);
            groups.dedup();
        }
    }
}

/// The groups of the elements of all suspects.
pub(crate) fn elements_of(suspects: &[Suspect]) -> Vec<u32> {
    suspects.iter().flat_map(|suspect| suspect.elements.iter().copied()).collect()
}

/// Objects that grow and have paths of one shape; mostly a single one.
#[derive(Clone, Debug)]
pub(crate) struct GrowingObjects {
    pub(crate) nodes: Vec<NodeIx>,
    pub(crate) shape: Shape,
    /// Bytes by which they grew in each interval; empty for a single snapshot.
    pub(crate) added: Vec<u64>,
    /// Whether a new object takes the place of the earlier one.
    pub(crate) is_replaced: bool,
}
