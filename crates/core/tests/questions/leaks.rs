//! Leaks: each is one suspect, named by its class, kind, path and numbers.

use super::program::{Program, add_record, array, program, report, report_of, suspect};
use super::{ask, column, open};
use heapray_core::Snapshot;
use heapray_core::testing::{Node, SnapshotBuilder};
use serde_json::{Value, json};

#[test]
fn an_array_that_grows_is_named_with_its_elements_class_and_numbers() {
    let report = report_of(|program| array(program, "log"), add_record);
    let suspect = suspect(&report);
    assert_eq!((&suspect["className"], &suspect["kind"]), (&json!("Record"), &json!("array")));
    assert_eq!((&suspect["count"], &suspect["bytes"]), (&json!(60), &json!(6000)));
    assert_eq!((&suspect["addedCount"], &suspect["addedBytes"]), (&json!([20, 20]), &json!([2000, 2000])));
    assert_eq!((&suspect["holder"]["className"], &suspect["holder"]["path"]), (&json!("Array"), &json!("global.log")));
    assert_eq!((&suspect["path"], &suspect["confidence"]), (&json!("global.log[*]"), &json!("high")));
    assert_eq!(suspect["freedIfReleased"], 6000);
    assert!(report["verdict"].as_str().unwrap().starts_with("Record leaks: "), "{}", report["verdict"]);
}

/// Minifiers call the classes of all modules `t`.
#[test]
fn classes_of_one_name_are_told_apart_by_where_they_are() {
    let report = report_of(
        |program| array(program, "log"),
        |program, log, unit| {
            let class = |program: &mut Program, line| {
                let node = program.heap.node("object", "t", 100);
                program.heap.location(node, 7, line, 1);
                node
            };
            let [record, link] = [3, 9].map(|line| class(program, line));
            program.heap.element(log, unit as i64, record);
            let last = program.made.insert("last".to_owned(), link).unwrap_or(program.global);
            program.heap.property(last, "next", link);
        },
    );
    let mut found: Vec<_> =
        report["suspects"].as_array().unwrap().iter().map(|row| row["source"]["line"].clone()).collect();
    found.sort_by_key(Value::as_u64);
    assert_eq!(found, [json!(4), json!(10)], "{report:#}");
}

#[test]
fn listeners_are_named_after_the_objects_they_keep_with_their_function_on_the_path() {
    let report = report_of(
        |program| {
            let global = program.global;
            let bus = program.object(global, "bus", "Bus");
            let events = program.object(bus, "_events", "Object");
            program.object(events, "change", "Array")
        },
        |program, listeners, unit| {
            let script = program.heap.script("/srv/app/index.js");
            let (closure, context) = program.heap.function("onChange", script, [7, unit as u64, 0]);
            let request = program.own("RequestContext");
            program.heap.variable(context, "ctx", request);
            program.heap.element(listeners, unit as i64, closure);
        },
    );
    let suspect = suspect(&report);
    assert_eq!((&suspect["className"], &suspect["kind"]), (&json!("RequestContext"), &json!("eventListeners")));
    assert_eq!(suspect["path"], "global.bus._events.change[*] → onChange → context.ctx");
    assert_eq!(suspect["functions"][0]["name"], "onChange");
    assert_eq!(suspect["functions"][0]["source"]["script"], "/srv/app/index.js");
}

/// A Map of sessions. V8 replaces the table of a Map that grows.
fn sessions_in_a_map(units: usize, table_id: u64) -> Snapshot {
    let mut program = program();
    let global = program.global;
    let map = program.object(global, "sessions", "Map");
    let table = program.heap.node("array", "", 64);
    program.heap.id(table, table_id);
    program.heap.internal(map, "table", table);
    for unit in 0..units {
        let session = program.own("Session");
        program.heap.id(session, 10_001 + 2 * unit as u64);
        program.heap.internal(table, &(unit * 3).to_string(), session);
    }
    open(&program.heap)
}

