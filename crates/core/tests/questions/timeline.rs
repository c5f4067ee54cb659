//! Reports on one snapshot with samples: what is alive of each interval.

use super::program::{report, suspect};
use super::{column, open};
use heapray_core::testing::{Node, SnapshotBuilder};
use serde_json::{Value, json};

const SECONDS: usize = 9;
/// Objects of a second.
const EACH: u64 = 40;

/// A snapshot with the records that are alive of each second of a timeline.
struct Recording {
    heap: SnapshotBuilder,
    log: Node,
    records: Vec<Node>,
}

impl Recording {
    fn of(alive: [u64; SECONDS]) -> Self {
        let mut heap = SnapshotBuilder::new();
        let global = heap.global();
        let log = heap.node("object", "Array", 16);
        heap.property(global, "log", log);
        let mut recording = Recording { heap, log, records: Vec::new() };
        for (second, &count) in alive.iter().enumerate() {
            let start = 1001 + second as u64 * 2 * EACH;
            for at in 0..count {
                recording.add(start + 2 * at);
            }
            recording.heap.sample(second as u64 * 1_000_000, start + 2 * EACH - 2);
        }
        recording
    }

    fn add(&mut self, id: u64) {
        let record = self.heap.node("object", "Record", 100);
        self.heap.id(record, id);
        self.heap.location(record, 7, 1, 1);
        self.heap.element(self.log, self.records.len() as i64, record);
        self.records.push(record);
    }

    /// Gives all records one stack, at which `allocated` objects were allocated.
    fn trace(mut self, allocated: u64) -> Self {
        self.heap.trace_function("(root)", "", [0, 0, 0]);
        self.heap.trace_function("add", "/srv/app/log.js", [7, 2, 3]);
        self.heap.trace_tree(&format!("1,0,0,0,[2,1,{allocated},{},[]]", allocated * 100));
        for &record in &self.records {
            self.heap.trace(record, 2);
        }
        self
    }

    fn report(&self) -> Value {
        report(&[open(&self.heap)])
    }
}

fn verdict(report: &Value) -> &str {
    report["verdict"].as_str().unwrap()
}

#[test]
fn a_collection_with_objects_of_every_interval_probably_leaks() {
    let report = Recording::of([EACH / 2; SECONDS]).report();
    assert_eq!(report["timeline"], json!({"intervals": 8, "samples": 9, "durationMs": 8000.0}));
    let suspect = suspect(&report);
    assert_eq!((&suspect["className"], &suspect["confidence"]), (&json!("Record"), &json!("medium")));
    assert_eq!((&suspect["addedCount"], &suspect["survival"]), (&json!(vec![20; 8]), &json!(null)));
    assert_eq!(suspect["addedBytes"], json!(vec![2000; 8]));
    assert!(suspect["reason"].as_str().unwrap().starts_with("Of what each interval created, 20, then 20"));
    assert!(verdict(&report).contains("Record probably leaks"), "{report}");
    assert!(verdict(&report).contains("One timeline of 8 intervals over 8.0 s"), "{report}");
    assert!(!verdict(&report).contains("One snapshot"), "{report}");
    assert_eq!(report["growth"]["added"], json!(vec![2000; 8]));
    assert_eq!(report["outcome"], "leaks");
}

#[test]
fn a_suspect_is_sure_only_if_all_objects_of_its_stacks_are_alive() {
    let sure = Recording::of([EACH / 2; SECONDS]).trace(200).report();
    let row = suspect(&sure);
    assert_eq!((&row["confidence"], &row["survival"]), (&json!("high"), &json!(0.9)));
    assert!(row["reason"].as_str().unwrap().ends_with("Of 200 allocated at the same places, 180 are alive."), "{row}");
    let other = Recording::of([EACH / 2; SECONDS]).trace(1000).report();
    assert_eq!(suspect(&other)["confidence"], "medium");
}

#[test]
fn queues_full_caches_and_collections_that_were_filled_once_are_no_suspects() {
    let cases: [([u64; SECONDS], &str); 5] = [
        ([0, 0, 0, 0, 0, 0, 0, 0, 30], "all of its growth was in the last interval"),
        ([0, 0, 0, 1, 0, 0, 0, 1, 26], "too few of its objects are old enough to tell whether they stay"),
        ([0, 0, 0, 0, 0, 0, 20, 40, 40], "few of its objects are of the first intervals: older ones may be gone"),
        ([0, 1, 1, 2, 4, 8, 10, 20, 40], "few of its objects are of the first intervals: older ones may be gone"),
        ([0, 40, 40, 40, 0, 0, 0, 0, 0], "it stopped growing while the program went on"),
    ];
    for (alive, why) in cases {
        let mut recording = Recording::of(alive);
        // Large enough to be named.
        for &record in &recording.records {
            let text = recording.heap.node("string", "payload", 2000);
            let id = recording.heap.id_of(record);
            recording.heap.id(text, id);
            recording.heap.property(record, "payload", text);
        }
        let report = recording.report();
        assert_eq!((&report["suspects"], &report["inconclusive"]), (&json!([]), &json!([])), "{alive:?}");
        assert!(column(&report["candidates"], "why").contains(&json!(why)), "{alive:?}: {}", report["candidates"]);
    }
}

#[test]
fn objects_whose_ids_tell_nothing_are_as_old_as_what_retains_them() {
    let mut recording = Recording::of([EACH / 2; SECONDS]);
    let records = recording.records.clone();
    for (at, &record) in records.iter().enumerate() {
        let buffer = recording.heap.node("native", "system / JSArrayBufferData", 10);
        // The embedder's are even; those of buffers are assigned when the snapshot is written.
        recording.heap.id(buffer, if at % 2 == 0 { 50_000 + at as u64 * 2 } else { 90_001 + at as u64 * 2 });
        recording.heap.internal(record, "backing_store", buffer);
    }
    assert_eq!(recording.report()["growth"]["added"], json!(vec![2200; 8]));
}

#[test]
fn without_time_between_samples_one_snapshot_is_no_timeline() {
    for sample in [(0, 9), (5, 3)] {
        let mut heap = SnapshotBuilder::new();
        heap.global();
        heap.sample(0, 3);
        heap.sample(sample.0, sample.1);
        let report = report(&[open(&heap)]);
        assert_eq!((report.get("timeline"), &report["outcome"]), (None, &json!("oneSnapshot")));
    }
}

#[test]
fn a_timeline_among_other_snapshots_is_an_ordinary_snapshot() {
    let [first, second] = [[20, 0, 0, 0, 0, 0, 0, 0, 0], [20; SECONDS]].map(|alive| open(&Recording::of(alive).heap));
    let report = report(&[first, second]);
    assert_eq!((report.get("timeline"), &report["growth"]["added"]), (None, &json!([16000])));
}
