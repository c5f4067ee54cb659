//! Objects of a snapshot → the owned size of each.
//!
//! An object owns its array or table, its bytes outside the heap, and the strings among its elements. It does not own
//! the value of a property or variable: that is judged by itself.

use crate::paths::shortest_paths::ShortestPaths;
use crate::program::internals::is_internal_name;
use crate::snapshot::Snapshot;
use crate::snapshot::column::push;
use crate::snapshot::columns::Edge;
use crate::snapshot::display::{EdgeLabel, edge_label};
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::{EdgeKind, NodeKind};
use crate::snapshot::sort::sort;
use crate::snapshot::ticker::Ticker;

/// The shape of an object that may grow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shape {
    Text,
    Binary,
    Collection,
    /// An object whose memory is spread over many fields.
    Owner,
}

/// The parts of the objects of a snapshot.
#[derive(Clone, Copy)]
pub(crate) struct Parts<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) shortest: &'a ShortestPaths,
}

impl Parts<'_> {
    /// Whether a node is a part of its parent.
    fn is_part(&self, node: NodeIx) -> bool {
        let snapshot = self.snapshot;
        let is_owned_kind = match snapshot.kind(node) {
            NodeKind::Array | NodeKind::Number | NodeKind::BigInt | NodeKind::Native => true,
            NodeKind::Object => is_binary(snapshot.name(node)),
            kind => kind.is_string(),
        };
        is_owned_kind && node != snapshot.root() && self.name_of(node).is_none()
    }

    pub(crate) fn shape(&self, node: NodeIx) -> Option<Shape> {
        let name = self.snapshot.name(node);
        match self.snapshot.kind(node) {
            kind if kind.is_string() => Some(Shape::Text),
            NodeKind::Object if is_binary(name) => Some(Shape::Binary),
            NodeKind::Object if is_internal_name(name) || is_weak(name) || waits(name) => None,
            NodeKind::Object => Some(Shape::Collection),
            _ => None,
        }
    }

    /// The property or variable that leads to a node, and its owner.
    pub(crate) fn name_of(&self, node: NodeIx) -> Option<(NodeIx, Edge)> {
        self.shortest.parent_edge(self.snapshot, node).filter(|&(_, edge)| {
            let is_name = matches!(edge_label(self.snapshot, edge), EdgeLabel::Name(_));
            is_name && matches!(edge.kind, EdgeKind::Property | EdgeKind::Context)
        })
    }
}

/// The owned sizes of some objects.
pub(crate) struct Bytes<'a> {
    parts: Parts<'a>,
    /// These objects and those of their parts that have parts themselves, in preorder of the dominator tree.
    pieces: Vec<Piece>,
}

#[derive(Clone, Copy)]
struct Piece {
    /// Position in preorder.
    position: u32,
    /// The piece that it is a part of, or itself.
    owner: u32,
    /// The outermost owner.
    whole: u32,
    bytes: u64,
}

