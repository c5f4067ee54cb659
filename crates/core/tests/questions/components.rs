//! The components of React and Vue that suspects and steps of paths belong to.

use super::program::{Program, array, report_of, suspect};
use super::{ask, open};
use heapray_core::testing::{Node, SnapshotBuilder};
use serde_json::{Value, json};
use std::cell::Cell;

const FIBER: [&str; 12] = [
    "elementType",
    "type",
    "stateNode",
    "return",
    "child",
    "sibling",
    "pendingProps",
    "memoizedProps",
    "memoizedState",
    "updateQueue",
    "dependencies",
    "alternate",
];
const INSTANCE: [&str; 9] =
    ["vnode", "type", "parent", "appContext", "subTree", "provides", "propsOptions", "setupState", "proxy"];

/// An object with these properties, those that are not given being `null`.
fn object(heap: &mut SnapshotBuilder, class: &str, names: &[&str], given: &[(&str, Node)]) -> Node {
    let object = heap.node("object", class, 100);
    let null = heap.node("hidden", "null", 0);
    for name in names {
        let value = given.iter().find(|(given, _)| given == name).map_or(null, |&(_, value)| value);
        heap.property(object, name, value);
    }
    object
}

/// A function that stays alive.
fn component(heap: &mut SnapshotBuilder, global: Node, name: &str) -> Node {
    let script = heap.script("/app/parts.js");
    let function = heap.function(name, script, [7, 3, 20]).0;
    heap.property(global, name, function);
    function
}

fn fiber(heap: &mut SnapshotBuilder, of: Node, more: &[(&str, Node)]) -> Node {
    let given: Vec<(&str, Node)> = [("elementType", of), ("type", of)].iter().chain(more).copied().collect();
    object(heap, "sg", &FIBER, &given)
}

/// An element of the list `kept` for each call, made by `one` from what `prepare` made once.
fn kept<T: Copy>(
    prepare: impl Fn(&mut SnapshotBuilder, Node) -> T,
    one: impl Fn(&mut SnapshotBuilder, T) -> Node,
) -> Value {
    let prepared = Cell::new(None);
    let start = |program: &mut Program| {
        prepared.set(Some(prepare(&mut program.heap, program.global)));
        array(program, "kept")
    };
    let report = report_of(start, |program, list, unit| {
        let each = one(&mut program.heap, prepared.get().unwrap());
        program.heap.element(list, unit as i64, each);
    });
    let mut suspect = suspect(&report).clone();
    suspect["verdict"] = report["verdict"].clone();
    suspect
}

fn name(suspect: &Value) -> &Value {
    &suspect["component"]["name"]
}

#[test]
fn a_fiber_is_of_the_component_of_its_type_whatever_its_class_is_called() {
    let suspect = kept(|heap, global| component(heap, global, "ProductCard"), |heap, of| fiber(heap, of, &[]));
    assert_eq!(
        suspect["component"],
        json!({"name": "ProductCard", "source": {"script": "/app/parts.js", "scriptId": 7, "line": 4, "column": 21}, "part": "FiberNode"})
    );
    assert_eq!(suspect["path"], "global.kept[*] → FiberNode (ProductCard)");
    assert_eq!(suspect["steps"].as_array().unwrap().last().unwrap()["component"], suspect["component"]);
    assert_eq!(suspect["className"], "sg");
    let verdict = suspect["verdict"].as_str().unwrap();
    assert!(verdict.starts_with("FiberNode (ProductCard) leaks: "), "{verdict}");
}

#[test]
fn a_fiber_of_an_element_is_of_the_component_above_and_the_path_names_that_once() {
    let suspect = kept(
        |heap, global| component(heap, global, "ProductCard"),
        |heap, of| {
            let card = fiber(heap, of, &[]);
            let tag = heap.node("string", "div", 20);
            let element = fiber(heap, tag, &[("return", card)]);
            heap.edge(card, "property", "child", element);
            let inner = fiber(heap, tag, &[("return", element)]);
            heap.edge(element, "property", "child", inner);
            inner
        },
    );
    assert_eq!(
        (name(&suspect), &suspect["path"]),
        (&json!("ProductCard"), &json!("global.kept[*] → FiberNode (ProductCard)"))
    );
}

