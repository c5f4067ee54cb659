use super::program::{Program, report, report_of_each, suspect};
use heapray_core::Progress;
use serde_json::{Value, json};

fn is_silent(report: &Value) -> bool {
    report["suspects"].as_array().unwrap().is_empty()
}

/// An array with `bytes` bytes of numbers.
fn numbers(program: &mut Program, bytes: u64) {
    let array = program.object(program.global, "samples", "Array");
    let store = program.heap.node("array", "(object elements)", bytes);
    // The store is a new object each time.
    program.heap.id(store, 50_001 + 2 * bytes);
    program.heap.internal(array, "elements", store);
}

/// A buffer in a variable, a new object each time.
fn buffer(program: &mut Program, bytes: u64) {
    let collector = program.object(program.global, "collector", "Collector");
    let buffer = program.heap.node("object", "Uint8Array", 96);
    let memory = program.heap.node("object", "ArrayBuffer", 88);
    let data = program.heap.node("native", "system / JSArrayBufferData", bytes);
    for (at, node) in [buffer, memory, data].into_iter().enumerate() {
        program.heap.id(node, 50_001 + 8 * bytes + 2 * at as u64);
    }
    program.heap.property(collector, "bytes", buffer);
    program.heap.internal(buffer, "buffer", memory);
    program.heap.internal(memory, "backing_store", data);
}

fn text(program: &mut Program, contents: &str, bytes: u64) {
    let journal = program.object(program.global, "journal", "Journal");
    let text = program.heap.text(journal, "text", contents, bytes);
    program.heap.id(text, 50_001 + 2 * bytes);
}

#[test]
fn an_array_of_numbers_that_gets_longer_is_a_growing_object() {
    let report = report_of_each([4000, 8000, 12_000], numbers);
    let suspect = suspect(&report);
    assert_eq!((&suspect["className"], &suspect["kind"]), (&json!("Array"), &json!("growingCollection")));
    assert_eq!((&suspect["addedCount"], &suspect["addedBytes"]), (&json!([0, 0]), &json!([4000, 4000])));
    assert_eq!((&suspect["count"], &suspect["bytes"]), (&json!(1), &json!(12_032)));
    assert_eq!((&suspect["path"], &suspect["holder"]["path"]), (&json!("global.samples"), &json!("global.samples")));
    assert_eq!((&suspect["freedIfReleased"], &suspect["confidence"]), (&json!(12_032), &json!("high")));
    let reason = suspect["reason"].as_str().unwrap();
    assert_eq!(reason, "It grew by 4.0 kB, then 4.0 kB to 12.0 kB.");
}

#[test]
fn a_buffer_that_is_replaced_by_larger_ones_is_matched_by_name() {
    let report = report_of_each([10_000, 20_000, 40_000], buffer);
    let suspect = suspect(&report);
    assert_eq!((&suspect["className"], &suspect["kind"]), (&json!("Uint8Array"), &json!("growingBuffer")));
    assert_eq!(
        (&suspect["path"], &suspect["holder"]["path"]),
        (&json!("global.collector.bytes"), &json!("global.collector"))
    );
    assert_eq!(suspect["confidence"], "medium");
}

#[test]
fn a_string_grows_if_it_begins_as_before() {
    let at = |start: &str, length: u64| (format!("{start}{}", "x".repeat(length as usize)), length * 10);
    let of =
        |texts: [(String, u64); 3]| report_of_each(texts, |program, (contents, bytes)| text(program, &contents, bytes));
    let growing = of([at("begin", 200), at("begin", 400), at("begin", 600)]);
    assert_eq!(suspect(&growing)["kind"], "growingString");
    assert!(is_silent(&of([at("one", 200), at("two", 400), at("three", 600)])));
}

#[test]
fn full_arrays_and_replaced_values_of_any_size_are_no_growing_objects() {
    for sizes in [[4000, 8000, 8000], [4000, 4000, 8000], [4000, 12_000, 8000], [4000, 4100, 4200]] {
        assert!(is_silent(&report_of_each(sizes, numbers)), "{sizes:?}");
    }
    assert!(is_silent(&report_of_each([4000, 90_000, 100_000], buffer)));
}

#[test]
fn with_four_snapshots_an_array_may_skip_an_interval() {
    assert_eq!(suspect(&report_of_each([4000, 8000, 8000, 16_000], numbers))["kind"], "growingCollection");
    assert!(is_silent(&report_of_each([4000, 8000, 16_000, 16_000], numbers)));
}

#[test]
fn a_list_of_new_objects_is_a_suspect_once_however_large_its_array_gets() {
    let report = report_of_each([400, 800, 1200], |program, count| {
        numbers(program, count * 100);
        let array = program.made["samples"];
        for i in 0..count {
            let session = program.own("Session");
            program.heap.id(session, 900_001 + 2 * i);
            program.heap.element(array, i as i64, session);
        }
    });
    assert_eq!((&suspect(&report)["className"], &suspect(&report)["kind"]), (&json!("Session"), &json!("array")));
}

#[test]
fn many_arrays_with_a_little_growth_each_are_one_suspect() {
    let report = report_of_each([400, 800, 1200], |program, bytes| {
        let tenants = program.object(program.global, "tenants", "Array");
        for i in 0..20 {
            let log = program.heap.node("object", "Array", 32 + bytes);
            program.heap.element(tenants, i, log);
        }
    });
    let suspect = suspect(&report);
    assert_eq!((&suspect["count"], &suspect["addedBytes"]), (&json!(20), &json!([8000, 8000])));
    assert_eq!(suspect["path"], "global.tenants[*]");
}

#[test]
fn one_snapshot_shows_a_single_object_that_is_a_tenth_of_the_heap() {
    let report = report_of_each([100_000], buffer);
    let suspect = suspect(&report);
    assert_eq!((&suspect["kind"], &suspect["confidence"]), (&json!("largeBuffer"), &json!("low")));
    assert_eq!(suspect["bytes"], 100_184);
}

#[test]
fn two_snapshots_leave_open_whether_a_collection_is_filling_up() {
    let report = report_of_each([4000, 8000], numbers);
    let suspect = suspect(&report);
    assert_eq!(suspect["confidence"], "low");
    assert!(suspect["reason"].as_str().unwrap().ends_with("a third snapshot decides."), "{}", suspect["reason"]);
}

/// Found by fuzzing: the search for the owner of a root did not end.
#[test]
fn a_root_that_is_a_string_is_part_of_no_object() {
    let file = json!({
        "snapshot": {
            "meta": {
                "node_fields": ["type", "name", "id", "self_size", "edge_count"],
                "node_types": [["string"], "string", "number", "number", "number"],
                "edge_fields": ["type", "name_or_index", "to_node"],
                "edge_types": [["property"], "string_or_number", "node"],
            },
            "node_count": 1,
            "edge_count": 0,
        },
        "nodes": [0, 0, 1, 32, 0],
        "edges": [],
        "strings": ["text"],
    });
    let snapshot = heapray_core::parse::open(file.to_string().as_bytes(), &Progress::new()).unwrap();
    assert!(report(&[snapshot])["suspects"].is_array());
}
