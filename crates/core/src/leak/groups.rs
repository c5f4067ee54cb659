//! A node → how it hangs below its growth_root: the group that all elements of a growth_root share.
//!
//! A group is the way from a growth_root down to a node, with positions left open and loops closed,
//! so that ten thousand elements, or the links of a list, have one. Groups are nodes of a tree; what
//! identifies one is a hash of texts, not of indices, so that it can be found again in another
//! snapshot, of another process even.

use crate::leak::growth_roots::GrowthRoots;
use crate::paths::labels::{MAX_LOOP, StepLabel, StepLabels, can_repeat, mix};
use crate::paths::shortest_paths::ShortestPaths;
use crate::snapshot::Snapshot;
use crate::snapshot::column::filled;
use crate::snapshot::columns::Edge;
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::ticker::Ticker;

/// The group of nodes that no growth_root holds.
pub(crate) const OUTSIDE: u32 = 0;
const UNKNOWN: u32 = u32::MAX;

/// One group.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Group {
    pub(crate) above: u32,
    /// Which growth_roots it starts at.
    pub(crate) root_class: u32,
    pub(crate) label: u64,
    /// What its nodes are.
    pub(crate) class: u64,
    /// The same in every snapshot.
    pub(crate) hash: u64,
    /// Whether it leads back to itself.
    pub(crate) repeats: bool,
    /// Some node with this group.
    pub(crate) example: NodeIx,
}

/// The groups of all nodes of a snapshot.
pub(crate) struct Groups {
    pub(crate) list: Vec<Group>,
    of_node: Vec<u32>,
}

impl Groups {
    /// Costs a step and a lookup for each node.
    pub(crate) fn new(snapshot: &Snapshot, growth_roots: &GrowthRoots, progress: &Progress) -> Result<Groups> {
        let shortest = ShortestPaths::of(snapshot, progress)?;
        let mut walk = Walk::new(snapshot, shortest, growth_roots, progress)?;
        let mut ticker = Ticker::of(progress, snapshot.nodes().len());
        let mut way = Vec::new();
        for node in snapshot.nodes().iter() {
            ticker.tick()?;
            walk.visit(node, &mut way);
        }
        Ok(walk.groups)
    }

    /// Gives nodes that `holder` holds a group of their own. Returns the holder's, which is new when it
    /// has none, and theirs.
    pub(crate) fn set_apart(&mut self, holder: NodeIx, nodes: &[NodeIx]) -> (u32, u32) {
        let of_holder = match self.of(holder) {
            OUTSIDE => self.add_below(OUTSIDE, &[holder]),
            known => known,
        };
        (of_holder, self.add_below(of_holder, nodes))
    }

    fn add_below(&mut self, above: u32, nodes: &[NodeIx]) -> u32 {
        let group = self.list.len() as u32;
        let example = nodes.first().copied().unwrap_or(self.list[OUTSIDE as usize].example);
        self.list.push(Group { above, example, repeats: false, ..self.get(above) });
        nodes.iter().for_each(|node| self.of_node[node.index()] = group);
        group
    }

    pub(crate) fn of(&self, node: NodeIx) -> u32 {
        self.of_node[node.index()]
    }

    /// By node.
    pub(crate) fn of_nodes(&self) -> &[u32] {
        &self.of_node
    }

    pub(crate) fn get(&self, group: u32) -> Group {
        self.list[group as usize]
    }

    /// By group: whether it is of links of a list, or of what hangs on them.
    pub(crate) fn linked(&self) -> Vec<bool> {
        let repeating: Vec<u32> = (1..self.list.len() as u32).filter(|&group| self.get(group).repeats).collect();
        self.at_or_below(&repeating)
    }

    /// By group: whether one of these hangs below it.
    pub(crate) fn above(&self, groups: &[u32]) -> Vec<bool> {
        let mut is_above = vec![false; self.list.len()];
        for &group in groups {
            let mut at = self.get(group).above;
            while at != OUTSIDE && !is_above[at as usize] {
                is_above[at as usize] = true;
                at = self.get(at).above;
            }
        }
        is_above
    }

    /// By group: whether it is one of these, or hangs below one.
    pub(crate) fn at_or_below(&self, groups: &[u32]) -> Vec<bool> {
        let mut is_below = vec![false; self.list.len()];
        groups.iter().for_each(|&group| is_below[group as usize] = true);
        // A group's number is larger than that of the one above it.
        for group in 1..self.list.len() {
            is_below[group] |= is_below[self.list[group].above as usize];
        }
        is_below
    }

