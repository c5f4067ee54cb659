use super::{ask, column, open, server};
use heapray_core::testing::SnapshotBuilder;
use heapray_core::{Progress, Snapshot, query};
use serde_json::{Value, json};

#[test]
fn classes_count_nothing_twice_and_leave_out_nodes_without_a_size() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let outer = heap.node("object", "Box", 10);
    let inner = heap.node("object", "Box", 10);
    let empty = heap.node("object", "Empty", 0);
    heap.property(global, "outer", outer);
    heap.property(outer, "inner", inner);
    heap.property(global, "empty", empty);
    let snapshot = open(&heap);
    let page = ask(&snapshot, json!({"ask": "classes"}));
    assert_eq!(column(&page["classes"], "name"), ["global", "Box"]);
    let class = &page["classes"][1];
    assert_eq!((&class["count"], &class["selfSize"], &class["retainedSize"]), (&json!(2), &json!(20), &json!(20)));
    assert_eq!(class["distance"], 2);
}

#[test]
fn classes_are_filtered_sorted_and_paged() {
    let server = server();
    let snapshot = open(&server.heap);
    let names = |question| column(&ask(&snapshot, question)["classes"], "name");
    assert_eq!(names(json!({"ask": "classes", "name": {"contains": "session"}})), ["Sessions", "Session"]);
    assert_eq!(names(json!({"ask": "classes", "sort": "count", "limit": 1})), ["Session"]);
    assert_eq!(names(json!({"ask": "classes", "sort": "name", "limit": 2})), ["(string)", "Session"]);
    assert_eq!(names(json!({"ask": "classes", "sort": "distance", "limit": 1})), ["global"]);
    assert_eq!(names(json!({"ask": "classes", "filter": "duplicatedStrings"})), Vec::<String>::new());
}

#[test]
fn instances_are_found_by_name_or_by_index() {
    let snapshot = open(&server().heap);
    let by_name = ask(&snapshot, json!({"ask": "classInstances", "class": "Session"}));
    assert_eq!(column(&by_name["nodes"], "selfSize"), [100, 50]);
    let classes = ask(&snapshot, json!({"ask": "classes", "name": "Session"}));
    let by_number = ask(&snapshot, json!({"ask": "classInstances", "class": classes["classes"][0]["index"]}));
    assert_eq!(by_name, by_number);
}

#[test]
fn truncated_strings_are_grouped_by_size_and_may_differ() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let (long, whole) = ("x".repeat(1024), "y".repeat(1024));
    for (at, size) in [4112, 4112, 8208].into_iter().enumerate() {
        heap.text(global, &format!("long{at}"), &long, size);
    }
    heap.text(global, "whole", &whole, 1040);
    heap.text(global, "same", &whole, 1040);
    let snapshot = open(&heap);
    let answer = ask(&snapshot, json!({"ask": "strings"}));
    assert_eq!(column(&answer["strings"], "truncated"), [true, false]);
    assert_eq!(column(&answer["strings"], "count"), [2, 2]);
    assert_eq!(column(&answer["strings"], "selfSize"), [8224, 2080]);
    let report = ask(&snapshot, json!({"ask": "report"}));
    assert_eq!(report["duplicatedStrings"]["wasted"], 1040.0);
    // DevTools compares the text that V8 wrote.
    let filtered = ask(&snapshot, json!({"ask": "classes", "filter": "duplicatedStrings"}));
    assert_eq!(column(&filtered["classes"], "count"), [5]);
}

#[test]
fn duplicated_strings_are_grouped_by_text_with_the_bytes_they_waste() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    for (i, (text, size)) in
        [("same", 40), ("same", 40), ("same", 40), ("other", 40), ("number", 0), ("number", 0)].into_iter().enumerate()
    {
        heap.text(global, &format!("text{i}"), text, size);
    }
    let [left, right] = ["sa", "me"].map(|text| heap.node("string", text, 16));
    let rope = heap.node("concatenated string", "", 32);
    heap.internal(rope, "first", left);
    heap.internal(rope, "second", right);
    heap.property(global, "rope", rope);
    let snapshot = open(&heap);
    let page = ask(&snapshot, json!({"ask": "strings"}));
    assert_eq!(page["total"], 1);
    let row = &page["strings"][0];
    assert_eq!((&row["value"], &row["count"], &row["length"]), (&json!("same"), &json!(4), &json!(4)));
    assert_eq!((&row["selfSize"], &row["wasted"]), (&json!(152), &json!(114.0)));
    assert_eq!(row["ids"].as_array().map(Vec::len), Some(4));
}

