//! Questions → answers, on a heap of 1.4 million nodes: what a user waits for after loading.

#![expect(clippy::unwrap_used, reason = "a bench may stop")]

mod support;

use criterion::Criterion;
use heapray_core::query::{self, answer};
use heapray_core::{Progress, Snapshot};
use serde_json::Value;
use support::heaps::{CLASS_COUNT, GUEST_EVERY, mixed};

/// A multiple of the number of classes and of the distance between guests.
const RECORDS: u32 = 240_000;
const OF_EACH_CLASS: u32 = RECORDS / CLASS_COUNT;
const GUESTS: u32 = RECORDS / GUEST_EVERY;

fn main() {
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    one_snapshot(&mut criterion);
    two_snapshots(&mut criterion);
    criterion.final_summary();
}

fn one_snapshot(criterion: &mut Criterion) {
    let heap = mixed(RECORDS, 1);
    let snapshot = heap.open();
    heap.check(&snapshot);
    let last_record = snapshot.nodes().iter().filter(|&node| snapshot.name(node) == b"Scope").last().unwrap();
    let last_record = snapshot.nodes().id(last_record).0;
    // The first question that needs them builds the retainers and the order of ids; that is not what is timed.
    snapshot.retainers().unwrap();

    let mut group = criterion.benchmark_group("ask");
    for (name, question, expected) in [
        ("classes", r#"{"ask":"classes","limit":50}"#.to_owned(), equals("/classes/0/name", "App")),
        ("class", r#"{"ask":"filter","class":"Session"}"#.to_owned(), equals("/total", OF_EACH_CLASS)),
        ("name, regular expression", r#"{"ask":"filter","name":{"regex":"^guest$"}}"#.to_owned(), equals("/total", GUESTS)),
        ("name of an edge", r#"{"ask":"filter","edgeName":"listener"}"#.to_owned(), at_least("/total", RECORDS)),
        ("largest objects", r#"{"ask":"filter","type":"object","limit":100}"#.to_owned(), equals("/nodes/0/className", "App")),
        (
            "trees",
            r#"{"ask":"filter","class":"Token","limit":50,"references":{"depth":3,"limit":5},"retainers":{"depth":3,"limit":5}}"#.to_owned(),
            equals("/nodes/49/className", "Token"),
        ),
        ("duplicated strings", r#"{"ask":"strings"}"#.to_owned(), equals("/strings/0/count", GUESTS)),
        ("paths to a node", format!(r#"{{"ask":"retainingPaths","of":{last_record}}}"#), at_least("/total", 1)),
        ("paths to a class", r#"{"ask":"retainingPaths","of":"Session"}"#.to_owned(), at_least("/total", 1)),
        ("report", r#"{"ask":"report"}"#.to_owned(), equals("/kind", "report")),
    ] {
        expected.check(name, &ask(&snapshot, &question));
        group.bench_function(name, |bencher| bencher.iter(|| ask(&snapshot, &question)));
    }
}

/// The same program before and after a twelfth more of everything.
fn two_snapshots(criterion: &mut Criterion) {
    let before = mixed(RECORDS, 1).open();
    let after = mixed(RECORDS + RECORDS / CLASS_COUNT, 1).open();
    let grown = after.node_count() - before.node_count();
    let mut group = criterion.benchmark_group("compare");
    for (name, question, expected) in [
        ("classes", r#"{"ask":"diff","mode":"classes"}"#, equals("/classes/0/removedCount", 0)),
        ("new objects", r#"{"ask":"diff","mode":"new"}"#, equals("/total", grown)),
    ] {
        let ask = || query::ask(&[&before, &after], question, &Progress::new()).unwrap();
        expected.check(name, &ask());
        group.bench_function(name, |bencher| bencher.iter(ask));
    }
}

fn ask(snapshot: &Snapshot, question: &str) -> String {
    answer(snapshot, question, &Progress::new()).unwrap()
}

/// What an answer must have at a place in its JSON.
struct Expected {
    at: &'static str,
    value: Value,
    or_more: bool,
}

fn equals(at: &'static str, value: impl Into<Value>) -> Expected {
    Expected { at, value: value.into(), or_more: false }
}

fn at_least(at: &'static str, value: u32) -> Expected {
    Expected { at, value: value.into(), or_more: true }
}

impl Expected {
    fn check(&self, name: &str, answer: &str) {
        let answer: Value = serde_json::from_str(answer).unwrap();
        let found = answer.pointer(self.at).unwrap_or(&Value::Null);
        if self.or_more {
            assert!(
                found.as_u64() >= self.value.as_u64(),
                "{name}: {found} at {}, not {} or more",
                self.at,
                self.value
            );
        } else {
            assert_eq!(found, &self.value, "{name}: {}", self.at);
        }
    }
}
