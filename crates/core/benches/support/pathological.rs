//! Heaps that break naive algorithms: deep ones for recursion, wide ones for per-child lists,
//! cyclic ones for dominators.

use super::Heap;
use super::heaps::finished;
use super::sketch::{APP, Kind, Link, Sketch};

/// All of them, with `size` nodes each, but for a few.
pub fn all(size: u32) -> Vec<Heap> {
    vec![chain(size), star(size), ladder(size), doubly_linked(size), deep_trace_tree(size)]
}

/// `App → link → link → …`: the deepest tree there is.
pub fn chain(length: u32) -> Heap {
    let mut sketch = Sketch::new();
    let mut last = APP;
    for _ in 0..length {
        let link = sketch.node(Kind::Object, "Link", 32);
        sketch.link(last, Link::Property, "next", link);
        last = link;
    }
    finished("chain", &sketch)
}

/// `App → hub → leaf, leaf, …`: the widest.
pub fn star(leaves: u32) -> Heap {
    let mut sketch = Sketch::new();
    let hub = sketch.node(Kind::Array, "", 16 + 8 * leaves);
    sketch.link(APP, Link::Property, "leaves", hub);
    for index in 0..leaves {
        let leaf = sketch.node(Kind::Object, "Leaf", 32);
        sketch.edge(hub, Link::Element, index, leaf);
    }
    finished("star", &sketch)
}

/// Two rails with every rung crossed and an edge back from each step to the one before:
///
/// ```text
/// App → a₁ ⇄ a₂ ⇄ a₃ …
///     ↘    ✕    ✕         App dominates every step immediately, though the paths are long;
///       b₁ ⇄ b₂ ⇄ b₃ …    an iterative algorithm takes many rounds to see it.
/// ```
pub fn ladder(nodes: u32) -> Heap {
    let mut sketch = Sketch::new();
    let mut before = [APP, APP];
    for step in 0..nodes / 2 {
        let rung = [sketch.node(Kind::Object, "LeftStep", 32), sketch.node(Kind::Object, "RightStep", 32)];
        for side in 0..2 {
            sketch.link(before[side], Link::Property, "next", rung[side]);
            sketch.link(before[side], Link::Property, "across", rung[1 - side]);
            if step > 0 {
                sketch.link(rung[side], Link::Property, "previous", before[side]);
            }
        }
        before = rung;
    }
    finished("ladder", &sketch)
}

/// A list whose items know the one before, and the list its last one.
pub fn doubly_linked(length: u32) -> Heap {
    let mut sketch = Sketch::new();
    let list = sketch.node(Kind::Object, "LinkedList", 40);
    sketch.link(APP, Link::Property, "list", list);
    let mut last = list;
    for _ in 0..length {
        let item = sketch.node(Kind::Object, "Item", 40);
        sketch.link(last, Link::Property, "next", item);
        sketch.link(item, Link::Property, "previous", last);
        last = item;
    }
    sketch.link(list, Link::Property, "last", last);
    finished("doubly linked", &sketch)
}

/// Allocation stacks as deep as `depth` calls: JSON nested twice as deep as that.
pub fn deep_trace_tree(depth: u32) -> Heap {
    let mut sketch = Sketch::new();
    for index in 0..1000 {
        let kept = sketch.node(Kind::Object, "Kept", 32);
        sketch.edge(APP, Link::Element, index, kept);
        sketch.allocated_at_depth(kept, depth);
    }
    finished("deep trace tree", &sketch)
}
