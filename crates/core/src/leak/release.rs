//! A suspect → what goes when its holder lets go of it, and who else has to.
//!
//! Often a leak has two holders: a subject and the subscription's own list, a port and Node's handle of
//! it. Then nothing goes when one of them lets go. So the references of the holder are cut, and where
//! the objects are still reached, the way to them shows the next holder, whose references are cut too.
//!
//! Everything that can go hangs below one dominator, and only what hangs there is walked.

use crate::bits::NodeSet;
use crate::column::filled;
use crate::columns::Edge;
use crate::error::Result;
use crate::ids::{EdgeIx, NodeIx};
use crate::leak::suspect::Suspect;
use crate::leak::trails::{OUTSIDE, Trails};
use crate::progress::Progress;
use crate::query::steps::Steps;
use crate::query::way::{Step, way};
use crate::routes::Routes;
use crate::schema::{EdgeKind, NodeKind};
use crate::snapshot::Snapshot;
use crate::sort::sort_by_key;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

/// Other holders that are looked for.
const MOST_OTHERS: usize = 4;
/// Times that holders are looked for behind those found before.
const ROUNDS: usize = 3;
const NO_EDGE: u32 = u32::MAX;

/// What goes, and when.
#[derive(Default)]
pub(crate) struct Release {
    /// Bytes that go when the holder lets go.
    pub(crate) freed: u64,
    /// Who else holds the objects; when they are many, not all of them.
    pub(crate) others: Vec<Other>,
    /// Bytes that go when all of them let go.
    pub(crate) freed_by_all: u64,
}

/// A holder besides the holder.
pub(crate) struct Other {
    /// The way to it.
    pub(crate) steps: Vec<Step>,
    /// How many of the objects that name the leak it keeps.
    pub(crate) count: usize,
}

/// Who refers to leaked objects: all nodes with one trail, or a node that has none.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Referrer {
    Trail(u32),
    Node(NodeIx),
}

/// Looks for what a suspect's release takes.
pub(crate) struct Releases<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) routes: &'a Routes,
    pub(crate) trails: &'a Trails,
    pub(crate) progress: &'a Progress,
}

impl<'a> Releases<'a> {
    /// The release of a suspect. `elements` are the nodes its holder has, `named` those that name it.
    pub(crate) fn of(&self, suspect: &Suspect, elements: &[NodeIx], named: &[NodeIx]) -> Result<Release> {
        let Some(region) = Region::around(self.snapshot, elements.iter().chain(named)) else {
            return Ok(Release::default());
        };
        let leaked = self.trails.at_or_below(&suspect.elements);
        let mut cut = Cut { suspect, leaked: &leaked, trails: self.trails, others: HashSet::new() };
        let mut walk = Walk::new(self.snapshot, &region, &cut, self.progress)?;
        let freed = walk.left_behind();
        let mut release = Release { freed, others: Vec::new(), freed_by_all: freed };
        for _ in 0..ROUNDS {
            let known = release.others.len();
            for (referrer, (count, at)) in self.referrers(&walk, &cut, named).into_iter().take(MOST_OTHERS - known) {
                cut.others.insert(referrer);
                release.others.push(Other { steps: self.steps(&region, &walk, at), count });
            }
            if release.others.len() == known {
                break;
            }
            walk = Walk::new(self.snapshot, &region, &cut, self.progress)?;
            release.freed_by_all = walk.left_behind();
        }
        Ok(release)
    }

    /// Through whom the walk came to the objects that name the leak, with their number and a node, the
    /// one that keeps most first.
    fn referrers(&self, walk: &Walk<'_>, cut: &Cut<'_>, named: &[NodeIx]) -> Vec<(Referrer, (usize, NodeIx))> {
        let mut found: BTreeMap<Referrer, (usize, NodeIx)> = BTreeMap::new();
        if !named.iter().any(|&node| walk.has_reached(node)) {
            return Vec::new();
        }
        let entrances = walk.entrances(|node| cut.is_leaked(node));
        for at in named.iter().filter_map(|&node| entrances(node)) {
            found.entry(cut.referrer(at)).or_insert((0, at)).0 += 1;
        }
        let mut found: Vec<_> = found.into_iter().collect();
        sort_by_key(&mut found, |&(referrer, (count, _))| (Reverse(count), referrer));
        found
    }

    /// The way to a node as the walk went.
    fn steps(&self, region: &Region<'_>, walk: &Walk<'_>, node: NodeIx) -> Vec<Step> {
        let mut below = Vec::new();
        let mut at = node;
        while let Some((from, edge)) = walk.arrival(at) {
            below.push(Step { edge: Some(edge), node: at });
            at = from;
        }
        let mut steps =
            if region.is_whole() { Vec::new() } else { way(self.snapshot, self.routes, at).unwrap_or_default() };
        steps.extend(below.into_iter().rev());
        if steps.is_empty() {
            steps.push(Step { edge: None, node });
        }
        steps
    }
}

/// The references that are cut.
struct Cut<'a> {
    suspect: &'a Suspect,
    /// By trail: at or below an element.
    leaked: &'a [bool],
    trails: &'a Trails,
    others: HashSet<Referrer>,
}

impl Cut<'_> {
    fn is_leaked(&self, node: NodeIx) -> bool {
        self.leaked[self.trails.of(node) as usize]
    }

    fn referrer(&self, node: NodeIx) -> Referrer {
        match self.trails.of(node) {
            OUTSIDE => Referrer::Node(node),
            trail => Referrer::Trail(trail),
        }
    }

    /// Whether the holder, or the array or table it keeps its elements in, has the edge to an
    /// element, or another holder that to something leaked.
    fn has(&self, snapshot: &Snapshot, from: NodeIx, to: NodeIx) -> bool {
        let trail = self.trails.of(from);
        let is_holder = trail == self.suspect.holder
            || self.trails.get(trail).above == self.suspect.holder && snapshot.kind(from) == NodeKind::Array;
        is_holder && self.suspect.has_element(self.trails.of(to))
            || !self.others.is_empty() && self.is_leaked(to) && self.others.contains(&self.referrer(from))
    }
}

