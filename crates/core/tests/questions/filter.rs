use super::{ask, column, names, open, refused, server};
use heapray_core::testing::SnapshotBuilder;
use heapray_core::{Code, Progress, query};
use serde_json::json;

#[test]
fn every_condition_narrows_and_all_must_hold() {
    let server = server();
    let snapshot = open(&server.heap);
    let id = |node| server.heap.id_of(node);
    let cases = [
        (json!({"id": id(server.user)}), vec!["User"]),
        (json!({"id": [id(server.user), id(server.first), 99_998]}), vec!["Session", "User"]),
        (json!({"name": "Session"}), vec!["Session", "Session"]),
        (json!({"name": {"exact": "Session"}, "selfSize": {"max": 50}}), vec!["Session"]),
        (json!({"name": {"contains": "SESSIONS"}}), vec!["Sessions"]),
        (json!({"name": {"regex": "^ses", "flags": "i"}, "limit": 2}), vec!["Sessions", "Session"]),
        (json!({"type": "string"}), vec!["Ada"]),
        (json!({"type": ["string", "synthetic"]}), vec!["", "Ada"]),
        (json!({"class": "(string)"}), vec!["Ada"]),
        (json!({"retainedSize": {"min": 200, "max": 200}}), vec!["Sessions"]),
        (json!({"distance": {"min": 4, "max": 4}}), vec!["User"]),
        (json!({"edgeName": "user"}), vec!["User"]),
        (json!({"edgeName": "1"}), vec!["global", "Session"]),
        (json!({"edgeName": {"regex": "^[01]$"}, "class": "Session"}), vec!["Session", "Session"]),
        (json!({"retainedBy": id(server.first)}), vec!["User", "Ada"]),
        (json!({"referencedFrom": id(server.sessions)}), vec!["Session", "Session"]),
        (json!({"allocated": {"after": 9, "upTo": 11}}), vec!["User"]),
        (json!({"detached": true}), vec![]),
        (json!({"script": true}), vec![]),
    ];
    for (query, expected) in cases {
        assert_eq!(names(&snapshot, query.clone()), expected, "{query}");
    }
}

#[test]
fn rows_are_sorted_paged_and_summed() {
    let snapshot = open(&server().heap);
    let ask_sorted = |sort: &str, order: Option<&str>| {
        column(
            &ask(&snapshot, json!({"ask": "filter", "class": "Session", "sort": sort, "order": order}))["nodes"],
            "selfSize",
        )
    };
    assert_eq!(ask_sorted("retainedSize", None), [100, 50]);
    assert_eq!(ask_sorted("selfSize", Some("ascending")), [50, 100]);
    assert_eq!(ask_sorted("ratio", None), [100, 50]);
    assert_eq!(ask_sorted("id", None), [100, 50]);
    assert_eq!(ask_sorted("distance", Some("descending")), [100, 50]);
    let page = ask(&snapshot, json!({"ask": "filter", "type": "object", "limit": 2, "offset": 1}));
    assert_eq!((&page["total"], &page["selfSize"], &page["next"]), (&json!(5), &json!(208), &json!(3)));
    assert_eq!(column(&page["nodes"], "name"), ["Sessions", "Session"]);
    let none = ask(&snapshot, json!({"ask": "filter", "limit": 0}));
    assert_eq!((&none["total"], &none["nodes"], &none["next"]), (&json!(7), &json!([]), &json!(null)));
}

#[test]
fn pages_together_are_the_whole_in_the_same_order() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    for i in 0..997_i64 {
        let node = heap.node("object", "Item", 8 * (i as u64 * 7919 % 13));
        heap.element(global, i, node);
    }
    let snapshot = open(&heap);
    let whole = ask(&snapshot, json!({"ask": "filter", "limit": 2000}));
    let mut pages = Vec::new();
    let mut next = json!(0);
    while !next.is_null() {
        let page = ask(&snapshot, json!({"ask": "filter", "limit": 37, "offset": next}));
        pages.extend(column(&page["nodes"], "id"));
        next = page["next"].clone();
    }
    assert_eq!(pages, column(&whole["nodes"], "id"));
}

