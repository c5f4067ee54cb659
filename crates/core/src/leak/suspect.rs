//! A holder, its elements, and what names them: a leak before it is put into words.

use crate::ids::NodeIx;
use crate::leak::own_bytes::Shape;

/// A holder and what it collects.
#[derive(Clone, Debug)]
pub(crate) struct Suspect {
    /// The trail of the holder.
    pub(crate) holder: u32,
    /// The trails of what it holds, in order.
    pub(crate) elements: Vec<u32>,
    /// The trails of the objects that name the leak: more than one when they are held in several ways.
    pub(crate) named: Vec<u32>,
    /// When it is the objects themselves that get larger, not their number.
    pub(crate) swelling: Option<Swelling>,
}

impl Suspect {
    /// Whether the trail is one of the elements, which are in order.
    pub(crate) fn has_element(&self, trail: u32) -> bool {
        self.elements.binary_search(&trail).is_ok()
    }
}

/// Objects that grow, all held in the same way; most often one.
#[derive(Clone, Debug)]
pub(crate) struct Swelling {
    pub(crate) nodes: Vec<NodeIx>,
    pub(crate) shape: Shape,
    /// Bytes by which they grew in each interval; empty for one snapshot.
    pub(crate) added: Vec<u64>,
    /// Whether they are other objects each time.
    pub(crate) is_replaced: bool,
}
