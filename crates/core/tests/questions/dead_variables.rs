//! Captured variables that no live function reads, and the bytes that they keep.

use super::{ask, column, open};
use heapray_core::redact::{Key, redact};
use heapray_core::testing::{Node, SnapshotBuilder};
use heapray_core::{Progress, parse, query};
use serde_json::{Value, json};

/// `subscribe(i)` with the variables `big` and `i`; inside it `once`, which reads `big`, and `handler`, which reads `i`.
struct Page {
    heap: SnapshotBuilder,
    native_context: Node,
    script: Node,
    described: Node,
    handlers: Node,
}

const SUBSCRIBE: i64 = 10;
const ONCE: i64 = 20;
const HANDLER: i64 = 30;

fn page() -> Page {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let native_context = heap.node("hidden", "system / NativeContext", 8);
    let script = heap.node("code", "system / Script / app.js", 8);
    let text = heap.node("string", "app.js", 24);
    heap.internal(script, "name", text);
    heap.scope(script, -2, 0, &[], &[]);
    heap.scope(script, SUBSCRIBE, 1, &["big", "i"], &[]);
    heap.scope(script, ONCE, 2, &[], &[[SUBSCRIBE, 0]]);
    heap.scope(script, HANDLER, 2, &[], &[]);
    heap.scope(script, 31, 3, &[], &[[SUBSCRIBE, 1]]);
    let described = heap.node("code", "system / ScopeInfo", 8);
    heap.number(described, "scope_id", SUBSCRIBE);
    let handlers = heap.node("object", "Array", 16);
    heap.property(global, "handlers", handlers);
    let mut page = Page { heap, native_context, script, described, handlers };
    let subscribe = page.compiled("subscribe", SUBSCRIBE);
    page.heap.internal(subscribe, "name_or_scope_info", described);
    let closure = page.closure(subscribe, native_context);
    page.heap.location(closure, 7, 4, 20);
    page.heap.property(global, "subscribe", closure);
    page
}

impl Page {
    fn compiled(&mut self, name: &str, id: i64) -> Node {
        let shared = self.heap.node("code", &format!("system / SharedFunctionInfo / {name}"), 8);
        self.heap.internal(shared, "script", self.script);
        self.heap.number(shared, "scope_id", id);
        shared
    }

    fn closure(&mut self, shared: Node, context: Node) -> Node {
        let closure = self.heap.node("closure", "subscribe", 32);
        self.heap.internal(closure, "shared", shared);
        self.heap.internal(closure, "context", context);
        closure
    }

    fn context(&mut self, described: Node, outer: Node) -> Node {
        let context = self.heap.node("object", "system / Context", 32);
        self.heap.internal(context, "scope_info", described);
        self.heap.internal(context, "previous", outer);
        context
    }

    /// One call of `subscribe`, of which a function made inside is alive. Its context.
    fn call(&mut self, big: Node, shared: Node) -> Node {
        let context = self.context(self.described, self.native_context);
        self.heap.variable(context, "big", big);
        let i = self.heap.node("number", "heap number", 12);
        self.heap.variable(context, "i", i);
        let closure = self.closure(shared, context);
        self.heap.edge(self.handlers, "element", "1", closure);
        context
    }

    fn array(&mut self, bytes: u64) -> Node {
        self.heap.node("object", "Array", bytes)
    }

    fn answer(&self) -> Value {
        ask(&open(&self.heap), json!({"ask": "deadVariables"}))
    }
}

#[test]
fn what_only_a_dead_function_reads_is_named_with_its_function_and_bytes() {
    let mut page = page();
    let handler = page.compiled("handler", HANDLER);
    let bigs = [1000, 3000].map(|bytes| page.array(bytes));
    for big in bigs {
        page.call(big, handler);
    }
    let answer = page.answer();
    assert_eq!((&answer["available"], &answer["reason"], &answer["total"]), (&json!(true), &Value::Null, &json!(1)));
    assert_eq!((&answer["freedIfAllCleared"], &answer["next"]), (&json!(4000), &Value::Null));
    let row = &answer["variables"][0];
    assert_eq!((&row["variable"], &row["contexts"]), (&json!("big"), &json!(2)));
    assert_eq!((&row["freedIfCleared"], &row["className"]), (&json!(4000), &json!("Array")));
    assert_eq!(row["ids"], json!(bigs.map(|big| page.heap.id_of(big))));
    assert_eq!((&row["owner"]["kind"], &row["owner"]["name"]), (&json!("function"), &json!("subscribe")));
    let source = json!({"script": "app.js", "scriptId": 7, "line": 5, "column": 21});
    assert_eq!(row["owner"]["source"], source);
    assert!(row["percent"].as_f64().unwrap() > 50.0);
}

