//! An object of the last snapshot → the same object in an earlier one.
//!
//! A buffer or string that grows is replaced by a new object in the same place. So an object is matched by its id,
//! or, if it is new, by the names that lead to it from an object whose id is in both snapshots.

use crate::leak::owned_size::{Parts, Shape};
use crate::leak::series::Series;
use crate::snapshot::Snapshot;
use crate::snapshot::columns::Edge;
use crate::snapshot::display::{EdgeLabel, edge_label};
use crate::snapshot::ids::NodeIx;
use crate::snapshot::redacted::is_redacted;
use crate::snapshot::ropes::Ropes;
use crate::snapshot::schema::{EdgeKind, NodeKind};

/// Names from an object with a stable id to one without.
const MAX_NAME: usize = 8;
/// Bytes by which strings are compared: V8 writes no more of their contents.
const KNOWN_TEXT: usize = 1024;
/// Edges of an object that are searched without an index.
const FEW: u32 = 32;

/// The name of an edge, with its kind.
type Name<'a> = (EdgeKind, &'a [u8]);

/// Finds the same objects in an earlier snapshot.
pub(crate) struct EarlierObjects<'a> {
    series: &'a Series<'a>,
    now: Parts<'a>,
    earlier: Parts<'a>,
    /// Indices of the edges of objects with many, by name.
    names: foldhash::HashMap<NodeIx, foldhash::HashMap<Name<'a>, NodeIx>>,
    /// Budget of references visited to find the beginnings of strings. It is exhausted only if thousands of strings
    /// share their pieces.
    references_left: usize,
}

impl<'a> EarlierObjects<'a> {
    pub(crate) fn new(series: &'a Series<'a>, now: Parts<'a>, earlier: Parts<'a>) -> Self {
        let references_left = now.snapshot.edges().len() + earlier.snapshot.edges().len();
        Self { series, now, earlier, names: foldhash::HashMap::default(), references_left }
    }

    /// The earlier object of the same shape.
    pub(crate) fn of(&mut self, node: NodeIx, shape: Shape) -> Option<NodeIx> {
        let before = self.in_same_place(node)?;
        let is_same = match shape {
            Shape::Text => self.continues(node, before),
            _ => self.earlier.snapshot.name(before) == self.now.snapshot.name(node),
        };
        (is_same && self.earlier.shape(before)? == shape).then_some(before)
    }

    fn in_same_place(&mut self, node: NodeIx) -> Option<NodeIx> {
        let mut names = Vec::new();
        let mut at = node;
        while !self.series.is_old(at) {
            let (from, edge) = self.now.name_of(at).filter(|_| names.len() < MAX_NAME)?;
            names.push(name(self.now.snapshot, edge)?);
            at = from;
        }
        let start = self.earlier.snapshot.find(self.now.snapshot.nodes().id(at)).ok()?;
        names.into_iter().rev().try_fold(start, |at, name| self.follow(at, name))
    }

    /// The target of an edge of an object in the earlier snapshot.
    fn follow(&mut self, from: NodeIx, name_asked: Name<'a>) -> Option<NodeIx> {
        let snapshot = self.earlier.snapshot;
        let mut named = snapshot.edges_of(from).filter_map(|edge| Some((name(snapshot, edge)?, edge.to)));
        if snapshot.nodes().edge_count(from) <= FEW {
            return named.find(|&(name, _)| name == name_asked).map(|(_, to)| to);
        }
        let names = self.names.entry(from).or_insert_with(|| {
            let mut names = foldhash::HashMap::default();
            named.for_each(|(name, to)| _ = names.entry(name).or_insert(to));
            names
        });
        names.get(&name_asked).copied()
    }

    /// Whether a string begins as the earlier one did, as far as V8 wrote it.
    fn continues(&mut self, text: NodeIx, before: NodeIx) -> bool {
        let (now, then) = (self.beginning(self.now.snapshot, text), self.beginning(self.earlier.snapshot, before));
        let known = now.len().min(then.len()).min(KNOWN_TEXT);
        is_redacted(now) || is_redacted(then) || now[..known] == then[..known]
    }

    /// The leftmost piece of a concatenated string.
    fn beginning(&mut self, snapshot: &'a Snapshot, text: NodeIx) -> &'a [u8] {
        // In a chain of a million pieces, the deepest string with as many known bytes has the same beginning.
        let mut at = Ropes::of(snapshot).map_or(text, |ropes| ropes.same_text(text));
        while snapshot.kind(at) == NodeKind::ConcatenatedString {
            let Some(left) = self.references_left.checked_sub(snapshot.nodes().edge_count(at) as usize) else { break };
            self.references_left = left;
            let first = |edge: &Edge| edge_label(snapshot, *edge).is(b"first");
            let Some(edge) = snapshot.edges_of(at).find(first) else { break };
            at = edge.to;
        }
        snapshot.name(at)
    }
}

fn name(snapshot: &Snapshot, edge: Edge) -> Option<Name<'_>> {
    match edge_label(snapshot, edge) {
        EdgeLabel::Name(name) => Some((edge.kind, name)),
        EdgeLabel::Index(_) => None,
    }
}