#[test]
fn trees_count_the_items_they_leave_out_and_stop_at_cycles() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let parent = heap.node("object", "Parent", 8);
    heap.property(global, "parent", parent);
    for i in 0..4 {
        let child = heap.node("object", "Child", 8);
        heap.element(parent, i, child);
        heap.property(child, "parent", parent);
    }
    let snapshot = open(&heap);
    let answer = ask(
        &snapshot,
        json!({"ask": "filter", "class": "Parent", "references": {"depth": 3, "limit": 2}, "retainers": true}),
    );
    let references = &answer["nodes"][0]["references"];
    assert_eq!(references["omitted"], 2);
    let child = &references["items"][0];
    assert_eq!(
        (&child["type"], &child["name"], &child["node"]["name"]),
        (&json!("element"), &json!(0), &json!("Child"))
    );
    let back = &child["node"]["references"]["items"][0];
    assert_eq!((&back["name"], &back["cycle"]), (&json!("parent"), &json!(true)));
    assert!(back["node"].get("references").is_none());
    let retainers = &answer["nodes"][0]["retainers"];
    assert_eq!(retainers["items"][0]["node"]["name"], "global");
    assert_eq!(retainers["items"].as_array().map(Vec::len), Some(5));
}

#[test]
fn mine_only_hides_node_and_v8_but_not_the_program() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let [own, node] = ["/srv/app/index.js", "node:events"].map(|name| heap.script(name));
    let (handler, _) = heap.function("handler", own, [1, 0, 0]);
    let (emit, _) = heap.function("emit", node, [2, 0, 0]);
    let emitter = heap.node("object", "EventEmitter", 8);
    heap.location(emitter, 2, 5, 5);
    let order = heap.node("object", "Order", 8);
    heap.location(order, 1, 9, 9);
    let builtin = heap.node("closure", "push", 8);
    let bound = heap.node("closure", "native_bind", 8);
    let table = heap.node("array", "", 8);
    let cell = heap.node("hidden", "system / Cell", 8);
    let wrap = heap.node("native", "Node / TCPSocketWrap", 8);
    let div = heap.node("native", "<div>", 8);
    for (i, node) in [handler, emit, emitter, order, builtin, bound, table, cell, wrap, div].into_iter().enumerate() {
        heap.element(global, i as i64, node);
    }
    heap.text(global, "text", "hello", 8);
    let snapshot = open(&heap);
    assert_eq!(
        names(&snapshot, json!({"mineOnly": true})),
        ["global", "handler", "Order", "native_bind", "<div>", "hello"]
    );
    let automatic = ask(&snapshot, json!({"ask": "filter", "mineOnly": "auto"}));
    assert_eq!((&automatic["mineOnly"], &automatic["total"]), (&json!(false), &json!(snapshot.node_count())));
}

#[test]
fn mine_only_is_automatic_in_large_heaps_unless_ids_or_types_are_given() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let big = heap.node("array", "", 26_000_000);
    heap.internal(global, "elements", big);
    heap.edge(heap.root(), "element", "2", big);
    let snapshot = open(&heap);
    let applied = |query| ask(&snapshot, query)["mineOnly"].clone();
    assert_eq!(applied(json!({"ask": "filter", "mineOnly": "auto"})), true);
    assert_eq!(applied(json!({"ask": "filter", "mineOnly": "auto", "type": "array"})), false);
    assert_eq!(applied(json!({"ask": "filter", "mineOnly": "auto", "id": 3})), false);
    assert_eq!(applied(json!({"ask": "filter"})), false);
}

#[test]
fn scripts_are_matched_by_name_or_presence() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let script = heap.script("/srv/app/index.js");
    let (handler, _) = heap.function("handler", script, [1, 0, 0]);
    heap.property(global, "handler", handler);
    let snapshot = open(&heap);
    assert_eq!(names(&snapshot, json!({"script": true})), ["handler"]);
    assert_eq!(names(&snapshot, json!({"script": {"contains": "INDEX"}})), ["handler"]);
    assert_eq!(names(&snapshot, json!({"script": "/srv/app/other.js"})), Vec::<String>::new());
    assert_eq!(names(&snapshot, json!({"script": false, "type": "closure"})), Vec::<String>::new());
    assert_eq!(names(&snapshot, json!({"script": false, "class": "global"})), ["global"]);
}

