//! Two snapshots of one process → what came, what went, what grew.

use crate::classes::{ClassTotals, Classes};
use crate::columns::Location;
use crate::error::Result;
use crate::ids::{ClassIx, NodeIx, ObjectId};
use crate::progress::Progress;
use crate::query::answer::Allowance;
use crate::query::page::Page;
use crate::query::paths::Ways;
use crate::query::report::SCHEMA_VERSION;
use crate::query::rows::{NodeRow, Rows};
use crate::query::steps::Steps;
use crate::snapshot::Snapshot;
use crate::strings::Text;
use serde::{Deserialize, Serialize, Serializer};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

/// What to list.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum DiffMode {
    /// DevTools' comparison per class.
    #[default]
    Classes,
    /// Nodes only in the second snapshot.
    New,
    /// Nodes in both that retain more in the second.
    Grown,
    /// Nodes only in the first snapshot.
    Freed,
}

/// The question of `diff`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(missing_docs, reason = "index.d.ts describes the fields")]
pub struct DiffQuery {
    pub mode: Option<DiffMode>,
    pub limit: Option<u64>,
    pub offset: Option<u64>,
    pub paths: Option<bool>,
}

/// The answer of `diff`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DiffResult {
    schema_version: u32,
    kind: &'static str,
    mode: DiffMode,
    total: usize,
    same_process: bool,
    before: Size,
    after: Size,
    #[serde(skip_serializing_if = "Option::is_none")]
    classes: Option<Vec<ClassDiffRow>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nodes: Option<Vec<NodeDiffRow>>,
    next: Option<usize>,
}

#[derive(Debug, Serialize)]
struct Size {
    nodes: u32,
    size: u64,
}

impl Size {
    fn of(snapshot: &Snapshot) -> Size {
        Size { nodes: snapshot.node_count(), size: snapshot.total_size() }
    }
}

/// How a class changed.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClassDiffRow {
    /// Shared with the class: there are as many rows as classes before a page of them is chosen.
    #[serde(serialize_with = "shared")]
    name: Arc<Text>,
    added_count: u64,
    removed_count: u64,
    count_delta: i64,
    added_size: u64,
    removed_size: u64,
    size_delta: i64,
}

fn shared<S: Serializer>(text: &Arc<Text>, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    text.as_ref().serialize(serializer)
}

/// How a node changed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct NodeDiffRow {
    #[serde(flatten)]
    node: NodeRow,
    retained_before: u64,
    retained_after: u64,
    growth: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<Option<Text>>,
}

/// Answers `diff`.
pub(crate) fn diff(before: &Snapshot, after: &Snapshot, query: &DiffQuery, progress: &Progress) -> Result<DiffResult> {
    let page = Page::new(query.limit, query.offset)?;
    let mode = query.mode.unwrap_or_default();
    let mut result = DiffResult {
        schema_version: SCHEMA_VERSION,
        kind: "diff",
        mode,
        total: 0,
        same_process: same_process(before, after, progress)?,
        before: Size::of(before),
        after: Size::of(after),
        classes: None,
        nodes: None,
        next: None,
    };
    if mode == DiffMode::Classes {
        let rows = class_rows(before, after, progress)?;
        result.total = rows.len();
        let order = |a: &(usize, ClassDiffRow), b: &(usize, ClassDiffRow)| {
            b.1.size_delta.cmp(&a.1.size_delta).then_with(|| a.0.cmp(&b.0))
        };
        let chosen = page.select(rows.into_iter().enumerate().collect(), order);
        let allowance = Allowance::default();
        chosen.iter().try_for_each(|(_, row)| allowance.take(row.name.0.len()))?;
        result.classes = Some(chosen.into_iter().map(|(_, row)| row).collect());
    } else {
        let changes = changes(before, after, mode, progress)?;
        result.total = changes.len();
        let chosen = page.select(changes, Change::order);
        let paths = query.paths.unwrap_or(false);
        result.nodes = Some(node_rows(before, after, mode, &chosen, paths, progress)?);
    }
    result.next = page.next(result.total);
    Ok(result)
}

