//! Node → the shortest way from a GC root that explains why it is alive.
//!
//! The shortest way of all is often a bad explanation: whatever takes the snapshot stands on the
//! stack, and its registers refer to half the program. So the walk spreads in rounds, and only
//! what a round has not reached is left to the next:
//!
//! 1. from the program's globals, as DevTools' distances do;
//! 2. from all roots except the stack, the handle scopes and what the DevTools console holds;
//! 3. from these too;
//! 4. over references that do not retain by DevTools' rules, from what is reached.
//!
//! Weak references, the table side of a WeakMap entry and shortcuts are never followed before round
//! 4; neither are the slots of map descriptors that hold no value of the program's.

use crate::bits::NodeSet;
use crate::columns::Edge;
use crate::derived::Table;
use crate::display::{edge_label, parse_int};
use crate::error::Result;
use crate::ids::{EdgeIx, NodeIx};
use crate::progress::Progress;
use crate::query::named::is_console;
use crate::query::steps::Steps;
use crate::schema::{EdgeKind, NodeKind};
use crate::snapshot::Snapshot;
use crate::wellknown::Mark;

/// No edge: the root, or a node nothing leads to.
const NO_EDGE: u32 = u32::MAX;

/// Steps of a node nothing leads to.
pub(crate) const UNREACHED: u32 = u32::MAX;

/// Steps added for each round: ways of a later round are longer than all of an earlier one.
pub(crate) const ROUND: u32 = 1 << 29;

/// The tree of best ways.
#[derive(Debug)]
pub(crate) struct Routes {
    /// The edge over which each node was reached.
    arrival: Vec<u32>,
    /// Its steps from the root, with [`ROUND`] for each round that came before.
    steps: Vec<u32>,
}

impl Routes {
    /// The ways of a snapshot. The first call walks all edges.
    pub(crate) fn of<'a>(snapshot: &'a Snapshot, progress: &Progress) -> Result<&'a Routes> {
        snapshot.derived.get_or_make(|| Spread::new(snapshot, progress).run())
    }

    /// The edge that leads to the node on its best way.
    pub(crate) fn arrival(&self, snapshot: &Snapshot, node: NodeIx) -> Option<Edge> {
        let edge = self.arrival[node.index()];
        (edge != NO_EDGE).then(|| snapshot.edges().get(EdgeIx(edge)))
    }

    /// How far the node is; [`UNREACHED`] when nothing leads to it.
    pub(crate) fn steps(&self, node: NodeIx) -> u32 {
        self.steps[node.index()]
    }
}

impl Table for Routes {
    fn memory(&self) -> usize {
        4 * (self.arrival.capacity() + self.steps.capacity())
    }
}

struct Spread<'a> {
    snapshot: &'a Snapshot,
    beat: Steps<'a>,
    routes: Routes,
    /// Where the second round does not go: the stack and the handle scopes.
    shunned: NodeSet,
    queue: Vec<NodeIx>,
}

/// What a round follows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Round {
    Sensible,
    Retaining,
    Anything,
}

impl<'a> Spread<'a> {
    fn new(snapshot: &'a Snapshot, progress: &'a Progress) -> Self {
        let count = snapshot.nodes().len();
        let mut shunned = NodeSet::new(count);
        for node in snapshot.nodes().iter() {
            if snapshot.kind(node) == NodeKind::Synthetic
                && matches!(snapshot.name(node), b"(Stack roots)" | b"(Handle scope)" | b"C++ native stack roots")
            {
                shunned.insert(node);
            }
        }
        let routes = Routes { arrival: vec![NO_EDGE; count], steps: vec![UNREACHED; count] };
        let beat = Steps::of(progress, snapshot.edges().len());
        Self { snapshot, beat, routes, shunned, queue: Vec::with_capacity(count) }
    }

    fn run(mut self) -> Result<Routes> {
        let root = self.snapshot.root();
        let heap = self.snapshot.heap();
        for edge in self.snapshot.edges_of(root) {
            if edge.to != root && edge.kind != EdgeKind::Weak && heap.is_user_root(edge.to) {
                self.reach(edge, 1);
            }
        }
        self.walk(Round::Sensible)?;
        self.routes.steps[root.index()] = ROUND;
        self.queue.push(root);
        self.walk(Round::Sensible)?;
        for (number, round) in [(2, Round::Retaining), (3, Round::Anything)] {
            self.resume(number, round)?;
        }
        Ok(self.routes)
    }

    fn reach(&mut self, edge: Edge, steps: u32) {
        if self.routes.steps[edge.to.index()] == UNREACHED {
            self.routes.steps[edge.to.index()] = steps;
            self.routes.arrival[edge.to.index()] = edge.ix.0;
            self.queue.push(edge.to);
        }
    }

    /// Breadth first from what is in the queue.
    fn walk(&mut self, round: Round) -> Result<()> {
        let mut at = 0;
        while let Some(&node) = self.queue.get(at) {
            at += 1;
            let steps = self.routes.steps[node.index()] + 1;
            for edge in self.snapshot.edges_of(node) {
                self.beat.step()?;
                if self.routes.steps[edge.to.index()] == UNREACHED && self.follows(round, node, edge) {
                    self.reach(edge, steps);
                }
            }
        }
        self.queue.clear();
        Ok(())
    }

    /// Starts a round from everything reached that has a neighbour left out before.
    fn resume(&mut self, number: u32, round: Round) -> Result<()> {
        for node in self.snapshot.nodes().iter() {
            let steps = self.routes.steps[node.index()];
            if steps >= number * ROUND {
                continue;
            }
            for edge in self.snapshot.edges_of(node) {
                self.beat.step()?;
                if self.routes.steps[edge.to.index()] == UNREACHED && self.follows(round, node, edge) {
                    self.reach(edge, number * ROUND + steps % ROUND + 1);
                }
            }
        }
        let routes = &self.routes;
        self.queue.sort_by_key(|&node| (routes.steps[node.index()], node));
        self.walk(round)
    }

    fn follows(&self, round: Round, from: NodeIx, edge: Edge) -> bool {
        match round {
            Round::Anything => edge.kind != EdgeKind::Weak,
            _ if edge.filtered || edge.kind == EdgeKind::Weak => false,
            Round::Retaining => true,
            Round::Sensible => {
                !self.shunned.contains(edge.to)
                    && !is_console(self.snapshot, from, edge)
                    && !is_descriptor(self.snapshot, from, edge)
            }
        }
    }
}

/// Edges of V8's own bookkeeping that DevTools' distances do not follow either.
fn is_descriptor(snapshot: &Snapshot, from: NodeIx, edge: Edge) -> bool {
    let mark = |string| snapshot.wellknown.mark(string);
    match (snapshot.kind(from), mark(snapshot.nodes().name(from))) {
        (NodeKind::Hidden, Mark::NativeContext) => {
            snapshot.edge_string(edge).is_some_and(|name| mark(name) == Mark::SloppyFunctionMap)
        }
        (NodeKind::Array, Mark::MapDescriptors) => {
            let label = edge_label(snapshot, edge).text();
            parse_int(&label.0).is_some_and(|index| index >= 2 && index % 3 == 1)
        }
        _ => false,
    }
}
