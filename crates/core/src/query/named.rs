//! DevTools' named filters → one bit for each node.
//!
//! Four of them keep the objects that would be freed without certain others: those that the root does not reach in a
//! walk that avoids the others. Objects that it does not reach anyway are left out.

use crate::paths::shortest_paths::is_console;
use crate::program::native_contexts::{NONE, NativeContexts, SHARED};
use crate::program::variables::is_context;
use crate::query::duplicates::Duplicates;
use crate::snapshot::Snapshot;
use crate::snapshot::bits::NodeSet;
use crate::snapshot::columns::Edge;
use crate::snapshot::display::edge_label;
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::ticker::Ticker;

/// A named filter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NamedFilter {
    DetachedDomNodes,
    Contexts,
    Console,
    EventHandlers,
    DuplicatedStrings,
    SharedNativeContext,
    NoNativeContext,
    /// The position of the context's node, multiplied by the file's node field count as in DevTools.
    NativeContext(u64),
}

/// The prefix of a name that ends in a number.
const NATIVE_CONTEXT: &str = "nativeContext_";

impl NamedFilter {
    /// The filter with this name in DevTools.
    pub(crate) fn parse(name: &str) -> Result<NamedFilter> {
        Ok(match name {
            "objectsRetainedByDetachedDomNodes" => NamedFilter::DetachedDomNodes,
            "objectsRetainedByContexts" => NamedFilter::Contexts,
            "objectsRetainedByConsole" => NamedFilter::Console,
            "objectsRetainedByEventHandlers" => NamedFilter::EventHandlers,
            "duplicatedStrings" => NamedFilter::DuplicatedStrings,
            "sharedNativeContext" => NamedFilter::SharedNativeContext,
            "noNativeContext" => NamedFilter::NoNativeContext,
            _ => match name.strip_prefix(NATIVE_CONTEXT).and_then(|index| index.parse().ok()) {
                Some(index) => NamedFilter::NativeContext(index),
                None => {
                    return Err(Error::new(Code::InvalidQuery, "one of DevTools' named filters", format!("{name:?}")));
                }
            },
        })
    }

    /// The nodes it keeps.
    pub(crate) fn nodes(self, snapshot: &Snapshot, progress: &Progress) -> Result<NodeSet> {
        match self {
            NamedFilter::DetachedDomNodes => {
                retained(snapshot, progress, |_, edge| snapshot.detachedness(edge.to) != 2)
            }
            NamedFilter::Contexts => retained(snapshot, progress, |_, edge| !is_context(snapshot.name(edge.to))),
            NamedFilter::Console => retained(snapshot, progress, |from, edge| !is_console(snapshot, from, edge)),
            NamedFilter::EventHandlers => {
                let handlers = event_handlers(snapshot, progress)?;
                retained(snapshot, progress, |_, edge| !handlers.contains(edge.to))
            }
            NamedFilter::DuplicatedStrings => Ok(Duplicates::find(snapshot, progress)?.nodes(snapshot)),
            NamedFilter::SharedNativeContext => labelled(snapshot, progress, SHARED),
            NamedFilter::NoNativeContext => labelled(snapshot, progress, NONE),
            NamedFilter::NativeContext(index) => {
                let fields = snapshot.schema().node.count as u64;
                let node = u32::try_from(index / fields).ok().filter(|_| index.is_multiple_of(fields));
                match node.filter(|&node| node < snapshot.node_count()) {
                    Some(node) => labelled(snapshot, progress, node),
                    None => Ok(NodeSet::new(snapshot.nodes().len())),
                }
            }
        }
    }
}

/// The nodes that the root reaches only along edges for which `enter` is false.
fn retained(snapshot: &Snapshot, progress: &Progress, enter: impl Fn(NodeIx, Edge) -> bool) -> Result<NodeSet> {
    let count = snapshot.nodes().len();
    let mut reached = NodeSet::new(count);
    let mut ticker = Ticker::of(progress, snapshot.edges().len());
    let mut queue = vec![snapshot.root()];
    reached.insert(snapshot.root());
    while let Some(node) = queue.pop() {
        for edge in snapshot.strong_edges(node) {
            ticker.tick()?;
            if !reached.contains(edge.to) && enter(node, edge) {
                reached.insert(edge.to);
                queue.push(edge.to);
            }
        }
    }
    let mut kept = NodeSet::new(count);
    for node in snapshot.nodes().iter() {
        if !reached.contains(node) && snapshot.distance(node) >= 0 {
            kept.insert(node);
        }
    }
    Ok(kept)
}

fn labelled(snapshot: &Snapshot, progress: &Progress, label: u32) -> Result<NodeSet> {
    let contexts = NativeContexts::of(snapshot, progress)?;
    let mut kept = NodeSet::new(snapshot.nodes().len());
    for node in snapshot.nodes().iter().filter(|&node| contexts.label(node) == label) {
        kept.insert(node);
    }
    Ok(kept)
}

/// The functions behind event listeners.
fn event_handlers(snapshot: &Snapshot, progress: &Progress) -> Result<NodeSet> {
    let count = snapshot.nodes().len();
    let mut handlers = NodeSet::new(count);
    let mut callbacks = NodeSet::new(count);
    let mut functions = Functions { snapshot, known: NodeSet::new(count), functions: NodeSet::new(count) };
    let mut ticker = Ticker::new(progress);
    for node in snapshot.nodes().iter() {
        ticker.tick()?;
        if snapshot.name(node) == b"V8EventListener"
            && let Some(callback) = target_named(snapshot, node, b"1")
            && callbacks.insert(callback)
        {
            handlers.insert(functions.handler_of(callback));
        }
    }
    Ok(handlers)
}

/// Finds the functions behind listeners. Each object is checked once, however many refer to it.
struct Functions<'a> {
    snapshot: &'a Snapshot,
    known: NodeSet,
    functions: NodeSet,
}

impl Functions<'_> {
    /// The callback if it is a function, otherwise the first function it refers to: the handler in a framework's wrapper.
    fn handler_of(&mut self, callback: NodeIx) -> NodeIx {
        if self.is_function(callback) {
            return callback;
        }
        let referred = self.snapshot.edges_of(callback).map(|edge| edge.to);
        referred.into_iter().find(|&to| self.is_function(to)).unwrap_or(callback)
    }

    fn is_function(&mut self, node: NodeIx) -> bool {
        if self.known.insert(node) && target_named(self.snapshot, node, b"code").is_some() {
            self.functions.insert(node);
        }
        self.functions.contains(node)
    }
}

/// The target of the first edge of any type with this name.
fn target_named(snapshot: &Snapshot, node: NodeIx, name: &[u8]) -> Option<NodeIx> {
    snapshot.edges_of(node).find(|&edge| edge_label(snapshot, edge).is(name)).map(|edge| edge.to)
}