/// One step of a walk over both snapshots' nodes by id.
enum Pair {
    Before(NodeIx),
    After(NodeIx),
    Both(NodeIx, NodeIx),
}

/// Walks both lists of ids side by side.
fn pairs(before: &Snapshot, after: &Snapshot, progress: &Progress, mut visit: impl FnMut(Pair)) -> Result<()> {
    let (old, new) = (before.nodes_by_id(), after.nodes_by_id());
    let mut steps = Steps::of(progress, old.len() + new.len());
    let (mut o, mut n) = (0, 0);
    while o < old.len() || n < new.len() {
        steps.step()?;
        let order = match (old.get(o), new.get(n)) {
            (Some(&a), Some(&b)) => before.nodes().id(a).cmp(&after.nodes().id(b)),
            (Some(_), None) => Ordering::Less,
            _ => Ordering::Greater,
        };
        visit(match order {
            Ordering::Less => Pair::Before(old[o]),
            Ordering::Greater => Pair::After(new[n]),
            Ordering::Equal => Pair::Both(old[o], new[n]),
        });
        o += usize::from(order != Ordering::Greater);
        n += usize::from(order != Ordering::Less);
    }
    Ok(())
}

/// Whether the snapshots are of one process. Ids start anew in each process, so that those of two
/// always overlap; in one process the same id is the same object, with the same type and name.
fn same_process(before: &Snapshot, after: &Snapshot, progress: &Progress) -> Result<bool> {
    let (mut common, mut agree) = (0u64, 0u64);
    pairs(before, after, progress, |pair| {
        if let Pair::Both(old, new) = pair {
            common += 1;
            let same = before.kind(old) == after.kind(new) && before.name(old) == after.name(new);
            agree += u64::from(same);
        }
    })?;
    Ok(common > 0 && agree * 10 >= common * 9)
}

/// A node that came, went or grew.
#[derive(Clone, Copy)]
struct Change {
    /// Of the second snapshot, or of the first for nodes that went.
    node: NodeIx,
    before: u64,
    after: u64,
}

impl Change {
    fn growth(self) -> i64 {
        self.after as i64 - self.before as i64
    }

    fn order(a: &Change, b: &Change) -> Ordering {
        let size = |change: &Change| change.growth().unsigned_abs();
        size(b).cmp(&size(a)).then_with(|| a.node.cmp(&b.node))
    }
}

fn changes(before: &Snapshot, after: &Snapshot, mode: DiffMode, progress: &Progress) -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    pairs(before, after, progress, |pair| {
        let change = match (mode, pair) {
            (DiffMode::New, Pair::After(node)) => Change { node, before: 0, after: after.retained_size(node) },
            (DiffMode::Freed, Pair::Before(node)) => Change { node, before: before.retained_size(node), after: 0 },
            (DiffMode::Grown, Pair::Both(old, node)) => {
                Change { node, before: before.retained_size(old), after: after.retained_size(node) }
            }
            _ => return,
        };
        if mode != DiffMode::Grown || change.after > change.before {
            changes.push(change);
        }
    })?;
    Ok(changes)
}

fn node_rows(
    before: &Snapshot,
    after: &Snapshot,
    mode: DiffMode,
    changes: &[Change],
    paths: bool,
    progress: &Progress,
) -> Result<Vec<NodeDiffRow>> {
    let snapshot = if mode == DiffMode::Freed { before } else { after };
    let rows = Rows::new(snapshot, progress)?;
    let ways = if paths { Some(Ways::new(snapshot, progress)?) } else { None };
    let row = |change: &Change| {
        Ok(NodeDiffRow {
            node: rows.node(change.node)?,
            retained_before: change.before,
            retained_after: change.after,
            growth: change.growth(),
            path: ways.as_ref().map(|ways| ways.text(change.node, &rows)).transpose()?,
        })
    };
    changes.iter().map(row).collect()
}

