//! The memory cost of input is at most a multiple of its bytes, whatever its shape and whatever it claims.
//!
//! The allocator of this process counts allocations.

#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use heapray_core::parse::{Parser, ParserOptions};
use heapray_core::testing::{Node, SnapshotBuilder};
use heapray_core::{Code, Error, Progress, Snapshot, query};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard, PoisonError};

struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
fn count(bytes: usize) {
    let live = LIVE.fetch_add(bytes, SeqCst) + bytes;
    PEAK.fetch_max(live, SeqCst);
}

// SAFETY: every call is passed on to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), SeqCst);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size);
        LIVE.fetch_sub(layout.size(), SeqCst);
        // SAFETY: the caller's promise.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Runs one test at a time, since they share the process's counters.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The peak of allocated bytes, beyond those allocated before.
fn peak<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = LIVE.load(SeqCst);
    PEAK.store(before, SeqCst);
    let result = work();
    (result, PEAK.load(SeqCst) - before)
}

fn open(bytes: &[u8]) -> Result<Snapshot, Error> {
    let progress = Progress::new();
    let options = ParserOptions { size_hint: Some(bytes.len() as u64), max_bytes: None };
    let mut parser = Parser::new(options);
    for block in bytes.chunks(1 << 20) {
        parser.push(block, &progress)?;
    }
    Snapshot::analyse(parser.finish(&progress)?, &progress)
}

fn ask(snapshot: &Snapshot, question: &str) -> Result<String, Error> {
    query::answer(snapshot, question, &Progress::new())
}

/// A small snapshot with a section of this text in front.
fn with_section(text: &str) -> Vec<u8> {
    let small = String::from_utf8(SnapshotBuilder::new().json()).unwrap();
    format!("{{\"news\":{text},{}", &small[1..]).into_bytes()
}

fn heap(build: impl FnOnce(&mut SnapshotBuilder, Node)) -> Vec<u8> {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    build(&mut heap, global);
    heap.json()
}

fn chain(heap: &mut SnapshotBuilder, from: Node, length: usize) -> Vec<Node> {
    let mut at = from;
    (0..length)
        .map(|_| {
            let next = heap.node("object", "Link", 16);
            heap.property(at, "next", next);
            at = next;
            next
        })
        .collect()
}

type Shape = fn(usize) -> Vec<u8>;

