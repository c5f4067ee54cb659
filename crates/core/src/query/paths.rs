//! Why is it alive? Shortest paths from GC roots: several for one node, merged by pattern for a class.

use crate::display::{display_name, edge_label};
use crate::error::Result;
use crate::ids::NodeIx;
use crate::progress::Progress;
use crate::query::classes::{ClassKey, instances};
use crate::query::filter_query::find;
use crate::query::path_search::Search;
use crate::query::path_text::PathText;
use crate::query::patterns::Patterns;
use crate::query::routes::{Routes, UNREACHED};
use crate::query::rows::{LabelRow, Rows, SourceRow, edge_type};
use crate::query::steps::Steps;
use crate::query::tree::in_range;
use crate::query::way::{Step, way};
use crate::snapshot::Snapshot;
use crate::sort::sort_by_key;
use crate::strings::Text;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::HashMap;

/// Paths when the question does not say how many.
const PATHS: u64 = 5;

/// What paths are asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum PathTarget {
    /// One node, by id.
    Node(u64),
    /// All instances of the classes of this name.
    Class(String),
}

/// A step of a path.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PathStepRow {
    #[serde(rename = "type")]
    kind: Option<String>,
    name: Option<LabelRow>,
    id: u32,
    node_type: String,
    node_name: Text,
    class_name: Text,
    distance: i32,
    retained_size: u64,
    source: Option<SourceRow>,
}

/// A way in which objects are held.
#[derive(Clone, Debug, Serialize)]
pub struct PathRow {
    count: usize,
    steps: Vec<PathStepRow>,
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
    target: &PathTarget,
    limit: Option<u64>,
    progress: &Progress,
) -> Result<PathResult> {
    let limit = in_range("limit", limit.unwrap_or(PATHS), 1000)?;
    let routes = Routes::of(snapshot, progress)?;
    match target {
        PathTarget::Node(id) => of_node(snapshot, routes, find(snapshot, *id)?, limit, progress),
        PathTarget::Class(name) => {
            let nodes = instances(snapshot, &ClassKey::Name(name.clone()), progress)?;
            of_nodes(snapshot, routes, &nodes, limit, progress)
        }
    }
}

/// Writes the best ways of one snapshot as text.
pub(crate) struct WayTexts<'a> {
    snapshot: &'a Snapshot,
    routes: &'a Routes,
}

impl<'a> WayTexts<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot, progress: &Progress) -> Result<Self> {
        Ok(Self { snapshot, routes: Routes::of(snapshot, progress)? })
    }

    /// The text of the best way to a node.
    pub(crate) fn text(&self, node: NodeIx) -> Option<Text> {
        let steps = way(self.snapshot, self.routes, node)?;
        Some(Text(PathText { snapshot: self.snapshot, any_index: false, arrows: false }.write(&steps)))
    }
}

fn path_row(rows: &Rows<'_>, steps: &[Step], count: usize) -> PathRow {
    let text = PathText { snapshot: rows.snapshot, any_index: count > 1, arrows: false }.write(steps);
    let steps = steps.iter().enumerate().map(|(at, &step)| step_row(rows, step, at == 0)).collect();
    PathRow { count, steps, text: Text(text) }
}

fn step_row(rows: &Rows<'_>, step: Step, is_first: bool) -> PathStepRow {
    let snapshot = rows.snapshot;
    let edge = step.edge.filter(|_| !is_first);
    PathStepRow {
        kind: edge.map(|edge| edge_type(edge.kind)),
        name: edge.map(|edge| edge_label(snapshot, edge).into()),
        id: snapshot.nodes().id(step.node).0,
        node_type: snapshot.type_name(step.node).to_owned(),
        node_name: display_name(snapshot, step.node),
        class_name: rows.class_name(step.node),
        distance: snapshot.distance(step.node),
        retained_size: snapshot.retained_size(step.node),
        source: snapshot.location(step.node).map(|at| rows.source(at)),
    }
}

/// The nodes' best ways, one row for each pattern, the most frequent first; the example is the shortest.
fn of_nodes(
    snapshot: &Snapshot,
    routes: &Routes,
    nodes: &[NodeIx],
    limit: usize,
    progress: &Progress,
) -> Result<PathResult> {
    struct Found {
        count: usize,
        example: NodeIx,
    }
    let mut patterns = Patterns::new(snapshot, routes);
    let mut found: Vec<Found> = Vec::new();
    let mut position: HashMap<u32, usize> = HashMap::new();
    let mut steps = Steps::of(progress, nodes.len());
    let mut unreachable = 0;
    for &node in nodes {
        steps.step()?;
        if routes.steps(node) == UNREACHED {
            unreachable += 1;
            continue;
        }
        let at = *position.entry(patterns.of_node(node)).or_insert_with(|| {
            found.push(Found { count: 0, example: node });
            found.len() - 1
        });
        found[at].count += 1;
        if routes.steps(node) < routes.steps(found[at].example) {
            found[at].example = node;
        }
    }
    let merged = found.len();
    sort_by_key(&mut found, |found| (Reverse(found.count), routes.steps(found.example), found.example));
    let rows = Rows::new(snapshot, progress)?;
    let paths = found.iter().take(limit).filter_map(|found| {
        let steps = way(snapshot, routes, found.example)?;
        Some(path_row(&rows, &steps, found.count))
    });
    Ok(PathResult { total: nodes.len(), unreachable, patterns: merged, paths: paths.collect() })
}

fn of_node(
    snapshot: &Snapshot,
    routes: &Routes,
    node: NodeIx,
    limit: usize,
    progress: &Progress,
) -> Result<PathResult> {
    let rows = Rows::new(snapshot, progress)?;
    let found = Search::new(snapshot, routes, node)?.run(limit, progress)?;
    let unreachable = usize::from(found.is_empty());
    let paths: Vec<PathRow> = found.iter().map(|steps| path_row(&rows, steps, 1)).collect();
    Ok(PathResult { total: 1, unreachable, patterns: paths.len(), paths })
}
