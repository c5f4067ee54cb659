//! A node → how it hangs below its container: the trail that all elements of a container share.
//!
//! A trail is the way from a container down to a node, with positions left open and loops closed,
//! so that ten thousand elements, or the links of a list, have one. Trails are nodes of a tree; what
//! identifies one is a hash of texts, not of indices, so that it can be found again in another
//! snapshot, of another process even.

use crate::columns::Edge;
use crate::display::{EdgeLabel, edge_label};
use crate::error::Result;
use crate::ids::{NodeIx, StringIx};
use crate::leak::containers::Containers;
use crate::leak::naming::GENERIC;
use crate::progress::Progress;
use crate::query::named::is_context;
use crate::query::routes::Routes;
use crate::query::steps::Steps;
use crate::schema::{EdgeKind, NodeKind};
use crate::snapshot::Snapshot;
use crate::wellknown::Mark;
use std::collections::HashMap;

/// The trail of nodes that no container holds.
pub(crate) const OUTSIDE: u32 = 0;
const UNKNOWN: u32 = u32::MAX;
/// Steps back in which a loop is looked for.
const LONGEST_LOOP: usize = 8;
/// Properties from which on an object is a dictionary whose keys are data.
pub(crate) const DICTIONARY: usize = 32;

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
        let mut walk = Walk::new(snapshot, routes, containers);
        let mut steps = Steps::of(progress, snapshot.nodes().len());
        let mut way = Vec::new();
        for node in snapshot.nodes().iter() {
            steps.step()?;
            walk.visit(node, &mut way);
        }
        Ok(walk.trails)
    }

    pub(crate) fn of(&self, node: NodeIx) -> u32 {
        self.of_node[node.index()]
    }

    pub(crate) fn get(&self, trail: u32) -> Trail {
        self.list[trail as usize]
    }
}

struct Walk<'a> {
    snapshot: &'a Snapshot,
    routes: &'a Routes,
    containers: &'a Containers,
    paces: Paces<'a>,
    known: HashMap<(u32, u64), u32>,
    trails: Trails,
}

impl<'a> Walk<'a> {
    fn new(snapshot: &'a Snapshot, routes: &'a Routes, containers: &'a Containers) -> Self {
        let outside = Trail {
            above: OUTSIDE,
            group: u32::MAX,
            pace: 0,
            class: 0,
            hash: 0,
            repeats: false,
            example: snapshot.root(),
        };
        let mut trails = Trails { list: vec![outside], of_node: vec![UNKNOWN; snapshot.nodes().len()] };
        for (group, &hash) in containers.hashes.iter().enumerate() {
            trails.list.push(Trail { group: group as u32, hash, pace: hash, ..outside });
        }
        for (node, group) in containers.nodes_in(snapshot) {
            trails.of_node[node.index()] = group + 1;
            trails.list[group as usize + 1].example = node;
        }
        Self { snapshot, routes, containers, paces: Paces::new(snapshot), known: HashMap::new(), trails }
    }

    fn visit(&mut self, node: NodeIx, way: &mut Vec<(NodeIx, NodeIx, Edge)>) {
        let mut at = node;
        let mut trail = OUTSIDE;
        loop {
            let known = self.trails.of_node[at.index()];
            if known != UNKNOWN {
                trail = known;
                break;
            }
            let Some(edge) = self.routes.arrival(self.snapshot, at) else {
                self.trails.of_node[at.index()] = OUTSIDE;
                break;
            };
            let from = self.snapshot.nodes().source_of(edge.ix);
            way.push((from, at, edge));
            at = from;
        }
        while let Some((from, node, edge)) = way.pop() {
            trail = if trail == OUTSIDE { OUTSIDE } else { self.extend(trail, from, edge) };
            self.trails.of_node[node.index()] = trail;
        }
    }

    fn extend(&mut self, trail: u32, from: NodeIx, edge: Edge) -> u32 {
        let group = self.trails.get(trail).group;
        let any_name = self.containers.is_dictionary(trail, group);
        let pace = self.paces.of(from, edge, any_name);
        let mut at = trail;
        let looks = if can_repeat(self.snapshot, edge) { LONGEST_LOOP } else { 0 };
        for _ in 0..looks {
            let candidate = self.trails.get(at);
            if candidate.pace == pace {
                self.trails.list[at as usize].repeats = true;
                return at;
            }
            if candidate.above == OUTSIDE {
                break;
            }
            at = candidate.above;
        }
        let next = self.trails.list.len() as u32;
        let known = *self.known.entry((trail, pace)).or_insert(next);
        if known == next {
            let hash = mix(self.trails.get(trail).hash, pace);
            let class = self.paces.node(edge.to);
            self.trails.list.push(Trail { above: trail, group, pace, class, hash, repeats: false, example: edge.to });
        }
        known
    }
}

