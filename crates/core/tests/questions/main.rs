//! Every question, in its JSON form, about small heaps.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod compare;
mod components;
mod dead_variables;
mod dominator_tree;
mod explore;
mod filter;
mod growing_objects;
mod harmless;
mod keys;
mod leak_holders;
mod leaks;
mod lists;
mod owners;
mod paths;
mod program;
mod report;
mod series;
mod structures;
mod test_rounds;
mod text_match;
mod timeline;
mod under_way;

use heapray_core::testing::{Node, SnapshotBuilder};
use heapray_core::{Code, Progress, Snapshot, parse, query};
use serde_json::{Value, json};

fn open(heap: &SnapshotBuilder) -> Snapshot {
    parse::open(&heap.json(), &Progress::new()).unwrap()
}

fn ask(snapshot: &Snapshot, question: Value) -> Value {
    let answer = query::answer(snapshot, &question.to_string(), &Progress::new()).unwrap();
    serde_json::from_str(&answer).unwrap()
}

fn refused(snapshot: &Snapshot, question: Value) -> (Code, String) {
    let error = query::answer(snapshot, &question.to_string(), &Progress::new()).unwrap_err();
    (error.code(), error.to_string())
}

/// The values of one field, row by row.
fn column(rows: &Value, field: &str) -> Vec<Value> {
    rows.as_array().unwrap().iter().map(|row| row[field].clone()).collect()
}

/// The class names of the nodes that match.
fn names(snapshot: &Snapshot, query: Value) -> Vec<String> {
    let mut question = json!({"ask": "filter", "sort": "id"});
    question.as_object_mut().unwrap().extend(query.as_object().unwrap().clone());
    let answer = ask(snapshot, question);
    column(&answer["nodes"], "name").iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

/// A server: `global.sessions` holds two sessions; one has an owner of its own.
struct Server {
    heap: SnapshotBuilder,
    sessions: Node,
    first: Node,
    second: Node,
    user: Node,
}

fn server() -> Server {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let sessions = heap.node("object", "Sessions", 16);
    let first = heap.node("object", "Session", 100);
    let second = heap.node("object", "Session", 50);
    let user = heap.node("object", "User", 10);
    heap.property(global, "sessions", sessions);
    heap.element(sessions, 0, first);
    heap.element(sessions, 1, second);
    heap.property(first, "user", user);
    heap.text(user, "name", "Ada", 24);
    Server { heap, sessions, first, second, user }
}