#[test]
fn a_name_for_display_comes_first_if_it_may_be_in_code() {
    for (display, shown) in
        [("Sales(Chart)", "Sales(Chart)"), ("alice smith", "Inner"), ("me@example.org", "Inner"), ("", "Inner")]
    {
        let wrapped = |heap: &mut SnapshotBuilder, global| {
            let render = component(heap, global, "Inner");
            let reference = object(heap, "Object", &["$$typeof", "render"], &[("render", render)]);
            heap.text(reference, "displayName", display, 20);
            object(heap, "Object", &["$$typeof", "type", "compare"], &[("type", reference)])
        };
        let suspect = kept(wrapped, |heap, of| fiber(heap, of, &[]));
        assert_eq!((name(&suspect), &suspect["component"]["source"]["line"]), (&json!(shown), &json!(4)), "{display}");
    }
}

#[test]
fn the_display_name_of_the_development_build_is_in_a_variable_of_its_accessor() {
    let wrapped = |heap: &mut SnapshotBuilder, global| {
        let render = component(heap, global, "Inner");
        let wrapper = object(heap, "Object", &["$$typeof", "render"], &[("render", render)]);
        let accessor = heap.node("closure", "get", 20);
        let scope = heap.node("object", "system / Context", 20);
        let cell = heap.node("hidden", "system / ContextCell", 8);
        let text = heap.node("string", "Chart", 20);
        heap.property(wrapper, "get displayName", accessor);
        heap.internal(accessor, "context", scope);
        heap.variable(scope, "ownName", cell);
        heap.edge(cell, "hidden", "0", text);
        wrapper
    };
    assert_eq!(name(&kept(wrapped, |heap, of| fiber(heap, of, &[]))), "Chart");
}

#[test]
fn what_is_bound_to_a_fiber_or_refers_to_an_element_is_of_its_component() {
    let bound = kept(
        |heap, global| component(heap, global, "PriceTag"),
        |heap, of| {
            let fiber = fiber(heap, of, &[]);
            let function = heap.node("closure", "native_bind", 60);
            heap.edge(function, "shortcut", "bound_argument_0", fiber);
            function
        },
    );
    assert_eq!((name(&bound), &bound["component"]["part"]), (&json!("PriceTag"), &json!("FiberNode")));
    let element = kept(
        |heap, global| component(heap, global, "Notes"),
        |heap, of| {
            let fiber = fiber(heap, of, &[]);
            let element = heap.node("native", "Detached <section>", 100);
            heap.property(element, "__reactFiber$a8f2c91d3b4e", fiber);
            let note = heap.node("object", "Note", 40);
            heap.property(note, "element", element);
            note
        },
    );
    assert_eq!((name(&element), &element["component"]["part"]), (&json!("Notes"), &Value::Null));
}

/// A function with a scope of its own, and the description of that.
fn with_scope(heap: &mut SnapshotBuilder, global: Node, name: &str) -> [Node; 2] {
    let function = heap.node("closure", name, 64);
    heap.location(function, 7, 3, 20);
    heap.property(global, name, function);
    let shared = heap.node("code", name, 8);
    let description = heap.node("code", "system / ScopeInfo", 8);
    heap.internal(function, "shared", shared);
    heap.internal(shared, "name_or_scope_info", description);
    [function, description]
}

/// A function that was created in such a scope.
fn created_in(heap: &mut SnapshotBuilder, description: Node) -> Node {
    let native_context = heap.node("hidden", "system / NativeContext", 8);
    let module = heap.node("object", "system / Context", 8);
    let scope = heap.node("object", "system / Context", 8);
    heap.internal(module, "previous", native_context);
    heap.internal(scope, "previous", module);
    heap.internal(scope, "scope_info", description);
    let function = heap.node("closure", "onResize", 60);
    heap.internal(function, "context", scope);
    function
}

#[test]
fn a_function_is_of_the_component_in_whose_scope_it_was_created() {
    for (is_mounted, expected) in [(true, json!("ResizeCard")), (false, Value::Null)] {
        let prepare = |heap: &mut SnapshotBuilder, global| {
            let [function, description] = with_scope(heap, global, "ResizeCard");
            if is_mounted {
                let mounted = fiber(heap, function, &[]);
                heap.property(global, "mounted", mounted);
            }
            description
        };
        assert_eq!(name(&kept(prepare, created_in)), &expected);
    }
}

