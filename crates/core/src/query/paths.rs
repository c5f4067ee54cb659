//! Why is it alive? Shortest paths from GC roots: several for one node, merged by pattern for a class.

use crate::columns::Edge;
use crate::display::{display_name, edge_label};
use crate::error::Result;
use crate::graph::Retainers;
use crate::ids::NodeIx;
use crate::progress::Progress;
use crate::query::classes::{ClassKey, instances};
use crate::query::path_text::{PathText, Step};
use crate::query::patterns::{EMPTY, Patterns};
use crate::query::routes::{ROUND, Routes, UNREACHED};
use crate::query::rows::{LabelRow, Rows, SourceRow, edge_type};
use crate::query::steps::Steps;
use crate::query::tree::in_range;
use crate::schema::EdgeKind;
use crate::snapshot::Snapshot;
use crate::strings::Text;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

/// Paths when the question does not say how many.
const PATHS: u64 = 5;
/// Edges looked at to find other paths than the best: what is not found by then would be an odd one.
const MOST_WORK: usize = 2_000_000;
/// Retainers of one node that are followed, nearest first.
const MOST_RETAINERS: usize = 100;
/// Steps below in which a loop is noticed at once; longer ones are noticed when the path is complete.
const NEAR: usize = 32;

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
        PathTarget::Node(id) => of_node(snapshot, routes, super::filter::find(snapshot, *id)?, limit, progress),
        PathTarget::Class(name) => {
            let nodes = instances(snapshot, &ClassKey::Name(name.clone()), progress)?;
            of_nodes(snapshot, routes, &nodes, limit, progress)
        }
    }
}

/// The best way to a node from the root's child down; `None` when nothing leads to it.
pub(crate) fn way(snapshot: &Snapshot, routes: &Routes, node: NodeIx) -> Option<Vec<Step>> {
    if routes.steps(node) == UNREACHED {
        return None;
    }
    let mut steps = Vec::new();
    let mut at = node;
    while let Some(edge) = routes.arrival(snapshot, at) {
        steps.push(Step { edge: Some(edge), node: at });
        at = snapshot.nodes().source_of(edge.ix);
    }
    if steps.is_empty() {
        steps.push(Step { edge: None, node: at });
    }
    steps.reverse();
    Some(steps)
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
    found.sort_by_key(|found| (Reverse(found.count), routes.steps(found.example), found.example));
    let rows = Rows::new(snapshot, progress)?;
    let paths = found.iter().take(limit).filter_map(|found| {
        let steps = way(snapshot, routes, found.example)?;
        Some(path_row(&rows, &steps, found.count))
    });
    Ok(PathResult { total: nodes.len(), unreachable, patterns: merged, paths: paths.collect() })
}

/// A path under construction, from the node asked for upwards.
struct Partial {
    node: NodeIx,
    /// The edge that leads from `node` to the node of `below`.
    edge: Option<Edge>,
    below: u32,
    length: u32,
}

/// No partial path below: the node asked for.
const END: u32 = u32::MAX;

/// The shortest paths of one node that differ in pattern, found best first: a partial path counts
/// for its own length and the best way from its upper end, which is exact.
struct Search<'a> {
    snapshot: &'a Snapshot,
    routes: &'a Routes,
    retainers: &'a Retainers,
    partial: Vec<Partial>,
    queue: BinaryHeap<Reverse<(u64, u32)>>,
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

impl<'a> Search<'a> {
    fn new(snapshot: &'a Snapshot, routes: &'a Routes, node: NodeIx) -> Result<Self> {
        let retainers = snapshot.retainers()?;
        let mut search = Self { snapshot, routes, retainers, partial: Vec::new(), queue: BinaryHeap::new() };
        if routes.steps(node) != UNREACHED {
            search.push(Partial { node, edge: None, below: END, length: 0 });
        }
        Ok(search)
    }

    fn push(&mut self, partial: Partial) {
        let cost = u64::from(partial.length) + u64::from(self.routes.steps(partial.node));
        self.queue.push(Reverse((cost, self.partial.len() as u32)));
        self.partial.push(partial);
    }

