//! Why an object is alive: shortest paths from GC roots, several for one node, merged by shape for a class.

use crate::paths::alternatives::Search;
use crate::paths::shapes::Shapes;
use crate::paths::shortest_paths::{ShortestPaths, UNREACHED};
use crate::paths::start::{Starts, Viewpoint};
use crate::paths::step::{PathStep, path_end, path_to};
use crate::paths::text::PathText;
use crate::program::names::Show;
use crate::query::classes::{ClassKey, instances};
use crate::query::filter_query::find;
use crate::query::having::{Having, HavingQuery};
use crate::query::middle;
use crate::query::read::{Read, Wrong, members, words};
use crate::query::rows::{Brief, LabelRow, NodeRow, Rows, edge_type};
use crate::query::steps::{StepRow, Steps};
use crate::query::tree::in_range;
use crate::snapshot::Snapshot;
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::sort::sort_by_key;
use crate::snapshot::strings::Text;
use crate::snapshot::ticker::Ticker;
use foldhash::{HashMap, HashMapExt};
use serde::Serialize;
use serde_json::Value;
use std::cmp::Reverse;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The default number of paths.
const PATHS: u64 = 5;
/// Steps at either end of a path that get rows.
const ENDS: usize = 5_000;
/// The most steps of all paths of one answer, …
const MAX_STEPS: usize = 10_000_000;
/// … after which each further path gets this many.
const MIN_STEPS: usize = 100;

/// The question of `retainingPaths`.
#[derive(Clone, Debug)]
pub(crate) struct PathsQuery {
    of: PathTarget,
    having: HavingQuery,
    limit: Option<u64>,
    /// Used by the assertions of `heapray/testing`, and not part of the API.
    viewpoint: Option<Viewpoint>,
    brief: Option<Brief>,
}

/// The objects whose paths are requested.
#[derive(Clone, Debug)]
pub enum PathTarget {
    /// One node, by id.
    Node(u64),
    /// All instances of the classes of this name.
    Class(String),
}

impl Read for PathTarget {
    fn read(value: Value) -> std::result::Result<Self, Wrong> {
        match value {
            Value::String(class) => Ok(PathTarget::Class(class)),
            id => u64::read(id).map(PathTarget::Node),
        }
    }
}

words!(Viewpoint { Program: "program", Test: "test" });
members!(PathsQuery { of: "of", limit: "limit", viewpoint: "viewpoint", brief: "brief" } + having);

/// A step of a path.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PathStepRow {
    #[serde(rename = "type")]
    kind: Option<String>,
    name: Option<LabelRow>,
    #[serde(flatten)]
    step: StepRow,
    node_type: String,
    node_name: Text,
    distance: i32,
    retained_size: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// A path, and how many objects have one of its shape.
#[derive(Clone, Debug, Serialize)]
pub struct PathRow {
    count: usize,
    steps: Vec<PathStepRow>,
    /// The number of steps without a row.
    #[serde(skip_serializing_if = "is_zero")]
    omitted: usize,
    text: Text,
}

/// The answer of `retainingPaths`.
#[derive(Clone, Debug, Serialize)]
pub struct PathResult {
    total: usize,
    unreachable: usize,
    patterns: usize,
    paths: Vec<PathRow>,
}

/// Answers `retainingPaths`.
pub(crate) fn retaining_paths(
    snapshot: &Snapshot,
    query: &PathsQuery,
    show: Show,
    progress: &Progress,
) -> Result<PathResult> {
    let limit = in_range("limit", query.limit.unwrap_or(PATHS), 1000)?;
    let shortest = ShortestPaths::of(snapshot, progress)?;
    let answer =
        Answer { snapshot, shortest, viewpoint: query.viewpoint.unwrap_or_default(), limit, brief: query.brief, show };
    match &query.of {
        PathTarget::Node(id) => answer.of_node(find(snapshot, *id)?, progress),
        PathTarget::Class(name) => {
            let mut nodes = instances(snapshot, &ClassKey::Name(name.clone()), progress)?;
            if let Some(having) = Having::new(snapshot, &query.having, progress)? {
                nodes.retain(|&node| having.accept(node));
            }
            answer.of_nodes(&nodes, progress)
        }
    }
}

/// The shortest paths that one answer shows. An answer about a list of a million links could show a hundred thousand
/// paths of a million steps; once it has [`MAX_STEPS`], it shows only the last steps of each further path.
pub(crate) struct ShownPaths<'a> {
    snapshot: &'a Snapshot,
    shortest: &'a ShortestPaths,
    /// The number of steps that may still be shown.
    left: AtomicUsize,
}