/// Hashes steps by what they read as.
pub(crate) struct Paces<'a> {
    snapshot: &'a Snapshot,
    /// Hashes of strings, 0 for those not asked for yet.
    strings: Vec<u64>,
    /// The last node asked for and whether it is a dictionary.
    dictionary: (NodeIx, bool),
}

impl<'a> Paces<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot) -> Self {
        Self { snapshot, strings: vec![0; snapshot.strings().len()], dictionary: (snapshot.root(), false) }
    }

    /// The hash of a step over `edge`, which starts at `from`.
    pub(crate) fn of(&mut self, from: NodeIx, edge: Edge, any_name: bool) -> u64 {
        let name = match edge_label(self.snapshot, edge) {
            EdgeLabel::Index(_) => 1,
            EdgeLabel::Name(name) if edge.kind == EdgeKind::Internal && name.iter().all(u8::is_ascii_digit) => 1,
            EdgeLabel::Name(_) => match self.snapshot.edge_string(edge) {
                Some(name) if self.snapshot.wellknown.mark(name) == Mark::Ephemeron => 2,
                Some(_) if edge.kind == EdgeKind::Property && (any_name || self.is_dictionary(from)) => 1,
                Some(name) => self.string(name),
                None => 3,
            },
        };
        let kind = if name == 1 { 0 } else { edge.kind as u64 + 1 };
        mix(mix(kind, name), self.node(edge.to))
    }

    /// What a node is to a trail: strings are one kind, whether V8 has cut, joined or flattened them.
    fn node(&mut self, node: NodeIx) -> u64 {
        match self.snapshot.kind(node) {
            NodeKind::String | NodeKind::ConcatenatedString | NodeKind::SlicedString => 11,
            NodeKind::Number | NodeKind::BigInt | NodeKind::Symbol | NodeKind::Code | NodeKind::ObjectShape => 12,
            NodeKind::RegExp => 13,
            kind => mix(kind as u64 + 14, self.string(self.snapshot.nodes().name(node))),
        }
    }

    fn is_dictionary(&mut self, node: NodeIx) -> bool {
        if self.dictionary.0 != node {
            self.dictionary = (node, property_count(self.snapshot, node) >= DICTIONARY);
        }
        self.dictionary.1
    }

    fn string(&mut self, string: StringIx) -> u64 {
        let Some(slot) = self.strings.get_mut(string.index()) else { return hash(self.snapshot.strings().get(string)) };
        if *slot == 0 {
            *slot = hash(self.snapshot.strings().get(string)) | 1;
        }
        *slot
    }
}

/// Whether a step may be the link of a list or a tree. The scopes of functions, V8's tables and
/// arrays in arrays repeat without being one.
pub(crate) fn can_repeat(snapshot: &Snapshot, edge: Edge) -> bool {
    let name = snapshot.name(edge.to);
    let is_named = matches!(edge_label(snapshot, edge), EdgeLabel::Name(name) if !name.iter().all(u8::is_ascii_digit));
    match snapshot.kind(edge.to) {
        NodeKind::Object if is_context(name) => edge_label(snapshot, edge).is(b"previous"),
        NodeKind::Object | NodeKind::Native => is_named || !GENERIC.contains(&name),
        NodeKind::Array => false,
        // Promises that wait for one hang on each other by fields without names.
        NodeKind::Hidden => true,
        _ => is_named,
    }
}

/// Properties of an object; counting ends where it is clear that they are many.
pub(crate) fn property_count(snapshot: &Snapshot, node: NodeIx) -> usize {
    snapshot.edges_of(node).filter(|edge| edge.kind == EdgeKind::Property).take(DICTIONARY).count()
}

/// FNV-1a: short texts, and the result must not change from run to run.
pub(crate) fn hash(text: &[u8]) -> u64 {
    text.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// The hash of a sequence one longer.
pub(crate) fn mix(hash: u64, next: u64) -> u64 {
    let mixed = (hash.rotate_left(23) ^ next).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 29)
}
