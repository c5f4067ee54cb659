//! A holder, its elements, and what names them: a leak before it is put into words.

use crate::leak::owned_size::Shape;
use crate::snapshot::ids::NodeIx;

/// A holder and what it collects.
#[derive(Clone, Debug)]
pub(crate) struct Suspect {
    /// The group of the holder.
    pub(crate) holder: u32,
    /// The groups of what it holds, in order.
    pub(crate) elements: Vec<u32>,
    /// The groups of the objects that name the leak: several when their paths have several shapes.
    pub(crate) named: Vec<u32>,
    /// When it is the objects themselves that get larger, not their number.
    pub(crate) growing: Option<GrowingObjects>,
}

impl Suspect {
    /// Whether the group is one of the elements, which are in order.
    pub(crate) fn has_element(&self, group: u32) -> bool {
        self.elements.binary_search(&group).is_ok()
    }

    /// Takes over what another suspect has.
    pub(crate) fn absorb(&mut self, other: Self) {
        for (groups, others) in [(&mut self.elements, other.elements), (&mut self.named, other.named)] {
            groups.extend(others);
            groups.sort_unstable();
            groups.dedup();
        }
    }
}

/// The groups of what suspects hold, all of them.
pub(crate) fn elements_of(suspects: &[Suspect]) -> Vec<u32> {
    suspects.iter().flat_map(|suspect| suspect.elements.iter().copied()).collect()
}

/// Objects that grow, with paths of one shape; most often one.
#[derive(Clone, Debug)]
pub(crate) struct GrowingObjects {
    pub(crate) nodes: Vec<NodeIx>,
    pub(crate) shape: Shape,
    /// Bytes by which they grew in each interval; empty for one snapshot.
    pub(crate) added: Vec<u64>,
    /// Whether they are other objects each time.
    pub(crate) is_replaced: bool,
}