#[test]
fn a_variable_is_read_by_the_closures_of_its_own_context_only() {
    let mut page = page();
    let [handler, once] = [("handler", HANDLER), ("once", ONCE)].map(|(name, id)| page.compiled(name, id));
    let [dead, alive] = [500, 700].map(|bytes| page.array(bytes));
    page.call(dead, handler);
    let context = page.call(alive, once);
    let answer = page.answer();
    assert_eq!(column(&answer["variables"], "freedIfCleared"), [500]);
    // Both numbers `i` are told apart too, although they are not worth a row: `once` does not read it.
    let fields = ask(&open(&page.heap), json!({"ask": "deadFields"}));
    let fields: Vec<_> = fields["fields"].as_array().unwrap().iter().map(|each| each["variable"].clone()).collect();
    assert_eq!(fields, ["big", "i"]);
    // A function made deeper inside reaches the contexts around its own.
    let inner = page.context(page.described, context);
    let closure = page.closure(handler, inner);
    page.heap.edge(page.handlers, "element", "2", closure);
    let fields = ask(&open(&page.heap), json!({"ask": "deadFields"}));
    assert_eq!(column(&fields["fields"], "variable"), ["big"]);
}

#[test]
fn what_others_hold_too_is_not_freed() {
    let mut page = page();
    let handler = page.compiled("handler", HANDLER);
    let shared = page.array(5000);
    page.heap.property(page.handlers, "shared", shared);
    page.call(shared, handler);
    let answer = page.answer();
    assert_eq!(
        (&answer["available"], &answer["total"], &answer["freedIfAllCleared"]),
        (&json!(true), &json!(0), &json!(0))
    );
}

#[test]
fn values_that_refer_to_each_other_are_freed_together_and_counted_once() {
    let mut page = page();
    let handler = page.compiled("handler", HANDLER);
    let [first, second] = [100, 200].map(|bytes| page.array(bytes));
    let [left, right] = [10, 20].map(|bytes| page.array(bytes));
    for (from, to) in [(first, left), (second, right), (left, right), (right, left), (first, second), (second, first)] {
        page.heap.property(from, "other", to);
    }
    for big in [first, second, first] {
        page.call(big, handler);
    }
    let answer = page.answer();
    assert_eq!(column(&answer["variables"], "freedIfCleared"), [330]);
    assert_eq!(column(&answer["variables"], "contexts"), [3]);
}

#[test]
fn a_variable_inside_of_another_one_counts_for_both_and_once_in_the_sum() {
    let mut page = page();
    let other = page.heap.node("code", "system / ScopeInfo", 8);
    page.heap.number(other, "scope_id", 40);
    page.heap.scope(page.script, 40, 1, &["inner"], &[]);
    page.heap.scope(page.script, 50, 2, &[], &[]);
    page.heap.internal(other, "outer_scope_info", page.described);
    let [handler, other_handler] = [("handler", HANDLER), ("other", 50)].map(|(name, id)| page.compiled(name, id));
    let [big, kept] = [100, 1000].map(|bytes| page.array(bytes));
    page.call(big, handler);
    let context = page.context(other, page.native_context);
    page.heap.variable(context, "inner", kept);
    let closure = page.closure(other_handler, context);
    page.heap.property(big, "handler", closure);
    let answer = page.answer();
    assert_eq!(column(&answer["variables"], "variable"), ["big", "inner"]);
    // 100 of the array, 32 each of the closure and the context below it, and what the context keeps.
    let below = 100 + 32 + 32 + 1000;
    let own: Vec<u64> = column(&answer["variables"], "freedIfCleared").iter().map(|v| v.as_u64().unwrap()).collect();
    assert_eq!(own[1], 1000);
    assert!(own[0] >= below && own[0] < below + 50, "{own:?}");
    assert_eq!(answer["freedIfAllCleared"], own[0]);
}