#[test]
fn truncated_strings_are_equal_only_with_equal_length_and_hash() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let truth = heap.node("number", "bool", 0);
    let value = heap.node("string", "true", 0);
    heap.internal(truth, "value", value);
    for (i, hash) in ["11", "11", "12"].into_iter().enumerate() {
        let text = heap.text(global, &format!("text{i}"), "begins alike", 64);
        heap.internal(text, "truncated", truth);
        for (name, digits) in [("length", "5000"), ("hash", hash)] {
            let number = heap.node("number", "int", 0);
            let digits = heap.node("string", digits, 0);
            heap.internal(number, "value", digits);
            heap.internal(text, name, number);
        }
    }
    let page = ask(&open(&heap), json!({"ask": "strings"}));
    assert_eq!(page["total"], 1);
    assert_eq!((&page["strings"][0]["count"], &page["strings"][0]["length"]), (&json!(2), &json!(5000)));
}

#[test]
fn allocations_are_summed_by_function_and_stacks_lead_to_the_caller() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let item = heap.node("object", "Item", 100);
    heap.property(global, "item", item);
    heap.trace(item, 3);
    heap.trace_function("(root)", "", [0, 0, 0]);
    heap.trace_function("outer", "/srv/app/a.js", [5, 10, 3]);
    heap.trace_function("inner", "/srv/app/a.js", [5, 20, 7]);
    heap.trace_tree("1,0,0,0,[2,1,1,50,[3,2,4,400,[]]]");
    heap.sample(1_500, 3);
    heap.sample(2_500, 5);
    let snapshot = open(&heap);
    let page = ask(&snapshot, json!({"ask": "allocations"}));
    assert_eq!(column(&page["functions"], "functionName"), ["inner", "outer"]);
    let inner = &page["functions"][0];
    assert_eq!((&inner["count"], &inner["size"]), (&json!(4), &json!(400)));
    assert_eq!((&inner["liveCount"], &inner["liveSize"]), (&json!(1), &json!(100)));
    assert_eq!((&page["count"], &page["liveSize"], &page["stacks"]), (&json!(5), &json!(100), &json!([])));
    let page = ask(&snapshot, json!({"ask": "allocations", "by": "stack", "sort": "count", "limit": 1}));
    assert_eq!((&page["total"], &page["next"], &page["functions"]), (&json!(2), &json!(1), &json!([])));
    assert_eq!(column(&page["stacks"][0]["stack"], "functionName"), ["inner", "outer"]);
    assert_eq!((&page["stacks"][0]["count"], &page["stacks"][0]["liveSize"]), (&json!(4), &json!(100)));
    let stack = ask(&snapshot, json!({"ask": "allocationStack", "id": heap.id_of(item)}));
    assert_eq!(column(&stack, "functionName"), ["inner", "outer"]);
    assert_eq!(stack[0]["source"], json!({"script": "/srv/app/a.js", "scriptId": 5, "line": 20, "column": 7}));
    let unrecorded = ask(&snapshot, json!({"ask": "allocationStack", "id": heap.id_of(global)}));
    assert_eq!(unrecorded, json!([]));
    assert_eq!(
        ask(&snapshot, json!({"ask": "samples"})),
        json!([
            {"timestampMs": 1.5, "lastAssignedId": 3, "size": 32},
            {"timestampMs": 2.5, "lastAssignedId": 5, "size": 100},
        ])
    );
}

