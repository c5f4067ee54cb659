//! Lists with two ends, trees, tries: each is one suspect, whose holder has the whole structure.

use super::open;
use super::program::{program, report, report_of_each, suspect};
use heapray_core::Snapshot;
use heapray_core::testing::Node;
use serde_json::{Value, json};
use std::collections::HashMap;

#[test]
fn one_end_of_a_list_is_no_other_holder_of_what_the_other_end_retains() {
    let report = report_of_each([100, 200, 300], |program, size| {
        let global = program.global;
        let list = program.object(global, "list", "List");
        let links: Vec<Node> = (0..size).map(|_| program.heap.node("object", "Link", 40)).collect();
        for (at, &link) in links.iter().enumerate() {
            let record = program.own("Record");
            // As in Node's timers, the newest link is next to the list's end.
            program.heap.id(link, 20_001 + 4 * at as u64);
            program.heap.id(record, 20_003 + 4 * at as u64);
            program.heap.property(link, "record", record);
        }
        for pair in links.windows(2) {
            program.heap.property(pair[0], "next", pair[1]);
            program.heap.property(pair[1], "previous", pair[0]);
        }
        program.heap.property(list, "first", links[0]);
        program.heap.property(list, "last", links[size - 1]);
    });
    let suspect = suspect(&report);
    assert_eq!((&suspect["className"], &suspect["kind"]), (&json!("Record"), &json!("linkedList")));
    assert_eq!(suspect["otherHolders"], json!([]), "{suspect}");
    assert_eq!(suspect["freedIfReleased"], suspect["bytes"]);
}

#[test]
fn a_tree_is_held_by_its_root_not_by_the_branch_that_grew_most() {
    let report = report_of_each([100, 200, 300], |program, size| {
        let global = program.global;
        let tree = program.object(global, "tree", "Tree");
        let nodes: Vec<Node> = (0..size).map(|_| program.own("TreeNode")).collect();
        program.heap.property(tree, "root", nodes[0]);
        for (at, &node) in nodes.iter().enumerate().skip(1) {
            let side = if at % 2 == 1 { "left" } else { "right" };
            program.heap.property(nodes[(at - 1) / 2], side, node);
        }
    });
    let suspect = suspect(&report);
    assert_eq!((&suspect["className"], &suspect["kind"]), (&json!("TreeNode"), &json!("linkedList")));
    assert_eq!(suspect["holder"]["path"], "global.tree.root");
}

#[test]
fn a_trie_of_plain_objects_is_one_suspect_named_after_the_values_of_its_words() {
    let report = report_of_each([60, 120, 180], |program, size| {
        let global = program.global;
        let trie = program.object(global, "trie", "Object");
        let mut parts: HashMap<String, Node> = HashMap::from([(String::new(), trie)]);
        for word in 0..size {
            // Letters differ from word to word, so that no part of the trie gets all new words.
            let letters: Vec<u8> = (0..4).map(|place| b'a' + (word * 7919 / 6usize.pow(place) % 6) as u8).collect();
            let word = String::from_utf8(letters).unwrap();
            for length in 1..=word.len() {
                if !parts.contains_key(&word[..length]) {
                    let part = program.heap.node("object", "Object", 56);
                    program.heap.property(parts[&word[..length - 1]], &word[length - 1..length], part);
                    parts.insert(word[..length].to_owned(), part);
                }
            }
            let end = program.own("Completion");
            program.heap.property(parts[&word], "end", end);
        }
    });
    let suspect = suspect(&report);
    assert_eq!((&suspect["className"], &suspect["holder"]["path"]), (&json!("Completion"), &json!("global.trie")));
    assert_eq!((&suspect["otherHolders"], &suspect["freedIfReleased"]), (&json!([]), &suspect["bytes"]));
}

