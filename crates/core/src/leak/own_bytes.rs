//! A snapshot → the bytes that belong to each object: what it is made of.
//!
//! That is its array or table, the bytes outside of the heap, the texts among its elements; not what a
//! program gave a name of its own, a property or a variable, which is an object to look at by itself.
//!
//! A buffer or text that grows is a new object each time, in the same place. So an object is found again
//! by its id, and when it has none that lasts, by the names that lead to it from one that has.

use crate::column::filled;
use crate::columns::Edge;
use crate::display::{EdgeLabel, edge_label};
use crate::error::Result;
use crate::ids::NodeIx;
use crate::leak::series::Series;
use crate::progress::Progress;
use crate::query::mine::is_internal_name;
use crate::query::routes::Routes;
use crate::query::steps::Steps;
use crate::redact::is_redacted;
use crate::schema::{EdgeKind, NodeKind};
use crate::snapshot::Snapshot;

/// Names from an object whose id lasts to one whose id does not.
const LONGEST_NAME: usize = 8;
/// What a text is known by: V8 writes no more of its contents.
const KNOWN_TEXT: usize = 1024;

/// What an object is that may get larger.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shape {
    Text,
    Binary,
    Collection,
}

/// For every node of a snapshot the bytes that belong to it.
pub(crate) struct Bytes<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) routes: &'a Routes,
    /// By node.
    pub(crate) own: Vec<u64>,
}

impl<'a> Bytes<'a> {
    /// One pass up the dominator tree.
    pub(crate) fn of(snapshot: &'a Snapshot, progress: &Progress) -> Result<Self> {
        let routes = Routes::of(snapshot, progress)?;
        let own = filled(0u64, snapshot.nodes().len())?;
        let mut bytes = Self { snapshot, routes, own };
        let mut steps = Steps::of(progress, snapshot.nodes().len());
        let tree = snapshot.dominators();
        for node in tree.preorder().rev() {
            steps.step()?;
            let own = bytes.own[node.index()] + snapshot.nodes().self_size(node);
            bytes.own[node.index()] = own;
            if bytes.is_part(node) {
                bytes.own[tree.parent(node).index()] += own;
            }
        }
        Ok(bytes)
    }

    /// Whether a node is a part of what holds it.
    fn is_part(&self, node: NodeIx) -> bool {
        let snapshot = self.snapshot;
        let is_matter = match snapshot.kind(node) {
            NodeKind::Array | NodeKind::Number | NodeKind::BigInt | NodeKind::Native => true,
            NodeKind::String | NodeKind::ConcatenatedString | NodeKind::SlicedString => true,
            NodeKind::Object => is_binary(snapshot.name(node)),
            _ => false,
        };
        is_matter && node != snapshot.root() && self.name_of(node).is_none()
    }

    /// What a node is a part of; the node itself when it is no part.
    pub(crate) fn whole(&self, node: NodeIx) -> NodeIx {
        let mut at = node;
        while self.is_part(at) {
            at = self.snapshot.dominators().parent(at);
        }
        at
    }

    pub(crate) fn shape(&self, node: NodeIx) -> Option<Shape> {
        let name = self.snapshot.name(node);
        match self.snapshot.kind(node) {
            NodeKind::String | NodeKind::ConcatenatedString | NodeKind::SlicedString => Some(Shape::Text),
            NodeKind::Object if is_binary(name) => Some(Shape::Binary),
            NodeKind::Object if is_internal_name(name) || is_weak(name) || waits(name) => None,
            NodeKind::Object => Some(Shape::Collection),
            _ => None,
        }
    }

    /// The property or variable that leads to a node, and what has it.
    pub(crate) fn name_of(&self, node: NodeIx) -> Option<(NodeIx, Edge)> {
        self.routes.arrival(self.snapshot, node).filter(|&(_, edge)| {
            let is_name = matches!(edge_label(self.snapshot, edge), EdgeLabel::Name(_));
            is_name && matches!(edge.kind, EdgeKind::Property | EdgeKind::Context)
        })
    }

    pub(crate) fn in_earlier(&self, series: &Series<'_>, node: NodeIx, earlier: &Snapshot) -> Option<NodeIx> {
        let mut names = Vec::new();
        let mut at = node;
        while !series.is_old(at) {
            let (from, edge) = self.name_of(at).filter(|_| names.len() < LONGEST_NAME)?;
            names.push(edge);
            at = from;
        }
        let start = earlier.find(self.snapshot.nodes().id(at)).ok()?;
        names.into_iter().rev().try_fold(start, |at, name| {
            let label = edge_label(self.snapshot, name);
            let is_it = |edge: &Edge| edge.kind == name.kind && edge_label(earlier, *edge) == label;
            earlier.edges_of(at).find(is_it).map(|edge| edge.to)
        })
    }

    /// Whether a text begins as the one before did, as far as that is known.
    pub(crate) fn continues(&self, text: NodeIx, earlier: &Bytes<'_>, before: NodeIx) -> bool {
        let (now, then) = (self.beginning(text), earlier.beginning(before));
        let known = now.len().min(then.len()).min(KNOWN_TEXT);
        is_redacted(now) || is_redacted(then) || now[..known] == then[..known]
    }

    /// The leftmost piece of a text that is put together.
    fn beginning(&self, text: NodeIx) -> &'a [u8] {
        let mut at = text;
        for _ in 0..self.snapshot.nodes().len() {
            let first = |edge: &Edge| edge_label(self.snapshot, *edge).is(b"first");
            if self.snapshot.kind(at) != NodeKind::ConcatenatedString {
                break;
            }
            let Some(edge) = self.snapshot.edges_of(at).find(first) else { break };
            at = edge.to;
        }
        self.snapshot.name(at)
    }
}

/// Buffers, and what looks into them.
fn is_binary(name: &[u8]) -> bool {
    const VIEWS: [&[u8]; 3] = [b"DataView", b"Buffer", b"FastBuffer"];
    let is_typed = || {
        name.ends_with(b"Array") && (name.starts_with(b"Uint") || name.starts_with(b"Int"))
            || [&b"Float"[..], b"BigInt64", b"BigUint64"].iter().any(|start| name.starts_with(start))
    };
    name.ends_with(b"ArrayBuffer") || VIEWS.contains(&name) || name.ends_with(b"Array") && is_typed()
}

/// Tables whose entries go with their keys have the size that the last collection of garbage left.
fn is_weak(name: &[u8]) -> bool {
    matches!(name, b"WeakMap" | b"WeakSet" | b"WeakRef" | b"FinalizationRegistry")
}

/// What waits for a promise belongs to it.
fn waits(name: &[u8]) -> bool {
    matches!(name, b"Promise" | b"Generator" | b"AsyncGenerator")
}
