//! The holders of a leak, and what is freed when they release it.

use super::program::{array, report_of, report_of_each, suspect};
use serde_json::{Value, json};

#[test]
fn a_second_holder_is_named_with_the_bytes_freed_if_both_release() {
    let report = report_of(
        |program| {
            let log = array(program, "log");
            let global = program.global;
            // One step further away than the array, so that the array is the holder.
            let audit = program.object(global, "audit", "Audit");
            program.object(audit, "seen", "Set");
            log
        },
        |program, log, unit| {
            let record = program.own("Record");
            program.heap.element(log, unit as i64, record);
            let seen = program.made["seen"];
            program.heap.internal(seen, &unit.to_string(), record);
        },
    );
    let suspect = suspect(&report);
    assert_eq!((&suspect["holder"]["path"], &suspect["freedIfReleased"]), (&json!("global.log"), &json!(0)));
    let others = suspect["otherHolders"].as_array().unwrap();
    assert_eq!(others.len(), 1, "{others:#?}");
    assert_eq!((&others[0]["path"], &others[0]["count"]), (&json!("global.audit.seen"), &json!(60)));
    assert_eq!(suspect["freedIfAllRelease"], 6000);
}

#[test]
fn a_cycle_through_a_leaked_object_is_no_other_holder() {
    let report = report_of(
        |program| array(program, "log"),
        |program, log, unit| {
            let record = program.own("Record");
            let body = program.heap.node("object", "Body", 50);
            program.heap.property(record, "body", body);
            program.heap.property(body, "record", record);
            program.heap.element(log, unit as i64, record);
        },
    );
    let suspect = suspect(&report);
    assert_eq!(suspect["otherHolders"], json!([]));
    assert_eq!((&suspect["freedIfReleased"], &suspect["freedIfAllRelease"]), (&json!(9000), &json!(9000)));
}

/// Found by fuzzing: the path to the second holder had a cycle.
#[test]
fn a_reference_to_the_root_is_on_no_path_to_a_second_holder() {
    let report = report_of(
        |program| {
            let (root, global) = (program.heap.root(), program.global);
            program.heap.property(global, "up", root);
            let second = program.heap.node("object", "Array", 32);
            program.made.insert("second".to_owned(), second);
            let keeper = program.heap.node("synthetic", "(Keeper)", 0);
            program.heap.edge(root, "element", "9", keeper);
            program.heap.edge(keeper, "element", "1", second);
            program.object(global, "list", "Array")
        },
        |program, list, unit| {
            let item = program.own("Item");
            let keeper = program.heap.node("object", "Second", 16);
            let second = program.made["second"];
            program.heap.element(list, unit as i64, item);
            program.heap.element(second, unit as i64, keeper);
            program.heap.property(keeper, "item", item);
        },
    );
    assert!(!report["suspects"].as_array().unwrap().is_empty());
}

/// Lists of two windows of a page hold sessions; a debugger outside of the page may refer to them too.
fn sessions_of_a_page(is_seen: bool) -> Value {
    report_of(
        |program| {
            let root = program.heap.root();
            let global = program.global;
            let handles = program.heap.node("synthetic", "(Global handles)", 0);
            program.heap.element(root, 1, handles);
            let debugger = program.heap.node("native", "DebuggerAgent", 8);
            program.heap.element(handles, 1, debugger);
            program.made.insert("debugger".to_owned(), debugger);
            let popup = program.heap.node("object", "Popup", 40);
            program.heap.edge(root, "shortcut", "2", popup);
            program.object(popup, "mirror", "Array");
            program.object(global, "list", "Array")
        },
        |program, list, unit| {
            let session = program.own("Session");
            program.heap.element(list, unit as i64, session);
            program.heap.element(program.made["mirror"], unit as i64, session);
            if is_seen {
                program.heap.element(program.made["debugger"], unit as i64, session);
            }
        },
    )
}

#[test]
fn an_object_outside_of_the_page_is_no_holder_of_its_objects() {
    let [alone, seen] = [false, true].map(sessions_of_a_page);
    let suspect = suspect(&seen);
    let others: Vec<&Value> = suspect["otherHolders"].as_array().unwrap().iter().map(|other| &other["path"]).collect();
    assert_eq!(others, [&json!("Popup.mirror")]);
    assert_eq!(suspect["freedIfAllRelease"], 6000);
    let of_both = |field: &str| (alone["suspects"][0][field].clone(), suspect[field].clone());
    for field in ["otherHolders", "freedIfReleased", "freedIfAllRelease", "bytes", "holder"] {
        let (alone, seen) = of_both(field);
        assert_eq!(alone, seen, "{field}");
    }
}

/// An array of 20, 40 and 60 events, whose store has `room` for more.
fn events(room: impl Fn(usize) -> usize) -> Value {
    report_of_each([20, 40, 60], |program, units| {
        let global = program.global;
        let slots = program.object(global, "slots", "Array");
        let store = program.heap.node("array", "(object elements)", 8 * room(units) as u64);
        program.heap.id(store, 50_001 + 2 * room(units) as u64);
        program.heap.internal(slots, "elements", store);
        for unit in 0..units {
            let event = program.own("Event");
            program.heap.id(event, 10_001 + 2 * unit as u64);
            program.heap.element(slots, unit as i64, event);
        }
    })
}

#[test]
fn an_array_that_was_created_with_room_for_more_may_have_a_bound() {
    let rings = events(|_| 1000);
    let ring = suspect(&rings);
    assert_eq!((&ring["confidence"], &ring["mayHaveBound"]), (&json!("medium"), &json!(true)));
    assert!(ring["reason"].as_str().unwrap().contains("created with room for more elements"), "{ring:#}");
    let lists = events(|units| units + units / 2);
    let list = suspect(&lists);
    assert_eq!((&list["confidence"], &list["mayHaveBound"]), (&json!("high"), &json!(false)));
}
