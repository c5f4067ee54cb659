//! New objects → the old objects they hang on: where a heap can have grown.
//!
//! The growth_root of a new object is the first node on its way up that every snapshot has. The end of
//! a list is such a node too, but not what holds the list: while a step into a growth_root repeats one
//! further up, the growth_root is looked for above that. GrowthRoots that are reached in the same way,
//! the arrays in the entries of one Map, form a root_class and are counted together.

use crate::leak::series::Series;
use crate::paths::labels::{MAX_LOOP, StepLabel, can_repeat, mix, property_count};
use crate::paths::shortest_paths::ShortestPaths;
use crate::paths::text::DICTIONARY;
use crate::paths::ways::Ways;
use crate::snapshot::Snapshot;
use crate::snapshot::columns::Edge;
use crate::snapshot::error::Result;
use crate::snapshot::ids::{NodeIx, ObjectId};
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::{EdgeKind, NodeKind};
use crate::snapshot::sort::sort_by;
use crate::snapshot::ticker::Ticker;
use std::collections::{HashMap, HashSet};

/// New objects among its properties that an object with fields does not have.
const NEW_KEYS: usize = 8;

/// Ends the ways of growth_roots.
const CONTAINER: u64 = 3;

/// The growth_roots of a series, by id.
pub(crate) struct GrowthRoots {
    /// The root_class of the root where nothing else is known to be the same.
    root: Option<u32>,
    /// Ids and their root_classes.
    members: Vec<(ObjectId, u32)>,
    /// What identifies each root_class.
    pub(crate) hashes: Vec<u64>,
    /// Groups whose property names are keys.
    dictionaries: Vec<bool>,
}

impl GrowthRoots {
    /// Looks at the way of every new object.
    pub(crate) fn find(series: &Series<'_>, progress: &Progress) -> Result<GrowthRoots> {
        let snapshot = series.last;
        if !series.same_process || series.snapshots.len() < 2 {
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

    /// Without common ids the only growth_root known to be the same is the root.
    fn root_alone() -> GrowthRoots {
        GrowthRoots { root: Some(0), members: Vec::new(), hashes: vec![1], dictionaries: vec![false] }
    }

    /// The growth_roots and their root_classes in a snapshot.
    pub(crate) fn nodes_in<'a>(&'a self, snapshot: &'a Snapshot) -> impl Iterator<Item = (NodeIx, u32)> + 'a {
        let root = self.root.map(|root_class| (snapshot.root(), root_class));
        root.into_iter()
            .chain(self.members.iter().filter_map(|&(id, root_class)| Some((snapshot.find(id).ok()?, root_class))))
    }

    /// Whether properties of what has this group are keys of a dictionary. What counts is the size
    /// in the last snapshot, for all snapshots.
    pub(crate) fn is_dictionary(&self, group: u32, root_class: u32) -> bool {
        group == root_class + 1 && self.dictionaries.get(root_class as usize).copied().unwrap_or(false)
    }
}

struct Search<'a> {
    series: &'a Series<'a>,
    snapshot: &'a Snapshot,
    shortest: &'a ShortestPaths,
    ways: Ways<'a>,
    /// The nodes that new objects hang on, and the steps they do so by, whose growth_root was found.
    seen: HashSet<(NodeIx, u64)>,
    root_classes: HashMap<u64, u32>,
    members: HashMap<NodeIx, u32>,
    dictionaries: Vec<bool>,
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
            ways: Ways::new(snapshot, shortest)?,
            seen: HashSet::new(),
            root_classes: HashMap::new(),
            members: HashMap::new(),
            dictionaries: Vec::new(),
            hashes: Vec::new(),
        })
    }

    fn parent_edge(&self, node: NodeIx) -> Option<(NodeIx, Edge)> {
        self.shortest.parent_edge(self.snapshot, node)
    }

    /// What an array or table of elements is a part of; V8 replaces it when it has to grow.
    fn owner(&self, store: NodeIx) -> NodeIx {
        let is_store = self.snapshot.kind(store) == NodeKind::Array;
        self.parent_edge(store).filter(|_| is_store).map_or(store, |(owner, _)| owner)
    }

    /// Notes the growth_root of a new object that hangs on `from`, which is old or a part of what is.
    fn add(&mut self, edge: Edge, from: NodeIx) {
        let label = self.ways.label(from, edge);
        let Some(growth_root) = self.above_loops(edge, from, label) else { return };
        let growth_root = self.owner(growth_root);
        if self.members.contains_key(&growth_root) {
            return;
        }
        // No group may read as the way of a growth_root further down.
        let hash = mix(self.ways.hash(growth_root), CONTAINER);
        let next = self.hashes.len() as u32;
        let root_class = *self.root_classes.entry(hash).or_insert(next);
        if root_class == next {
            self.hashes.push(hash);
            self.dictionaries.push(false);
        }
        self.dictionaries[root_class as usize] |= self.is_dictionary(growth_root);
        self.members.insert(growth_root, root_class);
    }

    /// Whether the properties of a growth_root are keys: there are many, or new ones again and again.
    fn is_dictionary(&self, growth_root: NodeIx) -> bool {
        let is_new = |edge: &Edge| edge.kind == EdgeKind::Property && !self.series.is_old(edge.to);
        property_count(self.snapshot, growth_root) >= DICTIONARY
            || self.snapshot.edges_of(growth_root).filter(is_new).nth(NEW_KEYS).is_some()
    }

    /// Climbs while the step into the object repeats a step further up; `None` where that leads to a growth_root
    /// that was found before.
    fn above_loops(&mut self, edge: Edge, from: NodeIx, label: StepLabel) -> Option<NodeIx> {
        let mut growth_root = from;
        if !self.seen.insert((from, label.hash)) {
            return None;
        }
        if !can_repeat(self.snapshot, edge, label) {
            return Some(growth_root);
        }
        let mut at = from;
        let mut distance = 0;
        while distance < MAX_LOOP
            && let Some((above, edge)) = self.parent_edge(at)
        {
            distance += 1;
            if self.ways.label(above, edge) == label {
                growth_root = above;
                distance = 0;
                if !self.seen.insert((above, label.hash)) {
                    return None;
                }
            }
            at = above;
        }
        Some(growth_root)
    }

    fn finish(self) -> GrowthRoots {
        let id = |node| self.snapshot.nodes().id(node);
        let mut members: Vec<_> = self.members.iter().map(|(&node, &root_class)| (id(node), root_class)).collect();
        sort_by(&mut members, Ord::cmp);
        GrowthRoots { root: None, members, hashes: self.hashes, dictionaries: self.dictionaries }
    }
}