#[test]
fn a_chain_of_contexts_too_long_to_follow_counts_as_read() {
    let mut page = page();
    let handler = page.compiled("handler", HANDLER);
    let big = page.array(5000);
    let mut context = page.call(big, handler);
    for _ in 0..200 {
        context = page.context(page.described, context);
    }
    let closure = page.closure(handler, context);
    page.heap.edge(page.handlers, "element", "2", closure);
    assert_eq!(page.answer()["total"], 0);
}

#[test]
fn a_snapshot_that_does_not_tell_says_so() {
    let mut heap = SnapshotBuilder::new();
    heap.global();
    let answer = ask(&open(&heap), json!({"ask": "deadVariables"}));
    assert_eq!((&answer["available"], &answer["total"]), (&json!(false), &json!(0)));
    assert!(answer["reason"].as_str().unwrap().contains("source files"), "{answer}");

    let mut page = page();
    let handler = page.compiled("handler", HANDLER);
    let big = page.array(5000);
    page.call(big, handler);
    let redacted = redact(&page.heap.json(), &Key::new(b"key"), &Progress::new()).unwrap();
    let answer = ask(&parse::open(&redacted, &Progress::new()).unwrap(), json!({"ask": "deadVariables"}));
    assert_eq!((&answer["available"], &answer["total"]), (&json!(false), &json!(0)));
    assert!(answer["reason"].as_str().unwrap().contains("redacted"), "{answer}");
}

#[test]
fn rows_come_in_pages() {
    let mut page = page();
    let handler = page.compiled("handler", HANDLER);
    let big = page.array(5000);
    page.call(big, handler);
    let snapshot = open(&page.heap);
    let answer = ask(&snapshot, json!({"ask": "deadVariables", "limit": 1, "offset": 1}));
    assert_eq!((&answer["total"], &answer["variables"], &answer["next"]), (&json!(1), &json!([]), &Value::Null));
    let answer = ask(&snapshot, json!({"ask": "deadFields", "limit": 1}));
    assert_eq!((answer["fields"].as_array().unwrap().len(), &answer["next"]), (1, &Value::Null));
}

/// Were a loop over functions, contexts and uses quadratic or worse, this would not end.
#[test]
fn functions_nested_by_the_thousand_are_no_trouble() {
    const DEPTH: i64 = 20_000;
    let mut page = page();
    let first = 1000;
    for depth in 0..DEPTH {
        let uses = if depth == 0 { vec![] } else { vec![[first, 0], [first + depth - 1, 0]] };
        page.heap.scope(page.script, first + depth, 1 + depth, &["big"], &uses);
    }
    let mut context = page.native_context;
    for depth in 0..DEPTH {
        let described = page.heap.node("code", "system / ScopeInfo", 8);
        page.heap.number(described, "scope_id", first + depth);
        page.heap.internal(described, "outer_scope_info", page.described);
        context = page.context(described, context);
        let big = page.array(10);
        page.heap.variable(context, "big", big);
        let shared = page.compiled("nested", first + depth);
        let closure = page.closure(shared, context);
        page.heap.edge(page.handlers, "element", "1", closure);
    }
    // The function of each scope is alive, and with it whatever is inside: only the innermost variable has no reader.
    let answer = page.answer();
    assert_eq!(answer["available"], true);
    assert!(answer["total"].as_u64().unwrap() >= 1, "{answer}");
}

#[test]
fn a_suspect_says_which_variable_its_objects_keep() {
    let series = [20, 40, 60].map(|calls| {
        let mut page = page();
        let handler = page.compiled("handler", HANDLER);
        for _ in 0..calls {
            let big = page.array(80_000);
            page.call(big, handler);
        }
        open(&page.heap)
    });
    let question = json!({"ask": "report"}).to_string();
    let answer = query::ask(&series.each_ref(), &question, &Progress::new()).unwrap();
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let suspect = &answer["suspects"][0];
    let dead = &suspect["deadVariables"];
    assert_eq!(column(dead, "variable"), ["big"], "{suspect}");
    assert_eq!((&dead[0]["contexts"], &dead[0]["freedIfCleared"]), (&json!(60), &json!(60 * 80_000)));
    let advice = suspect["advice"].as_str().unwrap();
    assert!(advice.starts_with("big is kept by the scope of subscribe and no live function reads it: "), "{advice}");
}
