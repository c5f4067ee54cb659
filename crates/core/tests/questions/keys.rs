//! Names of properties that are data: hidden unless they are asked for, and merged in paths.

use super::{ask, open};
use heapray_core::testing::{Node, SnapshotBuilder};
use heapray_core::{Progress, parse, redact};
use serde_json::{Value, json};

/// A dictionary of sessions by token, one of objects in two of which each property is data, and a function that
/// mentions a name.
fn heap() -> (SnapshotBuilder, Node) {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let sessions = heap.node("object", "Object", 64);
    heap.property(global, "sessions", sessions);
    for i in 0..40 {
        let session = heap.node("object", "Session", 32);
        heap.property(sessions, &format!("token-{i}-eyJhbGciOiJIUzI1NiJ9"), session);
    }
    for i in 0..2 {
        let rates = heap.node("object", "Object", 24);
        heap.element(global, i, rates);
        heap.property(rates, "10.0.0.1", global);
        heap.property(rates, "limit", global);
    }
    (heap, sessions)
}

#[test]
fn objects_of_a_dictionary_with_keys_that_are_data_are_retained_in_one_way() {
    let (heap, sessions) = heap();
    let snapshot = open(&heap);
    let paths = ask(&snapshot, json!({"ask": "retainingPaths", "of": "Session"}));
    assert_eq!(paths["patterns"], 1);
    assert_eq!(paths["paths"][0]["text"], "global.sessions[*]");
    let node = |show| ask(&snapshot, json!({"ask": "node", "id": heap.id_of(sessions), "showStrings": show}));
    assert_eq!(node(false)["name"], "{40 keys}");
    assert_eq!(node(false)["edges"][0]["name"], "[key]");
    assert_eq!(node(true)["edges"][0]["name"], "token-0-eyJhbGciOiJIUzI1NiJ9");
}

#[test]
fn a_class_with_keys_that_are_data_names_the_others() {
    let (heap, _) = heap();
    let snapshot = open(&heap);
    let names = |question: Value| {
        let answer = ask(&snapshot, question);
        answer["classes"].as_array().unwrap().iter().map(|row| row["name"].clone()).collect::<Vec<_>>()
    };
    assert!(names(json!({"ask": "classes"})).contains(&json!("{limit, 1 key}")));
    assert!(names(json!({"ask": "classes", "showStrings": true})).contains(&json!("{10.0.0.1, limit}")));
}

#[test]
fn the_redacted_file_hides_the_same_keys_and_says_the_same_of_them() {
    let (heap, _) = heap();
    let key = redact::Key::new(b"a key for tests");
    let redacted = redact::redact(&heap.json(), &key, &Progress::new()).unwrap();
    let text = String::from_utf8(redacted.clone()).unwrap();
    assert!(!text.contains("token-") && !text.contains("10.0.0.1") && text.contains("limit"), "{text}");
    let (before, after) = (open(&heap), parse::open(&redacted, &Progress::new()).unwrap());
    for question in [json!({"ask": "retainingPaths", "of": "Session"}), json!({"ask": "classes"})] {
        assert_eq!(ask(&after, question.clone()), ask(&before, question.clone()), "{question}");
    }
    let biggest = |snapshot| ask(snapshot, json!({"ask": "report"}))["biggest"].clone();
    assert_eq!(biggest(&after), biggest(&before));
}
