//! A suspect → the bytes that are freed when its holder releases it, and the other holders that have to release it too.
//!
//! Many leaks have two holders: a subject and the subscription's own list, a port and Node's handle for it. Then
//! nothing is freed if only one of them releases the objects. So the references of the holder are cut, and if the
//! objects are still reachable, the path to them shows the next holder, whose references are cut too.
//!
//! Everything that can be freed is below one dominator, so the walk stays below it.

use crate::leak::finding::Finding;
use crate::leak::groups::{Groups, OUTSIDE};
use crate::leak::members::Members;
use crate::leak::suspect::Suspect;
use crate::paths::shortest_paths::ShortestPaths;
use crate::paths::step::{PathStep, path_to};
use crate::program::internals::is_internal;
use crate::snapshot::Snapshot;
use crate::snapshot::bits::NodeSet;
use crate::snapshot::column::filled;
use crate::snapshot::columns::Edge;
use crate::snapshot::error::Result;
use crate::snapshot::ids::{EdgeIx, NodeIx};
use crate::snapshot::parallel::join;
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::NodeKind;
use crate::snapshot::sort::sort_by_key;
use crate::snapshot::ticker::Ticker;
use foldhash::{HashSet, HashSetExt};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Other holders listed.
const MAX_OTHERS: usize = 4;
/// Parts of the holder whose references are cut as well, such as the branches of a tree.
const MAX_PARTS: usize = 64;
/// How often the search for further holders is repeated after cutting those found.
const ROUNDS: usize = 3;
const NO_EDGE: u32 = u32::MAX;
const NO_NODE: NodeIx = NodeIx(u32::MAX);

/// The effect of releasing a suspect.
#[derive(Default)]
pub(crate) struct Release {
    /// Bytes freed when the holder releases the objects.
    pub(crate) freed: u64,
    /// Other holders of the objects, at most [`MAX_OTHERS`].
    pub(crate) others: Vec<OtherHolder>,
    /// Bytes freed when these release the objects too.
    pub(crate) freed_by_all: u64,
}

/// Another holder of the same objects.
pub(crate) struct OtherHolder {
    /// The path to it.
    pub(crate) steps: Vec<PathStep>,
    /// How many of the objects that name the leak it keeps.
    pub(crate) count: usize,
}

/// A source of references to leaked objects: the nodes of a group, or a single node outside of all groups.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Referrer {
    Group(u32),
    Node(NodeIx),
}

/// Computes the releases of findings.
pub(crate) struct Releases<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) shortest: &'a ShortestPaths,
    pub(crate) groups: &'a Groups,
    /// By group.
    pub(crate) in_structure: &'a [bool],
    pub(crate) progress: &'a Progress,
}

impl<'a> Releases<'a> {
    /// Adds to each finding what its release would free. Two walks at a time: each takes memory for the whole heap.
    pub(crate) fn add_to(&self, findings: &mut [Finding], members: &Members) -> Result<()> {
        let add = |findings: &mut [Finding]| -> Result<()> {
            for finding in findings {
                finding.release = self.of(finding, members)?;
                finding.bytes = finding.bytes.max(finding.release.freed_by_all);
            }
            Ok(())
        };
        let (one, other) = findings.split_at_mut(findings.len() / 2);
        let (one, other) = join(|| add(one), || add(other));
        one.and(other)
    }

    /// The release of a finding.
    fn of(&self, finding: &Finding, members: &Members) -> Result<Release> {
        let suspect = &finding.suspect;
        let Some(region) = Region::around(self.snapshot, members.leaked(suspect).iter()) else {
            return Ok(Release::default());
        };
        let named = members.with_any(&suspect.named);
        let leaked = self.groups.at_or_below(&suspect.elements);
        let mut cut = Cut { suspect, leaked: &leaked, groups: self.groups, others: HashSet::new() };
        let mut walk = Walk::new(self.snapshot, &region, &cut, self.progress)?;
        // A holder may hold its elements twice: a FinalizationRegistry by its cells and by their tokens.
        for _ in 0..ROUNDS {
            let of_holder = |at| {
                let named = self.nearest_named(&self.steps(&region, &walk, at));
                named.is_some_and(|named| self.is_part(named, finding.holder.node))
            };
            let own: Vec<Referrer> = self
                .referrers(&walk, &cut, &named)
                .into_iter()
                .take(MAX_PARTS)
                .filter(|&(_, (_, at))| of_holder(at))
                .map(|(referrer, _)| referrer)
                .collect();
            if own.is_empty() {
                break;
            }
            cut.others.extend(own);
            walk.again(&cut, self.progress)?;
        }
        let freed = walk.left_behind();
        let mut release = Release { freed, others: Vec::new(), freed_by_all: freed };
        for _ in 0..ROUNDS {
            let known = release.others.len();
            for (referrer, (count, at)) in self.referrers(&walk, &cut, &named).into_iter().take(MAX_OTHERS - known) {
                cut.others.insert(referrer);
                release.others.push(OtherHolder { steps: self.steps(&region, &walk, at), count });
            }
            if release.others.len() == known {
                break;
            }
            walk.again(&cut, self.progress)?;
            release.freed_by_all = walk.left_behind();
        }
        Ok(release)
    }