#[test]
fn named_filters_keep_nodes_that_the_root_reaches_only_through_certain_objects() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let context = heap.node("object", "system / Context", 8);
    let captured = heap.node("object", "Captured", 8);
    let shared = heap.node("object", "Shared", 8);
    let detached = heap.node("native", "<div>", 8);
    let child = heap.node("object", "DivState", 8);
    heap.internal(global, "context", context);
    heap.variable(context, "captured", captured);
    heap.variable(context, "shared", shared);
    heap.property(global, "shared", shared);
    heap.property(global, "div", detached);
    heap.property(detached, "state", child);
    heap.detachedness(detached, 2);
    let console = heap.node("object", "Logged", 8);
    let roots = heap.node("synthetic", "(Global handles)", 0);
    heap.edge(heap.root(), "element", "2", roots);
    heap.internal(roots, "3 / DevTools console", console);
    let listener = heap.node("native", "V8EventListener", 8);
    let handler = heap.node("closure", "onClick", 8);
    let code = heap.node("code", "onClick", 8);
    let clicked = heap.node("object", "Clicked", 8);
    heap.property(global, "listener", listener);
    heap.element(listener, 1, handler);
    heap.internal(handler, "code", code);
    heap.property(handler, "clicked", clicked);
    let snapshot = open(&heap);
    let kept = |filter: &str| names(&snapshot, json!({"filter": filter}));
    assert_eq!(kept("objectsRetainedByContexts"), ["system / Context", "Captured"]);
    assert_eq!(kept("objectsRetainedByDetachedDomNodes"), ["Detached <div>", "DivState"]);
    assert_eq!(kept("objectsRetainedByConsole"), ["Logged"]);
    assert_eq!(kept("objectsRetainedByEventHandlers"), ["onClick", "onClick", "Clicked"]);
    assert_eq!(kept("noNativeContext").len(), snapshot.node_count() as usize);
    assert_eq!(kept("sharedNativeContext").len(), 0);
    let (code, message) = refused(&snapshot, json!({"ask": "filter", "filter": "objectsRetainedByMagic"}));
    assert_eq!(code, Code::InvalidQuery);
    assert!(message.contains("objectsRetainedByMagic"), "{message}");
}

#[test]
fn native_contexts_spread_from_maps_and_meet_as_shared() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let contexts =
        ["system / NativeContext", "system / NativeContext / http://a"].map(|name| heap.node("hidden", name, 8));
    let shared = heap.node("object", "Shared", 8);
    let mut owners = Vec::new();
    for context in contexts {
        let [map, meta] = [0, 1].map(|_| heap.node("object shape", "system / Map", 8));
        let owner = heap.node("object", "Owner", 8);
        heap.property(global, "owner", owner);
        heap.internal(owner, "map", map);
        heap.internal(map, "map", meta);
        heap.internal(meta, "native_context", context);
        heap.property(owner, "shared", shared);
        owners.push(owner);
    }
    let own = heap.node("object", "Own", 8);
    heap.property(owners[0], "own", own);
    let snapshot = open(&heap);
    // As in DevTools, the number is the position of the context's node in the file's array, with 7 fields a node.
    let kept = |filter: &str| names(&snapshot, json!({"filter": filter, "type": "object"}));
    assert_eq!(kept("nativeContext_14"), ["Owner", "Own"]);
    assert_eq!(kept("nativeContext_21"), ["Owner"]);
    assert_eq!(kept("sharedNativeContext"), ["Shared"]);
    assert_eq!(kept("noNativeContext"), ["global"]);
    assert_eq!(kept("nativeContext_15"), Vec::<String>::new());
}

