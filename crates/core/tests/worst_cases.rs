//! Heaps that are expensive to analyse: reports and comparisons take time in proportion to their size.
//!
//! Each shape is a worst case for some loop of the analysis. If that loop were quadratic, the test would not end in
//! reasonable time: forty thousand squared is nearly two billion.

#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use heapray_core::testing::{Node, SnapshotBuilder};
use heapray_core::{Progress, Snapshot, parse, query};

/// Builds a heap of a size that grows with the number, before or after growth.
type Shape = fn(&mut Heap, usize);

/// A heap under construction, for the first or the second snapshot.
struct Heap {
    builder: SnapshotBuilder,
    global: Node,
    is_after: bool,
    next_new: u64,
}

/// The first id of objects that only the second snapshot has.
const NEW: u64 = 100_000_001;

impl Heap {
    fn snapshot(shape: Shape, n: usize, is_after: bool) -> Snapshot {
        let mut builder = SnapshotBuilder::new();
        let global = builder.global();
        let mut heap = Heap { builder, global, is_after, next_new: NEW };
        shape(&mut heap, n);
        parse::open(&heap.builder.json(), &Progress::new()).unwrap()
    }

    /// Adds an object of a class of the program.
    fn object(&mut self, class: &str) -> Node {
        let node = self.builder.node("object", class, 64);
        self.builder.location(node, 1, 1, 1);
        node
    }

    /// Adds an object that has another id in the second snapshot.
    fn replaced(&mut self, kind: &str, name: &str, [before, after]: [u64; 2]) -> Node {
        let node = self.builder.node(kind, name, if self.is_after { after } else { before });
        self.builder.id(node, self.next_new + 1_000_000 * u64::from(self.is_after));
        self.next_new += 2;
        node
    }

    /// Adds a dozen nodes to `holder`, in the second snapshot only.
    fn grow(&mut self, holder: Node, kind: &str, name: &str) {
        for i in 0..12 {
            if self.is_after {
                let node = self.builder.node(kind, name, 64);
                self.builder.id(node, self.next_new);
                self.builder.location(node, 1, 1, 1);
                self.builder.element(holder, i, node);
            }
            self.next_new += 2;
        }
    }

    /// Adds a chain of objects.
    fn chain(&mut self, from: Node, length: usize, class: impl Fn(usize) -> String) -> Vec<Node> {
        let mut at = from;
        let link = |i| {
            let next = self.object(&class(i));
            self.builder.property(at, "next", next);
            at = next;
            next
        };
        (0..length).map(link).collect()
    }

    fn links(&mut self, length: usize) -> Vec<Node> {
        self.chain(self.global, length, |_| "Link".to_owned())
    }
}

