//! New objects → the old objects that retain them: where a heap can have grown.
//!
//! The growth root of a new object is the nearest node above it that every snapshot has. The last link of a list is
//! such a node too, but does not hold the list. So while the step into a growth root repeats one further up, the search
//! goes on above that. Growth roots with paths of one shape, such as the arrays in the entries of one Map, form a class
//! and are counted together.

use crate::leak::series::Series;
use crate::paths::labels::mix;
use crate::paths::shapes::{MAX_LOOP, Shapes, repeats};
use crate::paths::shortest_paths::ShortestPaths;
use crate::snapshot::Snapshot;
use crate::snapshot::columns::Edge;
use crate::snapshot::error::Result;
use crate::snapshot::ids::{NodeIx, ObjectId};
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::{EdgeKind, NodeKind};
use crate::snapshot::sort::sort_by;
use crate::snapshot::ticker::Ticker;
use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

/// An object with this many new objects among its properties is a dictionary.
const NEW_KEYS: usize = 8;

/// Distinguishes the hash of a growth root from that of an object group.
const GROWTH_ROOT: u64 = 3;

/// The growth roots of a series, by id.
pub(crate) struct GrowthRoots {
    /// The class of the snapshot's root, where it is the only growth root.
    root: Option<u32>,
    /// Ids and their classes.
    members: Vec<(ObjectId, u32)>,
    /// By class: the hash that identifies it.
    pub(crate) hashes: Vec<u64>,
    /// By class: whether the names of its properties are keys.
    have_keys: Vec<bool>,
}

impl GrowthRoots {
    /// Follows the path of every new object.
    pub(crate) fn find(series: &Series<'_>, progress: &Progress) -> Result<GrowthRoots> {
        let snapshot = series.last;
        if !series.same_process || series.intervals() == 0 {
            return Ok(Self::root_alone());
        }
        let mut search = Search::new(series, progress)?;
        let mut ticker = Ticker::of(progress, snapshot.nodes().len());
        for node in snapshot.nodes().iter() {
            ticker.tick()?;
            if !series.is_old(node)
                && snapshot.kind(node) != NodeKind::Array
                && let Some((from, edge)) = search.parent_edge(node)
                && series.is_old(search.owner(from))
            {
                search.add(edge, from);
            }
        }
        Ok(search.finish())
    }

    /// Without common ids only the root is known to be the same in all snapshots.
    fn root_alone() -> GrowthRoots {
        GrowthRoots { root: Some(0), members: Vec::new(), hashes: vec![1], have_keys: vec![false] }
    }

    /// The growth roots in a snapshot, with their classes.
    pub(crate) fn nodes_in<'a>(&'a self, snapshot: &'a Snapshot) -> impl Iterator<Item = (NodeIx, u32)> + 'a {
        let root = self.root.map(|class| (snapshot.root(), class));
        root.into_iter().chain(self.members.iter().filter_map(|&(id, class)| Some((snapshot.find(id).ok()?, class))))
    }

    /// The classes of growth roots: the hash of each, and whether the names of its properties are keys.
    pub(crate) fn classes(&self) -> impl Iterator<Item = (u64, bool)> {
        self.hashes.iter().copied().zip(self.have_keys.iter().copied())
    }
}

struct Search<'a> {
    series: &'a Series<'a>,
    snapshot: &'a Snapshot,
    shortest: &'a ShortestPaths,
    shapes: Shapes<'a>,
    /// Nodes that retain new objects and step labels to these, for which the growth root was found.
    seen: HashSet<(NodeIx, u64)>,
    classes: HashMap<u64, u32>,
    members: HashMap<NodeIx, u32>,
    have_keys: Vec<bool>,
    hashes: Vec<u64>,
}

impl<'a> Search<'a> {
    fn new(series: &'a Series<'a>, progress: &Progress) -> Result<Self> {
        let snapshot = series.last;
        let shortest = ShortestPaths::of(snapshot, progress)?;
        Ok(Self {
            series,
            snapshot,
            shortest,
            shapes: Shapes::from_root(snapshot, shortest)?,
            seen: HashSet::new(),
            classes: HashMap::new(),
            members: HashMap::new(),
            have_keys: Vec::new(),
            hashes: Vec::new(),
        })
    }

    fn parent_edge(&self, node: NodeIx) -> Option<(NodeIx, Edge)> {
        self.shortest.parent_edge(self.snapshot, node)
    }

    /// The owner of an array or table of elements, which V8 replaces when it has to grow.
    fn owner(&self, store: NodeIx) -> NodeIx {
        let is_store = self.snapshot.kind(store) == NodeKind::Array;
        self.parent_edge(store).filter(|_| is_store).map_or(store, |(owner, _)| owner)
    }

    /// Adds the growth root of a new object. `from`, which refers to it, is old or a part of an old object.
    fn add(&mut self, edge: Edge, from: NodeIx) {
        let Some(growth_root) = self.above_loops(edge, from) else { return };
        let growth_root = self.owner(growth_root);
        if self.members.contains_key(&growth_root) {
            return;
        }
        // The path of a growth root further down must not look like that of a group.
        let hash = mix(self.shapes.hash(growth_root), GROWTH_ROOT);
        let next = self.hashes.len() as u32;
        let class = *self.classes.entry(hash).or_insert(next);
        if class == next {
            self.hashes.push(hash);
            self.have_keys.push(false);
        }
        self.have_keys[class as usize] |= self.has_new_keys(growth_root);
        self.members.insert(growth_root, class);
    }

    /// Whether an object is a dictionary: it gets new properties again and again, so their names are keys.
    fn has_new_keys(&self, growth_root: NodeIx) -> bool {
        let is_new = |edge: &Edge| edge.kind == EdgeKind::Property && !self.series.is_old(edge.to);
        self.snapshot.edges_of(growth_root).filter(is_new).nth(NEW_KEYS).is_some()
    }

    /// Goes up while the step into the object repeats a step further up; `None` if that leads to a known growth root.
    fn above_loops(&mut self, edge: Edge, from: NodeIx) -> Option<NodeIx> {
        let mut growth_root = from;
        let label = self.shapes.labels.of(from, edge, false).hash;
        if !self.seen.insert((from, label)) {
            return None;
        }
        let mut at = from;
        let mut distance = 0;
        while distance < MAX_LOOP
            && let Some((above, above_edge)) = self.parent_edge(at)
        {
            distance += 1;
            if repeats(&mut self.shapes.labels, self.snapshot, (from, edge), (above, above_edge)) {
                growth_root = above;
                distance = 0;
                if !self.seen.insert((above, label)) {
                    return None;
                }
            }
            at = above;
        }
        Some(growth_root)
    }

    fn finish(self) -> GrowthRoots {
        let id = |node| self.snapshot.nodes().id(node);
        let mut members: Vec<_> = self.members.iter().map(|(&node, &class)| (id(node), class)).collect();
        sort_by(&mut members, Ord::cmp);
        GrowthRoots { root: None, members, hashes: self.hashes, have_keys: self.have_keys }
    }
}
