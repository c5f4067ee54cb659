//! Self sizes as attributed by DevTools: the separate pieces of an object count for it.
//!
//! Hidden nodes, arrays and external string data belong to the one object that refers to them, directly
//! or through other such pieces, and their sizes move there. A piece with several owners keeps its size.
//! DevTools: `JSHeapSnapshot.calculateShallowSizes`.

use crate::snapshot::columns::{Edges, Nodes, SelfSizes};
use crate::snapshot::error::Result;
use crate::snapshot::heap::Heap;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::{EdgeKind, NodeKind, Schema};
use crate::snapshot::wellknown::{Mark, WellKnown};

/// No owner seen yet.
const NONE: u32 = u32::MAX;
/// Several owners.
const MANY: u32 = u32::MAX - 1;

/// Moves the sizes, unless no edge of the root leads to an object of the program. Returns an array for
/// reuse, with a number for each node.
pub(crate) fn attribute(heap: Heap<'_>, sizes: &mut SelfSizes, progress: &Progress) -> Result<Vec<u32>> {
    let Heap { schema, nodes, edges, wellknown, root, .. } = heap;
    let has_user_root = nodes.edge_range(root).any(|e| heap.is_user_root(Edges::target_of(edges.targets[e])));
    if !has_user_root {
        return Ok(Vec::new());
    }
    let mut owners = Owners::new(schema, nodes, wellknown)?;
    owners.assign_direct_owners(nodes, edges, progress)?;
    owners.pass_on_owners(nodes, edges);
    sizes.move_all(nodes.iter().filter_map(|piece| {
        let owner = owners.single(piece)?;
        let kind = schema.node_kinds[nodes.type_number(owner) as usize];
        (kind != NodeKind::Synthetic && owner != root).then_some((piece, owner))
    }));
    Ok(owners.owner)
}

struct Owners {
    pieces: crate::snapshot::bits::NodeSet,
    owner: Vec<u32>,
    /// Pieces whose owner changed and must be passed on.
    changed: Vec<NodeIx>,
}

impl Owners {
    fn new(schema: &Schema, nodes: &Nodes, wellknown: &WellKnown) -> Result<Self> {
        let mut pieces = crate::snapshot::bits::NodeSet::new(nodes.len());
        for node in nodes.iter() {
            let piece = match schema.node_kinds[nodes.type_number(node) as usize] {
                NodeKind::Hidden | NodeKind::Array => true,
                NodeKind::Native => wellknown.mark(nodes.name(node)) == Mark::ExternalStringData,
                _ => false,
            };
            if piece {
                pieces.insert(node);
            }
        }
        Ok(Self { pieces, owner: crate::snapshot::column::filled(NONE, nodes.len())?, changed: Vec::new() })
    }

    fn single(&self, node: NodeIx) -> Option<NodeIx> {
        let owner = self.owner[node.index()];
        (owner < MANY).then_some(NodeIx(owner))
    }

    /// First round: sets the owners of pieces that other nodes refer to.
    fn assign_direct_owners(&mut self, nodes: &Nodes, edges: &Edges, progress: &Progress) -> Result<()> {
        for node in nodes.iter() {
            if node.0.is_multiple_of(65_536) {
                progress.check()?;
            }
            if self.pieces.contains(node) {
                continue;
            }
            for &word in &edges.targets[nodes.edge_range(node)] {
                let to = Edges::target_of(word);
                if self.pieces.contains(to) && Edges::kind_of(word) != EdgeKind::Weak {
                    let owner = &mut self.owner[to.index()];
                    *owner = merged(*owner, node.0);
                }
            }
        }
        self.changed = nodes.iter().filter(|node| self.owner[node.index()] != NONE).collect();
        Ok(())
    }

    /// Passes owners on from piece to piece. Every node changes at most twice, so this ends.
    fn pass_on_owners(&mut self, nodes: &Nodes, edges: &Edges) {
        while let Some(node) = self.changed.pop() {
            let owner = self.owner[node.index()];
            for &word in &edges.targets[nodes.edge_range(node)] {
                let to = Edges::target_of(word);
                if !self.pieces.contains(to) || Edges::kind_of(word) == EdgeKind::Weak {
                    continue;
                }
                let slot = &mut self.owner[to.index()];
                let new = merged(*slot, owner);
                if new != *slot {
                    *slot = new;
                    self.changed.push(to);
                }
            }
        }
    }
}

#[inline(always)]
fn merged(owner: u32, heard: u32) -> u32 {
    match owner {
        NONE => heard,
        _ if owner == heard => owner,
        _ => MANY,
    }
}
