//! A node → a number that is the same for all nodes whose ways from the root read the same.
//!
//! Of steps that are repeated the last counts: the links of a list, and what hangs on them, have the
//! way of the first, and what loops lead through has the way behind the loop.

use crate::paths::labels::{MAX_LOOP, StepLabel, StepLabels, can_repeat, mix};
use crate::paths::shortest_paths::ShortestPaths;
use crate::snapshot::Snapshot;
use crate::snapshot::column::filled;
use crate::snapshot::columns::Edge;
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;

const UNKNOWN: u32 = u32::MAX;
/// The way without a step.
const NO_STEP: u32 = 0;

/// The ways of the nodes that were asked about, and of what is on them: each costs a step once, so that
/// what hangs on a long list does not cost the list.
pub(crate) struct Ways<'a> {
    snapshot: &'a Snapshot,
    shortest: &'a ShortestPaths,
    labels: StepLabels<'a>,
    /// By node.
    way_of: Vec<u32>,
    /// All ways. A way comes after the one that it is a step longer than.
    list: Vec<Way>,
    /// Where a label leads from a way.
    known: foldhash::HashMap<(u32, u64), u32>,
    /// Steps to a node that is asked about, the last first.
    legs: Vec<(NodeIx, Edge)>,
}

#[derive(Clone, Copy)]
struct Way {
    /// The one that is a step shorter.
    above: u32,
    /// The last step.
    label: u64,
    hash: u64,
}

impl<'a> Ways<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot, shortest: &'a ShortestPaths) -> Result<Self> {
        Ok(Self {
            snapshot,
            shortest,
            labels: StepLabels::new(snapshot),
            way_of: filled(UNKNOWN, snapshot.nodes().len())?,
            list: vec![Way { above: NO_STEP, label: 0, hash: 1 }],
            known: foldhash::HashMap::default(),
            legs: Vec::new(),
        })
    }

    /// A step over `edge`, which starts at `from`.
    pub(crate) fn label(&mut self, from: NodeIx, edge: Edge) -> StepLabel {
        self.labels.of(from, edge, false)
    }

    /// The number of a node's way.
    pub(crate) fn hash(&mut self, node: NodeIx) -> u64 {
        let mut at = node;
        while self.way_of[at.index()] == UNKNOWN {
            let Some(leg) = self.shortest.parent_edge(self.snapshot, at) else {
                self.way_of[at.index()] = NO_STEP;
                break;
            };
            self.legs.push(leg);
            at = leg.0;
        }
        while let Some((from, edge)) = self.legs.pop() {
            let label = self.label(from, edge);
            let way = self.way_of[from.index()];
            let way = if can_repeat(self.snapshot, edge, label) { self.without(way, label) } else { way };
            self.way_of[edge.to.index()] = self.longer(way, label.hash);
        }
        self.list[self.way_of[node.index()] as usize].hash
    }

    /// A way without a step, where that is one of its last.
    fn without(&mut self, way: u32, label: StepLabel) -> u32 {
        let mut later = [0; MAX_LOOP];
        let mut at = way;
        for count in 0..MAX_LOOP {
            if at == NO_STEP {
                break;
            }
            let Way { above, label: last, .. } = self.list[at as usize];
            if last == label.hash {
                return later[..count].iter().rev().fold(above, |way, &label| self.longer(way, label));
            }
            later[count] = last;
            at = above;
        }
        way
    }

    /// The way that is a step longer.
    fn longer(&mut self, above: u32, label: u64) -> u32 {
        let next = self.list.len() as u32;
        let way = *self.known.entry((above, label)).or_insert(next);
        if way == next {
            let hash = mix(self.list[above as usize].hash, label);
            self.list.push(Way { above, label, hash });
        }
        way
    }
}