impl<'a> Bytes<'a> {
    /// One walk down the dominator tree, past subtrees that contain none of the objects and no part of one.
    pub(crate) fn of(
        parts: Parts<'a>,
        objects: impl Iterator<Item = NodeIx>,
        progress: &Progress,
    ) -> Result<Bytes<'a>> {
        let tree = parts.snapshot.dominators();
        let mut wanted = Vec::new();
        for node in objects {
            push(&mut wanted, tree.positions()[node.index()])?;
        }
        sort(&mut wanted);
        let mut walk = Walk { bytes: Bytes { parts, pieces: Vec::new() }, open: Vec::new() };
        let mut wanted = wanted.into_iter().peekable();
        let mut ticker = Ticker::of(progress, parts.snapshot.nodes().len());
        let mut at = 0;
        while at < tree.order().len() as u32 {
            ticker.tick()?;
            walk.leave(at);
            let is_wanted = wanted.next_if_eq(&at).is_some();
            while wanted.next_if_eq(&at).is_some() {}
            let end = at + tree.sizes()[at as usize];
            let leads_to_wanted = wanted.peek().is_some_and(|&next| next < end);
            at = if walk.enter(at, is_wanted)? || leads_to_wanted { at + 1 } else { end };
        }
        walk.bytes.add_up();
        Ok(walk.bytes)
    }

    fn add_up(&mut self) {
        // Parts come after their owners.
        for at in (0..self.pieces.len()).rev() {
            let Piece { owner, bytes, .. } = self.pieces[at];
            if owner as usize != at {
                self.pieces[owner as usize].bytes += bytes;
            }
        }
    }

    /// The owned size of one of the objects.
    pub(crate) fn own(&self, node: NodeIx) -> u64 {
        let position = self.parts.snapshot.dominators().positions()[node.index()];
        let place = self.pieces.binary_search_by_key(&position, |piece| piece.position);
        place.map_or(0, |place| self.pieces[place].bytes)
    }

    /// The objects of at least so many bytes that have a shape and are no part of another with one, in preorder.
    pub(crate) fn large(&self, least: u64) -> impl Iterator<Item = (NodeIx, Shape)> + '_ {
        self.pieces.iter().filter(move |piece| piece.bytes >= least).filter_map(|piece| {
            let node = self.node(piece);
            let whole = self.node(&self.pieces[piece.whole as usize]);
            let is_whole = whole == node || self.parts.shape(whole).is_none();
            self.parts.shape(node).filter(|_| is_whole).map(|shape| (node, shape))
        })
    }

    fn node(&self, piece: &Piece) -> NodeIx {
        NodeIx(self.parts.snapshot.dominators().order()[piece.position as usize])
    }
}

struct Walk<'a> {
    bytes: Bytes<'a>,
    /// The pieces whose subtrees contain the current position, the innermost last.
    open: Vec<u32>,
}

impl Walk<'_> {
    /// Leaves the subtrees that end before a position.
    fn leave(&mut self, at: u32) {
        let sizes = self.bytes.parts.snapshot.dominators().sizes();
        while let Some(&piece) = self.open.last() {
            let start = self.bytes.pieces[piece as usize].position;
            if at < start + sizes[start as usize] {
                break;
            }
            self.open.pop();
        }
    }

    /// Whether the node at a position is one of the objects or a part of one.
    fn enter(&mut self, at: u32, is_wanted: bool) -> Result<bool> {
        let Bytes { parts, pieces } = &mut self.bytes;
        let tree = parts.snapshot.dominators();
        let node = NodeIx(tree.order()[at as usize]);
        let parent = tree.positions()[tree.parent(node).index()];
        let above = self.open.last().copied().filter(|&piece| pieces[piece as usize].position == parent);
        let owner = above.filter(|_| parts.is_part(node));
        let place = pieces.len() as u32;
        let is_leaf = tree.sizes()[at as usize] == 1;
        if let Some(owner) = owner.filter(|_| is_leaf && !is_wanted) {
            // It is never queried by itself, and a list can have millions of strings.
            pieces[owner as usize].bytes += parts.snapshot.nodes().self_size(node);
        } else if is_wanted || owner.is_some() {
            let whole = owner.map_or(place, |owner| pieces[owner as usize].whole);
            let bytes = parts.snapshot.nodes().self_size(node);
            push(pieces, Piece { position: at, owner: owner.unwrap_or(place), whole, bytes })?;
            push(&mut self.open, place)?;
        }
        Ok(is_wanted || owner.is_some())
    }
}

/// Buffers and views of them.
fn is_binary(name: &[u8]) -> bool {
    const VIEWS: [&[u8]; 3] = [b"DataView", b"Buffer", b"FastBuffer"];
    let is_typed = || {
        name.ends_with(b"Array") && (name.starts_with(b"Uint") || name.starts_with(b"Int"))
            || [&b"Float"[..], b"BigInt64", b"BigUint64"].iter().any(|start| name.starts_with(start))
    };
    name.ends_with(b"ArrayBuffer") || VIEWS.contains(&name) || name.ends_with(b"Array") && is_typed()
}

/// Weak tables have the size that the last garbage collection left.
fn is_weak(name: &[u8]) -> bool {
    matches!(name, b"WeakMap" | b"WeakSet" | b"WeakRef" | b"FinalizationRegistry")
}

/// A promise owns its reactions.
fn waits(name: &[u8]) -> bool {
    matches!(name, b"Promise" | b"Generator" | b"AsyncGenerator")
}
