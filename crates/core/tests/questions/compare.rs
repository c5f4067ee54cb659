use super::{column, open};
use heapray_core::testing::{Node, SnapshotBuilder};
use heapray_core::{Code, Progress, Snapshot, query};
use serde_json::{Value, json};

fn diff(before: &Snapshot, after: &Snapshot, mut question: Value) -> Value {
    question["ask"] = json!("diff");
    let answer = query::ask(&[before, after], &question.to_string(), &Progress::new()).unwrap();
    serde_json::from_str(&answer).unwrap()
}

/// A queue with jobs of these ids and sizes.
fn queue(jobs: &[(u64, u64)]) -> (SnapshotBuilder, Node) {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let queue = heap.node("object", "Queue", 8);
    heap.property(global, "queue", queue);
    for (i, &(id, size)) in jobs.iter().enumerate() {
        let job = heap.node("object", "Job", size);
        heap.id(job, id);
        heap.element(queue, i as i64, job);
    }
    (heap, queue)
}

#[test]
fn classes_count_added_and_removed_objects_by_id() {
    let before = open(&queue(&[(101, 10), (103, 10)]).0);
    let after = open(&queue(&[(103, 99), (105, 20), (107, 20)]).0);
    let result = diff(&before, &after, json!({}));
    assert_eq!(
        result["classes"],
        json!([{
            "index": result["classes"][0]["index"],
            "key": "Job", "name": "Job", "addedCount": 2, "removedCount": 1, "countDelta": 1,
            "addedSize": 40, "removedSize": 10, "sizeDelta": 30, "internal": false,
            "retainedBefore": 20, "retainedAfter": 139, "retainedDelta": 119,
        }])
    );
    assert_eq!(
        (&result["mode"], &result["total"], &result["sameProcess"]),
        (&json!("classes"), &json!(1), &json!(true))
    );
}

#[test]
fn the_index_of_a_class_lists_the_objects_that_its_row_counts() {
    let before = open(&queue(&[(101, 10), (103, 10)]).0);
    let after = open(&queue(&[(103, 99), (105, 20), (107, 30)]).0);
    let job = diff(&before, &after, json!({}))["classes"][0]["index"].clone();
    let listed = |mode: &str| diff(&before, &after, json!({"mode": mode, "class": job}));
    assert_eq!(column(&listed("new")["nodes"], "id"), [json!(107), json!(105)]);
    assert_eq!(column(&listed("freed")["nodes"], "id"), [json!(101)]);
    // The queue, which grew too, is no job.
    assert_eq!(column(&listed("grown")["nodes"], "id"), [json!(103)]);
    assert_eq!(listed("classes")["total"], 1);
    assert_eq!(diff(&before, &after, json!({"mode": "new", "class": job, "limit": 1}))["total"], 2);
}

#[test]
fn an_object_that_changes_its_class_is_removed_from_one_and_added_to_the_other() {
    let with = |class: &str| {
        let mut heap = SnapshotBuilder::new();
        let global = heap.global();
        let object = heap.node("object", class, 16);
        heap.id(object, 101);
        heap.property(global, "object", object);
        open(&heap)
    };
    let (before, after) = (with("Draft"), with("Order"));
    let rows = diff(&before, &after, json!({}))["classes"].clone();
    let ids = |name: &str, mode: &str| {
        let row = rows.as_array().unwrap().iter().find(|row| row["name"] == name).unwrap();
        column(&diff(&before, &after, json!({"mode": mode, "class": row["index"]}))["nodes"], "id")
    };
    assert_eq!((ids("Order", "new"), ids("Order", "freed")), (vec![json!(101)], vec![]));
    assert_eq!((ids("Draft", "new"), ids("Draft", "freed")), (vec![], vec![json!(101)]));
}

#[test]
fn an_index_that_no_class_has_is_refused() {
    let snapshot = open(&queue(&[(101, 10)]).0);
    let question = json!({"ask": "diff", "mode": "new", "class": 1000}).to_string();
    let error = query::ask(&[&snapshot, &snapshot], &question, &Progress::new()).unwrap_err();
    assert_eq!(error.code(), Code::InvalidQuery);
}

#[test]
fn a_snapshot_compared_with_itself_has_no_difference() {
    let snapshot = open(&queue(&[(101, 10)]).0);
    for mode in ["classes", "new", "grown", "freed"] {
        assert_eq!(diff(&snapshot, &snapshot, json!({"mode": mode}))["total"], 0, "{mode}");
    }
}

#[test]
fn nodes_are_new_grown_or_freed() {
    let (heap, queue_node) = queue(&[(103, 10), (105, 20)]);
    let before = open(&queue(&[(101, 10), (103, 10)]).0);
    let after = open(&heap);
    let rows = |mode: &str| diff(&before, &after, json!({"mode": mode, "paths": true}))["nodes"].clone();
    let new = rows("new");
    assert_eq!((column(&new, "id"), column(&new, "growth")), (vec![json!(105)], vec![json!(20)]));
    assert_eq!(new[0]["path"], "global.queue[1]");
    let freed = rows("freed");
    assert_eq!(
        (&freed[0]["id"], &freed[0]["growth"], &freed[0]["retainedAfter"]),
        (&json!(101), &json!(-10), &json!(0))
    );
    assert_eq!(freed[0]["path"], "global.queue[0]");
    let grown = rows("grown");
    let row = grown.as_array().unwrap().iter().find(|row| row["id"] == heap.id_of(queue_node)).unwrap();
    assert_eq!((&row["retainedBefore"], &row["retainedAfter"], &row["growth"]), (&json!(28), &json!(38), &json!(10)));
}

#[test]
fn plain_objects_of_the_older_snapshot_get_the_newer_ones_shapes() {
    let objects = |count: u64| {
        let mut heap = SnapshotBuilder::new();
        let global = heap.global();
        for i in 0..count {
            let object = heap.node("object", "Object", 8);
            heap.id(object, 1001 + 2 * i);
            heap.element(global, i as i64, object);
            heap.property(object, "left", global);
            heap.property(object, "right", global);
        }
        open(&heap)
    };
    // A single object has no shape of its own, but the newer snapshot has two.
    let result = diff(&objects(1), &objects(2), json!({}));
    assert_eq!(column(&result["classes"], "name"), ["{left, right}"]);
    assert_eq!((&result["classes"][0]["addedCount"], &result["classes"][0]["removedCount"]), (&json!(1), &json!(0)));
}

#[test]
fn snapshots_of_two_processes_are_recognised() {
    let other = {
        let mut heap = SnapshotBuilder::new();
        let global = heap.node("synthetic", "Something else", 8);
        heap.edge(heap.root(), "element", "1", global);
        open(&heap)
    };
    let result = diff(&open(&queue(&[(101, 10)]).0), &other, json!({}));
    assert_eq!(result["sameProcess"], false);
}

#[test]
fn an_unknown_mode_is_refused() {
    let snapshot = open(&queue(&[]).0);
    for question in [r#"{"ask":"diff","mode":"old"}"#, r#"{"ask":"diff","what":1}"#, r#"{"ask":"summary"}"#] {
        let error = query::ask(&[&snapshot, &snapshot], question, &Progress::new()).unwrap_err();
        assert_eq!(error.code(), Code::InvalidQuery);
    }
}
