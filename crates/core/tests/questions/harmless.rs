//! Growth that is no leak: it ends, its objects are replaced, or it happens in every program.

use super::program::{add_record, array, program, report, report_at, report_of};
use super::{column, open};
use serde_json::json;

#[test]
fn growth_that_ends_is_no_leak() {
    let report = report_at([500, 100, 500], |program| array(program, "log"), add_record);
    assert_eq!((&report["suspects"], &report["inconclusive"]), (&json!([]), &json!([])));
    // The program was idle in the second interval, so the array may or may not leak.
    for units in [[0, 500, 500], [100, 500, 501]] {
        let report = report_at(units, |program| array(program, "log"), add_record);
        assert_eq!(report["suspects"], json!([]), "{units:?}");
        let inconclusive = report["inconclusive"].as_array().unwrap();
        assert_eq!(inconclusive.len(), 1, "{units:?}");
    }
}

#[test]
fn a_bounded_cache_whose_objects_are_replaced_is_no_leak() {
    let build = |round: u64| {
        let mut program = program();
        let cache = array(&mut program, "cache");
        for unit in 0..100 {
            let page = program.own("Page");
            program.heap.id(page, 10_001 + 1000 * round + 2 * unit);
            program.heap.element(cache, unit as i64, page);
        }
        open(&program.heap)
    };
    assert_eq!(report(&[build(0), build(1), build(2)])["suspects"], json!([]));
}

#[test]
fn a_longer_queue_without_its_earlier_entries_is_no_leak() {
    let build = |round: u64, length: u64| {
        let mut program = program();
        let queue = array(&mut program, "queue");
        for unit in 0..length {
            let job = program.own("Job");
            program.heap.id(job, 10_001 + 1000 * round + 2 * unit);
            program.heap.element(queue, unit as i64, job);
        }
        open(&program.heap)
    };
    assert_eq!(report(&[build(0, 50), build(1, 100), build(2, 150)])["suspects"], json!([]));
}

#[test]
fn compiled_code_and_feedback_are_reported_as_noise() {
    let report = report_of(
        |program| {
            let global = program.global;
            let closure = program.heap.node("closure", "hot", 64);
            program.heap.property(global, "hot", closure);
            let vector = program.heap.node("code", "system / FeedbackVector", 64);
            program.heap.internal(closure, "feedback_cell", vector);
            vector
        },
        |program, vector, unit| {
            let held_by_code = program.own("Constant");
            program.heap.internal(vector, &unit.to_string(), held_by_code);
        },
    );
    assert_eq!(report["suspects"], json!([]));
    assert_eq!(report["ignoredGrowth"][0]["name"], "compiled code");
}

#[test]
fn loading_modules_is_no_leak_unless_one_is_loaded_repeatedly() {
    for (again, expected) in [(false, 0), (true, 1)] {
        let report = report_of(
            |program| array(program, "children"),
            move |program, children, unit| {
                let module = program.own("Module");
                let file = if again { "/srv/app/config.js".to_owned() } else { format!("/srv/app/{unit}.js") };
                program.heap.text(module, "filename", &file, 40);
                program.heap.element(children, unit as i64, module);
            },
        );
        assert_eq!(report["suspects"].as_array().unwrap().len(), expected, "{again}: {:#}", report["suspects"]);
    }
}

#[test]
fn a_collection_created_after_the_first_of_two_snapshots_may_be_complete() {
    let build = |is_loaded: bool| {
        let mut program = program();
        let global = program.global;
        let library = program.object(global, "library", "Object");
        if is_loaded {
            let errors = program.object(library, "errors", "Object");
            let script = program.heap.script("/srv/app/node_modules/web/errors.js");
            for code in 0..20 {
                let (error, context) = program.heap.function("HttpError", script, [7, 1, 1]);
                let status = program.heap.node("object", "Status", 40);
                program.heap.variable(context, "status", status);
                program.heap.element(errors, code, error);
            }
        }
        open(&program.heap)
    };
    let report = report(&[build(false), build(true)]);
    assert_eq!(report["suspects"], json!([]));
    assert_eq!(column(&report["inconclusive"], "className"), ["Status"]);
}

#[test]
fn what_node_notes_for_a_clean_up_is_no_leak() {
    let counts = ["node:internal/abort_controller", "/srv/app/index.js"].map(|file| {
        let report = report_of(
            |program| {
                let global = program.global;
                let script = program.heap.script(file);
                let (function, context) = program.heap.function("abortSignal", script, [1, 1, 1]);
                program.heap.property(global, "abortSignal", function);
                let registry = program.heap.node("object", "FinalizationRegistry", 32);
                program.heap.variable(context, "registry", registry);
                registry
            },
            |program, registry, unit| {
                let held = program.heap.node("object", "Object", 40);
                program.heap.element(registry, unit as i64, held);
            },
        );
        report["suspects"].as_array().unwrap().len()
    });
    assert_eq!(counts, [0, 1]);
}