#[test]
fn a_map_is_the_holder_not_its_table_which_is_replaced_when_it_grows() {
    let report = report(&[sessions_in_a_map(20, 5001), sessions_in_a_map(40, 90_001), sessions_in_a_map(60, 90_003)]);
    let suspect = suspect(&report);
    assert_eq!((&suspect["className"], &suspect["kind"]), (&json!("Session"), &json!("map")));
    assert_eq!(suspect["holder"]["path"], "global.sessions");
}

#[test]
fn links_of_a_list_are_one_suspect_wherever_new_links_are_put() {
    for at_end in [true, false] {
        let build = |units: usize| {
            let mut program = program();
            let links: Vec<Node> = (0..units).map(|_| program.own("Link")).collect();
            let global = program.global;
            let ordered: Vec<Node> = if at_end { links } else { links.into_iter().rev().collect() };
            program.heap.property(global, "head", ordered[0]);
            for pair in ordered.windows(2) {
                program.heap.property(pair[0], "next", pair[1]);
            }
            open(&program.heap)
        };
        let report = report(&[build(100), build(200), build(300)]);
        let suspect = suspect(&report);
        assert_eq!((&suspect["className"], &suspect["kind"]), (&json!("Link"), &json!("linkedList")));
        assert!(suspect["holder"]["path"].as_str().unwrap().starts_with("global"), "{suspect}");
    }
}

#[test]
fn keys_of_a_dictionary_are_positions() {
    let report = report_of(
        |program| {
            let global = program.global;
            program.object(global, "byToken", "Object")
        },
        |program, dictionary, unit| {
            let session = program.own("Session");
            program.heap.property(dictionary, &format!("token{unit}"), session);
        },
    );
    let suspect = suspect(&report);
    assert_eq!((&suspect["className"], &suspect["kind"]), (&json!("Session"), &json!("dictionary")));
    assert_eq!(suspect["holder"]["path"], "global.byToken");
}

#[test]
fn two_leaks_are_two_suspects_the_larger_first() {
    let report = report_of(
        |program| {
            let small = array(program, "small");
            array(program, "large");
            small
        },
        |program, small, unit| {
            // `large` was created right after `small`, which is the 101st object after the global one.
            let global = program.global;
            let ticket = program.own("Ticket");
            program.heap.element(small, unit as i64, ticket);
            let invoice = program.own("Invoice");
            let body = program.heap.node("array", "", 5000);
            program.heap.internal(invoice, "elements", body);
            program.heap.property(global, &format!("invoice{unit}"), invoice);
        },
    );
    let classes: Vec<&Value> =
        report["suspects"].as_array().unwrap().iter().map(|suspect| &suspect["className"]).collect();
    assert_eq!(classes, ["Invoice", "Ticket"]);
}

#[test]
fn leaks_whose_objects_have_one_shape_are_two_suspects() {
    let report = report_of(
        |program| {
            let shape = program.heap.node("hidden", "system / Map", 80);
            program.made.insert("shape".to_owned(), shape);
            array(program, "steps");
            array(program, "jobs")
        },
        |program, jobs, unit| {
            for (list, class) in [(jobs, "Job"), (program.made["steps"], "Step")] {
                let object = program.own(class);
                program.heap.element(list, unit as i64, object);
                program.heap.internal(object, "map", program.made["shape"]);
            }
        },
    );
    let mut classes = column(&report["suspects"], "className");
    classes.sort_by_key(ToString::to_string);
    assert_eq!(classes, ["Job", "Step"]);
}

#[test]
fn count_and_bytes_of_a_suspect_equal_those_of_filter() {
    let mut program = program();
    let log = array(&mut program, "log");
    for unit in 0..200 {
        let record = program.own("Record");
        program.heap.text(record, "note", "4111 1111 1111 1111", 48);
        program.heap.element(log, unit, record);
    }
    let snapshot = open(&program.heap);
    let filtered = ask(&snapshot, json!({"ask": "filter", "class": {"exact": "Record"}, "limit": 1000}));
    let report = report(&[snapshot]);
    let suspect = suspect(&report);
    assert_eq!(suspect["count"], filtered["total"]);
    let retained: u64 =
        filtered["nodes"].as_array().unwrap().iter().map(|node| node["retainedSize"].as_u64().unwrap()).sum();
    assert_eq!(suspect["bytes"], retained);
    assert!(!report.to_string().contains("4111"), "{report}");
}