    /// By group: steps from its growth_root.
    pub(crate) fn depths(&self) -> Vec<u32> {
        let mut depths = vec![0; self.list.len()];
        for group in 1..self.list.len() {
            depths[group] = depths[self.list[group].above as usize] + 1;
        }
        depths
    }
}

struct Walk<'a> {
    snapshot: &'a Snapshot,
    shortest: &'a ShortestPaths,
    growth_roots: &'a GrowthRoots,
    labels: StepLabels<'a>,
    /// By node: the label that leads to it, unless property names are keys there.
    label_of: Vec<u64>,
    /// Where a label leads from a group: to a longer one, or back.
    known: foldhash::HashMap<(u32, u64), u32>,
    groups: Groups,
}

impl<'a> Walk<'a> {
    fn new(
        snapshot: &'a Snapshot,
        shortest: &'a ShortestPaths,
        growth_roots: &'a GrowthRoots,
        progress: &Progress,
    ) -> Result<Self> {
        let labels = StepLabels::new(snapshot);
        let outside = Group {
            above: OUTSIDE,
            root_class: u32::MAX,
            label: 0,
            class: 0,
            hash: 0,
            repeats: false,
            example: snapshot.root(),
        };
        let mut groups = Groups { list: vec![outside], of_node: filled(UNKNOWN, snapshot.nodes().len())? };
        for (root_class, &hash) in growth_roots.hashes.iter().enumerate() {
            groups.list.push(Group { root_class: root_class as u32, hash, label: hash, ..outside });
        }
        for (node, root_class) in growth_roots.nodes_in(snapshot) {
            groups.of_node[node.index()] = root_class + 1;
            groups.list[root_class as usize + 1].example = node;
        }
        Ok(Self {
            snapshot,
            shortest,
            growth_roots,
            label_of: labels.of_all(shortest, progress)?,
            labels,
            known: foldhash::HashMap::default(),
            groups,
        })
    }

    fn visit(&mut self, node: NodeIx, way: &mut Vec<NodeIx>) {
        let mut at = node;
        let mut group = OUTSIDE;
        loop {
            let known = self.groups.of_node[at.index()];
            if known != UNKNOWN {
                group = known;
                break;
            }
            let Some(from) = self.shortest.parent(at) else {
                self.groups.of_node[at.index()] = OUTSIDE;
                break;
            };
            way.push(at);
            at = from;
        }
        while let Some(node) = way.pop() {
            group = if group == OUTSIDE { OUTSIDE } else { self.extend(group, node) };
            self.groups.of_node[node.index()] = group;
        }
    }

    /// The group of a node that `group` leads up to.
    fn extend(&mut self, group: u32, node: NodeIx) -> u32 {
        let root_class = self.groups.get(group).root_class;
        let any_name = self.growth_roots.is_dictionary(group, root_class);
        match self.known.get(&(group, self.label_of[node.index()])) {
            Some(&known) if !any_name => known,
            _ => self.extend_anew(group, node, any_name),
        }
    }

    #[cold]
    fn extend_anew(&mut self, group: u32, node: NodeIx, any_name: bool) -> u32 {
        let Some((from, edge)) = self.shortest.parent_edge(self.snapshot, node) else { return OUTSIDE };
        let label = self.labels.of(from, edge, any_name);
        if let Some(&known) = self.known.get(&(group, label.hash)) {
            return known;
        }
        let next = self.repeated(group, label, edge).unwrap_or_else(|| {
            let Group { root_class, hash, .. } = self.groups.get(group);
            let hash = mix(hash, label.hash);
            let class = self.labels.node(node);
            let label = label.hash;
            self.groups.list.push(Group {
                above: group,
                root_class,
                label,
                class,
                hash,
                repeats: false,
                example: node,
            });
            self.groups.list.len() as u32 - 1
        });
        self.known.insert((group, label.hash), next);
        next
    }

    /// The group at or above `group` that ends with the same label: the link before this one.
    fn repeated(&mut self, group: u32, label: StepLabel, edge: Edge) -> Option<u32> {
        if !can_repeat(self.snapshot, edge, label) {
            return None;
        }
        let mut at = group;
        for _ in 0..MAX_LOOP {
            let candidate = self.groups.get(at);
            if candidate.label == label.hash {
                self.groups.list[at as usize].repeats = true;
                return Some(at);
            }
            if candidate.above == OUTSIDE {
                break;
            }
            at = candidate.above;
        }
        None
    }
}