/// The part of a path that is shown: its last steps.
struct PathEnd {
    steps: Vec<PathStep>,
    /// The number of steps before these.
    missing: usize,
}

impl<'a> ShownPaths<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot, progress: &Progress) -> Result<Self> {
        Ok(Self::along(snapshot, ShortestPaths::of(snapshot, progress)?))
    }

    fn along(snapshot: &'a Snapshot, shortest: &'a ShortestPaths) -> Self {
        Self { snapshot, shortest, left: AtomicUsize::new(MAX_STEPS) }
    }

    fn to(&self, node: NodeIx) -> Option<PathEnd> {
        let most = self.left.load(Relaxed).max(MIN_STEPS);
        let steps = path_end(self.snapshot, self.shortest, node, most)?;
        self.left.store(most - steps.len(), Relaxed);
        let missing = self.shortest.depth(node).saturating_sub(steps.len());
        Some(PathEnd { steps, missing })
    }

    /// The text of the shortest path to a node. It begins with `…` if the first steps are left out.
    ///
    /// # Errors
    /// [`Code::TooLarge`](crate::Code::TooLarge) if the answer would be too long.
    pub(crate) fn text(&self, node: NodeIx, rows: &Rows<'_>) -> Result<Option<Text>> {
        let Some(path) = self.to(node) else { return Ok(None) };
        path_end_text(rows, &path, path_text(rows, false, Viewpoint::Program)).map(Some)
    }
}

fn path_text<'a>(rows: &Rows<'a>, any_index: bool, viewpoint: Viewpoint) -> PathText<'a> {
    PathText { snapshot: rows.snapshot, names: rows.names, any_index, viewpoint }
}

fn path_end_text(rows: &Rows<'_>, path: &PathEnd, text: PathText<'_>) -> Result<Text> {
    let text = text.write(&path.steps);
    rows.take(text.len())?;
    Ok(Text(if path.missing > 0 { ["…".as_bytes(), &text].concat() } else { text }))
}

/// The text of the last steps of a path.
fn short_text(rows: &Rows<'_>, path: &PathEnd, text: PathText<'_>) -> Result<Text> {
    let missing = path.steps.len().saturating_sub(2 * Brief::ENDS);
    let end = PathEnd { steps: path.steps[missing..].to_vec(), missing: path.missing + missing };
    Ok(rows.text(&path_end_text(rows, &end, text)?.0))
}

fn path_row(
    rows: &Rows<'_>,
    path: &PathEnd,
    count: usize,
    viewpoint: Viewpoint,
    brief: Option<Brief>,
) -> Result<PathRow> {
    let text = path_text(rows, count > 1, viewpoint);
    let length = path.steps.len();
    // A long path is shown by its first steps, which tell where it begins, and its last, which tell what holds the object.
    let left_out = middle(length, brief.map_or(ENDS, |_| Brief::ENDS));
    let omitted = path.missing + left_out.len();
    let steps = Steps::new(rows, text, &path.steps);
    let row = |at: usize| step_row(rows, path.steps[at], steps.row(at)?, at == 0 && path.missing == 0);
    let steps = (0..length).filter(|at| !left_out.contains(at)).map(row).collect::<Result<_>>()?;
    let text = if brief.is_some() { short_text(rows, path, text)? } else { path_end_text(rows, path, text)? };
    Ok(PathRow { count, steps, omitted, text })
}

fn step_row(rows: &Rows<'_>, step: PathStep, row: StepRow, is_first: bool) -> Result<PathStepRow> {
    let edge = step.edge.filter(|_| !is_first);
    let NodeRow { kind: node_type, name: node_name, distance, retained_size, .. } = rows.node(step.node)?;
    Ok(PathStepRow {
        kind: edge.map(|edge| edge_type(edge.kind)),
        name: edge.map(|edge| rows.label(edge)).transpose()?,
        step: row,
        node_type,
        node_name,
        distance,
        retained_size,
    })
}

/// Objects with paths of one shape.
struct Found {
    count: usize,
    /// The one nearest to a root.
    example: NodeIx,
}