#[test]
fn the_kind_of_a_leak_follows_from_its_holder_and_its_elements() {
    type Named = (&'static str, &'static str);
    let cases: [(&str, &[Named], Named); 18] = [
        ("asyncLocalStorages", &[("storageList", "Array")], ("object", "AsyncLocalStorage")),
        ("workers", &[("pool", "Array")], ("object", "Worker")),
        ("performanceEntries", &[("markEntryBuffer", "Array")], ("object", "PerformanceMark")),
        (
            "streams",
            &[("upload", "Upload"), ("_readableState", "ReadableState"), ("buffer", "Array")],
            ("object", "Chunk"),
        ),
        ("eventTargetListeners", &[("signal", "AbortSignal"), ("list", "Array")], ("object", "Upload")),
        ("timers", &[("list", "TimersList")], ("object", "Timeout")),
        ("messagePorts", &[("ports", "Array")], ("object", "MessagePort")),
        ("vmContexts", &[("sandboxes", "Array")], ("object", "ContextifyContext")),
        ("promises", &[("waiting", "Array")], ("object", "Promise")),
        ("finalizers", &[("registry", "FinalizationRegistry")], ("object", "Held")),
        ("sockets", &[("open", "Array")], ("object", "TLSSocket")),
        ("slicedStrings", &[("tokens", "Array")], ("sliced string", "piece")),
        ("strings", &[("notes", "Array")], ("string", "note")),
        ("buffers", &[("frames", "Array")], ("object", "Uint8Array")),
        ("memoize", &[("memoized", "MapCache"), ("data", "Array")], ("object", "Answer")),
        ("cache", &[("pageCache", "Array")], ("object", "Page")),
        ("set", &[("seen", "Set")], ("object", "Visitor")),
        ("closures", &[("hooks", "Array")], ("closure", "hook")),
    ];
    for (kind, holders, (node_kind, name)) in cases {
        let report = report_of(
            |program| holders.iter().fold(program.global, |holder, (edge, class)| program.object(holder, edge, class)),
            |program, holder, unit| {
                let element = program.heap.node(node_kind, name, 100);
                program.heap.element(holder, unit as i64, element);
            },
        );
        assert_eq!(suspect(&report)["kind"], kind, "{name}");
    }
}

#[test]
fn objects_of_old_elements_are_not_counted_with_new_elements() {
    let mut before = None;
    let report = report_of(
        |program| array(program, "rooms"),
        |program, rooms, unit| {
            let room = program.own("Room");
            program.heap.element(rooms, unit as i64, room);
            if let Some(before) = before.replace(room).filter(|_| unit > 0) {
                let visitor = program.own("Visitor");
                program.heap.property(before, "visitor", visitor);
            }
        },
    );
    let suspect = suspect(&report);
    assert_eq!((&suspect["className"], &suspect["path"]), (&json!("Room"), &json!("global.rooms[*]")));
    assert_eq!((&suspect["kind"], &suspect["addedCount"]), (&json!("array"), &json!([20, 20])));
}