    /// Whether another holder is the same one or a part of it, such as the last link of the list or a branch of the tree.
    fn is_part(&self, other: NodeIx, holder: NodeIx) -> bool {
        let class = |node| (self.snapshot.kind(node), self.snapshot.name(node));
        let is_link = |node| self.in_structure[self.groups.of(node) as usize];
        let are_links = || is_link(other) && is_link(holder) || self.snapshot.dominators().dominates(holder, other);
        other == holder || class(other) == class(holder) && class(other).0 == NodeKind::Object && are_links()
    }

    /// The last object on a path that has a name in the program.
    fn nearest_named(&self, steps: &[PathStep]) -> Option<NodeIx> {
        steps.iter().rev().map(|step| step.node).find(|&node| !is_internal(self.snapshot, node))
    }

    /// The referrers through which the walk reached the objects that name the leak, with the number of these objects and
    /// an example; the most frequent first.
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

    /// The path by which the walk reached a node.
    fn steps(&self, region: &Region<'_>, walk: &Walk<'_>, node: NodeIx) -> Vec<PathStep> {
        let mut below = Vec::new();
        let mut at = node;
        while let Some((from, edge)) = walk.parent_edge(at) {
            below.push(PathStep { edge: Some(edge), node: at });
            at = from;
        }
        let mut steps =
            if region.is_whole() { Vec::new() } else { path_to(self.snapshot, self.shortest, at).unwrap_or_default() };
        steps.extend(below.into_iter().rev());
        if steps.is_empty() {
            steps.push(PathStep { edge: None, node });
        }
        steps
    }
}

/// The references that are cut.
struct Cut<'a> {
    suspect: &'a Suspect,
    /// By group: at or below an element.
    leaked: &'a [bool],
    groups: &'a Groups,
    others: HashSet<Referrer>,
}

impl Cut<'_> {
    fn is_leaked(&self, node: NodeIx) -> bool {
        self.leaked[self.groups.of(node) as usize]
    }

    fn referrer(&self, node: NodeIx) -> Referrer {
        match self.groups.of(node) {
            OUTSIDE => Referrer::Node(node),
            group => Referrer::Group(group),
        }
    }

    /// Whether an edge is cut: from the holder, or its array or table of elements, to an element, or from another holder
    /// to a leaked object.
    fn has(&self, snapshot: &Snapshot, from: NodeIx, to: NodeIx) -> bool {
        let group = self.groups.of(from);
        let is_holder = group == self.suspect.holder
            || self.groups.get(group).parent == self.suspect.holder && snapshot.kind(from) == NodeKind::Array;
        is_holder && self.suspect.has_element(self.groups.of(to))
            || !self.others.is_empty() && self.is_leaked(to) && self.others.contains(&self.referrer(from))
    }
}

/// A subtree of the dominator tree.
struct Region<'a> {
    snapshot: &'a Snapshot,
    top: NodeIx,
    start: u32,
    size: u32,
    /// Whether it is so much of the heap that its nodes have their own places, which saves a look at the tree for
    /// every edge.
    is_large: bool,
}

impl<'a> Region<'a> {
    /// The subtree of the nearest node that dominates all of `nodes` and is none of them.
    fn around<'n>(snapshot: &'a Snapshot, nodes: impl Iterator<Item = &'n NodeIx>) -> Option<Self> {
        let tree = snapshot.dominators();
        let top = tree.nearest_common(nodes.copied())?;
        let start = tree.positions()[top.index()];
        let size = tree.sizes()[start as usize];
        let is_large = top == snapshot.root() || size as usize > snapshot.nodes().len() / 2;
        Some(Self { snapshot, top, start, size, is_large })
    }

    fn is_whole(&self) -> bool {
        self.top == self.snapshot.root()
    }

    /// The number of places.
    fn places(&self) -> usize {
        if self.is_large { self.snapshot.nodes().len() } else { self.size as usize }
    }

    /// The node's place. In a large region nodes outside have one too.
    fn place(&self, node: NodeIx) -> Option<NodeIx> {
        if self.is_large {
            return Some(node);
        }
        let at = self.snapshot.dominators().positions()[node.index()].wrapping_sub(self.start);
        (at < self.size).then_some(NodeIx(at))
    }

    /// Nodes that have places and are outside.
    fn outside(&self) -> impl Iterator<Item = NodeIx> {
        let order = self.snapshot.dominators().order();
        let end = (self.start + self.size) as usize;
        let outside = order[..self.start as usize].iter().chain(&order[end..]);
        outside.filter(|_| self.is_large && !self.is_whole()).map(|&node| NodeIx(node))
    }
}