/// A recording in which `main` calls `make` through `count` calls of `again`, in a script with an id of its own.
fn recording(script: u64, count: usize, size: u32) -> SnapshotBuilder {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let item = heap.node("object", "Item", 100);
    heap.property(global, "item", item);
    heap.trace_function("(root)", "", [0, 0, 0]);
    for (line, name) in [(1, "main"), (2, "again"), (3, "make")] {
        heap.trace_function(name, "/srv/app/a.js", [script, line, 1]);
    }
    let calls: String = (0..count).map(|at| format!("{},2,1,10,[", at + 3)).collect();
    heap.trace(item, count as u32 + 3);
    heap.trace_tree(&format!("1,0,0,0,[2,1,0,0,[{calls}{},3,2,{size},[]{}]]", count + 3, "]".repeat(count)));
    heap
}

fn ask_both(before: &Snapshot, after: &Snapshot, question: Value) -> Value {
    let answer = query::ask(&[before, after], &question.to_string(), &Progress::new()).unwrap();
    serde_json::from_str(&answer).unwrap()
}

#[test]
fn totals_have_what_callees_allocated_and_count_recursion_once() {
    let snapshot = open(&recording(5, 3, 400));
    let page = ask(&snapshot, json!({"ask": "allocations", "sort": "totalSize"}));
    let sums = |row: &Value| (row["size"].clone(), row["totalSize"].clone(), row["totalCount"].clone());
    let rows: Vec<_> = page["functions"].as_array().unwrap().iter().map(sums).collect();
    let expected = [(0, 430, 5), (0, 430, 5), (30, 430, 5), (400, 400, 2)];
    assert_eq!(rows, expected.map(|(size, total, count)| (json!(size), json!(total), json!(count))));
    assert_eq!(page["functions"][2]["totalLiveSize"], 100);
    let own = ask(&snapshot, json!({"ask": "allocations"}));
    assert_eq!(column(&own["functions"], "functionName"), ["make", "again"]);
    let stacks = ask(&snapshot, json!({"ask": "allocations", "by": "stack", "sort": "totalSize"}));
    assert_eq!(column(&stacks["stacks"], "totalSize"), [430, 420, 410, 400]);
}

#[test]
fn a_difference_of_recordings_compares_functions_and_stacks_by_name() {
    let (before, after) = (open(&recording(5, 1, 400)), open(&recording(9, 2, 300)));
    let page = ask_both(&before, &after, json!({"ask": "allocations"}));
    assert_eq!((&page["difference"], &page["sampled"], &page["size"]), (&json!(true), &json!(false), &json!(-90)));
    assert_eq!(column(&page["functions"], "functionName"), ["again", "make"]);
    assert_eq!(column(&page["functions"], "size"), [10, -100]);
    assert_eq!(column(&page["functions"], "liveSize"), [0, 0]);
    let stacks = ask_both(&before, &after, json!({"ask": "allocations", "by": "stack"}));
    assert_eq!(column(&stacks["stacks"], "size"), [300, 10, -400]);
    assert_eq!(column(&stacks["stacks"], "totalSize"), [300, 310, -400]);
    let same = ask_both(&before, &open(&recording(7, 1, 400)), json!({"ask": "allocations"}));
    assert_eq!((&same["total"], &same["available"]), (&json!(0), &json!(true)));
}

#[test]
fn a_difference_lists_functions_whose_own_allocations_took_the_place_of_their_callees() {
    let with = |tree: &str| {
        let mut heap = recording(5, 1, 0);
        heap.trace_tree(tree);
        open(&heap)
    };
    let before = with("1,0,0,0,[2,1,0,0,[3,2,1,10,[4,3,2,40,[]]]]");
    let after = with("1,0,0,0,[2,1,0,0,[3,2,2,20,[4,3,1,30,[]]]]");
    let page = ask_both(&before, &after, json!({"ask": "allocations", "sort": "totalSize"}));
    assert_eq!(column(&page["functions"], "functionName"), ["again", "make"]);
    assert_eq!(column(&page["functions"], "size"), [10, -10]);
    assert_eq!(column(&page["functions"], "totalSize"), [0, -10]);
}

#[test]
fn snapshots_without_tracking_have_no_allocations() {
    let snapshot = open(&server().heap);
    assert_eq!(ask(&snapshot, json!({"ask": "samples"})), json!([]));
    let page = ask(&snapshot, json!({"ask": "allocations"}));
    assert_eq!((&page["total"], &page["available"]), (&json!(0), &json!(false)));
    assert!(page["reason"].is_string());
}
