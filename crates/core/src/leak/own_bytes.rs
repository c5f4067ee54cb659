//! A snapshot → the bytes that belong to each object: what it is made of.
//!
//! That is its array or table, the bytes outside of the heap, the texts among its elements; not what a
//! program gave a name of its own, a property or a variable, which is an object to look at by itself.
//!
//! A buffer or text that grows is a new object each time, in the same place. So an object is found again
//! by its id, and when it has none that lasts, by the names that lead to it from one that has.

use crate::bits::NodeSet;
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
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

/// Names from an object whose id lasts to one whose id does not.
const LONGEST_NAME: usize = 8;
/// What a text is known by: V8 writes no more of its contents.
const KNOWN_TEXT: usize = 1024;
/// References from which on those of an object are put into a table when one is looked for by its name.
const MANY_NAMES: u32 = 64;

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
    parts: NodeSet,
    /// References that may still be looked at for where texts begin: as many as there are, which is enough unless
    /// texts share their beginnings by the thousand.
    references_left: Cell<usize>,
    /// The named references of objects that have many, for those asked about.
    names: RefCell<HashMap<NodeIx, Names<'a>>>,
}

/// Where the properties and variables of an object lead.
type Names<'a> = HashMap<(bool, &'a [u8]), NodeIx>;

impl<'a> Bytes<'a> {
    /// One pass up the dominator tree.
    pub(crate) fn of(snapshot: &'a Snapshot, progress: &Progress) -> Result<Self> {
        let routes = Routes::of(snapshot, progress)?;
        let count = snapshot.nodes().len();
        let mut bytes = Self {
            snapshot,
            routes,
            own: filled(0u64, count)?,
            parts: NodeSet::new(count),
            references_left: Cell::new(snapshot.edges().len()),
            names: RefCell::default(),
        };
        let mut steps = Steps::of(progress, snapshot.nodes().len());
        let tree = snapshot.dominators();
        for node in tree.preorder().rev() {
            steps.step()?;
            let own = bytes.own[node.index()] + snapshot.nodes().self_size(node);
            bytes.own[node.index()] = own;
            if bytes.is_part(node) {
                bytes.parts.insert(node);
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

    /// By node: what it is a part of; the node itself when it is no part. One pass down the dominator tree.
    pub(crate) fn wholes(&self) -> Result<Vec<NodeIx>> {
        let tree = self.snapshot.dominators();
        let mut wholes = filled(self.snapshot.root(), self.snapshot.nodes().len())?;
        for node in tree.preorder() {
            wholes[node.index()] = if self.parts.contains(node) { wholes[tree.parent(node).index()] } else { node };
        }
        Ok(wholes)
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

    pub(crate) fn in_earlier(&self, series: &Series<'_>, node: NodeIx, earlier: &Bytes<'_>) -> Option<NodeIx> {
        let mut names = Vec::new();
        let mut at = node;
        while !series.is_old(at) {
            let (from, edge) = self.name_of(at).filter(|_| names.len() < LONGEST_NAME)?;
            names.push(edge);
            at = from;
        }
        let start = earlier.snapshot.find(self.snapshot.nodes().id(at)).ok()?;
        names.into_iter().rev().try_fold(start, |at, edge| match edge_label(self.snapshot, edge) {
            EdgeLabel::Name(name) => earlier.named(at, edge.kind, name),
            EdgeLabel::Index(_) => None,
        })
    }

    /// Where the first property or variable of a name leads.
    fn named(&self, node: NodeIx, kind: EdgeKind, name: &[u8]) -> Option<NodeIx> {
        let snapshot = self.snapshot;
        let named = snapshot.edges_of(node).filter_map(|edge| match edge_label(snapshot, edge) {
            EdgeLabel::Name(name) if matches!(edge.kind, EdgeKind::Property | EdgeKind::Context) => {
                Some(((edge.kind == EdgeKind::Context, name), edge.to))
            }
            _ => None,
        });
        let wanted = (kind == EdgeKind::Context, name);
        if snapshot.nodes().edge_count(node) < MANY_NAMES {
            return named.into_iter().find(|&(label, _)| label == wanted).map(|(_, to)| to);
        }
        let mut names = self.names.borrow_mut();
        let names = names.entry(node).or_insert_with(|| {
            let mut names = Names::new();
            named.for_each(|(label, to)| _ = names.entry(label).or_insert(to));
            names
        });
        names.get(&wanted).copied()
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
        while self.snapshot.kind(at) == NodeKind::ConcatenatedString {
            let first = |edge: &Edge| edge_label(self.snapshot, *edge).is(b"first");
            let references = self.snapshot.nodes().edge_count(at) as usize;
            let Some(left) = self.references_left.get().checked_sub(references) else { break };
            self.references_left.set(left);
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
