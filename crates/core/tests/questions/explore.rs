use super::{ask, column, open, refused, server};
use heapray_core::Code;
use heapray_core::testing::SnapshotBuilder;
use serde_json::json;

#[test]
fn the_summary_has_counts_total_and_the_header_as_the_file_has_it() {
    let mut server = server();
    server.heap.extra_native_bytes(1000);
    let summary = ask(&open(&server.heap), json!({"ask": "summary"}));
    assert_eq!(summary["nodeCount"], 7);
    assert_eq!(summary["edgeCount"], 6);
    assert_eq!(summary["totalSize"], 32 + 16 + 100 + 50 + 10 + 24 + 1000);
    assert_eq!(summary["meta"]["edge_fields"], json!(["type", "name_or_index", "to_node"]));
    assert_eq!(summary["statistics"]["v8heap"]["strings"], 24);
    assert_eq!(summary["skipped"], json!([]));
}

#[test]
fn a_node_has_its_own_fields_and_its_references() {
    let server = server();
    let node = ask(&open(&server.heap), json!({"ask": "node", "id": server.heap.id_of(server.first)}));
    assert_eq!(
        node,
        json!({
            "id": server.heap.id_of(server.first), "type": "object", "name": "Session", "className": "Session",
            "selfSize": 100, "retainedSize": 134, "percent": 134.0 / 232.0 * 100.0, "ratio": 1.34,
            "edgeCount": 1, "distance": 3, "detached": false, "source": null,
            "edges": [{"type": "property", "name": "user", "to": server.heap.id_of(server.user)}],
        })
    );
}

#[test]
fn an_id_that_no_node_has_is_refused() {
    let snapshot = open(&server().heap);
    for id in [2, 4_000_000_000_u64, 1 << 40] {
        assert_eq!(refused(&snapshot, json!({"ask": "node", "id": id})).0, Code::NoSuchNode);
    }
}

#[test]
fn references_are_sorted_by_retained_size_and_paged() {
    let server = server();
    let snapshot = open(&server.heap);
    let id = server.heap.id_of(server.sessions);
    let all = ask(&snapshot, json!({"ask": "references", "id": id}));
    assert_eq!(all["total"], 2);
    assert_eq!(column(&all["items"], "name"), [json!(0), json!(1)]);
    assert_eq!(all["next"], json!(null));
    let first = ask(&snapshot, json!({"ask": "references", "id": id, "limit": 1}));
    assert_eq!((&first["next"], first["items"].as_array().map(Vec::len)), (&json!(1), Some(1)));
    let second = ask(&snapshot, json!({"ask": "references", "id": id, "limit": 1, "offset": 1}));
    assert_eq!(second["items"][0]["node"]["id"], server.heap.id_of(server.second));
}

#[test]
fn retainers_are_sorted_by_distance_without_weak_references_and_the_root() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let far = heap.node("object", "Far", 8);
    let weak = heap.node("object", "WeakRef", 8);
    let held = heap.node("object", "Held", 8);
    for (name, node) in [("far", far), ("weak", weak), ("held", held)] {
        heap.property(global, name, node);
    }
    heap.property(far, "held", held);
    heap.edge(weak, "weak", "target", held);
    heap.edge(heap.root(), "element", "7", held);
    let retainers = ask(&open(&heap), json!({"ask": "retainers", "id": heap.id_of(held)}));
    assert_eq!(retainers["total"], 2);
    let holders: Vec<_> = retainers["items"].as_array().unwrap().iter().map(|item| &item["node"]["name"]).collect();
    assert_eq!(holders, ["global", "Far"]);
}

#[test]
fn dominated_nodes_are_the_direct_ones_and_the_path_leads_to_the_root() {
    let server = server();
    let snapshot = open(&server.heap);
    let below = ask(&snapshot, json!({"ask": "dominated", "id": server.heap.id_of(server.sessions)}));
    assert_eq!(column(&below["nodes"], "selfSize"), [json!(100), json!(50)]);
    let path = ask(&snapshot, json!({"ask": "dominatorPath", "id": server.heap.id_of(server.user)}));
    assert_eq!(column(&path, "name"), ["", "global", "Sessions", "Session", "User"]);
}

#[test]
fn a_plain_object_shows_its_first_and_last_properties() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let object = heap.node("object", "Object", 8);
    heap.property(global, "object", object);
    for name in ["a", "__proto__", "b,c", "d"] {
        heap.property(object, name, global);
    }
    let wide = heap.node("object", "Object", 8);
    heap.property(global, "wide", wide);
    for i in 0..30 {
        heap.property(wide, &format!("property{i:02}"), global);
    }
    let snapshot = open(&heap);
    let row = |node, show| ask(&snapshot, json!({"ask": "node", "id": heap.id_of(node), "showStrings": show}));
    let name = |node| row(node, true)["name"].clone();
    assert_eq!(name(object), r#"{a, "b,c", d}"#);
    assert_eq!(row(object, false)["name"], "{a, d, 1 key}");
    assert_eq!(row(wide, false)["name"], "{30 keys}");
    assert_eq!(
        name(wide),
        "{property00, property01, property02, property03, …, property26, property27, property28, property29}"
    );
}