const SHAPES: [(&str, Shape); 19] = [
    ("a list whose links each get a value", |heap, n| {
        for link in heap.links(n) {
            let value = heap.replaced("object", "Value", [64, 64]);
            heap.builder.property(link, "value", value);
        }
    }),
    ("a list whose links each get another link", |heap, n| {
        for link in heap.links(n) {
            let other = heap.replaced("object", "Link", [64, 64]);
            heap.builder.property(link, "next", other);
        }
    }),
    ("a list of classes that each collect", |heap, n| {
        let links = heap.chain(heap.global, n / 12, |i| format!("Link{i}"));
        links.into_iter().enumerate().for_each(|(i, link)| heap.grow(link, "object", &format!("Element{i}")));
    }),
    ("a list of classes that is there twelve times", |heap, n| {
        for i in 0..if heap.is_after { 24 } else { 12 } {
            let head = heap.object("Head");
            heap.builder.element(heap.global, i, head);
            heap.chain(head, n / 24, |i| format!("Link{i}"));
        }
    }),
    ("a list of classes with half as many more each time", |heap, n| {
        for i in 0..if heap.is_after { 12 } else { 6 } {
            let head = heap.object("Head");
            heap.builder.element(heap.global, i, head);
            heap.chain(head, n / 12, |i| format!("Link{i}"));
        }
    }),
    ("elements of many classes in one array", |heap, n| {
        let array = heap.object("Array");
        heap.builder.property(heap.global, "all", array);
        (0..n / 12).for_each(|i| heap.grow(array, "object", &format!("Element{i}")));
    }),
    ("many holders that collect", |heap, n| {
        for i in 0..n / 12 {
            let holder = heap.object(&format!("Holder{i}"));
            heap.builder.property(heap.global, &format!("holder{i}"), holder);
            heap.grow(holder, "object", &format!("Element{i}"));
        }
    }),
    ("many holders of functions", |heap, n| {
        for i in 0..n / 12 {
            let holder = heap.object(&format!("Holder{i}"));
            heap.builder.property(heap.global, &format!("holder{i}"), holder);
            heap.grow(holder, "closure", &format!("listener{i}"));
        }
    }),
    ("a text of more and more pieces", |heap, n| {
        let mut text = heap.builder.node("string", "a", 64);
        for _ in 0..if heap.is_after { n } else { n / 2 } {
            let rope = heap.builder.node("concatenated string", "", 64);
            heap.builder.internal(rope, "first", text);
            text = rope;
        }
        heap.builder.property(heap.global, "text", text);
    }),
    ("texts that begin with each other", |heap, n| {
        let mut text = heap.builder.node("string", "a", 64);
        for i in 0..n {
            let rope = heap.builder.node("concatenated string", "", if heap.is_after { 200 } else { 100 });
            heap.builder.internal(rope, "first", text);
            heap.builder.property(heap.global, &format!("text{i}"), rope);
            text = rope;
        }
    }),
    ("a dictionary of texts that become longer ones", |heap, n| {
        for i in 0..n {
            let text = heap.replaced("string", "a", [200, 400]);
            heap.builder.property(heap.global, &format!("key{i}"), text);
        }
    }),
    ("a list of buffers that grow", |heap, n| {
        for link in heap.links(n) {
            let buffer = heap.builder.node("object", "ArrayBuffer", if heap.is_after { 200 } else { 100 });
            heap.builder.property(link, "buffer", buffer);
        }
    }),
    ("two dictionaries with many elements", |heap, n| {
        let hubs = [heap.object("Hub"), heap.object("Hub")];
        for (i, hub) in hubs.into_iter().enumerate() {
            heap.builder.element(heap.global, i as i64, hub);
            (0..n).for_each(|i| heap.builder.element(hub, i as i64, hub));
        }
        for i in 0..n {
            let value = heap.replaced("object", "Value", [64, 64]);
            heap.builder.property(hubs[i % 2], &format!("key{i}"), value);
        }
    }),
    ("a scope of many variables without names", |heap, n| {
        let scope = heap.builder.node("object", "system / Context", 64);
        heap.builder.property(heap.global, "scope", scope);
        for i in 0..n {
            let value = heap.object(&format!("Value{}", i / 12));
            heap.builder.edge(scope, "hidden", &i.to_string(), value);
        }
    }),
    ("functions of a script without a name", |heap, n| {
        let shared = heap.builder.node("code", "shared", 64);
        (0..n).for_each(|i| heap.builder.element(shared, i as i64, shared));
        for i in 0..n {
            let function = heap.builder.node("closure", "f", 64);
            heap.builder.location(function, 7, i as u64, 1);
            heap.builder.internal(function, "shared", shared);
            heap.builder.element(heap.global, i as i64, function);
        }
    }),
    ("listeners with one callback", |heap, n| {
        let callback = heap.object("Callback");
        (0..n).for_each(|i| heap.builder.element(callback, i as i64, callback));
        for i in 0..n {
            let listener = heap.builder.node("native", "V8EventListener", 64);
            heap.builder.internal(listener, "1", callback);
            heap.builder.element(heap.global, i as i64, listener);
        }
    }),
    ("a million of everything, in another process", |heap, n| {
        let shift = if heap.is_after { 6 } else { 0 };
        for i in 0..n {
            let object = heap.object(&format!("Class{i}"));
            heap.builder.id(object, heap.builder.id_of(object) + shift);
            heap.builder.property(heap.global, &format!("name{i}"), object);
        }
    }),
    ("a list held at both ends that gets twice as long", |heap, n| {
        let links = heap.links(if heap.is_after { n } else { n / 2 });
        links.windows(2).for_each(|pair| heap.builder.property(pair[1], "previous", pair[0]));
        heap.builder.property(heap.global, "last", links[links.len() - 1]);
    }),
    ("many things that two hold", |heap, n| {
        let holders = [heap.object("Array"), heap.object("Array")];
        for (holder, name) in holders.into_iter().zip(["one", "other"]) {
            heap.builder.property(heap.global, name, holder);
        }
        for i in 0..if heap.is_after { n } else { n / 2 } {
            let thing = heap.object("Thing");
            holders.iter().for_each(|&holder| heap.builder.element(holder, i as i64, thing));
        }
    }),
];

const OF_SERIES: [&str; 3] = [
    r#"{"ask":"report","limit":1000}"#,
    r#"{"ask":"diff","mode":"new","paths":true,"limit":1000}"#,
    r#"{"ask":"diff"}"#,
];

const OF_ONE: [&str; 4] = [
    r#"{"ask":"report","limit":1000}"#,
    r#"{"ask":"filter","filter":"objectsRetainedByEventHandlers","mineOnly":false}"#,
    r#"{"ask":"filter","script":{"contains":"x"},"mineOnly":true}"#,
    r#"{"ask":"filter","references":true,"retainers":true,"mineOnly":false,"limit":1000}"#,
];

#[test]
fn the_cost_of_a_report_is_linear_whatever_grows() {
    for (name, shape) in SHAPES {
        let [before, after] = [false, true].map(|is_after| Heap::snapshot(shape, 40_000, is_after));
        for question in OF_SERIES {
            let answer = query::ask(&[&before, &after], question, &Progress::new());
            assert!(answer.is_ok(), "{name}: {question}: {answer:?}");
        }
        for question in OF_ONE {
            let answer = query::answer(&after, question, &Progress::new());
            assert!(answer.is_ok(), "{name}: {question}: {answer:?}");
        }
    }
}