/// Shapes that may be expensive for some part of a reader, of a size that grows with the number.
const SHAPES: [(&str, Shape); 23] = [
    ("nesting in a section nobody knows", |n| with_section(&("[".repeat(n) + &"]".repeat(n)))),
    ("sections nobody knows", |n| {
        let members: Vec<String> = (0..n).map(|i| format!("\"s{i}\":1")).collect();
        with_section(&format!("1,{}", members.join(",")))
    }),
    ("a number of as many digits", |n| {
        let text = String::from_utf8(SnapshotBuilder::new().json()).unwrap();
        text.replacen("\"nodes\":[9", &format!("\"nodes\":[{}", "9".repeat(n)), 1).into_bytes()
    }),
    ("a trace tree as deep", |n| {
        let mut heap = SnapshotBuilder::new();
        heap.trace_function("f", "f.js", [1, 1, 1]);
        heap.trace_tree(&("1,0,0,0,[".repeat(n) + &"]".repeat(n)));
        heap.json()
    }),
    ("sections before the header", |n| {
        let text = String::from_utf8(heap(|heap, global| drop(chain(heap, global, n)))).unwrap();
        let (header, rest) = text[1..].split_once(",\n\"nodes\"").unwrap();
        format!("{{\"nodes\"{},{header}}}", &rest[..rest.len() - 1]).into_bytes()
    }),
    ("parallel edges", |n| {
        heap(|heap, global| {
            let one = heap.node("object", "One", 8);
            (0..n).for_each(|i| heap.element(global, i as i64, one));
        })
    }),
    ("a chain", |n| heap(|heap, global| drop(chain(heap, global, n)))),
    ("a chain with edges back", |n| {
        heap(|heap, global| {
            let links = chain(heap, global, n);
            links.windows(2).for_each(|pair| heap.property(pair[1], "previous", pair[0]));
            links.iter().for_each(|&link| heap.property(link, "head", links[0]));
        })
    }),
    ("a star", |n| {
        heap(|heap, global| {
            (0..n).for_each(|i| {
                let leaf = heap.node("object", "Leaf", 8);
                heap.element(global, i as i64, leaf);
            })
        })
    }),
    ("a hub that all retain", |n| {
        heap(|heap, global| {
            let hub = heap.node("object", "Hub", 8);
            (0..n).for_each(|i| {
                let holder = heap.node("object", "Holder", 8);
                heap.element(global, i as i64, holder);
                heap.property(holder, "hub", hub);
            })
        })
    }),
    ("a list whose elements something else holds", |n| {
        heap(|heap, global| {
            let index = heap.node("object", "Index", 8);
            heap.property(global, "index", index);
            for link in chain(heap, global, n / 2) {
                let value = heap.node("object", "Value", 8);
                heap.property(link, "value", value);
                heap.element(index, 0, value);
            }
        })
    }),
    ("strings of one character", |n| {
        let text = String::from_utf8(SnapshotBuilder::new().json()).unwrap();
        text.replacen("\"strings\":[", &format!("\"strings\":[{}", "\"\",".repeat(n)), 1).into_bytes()
    }),
    ("one string of all of it", |n| {
        heap(|heap, global| {
            heap.text(global, "text", &"ä\"".repeat(n), 16);
        })
    }),
    ("properties with one long name", |n| {
        let name = "n".repeat(n);
        heap(|heap, global| {
            (0..n / 16).for_each(|i| {
                let object = heap.node("object", "Object", 8);
                heap.element(global, i as i64, object);
                heap.property(object, &name, global);
            })
        })
    }),
    ("classes", |n| {
        heap(|heap, global| {
            (0..n).for_each(|i| {
                let one = heap.node("object", &format!("Class{i}"), 8);
                heap.element(global, i as i64, one);
            })
        })
    }),
    ("places of a class with a long name", |n| {
        let name = "N".repeat(n);
        heap(|heap, global| {
            (0..n).for_each(|i| {
                let one = heap.node("object", &name, 8);
                heap.element(global, i as i64, one);
                heap.location(one, 1, i as u64, 0);
            })
        })
    }),
    ("shapes, and an object that has all their properties", |n| {
        heap(|heap, global| {
            let names: Vec<String> = (0..200).map(|i| format!("p{i}")).collect();
            for shape in 0..100 {
                for _ in 0..2 {
                    let object = heap.node("object", "Object", 8);
                    heap.property(global, "o", object);
                    (0..8).for_each(|i| heap.property(object, &names[(shape * 7 + i * 13) % 200], global));
                }
            }
            let all = heap.node("object", "Object", 8);
            heap.property(global, "all", all);
            (0..n).for_each(|i| heap.property(all, &names[i % 200], global));
        })
    }),
    ("sizes of more than four gigabytes that move", |n| {
        heap(|heap, global| {
            for i in 0..n {
                let owner = heap.node("object", "Owner", 8);
                let piece = heap.node("array", "", 1 << 32);
                heap.element(global, i as i64, owner);
                heap.internal(owner, "elements", piece);
            }
        })
    }),
    ("concatenated strings in a row", |n| {
        heap(|heap, global| {
            let mut text = heap.node("string", "x", 8);
            for _ in 0..n {
                let rope = heap.node("concatenated string", "", 8);
                heap.internal(rope, "first", text);
                heap.internal(rope, "second", text);
                text = rope;
            }
            heap.property(global, "text", text);
        })
    }),
    ("concatenated strings without text in a row", |n| {
        heap(|heap, global| {
            let mut text = heap.node("string", "", 8);
            for i in 0..n {
                let rope = heap.node("concatenated string", "", 8);
                heap.internal(rope, "first", text);
                heap.internal(rope, "second", text);
                heap.element(global, i as i64, rope);
                text = rope;
            }
        })
    }),
    ("concatenated strings that share a long end", |n| {
        heap(|heap, global| {
            let end = heap.text(global, "end", &"e".repeat(10 * n), 8);
            for i in 0..n / 4 {
                let start = heap.text(global, "start", &i.to_string(), 8);
                let rope = heap.node("concatenated string", "", 8);
                heap.internal(rope, "first", start);
                heap.internal(rope, "second", end);
                heap.element(global, i as i64, rope);
            }
        })
    }),
    ("plain objects with one long property", |n| {
        let name = "p".repeat(10 * n);
        heap(|heap, global| {
            for i in 0..n / 4 {
                let object = heap.node("object", "Object", 8);
                heap.property(object, &name, object);
                heap.element(global, i as i64, object);
            }
        })
    }),
    ("an object without a name for its properties, in every row", |n| {
        heap(|heap, global| {
            let hub = heap.node("object", "Object", 8);
            heap.property(global, "hub", hub);
            for i in 0..n {
                heap.property(hub, "", global);
                let holder = heap.node("object", "Holder", 8);
                heap.property(holder, "hub", hub);
                heap.element(global, i as i64, holder);
            }
        })
    }),
];