/// A dictionary, which is a new one each time or not. V8 stores its keys once.
fn dictionary(is_replaced: bool) -> Value {
    report_of_each([1500, 1600, 1700], |program, size| {
        let global = program.global;
        let holder = program.object(global, "config", "Config");
        let flags = program.object(holder, "flags", "Object");
        let store = program.heap.node("array", "(object properties)", 16);
        program.heap.internal(flags, "properties", store);
        if is_replaced {
            program.heap.id(flags, 900_001 + 4 * size as u64);
            program.heap.id(store, 900_003 + 4 * size as u64);
        }
        for at in 0..size {
            let key = program.heap.node("string", &format!("flag-{at}"), 24);
            program.heap.id(key, 50_001 + 2 * at as u64);
            program.heap.internal(store, &(3 * at).to_string(), key);
        }
    })
}

#[test]
fn keys_that_outlive_their_dictionary_are_no_leak() {
    let names_keys =
        |report: &Value| report["suspects"].as_array().unwrap().iter().any(|suspect| suspect["kind"] == "strings");
    assert!(!names_keys(&dictionary(true)));
    assert!(names_keys(&dictionary(false)));
}

/// Flags with rules, all new in each snapshot. Some of their lists have ids of other lists in the first snapshot.
#[test]
fn objects_with_a_reused_id_are_not_taken_for_the_earlier_ones() {
    let mut generation = 0;
    let report = report_of_each([1500, 1600, 1700], |program, size| {
        let global = program.global;
        let flags = program.object(global, "flags", "Array");
        let temporary = program.object(global, "temporary", "Queue");
        generation += 1;
        let again = [0, 60, 120][generation - 1];
        for at in 0..200 {
            let list = program.heap.node("object", "Array", 16);
            program.heap.id(list, if generation == 1 { 50_001 } else { 60_001 } + 2 * at as u64);
            program.heap.element(temporary, at, list);
        }
        for at in 0..size {
            let (flag, rules, rule) =
                (program.own("Flag"), program.heap.node("object", "Array", 16), program.own("Rule"));
            program.heap.element(flags, at as i64, flag);
            program.heap.property(flag, "rules", rules);
            program.heap.element(rules, 0, rule);
            let fresh = 100_001 + 20_000 * generation as u64 + 6 * at as u64;
            program.heap.id(flag, fresh);
            program.heap.id(rule, if at < again { 70_001 + 2 * at as u64 } else { fresh + 2 });
            program.heap.id(rules, if at < again { 50_001 + 2 * at as u64 } else { fresh + 4 });
        }
    });
    assert_eq!(report["suspects"], json!([]));
}

/// A runtime with functions, most of which have the same ids in every process.
fn process(number: u64, records: usize) -> Snapshot {
    let mut program = program();
    let global = program.global;
    for at in 0..400 {
        let function = program.heap.node("closure", &format!("builtin{at}"), 64);
        let other = program.heap.node("closure", "", 64);
        program.heap.property(global, &format!("builtin{at}"), function);
        program.heap.property(function, "other", other);
        let is_swapped = at % 4 == 0 && number % 2 == 1;
        program.heap.id(function, 20_001 + 4 * at + if is_swapped { 2 } else { 0 });
        program.heap.id(other, 20_001 + 4 * at + if is_swapped { 0 } else { 2 });
    }
    let log = program.object(global, "log", "Array");
    for at in 0..records {
        let record = program.own("Record");
        program.heap.id(record, 30_001 + 2 * at as u64);
        program.heap.element(log, at as i64, record);
    }
    open(&program.heap)
}

#[test]
fn two_processes_of_one_program_are_recognised_although_most_ids_have_equal_classes() {
    let is_renumbered = |series: [Snapshot; 3]| report(&series)["verdict"].as_str().unwrap().contains("renumbered");
    assert!(!is_renumbered([process(1, 100), process(1, 200), process(1, 300)]));
    assert!(is_renumbered([process(1, 100), process(2, 200), process(3, 300)]));
}
