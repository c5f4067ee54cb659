//! The top of the dominator tree, for treemaps and exports.

use crate::{ask, column, open, refused, server};
use heapray_core::Code;
use heapray_core::testing::SnapshotBuilder;
use serde_json::{Value, json};

fn size(row: &Value, field: &str) -> u64 {
    row[field].as_u64().unwrap()
}

/// Checks that every row's self size, children and rest add up to its retained size. Returns the number of rows.
fn check_sums(row: &Value) -> usize {
    let children = row["children"].as_array().unwrap();
    let below: u64 = children.iter().map(|child| size(child, "retainedSize")).sum();
    let rest = size(&row["rest"], "retainedSize");
    assert_eq!(size(row, "selfSize") + below + rest, size(row, "retainedSize"), "{row}");
    assert_eq!(children.len() as u64 + size(&row["rest"], "count"), size(row, "childCount"), "{row}");
    1 + children.iter().map(check_sums).sum::<usize>()
}

/// A node with `width` children of sizes 1 to `width`, the first of which begins a chain of `depth`.
fn fan(width: u64, depth: u64) -> SnapshotBuilder {
    let mut heap = SnapshotBuilder::new();
    let hub = heap.global();
    for i in 1..=width {
        let leaf = heap.node("object", "Leaf", i);
        heap.element(hub, i as i64, leaf);
    }
    let mut above = hub;
    for _ in 0..depth {
        let link = heap.node("object", "Link", 1000);
        heap.property(above, "next", link);
        above = link;
    }
    heap
}

#[test]
fn sizes_add_up_at_every_row_and_siblings_come_largest_first() {
    let server = server();
    let snapshot = open(&server.heap);
    let tree = ask(&snapshot, json!({"ask": "dominatorTree", "depth": 100, "limit": 1000}));
    assert_eq!(check_sums(&tree), snapshot.node_count() as usize);
    let sessions = ask(&snapshot, json!({"ask": "dominatorTree", "root": server.heap.id_of(server.sessions)}));
    assert_eq!(column(&sessions["children"], "retainedSize"), [134, 50]);
    assert_eq!(sessions["children"][0]["children"][0]["name"], "User");
}

#[test]
fn nodes_beyond_depth_limit_or_share_are_part_of_the_rest() {
    let snapshot = open(&fan(10, 3));
    let global = ask(&snapshot, json!({"ask": "classInstances", "class": "global"}))["nodes"][0]["id"].clone();
    let with = |more: Value| {
        let mut question = json!({"ask": "dominatorTree", "root": global});
        question.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ask(&snapshot, question)
    };
    let shallow = with(json!({"depth": 1, "limit": 3}));
    assert_eq!(check_sums(&shallow), 4);
    assert_eq!(column(&shallow["children"], "retainedSize"), [3000, 10, 9]);
    assert_eq!(shallow["rest"], json!({"count": 8, "retainedSize": 36}));
    let large = with(json!({"depth": 100, "minShare": 0.1}));
    assert_eq!(check_sums(&large), 4);
    assert_eq!(large["rest"], json!({"count": 10, "retainedSize": 55}));
    assert_eq!(large["children"][0]["children"][0]["children"][0]["name"], "Link");
}

#[test]
fn at_most_ten_thousand_rows_are_given_to_the_largest_nodes_of_all_levels() {
    let snapshot = open(&fan(990, 3));
    let wide = ask(&snapshot, json!({"ask": "dominatorTree", "limit": 1000, "depth": 100}));
    assert_eq!(check_sums(&wide), snapshot.node_count() as usize);
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    for i in 0..200 {
        let hub = heap.node("object", "Hub", 1);
        heap.element(global, i, hub);
        for j in 0..100 {
            let leaf = heap.node("object", "Leaf", if i < 50 { 2 } else { 1 });
            heap.element(hub, j, leaf);
        }
    }
    let most = ask(&open(&heap), json!({"ask": "dominatorTree", "limit": 1000, "depth": 100}));
    assert_eq!(check_sums(&most), 10_000);
    let hubs = most["children"][0]["children"].as_array().unwrap();
    assert_eq!(hubs.len(), 200);
    assert!(hubs[..50].iter().all(|hub| size(&hub["rest"], "count") == 0));
}

#[test]
fn a_list_of_a_hundred_thousand_links_has_a_dominator_tree_without_recursion() {
    let snapshot = open(&fan(1, 100_000));
    let tree = ask(&snapshot, json!({"ask": "dominatorTree", "depth": 30}));
    check_sums(&tree);
}

#[test]
fn invalid_questions_are_refused() {
    let snapshot = open(&server().heap);
    for question in [
        json!({"ask": "dominatorTree", "depth": 0}),
        json!({"ask": "dominatorTree", "depth": 101}),
        json!({"ask": "dominatorTree", "limit": 1001}),
        json!({"ask": "dominatorTree", "minShare": 1.5}),
        json!({"ask": "dominatorTree", "levels": 2}),
    ] {
        assert_eq!(refused(&snapshot, question).0, Code::InvalidQuery);
    }
    assert_eq!(refused(&snapshot, json!({"ask": "dominatorTree", "root": 2})).0, Code::NoSuchNode);
}
