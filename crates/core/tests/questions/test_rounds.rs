//! Questions of leak assertions: growth from round to round of a test, and paths from the test's viewpoint.

use super::program::{Program, program};
use super::{ask, column, open};
use heapray_core::testing::{Node, SnapshotBuilder};
use heapray_core::{Progress, Snapshot, query};
use serde_json::{Value, json};

/// Snapshots after 0, 1, 2 … rounds of 20 calls.
fn rounds_of(rounds: usize, build: impl Fn(&mut Program, usize)) -> Vec<Snapshot> {
    let snapshot = |round: usize| {
        let mut program = program();
        build(&mut program, 20 * round);
        open(&program.heap)
    };
    (0..=rounds).map(snapshot).collect()
}

fn ask_all(snapshots: &[Snapshot], question: &Value) -> Value {
    let series: Vec<&Snapshot> = snapshots.iter().collect();
    serde_json::from_str(&query::ask(&series, &question.to_string(), &Progress::new()).unwrap()).unwrap()
}

fn may_leak(snapshots: &[Snapshot], others: Value) -> bool {
    let mut question = json!({"ask": "testRounds", "find": "growth", "iterations": 20});
    question.as_object_mut().unwrap().extend(others.as_object().unwrap().clone());
    ask_all(snapshots, &question)["mayLeak"].as_bool().unwrap()
}

fn leaks(snapshots: &[Snapshot]) -> Value {
    ask_all(snapshots, &json!({"ask": "testRounds", "find": "leaks", "iterations": 20}))["leaks"].clone()
}

/// Adds an object for each call, with stable ids.
fn add(program: &mut Program, calls: usize, mut one: impl FnMut(&mut Program, usize) -> Node) {
    for call in 0..calls {
        let object = one(program, call);
        program.heap.id(object, 100_001 + 2 * call as u64);
    }
}

/// Adds an array with an object of a class for each call.
fn list(program: &mut Program, name: &str, class: &str, calls: usize) {
    let global = program.global;
    let list = program.object(global, name, "Array");
    add(program, calls, |program, call| {
        let object = program.own(class);
        program.heap.element(list, call as i64, object);
        object
    });
}

#[test]
fn an_object_for_each_call_leaks_with_its_path_holder_and_numbers() {
    let snapshots = rounds_of(3, |program, calls| list(program, "sessions", "Session", calls));
    let leaks = leaks(&snapshots);
    assert_eq!(leaks.as_array().unwrap().len(), 1, "{leaks:#}");
    let leak = &leaks[0];
    assert_eq!((&leak["className"], &leak["addedCount"]), (&json!("Session"), &json!([20, 20, 20])));
    assert_eq!((&leak["addedBytes"], &leak["path"]), (&json!([2000, 2000, 2000]), &json!("global.sessions[*]")));
    assert_eq!(
        leak["holder"],
        json!({"className": "Array", "path": "global.sessions", "source": null, "owner": {"kind": "global", "name": "", "source": null}})
    );
    assert_eq!((&leak["source"]["line"], &leak["kind"]), (&json!(2), &json!("array")));
}

#[test]
fn less_than_an_object_for_each_call_is_no_leak_and_needs_no_further_round() {
    let snapshots = rounds_of(2, |program, calls| list(program, "sessions", "Session", calls * 2 / 5));
    assert!(!may_leak(&snapshots, json!({})));
    assert_eq!(leaks(&snapshots), json!([]));
    // With half as many, only the paths can decide, because others of the class may have been freed.
    let snapshots = rounds_of(2, |program, calls| list(program, "sessions", "Session", calls / 2));
    assert!(may_leak(&snapshots, json!({})));
    assert_eq!(leaks(&snapshots), json!([]));
}

#[test]
fn a_class_called_node_leaks_like_any_other() {
    for class in ["Node", "System", "InternalNode"] {
        let snapshots = rounds_of(2, |program, calls| list(program, "tree", class, calls));
        assert!(may_leak(&snapshots, json!({})));
        assert_eq!(column(&leaks(&snapshots), "className"), [class]);
    }
}

