//! Whose variable or field the end of a path is, and where that is declared.

use super::{ask, open};
use heapray_core::testing::{Node, SnapshotBuilder};
use serde_json::{Value, json};

const FILE: &str = "/app/pool.js";

struct Module {
    heap: SnapshotBuilder,
    script: Node,
    scope: Node,
}

/// A module of which no function but `add()` is alive.
fn module() -> Module {
    let mut heap = SnapshotBuilder::new();
    let native_context = heap.node("hidden", "system / NativeContext", 8);
    let script = heap.script(FILE);
    let (scope, _) = scope(&mut heap, native_context);
    let (add, _) = function(&mut heap, script, scope, "add", 1);
    let global = heap.global();
    heap.property(global, "add", add);
    Module { heap, script, scope }
}

/// A function made in a scope, and what V8 compiled of it.
fn function(heap: &mut SnapshotBuilder, script: Node, scope: Node, name: &str, line: u64) -> (Node, Node) {
    let closure = heap.node("closure", name, 64);
    let shared = compiled(heap, script, name);
    heap.internal(closure, "context", scope);
    heap.internal(closure, "shared", shared);
    heap.location(closure, 7, line, 28);
    (closure, shared)
}

fn compiled(heap: &mut SnapshotBuilder, script: Node, name: &str) -> Node {
    let shared = heap.node("code", name, 8);
    heap.internal(shared, "script", script);
    shared
}

/// A scope, and its description.
fn scope(heap: &mut SnapshotBuilder, outer: Node) -> (Node, Node) {
    let scope = heap.node("object", "system / Context", 8);
    let description = heap.node("code", "system / ScopeInfo", 8);
    heap.internal(scope, "previous", outer);
    heap.internal(scope, "scope_info", description);
    (scope, description)
}

/// The steps to a node, each with its place.
fn places(heap: &SnapshotBuilder, node: Node) -> Vec<Value> {
    let answer = ask(&open(heap), json!({"ask": "retainingPaths", "of": heap.id_of(node), "limit": 1}));
    answer["paths"][0]["steps"].as_array().unwrap().iter().map(|step| step["source"].clone()).collect()
}

/// A collection that holds half of the heap, in a variable of the scope, and its holder in the report.
fn holder(heap: &mut SnapshotBuilder, scope: Node, of_object: Option<(&str, &str)>) -> Value {
    let map = heap.node("object", "Map", 8);
    match of_object {
        None => heap.variable(scope, "pool", map),
        Some((class, field)) => {
            let feed = heap.node("object", class, 8);
            heap.variable(scope, "feed", feed);
            heap.location(feed, 7, 9, 4);
            heap.property(feed, field, map);
        }
    }
    holder_in(heap, map)
}

fn holder_in(heap: &mut SnapshotBuilder, map: Node) -> Value {
    for i in 0..200 {
        let session = heap.node("object", "Session", 4000);
        heap.internal(map, &i.to_string(), session);
    }
    let report = ask(&open(heap), json!({"ask": "report"}));
    report["suspects"][0]["holder"].clone()
}

#[test]
fn a_variable_of_a_module_has_the_module_for_owner_and_no_line() {
    let Module { mut heap, scope, .. } = module();
    let holder = holder(&mut heap, scope, None);
    let source = json!({"script": FILE, "scriptId": 7, "line": null, "column": null});
    assert_eq!(holder["owner"], json!({"kind": "module", "name": FILE, "source": source}));
    assert_eq!(holder["source"], source);
}

/// An object in a variable that a module exports.
fn exported(heap: &mut SnapshotBuilder, scope: Node, name: &str, class: &str) -> Node {
    let module = heap.node("hidden", "system / SourceTextModule", 8);
    let generator = heap.node("object", "Generator", 8);
    let [table, imports] = ["", ""].map(|name| heap.node("array", name, 8));
    let [key, cell] = [("string", name), ("hidden", "system / Cell")].map(|(kind, name)| heap.node(kind, name, 8));
    let value = heap.node("object", class, 8);
    heap.edge(heap.root(), "element", "9", imports);
    heap.edge(heap.root(), "element", "10", module);
    heap.internal(imports, "3", cell);
    heap.edge(module, "hidden", "4", generator);
    heap.edge(module, "hidden", "0", table);
    heap.internal(generator, "context", scope);
    heap.internal(table, "6", cell);
    heap.internal(table, "5", key);
    heap.internal(cell, "value", value);
    value
}

