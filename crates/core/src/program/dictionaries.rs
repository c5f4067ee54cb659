//! Objects used as dictionaries: the steps to their values are merged in paths, whatever their keys are called.
//!
//! `sessions['a8f2…']` is a key, `session.user` is not. Names that are data are keys wherever they are
//! ([`DataKeys`]). Others are where an object is a dictionary of a class, which it is taken for when many of its
//! properties have values of that class; functions do not count, or every module with thirty exports would be
//! one, nor do globals, whose names are written in the program.

use crate::snapshot::Snapshot;
use crate::snapshot::columns::Edge;
use crate::snapshot::data_keys::DataKeys;
use crate::snapshot::ids::{NodeIx, StringIx};
use crate::snapshot::schema::{EdgeKind, NodeKind};
use foldhash::{HashMap, HashMapExt};

/// Properties with values of one class from which on their names are keys.
pub(crate) const MIN_KEYS: u32 = 32;
/// Properties that are looked at: a dictionary shows in fewer.
const MAX_LOOKED_AT: usize = 4096;

/// What values of a dictionary have in common: their type and class; texts are one class.
type ValueClass = (NodeKind, Option<StringIx>);

/// Whether a property's name is a key of a dictionary.
pub(crate) fn is_key(snapshot: &Snapshot, keys: &DataKeys, from: NodeIx, edge: Edge) -> bool {
    edge.kind == EdgeKind::Property
        && (keys.is_name_of(snapshot, edge) || value_classes(snapshot, from).contains(&class_of(snapshot, edge.to)))
}

/// The classes of values for which an object is a dictionary; none for nearly all objects.
fn value_classes(snapshot: &Snapshot, from: NodeIx) -> Vec<ValueClass> {
    if snapshot.nodes().edge_count(from) < MIN_KEYS || snapshot.distance(from) <= 1 {
        return Vec::new();
    }
    let mut counts: HashMap<ValueClass, u32> = HashMap::new();
    for edge in snapshot.edges_of(from).filter(|edge| edge.kind == EdgeKind::Property).take(MAX_LOOKED_AT) {
        *counts.entry(class_of(snapshot, edge.to)).or_default() += 1;
    }
    let many = counts.into_iter().filter(|&((kind, _), count)| kind != NodeKind::Closure && count >= MIN_KEYS);
    many.map(|(class, _)| class).collect()
}

fn class_of(snapshot: &Snapshot, node: NodeIx) -> ValueClass {
    match snapshot.kind(node) {
        kind if kind.is_string() => (NodeKind::String, None),
        kind => (kind, Some(snapshot.nodes().name(node))),
    }
}

/// [`is_key`] for passes over the heap: each dictionary is looked at once.
#[derive(Clone)]
pub(crate) struct Dictionaries<'a> {
    snapshot: &'a Snapshot,
    keys: &'a DataKeys,
    known: HashMap<NodeIx, Vec<ValueClass>>,
}

impl<'a> Dictionaries<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot, keys: &'a DataKeys) -> Self {
        Self { snapshot, keys, known: HashMap::new() }
    }

    /// Whether a property's name is a key of a dictionary.
    pub(crate) fn is_key(&mut self, from: NodeIx, edge: Edge) -> bool {
        if edge.kind != EdgeKind::Property {
            return false;
        }
        if self.keys.is_name_of(self.snapshot, edge) {
            return true;
        }
        if self.snapshot.nodes().edge_count(from) < MIN_KEYS {
            return false;
        }
        let classes = self.known.entry(from).or_insert_with(|| value_classes(self.snapshot, from));
        classes.contains(&class_of(self.snapshot, edge.to))
    }
}
