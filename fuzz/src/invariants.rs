//! Invariants of every analysed snapshot.

use heapray_core::Snapshot;
use heapray_core::distance::UNREACHABLE;
use heapray_core::schema::EdgeKind;

/// Panics unless the snapshot's numbers are consistent.
pub fn check(snapshot: &Snapshot) {
    sizes_add_up(snapshot);
    dominators_form_a_tree(snapshot);
    distances_grow_by_steps(snapshot);
    classes_add_up(snapshot);
}

fn sizes_add_up(snapshot: &Snapshot) {
    let own: u64 = snapshot.nodes().iter().map(|node| snapshot.nodes().self_size(node)).sum();
    assert_eq!(snapshot.retained_size(snapshot.root()), own, "the root retains everything");
}

fn dominators_form_a_tree(snapshot: &Snapshot) {
    let tree = snapshot.dominators();
    assert_eq!(tree.parent(snapshot.root()), snapshot.root());
    assert_eq!(tree.preorder().len(), snapshot.nodes().len());
    let mut seen = vec![false; snapshot.nodes().len()];
    for node in tree.preorder() {
        assert!(!std::mem::replace(&mut seen[node.index()], true), "{node:?} twice");
        assert!(node == snapshot.root() || seen[tree.parent(node).index()], "{node:?} before its dominator");
        assert!(snapshot.retained_size(node) <= snapshot.retained_size(tree.parent(node)));
        let children: u64 = tree.children(node).map(|child| snapshot.retained_size(child)).sum();
        assert_eq!(children + snapshot.nodes().self_size(node), snapshot.retained_size(node));
    }
}

/// A strong edge of a reached node leads to a reached one, except for the few kinds distances leave out.
fn distances_grow_by_steps(snapshot: &Snapshot) {
    for node in snapshot.nodes().iter() {
        let distance = snapshot.distance(node);
        assert!(distance >= 0 || distance == UNREACHABLE, "{node:?} at {distance}");
        let plain = |kind| matches!(kind, EdgeKind::Property | EdgeKind::Context);
        let special = [&b"(map descriptors)"[..], b"system / NativeContext"].contains(&snapshot.name(node));
        if distance == UNREACHABLE || special {
            continue;
        }
        for edge in snapshot.edges_of(node).filter(|edge| plain(edge.kind) && edge.to != snapshot.root()) {
            let to = snapshot.distance(edge.to);
            assert!(to != UNREACHABLE && to <= distance + 1, "{node:?} at {distance}, {:?} at {to}", edge.to);
        }
    }
}

fn classes_add_up(snapshot: &Snapshot) {
    let sized = snapshot.nodes().iter().filter(|&node| snapshot.nodes().self_size(node) > 0);
    let classes = snapshot.classes().all();
    assert_eq!(classes.iter().map(|class| u64::from(class.count)).sum::<u64>(), sized.count() as u64);
    let own: u64 = classes.iter().map(|class| class.self_size).sum();
    assert_eq!(own, snapshot.retained_size(snapshot.root()));
    assert!(classes.iter().all(|class| class.retained_size >= class.self_size));
}