#[test]
fn internal_objects_of_v8_and_the_runtime_are_not_counted() {
    let snapshots = rounds_of(2, |program, calls| {
        let root = program.heap.root();
        for (kind, name) in [("native", "Node / HTTPParser"), ("code", "compiled"), ("object", "system / Thing")] {
            for call in 0..calls {
                let node = program.heap.node(kind, name, 64);
                program.heap.edge(root, "internal", &format!("{kind}{call}"), node);
            }
        }
    });
    assert!(!may_leak(&snapshots, json!({})));
}

#[test]
fn freed_objects_of_a_class_do_not_hide_leaked_ones() {
    let snapshots = rounds_of(3, |program, calls| {
        let global = program.global;
        let others = program.object(global, "others", "Array");
        for at in 0..(60_usize).saturating_sub(calls) {
            let other = program.own("Session");
            program.heap.id(other, 900_001 + 2 * at as u64);
            program.heap.element(others, at as i64, other);
        }
        list(program, "sessions", "Session", calls);
    });
    assert!(may_leak(&snapshots, json!({})));
    let leaks = leaks(&snapshots);
    assert_eq!(
        (column(&leaks, "className"), column(&leaks, "path")),
        (vec![json!("Session")], vec![json!("global.sessions[*]")])
    );
}

#[test]
fn a_ring_with_references_to_both_ends_is_one_leak() {
    let snapshots = rounds_of(4, |program, calls| {
        let global = program.global;
        let list = program.object(global, "timers", "TimersList");
        let mut last = list;
        add(program, 20 + calls, |program, _| {
            let timer = program.own("Timeout");
            program.heap.property(last, "_idleNext", timer);
            program.heap.property(timer, "_idlePrev", last);
            last = timer;
            timer
        });
        program.heap.property(last, "_idleNext", list);
        program.heap.property(list, "_idlePrev", last);
    });
    let leaks = leaks(&snapshots);
    assert_eq!(
        (column(&leaks, "className"), column(&leaks, "addedCount")),
        (vec![json!("Timeout")], vec![json!([20, 20, 20, 20])])
    );
    assert!(leaks[0]["path"].as_str().unwrap().starts_with("global.timers."), "{leaks:#}");
}

#[test]
fn functions_created_by_the_first_snapshot_of_a_realm_are_no_growth() {
    let snapshots = rounds_of(1, |program, calls| {
        let (root, cache) = (program.heap.root(), program.heap.node("array", "", 32));
        program.heap.id(cache, 90_001);
        program.heap.edge(root, "internal", "fast_template_instantiations_cache", cache);
        add(program, calls * 12 / 20, |program, call| {
            let method = program.heap.node("closure", "read", 32);
            program.heap.edge(cache, "internal", &call.to_string(), method);
            method
        });
    });
    assert!(may_leak(&snapshots, json!({"iterations": 12})));
    assert!(!may_leak(&snapshots, json!({"iterations": 12, "isFirst": true})));
}

#[test]
fn only_the_given_classes_are_judged() {
    let snapshots = rounds_of(2, |program, calls| list(program, "sessions", "Session", calls));
    let question = |classes: Value| json!({"ask": "testRounds", "find": "leaks", "iterations": 20, "classes": classes});
    assert_eq!(ask_all(&snapshots, &question(json!(["Other"])))["leaks"], json!([]));
    assert_eq!(column(&ask_all(&snapshots, &question(json!(["Session"])))["leaks"], "className"), ["Session"]);
}

#[test]
fn growth_in_bytes_alone_may_leak_if_a_test_limits_it_and_is_named_after_the_object_that_grew() {
    let snapshots = rounds_of(2, |program, calls| {
        let global = program.global;
        let buffer = program.heap.node("object", "Uint8Array", 100 + 1000 * calls as u64);
        program.heap.property(global, "received", buffer);
    });
    assert!(!may_leak(&snapshots, json!({"maxGrowth": 50_000})));
    assert!(may_leak(&snapshots, json!({"maxGrowth": 10_000})));
    let answer = ask_all(&snapshots, &json!({"ask": "testRounds", "find": "heap", "iterations": 20}));
    let leak = &answer["leaks"][0];
    assert_eq!((&leak["className"], &leak["addedBytes"]), (&json!("(heap)"), &json!([20_000, 20_000])));
    assert_eq!(
        leak["holder"],
        json!({"className": "Uint8Array", "path": "global.received", "source": null, "owner": {"kind": "global", "name": "", "source": null}})
    );
}

