//! Two snapshots of one process → objects that are new, gone, or grown.

use crate::program::names::Show;
use crate::query::answer::Allowance;
use crate::query::class_diff::{ClassDiffRow, ComparedClasses};
use crate::query::page::Page;
use crate::query::paths::ShownPaths;
use crate::query::read::{members, words};
use crate::query::report::SCHEMA_VERSION;
use crate::query::rows::{NodeRow, Rows};
use crate::snapshot::Snapshot;
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::pairs::{Pair, for_each_id};
use crate::snapshot::progress::Progress;
use crate::snapshot::strings::Text;
use serde::Serialize;
use std::cmp::Ordering;

/// The objects to list.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
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

/// The sort key of classes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[allow(missing_docs, reason = "the variants are the row's own fields")]
pub enum DiffSort {
    #[default]
    Retained,
    Size,
    Count,
}

/// The question of `diff`.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "index.d.ts describes the fields")]
pub struct DiffQuery {
    pub mode: Option<DiffMode>,
    pub class: Option<u32>,
    pub sort: Option<DiffSort>,
    pub limit: Option<u64>,
    pub offset: Option<u64>,
    pub paths: Option<bool>,
}

words!(DiffMode { Classes: "classes", New: "new", Grown: "grown", Freed: "freed" });
words!(DiffSort { Retained: "retainedDelta", Size: "sizeDelta", Count: "countDelta" });
members!(DiffQuery { mode: "mode", class: "class", sort: "sort", limit: "limit", offset: "offset", paths: "paths" });

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
    pub(super) classes: Option<Vec<ClassDiffRow>>,
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
pub(crate) fn diff(
    before: &Snapshot,
    after: &Snapshot,
    query: &DiffQuery,
    show: Show,
    progress: &Progress,
) -> Result<DiffResult> {
    find_changes(before, after, query, show, progress)?.written(before, after, show, progress)
}

/// The rows of the classes that changed, by the classes' own names.
pub(crate) fn diff_of_classes(
    before: &Snapshot,
    after: &Snapshot,
    query: &DiffQuery,
    progress: &Progress,
) -> Result<DiffResult> {
    find_changes(before, after, query, Show::ALL, progress)
}

impl DiffResult {
    /// With the names of classes as they are written in an answer.
    pub(crate) fn written(
        mut self,
        before: &Snapshot,
        after: &Snapshot,
        show: Show,
        progress: &Progress,
    ) -> Result<DiffResult> {
        let (rows_after, rows_before) = (Rows::new(after, show, progress)?, Rows::new(before, show, progress)?);
        let (names_after, names_before) = (rows_after.names, rows_before.names);
        for row in self.classes.iter_mut().flatten() {
            let rows = if row.is_gone { &rows_before } else { &rows_after };
            row.key = rows.class_key(rows.snapshot.classes().get(row.class));
            rows.take(row.key.0.len())?;
            row.rename(|name| names_before.class(&names_after.class(name)).into_owned());
        }
        Ok(self)
    }
}

fn find_changes(
    before: &Snapshot,
    after: &Snapshot,
    query: &DiffQuery,
    show: Show,
    progress: &Progress,
) -> Result<DiffResult> {
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
        let mut rows = ComparedClasses::new(before, after, progress)?.rows(progress)?;
        rows.retain(|row| query.class.is_none_or(|class| row.index == class));
        result.total = rows.len();
        let sort = query.sort.unwrap_or_default();
        let order = |a: &(usize, ClassDiffRow), b: &(usize, ClassDiffRow)| {
            let rank = |row: &ClassDiffRow| match sort {
                DiffSort::Retained => (row.retained_delta, row.size_delta),
                DiffSort::Size => (row.size_delta, row.retained_delta),
                DiffSort::Count => (row.count_delta, row.retained_delta),
            };
            rank(&b.1).cmp(&rank(&a.1)).then_with(|| a.0.cmp(&b.0))
        };
        let chosen = page.select(rows.into_iter().enumerate().collect(), order);
        let allowance = Allowance::default();
        chosen.iter().try_for_each(|(_, row)| allowance.take(row.name().len()))?;
        result.classes = Some(chosen.into_iter().map(|(_, row)| row).collect());
    } else {
        let changes = match query.class {
            Some(class) => changes_of_class(before, after, class, mode, progress)?,
            None => changes(before, after, mode, progress)?,
        };
        result.total = changes.len();
        let chosen = page.select(changes, Change::order);
        let paths = query.paths.unwrap_or(false);
        result.nodes =
            Some(node_rows(if mode == DiffMode::Freed { before } else { after }, &chosen, paths, show, progress)?);
    }
    result.next = page.next(result.total);
    Ok(result)
}

/// Whether the snapshots are of one process. Ids start anew in each process, so the ids of two processes
/// always overlap; within one process the same id means the same object, with the same type and name.
fn same_process(before: &Snapshot, after: &Snapshot, progress: &Progress) -> Result<bool> {
    let (mut common, mut agree) = (0u64, 0u64);
    for_each_id(before, after, progress, |pair| {
        if let Pair::Both(old, new) = pair {
            common += 1;
            let same = before.kind(old) == after.kind(new) && before.name(old) == after.name(new);
            agree += u64::from(same);
        }
    })?;
    Ok(common > 0 && agree * 10 >= common * 9)
}

/// A node that is new, gone or grown.
#[derive(Clone, Copy)]
struct Change {
    /// Of the second snapshot, or of the first if it is gone.
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
    for_each_id(before, after, progress, |pair| changes.extend(change(before, after, mode, pair)))?;
    Ok(changes)
}

/// The nodes that a class's row counts, or those of them that grew.
fn changes_of_class(
    before: &Snapshot,
    after: &Snapshot,
    class: u32,
    mode: DiffMode,
    progress: &Progress,
) -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    ComparedClasses::new(before, after, progress)?.pairs(class, |pair| {
        changes.extend(change(before, after, mode, pair));
    })?;
    Ok(changes)
}

/// The change of a pair, if the mode lists it.
fn change(before: &Snapshot, after: &Snapshot, mode: DiffMode, pair: Pair<NodeIx>) -> Option<Change> {
    match (mode, pair) {
        (DiffMode::New, Pair::After(node)) => Some(Change { node, before: 0, after: after.retained_size(node) }),
        (DiffMode::Freed, Pair::Before(node)) => Some(Change { node, before: before.retained_size(node), after: 0 }),
        (DiffMode::Grown, Pair::Both(old, node)) => {
            let change = Change { node, before: before.retained_size(old), after: after.retained_size(node) };
            (change.after > change.before).then_some(change)
        }
        _ => None,
    }
}

fn node_rows(
    snapshot: &Snapshot,
    changes: &[Change],
    paths: bool,
    show: Show,
    progress: &Progress,
) -> Result<Vec<NodeDiffRow>> {
    let rows = Rows::new(snapshot, show, progress)?;
    let shown = if paths { Some(ShownPaths::new(snapshot, progress)?) } else { None };
    let row = |change: &Change| {
        Ok(NodeDiffRow {
            node: rows.node(change.node)?,
            retained_before: change.before,
            retained_after: change.after,
            growth: change.growth(),
            path: shown.as_ref().map(|shown| shown.text(change.node, &rows)).transpose()?,
        })
    };
    changes.iter().map(row).collect()
}