/// Merges shapes that lead through the same structure. The example is of the most frequent shape.
fn merged_by_structure(
    shapes: &Shapes<'_>,
    position: &HashMap<u32, usize>,
    found: Vec<Found>,
    shortest: &ShortestPaths,
) -> Vec<Found> {
    let by_shape = shapes.through_structures();
    let mut hashes: Vec<u64> = vec![0; found.len()];
    position.iter().for_each(|(&shape, &at)| hashes[at] = by_shape[shape as usize]);
    let mut found: Vec<(Found, u64)> = found.into_iter().zip(hashes).collect();
    sort_by_key(&mut found, |(found, _)| order(found, shortest));
    let mut merged: Vec<Found> = Vec::new();
    let mut place: HashMap<u64, usize> = HashMap::new();
    for (found, hash) in found {
        match place.entry(hash) {
            Entry::Occupied(at) => merged[*at.get()].count += found.count,
            Entry::Vacant(entry) => {
                entry.insert(merged.len());
                merged.push(found);
            }
        }
    }
    sort_by_key(&mut merged, |found| order(found, shortest));
    merged
}

/// The most frequent first, then the shortest.
fn order(found: &Found, shortest: &ShortestPaths) -> (Reverse<usize>, u32, NodeIx) {
    (Reverse(found.count), shortest.cost(found.example), found.example)
}

/// Computes the answer to a question.
struct Answer<'a> {
    snapshot: &'a Snapshot,
    shortest: &'a ShortestPaths,
    viewpoint: Viewpoint,
    limit: usize,
    brief: Option<Brief>,
    show: Show,
}

impl Answer<'_> {
    /// The shortest paths of nodes, one row for each shape or structure, the most frequent first. The example of a row is
    /// its shortest path.
    fn of_nodes(&self, nodes: &[NodeIx], progress: &Progress) -> Result<PathResult> {
        let Self { snapshot, shortest, viewpoint, limit, brief, show } = *self;
        let mut shapes = Shapes::from_root(snapshot, shortest)?;
        let mut found: Vec<Found> = Vec::new();
        let mut position: HashMap<u32, usize> = HashMap::new();
        let mut ticker = Ticker::of(progress, nodes.len());
        let mut unreachable = 0;
        for &node in nodes {
            ticker.tick()?;
            if shortest.cost(node) == UNREACHED {
                unreachable += 1;
                continue;
            }
            let at = *position.entry(shapes.of_node(node)).or_insert_with(|| {
                found.push(Found { count: 0, example: node });
                found.len() - 1
            });
            found[at].count += 1;
            if shortest.cost(node) < shortest.cost(found[at].example) {
                found[at].example = node;
            }
        }
        let found = merged_by_structure(&shapes, &position, found, shortest);
        let merged = found.len();
        let rows = Rows::new(snapshot, show, progress)?.in_brief(brief);
        let shown = ShownPaths::along(snapshot, shortest);
        let listed = found.iter().take(limit).filter_map(|found| Some((shown.to(found.example)?, found.count)));
        let listed = self.of_program(listed.collect(), |(path, _)| &path.steps);
        let row = |(path, count): (PathEnd, usize)| path_row(&rows, &path, count, viewpoint, brief);
        let paths = listed.into_iter().map(row).collect::<Result<_>>()?;
        Ok(PathResult { total: nodes.len(), unreachable, patterns: merged, paths })
    }

    fn of_node(&self, node: NodeIx, progress: &Progress) -> Result<PathResult> {
        let rows = Rows::new(self.snapshot, self.show, progress)?.in_brief(self.brief);
        let found = self.paths_to(node, progress)?;
        let unreachable = usize::from(found.is_empty());
        let shown = self.of_program(found, |steps| steps).into_iter().map(|steps| PathEnd { steps, missing: 0 });
        let paths =
            shown.map(|path| path_row(&rows, &path, 1, self.viewpoint, self.brief)).collect::<Result<Vec<_>>>()?;
        Ok(PathResult { total: 1, unreachable, patterns: paths.len(), paths })
    }

    fn paths_to(&self, node: NodeIx, progress: &Progress) -> Result<Vec<Vec<PathStep>>> {
        if self.limit == 1 {
            // No search for others, which takes a walk over much of the heap.
            return Ok(path_to(self.snapshot, self.shortest, node).into_iter().collect());
        }
        Search::new(self.snapshot, self.shortest, node)?.run(self.limit, progress)
    }

    /// Leaves out paths from objects that only wait for the test's own assertion, if there are others.
    fn of_program<T>(&self, paths: Vec<T>, steps: impl Fn(&T) -> &Vec<PathStep>) -> Vec<T> {
        let starts = Starts { snapshot: self.snapshot, viewpoint: self.viewpoint };
        let (waiting, others): (Vec<T>, Vec<T>) = paths.into_iter().partition(|path| starts.is_waiting(steps(path)));
        if others.is_empty() { waiting } else { others }
    }
}
