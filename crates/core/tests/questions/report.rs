use super::{ask, column, open};
use heapray_core::testing::SnapshotBuilder;
use serde_json::json;

fn cache() -> SnapshotBuilder {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let service = heap.node("object", "Service", 8);
    let cache = heap.node("object", "Map", 8);
    let table = heap.node("array", "", 800);
    heap.property(global, "service", service);
    heap.property(service, "cache", cache);
    heap.internal(cache, "table", table);
    heap.edge(heap.root(), "element", "9", table);
    for i in 0..100 {
        let page = heap.node("object", "Page", 1000);
        heap.internal(table, &i.to_string(), page);
        heap.internal(cache, &i.to_string(), page);
        heap.text(page, "secret", "4111 1111 1111 1111", 48);
    }
    heap
}

#[test]
fn a_chain_is_listed_by_the_object_below_which_memory_spreads() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let mut at = global;
    for name in ["App", "Service", "Registry"] {
        let next = heap.node("object", name, 8);
        heap.property(at, &name.to_lowercase(), next);
        at = next;
    }
    let table = heap.node("array", "", 8);
    heap.internal(at, "table", table);
    for i in 0..10 {
        let page = heap.node("object", "Page", 1000);
        heap.internal(table, &i.to_string(), page);
    }
    let report = ask(&open(&heap), json!({"ask": "report", "limit": 1}));
    assert_eq!(report["biggest"][0]["name"], "Registry");
    assert_eq!(report["biggest"][0]["path"], "global.app.service.registry");
}

#[test]
fn objects_are_listed_after_thousands_of_larger_internal_siblings() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    for i in 0..5000 {
        let table = heap.node("array", "", 1000 + i % 7);
        heap.internal(global, &format!("table{i}"), table);
    }
    for (name, size) in [("Page", 900), ("Session", 800), ("User", 700)] {
        let object = heap.node("object", name, size);
        heap.property(global, &name.to_lowercase(), object);
    }
    let report = ask(&open(&heap), json!({"ask": "report", "limit": 4}));
    assert_eq!(column(&report["biggest"], "path"), ["global", "global.page", "global.session", "global.user"]);
}

#[test]
fn a_list_of_many_links_is_listed_once_by_its_first() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let mut last = global;
    for i in 0..1000 {
        let link = heap.node("object", "Link", 100);
        heap.property(last, if i == 0 { "head" } else { "next" }, link);
        last = link;
    }
    let report = ask(&open(&heap), json!({"ask": "report", "limit": 5}));
    assert_eq!(column(&report["biggest"], "path"), ["global.head"]);
}

#[test]
fn contents_of_strings_are_hidden_by_default() {
    let snapshot = open(&cache());
    let hidden = ask(&snapshot, json!({"ask": "report", "limit": 1000}));
    assert!(!hidden.to_string().contains("4111"), "{hidden}");
    assert_eq!(hidden["duplicatedStrings"]["strings"][0]["value"], json!(null));
    assert_eq!(hidden["duplicatedStrings"]["strings"][0]["length"], 19);
    let shown = ask(&snapshot, json!({"ask": "report", "limit": 1000, "showStrings": true}));
    assert_eq!(shown["duplicatedStrings"]["strings"][0]["value"], "4111 1111 1111 1111");
}

#[test]
fn the_report_has_totals_classes_strings_and_detached_nodes() {
    let mut heap = cache();
    let div = heap.node("native", "<div>", 64);
    heap.edge(heap.root(), "element", "8", div);
    heap.detachedness(div, 2);
    let snapshot = open(&heap);
    let report = ask(&snapshot, json!({"ask": "report"}));
    assert_eq!((&report["schemaVersion"], &report["kind"]), (&json!(1), &json!("report")));
    assert_eq!(report["totals"]["nodes"], snapshot.node_count());
    assert_eq!(report["totals"]["size"], snapshot.total_size());
    assert_eq!(report["classes"][0]["name"], "Page");
    assert_eq!(report["duplicatedStrings"]["total"], 1);
    assert_eq!(report["duplicatedStrings"]["wasted"], 48.0 * 99.0);
    assert_eq!((&report["detached"]["count"], &report["detached"]["selfSize"]), (&json!(1), &json!(64)));
    assert_eq!(report["detached"]["nodes"][0]["name"], "Detached <div>");
}
