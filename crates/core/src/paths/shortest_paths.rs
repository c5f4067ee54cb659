//! Node → the shortest path from a GC root that explains why it is alive.
//!
//! The shortest path of all is often a bad explanation: the function that takes the snapshot is on the stack, and its
//! registers refer to half the program. So the walk proceeds in rounds, each of which visits only nodes that earlier
//! rounds have not reached:
//!
//! 1. from the program's globals, as DevTools' distances do;
//! 2. from all roots except the stack, the handle scopes and the values held by the DevTools console;
//! 3. from timers, immediates, connections and reactions of promises: a variable of the program explains more than
//!    work under way;
//! 4. from the stack and the rest;
//! 5. from the nodes reached, along references that do not retain by DevTools' rules.
//!
//! Weak references, the table side of a WeakMap entry and shortcuts are followed in round 5 only; so are the slots of
//! map descriptors that hold no value of the program.

use crate::snapshot::Snapshot;
use crate::snapshot::bits::NodeSet;
use crate::snapshot::column::{filled, prefetch, with_room};
use crate::snapshot::columns::Edge;
use crate::snapshot::derived::Table;
use crate::snapshot::display::{EdgeLabel, edge_label, parse_int};
use crate::snapshot::error::Result;
use crate::snapshot::ids::{EdgeIx, NodeIx};
use crate::snapshot::progress::{Phase, Progress};
use crate::snapshot::schema::NodeKind;
use crate::snapshot::sort::sort_by_key;
use crate::snapshot::wellknown::Mark;

/// No edge: the root, or an unreached node.
const NO_EDGE: u32 = u32::MAX;

/// The cost of an unreached node.
pub const UNREACHED: u32 = u32::MAX;

/// Added to the cost for each round, so that paths of a later round cost more than all of an earlier one.
pub const ROUND: u32 = 1 << 29;

/// The tree of shortest paths.
#[derive(Debug)]
pub struct ShortestPaths {
    /// By node.
    last: Vec<Parent>,
}

/// The last step of a node's shortest path. The fields are adjacent because they are read together.
#[derive(Clone, Copy, Debug)]
struct Parent {
    edge: u32,
    /// The node that the edge starts at.
    from: NodeIx,
    /// Steps of the whole path, plus [`ROUND`] for each round that came before.
    cost: u32,
}

impl ShortestPaths {
    /// The shortest paths of a snapshot. The first call walks all edges.
    pub fn of<'a>(snapshot: &'a Snapshot, progress: &Progress) -> Result<&'a ShortestPaths> {
        snapshot.derived.get_or_make(|| Spread::new(snapshot, progress)?.run())
    }

    /// The last edge of the node's shortest path, and its source.
    #[inline(always)]
    pub fn parent_edge(&self, snapshot: &Snapshot, node: NodeIx) -> Option<(NodeIx, Edge)> {
        let Parent { edge, from, .. } = self.last[node.index()];
        (edge != NO_EDGE).then(|| (from, snapshot.edges().get(EdgeIx(edge))))
    }

    /// The node before this one on its shortest path.
    #[inline(always)]
    pub fn parent(&self, node: NodeIx) -> Option<NodeIx> {
        let Parent { edge, from, .. } = self.last[node.index()];
        (edge != NO_EDGE).then_some(from)
    }

    /// Prefetches the data that [`ShortestPaths::parent_edge`] and the edge's name need, for a node to be visited soon.
    #[inline(always)]
    pub fn prefetch(&self, snapshot: &Snapshot, node: usize) {
        if let Some(&Parent { edge, .. }) = self.last.get(node) {
            prefetch(&snapshot.edges().targets, edge as usize);
            prefetch(&snapshot.edges().names, edge as usize);
        }
    }

    /// The other nodes of a node's shortest path, the nearest first.
    pub fn ancestors<'a>(&'a self, node: NodeIx) -> impl Iterator<Item = NodeIx> + 'a {
        std::iter::successors(Some(node), |&at| self.parent(at)).skip(1)
    }

    /// The number of steps of the node's shortest path, if it has one.
    pub fn depth(&self, node: NodeIx) -> usize {
        (self.cost(node) % ROUND) as usize
    }

    /// Whether only work under way retains the node: timers, awaited promises, the stack.
    pub fn is_under_way(&self, node: NodeIx) -> bool {
        let cost = self.cost(node);
        cost != UNREACHED && cost >= 2 * ROUND
    }

    /// Steps of the shortest path, plus [`ROUND`] for each round before the one that reached the node, or [`UNREACHED`].
    pub fn cost(&self, node: NodeIx) -> u32 {
        self.last[node.index()].cost
    }
}

impl Table for ShortestPaths {
    fn memory(&self) -> usize {
        size_of::<Parent>() * self.last.capacity()
    }
}

struct Spread<'a> {
    snapshot: &'a Snapshot,
    progress: &'a Progress,
    shortest: ShortestPaths,
    reached: NodeSet,
    /// Roots that the first rounds skip: the stack and the handle scopes.
    deferred: NodeSet,
    /// Nodes reached in this round.
    queue: Vec<u32>,
    /// By round, from the third on: edges that earlier rounds left out.
    left_out: [Vec<EdgeIx>; 3],
}

/// The edges that a round follows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Round {
    Sensible,
    Waiting,
    Retaining,
    Anything,
}

/// Nodes between two looks at the cancel flag.
const CHECK_INTERVAL: usize = 16_384;