#[test]
fn two_classes_in_one_list_are_two_suspects_and_the_keys_and_values_of_a_map_one() {
    let classes = |report: &Value| {
        let suspects = report["suspects"].as_array().unwrap();
        let mut classes: Vec<String> = suspects.iter().map(|suspect| suspect["className"].to_string()).collect();
        classes.sort();
        classes
    };
    let list = report_of(
        |program| array(program, "log"),
        |program, log, unit| {
            for (place, class) in ["Request", "Reply"].into_iter().enumerate() {
                let element = program.own(class);
                program.heap.element(log, (2 * unit + place) as i64, element);
            }
        },
    );
    assert_eq!(classes(&list), [r#""Reply""#, r#""Request""#]);
    let map = report_of(
        |program| {
            let global = program.global;
            let map = program.object(global, "replies", "Map");
            let table = program.heap.node("array", "", 64);
            program.heap.internal(map, "table", table);
            table
        },
        |program, table, unit| {
            for (place, class) in ["Request", "Reply"].into_iter().enumerate() {
                let element = program.own(class);
                program.heap.internal(table, &(3 * unit + place).to_string(), element);
            }
        },
    );
    assert_eq!(classes(&map).len(), 1, "{:#}", map["suspects"]);
}

#[test]
fn suspects_have_the_functions_of_the_program_that_allocated_their_objects_and_their_callers() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let orders = heap.node("object", "Array", 8);
    heap.property(global, "orders", orders);
    for at in 0..40 {
        let order = heap.node("object", "Order", 1000);
        heap.element(orders, at, order);
        // Ten have no stack.
        heap.trace(order, [5, 5, 7, 0][at as usize % 4]);
    }
    heap.trace_function("(root)", "", [0, 0, 0]);
    heap.trace_function("onRequest", "/app/server.js", [5, 1, 1]);
    heap.trace_function("emit", "node:events", [6, 2, 1]);
    heap.trace_function("create", "/app/orders.js", [7, 3, 1]);
    heap.trace_function("clone", "/app/node_modules/clone/index.js", [8, 4, 1]);
    heap.trace_function("cron", "/app/cron.js", [9, 5, 1]);
    heap.trace_tree("1,0,0,0,[2,1,0,0,[3,2,0,0,[4,3,0,0,[5,4,20,20,[]]]],6,5,0,0,[7,3,10,10,[]]]");
    let report = ask(&open(&heap), json!({"ask": "report"}));
    let allocated = &report["suspects"][0]["allocatedAt"];
    assert_eq!((&allocated["count"], &allocated["bytes"]), (&json!(30), &json!(30_000)));
    let create = &allocated["functions"][0];
    assert_eq!((&create["functionName"], &create["count"]), (&json!("create"), &json!(30)));
    assert_eq!(create["source"]["script"], "/app/orders.js");
    assert_eq!(column(&create["callers"], "functionName"), ["onRequest", "cron"]);
    assert_eq!(column(&create["callers"], "count"), [20, 10]);
}

#[test]
fn objects_in_a_map_count_in_the_interval_they_were_created_in_however_uneven_the_traffic() {
    let report = report(&[sessions_in_a_map(20, 5001), sessions_in_a_map(60, 90_001), sessions_in_a_map(600, 90_003)]);
    let suspect = suspect(&report);
    assert_eq!((&suspect["addedCount"], &suspect["addedBytes"]), (&json!([40, 540]), &json!([4000, 54_000])));
}

#[test]
fn plain_objects_are_named_though_they_keep_many_more_of_their_class() {
    let report = report_of(
        |program| array(program, "carts"),
        |program, carts, unit| {
            let cart = program.heap.node("object", "Object", 40);
            program.heap.element(carts, unit as i64, cart);
            let lines = program.heap.node("object", "Array", 32);
            program.heap.property(cart, "lines", lines);
            for at in 0..30 {
                let line = program.heap.node("object", "Object", 40);
                program.heap.element(lines, at, line);
            }
        },
    );
    let suspect = suspect(&report);
    assert_eq!((&suspect["path"], &suspect["count"]), (&json!("global.carts[*]"), &json!(60)));
    assert_eq!(suspect["holder"]["path"], "global.carts");
}

#[test]
fn objects_of_the_embedder_are_as_old_as_their_owners() {
    // Node writes a new record of each native object for each snapshot, and V8 makes an id of its address.
    let build = |round: u64, units: u64| {
        let mut program = program();
        let clients = array(&mut program, "clients");
        for unit in 0..units {
            let client = program.own("Client");
            program.heap.id(client, 10_001 + 2 * unit);
            program.heap.element(clients, unit as i64, client);
            let native = program.heap.node("native", "Node / TCPWrap", 40);
            program.heap.id(native, 2_000_000 + 10_000 * round + 2 * unit);
            program.heap.internal(client, "native", native);
            let session = program.own("Session");
            program.heap.id(session, 20_001 + 2 * unit);
            program.heap.property(client, "session", session);
        }
        open(&program.heap)
    };
    let report = report(&[build(0, 40), build(1, 120)]);
    let suspect = suspect(&report);
    assert_eq!((&suspect["count"], &suspect["addedCount"]), (&json!(120), &json!([80])));
}
