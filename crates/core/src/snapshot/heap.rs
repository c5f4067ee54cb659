//! The columns that the stages of the analysis read, borrowed together.

use crate::snapshot::column::prefetch;
use crate::snapshot::columns::{Edges, Nodes};
use crate::snapshot::ids::NodeIx;
use crate::snapshot::schema::{NodeKind, Schema};
use crate::snapshot::strings::Strings;
use crate::snapshot::wellknown::{Mark, WellKnown};

/// The data that a stage can read.
#[derive(Clone, Copy)]
pub struct Heap<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) nodes: &'a Nodes,
    pub(crate) edges: &'a Edges,
    pub(crate) strings: &'a Strings,
    pub(crate) wellknown: &'a WellKnown,
    pub(crate) root: NodeIx,
}

impl Heap<'_> {
    /// Whether distances start at this child of the root: at all but V8's own groups of roots.
    pub fn is_user_root(&self, node: NodeIx) -> bool {
        self.schema.node_kinds[self.nodes.type_number(node) as usize] != NodeKind::Synthetic
            || self.wellknown.mark(self.nodes.name(node)) == Mark::DocumentDomTrees
    }

    /// Prefetches the edges of nodes that follow `at` in a list being walked: they are scattered in the
    /// columns, and waiting for each in turn would take most of the walk's time.
    #[inline(always)]
    pub fn prefetch_edges(&self, list: &[u32], at: usize) {
        const RANGE_AHEAD: usize = 24;
        const EDGES_AHEAD: usize = 8;
        if let Some(&node) = list.get(at + RANGE_AHEAD) {
            prefetch(&self.nodes.first_edge, node as usize);
        }
        if let Some(&node) = list.get(at + EDGES_AHEAD) {
            prefetch(&self.edges.targets, self.nodes.first_edge[node as usize] as usize);
        }
    }
}