#[test]
fn records_of_test_runners_for_each_call_are_no_leak() {
    type Record = fn(&mut Program) -> Node;
    let records: [(&str, Record); 4] = [
        ("results of Vitest", |program| {
            let global = program.global;
            let worker = program.object(global, "__vitest_worker__", "Object");
            let current = program.object(worker, "current", "Object");
            program.object(current, "result", "Object")
        }),
        ("mocks of Vitest", |program| {
            let script = program.heap.script("/srv/node_modules/@vitest/spy/dist/index.js");
            let (function, context) = program.heap.function("restoreAllMocks", script, [9, 0, 0]);
            let (global, list) = (program.global, program.heap.node("object", "Set", 32));
            program.heap.property(global, "restore", function);
            program.heap.variable(context, "MOCK_RESTORE", list);
            list
        }),
        ("lines of Jest", |program| {
            let global = program.global;
            let console = program.object(global, "console", "BufferedConsole");
            program.object(console, "_buffer", "Array")
        }),
        ("spies of Jest", |program| {
            let global = program.global;
            let mocker = program.object(global, "moduleMocker", "ModuleMocker");
            program.object(mocker, "_spyState", "Set")
        }),
    ];
    for (what, record) in records {
        let snapshots = rounds_of(3, |program, calls| {
            let list = record(program);
            add(program, calls, |program, call| {
                let line = program.heap.node("object", "Object", 56);
                program.heap.element(list, call as i64, line);
                line
            });
        });
        assert_eq!(leaks(&snapshots), json!([]), "{what}");
    }
}

#[test]
fn a_variable_of_the_test_with_the_name_of_a_test_runners_record_leaks() {
    let snapshots = rounds_of(2, |program, calls| {
        let global = program.global;
        let result = program.object(global, "result", "Object");
        add(program, calls, |program, call| {
            let line = program.own("Line");
            program.heap.element(result, call as i64, line);
            line
        });
    });
    assert_eq!(column(&leaks(&snapshots), "path"), ["global.result[*]"]);
}

/// A path under construction, as in V8.
struct PathBuilder {
    heap: SnapshotBuilder,
    at: Node,
}

impl PathBuilder {
    /// From the global object.
    fn new() -> Self {
        let mut heap = SnapshotBuilder::new();
        let at = heap.global();
        Self { heap, at }
    }

    /// From a root.
    fn from_root(kind: &str, class: &str) -> Self {
        let mut heap = SnapshotBuilder::new();
        let roots = heap.node("synthetic", "(GC roots)", 0);
        let at = heap.node(kind, class, 16);
        let root = heap.root();
        heap.edge(root, "element", "1", roots);
        heap.edge(roots, "element", "1", at);
        Self { heap, at }
    }

    fn property(self, name: &str) -> Self {
        self.step("property", name, "object", "Object")
    }

    fn field(self, name: &str) -> Self {
        self.step("internal", name, "object", "Promise")
    }

    fn element(self) -> Self {
        self.step("element", "0", "object", "Object")
    }

    fn step(mut self, edge: &str, name: &str, kind: &str, class: &str) -> Self {
        let node = self.heap.node(kind, class, 16);
        self.heap.edge(self.at, edge, name, node);
        self.at = node;
        self
    }

    /// Adds a step to a function, and one to a variable that it captured.
    fn captured(self, edge: &str, name: &str, function: &str, variable: &str) -> Self {
        let is_named = !variable.is_empty();
        let scope =
            self.step(edge, name, "closure", function).step("internal", "context", "object", "system / Context");
        if is_named {
            scope.step("context", variable, "object", "Object")
        } else {
            scope.step("hidden", "2", "object", "Array")
        }
    }

    /// Adds a step to a variable of the last function's scope.
    fn again(self, variable: &str) -> Self {
        self.captured("property", "function", "", variable)
    }

    /// The text of the path to the session at its end, from the test's viewpoint.
    fn text(mut self) -> String {
        let session = self.heap.node("object", "Session", 16);
        self.heap.property(self.at, "session", session);
        let question = json!({"ask": "retainingPaths", "of": self.heap.id_of(session), "viewpoint": "test"});
        let answer = ask(&open(&self.heap), question);
        answer["paths"][0]["text"].as_str().unwrap().to_owned()
    }
}

