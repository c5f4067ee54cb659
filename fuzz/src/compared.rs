//! Checks reports and comparisons of a series.
//!
//! * A snapshot does not differ from itself, and objects added in one direction are removed in the other.
//! * A report ends, its objects exist, and its numbers equal the answers to other questions.
//! * Equal files give equal answers, again and on any number of threads.

use crate::input::{MAX_BYTES, open};
use crate::invariants;
use heapray_core::ids::NodeIx;
use heapray_core::{Progress, Snapshot, query};
use serde_json::{Value, json};
use std::collections::BTreeMap;
#[cfg(feature = "parallel")]
use std::collections::HashMap;
#[cfg(feature = "parallel")]
use std::sync::{LazyLock, Mutex, PoisonError};

/// Panics unless all of it holds for the files, in any order.
pub(crate) fn check(files: &[Vec<u8>]) {
    let snapshots = opened(files);
    snapshots.iter().for_each(invariants::check);
    let series: Vec<&Snapshot> = snapshots.iter().collect();
    for snapshot in &snapshots {
        differs_nowhere(snapshot);
    }
    for pair in series.windows(2) {
        mirrors(pair[0], pair[1]);
    }
    for length in 2..=series.len() {
        let newest = &series[series.len() - length..];
        let report = answer(newest, &json!({"ask": "report"}));
        report_is_sound(&in_order(newest, &report), &report);
    }
    repeats(files, &series);
}

fn opened(files: &[Vec<u8>]) -> Vec<Snapshot> {
    files.iter().map(|file| open(file, &[], MAX_BYTES).expect("a valid snapshot")).collect()
}

fn answer(series: &[&Snapshot], question: &Value) -> Value {
    serde_json::from_str(&text(series, question)).expect("JSON")
}

fn text(series: &[&Snapshot], question: &Value) -> String {
    query::ask(series, &question.to_string(), &Progress::new()).unwrap_or_else(|error| panic!("{question}: {error:?}"))
}

fn differs_nowhere(snapshot: &Snapshot) {
    for mode in ["classes", "new", "grown", "freed"] {
        let question = json!({"ask": "diff", "mode": mode});
        assert_eq!(answer(&[snapshot, snapshot], &question)["total"], json!(0), "{mode}");
    }
}

/// Checks that objects added in one direction are removed in the other.
fn mirrors(before: &Snapshot, after: &Snapshot) {
    let compare = |a, b, mode: &str| answer(&[a, b], &json!({"ask": "diff", "mode": mode, "limit": 1000}));
    for (there, back) in [("new", "freed"), ("freed", "new")] {
        let (there, back) = (compare(before, after, there), compare(after, before, back));
        assert_eq!(changes(&there, 1), changes(&back, -1));
    }
    assert_eq!(classes(&compare(before, after, "classes"), 1), classes(&compare(after, before, "classes"), -1));
}

/// Ids and growth of the nodes listed.
fn changes(answer: &Value, sign: i64) -> Vec<(u64, i64)> {
    let rows = answer["nodes"].as_array().expect("rows");
    assert_eq!(json!(rows.len()), answer["total"]);
    let mut changes: Vec<_> = rows.iter().map(|row| (number(&row["id"]), sign * signed(&row["growth"]))).collect();
    changes.sort_unstable();
    changes
}

/// Added and removed objects by class name, without plain objects: a comparison names those of the older snapshot after
/// the shapes of the newer one.
fn classes(answer: &Value, sign: i64) -> BTreeMap<String, [i64; 4]> {
    let rows = answer["classes"].as_array().expect("rows");
    let named = rows.iter().map(|row| (row["name"].as_str().expect("a name").to_owned(), row));
    let plain = |name: &str| name == "Object" || name.starts_with('{');
    let mut classes = BTreeMap::new();
    for (name, row) in named.filter(|(name, _)| !plain(name)) {
        let [added, removed] =
            ["added", "removed"].map(|what| ["Count", "Size"].map(|unit| signed(&row[format!("{what}{unit}")])));
        let [come, gone] = if sign > 0 { [added, removed] } else { [removed, added] };
        let delta = ["countDelta", "sizeDelta"].map(|field| sign * signed(&row[field]));
        assert_eq!(delta, [come[0] - gone[0], come[1] - gone[1]], "{name}");
        // Classes of the same name have different places.
        let sums: &mut [i64; 4] = classes.entry(name).or_default();
        sums.iter_mut().zip([come, gone].concat()).for_each(|(sum, number)| *sum += number);
    }
    classes
}

/// The snapshots in the order of the report.
fn in_order<'a>(series: &[&'a Snapshot], report: &Value) -> Vec<&'a Snapshot> {
    let positions = report["order"].as_array().expect("positions");
    let ordered: Vec<&Snapshot> = positions.iter().map(|at| series[number(at) as usize]).collect();
    assert!(series.iter().all(|given| ordered.iter().any(|&ordered| std::ptr::eq(ordered, *given))), "none is lost");
    ordered
}

