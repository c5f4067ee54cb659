//! New objects → the old objects they hang on: where a heap can have grown.
//!
//! The container of a new object is the first node on its way up that every snapshot has. The end of
//! a list is such a node too, but not what holds the list: while a step into a container repeats one
//! further up, the container is looked for above that. Containers that are reached in the same way,
//! the arrays in the entries of one Map, form a group and are counted together.

use crate::columns::Edge;
use crate::error::Result;
use crate::ids::{NodeIx, ObjectId};
use crate::leak::paces::{LONGEST_LOOP, Pace, can_repeat, mix, property_count};
use crate::leak::series::Series;
use crate::leak::ways::Ways;
use crate::progress::Progress;
use crate::query::path_text::DICTIONARY;
use crate::query::steps::Steps;
use crate::routes::Routes;
use crate::schema::{EdgeKind, NodeKind};
use crate::snapshot::Snapshot;
use crate::sort::sort_by;
use std::collections::{HashMap, HashSet};

/// New objects among its properties that an object with fields does not have.
const NEW_KEYS: usize = 8;

/// Ends the ways of containers.
const CONTAINER: u64 = 3;

/// The containers of a series, by id.
pub(crate) struct Containers {
    /// The group of the root where nothing else is known to be the same.
    root: Option<u32>,
    /// Ids and their groups.
    members: Vec<(ObjectId, u32)>,
    /// What identifies each group.
    pub(crate) hashes: Vec<u64>,
    /// Groups whose property names are keys.
    dictionaries: Vec<bool>,
}

impl Containers {
    /// Looks at the way of every new object.
    pub(crate) fn find(series: &Series<'_>, progress: &Progress) -> Result<Containers> {
        let snapshot = series.last;
        if !series.same_process || series.snapshots.len() < 2 {
            return Ok(Self::root_alone());
        }
        let mut search = Search::new(series, progress)?;
        let mut steps = Steps::of(progress, snapshot.nodes().len());
        for node in snapshot.nodes().iter() {
            steps.step()?;
            if !series.is_old(node)
                && snapshot.kind(node) != NodeKind::Array
                && let Some((from, edge)) = search.arrival(node)
                && series.is_old(search.owner(from))
            {
                search.add(edge, from);
            }
        }
        Ok(search.finish())
    }

    /// Without common ids the only container known to be the same is the root.
    fn root_alone() -> Containers {
        Containers { root: Some(0), members: Vec::new(), hashes: vec![1], dictionaries: vec![false] }
    }

    /// The containers and their groups in a snapshot.
    pub(crate) fn nodes_in<'a>(&'a self, snapshot: &'a Snapshot) -> impl Iterator<Item = (NodeIx, u32)> + 'a {
        let root = self.root.map(|group| (snapshot.root(), group));
        root.into_iter().chain(self.members.iter().filter_map(|&(id, group)| Some((snapshot.find(id).ok()?, group))))
    }

    /// Whether properties of what has this trail are keys of a dictionary. What counts is the size
    /// in the last snapshot, for all snapshots.
    pub(crate) fn is_dictionary(&self, trail: u32, group: u32) -> bool {
        trail == group + 1 && self.dictionaries.get(group as usize).copied().unwrap_or(false)
    }
}

struct Search<'a> {
    series: &'a Series<'a>,
    snapshot: &'a Snapshot,
    routes: &'a Routes,
    ways: Ways<'a>,
    /// The nodes that new objects hang on, and the steps they do so by, whose container was found.
    seen: HashSet<(NodeIx, u64)>,
    groups: HashMap<u64, u32>,
    members: HashMap<NodeIx, u32>,
    dictionaries: Vec<bool>,
    hashes: Vec<u64>,
}

impl<'a> Search<'a> {
    fn new(series: &'a Series<'a>, progress: &Progress) -> Result<Self> {
        let snapshot = series.last;
        let routes = Routes::of(snapshot, progress)?;
        Ok(Self {
            series,
            snapshot,
            routes,
            ways: Ways::new(snapshot, routes)?,
            seen: HashSet::new(),
            groups: HashMap::new(),
            members: HashMap::new(),
            dictionaries: Vec::new(),
            hashes: Vec::new(),
        })
    }

    fn arrival(&self, node: NodeIx) -> Option<(NodeIx, Edge)> {
        self.routes.arrival(self.snapshot, node)
    }

    /// What an array or table of elements is a part of; V8 replaces it when it has to grow.
    fn owner(&self, store: NodeIx) -> NodeIx {
        let is_store = self.snapshot.kind(store) == NodeKind::Array;
        self.arrival(store).filter(|_| is_store).map_or(store, |(owner, _)| owner)
    }

    /// Notes the container of a new object that hangs on `from`, which is old or a part of what is.
    fn add(&mut self, edge: Edge, from: NodeIx) {
        let pace = self.ways.pace(from, edge);
        let Some(container) = self.above_loops(edge, from, pace) else { return };
        let container = self.owner(container);
        if self.members.contains_key(&container) {
            return;
        }
        // No trail may read as the way of a container further down.
        let hash = mix(self.ways.hash(container), CONTAINER);
        let next = self.hashes.len() as u32;
        let group = *self.groups.entry(hash).or_insert(next);
        if group == next {
            self.hashes.push(hash);
            self.dictionaries.push(false);
        }
        self.dictionaries[group as usize] |= self.is_dictionary(container);
        self.members.insert(container, group);
    }

    /// Whether the properties of a container are keys: there are many, or new ones again and again.
    fn is_dictionary(&self, container: NodeIx) -> bool {
        let is_new = |edge: &Edge| edge.kind == EdgeKind::Property && !self.series.is_old(edge.to);
        property_count(self.snapshot, container) >= DICTIONARY
            || self.snapshot.edges_of(container).filter(is_new).nth(NEW_KEYS).is_some()
    }

    /// Climbs while the step into the object repeats a step further up; `None` where that leads to a container
    /// that was found before.
    fn above_loops(&mut self, edge: Edge, from: NodeIx, pace: Pace) -> Option<NodeIx> {
        let mut container = from;
        if !self.seen.insert((from, pace.hash)) {
            return None;
        }
        if !can_repeat(self.snapshot, edge, pace) {
            return Some(container);
        }
        let mut at = from;
        let mut distance = 0;
        while distance < LONGEST_LOOP
            && let Some((above, edge)) = self.arrival(at)
        {
            distance += 1;
            if self.ways.pace(above, edge) == pace {
                container = above;
                distance = 0;
                if !self.seen.insert((above, pace.hash)) {
                    return None;
                }
            }
            at = above;
        }
        Some(container)
    }

    fn finish(self) -> Containers {
        let id = |node| self.snapshot.nodes().id(node);
        let mut members: Vec<_> = self.members.iter().map(|(&node, &group)| (id(node), group)).collect();
        sort_by(&mut members, Ord::cmp);
        Containers { root: None, members, hashes: self.hashes, dictionaries: self.dictionaries }
    }
}