/// A subtree of the dominator tree.
struct Region<'a> {
    snapshot: &'a Snapshot,
    top: NodeIx,
    start: u32,
    size: u32,
}

impl<'a> Region<'a> {
    /// What is dominated by the nearest node that dominates all of these but is none of them.
    fn around<'n>(snapshot: &'a Snapshot, nodes: impl Iterator<Item = &'n NodeIx>) -> Option<Self> {
        let tree = snapshot.dominators();
        let mut parents = nodes.map(|&node| tree.parent(node));
        let mut top = parents.next()?;
        for parent in parents {
            while !tree.dominates(top, parent) {
                top = tree.parent(top);
            }
        }
        let start = tree.positions()[top.index()];
        Some(Self { snapshot, top, start, size: tree.sizes()[start as usize] })
    }

    fn is_whole(&self) -> bool {
        self.top == self.snapshot.root()
    }

    /// The node's place in the region.
    fn place(&self, node: NodeIx) -> Option<NodeIx> {
        let at = self.snapshot.dominators().positions()[node.index()].wrapping_sub(self.start);
        (at < self.size).then_some(NodeIx(at))
    }
}

/// A walk over a region, breadth first, from its top.
struct Walk<'a> {
    snapshot: &'a Snapshot,
    region: &'a Region<'a>,
    reached: NodeSet,
    /// By place in the region: the edge over which the walk came.
    arrival: Vec<u32>,
    /// In order of the walk.
    queue: Vec<u32>,
}

impl<'a> Walk<'a> {
    fn new(snapshot: &'a Snapshot, region: &'a Region<'a>, cut: &Cut<'_>, progress: &Progress) -> Result<Self> {
        let size = region.size as usize;
        let arrival = filled(NO_EDGE, size)?;
        let mut walk = Self { snapshot, region, reached: NodeSet::new(size), arrival, queue: Vec::new() };
        let mut steps = Steps::of(progress, size);
        let is_cut = |from, edge: Edge| cut.has(snapshot, from, edge.to);
        // Nothing leads to where the walk begins, not even an edge that leads there.
        if let Some(top) = region.place(region.top) {
            walk.reached.insert(top);
        }
        if region.is_whole() {
            let heap = snapshot.heap();
            // What a program can name explains more than what V8 and the embedder have.
            for edge in snapshot.edges_of(region.top) {
                if heap.is_user_root(edge.to) {
                    walk.follow(region.top, edge, is_cut);
                }
            }
            walk.run(0, &mut steps, is_cut)?;
        }
        let start = walk.queue.len();
        walk.queue.push(region.top.0);
        walk.run(start, &mut steps, is_cut)?;
        Ok(walk)
    }

    fn follow(&mut self, from: NodeIx, edge: Edge, is_cut: impl Fn(NodeIx, Edge) -> bool) {
        if edge.kind != EdgeKind::Weak
            && !edge.filtered
            && let Some(place) = self.region.place(edge.to)
            && !self.reached.contains(place)
            && !is_cut(from, edge)
        {
            self.reached.insert(place);
            self.arrival[place.index()] = edge.ix.0;
            self.queue.push(edge.to.0);
        }
    }

    fn run(&mut self, start: usize, steps: &mut Steps<'_>, is_cut: impl Fn(NodeIx, Edge) -> bool) -> Result<()> {
        let heap = self.snapshot.heap();
        let mut at = start;
        while let Some(&node) = self.queue.get(at) {
            heap.prefetch_edges(&self.queue, at);
            at += 1;
            steps.step()?;
            for edge in self.snapshot.edges_of(NodeIx(node)) {
                self.follow(NodeIx(node), edge, &is_cut);
            }
        }
        Ok(())
    }

    /// Bytes that the walk did not come to, of what is alive.
    fn left_behind(&self) -> u64 {
        let snapshot = self.snapshot;
        let nodes = snapshot.dominators().subtree(self.region.top).enumerate();
        nodes
            .filter(|&(place, node)| !self.reached.contains(NodeIx::from_index(place)) && snapshot.distance(node) >= 0)
            .map(|(_, node)| snapshot.nodes().self_size(node))
            .sum()
    }

    fn has_reached(&self, node: NodeIx) -> bool {
        self.region.place(node).is_some_and(|place| self.reached.contains(place))
    }

    fn arrival(&self, node: NodeIx) -> Option<(NodeIx, Edge)> {
        let edge = self.arrival[self.region.place(node)?.index()];
        (edge != NO_EDGE).then(|| {
            let edge = EdgeIx(edge);
            (self.snapshot.nodes().source_of(edge), self.snapshot.edges().get(edge))
        })
    }

    /// For every node reached among those that are `inside`: the last node outside on the way there.
    fn entrances(&self, is_inside: impl Fn(NodeIx) -> bool) -> impl Fn(NodeIx) -> Option<NodeIx> {
        let mut entrances: Vec<Option<NodeIx>> = vec![None; self.arrival.len()];
        let place = |node| self.region.place(node).map(NodeIx::index);
        for node in self.queue.iter().map(|&node| NodeIx(node)).filter(|&node| is_inside(node)) {
            if let Some(at) = place(node)
                && let Some((from, _)) = self.arrival(node)
            {
                entrances[at] = place(from).and_then(|from| entrances[from]).or(Some(from));
            }
        }
        move |node| place(node).and_then(|at| entrances[at])
    }
}