/// Numbers for classes of both snapshots, by place and name: those of the first in its order, then the new ones.
#[derive(Default)]
struct Keys {
    numbers: HashMap<(Option<Location>, u32), u32>,
    names: HashMap<Arc<Text>, u32>,
    /// The number of a name by where it is kept: names may be long and shared by many classes.
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

/// DevTools' comparison: per class key the ids on one side only.
fn class_rows(before: &Snapshot, after: &Snapshot, progress: &Progress) -> Result<Vec<ClassDiffRow>> {
    let mut keys = Keys::default();
    let mut steps = Steps::of(progress, before.nodes().len() + after.nodes().len());
    // `{id, user}` is a class only where such objects are common: both are read with the newer one's list.
    let interfaces = after.classes().interfaces().to_vec();
    let reread = Classes::assign(before.heap(), &before.locations, interfaces, progress)?;
    let old = members(before, &reread, &mut keys, &mut steps)?;
    let new = members(after, after.classes(), &mut keys, &mut steps)?;
    let mut rows: Vec<ClassDiffRow> = Vec::with_capacity(keys.numbers.len());
    let (mut old, mut new) = (old.as_slice(), new.as_slice());
    for key in 0..keys.numbers.len() as u32 {
        progress.check()?;
        let gone = take_key(&mut old, key);
        let come = take_key(&mut new, key);
        let row = class_row(before, after, gone, come);
        if row.added_count + row.removed_count > 0 {
            rows.push(row);
        }
    }
    Ok(rows)
}

/// The nodes with a size, by key and id.
fn members(snapshot: &Snapshot, classes: &Classes, keys: &mut Keys, steps: &mut Steps<'_>) -> Result<Vec<Member>> {
    let mut key_of = vec![None; classes.all().len()];
    let mut members = Vec::new();
    for node in snapshot.nodes().iter() {
        steps.step()?;
        if snapshot.nodes().self_size(node) > 0 {
            let class = classes.of(node);
            let key = *key_of[class.index()].get_or_insert_with(|| keys.number(classes.get(class)));
            members.push(Member { key, id: snapshot.nodes().id(node), node });
        }
    }
    members.sort_unstable();
    Ok(members)
}

/// The members with a key, which stand first.
fn take_key<'a>(members: &mut &'a [Member], key: u32) -> &'a [Member] {
    let end = members.partition_point(|member| member.key <= key);
    let (taken, rest) = members.split_at(end);
    *members = rest;
    taken
}

fn class_row(before: &Snapshot, after: &Snapshot, old: &[Member], new: &[Member]) -> ClassDiffRow {
    let mut row = ClassDiffRow {
        name: class_name(before, after, old, new),
        added_count: 0,
        removed_count: 0,
        count_delta: 0,
        added_size: 0,
        removed_size: 0,
        size_delta: 0,
    };
    let (mut o, mut n) = (0, 0);
    while o < old.len() || n < new.len() {
        let order = match (old.get(o), new.get(n)) {
            (Some(a), Some(b)) => a.id.cmp(&b.id),
            (Some(_), None) => Ordering::Less,
            _ => Ordering::Greater,
        };
        if order == Ordering::Less {
            row.removed_count += 1;
            row.removed_size += before.nodes().self_size(old[o].node);
        } else if order == Ordering::Greater {
            row.added_count += 1;
            row.added_size += after.nodes().self_size(new[n].node);
        }
        o += usize::from(order != Ordering::Greater);
        n += usize::from(order != Ordering::Less);
    }
    row.count_delta = row.added_count as i64 - row.removed_count as i64;
    row.size_delta = row.added_size as i64 - row.removed_size as i64;
    row
}

/// The second snapshot's name; for a class that is gone, what the first one calls its last member.
fn class_name(before: &Snapshot, after: &Snapshot, old: &[Member], new: &[Member]) -> Arc<Text> {
    let name = |snapshot: &Snapshot, member: &Member| {
        let class: ClassIx = snapshot.classes().of(member.node);
        Arc::clone(&snapshot.classes().get(class).name)
    };
    match (new.last(), old.last()) {
        (Some(member), _) => name(after, member),
        (None, Some(member)) => name(before, member),
        (None, None) => Arc::default(),
    }
}
