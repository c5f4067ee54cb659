//! Node → several paths to it that differ in shape, the shortest first.

use crate::paths::shapes::{NO_SHAPE, Shapes};
use crate::paths::shortest_paths::{ROUND, ShortestPaths, UNREACHED};
use crate::paths::step::{PathStep, path_to};
use crate::snapshot::Snapshot;
use crate::snapshot::columns::Edge;
use crate::snapshot::error::Result;
use crate::snapshot::graph::Retainers;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::sort::sort;
use crate::snapshot::sort::sort_by_key;
use crate::snapshot::ticker::Ticker;
use foldhash::{HashSet, HashSetExt};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Edges visited in the search for further paths. Any found later would be far-fetched.
const MAX_WORK: usize = 2_000_000;
/// Retainers of one node that are followed, nearest first.
const MAX_RETAINERS: usize = 100;
/// Steps below a node that are checked for loops at once; longer loops are detected when the path is complete.
const NEAR: usize = 32;

/// A path under construction, from the requested node upwards.
struct Partial {
    node: NodeIx,
    /// The edge that leads from `node` to the node of `below`.
    edge: Option<Edge>,
    below: u32,
    length: u32,
}

/// No partial path below: the requested node.
const END: u32 = u32::MAX;

/// Finds the shortest paths of one node that differ in shape, shortest first. The cost of a partial path is exact: its
/// own length plus that of the shortest path to its upper end.
pub(crate) struct Search<'a> {
    snapshot: &'a Snapshot,
    shortest: &'a ShortestPaths,
    retainers: &'a Retainers,
    partial: Vec<Partial>,
    queue: BinaryHeap<Reverse<(u64, u32)>>,
}

impl<'a> Search<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot, shortest: &'a ShortestPaths, node: NodeIx) -> Result<Self> {
        let retainers = snapshot.retainers()?;
        let mut search = Self { snapshot, shortest, retainers, partial: Vec::new(), queue: BinaryHeap::new() };
        if shortest.cost(node) != UNREACHED {
            search.push(Partial { node, edge: None, below: END, length: 0 });
        }
        Ok(search)
    }

    fn push(&mut self, partial: Partial) {
        let cost = u64::from(partial.length) + u64::from(self.shortest.cost(partial.node));
        self.queue.push(Reverse((cost, self.partial.len() as u32)));
        self.partial.push(partial);
    }

    /// The shortest path first; each path differs in shape from those before.
    pub(crate) fn run(mut self, limit: usize, progress: &Progress) -> Result<Vec<Vec<PathStep>>> {
        let mut shapes = Shapes::from_root(self.snapshot, self.shortest)?;
        let mut seen = HashSet::new();
        let mut found: Vec<Vec<PathStep>> = Vec::new();
        let mut ticker = Ticker::new(progress);
        let mut work = 0;
        let Some(best) = self.partial.first().and_then(|last| path_to(self.snapshot, self.shortest, last.node)) else {
            return Ok(found);
        };
        let worst = self.partial.first().map_or(0, |last| self.worst(last.node));
        seen.insert(self.shape_of(&mut shapes, &best));
        found.push(best);
        while let Some(Reverse((cost, at))) = self.queue.pop() {
            if found.len() >= limit || work > MAX_WORK || cost >= worst {
                break;
            }
            if self.partial[at as usize].node != self.snapshot.root() {
                let done = self.expand(at);
                work += done;
                ticker.ticks(done)?;
                continue;
            }
            let path = self.finish(at);
            work += path.len();
            ticker.ticks(path.len())?;
            if is_simple(&path) && seen.insert(self.shape_of(&mut shapes, &path)) {
                found.push(path);
            }
        }
        Ok(found)
    }

    /// The cost above which paths lead through roots of a later round, such as the stack, or through edges that do not
    /// retain. Such paths are useless if there is a better one.
    fn worst(&self, node: NodeIx) -> u64 {
        let round = u64::from(self.shortest.cost(node) / ROUND).max(1);
        (round + 1) * u64::from(ROUND)
    }

    /// Extends the path by one step, to each of the nearest retainers. Returns the number of edges visited.
    fn expand(&mut self, at: u32) -> usize {
        let Partial { node, length, .. } = self.partial[at as usize];
        let below = self.near(at);
        let snapshot = self.snapshot;
        let mut retainers: Vec<(u32, NodeIx, Edge)> = self
            .retainers
            .of(node)
            .map(|edge| (snapshot.nodes().source_of(edge), snapshot.edges().get(edge)))
            .filter(|&(from, edge)| {
                self.shortest.cost(from) != UNREACHED && self.explains(from, edge) && !below.contains(&from)
            })
            .map(|(from, edge)| (self.shortest.cost(from), from, edge))
            .collect();
        sort_by_key(&mut retainers, |&(steps, _, edge)| (steps, edge.ix));
        retainers.truncate(MAX_RETAINERS);
        for (_, from, edge) in retainers {
            self.push(Partial { node: from, edge: Some(edge), below: at, length: length + 1 });
        }
        1 + self.retainers.count(node) as usize
    }

    /// Whether an edge is followed: it retains, or it is the last of the node's shortest path.
    fn explains(&self, from: NodeIx, edge: Edge) -> bool {
        let is_parent =
            self.shortest.parent_edge(self.snapshot, edge.to).is_some_and(|(_, parent)| parent.ix == edge.ix);
        is_parent || self.snapshot.retains(from, edge)
    }

    /// The first steps of a partial path, up to [`NEAR`] of them.
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

    fn shape_of(&self, shapes: &mut Shapes<'_>, path: &[PathStep]) -> u32 {
        let edges = path.iter().filter_map(|step| step.edge);
        edges.fold(NO_SHAPE, |shape, edge| shapes.extend(shape, self.snapshot.nodes().source_of(edge.ix), edge))
    }

    /// The whole path, without the root of the heap itself.
    fn finish(&self, at: u32) -> Vec<PathStep> {
        let mut steps = Vec::new();
        let mut partial = &self.partial[at as usize];
        while let Some(edge) = partial.edge {
            steps.push(PathStep { edge: Some(edge), node: edge.to });
            match self.partial.get(partial.below as usize) {
                Some(below) => partial = below,
                None => break,
            }
        }
        if steps.is_empty() {
            steps.push(PathStep { edge: None, node: partial.node });
        }
        steps
    }
}

/// Whether a path goes through no node twice.
fn is_simple(path: &[PathStep]) -> bool {
    let mut nodes: Vec<NodeIx> = path.iter().map(|step| step.node).collect();
    sort(&mut nodes);
    nodes.windows(2).all(|pair| pair[0] != pair[1])
}