#[test]
fn a_variable_that_a_module_exports_has_its_name_and_the_module_for_owner() {
    let Module { mut heap, scope, .. } = module();
    let feed = exported(&mut heap, scope, "feed", "PriceFeed");
    let answer = ask(&open(&heap), json!({"ask": "retainingPaths", "of": heap.id_of(feed), "limit": 1}));
    assert_eq!(answer["paths"][0]["text"], "feed");
    let map = exported(&mut heap, scope, "pool", "Map");
    let holder = holder_in(&mut heap, map);
    let source = json!({"script": FILE, "scriptId": 7, "line": null, "column": null});
    assert_eq!(holder["path"], "pool");
    assert_eq!(holder["owner"], json!({"kind": "module", "name": FILE, "source": source}));
}

#[test]
fn what_a_commonjs_module_exports_has_that_module_for_owner() {
    let Module { mut heap, scope, .. } = module();
    let records = heap.node("object", "Module", 8);
    let exports = heap.node("object", "Object", 8);
    let map = heap.node("object", "Map", 8);
    heap.variable(scope, "imported", exports);
    heap.edge(heap.root(), "element", "9", records);
    heap.text(records, "filename", "/app/cache.js", 16);
    heap.property(records, "exports", exports);
    heap.property(exports, "cache", map);
    let holder = holder_in(&mut heap, map);
    assert_eq!((&holder["path"], &holder["owner"]["name"]), (&json!("cache"), &json!("/app/cache.js")));
    assert_eq!(holder["owner"]["kind"], "module");
}

#[test]
fn a_variable_of_a_function_has_the_function_for_owner_where_it_begins() {
    let Module { mut heap, script, scope: outer } = module();
    let (inner, description) = scope(&mut heap, outer);
    let (make, shared) = function(&mut heap, script, outer, "make", 2);
    let (push, _) = function(&mut heap, script, inner, "push", 3);
    heap.internal(shared, "name_or_scope_info", description);
    heap.variable(outer, "make", make);
    heap.variable(outer, "push", push);
    let source = json!({"script": FILE, "scriptId": 7, "line": 3, "column": 29});
    assert_eq!(holder(&mut heap, inner, None)["owner"], json!({"kind": "function", "name": "make", "source": source}));
}

#[test]
fn a_function_that_is_no_longer_alive_is_named_by_what_was_compiled_of_it() {
    let Module { mut heap, script, scope: outer } = module();
    let (inner, description) = scope(&mut heap, outer);
    let (push, _) = function(&mut heap, script, inner, "push", 3);
    heap.variable(outer, "push", push);
    let made = compiled(&mut heap, script, "make");
    heap.internal(made, "name_or_scope_info", description);
    let list = heap.node("code", "system / WeakFixedArray", 8);
    heap.edge(script, "hidden", "2", list);
    heap.edge(list, "weak", "3", made);
    let source = json!({"script": FILE, "scriptId": 7, "line": null, "column": null});
    assert_eq!(holder(&mut heap, inner, None)["owner"], json!({"kind": "function", "name": "make", "source": source}));
}

#[test]
fn a_variable_of_a_block_belongs_to_the_function_around_it() {
    let Module { mut heap, script, scope: outer } = module();
    let (around, description) = scope(&mut heap, outer);
    let (make, shared) = function(&mut heap, script, outer, "make", 2);
    heap.internal(shared, "name_or_scope_info", description);
    heap.variable(outer, "make", make);
    let (block, _) = scope(&mut heap, around);
    let (push, _) = function(&mut heap, script, block, "push", 3);
    heap.variable(outer, "push", push);
    assert_eq!(holder(&mut heap, block, None)["owner"]["name"], "make");
}

#[test]
fn a_field_has_the_class_of_its_object_for_owner() {
    let Module { mut heap, scope, .. } = module();
    let holder = holder(&mut heap, scope, Some(("PriceFeed", "cache")));
    let source = json!({"script": FILE, "scriptId": 7, "line": 10, "column": 5});
    assert_eq!(holder["path"], "feed.cache");
    assert_eq!(holder["owner"], json!({"kind": "class", "name": "PriceFeed", "source": source}));
    assert_eq!(holder["source"], source);
}

#[test]
fn a_step_through_a_variable_is_where_the_variable_is_declared() {
    let Module { mut heap, scope, .. } = module();
    let feed = heap.node("object", "PriceFeed", 8);
    heap.location(feed, 7, 9, 4);
    heap.variable(scope, "feed", feed);
    let quotes = heap.node("object", "Quotes", 8);
    heap.location(quotes, 7, 30, 0);
    heap.property(feed, "quotes", quotes);
    let places = places(&heap, quotes);
    let lines: Vec<&Value> = places.iter().map(|place| &place["line"]).collect();
    assert_eq!(places[places.len() - 2]["script"], FILE);
    assert_eq!(lines[lines.len() - 2..], [&json!(null), &json!(31)]);
}
