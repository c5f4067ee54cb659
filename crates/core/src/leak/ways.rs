//! A node → a number that is the same for all nodes whose ways from the root read the same.
//!
//! Of steps that are repeated the last counts: the links of a list, and what hangs on them, have the
//! way of the first, and what loops lead through has the way behind the loop.

use crate::column::filled;
use crate::columns::Edge;
use crate::error::Result;
use crate::ids::NodeIx;
use crate::leak::paces::{LONGEST_LOOP, Pace, Paces, can_repeat, mix};
use crate::routes::Routes;
use crate::snapshot::Snapshot;

const UNKNOWN: u32 = u32::MAX;
/// The way without a step.
const NO_STEP: u32 = 0;

/// The ways of the nodes that were asked about, and of what is on them: each costs a step once, so that
/// what hangs on a long list does not cost the list.
pub(crate) struct Ways<'a> {
    snapshot: &'a Snapshot,
    routes: &'a Routes,
    paces: Paces<'a>,
    /// By node.
    way_of: Vec<u32>,
    /// All ways. A way comes after the one that it is a step longer than.
    list: Vec<Way>,
    /// Where a pace leads from a way.
    known: foldhash::HashMap<(u32, u64), u32>,
    /// Steps to a node that is asked about, the last first.
    legs: Vec<(NodeIx, Edge)>,
}

#[derive(Clone, Copy)]
struct Way {
    /// The one that is a step shorter.
    above: u32,
    /// The last step.
    pace: u64,
    hash: u64,
}

impl<'a> Ways<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot, routes: &'a Routes) -> Result<Self> {
        Ok(Self {
            snapshot,
            routes,
            paces: Paces::new(snapshot),
            way_of: filled(UNKNOWN, snapshot.nodes().len())?,
            list: vec![Way { above: NO_STEP, pace: 0, hash: 1 }],
            known: foldhash::HashMap::default(),
            legs: Vec::new(),
        })
    }

    /// A step over `edge`, which starts at `from`.
    pub(crate) fn pace(&mut self, from: NodeIx, edge: Edge) -> Pace {
        self.paces.of(from, edge, false)
    }

    /// The number of a node's way.
    pub(crate) fn hash(&mut self, node: NodeIx) -> u64 {
        let mut at = node;
        while self.way_of[at.index()] == UNKNOWN {
            let Some(leg) = self.routes.arrival(self.snapshot, at) else {
                self.way_of[at.index()] = NO_STEP;
                break;
            };
            self.legs.push(leg);
            at = leg.0;
        }
        while let Some((from, edge)) = self.legs.pop() {
            let pace = self.pace(from, edge);
            let way = self.way_of[from.index()];
            let way = if can_repeat(self.snapshot, edge, pace) { self.without(way, pace) } else { way };
            self.way_of[edge.to.index()] = self.longer(way, pace.hash);
        }
        self.list[self.way_of[node.index()] as usize].hash
    }

    /// A way without a step, where that is one of its last.
    fn without(&mut self, way: u32, pace: Pace) -> u32 {
        let mut later = [0; LONGEST_LOOP];
        let mut at = way;
        for count in 0..LONGEST_LOOP {
            if at == NO_STEP {
                break;
            }
            let Way { above, pace: last, .. } = self.list[at as usize];
            if last == pace.hash {
                return later[..count].iter().rev().fold(above, |way, &pace| self.longer(way, pace));
            }
            later[count] = last;
            at = above;
        }
        way
    }

    /// The way that is a step longer.
    fn longer(&mut self, above: u32, pace: u64) -> u32 {
        let next = self.list.len() as u32;
        let way = *self.known.entry((above, pace)).or_insert(next);
        if way == next {
            let hash = mix(self.list[above as usize].hash, pace);
            self.list.push(Way { above, pace, hash });
        }
        way
    }
}