impl<'a> Spread<'a> {
    fn new(snapshot: &'a Snapshot, progress: &'a Progress) -> Result<Self> {
        let count = snapshot.nodes().len();
        let mut deferred = NodeSet::new(count);
        for node in snapshot.nodes().iter() {
            if snapshot.kind(node) == NodeKind::Synthetic
                && matches!(snapshot.name(node), b"(Stack roots)" | b"(Handle scope)" | b"C++ native stack roots")
            {
                deferred.insert(node);
            }
        }
        let nowhere = Parent { edge: NO_EDGE, from: snapshot.root(), cost: UNREACHED };
        let shortest = ShortestPaths { last: filled(nowhere, count)? };
        progress.enter(Phase::Query, count as u64);
        let left_out = [Vec::new(), Vec::new(), Vec::new()];
        Ok(Self {
            snapshot,
            progress,
            shortest,
            reached: NodeSet::new(count),
            deferred,
            queue: with_room(count)?,
            left_out,
        })
    }

    fn run(mut self) -> Result<ShortestPaths> {
        let root = self.snapshot.root();
        let heap = self.snapshot.heap();
        // No path leads to the root, even if a node refers to it: a walk upwards would never end.
        self.reached.insert(root);
        self.shortest.last[root.index()].cost = ROUND;
        for edge in self.snapshot.strong_edges(root) {
            if edge.to != root && heap.is_user_root(edge.to) {
                self.reach(root, edge, 1);
            }
        }
        self.walk(Round::Sensible)?;
        self.queue.push(root.0);
        self.walk(Round::Sensible)?;
        self.resume(2, Round::Waiting)?;
        self.resume(3, Round::Retaining)?;
        self.resume(4, Round::Anything)?;
        Ok(self.shortest)
    }

    fn reach(&mut self, from: NodeIx, edge: Edge, cost: u32) {
        if self.reached.insert(edge.to) {
            self.shortest.last[edge.to.index()] = Parent { edge: edge.ix.0, from, cost };
            self.queue.push(edge.to.0);
        }
    }

    /// Walks breadth first from the nodes in the queue.
    fn walk(&mut self, round: Round) -> Result<()> {
        let heap = self.snapshot.heap();
        let mut at = 0;
        while let Some(&node) = self.queue.get(at) {
            heap.prefetch_edges(&self.queue, at);
            at += 1;
            if at.is_multiple_of(CHECK_INTERVAL) {
                self.progress.set_done(at as u64);
                self.progress.check()?;
            }
            let node = NodeIx(node);
            let cost = self.shortest.cost(node) + 1;
            let kind = special(self.snapshot, node);
            for edge in self.snapshot.strong_edges(node) {
                if self.reached.contains(edge.to) {
                    continue;
                }
                let first = self.first_round(node, kind, edge);
                if first <= round {
                    self.reach(node, edge, cost);
                } else {
                    self.left_out[first as usize - 1].push(edge.ix);
                }
            }
        }
        self.queue.clear();
        Ok(())
    }

    /// Starts a round with the edges that earlier ones left out.
    fn resume(&mut self, number: u32, round: Round) -> Result<()> {
        let mut edges = std::mem::take(&mut self.left_out[number as usize - 2]);
        sort_by_key(&mut edges, |&edge| edge);
        for ix in edges {
            let from = self.snapshot.nodes().source_of(ix);
            let steps = self.shortest.cost(from) % ROUND;
            self.reach(from, self.snapshot.edges().get(ix), number * ROUND + steps + 1);
        }
        let shortest = &self.shortest;
        sort_by_key(&mut self.queue, |&node| (shortest.cost(NodeIx(node)), node));
        self.walk(round)
    }

    /// The first round that follows an edge.
    fn first_round(&self, from: NodeIx, kind: Special, edge: Edge) -> Round {
        if !self.snapshot.retains(from, edge) {
            Round::Anything
        } else if self.deferred.contains(edge.to)
            || kind == Special::Internal
                && (is_console(self.snapshot, from, edge) || is_descriptor(self.snapshot, from, edge))
        {
            Round::Retaining
        } else if kind == Special::Waiting {
            Round::Waiting
        } else {
            Round::Sensible
        }
    }
}

/// Nodes of which the first rounds leave out some or all edges.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Special {
    No,
    Internal,
    Waiting,
}

/// Whether a handle belongs to a connection rather than a server, whose handle leads to the program.
fn is_of_connection(snapshot: &Snapshot, handle: NodeIx) -> bool {
    let mark = |node| snapshot.wellknown.mark(snapshot.nodes().name(node));
    snapshot.strong_edges(handle).any(|edge| mark(edge.to) == Mark::Connection)
}

fn special(snapshot: &Snapshot, node: NodeIx) -> Special {
    let mark = || snapshot.wellknown.mark(snapshot.nodes().name(node));
    match snapshot.kind(node) {
        NodeKind::Synthetic => Special::Internal,
        NodeKind::Hidden | NodeKind::Array | NodeKind::Object | NodeKind::Native | NodeKind::Code => match mark() {
            Mark::NativeContext | Mark::MapDescriptors => Special::Internal,
            Mark::Waiting => Special::Waiting,
            Mark::Handle if is_of_connection(snapshot, node) => Special::Waiting,
            _ => Special::No,
        },
        _ => Special::No,
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

/// Whether an edge leads to a value that the DevTools console holds.
pub fn is_console(snapshot: &Snapshot, from: NodeIx, edge: Edge) -> bool {
    snapshot.kind(from) == NodeKind::Synthetic
        && matches!(edge_label(snapshot, edge), EdgeLabel::Name(name) if name.ends_with(b" / DevTools console"))
}