    /// The best way first; what follows differs from all before.
    fn run(mut self, limit: usize, progress: &Progress) -> Result<Vec<Vec<Step>>> {
        let mut patterns = Patterns::new(self.snapshot, self.routes);
        let mut seen = HashSet::new();
        let mut found: Vec<Vec<Step>> = Vec::new();
        let mut steps = Steps::new(progress);
        let mut work = 0;
        let Some(best) = self.partial.first().and_then(|last| way(self.snapshot, self.routes, last.node)) else {
            return Ok(found);
        };
        let worst = self.partial.first().map_or(0, |last| self.worst(last.node));
        seen.insert(pattern_of(&mut patterns, &best));
        found.push(best);
        while let Some(Reverse((cost, at))) = self.queue.pop() {
            if found.len() >= limit || work > MOST_WORK || cost >= worst {
                break;
            }
            if self.partial[at as usize].node != self.snapshot.root() {
                let done = self.expand(at);
                work += done;
                steps.steps(done)?;
                continue;
            }
            let path = self.finish(at);
            if is_simple(&path) && seen.insert(pattern_of(&mut patterns, &path)) {
                found.push(path);
            }
        }
        Ok(found)
    }

    /// Ways over the stack, or over what does not retain, explain nothing once there is a better one.
    fn worst(&self, node: NodeIx) -> u64 {
        let round = u64::from(self.routes.steps(node) / ROUND).max(1);
        (round + 1) * u64::from(ROUND)
    }

    /// Puts the path one step further up, to each of the nearest retainers. Returns the edges looked at.
    fn expand(&mut self, at: u32) -> usize {
        let Partial { node, length, .. } = self.partial[at as usize];
        let below = self.near(at);
        let snapshot = self.snapshot;
        let mut retainers: Vec<(u32, NodeIx, Edge)> = self
            .retainers
            .of(node)
            .map(|edge| (snapshot.nodes().source_of(edge), snapshot.edges().get(edge)))
            .filter(|(from, edge)| self.routes.steps(*from) != UNREACHED && self.retains(*edge) && !below.contains(from))
            .map(|(from, edge)| (self.routes.steps(from), from, edge))
            .collect();
        retainers.sort_by_key(|&(steps, _, edge)| (steps, edge.ix));
        retainers.truncate(MOST_RETAINERS);
        for (_, from, edge) in retainers {
            self.push(Partial { node: from, edge: Some(edge), below: at, length: length + 1 });
        }
        1 + self.retainers.count(node) as usize
    }

    /// References that retain, and the one a node's best way uses, whatever it is.
    fn retains(&self, edge: Edge) -> bool {
        let is_best = self.routes.arrival(self.snapshot, edge.to).is_some_and(|best| best.ix == edge.ix);
        is_best || !edge.filtered && edge.kind != EdgeKind::Weak
    }

    /// The upper end of a partial path.
    fn near(&self, mut at: u32) -> Vec<NodeIx> {
        let mut nodes = Vec::with_capacity(NEAR);
        while nodes.len() < NEAR
            && let Some(partial) = self.partial.get(at as usize)
        {
            nodes.push(partial.node);
            at = partial.below;
        }
        nodes
    }

    /// The whole path, without the root of the heap itself.
    fn finish(&self, at: u32) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut partial = &self.partial[at as usize];
        while let Some(edge) = partial.edge {
            steps.push(Step { edge: Some(edge), node: edge.to });
            match self.partial.get(partial.below as usize) {
                Some(below) => partial = below,
                None => break,
            }
        }
        if steps.is_empty() {
            steps.push(Step { edge: None, node: partial.node });
        }
        steps
    }
}

fn pattern_of(patterns: &mut Patterns<'_>, path: &[Step]) -> u32 {
    path.iter().fold(EMPTY, |pattern, &step| patterns.extend(pattern, step))
}

/// Whether a path goes through no node twice.
fn is_simple(path: &[Step]) -> bool {
    let mut nodes: Vec<NodeIx> = path.iter().map(|step| step.node).collect();
    nodes.sort_unstable();
    nodes.windows(2).all(|pair| pair[0] != pair[1])
}