const QUESTIONS: [&str; 8] = [
    r#"{"ask":"report"}"#,
    r#"{"ask":"filter","name":{"contains":"zzz"},"mineOnly":false}"#,
    r#"{"ask":"filter","references":{"depth":1,"limit":20},"mineOnly":false,"limit":100}"#,
    r#"{"ask":"retainingPaths","of":1,"limit":1000}"#,
    r#"{"ask":"classes"}"#,
    r#"{"ask":"filter","references":true,"retainers":true,"mineOnly":false,"limit":20}"#,
    r#"{"ask":"strings"}"#,
    r#"{"ask":"retainers","id":1}"#,
];

/// The multiples promised in SECURITY.md, and the constant cost of any input.
const PER_BYTE: usize = 100;
const PER_BYTE_OF_ANSWER: usize = 8;
const CONSTANT: usize = 8 << 20;

/// If one of these took quadratic time, the test would not end in reasonable time: twenty thousand
/// squared is 400 million, in some cases times the bytes of a name.
#[test]
fn no_shape_of_input_costs_more_than_a_multiple_of_its_bytes() {
    let _alone = alone();
    for (name, shape) in SHAPES {
        let mut peaks = Vec::new();
        for n in [10_000, 20_000] {
            let bytes = shape(n);
            let (result, opened) = peak(|| open(&bytes));
            let (answers, asked) = peak(|| {
                let lengths = |snapshot| QUESTIONS.map(|question| ask(snapshot, question).unwrap().len());
                result.as_ref().map_or(0, |snapshot| lengths(snapshot).into_iter().sum())
            });
            let cost = opened + asked;
            let most = PER_BYTE * bytes.len() + PER_BYTE_OF_ANSWER * answers + CONSTANT;
            assert!(cost <= most, "{name}: {} bytes cost {cost}, {answers} for answers", bytes.len());
            peaks.push(cost);
        }
        let (small, large) = (peaks[0], peaks[1]);
        assert!(large <= 3 * small + CONSTANT / 8, "{name}: {small} bytes, and {large} for twice the input");
    }
}

#[test]
fn shapes_of_a_million_objects_are_computed_without_recursion() {
    let _alone = alone();
    for wanted in ["parallel edges", "a chain", "a hub that all retain", "sizes of more than four gigabytes that move"]
    {
        let (_, shape) = SHAPES.iter().find(|(name, _)| *name == wanted).unwrap();
        let snapshot = open(&shape(300_000)).unwrap();
        for question in QUESTIONS {
            ask(&snapshot, question).unwrap();
        }
    }
}

/// The paths to all links of a list have half a billion steps, and would have as many rows without a limit.
#[test]
fn paths_of_any_length_end() {
    let _alone = alone();
    let bytes = heap(|heap, global| drop(chain(heap, global, 100_000)));
    let (before, after) = (open(&heap(|_, _| {})).unwrap(), open(&bytes).unwrap());
    let question = r#"{"ask":"diff","mode":"new","paths":true,"limit":100000}"#;
    let (answer, cost) = peak(|| query::ask(&[&before, &after], question, &Progress::new()).unwrap());
    assert!(cost < PER_BYTE * bytes.len() + PER_BYTE_OF_ANSWER * answer.len() + CONSTANT, "{cost}");
    assert!(answer.contains(r#""path":"global.next"#) && answer.contains(r#""path":"…"#));

    let last = after.nodes().iter().last().map(|node| after.nodes().id(node).0).unwrap();
    let (answer, cost) = peak(|| ask(&after, &format!(r#"{{"ask":"retainingPaths","of":{last}}}"#)).unwrap());
    assert!(cost < PER_BYTE * bytes.len() + PER_BYTE_OF_ANSWER * answer.len() + CONSTANT, "{cost}");
    assert!(answer.contains(r#""omitted":90001,"text":"global(.next ×100000)""#), "{}", &answer[answer.len() - 200..]);
}

#[test]
fn counts_in_a_header_reserve_nothing() {
    let _alone = alone();
    let text = String::from_utf8(SnapshotBuilder::new().json()).unwrap();
    let huge = text.replacen("\"node_count\":1", "\"node_count\":268435455", 1);
    let huge = huge.replacen("\"edge_count\":0", "\"edge_count\":4294967295", 1);
    assert_ne!(huge, text);
    let (result, cost) = peak(|| open(huge.as_bytes()));
    assert_eq!(result.unwrap_err().code(), Code::Count);
    assert!(cost < 1 << 20, "{cost}");
}
