//! Node → the native context (frame, realm, `vm` context) it belongs to, as DevTools attributes it.
//!
//! Objects lead to their context by their map: `object → map → map's map → native_context`. These
//! are fixed. Everything else belongs to the fixed node that retains it, or is shared if
//! several do. A label changes at most twice, which bounds the rounds of the walk.

use crate::snapshot::Snapshot;
use crate::snapshot::bits::NodeSet;
use crate::snapshot::derived::Table;
use crate::snapshot::error::Result;
use crate::snapshot::ids::{NodeIx, StringIx};
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::EdgeKind;
use crate::snapshot::ticker::Ticker;

/// Belongs to no context.
pub(crate) const NONE: u32 = u32::MAX;
/// Belongs to several.
pub(crate) const SHARED: u32 = u32::MAX - 1;

/// The context of every node: its position, [`NONE`] or [`SHARED`].
#[derive(Debug)]
pub(crate) struct NativeContexts {
    of_node: Vec<u32>,
}

impl NativeContexts {
    /// The attribution of a snapshot. The first call walks all edges.
    pub(crate) fn of<'a>(snapshot: &'a Snapshot, progress: &Progress) -> Result<&'a NativeContexts> {
        snapshot.derived.get_or_make(|| NativeContexts::new(snapshot, progress))
    }

    fn new(snapshot: &Snapshot, progress: &Progress) -> Result<NativeContexts> {
        let mut ticker = Ticker::new(progress);
        let maps = Maps::new(snapshot);
        let mut of_node = vec![NONE; snapshot.nodes().len()];
        let mut fixed = NodeSet::new(of_node.len());
        let mut queue = Vec::new();
        for node in snapshot.nodes().iter() {
            ticker.ticks(1 + snapshot.nodes().edge_count(node) as usize)?;
            let context = if is_native_context(snapshot.name(node)) { Some(node) } else { maps.context(node) };
            if let Some(context) = context {
                of_node[node.index()] = context.0;
                fixed.insert(node);
                queue.push(node);
            }
        }
        while let Some(node) = queue.pop() {
            let label = of_node[node.index()];
            for edge in snapshot.strong_edges(node) {
                ticker.tick()?;
                if edge.kind == EdgeKind::Shortcut || fixed.contains(edge.to) {
                    continue;
                }
                let slot = &mut of_node[edge.to.index()];
                let merged = if *slot == NONE || *slot == label { label } else { SHARED };
                if merged != *slot {
                    *slot = merged;
                    queue.push(edge.to);
                }
            }
        }
        Ok(NativeContexts { of_node })
    }

    /// The label of a node.
    pub(crate) fn label(&self, node: NodeIx) -> u32 {
        self.of_node[node.index()]
    }
}

impl Table for NativeContexts {
    fn memory(&self) -> usize {
        4 * self.of_node.capacity()
    }
}

/// Whether a raw name is that of a native context.
pub(crate) fn is_native_context(name: &[u8]) -> bool {
    const NAME: &[u8] = b"system / NativeContext";
    let name = name.strip_prefix(b"Detached ").unwrap_or(name);
    name.strip_prefix(NAME).is_some_and(|rest| rest.is_empty() || rest.starts_with(b" / "))
}

/// Follows maps. DevTools compares the indices of the two names, not their text.
struct Maps<'a> {
    snapshot: &'a Snapshot,
    map: Option<StringIx>,
    native_context: Option<StringIx>,
}

impl<'a> Maps<'a> {
    fn new(snapshot: &'a Snapshot) -> Self {
        let strings = snapshot.strings();
        Self { snapshot, map: strings.find(b"map"), native_context: strings.find(b"native_context") }
    }

    /// The context of the node's map.
    fn context(&self, node: NodeIx) -> Option<NodeIx> {
        let meta_map = self.map_of(self.map_of(node)?)?;
        self.first(meta_map, self.native_context?, |to| is_native_context(self.snapshot.name(to)))
    }

    fn map_of(&self, node: NodeIx) -> Option<NodeIx> {
        self.first(node, self.map?, |_| true)
    }

    fn first(&self, node: NodeIx, name: StringIx, accept: impl Fn(NodeIx) -> bool) -> Option<NodeIx> {
        let edges = self.snapshot.edges_of(node).filter(|edge| edge.kind == EdgeKind::Internal);
        edges.filter(|&edge| self.snapshot.edge_string(edge) == Some(name)).map(|edge| edge.to).find(|&to| accept(to))
    }
}
