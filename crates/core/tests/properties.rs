//! Properties of every heap, tested on random ones that are reduced on failure.

#![allow(missing_docs, clippy::expect_used, reason = "tests")]

use heapray_core::columns::EdgeName;
use heapray_core::ids::NodeIx;
use heapray_core::query::Column;
use heapray_core::redact::{Key, Redactor};
use heapray_core::testing::SnapshotBuilder;
use heapray_core::{Progress, Snapshot, parse, query};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

const NODE_TYPES: [&str; 8] =
    ["object", "closure", "string", "native", "hidden", "array", "synthetic", "concatenated string"];
const NODE_NAMES: [&str; 8] =
    ["Object", "Session", "", "größe \u{1f600}", "__proto__", "Array", "(Document DOM trees)", "constructor"];
const EDGE_TYPES: [&str; 7] = ["property", "element", "context", "internal", "hidden", "shortcut", "weak"];
const EDGE_NAMES: [&str; 6] = ["next", "items", "__proto__", "first", "second", "a \"b\"\n"];

/// A heap that can be written and compared with the result of reading it.
#[derive(Clone, Debug)]
struct Plan {
    nodes: Vec<PlanNode>,
    /// From, type, name, to; nodes modulo their number.
    edges: Vec<(usize, usize, usize, usize)>,
}

#[derive(Clone, Debug)]
struct PlanNode {
    kind: usize,
    name: usize,
    id: u64,
    size: u64,
}

fn node() -> impl Strategy<Value = PlanNode> {
    let size = prop_oneof![1 => Just(0u64), 8 => 1..200u64, 1 => u64::from(u32::MAX) - 1..1 << 34];
    // Few different ids, so that two heaps share some.
    (0..NODE_TYPES.len(), 0..NODE_NAMES.len(), 1..60u64, size).prop_map(|(kind, name, id, size)| PlanNode {
        kind,
        name,
        id: 2 * id + 1,
        size,
    })
}

fn plan() -> impl Strategy<Value = Plan> {
    let edge = (0..40usize, 0..EDGE_TYPES.len(), 0..EDGE_NAMES.len(), 0..40usize);
    (vec(node(), 1..40), vec(edge, 0..120)).prop_map(|(mut nodes, edges)| {
        // In V8 every object has a different id.
        nodes.sort_by_key(|node| node.id);
        nodes.dedup_by_key(|node| node.id);
        Plan { nodes, edges }
    })
}

impl Plan {
    fn builder(&self) -> SnapshotBuilder {
        let mut heap = SnapshotBuilder::new();
        let mut nodes = vec![heap.root()];
        for PlanNode { kind, name, id, size } in &self.nodes {
            let node = heap.node(NODE_TYPES[*kind], NODE_NAMES[*name], *size);
            heap.id(node, *id);
            nodes.push(node);
        }
        for (from, kind, name, to) in self.ends() {
            heap.edge(nodes[from], EDGE_TYPES[kind], &edge_name(kind, name), nodes[to]);
        }
        heap
    }

    fn open(&self) -> Snapshot {
        open(&self.builder())
    }

    /// Edges by position of their nodes; the root is 0.
    fn ends(&self) -> impl Iterator<Item = (usize, usize, usize, usize)> + '_ {
        let count = self.nodes.len() + 1;
        self.edges.iter().map(move |&(from, kind, name, to)| (from % count, kind, name, to % count))
    }
}

fn edge_name(kind: usize, name: usize) -> String {
    match EDGE_TYPES[kind] {
        "element" | "hidden" => format!("{}", name as i64 - 2),
        _ => EDGE_NAMES[name].to_owned(),
    }
}

fn open(heap: &SnapshotBuilder) -> Snapshot {
    parse::open(&heap.json(), &Progress::new()).expect("a valid snapshot")
}

fn ask(snapshot: &Snapshot, question: &Value) -> Value {
    let answer = query::answer(snapshot, &question.to_string(), &Progress::new()).expect("an answer");
    serde_json::from_str(&answer).expect("JSON")
}

