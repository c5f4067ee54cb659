//! Dominators and retained sizes against their definitions, on graphs a reader can draw and on random ones.

#![allow(clippy::expect_used, reason = "a test may stop")]

use heapray_core::ids::NodeIx;
use heapray_core::testing::{Node, SnapshotBuilder};
use heapray_core::{Progress, Snapshot, parse};

fn open(builder: &SnapshotBuilder) -> Snapshot {
    parse::open(&builder.json(), &Progress::new()).expect("a valid snapshot")
}

fn objects(builder: &mut SnapshotBuilder, count: usize) -> Vec<Node> {
    (0..count).map(|i| builder.node("object", "Thing", 10 + i as u64)).collect()
}

fn dominator(snapshot: &Snapshot, builder: &SnapshotBuilder, node: Node) -> u32 {
    let ix = find(snapshot, builder, node);
    snapshot.nodes().id(snapshot.dominators().parent(ix)).0
}

fn find(snapshot: &Snapshot, builder: &SnapshotBuilder, node: Node) -> NodeIx {
    let id = heapray_core::ids::ObjectId(builder.id_of(node) as u32);
    snapshot.find(id).expect("the node")
}

/// A root that is a global itself is part of the page, as is everything it reaches: then nothing outside the page
/// retains any of it.
#[test]
fn a_root_that_is_its_own_global_owns_what_it_reaches() {
    let mut builder = SnapshotBuilder::new();
    let root = builder.root();
    let [held, part, outsider] = objects(&mut builder, 3).try_into().expect("three");
    builder.edge(root, "shortcut", "self", root);
    builder.element(root, 1, held);
    builder.property(held, "part", part);
    builder.property(outsider, "sees", part);
    let snapshot = open(&builder);
    assert_eq!(u64::from(dominator(&snapshot, &builder, part)), builder.id_of(held));
}

/// ```text
///      a
///     / \
///    b   c
///     \ /
///      d
/// ```
#[test]
fn a_diamond_is_dominated_by_its_top() {
    let mut builder = SnapshotBuilder::new();
    let root = builder.root();
    let [a, b, c, d] = objects(&mut builder, 4).try_into().expect("four");
    builder.element(root, 1, a);
    for (from, to) in [(a, b), (a, c), (b, d), (c, d)] {
        builder.property(from, "next", to);
    }
    let snapshot = open(&builder);
    assert_eq!(u64::from(dominator(&snapshot, &builder, d)), builder.id_of(a));
    assert_eq!(snapshot.retained_size(find(&snapshot, &builder, a)), 10 + 11 + 12 + 13);
    assert_eq!(snapshot.retained_size(find(&snapshot, &builder, b)), 11);
}

#[test]
fn nodes_that_the_root_refers_to_as_well_are_dominated_by_the_root() {
    let mut builder = SnapshotBuilder::new();
    let root = builder.root();
    let [a, b] = objects(&mut builder, 2).try_into().expect("two");
    builder.element(root, 1, a);
    builder.property(a, "b", b);
    builder.element(root, 2, b);
    let snapshot = open(&builder);
    assert_eq!(u64::from(dominator(&snapshot, &builder, b)), builder.id_of(root));
}

#[test]
fn nodes_with_only_weak_retainers_are_dominated_by_the_root() {
    let mut builder = SnapshotBuilder::new();
    let root = builder.root();
    let [a, weak, held, left, right] = objects(&mut builder, 5).try_into().expect("five");
    builder.element(root, 1, a);
    builder.edge(a, "weak", "cell", weak);
    builder.property(weak, "held", held);
    builder.property(left, "right", right);
    builder.property(right, "left", left);
    let snapshot = open(&builder);
    assert_eq!(u64::from(dominator(&snapshot, &builder, weak)), builder.id_of(root));
    assert_eq!(u64::from(dominator(&snapshot, &builder, held)), builder.id_of(weak));
    // Two nodes that only retain each other: each is directly below the root and counts for no other.
    assert_eq!(u64::from(dominator(&snapshot, &builder, left)), builder.id_of(root));
    assert_eq!(u64::from(dominator(&snapshot, &builder, right)), builder.id_of(root));
    assert_eq!(snapshot.retained_size(snapshot.root()), (10..15).sum::<u64>());
}

/// A small generator, so that the graphs are the same on every machine and in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit
    }
}