#[test]
fn a_property_with_an_empty_name_adds_no_comma_at_either_end() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let mut named_like = |names: &[&str]| {
        let object = heap.node("object", "Object", 8);
        heap.property(global, "object", object);
        for name in names {
            heap.property(object, name, global);
        }
        object
    };
    let [first, last, both] = [named_like(&["", "a", "b"]), named_like(&["a", "b", ""]), named_like(&["", ""])];
    let snapshot = open(&heap);
    let name = |node| ask(&snapshot, json!({"ask": "node", "id": heap.id_of(node)}))["name"].clone();
    assert_eq!(name(first), "{a, b}");
    assert_eq!(name(last), "{a, b}");
    assert_eq!(name(both), "{}");
}

#[test]
fn a_concatenated_string_shows_its_text_even_when_it_contains_itself() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let [hello, world] = ["Hello, ", "world"].map(|text| heap.node("string", text, 16));
    let rope = heap.node("concatenated string", "", 32);
    let cycle = heap.node("concatenated string", "", 32);
    for (name, node) in [("rope", rope), ("cycle", cycle)] {
        heap.property(global, name, node);
    }
    heap.internal(rope, "first", hello);
    heap.internal(rope, "second", world);
    heap.internal(cycle, "first", cycle);
    heap.internal(cycle, "second", cycle);
    let snapshot = open(&heap);
    let name = |node| ask(&snapshot, json!({"ask": "node", "id": heap.id_of(node)}))["name"].clone();
    assert_eq!(name(rope), "Hello, world");
    assert_eq!(name(cycle), "");
}

#[test]
fn the_text_of_a_long_concatenated_string_is_its_beginning_and_found_at_once() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let mut rope = heap.node("string", "start", 16);
    for _ in 0..50_000 {
        let longer = heap.node("concatenated string", "", 32);
        let piece = heap.node("string", "-", 16);
        heap.internal(longer, "first", rope);
        heap.internal(longer, "second", piece);
        rope = longer;
    }
    heap.property(global, "log", rope);
    let snapshot = open(&heap);
    let expected = format!("start{}", "-".repeat(1024 - 5));
    // All ropes but the shortest have this text, and the condition reads every one of them.
    let answer = ask(&snapshot, json!({"ask": "filter", "name": expected, "limit": 0}));
    assert_eq!(answer["total"], 50_000 - (1024 - 5) + 1);
}

#[test]
fn a_script_with_a_concatenated_name_is_known_by_its_label() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    for (script_id, (label, kind)) in
        [("system / Script / /srv/app/a.js", "concatenated string"), ("/srv/app/b.js", "sliced string")]
            .into_iter()
            .enumerate()
    {
        let script = heap.node("code", label, 0);
        let name = heap.node(kind, &format!("({kind})"), 24);
        heap.internal(script, "name", name);
        let (closure, _) = heap.function("start", script, [script_id as u64, 0, 0]);
        heap.property(global, &format!("start{script_id}"), closure);
    }
    let snapshot = open(&heap);
    let closures = ask(&snapshot, json!({"ask": "filter", "type": "closure"}));
    let mut scripts: Vec<String> =
        closures["nodes"].as_array().unwrap().iter().map(|node| node["source"]["script"].to_string()).collect();
    scripts.sort();
    assert_eq!(scripts, [r#""/srv/app/a.js""#, r#""/srv/app/b.js""#]);
}

#[test]
fn a_source_gets_its_script_from_a_function_and_counts_from_one() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let script = heap.script("/srv/app/session.js");
    let (closure, _) = heap.function("Session", script, [7, 11, 5]);
    let session = heap.node("object", "Session", 24);
    let stranger = heap.node("object", "Stranger", 24);
    for (name, node) in [("make", closure), ("session", session), ("stranger", stranger)] {
        heap.property(global, name, node);
    }
    heap.location(session, 7, 11, 5);
    heap.location(stranger, 8, 0, 0);
    let snapshot = open(&heap);
    let source = |node| ask(&snapshot, json!({"ask": "node", "id": heap.id_of(node)}))["source"].clone();
    let expected = json!({"script": "/srv/app/session.js", "scriptId": 7, "line": 12, "column": 6});
    assert_eq!(source(closure), expected);
    assert_eq!(source(session), expected);
    assert_eq!(source(stranger), json!({"script": null, "scriptId": 8, "line": 1, "column": 1}));
}

#[test]
fn indices_of_tables_count_once_and_names_elements_and_properties_do_not() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let tables = ["one", "other"].map(|name| heap.node("array", name, 24));
    for table in tables {
        heap.property(global, "table", table);
        heap.internal(table, "17", global);
        heap.internal(table, "elements", global);
    }
    heap.internal(tables[0], "18", global);
    heap.property(global, "19", tables[0]);
    heap.element(global, 20, tables[0]);
    let absent = ["system / Hole", "system / Hole"].map(|name| heap.node("hidden", name, 16));
    (0..).zip([0, 0, 1]).for_each(|(at, hole): (i64, usize)| heap.element(tables[1], at, absent[hole]));
    assert_eq!(ask(&open(&heap), json!({"ask": "tables"})), json!({"indices": 2, "absentValues": 2}));
}
