//! Heaps that break naive algorithms: deep ones for recursion, wide ones for per-child lists,
//! cyclic ones for dominators.

use super::Heap;
use super::counted::Counted;

/// All of them.
pub fn all(size: u32) -> Vec<Heap> {
    vec![chain(size), star(size), ladder(size), doubly_linked(size), deep_trace_tree(size)]
}

/// `App → link → link → …`: the deepest tree there is.
pub fn chain(length: u32) -> Heap {
    let mut heap = Counted::new();
    let mut last = heap.app;
    for _ in 0..length {
        let link = heap.node("object", "Link", 32);
        heap.link(last, "property", "next", link);
        last = link;
    }
    heap.finish("chain")
}

/// `App → hub → leaf, leaf, …`: the widest.
pub fn star(leaves: u32) -> Heap {
    let mut heap = Counted::new();
    let hub = heap.node("array", "", 16 + 8 * leaves);
    heap.link(heap.app, "property", "leaves", hub);
    for index in 0..leaves {
        let leaf = heap.node("object", "Leaf", 32);
        heap.element(hub, index, leaf);
    }
    heap.finish("star")
}

/// Two rails, crossed at every step, with edges back:
///
/// ```text
/// App → a₁ ⇄ a₂ ⇄ a₃ …
///     ↘    ✕    ✕         App dominates every step immediately, however long the path;
///       b₁ ⇄ b₂ ⇄ b₃ …    an iterative algorithm takes many rounds to see it.
/// ```
pub fn ladder(nodes: u32) -> Heap {
    let mut heap = Counted::new();
    let mut before = [heap.app, heap.app];
    for step in 0..nodes / 2 {
        let rung = [heap.node("object", "LeftStep", 32), heap.node("object", "RightStep", 32)];
        for side in 0..2 {
            heap.link(before[side], "property", "next", rung[side]);
            heap.link(before[side], "property", "across", rung[1 - side]);
            if step > 0 {
                heap.link(rung[side], "property", "previous", before[side]);
            }
        }
        before = rung;
    }
    heap.finish("ladder")
}

/// A list whose items know the one before, and which knows its last item.
pub fn doubly_linked(length: u32) -> Heap {
    let mut heap = Counted::new();
    let list = heap.node("object", "LinkedList", 40);
    heap.link(heap.app, "property", "list", list);
    let mut last = list;
    for _ in 0..length {
        let item = heap.node("object", "Item", 40);
        heap.link(last, "property", "next", item);
        heap.link(item, "property", "previous", last);
        last = item;
    }
    heap.link(list, "property", "last", last);
    heap.finish("doubly linked")
}

/// Allocation stacks as deep as `depth` calls, each call the only one its caller made: JSON nested
/// as deep as that.
pub fn deep_trace_tree(depth: u32) -> Heap {
    let mut heap = Counted::new();
    for index in 0..1000 {
        let kept = heap.node("object", "Kept", 32);
        heap.element(heap.app, index, kept);
        heap.builder.trace(kept, depth);
    }
    heap.builder.trace_function("descend", "descend.js", [1, 1, 1]);
    let calls: String = (1..=depth).map(|call| format!("{call},0,1,16,[")).collect();
    heap.builder.trace_tree(&(calls + &"]".repeat(depth as usize)));
    heap.finish("deep trace tree")
}
