//! Running out of memory is an error, not an abort. Needs a process of its own, because the limit applies
//! to the process and memory freed by other tests would be reused.

#![cfg(all(target_os = "linux", target_env = "gnu"))]
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use heapray_core::testing::SnapshotBuilder;
use heapray_core::{Code, Progress, parse, query};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A heap with work for every part of the analysis, larger than the memory that glibc keeps for a thread.
fn everything() -> Vec<u8> {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let script = heap.script("file:///srv/app.js");
    let mut at = global;
    for i in 0..160_000 {
        let link = heap.node("object", "Link", 16);
        heap.property(at, "next", link);
        at = link;
        let (text, piece) = (heap.node("string", &format!("text {i}"), 24), heap.node("array", "", 16));
        heap.property(link, "text", text);
        heap.internal(link, "elements", piece);
        heap.location(link, 7, i, 1);
    }
    let (closure, context) = heap.function("make", script, [7, 1, 1]);
    heap.property(global, "make", closure);
    heap.variable(context, "made", global);
    let detached = heap.node("native", "<div>", 8);
    heap.detachedness(detached, 2);
    heap.property(global, "div", detached);
    let weak = heap.node("object", "Object", 8);
    heap.edge(global, "weak", "cell", weak);
    heap.property(weak, "a", weak);
    heap.json()
}

/// Address space of this process in bytes.
fn address_space() -> u64 {
    let pages: u64 = std::fs::read_to_string("/proc/self/statm").unwrap().split(' ').next().unwrap().parse().unwrap();
    pages * 4096
}

/// Makes the allocator request every large piece from the system: the limit does not apply to memory it keeps.
fn keep_nothing() {
    // SAFETY: sets a number of the allocator.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 64 << 10);
    }
}

/// Sets the limit of `ulimit -v`; `None` removes it.
fn limit_address_space(bytes: Option<u64>) {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: reads and writes the limit of this process through a variable on the stack.
    let changed = unsafe {
        libc::getrlimit(libc::RLIMIT_AS, &mut limit);
        limit.rlim_cur = bytes.unwrap_or(limit.rlim_max);
        libc::setrlimit(libc::RLIMIT_AS, &limit)
    };
    assert_eq!(changed, 0);
}

/// Runs one test at a time, since they share the process's limit.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An allocation that is not checked aborts the process, and with it the test run.
#[test]
fn running_out_of_memory_is_an_error() {
    let _alone = alone();
    keep_nothing();
    let bytes = everything();
    // Threads of the pool and other lasting allocations are made before the limit is set.
    drop(parse::open(&bytes, &Progress::new()).unwrap());
    let (mut refused, mut read) = (0, 0);
    for step in 0..33u64 {
        limit_address_space(Some(address_space() + step * (7 << 20)));
        let result = parse::open(&bytes, &Progress::new());
        limit_address_space(None);
        match result.map(drop) {
            Ok(()) => read += 1,
            Err(error) => {
                assert_eq!(error.code(), Code::OutOfMemory, "{error:?} in step {step}");
                refused += 1;
            }
        }
    }
    assert!(refused > 2 && read > 2, "{refused} refused, {read} read");
}

/// Questions of every kind, some with every option that takes memory.
const QUESTIONS: [&str; 11] = [
    r#"{"ask":"filter","limit":5}"#,
    r#"{"ask":"filter","name":{"contains":"x"},"edgeName":"next","references":true,"retainers":true,"limit":50}"#,
    r#"{"ask":"filter","filter":"duplicatedStrings"}"#,
    r#"{"ask":"classes"}"#,
    r#"{"ask":"classInstances","class":"Link"}"#,
    r#"{"ask":"strings"}"#,
    r#"{"ask":"retainingPaths","of":"Link"}"#,
    r#"{"ask":"retainers","id":1}"#,
    r#"{"ask":"dominatorTree","depth":10}"#,
    r#"{"ask":"report"}"#,
    r#"{"ask":"diff"}"#,
];

#[test]
fn a_question_that_needs_too_much_memory_is_refused_and_can_be_asked_again() {
    let _alone = alone();
    keep_nothing();
    let bytes = everything();
    let open = || parse::open(&bytes, &Progress::new()).unwrap();
    let ask = |question: &str| {
        // Each has its own snapshots, because tables computed for one question are kept for the next.
        let (before, after) = (open(), open());
        let snapshots = if question.contains("diff") { vec![&before, &after] } else { vec![&after] };
        let (mut refused, mut answered) = (0, 0);
        for step in 0..40u64 {
            limit_address_space(Some(address_space() + step * (4 << 20)));
            let result = query::ask(&snapshots, question, &Progress::new());
            limit_address_space(None);
            match result {
                Ok(_) => answered += 1,
                Err(error) => {
                    assert_eq!(error.code(), Code::OutOfMemory, "{question}: {error:?} in step {step}");
                    refused += 1;
                }
            }
        }
        assert!(refused > 0 && answered > 0, "{question}: {refused} refused, {answered} answered");
    };
    QUESTIONS.iter().for_each(|question| ask(question));
}
