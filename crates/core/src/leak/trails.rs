//! A node → how it hangs below its container: the trail that all elements of a container share.
//!
//! A trail is the way from a container down to a node, with positions left open and loops closed,
//! so that ten thousand elements, or the links of a list, have one. Trails are nodes of a tree; what
//! identifies one is a hash of texts, not of indices, so that it can be found again in another
//! snapshot, of another process even.

use crate::column::filled;
use crate::columns::Edge;
use crate::error::Result;
use crate::ids::NodeIx;
use crate::leak::containers::Containers;
use crate::leak::paces::{LONGEST_LOOP, Pace, Paces, can_repeat, mix};
use crate::progress::Progress;
use crate::query::steps::Steps;
use crate::routes::Routes;
use crate::snapshot::Snapshot;

/// The trail of nodes that no container holds.
pub(crate) const OUTSIDE: u32 = 0;
const UNKNOWN: u32 = u32::MAX;

/// One trail.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trail {
    pub(crate) above: u32,
    /// Which containers it starts at.
    pub(crate) group: u32,
    pub(crate) pace: u64,
    /// What its nodes are.
    pub(crate) class: u64,
    /// The same in every snapshot.
    pub(crate) hash: u64,
    /// Whether it leads back to itself.
    pub(crate) repeats: bool,
    /// Some node with this trail.
    pub(crate) example: NodeIx,
}

/// The trails of all nodes of a snapshot.
pub(crate) struct Trails {
    pub(crate) list: Vec<Trail>,
    of_node: Vec<u32>,
}

impl Trails {
    /// Costs a step and a lookup for each node.
    pub(crate) fn new(snapshot: &Snapshot, containers: &Containers, progress: &Progress) -> Result<Trails> {
        let routes = Routes::of(snapshot, progress)?;
        let mut walk = Walk::new(snapshot, routes, containers, progress)?;
        let mut steps = Steps::of(progress, snapshot.nodes().len());
        let mut way = Vec::new();
        for node in snapshot.nodes().iter() {
            steps.step()?;
            walk.visit(node, &mut way);
        }
        Ok(walk.trails)
    }

    /// Gives nodes that `holder` holds a trail of their own. Returns the holder's, which is new when it
    /// has none, and theirs.
    pub(crate) fn set_apart(&mut self, holder: NodeIx, nodes: &[NodeIx]) -> (u32, u32) {
        let of_holder = match self.of(holder) {
            OUTSIDE => self.add_below(OUTSIDE, &[holder]),
            known => known,
        };
        (of_holder, self.add_below(of_holder, nodes))
    }

    fn add_below(&mut self, above: u32, nodes: &[NodeIx]) -> u32 {
        let trail = self.list.len() as u32;
        let example = nodes.first().copied().unwrap_or(self.list[OUTSIDE as usize].example);
        self.list.push(Trail { above, example, repeats: false, ..self.get(above) });
        nodes.iter().for_each(|node| self.of_node[node.index()] = trail);
        trail
    }

    pub(crate) fn of(&self, node: NodeIx) -> u32 {
        self.of_node[node.index()]
    }

    /// By node.
    pub(crate) fn of_nodes(&self) -> &[u32] {
        &self.of_node
    }

    pub(crate) fn get(&self, trail: u32) -> Trail {
        self.list[trail as usize]
    }

    /// By trail: whether it is of links of a list, or of what hangs on them.
    pub(crate) fn linked(&self) -> Vec<bool> {
        let repeating: Vec<u32> = (1..self.list.len() as u32).filter(|&trail| self.get(trail).repeats).collect();
        self.at_or_below(&repeating)
    }

    /// By trail: whether one of these hangs below it.
    pub(crate) fn above(&self, trails: &[u32]) -> Vec<bool> {
        let mut is_above = vec![false; self.list.len()];
        for &trail in trails {
            let mut at = self.get(trail).above;
            while at != OUTSIDE && !is_above[at as usize] {
                is_above[at as usize] = true;
                at = self.get(at).above;
            }
        }
        is_above
    }

    /// By trail: whether it is one of these, or hangs below one.
    pub(crate) fn at_or_below(&self, trails: &[u32]) -> Vec<bool> {
        let mut is_below = vec![false; self.list.len()];
        trails.iter().for_each(|&trail| is_below[trail as usize] = true);
        // A trail's number is larger than that of the one above it.
        for trail in 1..self.list.len() {
            is_below[trail] |= is_below[self.list[trail].above as usize];
        }
        is_below
    }

