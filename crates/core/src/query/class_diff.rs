//! The classes of two snapshots → objects added and removed in each, as in DevTools' comparison.

use crate::program::internals::is_of_program;
use crate::query::since::SinceRow;
use crate::snapshot::Snapshot;
use crate::snapshot::classes::{ClassTotals, Classes};
use crate::snapshot::columns::Location;
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::ids::{ClassIx, NodeIx, ObjectId};
use crate::snapshot::pairs::{Pair, side_by_side};
use crate::snapshot::progress::Progress;
use crate::snapshot::retained::retained_together;
use crate::snapshot::sort::sort;
use crate::snapshot::strings::Text;
use crate::snapshot::ticker::Ticker;
use foldhash::HashMap;
use serde::{Serialize, Serializer};
use std::sync::Arc;

/// How a class changed.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClassDiffRow {
    /// Among the classes of both snapshots.
    pub(super) index: u32,
    /// As of the classes of one snapshot; written last.
    pub(super) key: Text,
    /// The class in the second snapshot, or the first if it is gone there.
    #[serde(skip)]
    pub(super) class: ClassIx,
    #[serde(skip)]
    pub(super) is_gone: bool,
    /// Shared with the class: every class has a row before a page of rows is chosen.
    #[serde(serialize_with = "shared")]
    name: Arc<Text>,
    added_count: u64,
    removed_count: u64,
    pub(super) count_delta: i64,
    added_size: u64,
    removed_size: u64,
    pub(super) size_delta: i64,
    /// What the objects of the class retain together.
    retained_before: u64,
    retained_after: u64,
    pub(super) retained_delta: i64,
    /// Whether V8 or the runtime, not the program, determines their number.
    internal: bool,
    /// Only in answers of `since`.
    #[serde(flatten)]
    pub(super) since: Option<SinceRow>,
}

impl ClassDiffRow {
    pub(super) fn name(&self) -> &[u8] {
        &self.name.0
    }

    pub(super) fn rename(&mut self, name: impl Fn(&Text) -> Text) {
        self.name = Arc::new(name(&self.name));
    }

    pub(super) fn is_of_program(&self) -> bool {
        !self.internal
    }
}

fn shared<S: Serializer>(text: &Arc<Text>, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    text.as_ref().serialize(serializer)
}

/// Numbers of the classes of both snapshots, by location and name: those of the first in its order, then the new ones.
#[derive(Default)]
struct Keys {
    numbers: HashMap<(Option<Location>, u32), u32>,
    names: HashMap<Arc<Text>, u32>,
    /// The numbers of names by address: names may be long, and many classes may share one.
    kept: HashMap<*const Text, u32>,
}

impl Keys {
    fn number(&mut self, class: &ClassTotals) -> u32 {
        let next_name = self.names.len() as u32;
        let names = &mut self.names;
        let name = *self
            .kept
            .entry(Arc::as_ptr(&class.name))
            .or_insert_with(|| *names.entry(Arc::clone(&class.name)).or_insert(next_name));
        let next = self.numbers.len() as u32;
        *self.numbers.entry((class.location, name)).or_insert(next)
    }
}

/// A node that counts for its class.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Member {
    key: u32,
    id: ObjectId,
    node: NodeIx,
}

/// The members of the classes of both snapshots.
pub(super) struct ComparedClasses<'a> {
    before: &'a Snapshot,
    after: &'a Snapshot,
    count: u32,
    /// By key and id.
    old: Vec<Member>,
    new: Vec<Member>,
}

impl<'a> ComparedClasses<'a> {
    /// Costs a pass over both snapshots, and sorting their nodes.
    pub(super) fn new(before: &'a Snapshot, after: &'a Snapshot, progress: &Progress) -> Result<Self> {
        let mut keys = Keys::default();
        let mut ticker = Ticker::of(progress, before.nodes().len() + after.nodes().len());
        // `{id, user}` is a class only where such objects are common, so both use the newer snapshot's list.
        let interfaces = after.classes().interfaces().to_vec();
        let reread = Classes::assign(before.heap(), &before.locations, interfaces, progress)?;
        let old = members(before, &reread, &mut keys, &mut ticker)?;
        let new = members(after, after.classes(), &mut keys, &mut ticker)?;
        Ok(ComparedClasses { before, after, count: keys.numbers.len() as u32, old, new })
    }