fn report_is_sound(series: &[&Snapshot], report: &Value) {
    let &[.., last] = series else { return };
    assert_eq!(number(&report["totals"]["nodes"]), u64::from(last.node_count()));
    assert_eq!(number(&report["totals"]["size"]), last.total_size());
    for suspect in report["suspects"].as_array().expect("suspects") {
        suspect_is_sound(series, last, suspect);
    }
    let first = &answer(series, &json!({"ask": "report", "limit": 1}))["suspects"];
    assert_eq!(first.get(0), report["suspects"].get(0), "fewer rows are the first rows");
}

fn suspect_is_sound(series: &[&Snapshot], last: &Snapshot, suspect: &Value) {
    let total = last.total_size();
    let [bytes, freed, freed_by_all] =
        ["bytes", "freedIfReleased", "freedIfAllRelease"].map(|field| number(&suspect[field]));
    assert!(bytes <= total && freed <= freed_by_all && freed_by_all <= total, "{suspect}");
    let intervals = series.len() - 1;
    for field in ["addedCount", "addedBytes"] {
        assert!(suspect[field].as_array().is_none_or(|added| added.len() == intervals), "{suspect}");
    }
    let ids: Vec<u64> = suspect["sampleIds"].as_array().expect("ids").iter().map(number).collect();
    let count = number(&suspect["count"]) as usize;
    assert!(count > 0 && ids.len() == count.min(5), "{suspect}");
    for holder in suspect["otherHolders"].as_array().expect("holders").iter().chain([&suspect["holder"]]) {
        assert!(!nodes_with(last, number(&holder["id"])).is_empty(), "{holder}");
    }
    assert!(ids.iter().all(|&id| !nodes_with(last, id).is_empty()), "{suspect}");
    // Of two objects with the same id, only one is found by it.
    let is_clear = |id: &u64| nodes_with(last, *id).len() == 1;
    if ids.len() == count && ids.iter().all(is_clear) {
        let together = answer(&[last], &json!({"ask": "retainedTogether", "id": ids, "mineOnly": false}));
        assert_eq!(number(&together["total"]) as usize, count);
        // Cells of a registry are removed with the objects.
        assert!(number(&together["retainedSize"]) <= bytes, "{suspect}");
    }
    let holder = number(&suspect["holder"]["id"]);
    if is_clear(&holder) {
        let node = answer(&[last], &json!({"ask": "node", "id": holder}));
        assert_eq!(node["retainedSize"], suspect["holder"]["retainedSize"]);
    }
}

fn nodes_with(snapshot: &Snapshot, id: u64) -> Vec<NodeIx> {
    snapshot.nodes().iter().filter(|&node| u64::from(snapshot.nodes().id(node).0) == id).collect()
}

const REPEATED: [&str; 3] = [
    r#"{"ask":"report","showStrings":true}"#,
    r#"{"ask":"diff","mode":"grown","paths":true}"#,
    r#"{"ask":"filter","sort":"retainedSize","references":true,"retainers":true,"mineOnly":false}"#,
];

/// Checks that the files, parsed again, give the same answers.
fn repeats(files: &[Vec<u8>], series: &[&Snapshot]) {
    let ask = |series: &[&Snapshot]| -> Vec<String> {
        let pair = &series[series.len() - 2..];
        let asked = [series, pair, &pair[1..]].into_iter().zip(REPEATED);
        asked.map(|(series, question)| text(series, &serde_json::from_str(question).expect("JSON"))).collect()
    };
    let first = ask(series);
    assert_eq!(first, ask(series), "the second time");
    let anew = || {
        let snapshots = opened(files);
        ask(&snapshots.iter().collect::<Vec<_>>())
    };
    assert_eq!(first, anew(), "of snapshots read again");
    #[cfg(feature = "parallel")]
    for threads in [1, 4] {
        assert_eq!(first, on_threads(threads, anew), "on {threads} threads");
    }
}

#[cfg(feature = "parallel")]
fn on_threads<T: Send>(count: usize, work: impl FnOnce() -> T + Send) -> T {
    static POOLS: LazyLock<Mutex<HashMap<usize, rayon::ThreadPool>>> = LazyLock::new(Mutex::default);
    let mut pools = POOLS.lock().unwrap_or_else(PoisonError::into_inner);
    let pool = pools
        .entry(count)
        .or_insert_with(|| rayon::ThreadPoolBuilder::new().num_threads(count).build().expect("threads"));
    pool.install(work)
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("a number of no sign: {value}"))
}

fn signed(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("a whole number: {value}"))
}