/// A walk over a region, breadth first, from its top.
struct Walk<'a> {
    snapshot: &'a Snapshot,
    region: &'a Region<'a>,
    reached: NodeSet,
    /// By place in the region: the edge by which the walk reached it.
    parents: Vec<u32>,
    /// In order of the walk.
    queue: Vec<u32>,
}

impl<'a> Walk<'a> {
    fn new(snapshot: &'a Snapshot, region: &'a Region<'a>, cut: &Cut<'_>, progress: &Progress) -> Result<Self> {
        let parents = filled(NO_EDGE, region.places())?;
        let mut walk = Self { snapshot, region, reached: NodeSet::new(0), parents, queue: Vec::new() };
        walk.again(cut, progress)?;
        Ok(walk)
    }

    /// Walks again, in the same memory.
    fn again(&mut self, cut: &Cut<'_>, progress: &Progress) -> Result<()> {
        let Self { snapshot, region, .. } = *self;
        self.reached = NodeSet::new(region.places());
        // Nothing outside leads back into the region, but to its top.
        region.outside().for_each(|node| _ = self.reached.insert(node));
        self.parents.fill(NO_EDGE);
        self.queue.clear();
        let mut ticker = Ticker::of(progress, region.size as usize);
        let is_cut = |from, edge: Edge| cut.has(snapshot, from, edge.to);
        // The start of the walk has no parent, even if an edge leads back to it.
        if let Some(top) = region.place(region.top) {
            self.reached.insert(top);
        }
        if region.is_whole() {
            let heap = snapshot.heap();
            // Paths from the program's globals explain more than those from V8 and the embedder.
            for edge in snapshot.edges_of(region.top) {
                if heap.is_user_root(edge.to) {
                    self.follow(region.top, edge, is_cut);
                }
            }
            self.run(0, &mut ticker, is_cut)?;
        }
        let start = self.queue.len();
        self.queue.push(region.top.0);
        self.run(start, &mut ticker, is_cut)?;
        Ok(())
    }

    fn follow(&mut self, from: NodeIx, edge: Edge, is_cut: impl Fn(NodeIx, Edge) -> bool) {
        if let Some(place) = self.region.place(edge.to)
            && !self.reached.contains(place)
            && self.snapshot.retains(from, edge)
            && !is_cut(from, edge)
        {
            self.reached.insert(place);
            self.parents[place.index()] = edge.ix.0;
            self.queue.push(edge.to.0);
        }
    }

    fn run(&mut self, start: usize, ticker: &mut Ticker<'_>, is_cut: impl Fn(NodeIx, Edge) -> bool) -> Result<()> {
        let heap = self.snapshot.heap();
        let mut at = start;
        while let Some(&node) = self.queue.get(at) {
            heap.prefetch_edges(&self.queue, at);
            at += 1;
            ticker.tick()?;
            for edge in self.snapshot.edges_of(NodeIx(node)) {
                self.follow(NodeIx(node), edge, &is_cut);
            }
        }
        Ok(())
    }

    /// Bytes of live objects that the walk did not reach.
    fn left_behind(&self) -> u64 {
        let snapshot = self.snapshot;
        let nodes = snapshot.dominators().subtree(self.region.top);
        nodes
            .filter(|&node| !self.has_reached(node) && snapshot.distance(node) >= 0)
            .map(|node| snapshot.nodes().self_size(node))
            .sum()
    }

    fn has_reached(&self, node: NodeIx) -> bool {
        self.region.place(node).is_some_and(|place| self.reached.contains(place))
    }

    fn parent_edge(&self, node: NodeIx) -> Option<(NodeIx, Edge)> {
        let edge = self.parents[self.region.place(node)?.index()];
        (edge != NO_EDGE).then(|| {
            let edge = EdgeIx(edge);
            (self.snapshot.nodes().source_of(edge), self.snapshot.edges().get(edge))
        })
    }

    /// For every node that was reached and is inside: the last node on its path that is not.
    fn entrances(&self, is_inside: impl Fn(NodeIx) -> bool) -> impl Fn(NodeIx) -> Option<NodeIx> {
        let mut entrances = vec![NO_NODE; self.parents.len()];
        let place = |node| self.region.place(node).map(NodeIx::index);
        for node in self.queue.iter().map(|&node| NodeIx(node)).filter(|&node| is_inside(node)) {
            if let Some(at) = place(node)
                && let Some((from, _)) = self.parent_edge(node)
            {
                let above = place(from).map_or(NO_NODE, |from| entrances[from]);
                entrances[at] = if above == NO_NODE { from } else { above };
            }
        }
        move |node| place(node).map(|at| entrances[at]).filter(|&entrance| entrance != NO_NODE)
    }
}
