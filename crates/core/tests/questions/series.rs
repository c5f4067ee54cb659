//! Reports on one, two or more snapshots: outcome, verdict, order, growth of the heap.

use super::program::{add_record, array, program, report, report_at, report_of, suspect};
use super::{column, open};
use heapray_core::testing::SnapshotBuilder;
use heapray_core::{Progress, Snapshot, query};
use serde_json::{Value, json};

#[test]
fn snapshots_of_different_processes_are_compared_by_class_and_path() {
    let build = |units: usize, shift: u64| {
        // Ids of another process: the same numbers, of other objects.
        let mut other = SnapshotBuilder::new();
        let global = other.global();
        for i in 0..shift {
            let node = other.node("object", &format!("Other{shift}_{i}"), 8);
            other.property(global, &format!("other{i}"), node);
        }
        let log = other.node("object", "Array", 8);
        other.property(global, "log", log);
        for unit in 0..units {
            let record = other.node("object", "Record", 100);
            other.location(record, 7, 1, 1);
            other.element(log, unit as i64, record);
        }
        open(&other)
    };
    let report = report(&[build(100, 301), build(200, 402), build(300, 503)]);
    let suspect = suspect(&report);
    assert_eq!((&suspect["className"], &suspect["addedCount"]), (&json!("Record"), &json!([100, 100])));
    assert_eq!((&suspect["confidence"], &suspect["addedBytes"]), (&json!("low"), &json!(null)));
    assert!(report["verdict"].as_str().unwrap().contains("different processes"), "{}", report["verdict"]);
}

#[test]
fn one_snapshot_shows_where_memory_is_concentrated() {
    let report = report_at([200], |program| array(program, "log"), add_record);
    let suspect = suspect(&report);
    assert_eq!(
        (&suspect["className"], &suspect["count"], &suspect["confidence"]),
        (&json!("Record"), &json!(200), &json!("low"))
    );
    assert_eq!(suspect["holder"]["path"], "global.log");
}

#[test]
fn one_large_variable_among_many_is_reported_as_an_object_not_as_a_collection() {
    let mut program = program();
    let global = program.global;
    let big = program.object(global, "everything", "Object");
    for i in 0..40 {
        program.object(global, &format!("small{i}"), "Object");
        let part = program.heap.node("object", &format!("Table{i}"), 1000);
        program.heap.property(big, &format!("part{i}"), part);
    }
    let report = report(&[open(&program.heap)]);
    let suspect = suspect(&report);
    assert_eq!((&suspect["kind"], &suspect["path"]), (&json!("largeObject"), &json!("global.everything")));
}

#[test]
fn a_collection_that_was_empty_in_the_first_of_two_snapshots_is_inconclusive() {
    let of = |units: [usize; 2]| report_at(units, |program| array(program, "log"), add_record);
    let filled = of([0, 40]);
    assert_eq!(filled["suspects"], json!([]));
    assert_eq!(column(&filled["inconclusive"], "className"), ["Record"]);
    assert_eq!(filled["inconclusive"][0]["freedIfReleased"], 4000);
    let verdict = filled["verdict"].as_str().unwrap();
    assert!(verdict.starts_with("Inconclusive: Record leaks or is filling up to a bound: 40 objects"), "{verdict}");
    let grown = of([1, 41]);
    assert_eq!((column(&grown["suspects"], "className"), &grown["inconclusive"]), (vec![json!("Record")], &json!([])));
}

#[test]
fn snapshots_are_sorted_by_the_time_they_were_taken() {
    let snapshots = [20, 40, 60].map(|units| {
        let mut program = program();
        let log = array(&mut program, "log");
        for unit in 0..units {
            let record = program.own("Record");
            program.heap.element(log, unit, record);
        }
        open(&program.heap)
    });
    let [first, second, third] = &snapshots;
    let of = |series: &[&Snapshot]| -> Value {
        serde_json::from_str(&query::ask(series, r#"{"ask":"report"}"#, &Progress::new()).unwrap()).unwrap()
    };
    let right = of(&[first, second, third]);
    let shuffled = of(&[third, first, second]);
    assert_eq!((&right["order"], &shuffled["order"]), (&json!([0, 1, 2]), &json!([1, 2, 0])));
    assert_eq!(right["suspects"], shuffled["suspects"]);
    assert!(shuffled["verdict"].as_str().unwrap().ends_with("put in the order in which they were taken."));
    let twice = query::ask(&[first, third, first], r#"{"ask":"report"}"#, &Progress::new()).unwrap_err();
    assert!(twice.to_string().contains("the same one as number 1 and as number 3"), "{twice}");
}

#[test]
fn the_fingerprint_is_the_same_in_another_process() {
    let with = |padding: usize| {
        let mut program = program();
        for _ in 0..padding {
            program.own("Padding");
        }
        let log = array(&mut program, "log");
        for unit in 0..200 {
            let record = program.own("Record");
            program.heap.element(log, unit, record);
        }
        suspect(&report(&[open(&program.heap)]))["fingerprint"].clone()
    };
    assert_eq!(with(0), with(50));
}

#[test]
fn a_report_tells_the_growth_of_the_heap_and_the_part_that_suspects_explain() {
    let report = report_of(|program| array(program, "log"), add_record);
    let growth = &report["growth"];
    assert_eq!((&growth["added"], &growth["explained"]), (&json!([2000, 2000]), &json!(4000)));
    assert_eq!(growth["after"].as_u64().unwrap() - growth["before"].as_u64().unwrap(), 4000);
    assert_eq!(report["outcome"], "leaks");
    let verdict = report["verdict"].as_str().unwrap();
    assert!(verdict.contains("grew by 4.0 kB") && verdict.contains("the suspects explain 4.0 kB"), "{verdict}");
    assert_eq!(report["suspects"][0]["survival"], 1.0);
}

#[test]
fn growth_of_replaced_objects_is_reported_without_a_suspect() {
    let mut generation = 0;
    let snapshots = [1500, 1600, 1700].map(|size| {
        let mut program = program();
        let flags = program.heap.node("object", "Flags", 32);
        let global = program.global;
        program.heap.property(global, "flags", flags);
        for at in 0..size {
            let flag = program.own("Flag");
            let text = program.heap.node("array", "", 2000);
            program.heap.internal(flag, "elements", text);
            // All objects are new in each snapshot.
            generation += 1;
            program.heap.id(flag, 3_000_001 + 4 * generation);
            program.heap.id(text, 3_000_003 + 4 * generation);
            program.heap.element(flags, at, flag);
        }
        open(&program.heap)
    });
    let report = report(&snapshots);
    assert_eq!((&report["suspects"], &report["inconclusive"]), (&json!([]), &json!([])));
    assert_eq!(report["outcome"], "grew");
    assert_eq!(report["candidates"][0]["className"], "Flag");
    assert_eq!(report["candidates"][0]["why"], "most of its earlier objects are gone");
    assert!(report["verdict"].as_str().unwrap().starts_with("The heap grew without an explanation."));
}