#[test]
fn paths_begin_at_the_first_variable_of_the_test_whatever_leads_there() {
    let jest = || PathBuilder::new().property("<symbol JEST_STATE_SYMBOL>").property("currentlyRunningTest");
    let vitest = || {
        PathBuilder::new().property("__vitest_worker__").property("current").captured(
            "property",
            "fn",
            "run",
            "stackTraceError",
        )
    };
    let waiting = || PathBuilder::from_root("object", "Generator").field("parameters_and_registers");
    for (path, read) in [
        (jest().captured("property", "fn", "", "kept").element(), "kept[0].session"),
        (jest().captured("property", "fn", "", "params").element().again("kept").element(), "kept[0].session"),
        (vitest().element().again("kept"), "kept.session"),
        (vitest().element().again("").element(), "(variable)[0].session"),
        (waiting().captured("element", "1", "", "kept").element(), "kept[0].session"),
        (waiting().captured("element", "1", "", "functionUnderTest").again("kept"), "kept.session"),
        (
            waiting().field("reactions_or_result").captured("element", "1", "next", "functionUnderTest").again("kept"),
            "kept.session",
        ),
    ] {
        assert_eq!(path.text(), read);
    }
}

#[test]
fn paths_from_objects_that_do_not_wait_are_unchanged() {
    let queue =
        || PathBuilder::new().property("queue").captured("property", "run", "run", "fn").again("items").element();
    assert!(queue().text().starts_with("global.queue.run → run → context.fn"), "{}", queue().text());
    // The worker of Vitest refers to other objects than the running test too.
    let other = PathBuilder::new()
        .property("__vitest_worker__")
        .property("rpc")
        .captured("property", "call", "call", "pending");
    assert!(other.text().starts_with("global.__vitest_worker__.rpc"));
}

#[test]
fn paths_from_objects_that_wait_for_the_assertion_are_left_out_if_there_are_others() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let (session, list) = (heap.node("object", "Session", 16), heap.node("object", "Array", 16));
    heap.property(global, "list", list);
    heap.element(list, 0, session);
    let (root, waiting) = (heap.root(), heap.node("object", "Promise", 16));
    heap.edge(root, "shortcut", "2", waiting);
    heap.internal(waiting, "reactions_or_result", session);
    let texts = |viewpoint: &str| {
        let question = json!({"ask": "retainingPaths", "of": heap.id_of(session), "viewpoint": viewpoint});
        column(&ask(&open(&heap), question)["paths"], "text")
    };
    assert_eq!(texts("program").len(), 2);
    assert_eq!(texts("test"), ["global.list[0]"]);
}

#[test]
fn between_checkpoints_rows_tell_internal_and_expected_objects() {
    let snapshots = rounds_of(1, |program, calls| {
        list(program, "sessions", "Session", calls);
        let root = program.heap.root();
        for call in 0..calls {
            let node = program.heap.node("native", "Node / HTTPParser", 64);
            program.heap.edge(root, "internal", &format!("parser{call}"), node);
        }
    });
    let answer = ask_all(&snapshots, &json!({"ask": "since", "ownScript": "/lib/api/snapshot.js"}));
    let row =
        |name: &str| answer["classes"].as_array().unwrap().iter().find(|row| row["name"] == name).unwrap().clone();
    let session = row("Session");
    assert_eq!((&session["countDelta"], &session["internal"]), (&json!(20), &json!(false)));
    assert_eq!((&session["expected"], &session["path"]), (&json!(0), &json!("global.sessions[*]")));
    assert_eq!(row("Node / HTTPParser")["internal"], true);
}

#[test]
fn records_of_the_test_runner_are_expected_between_checkpoints() {
    let snapshots = rounds_of(1, |program, calls| {
        let global = program.global;
        let console = program.object(global, "console", "BufferedConsole");
        let buffer = program.object(console, "_buffer", "Array");
        add(program, calls, |program, call| {
            let entry = program.own("LogEntry");
            program.heap.element(buffer, call as i64, entry);
            entry
        });
    });
    let answer = ask_all(&snapshots, &json!({"ask": "since", "ownScript": "/lib/api/snapshot.js"}));
    let rows = answer["classes"].as_array().unwrap();
    let entry = rows.iter().find(|row| row["name"] == "LogEntry").unwrap();
    assert_eq!((&entry["countDelta"], &entry["expected"]), (&json!(20), &json!(20)));
}
