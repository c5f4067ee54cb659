//! Work for requests that have not been answered: functions that await, and timers that will answer.
//!
//! However long they take, there are as many of them as clients that wait.

use crate::leak::name_quality::{NameQuality, name_quality};
use crate::leak::suspects::Search;
use crate::program::variables::is_context;
use crate::snapshot::columns::Edge;
use crate::snapshot::display::{EdgeLabel, edge_label, internal_target};
use crate::snapshot::ids::NodeIx;
use crate::snapshot::schema::NodeKind;
use foldhash::{HashSet, HashSetExt};

/// Objects checked.
const LOOKED_AT: usize = 16;
/// Steps up from an object to the function or timer that retains it.
const MAX_STEPS_UP: usize = 8;
/// Nodes visited from there: a function that awaits, and those that await its promise.
const MAX_VISITED: usize = 64;
/// References visited from each of them.
const MAX_EDGES: usize = 64;

impl Search<'_> {
    /// Whether the newest of some objects are retained by work for open requests, most for one of their own each.
    pub(crate) fn are_for_open_requests(&self, nodes: &[NodeIx]) -> bool {
        let newest = &nodes[nodes.len().saturating_sub(LOOKED_AT)..];
        let mut requests = HashSet::new();
        let all = newest.iter().all(|&node| self.open_request(node).map(|request| requests.insert(request)).is_some());
        all && !newest.is_empty() && requests.len() * 2 >= newest.len()
    }

    /// The open request for which a function or timer works that retains an object.
    fn open_request(&self, node: NodeIx) -> Option<NodeIx> {
        let path = std::iter::once(node).chain(self.shortest.ancestors(node)).take(MAX_STEPS_UP);
        let mut queue = vec![path.into_iter().find(|&at| self.waits(at))?];
        let mut at = 0;
        while let Some(&node) = queue.get(at) {
            at += 1;
            for edge in self.snapshot.retaining_edges(node).take(MAX_EDGES) {
                if self.is_unanswered(edge.to) {
                    return Some(edge.to);
                }
                if queue.len() < MAX_VISITED && self.leads_to_request(node, edge) && !queue.contains(&edge.to) {
                    queue.push(edge.to);
                }
            }
        }
        None
    }

    fn waits(&self, node: NodeIx) -> bool {
        self.snapshot.kind(node) == NodeKind::Closure || self.is_suspended(node) || self.is_named(node, b"Timeout")
    }

    /// Whether a reference leads from work to what it works with, or to the function that awaits its result.
    fn leads_to_request(&self, from: NodeIx, edge: Edge) -> bool {
        let snapshot = self.snapshot;
        let by = |name: &[u8]| edge_label(snapshot, edge) == EdgeLabel::Name(name);
        let is_promise = || self.is_named(edge.to, b"Promise");
        match snapshot.kind(from) {
            NodeKind::Closure => by(b"context"),
            NodeKind::Array => name_quality(snapshot, self.scripts, edge.to) == NameQuality::Library,
            _ if is_context(snapshot.name(from)) => self.is_suspended(edge.to) || is_promise(),
            _ if self.is_suspended(from) => by(b"parameters_and_registers") || is_promise(),
            _ => match snapshot.name(from) {
                b"Timeout" => by(b"_onTimeout"),
                b"Promise" => by(b"reactions_or_result"),
                b"system / PromiseReaction" => is_promise() || self.is_resumption(edge.to),
                _ => false,
            },
        }
    }

    /// Whether a function is V8's own that resumes another.
    fn is_resumption(&self, node: NodeIx) -> bool {
        self.snapshot.kind(node) == NodeKind::Closure && self.snapshot.location(node).is_none()
    }

    fn is_suspended(&self, node: NodeIx) -> bool {
        self.snapshot.kind(node) == NodeKind::Object
            && internal_target(self.snapshot, node, b"parameters_and_registers").is_some()
    }

    fn is_named(&self, node: NodeIx, class: &[u8]) -> bool {
        self.snapshot.kind(node) == NodeKind::Object && self.snapshot.name(node) == class
    }

    /// Whether a node is a request, or the response to one, that a connection works on.
    fn is_unanswered(&self, node: NodeIx) -> bool {
        let field = |of: NodeIx, name: &[u8]| {
            let mut edges = self.snapshot.retaining_edges(of);
            edges.find(|&edge| edge_label(self.snapshot, edge) == EdgeLabel::Name(name)).map(|edge| edge.to)
        };
        let socket = || field(node, b"socket").or_else(|| field(field(node, b"req")?, b"socket"));
        let message = || field(socket()?, b"_httpMessage");
        name_quality(self.snapshot, self.scripts, node) == NameQuality::Connection
            && message().is_some_and(|message| message == node || field(message, b"req") == Some(node))
    }
}