#[test]
fn an_instance_of_vue_is_of_the_component_that_its_definition_names() {
    for (names, expected) in [(&["name"][..], "ProductCard"), (&["__name"], "ProductCard"), (&[], "setup")] {
        let prepare = |heap: &mut SnapshotBuilder, global| {
            let setup = component(heap, global, "setup");
            let definition = object(heap, "Object", &["props", "setup"], &[("setup", setup)]);
            for name in names {
                heap.text(definition, name, "ProductCard", 20);
            }
            definition
        };
        let suspect = kept(prepare, |heap, of| object(heap, "Object", &INSTANCE, &[("type", of)]));
        assert_eq!((name(&suspect), &suspect["component"]["source"]["line"]), (&json!(expected), &json!(4)));
        assert_eq!(suspect["path"], format!("global.kept[*] → ComponentInternalInstance ({expected})"));
    }
}

#[test]
fn a_function_is_of_the_component_of_vue_in_whose_setup_it_was_created() {
    let prepare = |heap: &mut SnapshotBuilder, global| {
        let [setup, description] = with_scope(heap, global, "setup");
        let definition = object(heap, "Object", &["props", "setup"], &[("setup", setup)]);
        heap.text(definition, "__name", "ResizeCard", 20);
        heap.property(global, "definition", definition);
        // The name of a property that no other program has.
        let definitions = object(heap, "Object", &["setupState"], &[]);
        heap.property(global, "definitions", definitions);
        description
    };
    assert_eq!(name(&kept(prepare, created_in)), "ResizeCard");
}

#[test]
fn the_instance_of_vue_is_behind_the_proxy_that_functions_have_as_this() {
    let prepare = |heap: &mut SnapshotBuilder, global| {
        let mounted = component(heap, global, "mounted");
        let definition = object(heap, "Object", &["mounted"], &[("mounted", mounted)]);
        heap.text(definition, "name", "ScrollLogger", 20);
        definition
    };
    let suspect = kept(prepare, |heap, of| {
        let instance = object(heap, "Object", &INSTANCE, &[("type", of)]);
        let target = object(heap, "Object", &["_"], &[("_", instance)]);
        let proxy = heap.node("hidden", "system / JSProxy", 16);
        heap.internal(proxy, "target", target);
        let function = heap.node("closure", "onScroll", 60);
        let scope = heap.node("object", "system / Context", 8);
        heap.internal(function, "context", scope);
        heap.variable(scope, "this", proxy);
        function
    });
    assert_eq!(name(&suspect), "ScrollLogger");
}

#[test]
fn other_objects_have_no_component() {
    let suspect = kept(
        |heap, global| component(heap, global, "ProductCard"),
        |heap, of| object(heap, "Column", &["elementType", "type", "child"], &[("elementType", of), ("type", of)]),
    );
    assert_eq!(suspect.get("component"), None);
    assert!(suspect["steps"].as_array().unwrap().iter().all(|step| step.get("component").is_none()));
}

#[test]
fn steps_of_retaining_paths_have_components_too() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let of = component(&mut heap, global, "ProductCard");
    let parent = fiber(&mut heap, of, &[]);
    heap.property(global, "page", parent);
    let state = heap.node("object", "State", 20);
    heap.property(parent, "state", state);
    let answer = ask(&open(&heap), json!({"ask": "retainingPaths", "of": heap.id_of(state), "limit": 1}));
    let path = &answer["paths"][0];
    assert_eq!(path["text"], "global.page → FiberNode (ProductCard).state");
    let components: Vec<&Value> =
        path["steps"].as_array().unwrap().iter().map(|step| &step["component"]["name"]).collect();
    assert_eq!(components, [&Value::Null, &json!("ProductCard"), &Value::Null]);
}

#[test]
fn a_long_list_of_fibers_is_read_in_a_bounded_number_of_steps() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let tag = heap.node("string", "li", 20);
    let mut last = fiber(&mut heap, tag, &[]);
    heap.property(global, "page", last);
    for _ in 0..20_000 {
        let next = fiber(&mut heap, tag, &[("return", last)]);
        heap.property(last, "next", next);
        last = next;
    }
    let answer = ask(&open(&heap), json!({"ask": "retainingPaths", "of": heap.id_of(last), "limit": 1}));
    assert_eq!(answer["paths"][0]["text"], "global.page(.next ×20000)");
}
