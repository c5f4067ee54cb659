//! Work under way and records of the runtime, which are no leaks.

use super::open;
use super::program::{Program, program, report_of_each, suspect};
use heapray_core::testing::Node;
use serde_json::{Value, json};

/// An object that V8's global handles retain.
fn handle(program: &mut Program, class: &str, id: u64) -> Node {
    let handle = program.heap.node("object", class, 40);
    program.heap.id(handle, id);
    let root = program.heap.root();
    program.heap.edge(root, "element", &id.to_string(), handle);
    handle
}

/// A function of a script.
fn function(program: &mut Program, name: &str, script: &str, id: u64) -> Node {
    let script = program.heap.script(script);
    let (closure, context) = program.heap.function(name, script, [id, 1, 1]);
    program.heap.id(closure, id);
    program.heap.id(context, id + 2);
    closure
}

const RUNTIME: &str = "node:internal/timers";
const PROGRAM: &str = "/srv/app/index.js";

#[test]
fn functions_that_node_binds_to_its_sockets_are_not_named() {
    let report = report_of_each([20, 40, 60], |program, size| {
        for at in 0..30 {
            let id = 20_001 + 1000 * at;
            let tcp = handle(program, "TCP", id);
            let socket = program.heap.node("object", "Socket", 200);
            let listeners = program.heap.node("object", "Array", 56);
            program.heap.id(socket, id + 2);
            program.heap.id(listeners, id + 4);
            program.heap.property(tcp, "<symbol owner_symbol>", socket);
            program.heap.property(socket, "close", listeners);
            for of_socket in 0..size as u64 {
                let bound = program.heap.node("closure", "native_bind", 64);
                program.heap.id(bound, id + 6 + 2 * of_socket);
                program.heap.element(listeners, of_socket as i64, bound);
            }
        }
    });
    assert_eq!(report["suspects"], json!([]));
}

/// Timeouts that call `script`'s function with a socket.
fn timeouts(script: &str) -> Value {
    report_of_each([100, 200, 300], |program, size| {
        let list = handle(program, "TimersList", 10_001);
        let callback = function(program, "onTimeout", script, 10_003);
        let mut last = list;
        for at in 0..size as u64 {
            let id = 20_001 + 20 * at;
            let (timeout, arguments) =
                (program.heap.node("object", "Timeout", 80), program.heap.node("object", "Array", 16));
            let socket = program.heap.node("object", "Socket", 200);
            for (node, id) in [(timeout, id), (arguments, id + 2), (socket, id + 4)] {
                program.heap.id(node, id);
            }
            program.heap.property(last, "_idleNext", timeout);
            program.heap.property(timeout, "_onTimeout", callback);
            program.heap.property(timeout, "_timerArgs", arguments);
            program.heap.element(arguments, 0, socket);
            last = timeout;
        }
    })
}

#[test]
fn a_timeout_of_the_runtime_belongs_to_its_connection_and_one_of_the_program_leaks() {
    assert_eq!(timeouts(RUNTIME)["suspects"], json!([]));
    let programs = timeouts(PROGRAM);
    assert_eq!(suspect(&programs)["kind"], "timers");
}

/// Jobs that only timers retain: `sizes` of them in the snapshots, of which the first `kept` stay.
fn waiting(sizes: [usize; 3], kept: usize) -> Value {
    let mut snapshot = 0;
    report_of_each(sizes, |program, size| {
        let list = handle(program, "TimersList", 10_001);
        let callback = function(program, "run", PROGRAM, 10_003);
        snapshot += 1;
        for at in 0..size {
            let id = if at < kept { 20_001 } else { 20_001 + 100_000 * snapshot } + 20 * at as u64;
            let (timeout, job) = (program.heap.node("object", "Timeout", 80), program.own("Job"));
            program.heap.id(timeout, id);
            program.heap.id(job, id + 2);
            program.heap.property(list, &format!("timer{at}"), timeout);
            program.heap.property(timeout, "_onTimeout", callback);
            program.heap.property(timeout, "job", job);
        }
    })
}