fn random_graph(seed: u64) -> (SnapshotBuilder, Vec<Vec<usize>>) {
    let mut random = Random(seed);
    let count = 2 + random.below(40);
    let mut builder = SnapshotBuilder::new();
    let nodes: Vec<Node> = std::iter::once(builder.root()).chain(objects(&mut builder, count)).collect();
    let mut next = vec![Vec::new(); nodes.len()];
    for from in 0..nodes.len() {
        for _ in 0..random.below(4) + usize::from(from == 0) {
            let to = 1 + random.below(count);
            if to == from {
                continue;
            }
            next[from].push(to);
            builder.element(nodes[from], to as i64, nodes[to]);
        }
    }
    (builder, next)
}

/// The nodes reached from `starts` without entering `without`.
fn reached(next: &[Vec<usize>], starts: &[usize], without: Option<usize>) -> Vec<bool> {
    let mut seen = vec![false; next.len()];
    let mut open: Vec<usize> = starts.iter().copied().filter(|&start| Some(start) != without).collect();
    while let Some(at) = open.pop() {
        if !std::mem::replace(&mut seen[at], true) {
            open.extend(next[at].iter().copied().filter(|&to| Some(to) != without));
        }
    }
    seen
}

#[test]
fn retained_sizes_match_the_definition_by_removal_on_random_graphs() {
    let mut compared = 0;
    for seed in 0..1500 {
        let (builder, next) = random_graph(seed);
        let snapshot = open(&builder);
        // Nodes without retainers count as retained by the root; groups that only retain each other do not affect others.
        let with_root = reached(&next, &[0], None);
        let held = |node: usize| next.iter().any(|targets| targets.contains(&node));
        let mut starts = vec![0];
        starts.extend((1..next.len()).filter(|&node| !with_root[node] && !held(node)));
        let all = reached(&next, &starts, None);
        for node in 1..next.len() {
            let ix = NodeIx(node as u32);
            let without = reached(&next, &starts, Some(node));
            let expected: u64 = (0..next.len())
                .filter(|&other| if all[node] { all[other] && !without[other] } else { other == node })
                .map(|other| snapshot.nodes().self_size(NodeIx(other as u32)))
                .sum();
            assert_eq!(snapshot.retained_size(ix), expected, "seed {seed}, node {node}");
            compared += 1;
        }
    }
    assert!(compared > 20_000, "{compared}");
}

#[test]
fn the_tree_s_layout_agrees_with_its_parents() {
    for seed in 0..300 {
        let (builder, _) = random_graph(seed);
        let snapshot = open(&builder);
        let tree = snapshot.dominators();
        assert_eq!(tree.subtree(snapshot.root()).len(), snapshot.node_count() as usize);
        for node in snapshot.nodes().iter() {
            for child in tree.children(node) {
                assert_eq!(tree.parent(child), node);
                assert!(tree.dominates(node, child) && !tree.dominates(child, node));
            }
            let sum: u64 = tree.subtree(node).map(|below| snapshot.nodes().self_size(below)).sum();
            assert_eq!(sum, snapshot.retained_size(node), "seed {seed}");
        }
    }
}

#[test]
fn a_list_with_an_index_of_its_elements_takes_no_quadratic_time() {
    // An LRU cache: a linked list, and an array with every element's value. Semi-NCA would need 10^10 steps.
    let count = 200_000;
    let mut builder = SnapshotBuilder::new();
    let root = builder.root();
    let list = objects(&mut builder, count);
    let values = objects(&mut builder, count);
    let index = builder.node("object", "Index", 16);
    builder.element(root, 1, list[0]);
    builder.element(root, 2, index);
    for i in 0..count {
        if i + 1 < count {
            builder.property(list[i], "next", list[i + 1]);
        }
        builder.property(list[i], "value", values[i]);
        builder.element(index, i as i64, values[i]);
    }
    let snapshot = open(&builder);
    let last = snapshot.find(heapray_core::ids::ObjectId(builder.id_of(values[count - 1]) as u32)).expect("the node");
    assert_eq!(snapshot.dominators().parent(last), snapshot.root());
}

#[test]
fn retained_sizes_past_four_gigabytes_are_exact() {
    let mut builder = SnapshotBuilder::new();
    let root = builder.root();
    let a = builder.node("object", "Big", 6_000_000_000);
    let b = builder.node("object", "Big", 5_000_000_001);
    builder.element(root, 1, a);
    builder.property(a, "b", b);
    let snapshot = open(&builder);
    assert_eq!(snapshot.retained_size(NodeIx(1)), 11_000_000_001);
    assert_eq!(snapshot.nodes().self_size(NodeIx(2)), 5_000_000_001);
}

#[test]
fn a_cancelled_analysis_ends_with_an_error() {
    let (builder, _) = random_graph(1);
    let progress = Progress::new();
    progress.cancel();
    let error = parse::open(&builder.json(), &progress).expect_err("cancelled");
    assert_eq!(error.code(), heapray_core::Code::Cancelled);
}