fn compare(before: &Snapshot, after: &Snapshot, mode: &str) -> Value {
    let question = json!({"ask": "diff", "mode": mode, "limit": 1000}).to_string();
    let answer = query::ask(&[before, after], &question, &Progress::new()).expect("an answer");
    serde_json::from_str(&answer).expect("JSON")
}

/// Rows by a key, with the given fields.
fn table(rows: &Value, key: &str, fields: &[&str]) -> std::collections::BTreeMap<String, Vec<Value>> {
    let rows = rows.as_array().expect("rows");
    rows.iter().map(|row| (row[key].to_string(), fields.iter().map(|field| row[*field].clone()).collect())).collect()
}

fn negative(value: &Value) -> Value {
    value.as_i64().map_or(Value::Null, |number| json!(-number))
}

type Accepts<'a> = &'a dyn Fn(&Value) -> bool;

/// What the root reaches along references that retain, by repetition until nothing changes.
fn reached(snapshot: &Snapshot) -> Vec<bool> {
    let mut reached = vec![false; snapshot.nodes().len()];
    reached[snapshot.root().index()] = true;
    loop {
        let mut changed = false;
        for from in snapshot.nodes().iter().filter(|from| reached[from.index()]).collect::<Vec<_>>() {
            for edge in snapshot.edges_of(from).filter(|&edge| snapshot.retains(from, edge)) {
                changed |= !std::mem::replace(&mut reached[edge.to.index()], true);
            }
        }
        if !changed {
            return reached;
        }
    }
}

fn lost(snapshot: &Snapshot, before: &[bool], left: &[bool]) -> (u64, u64) {
    let lost = snapshot.nodes().iter().filter(|node| before[node.index()] && !left[node.index()]);
    lost.fold((0, 0), |(count, bytes), node| (count + 1, bytes + snapshot.nodes().self_size(node)))
}

