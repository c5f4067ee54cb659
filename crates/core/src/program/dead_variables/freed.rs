//! References that could be cleared, in groups → the bytes that each group would free, exactly.
//!
//! An object is freed with a group when every path to it from a root has a reference of that group. So first
//! everything is marked that a path without any such reference leads to. The rest is visited from those references,
//! with the set of groups that all paths found so far have in common: a set only ever gets smaller.

use crate::snapshot::Snapshot;
use crate::snapshot::bits::NodeSet;
use crate::snapshot::column::sparse_zeros;
use crate::snapshot::error::Result;
use crate::snapshot::ids::{EdgeIx, NodeIx};
use crate::snapshot::progress::Progress;
use crate::snapshot::ticker::Ticker;
use foldhash::{HashMap, HashMapExt};

/// Groups on one path that are told apart; of more, the first ones.
const MAX_NESTED: usize = 16;
/// The numbers of sets: not visited, and no group at all.
const UNSEEN: u32 = 0;
const EMPTY: u32 = 1;

/// A reference, where it starts, and its group.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Cleared {
    pub(super) edge: EdgeIx,
    pub(super) from: NodeIx,
    pub(super) group: u32,
}

/// What clearing references frees.
#[derive(Debug)]
pub(super) struct Freed {
    /// By group, were it cleared alone.
    pub(super) by_group: Vec<u64>,
    /// All of them.
    pub(super) together: u64,
}

/// What `groups` groups of references, which are in the order of the file, would free.
pub(super) fn freed(snapshot: &Snapshot, cleared: &[Cleared], groups: usize, progress: &Progress) -> Result<Freed> {
    let mut sources = NodeSet::new(snapshot.nodes().len());
    cleared.iter().for_each(|each| {
        sources.insert(each.from);
    });
    let mut search = Search {
        snapshot,
        cleared,
        sources,
        sets: Sets::new(),
        of_node: sparse_zeros(snapshot.nodes().len())?,
        open: Vec::new(),
    };
    search.mark_alive(progress)?;
    let alive: u64 = search.visited().map(|(node, _)| snapshot.nodes().self_size(node)).sum();
    search.visit_rest(progress)?;
    let mut by_set = vec![0; search.sets.list.len()];
    search.visited().for_each(|(node, set)| by_set[set as usize] += snapshot.nodes().self_size(node));
    let mut by_group = vec![0; groups];
    for (set, &bytes) in search.sets.list.iter().zip(&by_set) {
        set.iter().for_each(|&group| by_group[group as usize] += bytes);
    }
    Ok(Freed { by_group, together: by_set.iter().sum::<u64>() - alive })
}

struct Search<'a> {
    snapshot: &'a Snapshot,
    cleared: &'a [Cleared],
    /// Where cleared references start.
    sources: NodeSet,
    sets: Sets,
    of_node: Vec<u32>,
    open: Vec<NodeIx>,
}

impl Search<'_> {
    /// What is alive whatever is cleared.
    fn mark_alive(&mut self, progress: &Progress) -> Result<()> {
        let mut ticker = Ticker::of(progress, self.snapshot.nodes().len());
        self.of_node[self.snapshot.root().index()] = EMPTY;
        self.open.push(self.snapshot.root());
        while let Some(node) = self.open.pop() {
            ticker.tick()?;
            for edge in self.snapshot.retaining_edges(node) {
                let seen = &mut self.of_node[edge.to.index()];
                if *seen == UNSEEN && self.sources.group_of(self.cleared, node, edge.ix).is_none() {
                    *seen = EMPTY;
                    self.open.push(edge.to);
                }
            }
        }
        Ok(())
    }

    /// What is reached through cleared references only.
    fn visit_rest(&mut self, progress: &Progress) -> Result<()> {
        let mut ticker = Ticker::of(progress, self.cleared.len());
        let is_alive = |each: &&Cleared| self.of_node[each.from.index()] == EMPTY;
        self.open = self.cleared.iter().filter(is_alive).map(|each| each.from).collect();
        self.open.dedup();
        while let Some(node) = self.open.pop() {
            ticker.tick()?;
            let set = self.of_node[node.index()];
            for edge in self.snapshot.retaining_edges(node) {
                let group = self.sources.group_of(self.cleared, node, edge.ix);
                let set = group.map_or(set, |group| self.sets.with(set, group));
                let old = self.of_node[edge.to.index()];
                let new = if old == UNSEEN { set } else { self.sets.common(old, set) };
                if new != old {
                    self.of_node[edge.to.index()] = new;
                    self.open.push(edge.to);
                }
            }
        }
        Ok(())
    }

    fn visited(&self) -> impl Iterator<Item = (NodeIx, u32)> {
        let sets = self.snapshot.nodes().iter().zip(&self.of_node);
        sets.filter(|&(_, &set)| set != UNSEEN).map(|(node, &set)| (node, set))
    }
}

impl NodeSet {
    /// The group of a reference, when it is one of the cleared ones, which start at these nodes.
    #[inline]
    fn group_of(&self, cleared: &[Cleared], from: NodeIx, edge: EdgeIx) -> Option<u32> {
        if !self.contains(from) {
            return None;
        }
        cleared.binary_search_by_key(&edge, |each| each.edge).ok().map(|at| cleared[at].group)
    }
}

/// Sets of groups, each once.
struct Sets {
    list: Vec<Box<[u32]>>,
    known: HashMap<Box<[u32]>, u32>,
}

impl Sets {
    fn new() -> Self {
        let mut sets = Self { list: vec![Box::default()], known: HashMap::new() };
        sets.number(Vec::new());
        sets
    }

    fn number(&mut self, set: Vec<u32>) -> u32 {
        let set = set.into_boxed_slice();
        let next = self.list.len() as u32;
        let number = *self.known.entry(set.clone()).or_insert(next);
        if number == next {
            self.list.push(set);
        }
        number
    }

    fn with(&mut self, set: u32, group: u32) -> u32 {
        let groups = &self.list[set as usize];
        match groups.binary_search(&group) {
            Err(at) if groups.len() < MAX_NESTED => {
                let mut groups = groups.to_vec();
                groups.insert(at, group);
                self.number(groups)
            }
            _ => set,
        }
    }

    fn common(&mut self, a: u32, b: u32) -> u32 {
        if a == b || a == EMPTY {
            return a;
        }
        let (of_a, of_b) = (&self.list[a as usize], &self.list[b as usize]);
        let both: Vec<u32> = of_a.iter().copied().filter(|group| of_b.binary_search(group).is_ok()).collect();
        if both.len() == of_a.len() { a } else { self.number(both) }
    }
}