#[test]
fn objects_that_only_timers_retain_for_a_while_are_work_under_way() {
    assert_eq!(waiting([50, 100, 150], 0)["suspects"], json!([]));
    assert_eq!(waiting([0, 0, 150], 150)["suspects"], json!([]));
    assert_eq!(suspect(&waiting([50, 100, 150], 150))["className"], "Job");
}

/// Names of channels in a variable of Node's own code: `of_each_file` more for each loaded file.
fn channels(of_each_file: usize) -> Value {
    report_of_each([20, 40, 60], |program, files| {
        let global = program.global;
        let channel = function(program, "channel", "node:diagnostics_channel", 10_001);
        program.heap.property(global, "channel", channel);
        let names = program.object(channel, "channels", "Array");
        for file in 0..files {
            let function = function(program, "load", &format!("/srv/app/{file}.js"), 20_001 + 10 * file as u64);
            program.heap.property(global, &format!("load{file}"), function);
            for at in 0..of_each_file {
                let name = program.heap.node("string", &format!("tracing:{file}:{at}"), 32);
                program.heap.id(name, 60_001 + 2 * (file * of_each_file + at) as u64);
                program.heap.element(names, (file * of_each_file + at) as i64, name);
            }
        }
    })
}

#[test]
fn one_record_of_nodes_for_each_loaded_file_is_no_leak_and_more_are() {
    let of_texts =
        |report: &Value| report["suspects"].as_array().unwrap().iter().any(|suspect| suspect["kind"] == "strings");
    assert!(!of_texts(&channels(1)));
    assert!(of_texts(&channels(40)));
}

#[test]
fn sockets_of_nodes_agent_do_not_belong_to_the_module_loader() {
    let report = report_of_each([100, 200, 300], |program, size| {
        let global = program.global;
        let require = function(program, "require", "node:internal/bootstrap/realm", 10_001);
        program.heap.property(global, "require", require);
        let map = program.object(require, "BuiltinModule", "Map");
        let module = program.object(map, "http", "BuiltinModule");
        let exports = program.object(module, "exports", "Object");
        let agent = program.object(exports, "globalAgent", "Agent");
        let sockets = program.object(agent, "sockets", "Array");
        for at in 0..size {
            let (socket, chunk) =
                (program.heap.node("object", "Socket", 200), program.heap.node("object", "Uint8Array", 96));
            program.heap.property(socket, "chunk", chunk);
            program.heap.element(sockets, at as i64, socket);
        }
    });
    let suspect = suspect(&report);
    assert_eq!((&suspect["className"], &suspect["kind"]), (&json!("Socket"), &json!("sockets")));
}

#[test]
fn a_path_begins_at_a_variable_even_if_a_connection_is_nearer() {
    let mut program = program();
    let global = program.global;
    let state = program.object(global, "state", "State");
    let latencies = program.object(state, "latencies", "Latencies");
    let route = program.object(latencies, "search", "Route");
    let tcp = handle(&mut program, "TCP", 20_001);
    let socket = program.heap.node("object", "Socket", 200);
    program.heap.property(tcp, "<symbol owner_symbol>", socket);
    program.heap.property(socket, "route", route);
    let answer = super::ask(&open(&program.heap), json!({"ask": "retainingPaths", "of": "Route"}));
    assert_eq!(answer["paths"][0]["text"], "global.state.latencies.search");
}

#[test]
fn moved_objects_are_no_growth() {
    let report = report_of_each([20, 40, 60], |program, moved| {
        let global = program.global;
        let (waiting, done) = (program.object(global, "waiting", "Array"), program.object(global, "done", "Array"));
        for at in 0..100 {
            let job = program.own("Job");
            program.heap.element(if at < moved { done } else { waiting }, at as i64, job);
        }
        // The new jobs are elsewhere in the list.
        for at in 0..moved / 20 {
            let marker = program.heap.node("object", "Marker", 16);
            program.heap.element(done, 100 + at as i64, marker);
        }
    });
    assert_eq!(report["suspects"], json!([]));
}

