//! One snapshot → single objects that retain a tenth of the heap, spread over many fields and lists.
//!
//! A collection is found by its elements. An object whose memory is spread over many parts is found here, on a walk
//! down the dominator tree: none of its children retains half of what it retains itself.

use crate::leak::name_quality::{NameQuality, name_quality};
use crate::leak::owned_size::Shape;
use crate::leak::single_snapshot::SHARE;
use crate::leak::suspect::{GrowingObjects, Suspect};
use crate::leak::suspects::Search;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::schema::NodeKind;

impl Search<'_> {
    /// The objects that retain a tenth of the heap and are neither on the path of a suspect nor below one.
    pub(crate) fn large_owners(&self, found: &[Suspect]) -> Vec<GrowingObjects> {
        let is_told = self.is_with(found);
        let least = self.snapshot.total_size() / SHARE;
        let tree = self.snapshot.dominators();
        let mut open = vec![self.snapshot.root()];
        let mut owners = Vec::new();
        while let Some(node) = open.pop() {
            let retained = self.snapshot.retained_size(node);
            let large: Vec<NodeIx> =
                tree.children(node).filter(|&child| self.snapshot.retained_size(child) >= least).collect();
            let has_heir = large.iter().any(|&child| self.snapshot.retained_size(child) >= retained / 2);
            if !has_heir && !is_told(node) && self.is_owner(node) {
                owners.push(GrowingObjects {
                    nodes: vec![node],
                    shape: Shape::Owner,
                    added: Vec::new(),
                    is_replaced: false,
                });
            }
            open.extend(large);
        }
        owners
    }

    /// Whether a developer would recognise the object: an instance or a collection, but no global and no module.
    fn is_owner(&self, node: NodeIx) -> bool {
        let quality = name_quality(self.snapshot, self.scripts, node);
        let is_object = matches!(self.snapshot.kind(node), NodeKind::Object) && self.snapshot.name(node) != b"Module";
        is_object
            && matches!(quality, NameQuality::Generic | NameQuality::Library | NameQuality::Own)
            && self.snapshot.distance(node) > 1
            && !self.noise.is_noise(node)
    }
}
