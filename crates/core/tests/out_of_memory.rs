//! Out of memory: an error, not an abort. In a process of its own, for the limit is the process's and
//! what other tests have freed would be used again.

#![cfg(all(target_os = "linux", target_env = "gnu"))]
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use heapray_core::testing::SnapshotBuilder;
use heapray_core::{Code, Progress, parse, query};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A heap in which every part of the analysis has something to do, larger than what glibc keeps for a thread.
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

/// Has the allocator ask the system for every large piece: what it keeps for later is under no limit.
fn keep_nothing() {
    // SAFETY: sets a number of the allocator.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 64 << 10);
    }
}

/// `ulimit -v` for what follows; `None` takes it back.
fn limit_address_space(bytes: Option<u64>) {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: reads and writes the limit of this process through a place on the stack.
    let changed = unsafe {
        libc::getrlimit(libc::RLIMIT_AS, &mut limit);
        limit.rlim_cur = bytes.unwrap_or(limit.rlim_max);
        libc::setrlimit(libc::RLIMIT_AS, &limit)
    };
    assert_eq!(changed, 0);
}

/// One test at a time: the limit is the process's.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A process that is out of memory aborts, unless it asked: this test ends the run when something did not ask.
#[test]
fn where_the_system_has_no_more_memory_there_is_an_error() {
    let _alone = alone();
    keep_nothing();
    let bytes = everything();
    // Threads of the pool, and what else stays, are there before there is a limit.
    drop(parse::open(&bytes, &Progress::new()).unwrap());
    let (mut refused, mut read) = (0, 0);
    for step in 0..12u64 {
        limit_address_space(Some(address_space() + step * (20 << 20)));
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

/// Questions of every kind, some of them with all that takes memory.
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
fn a_question_that_there_is_no_memory_for_is_refused_and_can_be_asked_again() {
    let _alone = alone();
    keep_nothing();
    let bytes = everything();
    let open = || parse::open(&bytes, &Progress::new()).unwrap();
    let ask = |question: &str| {
        // Each has its own snapshots: tables that one question leaves are there for the next.
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
