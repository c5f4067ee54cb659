//! The objects that an earlier snapshot of the process has as well.
//!
//! V8 knows objects by their addresses: one that gets the place of one that died since the snapshot before gets its id
//! too. Where most of a heap is replaced these are many. They are told by their class, where that is another, or by
//! what retains them: a new object whose id an earlier one had has a new object above it, as have most of its kind,
//! and of these few have an id again. What was only moved to a new object has its id as have the others of its kind.

use crate::paths::shortest_paths::ShortestPaths;
use crate::snapshot::Snapshot;
use crate::snapshot::bits::NodeSet;
use crate::snapshot::column::filled;
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::pairs::{Pair, for_each_id};
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::NodeKind;
use foldhash::{HashMap, HashMapExt};

/// Of so many objects of a kind below new objects one at least has to be known from before.
const MIN_SHARE: u32 = 3;
const UNKNOWN: u32 = u32::MAX;

/// The objects of a later snapshot that are in an earlier one.
pub(crate) struct SameObjects {
    same: NodeSet,
}

/// What an object is and what the object above it is: their names, except for those of values.
type Kin = (NodeKind, u32, u32);

impl SameObjects {
    /// A walk along the ids of both, and two passes over the nodes of the later one.
    pub(crate) fn of(
        before: &Snapshot,
        after: &Snapshot,
        shortest: &ShortestPaths,
        progress: &Progress,
    ) -> Result<SameObjects> {
        let shared = shared(before, after, progress)?;
        let is_below_new = |node: NodeIx| shortest.parent(node).is_some_and(|parent| !shared.contains(parent));
        let mut kin: HashMap<Kin, [u32; 2]> = HashMap::new();
        for node in after.nodes().iter().filter(|&node| is_below_new(node)) {
            let [all, again] = kin.entry(kin_of(after, shortest, node)).or_default();
            *all += 1;
            *again += u32::from(shared.contains(node));
        }
        let mut same = NodeSet::new(after.nodes().len());
        for node in after.nodes().iter().filter(|&node| shared.contains(node)) {
            let is_same = !is_below_new(node) || {
                let [all, again] = kin[&kin_of(after, shortest, node)];
                again * MIN_SHARE >= all
            };
            if is_same {
                same.insert(node);
            }
        }
        Ok(SameObjects { same })
    }

    pub(crate) fn contains(&self, node: NodeIx) -> bool {
        self.same.contains(node)
    }
}

fn kin_of(snapshot: &Snapshot, shortest: &ShortestPaths, node: NodeIx) -> Kin {
    let name = |node: NodeIx| match snapshot.kind(node) {
        NodeKind::Object | NodeKind::Closure | NodeKind::Native => snapshot.nodes().name(node).0,
        _ => UNKNOWN,
    };
    (snapshot.kind(node), name(node), shortest.parent(node).map_or(UNKNOWN, name))
}

/// The nodes whose ids both have for objects of one class.
fn shared(before: &Snapshot, after: &Snapshot, progress: &Progress) -> Result<NodeSet> {
    let mut classes = Classes { before, after, known: filled(UNKNOWN, before.strings().len())? };
    let mut shared = NodeSet::new(after.nodes().len());
    for_each_id(before, after, progress, |pair| {
        if let Pair::Both(old, new) = pair
            && classes.are_one(old, new)
        {
            shared.insert(new);
        }
    })?;
    Ok(shared)
}

/// Compares what objects of two snapshots are.
struct Classes<'a> {
    before: &'a Snapshot,
    after: &'a Snapshot,
    /// By string of the earlier snapshot: one of the later that is equal.
    known: Vec<u32>,
}

impl Classes<'_> {
    /// V8 makes texts flat, and elements that are taken out of a page get other names.
    fn are_one(&mut self, before: NodeIx, after: NodeIx) -> bool {
        let kinds = (self.before.kind(before), self.after.kind(after));
        let is_text = |kind| matches!(kind, NodeKind::String | NodeKind::ConcatenatedString | NodeKind::SlicedString);
        match kinds {
            (NodeKind::Object | NodeKind::Closure, _) if kinds.0 == kinds.1 => self.have_one_name(before, after),
            (a, b) => a == b || is_text(a) && is_text(b),
        }
    }

    fn have_one_name(&mut self, before: NodeIx, after: NodeIx) -> bool {
        let (name, other) = (self.before.nodes().name(before), self.after.nodes().name(after));
        let known = &mut self.known[name.index()];
        let is_equal =
            *known == other.0 || without_place(self.before.name(before)) == without_place(self.after.name(after));
        if is_equal {
            *known = other.0;
        }
        is_equal
    }
}

/// A class's name without what older versions of V8 say of elements that are in no page.
fn without_place(name: &[u8]) -> &[u8] {
    name.strip_prefix(b"Detached ").unwrap_or(name)
}