    /// By trail: steps from its container.
    pub(crate) fn depths(&self) -> Vec<u32> {
        let mut depths = vec![0; self.list.len()];
        for trail in 1..self.list.len() {
            depths[trail] = depths[self.list[trail].above as usize] + 1;
        }
        depths
    }
}

struct Walk<'a> {
    snapshot: &'a Snapshot,
    routes: &'a Routes,
    containers: &'a Containers,
    paces: Paces<'a>,
    /// By node: the pace that leads to it, unless property names are keys there.
    pace_of: Vec<u64>,
    /// Where a pace leads from a trail: to a longer one, or back.
    known: foldhash::HashMap<(u32, u64), u32>,
    trails: Trails,
}

impl<'a> Walk<'a> {
    fn new(
        snapshot: &'a Snapshot,
        routes: &'a Routes,
        containers: &'a Containers,
        progress: &Progress,
    ) -> Result<Self> {
        let paces = Paces::new(snapshot);
        let outside = Trail {
            above: OUTSIDE,
            group: u32::MAX,
            pace: 0,
            class: 0,
            hash: 0,
            repeats: false,
            example: snapshot.root(),
        };
        let mut trails = Trails { list: vec![outside], of_node: filled(UNKNOWN, snapshot.nodes().len())? };
        for (group, &hash) in containers.hashes.iter().enumerate() {
            trails.list.push(Trail { group: group as u32, hash, pace: hash, ..outside });
        }
        for (node, group) in containers.nodes_in(snapshot) {
            trails.of_node[node.index()] = group + 1;
            trails.list[group as usize + 1].example = node;
        }
        Ok(Self {
            snapshot,
            routes,
            containers,
            pace_of: paces.of_all(routes, progress)?,
            paces,
            known: foldhash::HashMap::default(),
            trails,
        })
    }

    fn visit(&mut self, node: NodeIx, way: &mut Vec<NodeIx>) {
        let mut at = node;
        let mut trail = OUTSIDE;
        loop {
            let known = self.trails.of_node[at.index()];
            if known != UNKNOWN {
                trail = known;
                break;
            }
            let Some(from) = self.routes.from(at) else {
                self.trails.of_node[at.index()] = OUTSIDE;
                break;
            };
            way.push(at);
            at = from;
        }
        while let Some(node) = way.pop() {
            trail = if trail == OUTSIDE { OUTSIDE } else { self.extend(trail, node) };
            self.trails.of_node[node.index()] = trail;
        }
    }

    /// The trail of a node that `trail` leads up to.
    fn extend(&mut self, trail: u32, node: NodeIx) -> u32 {
        let group = self.trails.get(trail).group;
        let any_name = self.containers.is_dictionary(trail, group);
        match self.known.get(&(trail, self.pace_of[node.index()])) {
            Some(&known) if !any_name => known,
            _ => self.extend_anew(trail, node, any_name),
        }
    }

    #[cold]
    fn extend_anew(&mut self, trail: u32, node: NodeIx, any_name: bool) -> u32 {
        let Some((from, edge)) = self.routes.arrival(self.snapshot, node) else { return OUTSIDE };
        let pace = self.paces.of(from, edge, any_name);
        if let Some(&known) = self.known.get(&(trail, pace.hash)) {
            return known;
        }
        let next = self.repeated(trail, pace, edge).unwrap_or_else(|| {
            let Trail { group, hash, .. } = self.trails.get(trail);
            let hash = mix(hash, pace.hash);
            let class = self.paces.node(node);
            let pace = pace.hash;
            self.trails.list.push(Trail { above: trail, group, pace, class, hash, repeats: false, example: node });
            self.trails.list.len() as u32 - 1
        });
        self.known.insert((trail, pace.hash), next);
        next
    }

    /// The trail at or above `trail` that ends with the same pace: the link before this one.
    fn repeated(&mut self, trail: u32, pace: Pace, edge: Edge) -> Option<u32> {
        if !can_repeat(self.snapshot, edge, pace) {
            return None;
        }
        let mut at = trail;
        for _ in 0..LONGEST_LOOP {
            let candidate = self.trails.get(at);
            if candidate.pace == pace.hash {
                self.trails.list[at as usize].repeats = true;
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
