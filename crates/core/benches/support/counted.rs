//! A builder of snapshots that counts along: what must come out of the text it writes.

use super::Heap;
use heapray_core::testing::{Node, SnapshotBuilder};

/// A heap under construction. All of it must be retained by one global object, the only `App`.
pub struct Counted {
    pub builder: SnapshotBuilder,
    pub app: Node,
    nodes: u32,
    edges: u32,
    total: u64,
}

impl Counted {
    pub fn new() -> Self {
        let builder = SnapshotBuilder::new();
        let root = builder.root();
        let mut heap = Self { builder, app: root, nodes: 1, edges: 0, total: 0 };
        let gc_roots = heap.node("synthetic", "(GC roots)", 0);
        heap.app = heap.node("object", "App", 64);
        heap.link(root, "element", "1", gc_roots);
        heap.link(root, "shortcut", "app", heap.app);
        heap
    }

    pub fn node(&mut self, kind: &str, name: &str, self_size: u32) -> Node {
        self.nodes += 1;
        self.total += u64::from(self_size);
        self.builder.node(kind, name, u64::from(self_size))
    }

    pub fn link(&mut self, from: Node, kind: &str, name: &str, to: Node) {
        self.edges += 1;
        self.builder.edge(from, kind, name, to);
    }

    pub fn element(&mut self, from: Node, index: u32, to: Node) {
        self.edges += 1;
        self.builder.element(from, i64::from(index), to);
    }

    /// The text, and what must come out of it.
    pub fn finish(self, name: &'static str) -> Heap {
        Heap {
            name,
            json: self.builder.json(),
            nodes: self.nodes,
            edges: self.edges,
            total: self.total,
            top_class: ("App", self.total),
        }
    }
}