fn freed(snapshot: &Snapshot, what: &Value) -> (u64, u64) {
    let mut question = what.clone();
    question["ask"] = json!("whatIf");
    question["limit"] = json!(1000);
    let freed = ask(snapshot, &question)["freed"].clone();
    let number = |field: &str| freed[field].as_u64().expect("a number");
    let classes = freed["classes"].as_array().expect("classes").iter();
    assert_eq!(classes.map(|class| class["count"].as_u64().expect("a number")).sum::<u64>(), number("count"));
    (number("count"), number("selfSize"))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn written_names_are_read_back(plan in plan()) {
        let snapshot = plan.open();
        prop_assert_eq!(snapshot.node_count() as usize, plan.nodes.len() + 1);
        prop_assert_eq!(snapshot.edge_count() as usize, plan.edges.len());
        for (i, node) in plan.nodes.iter().enumerate() {
            let ix = NodeIx::from_index(i + 1);
            prop_assert_eq!(snapshot.type_name(ix), NODE_TYPES[node.kind]);
            prop_assert_eq!(snapshot.name(ix), NODE_NAMES[node.name].as_bytes());
            prop_assert_eq!(u64::from(snapshot.nodes().id(ix).0), node.id);
        }
        for from in 0..=plan.nodes.len() {
            let written: Vec<_> = plan
                .ends()
                .filter(|edge| edge.0 == from)
                .map(|(_, kind, name, to)| (EDGE_TYPES[kind], edge_name(kind, name), to))
                .collect();
            let read: Vec<_> = snapshot
                .edges_of(NodeIx::from_index(from))
                .map(|edge| {
                    let name = match snapshot.edges().name(edge) {
                        EdgeName::Name(name) => snapshot.strings().text(name).into_owned(),
                        EdgeName::Index(index) => index.to_string(),
                    };
                    (edge.kind.as_str(), name, edge.to.index())
                })
                .collect();
            prop_assert_eq!(read, written);
        }
    }

    #[test]
    fn attribution_moves_bytes_without_loss_and_the_root_retains_them_all(plan in plan()) {
        let snapshot = plan.open();
        let written: u64 = plan.nodes.iter().map(|node| node.size).sum();
        prop_assert_eq!(snapshot.nodes().iter().map(|node| snapshot.nodes().self_size(node)).sum::<u64>(), written);
        prop_assert_eq!(snapshot.retained_size(snapshot.root()), written);
    }

    #[test]
    fn dominated_nodes_retain_no_more_than_their_dominator(plan in plan()) {
        let snapshot = plan.open();
        for node in snapshot.nodes().iter() {
            let children: u64 = snapshot.dominators().children(node).map(|child| snapshot.retained_size(child)).sum();
            prop_assert_eq!(children + snapshot.nodes().self_size(node), snapshot.retained_size(node));
        }
    }

    #[test]
    fn cutting_frees_what_the_heap_without_the_references_does_not_reach(plan in plan(), cut in 0..120usize) {
        let ends: Vec<_> = plan.ends().collect();
        prop_assume!(!ends.is_empty());
        let (from, _, _, to) = ends[cut % ends.len()];
        let snapshot = plan.open();
        let id = |at: usize| snapshot.nodes().id(NodeIx::from_index(at)).0;
        let mut without = plan.clone();
        let mut kept = ends.iter().map(|&(other, _, _, target)| (other, target) != (from, to));
        without.edges.retain(|_| kept.next() == Some(true));
        let left = reached(&without.open());
        let before = reached(&snapshot);
        let cut = format!("@{}->@{}", id(from), id(to));
        prop_assert_eq!(freed(&snapshot, &json!({"cut": cut})), lost(&snapshot, &before, &left));
    }

    #[test]
    fn removing_frees_what_is_reached_through_the_objects_alone(plan in plan(), at in 1..40usize) {
        let snapshot = plan.open();
        let removed = NodeIx::from_index(1 + (at - 1) % plan.nodes.len());
        let mut without = plan.clone();
        let count = plan.nodes.len() + 1;
        without.edges.retain(|&(from, _, _, to)| from % count != removed.index() && to % count != removed.index());
        let (before, mut left) = (reached(&snapshot), reached(&without.open()));
        left[removed.index()] = false;
        let id = snapshot.nodes().id(removed).0;
        prop_assert_eq!(freed(&snapshot, &json!({"remove": id})), lost(&snapshot, &before, &left));
        prop_assert_eq!(freed(&snapshot, &json!({"remove": [{"id": id}]})), lost(&snapshot, &before, &left));
    }

    #[test]
    fn groups_are_what_a_filter_finds_and_retain_what_it_retains_together(plan in plan()) {
        let snapshot = plan.open();
        let groups = ask(&snapshot, &json!({"ask": "group", "by": ["distance", "class"], "limit": 1000}));
        let mut count = 0;
        for outer in groups["groups"].as_array().expect("groups") {
            let Ok(distance) = outer["key"].as_str().expect("a key").parse::<i32>() else { continue };
            let range = json!({"min": distance, "max": distance});
            for (row, filter) in std::iter::once((outer, json!({"distance": range}))).chain(
                outer["groups"].as_array().expect("groups").iter().map(|row| (row, json!({"distance": range, "class": row["key"]}))),
            ) {
                let question = |ask: &str| {
                    let mut question = filter.clone();
                    question["ask"] = json!(ask);
                    question
                };
                let (found, retained) = (ask(&snapshot, &question("filter")), ask(&snapshot, &question("retainedTogether")));
                prop_assert_eq!((&row["count"], &row["selfSize"]), (&found["total"], &found["selfSize"]));
                prop_assert_eq!(&row["retainedSize"], &retained["retainedSize"]);
                count += 1;
            }
        }
        prop_assert!(count > 0 || groups["groups"].as_array().expect("groups").iter().all(|row| row["key"].as_str().expect("a key").starts_with('(')));
    }

    #[test]
    fn a_group_compared_with_itself_has_not_changed_and_a_later_one_adds_up(plan in plan(), more in plan()) {
        let (before, after) = (plan.open(), more.open());
        let asked = |snapshots: &[&Snapshot], by: &str| {
            let question = json!({"ask": "group", "by": by, "limit": 1000}).to_string();
            let answer = query::ask(snapshots, &question, &Progress::new()).expect("an answer");
            serde_json::from_str::<Value>(&answer).expect("JSON")
        };
        for by in ["class", "size", "property:next", "holder", "path", "age", "script", "package"] {
            prop_assert_eq!(&asked(&[&before, &before], by)["total"], &json!(0), "{}", by);
            let compared = asked(&[&before, &after], by);
            let sum = |field: &str| {
                let rows = compared["groups"].as_array().expect("groups").iter();
                rows.map(|row| row[field].as_i64().expect("a number")).sum::<i64>()
            };
            prop_assert_eq!(json!(sum("countDelta")), compared["countDelta"].clone(), "{}", by);
            prop_assert_eq!(json!(sum("selfSizeDelta")), compared["selfSizeDelta"].clone(), "{}", by);
        }
    }

    #[test]
    fn conditions_on_properties_are_those_of_the_rows(plan in plan()) {
        let snapshot = plan.open();
        let all = ask(&snapshot, &json!({"ask": "filter", "limit": 1000, "edges": true, "sort": "id"}));
        let rows = all["nodes"].as_array().expect("rows");
        let is_own = |edge: &Value| edge["type"] == "property" || edge["type"] == "element";
        let has = |row: &Value, name: &str| {
            row["edges"].as_array().expect("edges").iter().any(|edge| is_own(edge) && edge["name"] == name)
        };
        let is_object = |row: &Value| row["type"] == "object" || row["type"] == "closure";
        let count = |row: &Value| row["edgeCount"].as_u64().expect("a number");
        let cases: [(Value, Accepts<'_>); 5] = [
            (json!({"property": {"name": "next"}}), &|row| has(row, "next")),
            (json!({"shape": ["next", "items"]}), &|row| is_object(row) && has(row, "next") && has(row, "items")),
            (json!({"hasNot": "next"}), &|row| is_object(row) && !has(row, "next")),
            (json!({"shape": "items", "hasNot": ["next", "first"]}), &|row| {
                is_object(row) && has(row, "items") && !has(row, "next") && !has(row, "first")
            }),
            (json!({"counts": {"references": {"min": 2, "max": 4}}}), &|row| (2..=4).contains(&count(row))),
        ];
        for (conditions, accepts) in cases {
            let mut question = json!({"ask": "filter", "limit": 1000, "sort": "id"});
            question.as_object_mut().expect("an object").extend(conditions.as_object().expect("an object").clone());
            let ids = |rows: &[&Value]| rows.iter().map(|row| row["id"].clone()).collect::<Vec<_>>();
            let found = ask(&snapshot, &question);
            let expected: Vec<&Value> = rows.iter().filter(|row| accepts(row)).collect();
            prop_assert_eq!(ids(&found["nodes"].as_array().expect("rows").iter().collect::<Vec<_>>()), ids(&expected), "{}", conditions);
        }
    }

    #[test]
    fn pages_of_a_filter_add_up_to_the_whole(plan in plan(), page in 1..12usize) {
        let snapshot = plan.open();
        let filter = json!({"ask": "filter", "selfSize": {"min": 1}, "mineOnly": false});
        let asked = |limit: usize, offset: &Value| {
            let mut question = filter.clone();
            question["limit"] = json!(limit);
            question["offset"] = offset.clone();
            ask(&snapshot, &question)
        };
        let whole = asked(1000, &json!(0));
        let mut rows = Vec::new();
        let mut next = json!(0);
        while !next.is_null() {
            let answer = asked(page, &next);
            prop_assert_eq!((&answer["total"], &answer["selfSize"]), (&whole["total"], &whole["selfSize"]));
            rows.extend(answer["nodes"].as_array().expect("rows").iter().cloned());
            next = answer["next"].clone();
        }
        prop_assert_eq!(Value::Array(rows), whole["nodes"].clone());
        let sum: u64 = whole["nodes"].as_array().expect("rows").iter().filter_map(|row| row["selfSize"].as_u64()).sum();
        prop_assert_eq!(json!(sum), whole["selfSize"].clone());
    }

    #[test]
    fn a_snapshot_does_not_differ_from_itself(plan in plan()) {
        let (before, after) = (plan.open(), plan.open());
        for mode in ["classes", "new", "grown", "freed"] {
            prop_assert_eq!(&compare(&before, &after, mode)["total"], &json!(0), "{}", mode);
        }
    }

    #[test]
    fn objects_added_in_one_direction_are_removed_in_the_other(a in plan(), b in plan()) {
        let (a, b) = (a.open(), b.open());
        let (there, back) = (compare(&a, &b, "new"), compare(&b, &a, "freed"));
        prop_assert_eq!(&there["total"], &back["total"]);
        let there = table(&there["nodes"], "id", &["growth"]);
        let back = table(&back["nodes"], "id", &["growth"]);
        prop_assert_eq!(there.len(), back.len());
        for (id, growth) in there {
            prop_assert_eq!(&growth[0], &negative(&back[&id][0]), "@{}", id);
        }
    }

    #[test]
    fn redaction_keeps_every_number(plan in plan(), cut in 1..400usize) {
        let written = plan.builder().json();
        let progress = Progress::new();
        let mut redactor = Redactor::new(Key::new(b"of no importance"), None, Vec::new());
        for chunk in written.chunks(cut) {
            redactor.push(chunk, &progress).expect("a valid snapshot");
        }
        let redacted = redactor.finish(&progress).expect("a valid snapshot").sink;
        let (original, redacted) = (plan.open(), parse::open(&redacted, &progress).expect("a valid snapshot"));
        prop_assert_eq!(columns(&original), columns(&redacted));
        prop_assert_eq!(original.statistics(), redacted.statistics());
        prop_assert_eq!(
            (original.total_size(), original.edge_count(), original.classes().all().len()),
            (redacted.total_size(), redacted.edge_count(), redacted.classes().all().len())
        );
    }

    /// Classes mirror each other if both snapshots have the same shapes. So there are no plain objects here: a comparison
    /// applies the newer snapshot's shapes to those of the older one.
    #[test]
    fn classes_that_grow_in_one_direction_shrink_in_the_other(mut a in plan(), mut b in plan()) {
        for node in a.nodes.iter_mut().chain(&mut b.nodes) {
            node.name = node.name.max(1);
        }
        let (a, b) = (a.open(), b.open());
        let (there, back) = (compare(&a, &b, "classes"), compare(&b, &a, "classes"));
        let counts = ["addedCount", "addedSize", "removedCount", "removedSize", "countDelta", "sizeDelta"];
        let there = table(&there["classes"], "name", &counts);
        let back = table(&back["classes"], "name", &counts);
        prop_assert_eq!(there.keys().collect::<Vec<_>>(), back.keys().collect::<Vec<_>>());
        for (name, row) in there {
            let mirror = &back[&name];
            prop_assert_eq!((&row[..2], &row[2..4]), (&mirror[2..4], &mirror[..2]), "{}", name);
            prop_assert_eq!((&row[4], &row[5]), (&negative(&mirror[4]), &negative(&mirror[5])), "{}", name);
        }
    }
}

/// The bytes of every column of a snapshot, one after the other.
fn columns(snapshot: &Snapshot) -> Vec<Vec<u8>> {
    let bytes = |column: Column| {
        let mut out = vec![0; column.width() * snapshot.nodes().len()];
        snapshot.copy_column(column, &mut out, &Progress::new()).expect("room for the column");
        out
    };
    Column::ALL.map(bytes).to_vec()
}

/// Checks that the random heaps exercise the properties above.
#[test]
fn random_heaps_have_parts_that_nothing_retains_and_parts_that_move() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let (mut moved, mut unreached, mut shared) = (0, 0, 0);
    for _ in 0..100 {
        let plan = plan().new_tree(&mut runner).expect("a plan").current();
        let snapshot = plan.open();
        let sizes = |i: usize| snapshot.nodes().self_size(NodeIx::from_index(i + 1));
        moved += usize::from((0..plan.nodes.len()).any(|i| sizes(i) != plan.nodes[i].size));
        unreached += usize::from(snapshot.nodes().iter().any(|node| snapshot.distance(node) < 0));
        let root = snapshot.root();
        let deep = |node: NodeIx| snapshot.dominators().parent(node) != root && node != root;
        shared += usize::from(snapshot.nodes().iter().any(deep));
    }
    assert!(moved > 20 && unreached > 20 && shared > 50, "{moved} {unreached} {shared}");
}