#[test]
fn a_timer_of_a_page_is_named_by_its_function() {
    let report = report_of_each([100, 200, 300], |program, size| {
        let global = program.global;
        let timers = program.object(global, "timers", "Array");
        for at in 0..size as u64 {
            let id = 20_001 + 20 * at;
            let parts = ["DOMTimer", "ScheduledAction", "V8Function"].map(|name| program.heap.node("native", name, 40));
            let poll = function(program, "poll", PROGRAM, id);
            for (place, part) in parts.into_iter().enumerate() {
                program.heap.id(part, id + 4 + 2 * place as u64);
            }
            program.heap.element(timers, at as i64, parts[0]);
            program.heap.element(parts[0], 1, parts[1]);
            program.heap.element(parts[1], 2, parts[2]);
            program.heap.element(parts[2], 1, poll);
        }
    });
    assert_eq!(suspect(&report)["className"], "poll");
}

/// Requests whose handlers wait for a timer: all of them stay, since they take longer than the snapshots are apart.
fn slow_requests(are_answered: bool) -> Value {
    report_of_each([20, 40, 60], |program, size| {
        let list = handle(program, "TimersList", 10_001);
        let mut last = list;
        for at in 0..size as u64 {
            let id = 20_001 + 20 * at;
            let timeout = program.heap.node("object", "Timeout", 80);
            program.heap.id(timeout, id);
            program.heap.property(last, "_idleNext", timeout);
            let script = program.heap.script(PROGRAM);
            let (answer, context) = program.heap.function("answer", script, [7, at, 1]);
            program.heap.property(timeout, "_onTimeout", answer);
            let [response, request, socket] =
                ["ServerResponse", "IncomingMessage", "Socket"].map(|class| program.heap.node("object", class, 200));
            program.heap.variable(context, "response", response);
            program.heap.property(response, "req", request);
            program.heap.property(request, "socket", socket);
            if !are_answered {
                program.heap.property(socket, "_httpMessage", response);
            }
            let rows = program.own("Rows");
            program.heap.variable(context, "rows", rows);
            for (node, offset) in [(answer, 2), (context, 4), (response, 6), (request, 8), (socket, 10), (rows, 12)] {
                program.heap.id(node, id + offset);
            }
            last = timeout;
        }
    })
}

#[test]
fn what_waits_to_answer_an_open_request_is_work_under_way_however_long_it_takes() {
    assert_eq!(slow_requests(false)["suspects"], json!([]));
    assert_eq!(suspect(&slow_requests(true))["className"], "Rows");
}

/// Reminders that only timers retain.
fn reminders(is_repeated: bool) -> Value {
    report_of_each([20, 40, 60], |program, size| {
        let list = handle(program, "TimersList", 10_001);
        let null = program.heap.node("hidden", "system / Oddball", 48);
        program.heap.id(null, 71);
        for at in 0..size as u64 {
            let id = 20_001 + 20 * at;
            let (timeout, reminder) = (program.heap.node("object", "Timeout", 80), program.own("Reminder"));
            let remind = function(program, "remind", PROGRAM, id + 6);
            program.heap.id(timeout, id);
            program.heap.id(reminder, id + 2);
            program.heap.property(list, &format!("timer{at}"), timeout);
            program.heap.property(timeout, "_onTimeout", remind);
            program.heap.property(timeout, "reminder", reminder);
            if !is_repeated {
                program.heap.property(timeout, "_repeat", null);
            }
        }
    })
}

#[test]
fn timers_that_run_once_may_have_a_bound_and_intervals_have_none() {
    let once = reminders(false);
    let of_once = suspect(&once);
    assert_eq!((&of_once["className"], &of_once["confidence"]), (&json!("Reminder"), &json!("medium")));
    assert!(of_once["reason"].as_str().unwrap().contains("timers that run once"), "{of_once:#}");
    let intervals = reminders(true);
    assert_eq!(suspect(&intervals)["confidence"], "high");
}