#[test]
fn a_question_with_a_mistake_is_refused_with_an_error_that_names_it() {
    let snapshot = open(&server().heap);
    let cases = [
        (json!({"ask": "filter", "nam": "x"}), "nam"),
        (json!({"ask": "fliter"}), "fliter"),
        (json!({"ask": "filter", "limit": 100_001}), "100001"),
        (json!({"ask": "filter", "limit": -1}), "-1"),
        (json!({"ask": "filter", "sort": "size"}), "size"),
        (json!({"ask": "filter", "mineOnly": "maybe"}), "maybe"),
        (json!({"ask": "filter", "references": {"depth": 21}}), "21"),
        (json!({"ask": "filter", "name": {"exact": "a", "contains": "b"}}), "exact"),
        (json!({"ask": "summary", "of": 1}), "of"),
        (json!({"ask": "strings", "filter": 1}), "filter"),
        (json!({"ask": "filter", "type": "objekt"}), "objekt"),
        (json!({"ask": "classInstances", "class": 4711}), "4711"),
    ];
    for (question, named) in cases {
        let (code, message) = refused(&snapshot, question.clone());
        assert_eq!(code, Code::InvalidQuery, "{question}");
        assert!(message.contains(named), "{question}: {message}");
    }
}

#[test]
fn a_class_that_does_not_exist_has_no_objects() {
    let snapshot = open(&server().heap);
    assert_eq!(ask(&snapshot, json!({"ask": "classInstances", "class": "Nobody"}))["total"], 0);
    assert_eq!(ask(&snapshot, json!({"ask": "retainingPaths", "of": "Nobody"}))["paths"], json!([]));
    assert_eq!(ask(&snapshot, json!({"ask": "filter", "class": "Nobody"}))["total"], 0);
}

#[test]
fn a_key_stands_for_one_of_several_classes_of_a_name() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    for line in [3, 3, 8] {
        let session = heap.node("object", "Session", 8);
        heap.location(session, 7, line, 2);
        heap.element(global, line as i64, session);
    }
    let snapshot = open(&heap);
    let classes = ask(&snapshot, json!({"ask": "classes", "name": "Session"}));
    let keys: Vec<_> = column(&classes["classes"], "key");
    assert_eq!(keys.len(), 2);
    let counts = |ask_about: &dyn Fn(&serde_json::Value) -> serde_json::Value| {
        keys.iter().map(|key| ask(&snapshot, ask_about(key))["total"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(counts(&|key| json!({"ask": "classInstances", "class": key})), [2, 1]);
    assert_eq!(counts(&|key| json!({"ask": "filter", "class": key})), [2, 1]);
    assert_eq!(counts(&|key| json!({"ask": "retainingPaths", "of": key})), [2, 1]);
}

#[test]
fn a_cancelled_question_ends_with_an_error() {
    let snapshot = open(&server().heap);
    let progress = Progress::new();
    progress.cancel();
    let error = query::answer(&snapshot, r#"{"ask":"filter"}"#, &progress).unwrap_err();
    assert_eq!(error.code(), Code::Cancelled);
}

#[test]
fn retained_sizes_of_matching_nodes_are_counted_once() {
    let server = server();
    let snapshot = open(&server.heap);
    let retained = |query: serde_json::Value| {
        let mut question = json!({"ask": "retainedTogether"});
        question.as_object_mut().unwrap().extend(query.as_object().unwrap().clone());
        let answer = ask(&snapshot, question);
        (answer["total"].as_u64().unwrap(), answer["retainedSize"].as_u64().unwrap())
    };
    assert_eq!(retained(json!({"class": "Session"})), (2, 184));
    // The first session retains the user.
    assert_eq!(retained(json!({"id": [server.heap.id_of(server.first), server.heap.id_of(server.user)]})), (2, 134));
    assert_eq!(retained(json!({"class": "Nobody"})), (0, 0));
}

#[test]
fn a_negative_column_counts_as_the_first() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let wrapped = heap.node("object", "Wrapped", 16);
    heap.property(global, "wrapped", wrapped);
    heap.location(wrapped, 7, 0, 4_294_967_100);
    let snapshot = open(&heap);
    let row = ask(&snapshot, json!({"ask": "node", "id": heap.id_of(wrapped)}));
    assert_eq!(row["source"], json!({"script": null, "scriptId": 7, "line": 1, "column": 1}));
}