    /// The classes that changed, each with the ids on one side only.
    pub(super) fn rows(&self, progress: &Progress) -> Result<Vec<ClassDiffRow>> {
        let mut rows = Vec::with_capacity(self.count as usize);
        let (mut old, mut new) = (self.old.as_slice(), self.new.as_slice());
        for key in 0..self.count {
            progress.check()?;
            let (old, new) = (take_key(&mut old, key), take_key(&mut new, key));
            let mut row = self.row(key, old, new)?;
            if row.added_count + row.removed_count > 0 {
                row.retained_before = retained_together(self.before, &nodes(old));
                row.retained_after = retained_together(self.after, &nodes(new));
                row.retained_delta = row.retained_after as i64 - row.retained_before as i64;
                rows.push(row);
            }
        }
        Ok(rows)
    }

    /// The nodes of one class, by id.
    pub(super) fn pairs(&self, class: u32, mut visit: impl FnMut(Pair<NodeIx>)) -> Result<()> {
        if class >= self.count {
            let expected = "the index of a class of this comparison";
            return Err(Error::new(Code::InvalidQuery, expected, class.to_string()));
        }
        by_id(of_key(&self.old, class), of_key(&self.new, class), |pair| {
            visit(match pair {
                Pair::Before(old) => Pair::Before(old.node),
                Pair::After(new) => Pair::After(new.node),
                Pair::Both(old, new) => Pair::Both(old.node, new.node),
            });
        })
    }

    fn row(&self, key: u32, old: &[Member], new: &[Member]) -> Result<ClassDiffRow> {
        let mut row = ClassDiffRow {
            index: key,
            key: Text::default(),
            class: class_of(self.before, self.after, old, new),
            is_gone: new.is_empty(),
            name: Arc::default(),
            added_count: 0,
            removed_count: 0,
            count_delta: 0,
            added_size: 0,
            removed_size: 0,
            size_delta: 0,
            retained_before: 0,
            retained_after: 0,
            retained_delta: 0,
            internal: !old.iter().any(|member| is_of_program(self.before, member.node))
                && !new.iter().any(|member| is_of_program(self.after, member.node)),
            since: None,
        };
        let side = if row.is_gone { self.before } else { self.after };
        row.name = Arc::clone(&side.classes().get(row.class).name);
        by_id(old, new, |pair| match pair {
            Pair::Before(gone) => {
                row.removed_count += 1;
                row.removed_size += self.before.nodes().self_size(gone.node);
            }
            Pair::After(come) => {
                row.added_count += 1;
                row.added_size += self.after.nodes().self_size(come.node);
            }
            Pair::Both(..) => {}
        })?;
        row.count_delta = row.added_count as i64 - row.removed_count as i64;
        row.size_delta = row.added_size as i64 - row.removed_size as i64;
        Ok(row)
    }
}

fn nodes(members: &[Member]) -> Vec<NodeIx> {
    members.iter().map(|member| member.node).collect()
}

/// Walks the members of one class.
fn by_id(old: &[Member], new: &[Member], mut visit: impl FnMut(Pair<Member>)) -> Result<()> {
    side_by_side(
        (old, new),
        |a, b| a.id.cmp(&b.id),
        |pair| {
            visit(pair);
            Ok(())
        },
    )
}

/// The nodes with a size, by key and id.
fn members(snapshot: &Snapshot, classes: &Classes, keys: &mut Keys, ticker: &mut Ticker<'_>) -> Result<Vec<Member>> {
    let mut key_of = vec![None; classes.all().len()];
    let mut members = Vec::new();
    for node in snapshot.nodes().iter() {
        ticker.tick()?;
        if snapshot.nodes().self_size(node) > 0 {
            let class = classes.of(node);
            let key = *key_of[class.index()].get_or_insert_with(|| keys.number(classes.get(class)));
            members.push(Member { key, id: snapshot.nodes().id(node), node });
        }
    }
    sort(&mut members);
    Ok(members)
}

/// The members with a key.
fn of_key(members: &[Member], key: u32) -> &[Member] {
    let start = members.partition_point(|member| member.key < key);
    take_key(&mut &members[start..], key)
}

/// The members with a key, which come first.
fn take_key<'a>(members: &mut &'a [Member], key: u32) -> &'a [Member] {
    let end = members.partition_point(|member| member.key <= key);
    let (taken, rest) = members.split_at(end);
    *members = rest;
    taken
}

/// The class in the second snapshot; for one that is gone, that of its last member in the first.
fn class_of(before: &Snapshot, after: &Snapshot, old: &[Member], new: &[Member]) -> ClassIx {
    match (new.last(), old.last()) {
        (Some(member), _) => after.classes().of(member.node),
        (None, Some(member)) => before.classes().of(member.node),
        (None, None) => ClassIx(0),
    }
}
