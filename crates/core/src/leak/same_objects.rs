//! The objects of a snapshot that an earlier one of the process has as well.
//!
//! An equal id is not enough. V8 assigns ids by address, so an object allocated in the place of one that died since
//! the earlier snapshot gets its id. If most of a heap was replaced, there are many such objects. Some are of another
//! class than the earlier object. The others have a new parent, like most objects of their kind, and few objects of
//! that kind have an earlier id. If an old object was moved to a new parent, most objects of its kind have one.
//! The embedder's objects have no ids that last: they are as old as the objects that own them.

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

/// Objects below new parents are the same as before if at least one in this many of their kind has an earlier id.
const MIN_SHARE: u32 = 3;
/// Steps from an object of the embedder up to its owner.
const MAX_EMBEDDED: usize = 64;
const UNKNOWN: u32 = u32::MAX;

/// The objects of a later snapshot that are in an earlier one.
pub(crate) struct SameObjects {
    same: NodeSet,
}

/// The type of an object, its name and that of its parent; values have no names.
type Kin = (NodeKind, u32, u32);

impl SameObjects {
    /// Costs a merge of the ids of both, and two passes over the nodes of the later one.
    pub(crate) fn of(
        before: &Snapshot,
        after: &Snapshot,
        shortest: &ShortestPaths,
        progress: &Progress,
    ) -> Result<SameObjects> {
        let shared = shared(before, after, progress)?;
        let is_below_new = |node: NodeIx| owner(after, shortest, node).is_some_and(|owner| !shared.contains(owner));
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
        let is_stable = |&node: &NodeIx| after.nodes().id(node).is_stable();
        for node in after.nodes().iter().filter(|node| !is_stable(node)) {
            let owner = shortest.ancestors(node).take(MAX_EMBEDDED).find(is_stable);
            if owner.is_some_and(|owner| same.contains(owner) && after.kind(owner) != NodeKind::Synthetic) {
                same.insert(node);
            }
        }
        Ok(SameObjects { same })
    }

    pub(crate) fn contains(&self, node: NodeIx) -> bool {
        self.same.contains(node)
    }
}

/// The parent of an object, or what that is a part of: V8 replaces the tables and arrays of elements that have to grow.
fn owner(snapshot: &Snapshot, shortest: &ShortestPaths, node: NodeIx) -> Option<NodeIx> {
    let parent = shortest.parent(node)?;
    let is_store = snapshot.kind(parent) == NodeKind::Array;
    shortest.parent(parent).filter(|_| is_store).or(Some(parent))
}

fn kin_of(snapshot: &Snapshot, shortest: &ShortestPaths, node: NodeIx) -> Kin {
    let name = |node: NodeIx| match snapshot.kind(node) {
        NodeKind::Object | NodeKind::Closure | NodeKind::Native => snapshot.nodes().name(node).0,
        _ => UNKNOWN,
    };
    (snapshot.kind(node), name(node), shortest.parent(node).map_or(UNKNOWN, name))
}

/// The nodes of the later snapshot whose id an object of the same class has in the earlier one.
fn shared(before: &Snapshot, after: &Snapshot, progress: &Progress) -> Result<NodeSet> {
    let mut classes = Classes { before, after, known: filled(UNKNOWN, before.strings().len())? };
    let mut shared = NodeSet::new(after.nodes().len());
    for_each_id(before, after, progress, |pair| {
        if let Pair::Both(old, new) = pair
            && after.nodes().id(new).is_stable()
            && classes.are_one(old, new)
        {
            shared.insert(new);
        }
    })?;
    Ok(shared)
}

/// Compares the classes of objects of two snapshots.
struct Classes<'a> {
    before: &'a Snapshot,
    after: &'a Snapshot,
    /// By string of the earlier snapshot: an equal one of the later.
    known: Vec<u32>,
}

impl Classes<'_> {
    /// Whether both are of one class. V8 flattens strings, so that their type changes.
    fn are_one(&mut self, before: NodeIx, after: NodeIx) -> bool {
        let kinds = (self.before.kind(before), self.after.kind(after));
        match kinds {
            (NodeKind::Object | NodeKind::Closure, _) if kinds.0 == kinds.1 => self.have_one_name(before, after),
            (a, b) => a == b || a.is_string() && b.is_string(),
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

/// A class name without the prefix that older versions of V8 give to detached elements.
fn without_place(name: &[u8]) -> &[u8] {
    name.strip_prefix(b"Detached ").unwrap_or(name)
}
