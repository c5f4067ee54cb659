//! Programs that grow, and the report on them.

use super::open;
use heapray_core::testing::{Node, SnapshotBuilder};
use heapray_core::{Progress, Snapshot, query};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

/// A program, of which several snapshots are taken. Objects that were created earlier have the same ids later.
pub(crate) struct Program {
    pub(crate) heap: SnapshotBuilder,
    pub(crate) global: Node,
    /// By name.
    pub(crate) made: HashMap<String, Node>,
}

pub(crate) fn program() -> Program {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    // Enough objects that stay for the snapshots to count as of one process.
    for i in 0..100 {
        let part = heap.node("object", &format!("Part{i}"), 16);
        heap.property(global, &format!("part{i}"), part);
    }
    // The newest object has the highest id, as in V8, by which snapshots are sorted.
    let clock = heap.node("object", "Clock", 0);
    heap.id(clock, 1_000_001 + 2 * PROGRAMS.fetch_add(1, Ordering::Relaxed));
    heap.property(global, "clock", clock);
    Program { heap, global, made: HashMap::new() }
}

/// The number of programs created so far.
static PROGRAMS: AtomicU64 = AtomicU64::new(0);

impl Program {
    pub(crate) fn object(&mut self, holder: Node, name: &str, class: &str) -> Node {
        let node = self.heap.node("object", class, 32);
        self.heap.property(holder, name, node);
        self.made.insert(name.to_owned(), node);
        node
    }

    /// An object of a class that the program defines.
    pub(crate) fn own(&mut self, class: &str) -> Node {
        let node = self.heap.node("object", class, 100);
        self.heap.location(node, 7, 1, 1);
        node
    }
}

/// The report on a program after 20, 40 and 60 calls of `grow`.
pub(crate) fn report_of(prepare: impl Fn(&mut Program) -> Node, grow: impl FnMut(&mut Program, Node, usize)) -> Value {
    report_at([20, 40, 60], prepare, grow)
}

pub(crate) fn report_at<const N: usize>(
    units: [usize; N],
    prepare: impl Fn(&mut Program) -> Node,
    mut grow: impl FnMut(&mut Program, Node, usize),
) -> Value {
    report_of_each(units, |program, units| {
        let holder = prepare(program);
        for unit in 0..units {
            grow(program, holder, unit);
        }
    })
}

/// The report on a program that `build` creates anew for each snapshot.
pub(crate) fn report_of_each<T, const N: usize>(sizes: [T; N], mut build: impl FnMut(&mut Program, T)) -> Value {
    report(&sizes.map(|size| {
        let mut program = program();
        build(&mut program, size);
        open(&program.heap)
    }))
}

pub(crate) fn report(snapshots: &[Snapshot]) -> Value {
    let series: Vec<&Snapshot> = snapshots.iter().collect();
    let answer = query::ask(&series, r#"{"ask":"report"}"#, &Progress::new()).unwrap();
    serde_json::from_str(&answer).unwrap()
}

/// The only suspect.
pub(crate) fn suspect(report: &Value) -> &Value {
    let suspects = report["suspects"].as_array().unwrap();
    assert_eq!(suspects.len(), 1, "{suspects:#?}");
    &suspects[0]
}

pub(crate) fn array(program: &mut Program, name: &str) -> Node {
    let global = program.global;
    program.object(global, name, "Array")
}

/// Adds a record to the array `log`: work that leaks.
pub(crate) fn add_record(program: &mut Program, log: Node, unit: usize) {
    let record = program.own("Record");
    program.heap.element(log, unit as i64, record);
}
