use super::{ask, column, open};
use heapray_core::testing::{Node, SnapshotBuilder};
use serde_json::{Value, json};

fn texts(heap: &SnapshotBuilder, of: Value) -> Vec<String> {
    let answer = ask(&open(heap), json!({"ask": "retainingPaths", "of": of}));
    column(&answer["paths"], "text").iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// A module: its scope, which Node's records of the module lead to.
fn module(heap: &mut SnapshotBuilder) -> Node {
    let environment = heap.node("synthetic", "Node / Environment", 8);
    let wrap = heap.node("native", "Node / ModuleWrap", 8);
    let context = heap.node("object", "system / Context", 8);
    let native_context = heap.node("hidden", "system / NativeContext", 8);
    heap.edge(heap.root(), "element", "5", environment);
    heap.element(environment, 14, wrap);
    heap.internal(wrap, "2", context);
    heap.internal(context, "previous", native_context);
    context
}

#[test]
fn a_path_reads_like_code_from_the_global_object() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let keep = heap.node("object", "Keep", 8);
    let list = heap.node("object", "Array", 8);
    let elements = heap.node("array", "", 8);
    let item = heap.node("object", "Item", 8);
    heap.property(global, "keep", keep);
    heap.property(keep, "with space", list);
    heap.internal(list, "elements", elements);
    heap.edge(elements, "internal", "896", item);
    heap.element(list, 896, item);
    let snapshot = open(&heap);
    let answer = |show| ask(&snapshot, json!({"ask": "retainingPaths", "of": heap.id_of(item), "showStrings": show}));
    let hidden = answer(false);
    assert_eq!(hidden["paths"][0]["text"], "global.keep[key][896]");
    assert_eq!(column(&hidden["paths"][0]["steps"], "name")[2], "[key]");
    let answer = answer(true);
    assert_eq!(answer["total"], 1);
    let path = &answer["paths"][0];
    assert_eq!(path["text"], r#"global.keep["with space"][896]"#);
    assert_eq!(column(&path["steps"], "name"), [json!(null), json!("keep"), json!("with space"), json!(896)]);
    assert_eq!(column(&path["steps"], "nodeName"), ["global", "Keep", "Array", "Item"]);
    assert_eq!(path["steps"][0]["type"], json!(null));
}

/// The scope of a block around a whole module, with V8's names for its variables. Another module has a function of it.
fn block(heap: &mut SnapshotBuilder, names: &[&str]) -> Node {
    let (elsewhere, outer) = (module(heap), module(heap));
    block_held_by(heap, elsewhere, outer, names)
}

fn block_held_by(heap: &mut SnapshotBuilder, holder: Node, outer: Node, names: &[&str]) -> Node {
    let scope = heap.node("object", "system / Context", 8);
    let description = heap.node("code", "system / ScopeInfo", 8);
    let reader = heap.node("closure", "reader", 8);
    heap.variable(holder, "reader", reader);
    heap.internal(reader, "context", scope);
    heap.internal(scope, "previous", outer);
    heap.internal(scope, "scope_info", description);
    for (i, name) in names.iter().enumerate() {
        let text = heap.node("string", name, 8);
        heap.edge(description, "hidden", &i.to_string(), text);
    }
    scope
}

#[test]
fn a_variable_of_a_block_has_the_name_that_its_scope_describes() {
    let mut heap = SnapshotBuilder::new();
    let scope = block(&mut heap, &["page", "users"]);
    let page = heap.node("object", "Page", 8);
    let users = heap.node("object", "Users", 8);
    heap.edge(scope, "hidden", "0", page);
    heap.edge(scope, "hidden", "1", users);
    assert_eq!(texts(&heap, json!("Page")), ["page"]);
    assert_eq!(texts(&heap, json!("Users")), ["users"]);
}

#[test]
fn a_path_into_a_block_through_a_variable_around_it_begins_at_the_variable() {
    let mut heap = SnapshotBuilder::new();
    let outer = module(&mut heap);
    let scope = block_held_by(&mut heap, outer, outer, &["page"]);
    let page = heap.node("object", "Page", 8);
    heap.edge(scope, "hidden", "0", page);
    assert_eq!(texts(&heap, json!("Page")), ["reader → context.page"]);
}

#[test]
fn a_path_into_a_block_through_an_element_of_a_list_begins_at_the_list() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let (handlers, outer) = (heap.node("object", "Array", 8), module(&mut heap));
    heap.property(global, "handlers", handlers);
    for at in 0..3 {
        let scope = heap.node("object", "system / Context", 8);
        let handler = heap.node("closure", "onChange", 8);
        let page = heap.node("object", "Page", 8);
        heap.internal(handler, "context", scope);
        heap.internal(scope, "previous", outer);
        heap.variable(scope, "page", page);
        heap.element(handlers, at, handler);
    }
    assert_eq!(texts(&heap, json!("Page")), ["global.handlers[*] → onChange → context.page"]);
}

#[test]
fn a_variable_of_a_block_has_no_name_if_a_number_beside_it_is_missing_from_the_snapshot() {
    let mut heap = SnapshotBuilder::new();
    let scope = block(&mut heap, &["count", "users"]);
    let users = heap.node("object", "Users", 8);
    heap.edge(scope, "hidden", "0", users);
    assert_eq!(texts(&heap, json!("Users")), ["reader → context.(variable 0)"]);
}

#[test]
fn functions_of_a_block_show_where_numbers_are_missing() {
    let mut heap = SnapshotBuilder::new();
    let scope = block(&mut heap, &["page", "count", "open", "users", "total"]);
    let open = heap.node("closure", "open", 8);
    for (at, class) in ["Page", "", "Users"].into_iter().enumerate() {
        let value = if at == 1 { open } else { heap.node("object", class, 8) };
        heap.edge(scope, "hidden", &at.to_string(), value);
    }
    // `count` is missing before `open`, and `total` or a variable between after it.
    assert_eq!(texts(&heap, json!("Page")), ["reader → context.(variable 0)"]);
    assert_eq!(texts(&heap, json!("Users")), ["reader → context.(variable 2)"]);
    let close = heap.node("closure", "total", 8);
    heap.edge(scope, "hidden", "3", close);
    assert_eq!(texts(&heap, json!("Users")), ["users"]);
}

#[test]
fn a_path_begins_at_the_module_variable_and_names_functions_and_captured_variables() {
    let mut heap = SnapshotBuilder::new();
    let scope = module(&mut heap);
    let bus = heap.node("object", "ConfigBus", 8);
    let events = heap.node("object", "Object", 8);
    let change = heap.node("object", "Array", 8);
    let script = heap.script("/srv/app/bus.js");
    heap.variable(scope, "configBus", bus);
    heap.property(bus, "_events", events);
    heap.property(events, "change", change);
    for i in 0..5 {
        let (listener, context) = heap.function("onConfigChange", script, [1, 2, 3]);
        let ctx = heap.node("object", "RequestContext", 8);
        heap.element(change, i, listener);
        heap.internal(context, "previous", scope);
        heap.variable(context, "ctx", ctx);
    }
    let answer = ask(&open(&heap), json!({"ask": "retainingPaths", "of": "RequestContext"}));
    assert_eq!((&answer["total"], &answer["patterns"], &answer["unreachable"]), (&json!(5), &json!(1), &json!(0)));
    assert_eq!(answer["paths"][0]["count"], 5);
    assert_eq!(answer["paths"][0]["text"], "configBus._events.change[*] → onConfigChange → context.ctx");
}

#[test]
fn the_links_of_a_list_share_one_shape_and_a_long_path_is_folded() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let head = heap.node("object", "Link", 8);
    heap.property(global, "head", head);
    let mut last = head;
    for _ in 0..20_000 {
        let next = heap.node("object", "Link", 8);
        heap.property(last, "next", next);
        last = next;
    }
    let answer = ask(&open(&heap), json!({"ask": "retainingPaths", "of": "Link"}));
    assert_eq!(column(&answer["paths"], "count"), [20_000, 1]);
    assert_eq!(column(&answer["paths"], "text"), ["global.head.next", "global.head"]);
    assert_eq!(texts(&heap, json!(heap.id_of(last))), ["global.head(.next ×20000)"]);
}

#[test]
fn objects_retained_by_the_links_of_a_doubly_ended_list_are_one_row() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let list = heap.node("object", "List", 8);
    heap.property(global, "list", list);
    let links: Vec<Node> = (0..40).map(|_| heap.node("object", "Link", 8)).collect();
    for pair in links.windows(2) {
        heap.property(pair[0], "next", pair[1]);
        heap.property(pair[1], "previous", pair[0]);
    }
    heap.property(list, "first", links[0]);
    heap.property(list, "last", links[39]);
    for &link in &links {
        let value = heap.node("object", "Value", 8);
        heap.property(link, "value", value);
    }
    let answer = ask(&open(&heap), json!({"ask": "retainingPaths", "of": "Value"}));
    assert_eq!(column(&answer["paths"], "count"), [38, 1, 1]);
    assert_eq!(
        column(&answer["paths"], "text"),
        ["global.list.first.next.value", "global.list.first.value", "global.list.last.value"]
    );
}

#[test]
fn elements_of_two_lists_with_a_function_between_are_two_shapes() {
    let mut heap = SnapshotBuilder::new();
    let scope = module(&mut heap);
    let script = heap.script("/srv/app/bus.js");
    let [handlers, bound] = ["Array", "Array"].map(|name| heap.node("object", name, 8));
    heap.variable(scope, "handlers", handlers);
    let (handler, context) = heap.function("", script, [1, 2, 3]);
    heap.element(handlers, 0, handler);
    heap.variable(context, "bound", bound);
    for i in 0..5 {
        let (function, _) = heap.function("", script, [1, 4, 3]);
        heap.element(bound, i, function);
    }
    let answer = ask(&open(&heap), json!({"ask": "retainingPaths", "of": "Function"}));
    assert_eq!(column(&answer["paths"], "count"), [5, 1]);
    assert_eq!(
        column(&answer["paths"], "text"),
        [
            "handlers[*] → (anonymous function) → context.bound[*] → (anonymous function)",
            "handlers[0] → (anonymous function)"
        ]
    );
}

#[test]
fn variables_without_names_are_identified_by_position() {
    let mut heap = SnapshotBuilder::new();
    let scope = block(&mut heap, &[]);
    for (at, length) in [(1, 3), (2, 5)] {
        let list = heap.node("object", "Array", 8);
        heap.edge(scope, "hidden", &at.to_string(), list);
        for i in 0..length {
            let item = heap.node("object", "Item", 8);
            heap.element(list, i, item);
        }
    }
    let answer = ask(&open(&heap), json!({"ask": "retainingPaths", "of": "Item"}));
    assert_eq!(column(&answer["paths"], "count"), [5, 3]);
    assert_eq!(
        column(&answer["paths"], "text"),
        ["reader → context.(variable 2)[*]", "reader → context.(variable 1)[*]"]
    );
}

#[test]
fn a_variable_may_have_v8s_name_for_the_enclosing_scope() {
    let mut heap = SnapshotBuilder::new();
    let scope = module(&mut heap);
    let item = heap.node("object", "Item", 8);
    heap.variable(scope, "previous", item);
    assert_eq!(texts(&heap, json!("Item")), ["previous"]);
}

#[test]
fn arrays_in_arrays_share_one_shape() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let mut last = heap.node("object", "Array", 8);
    heap.property(global, "nested", last);
    for _ in 0..50 {
        let next = heap.node("object", "Array", 8);
        heap.element(last, 1, next);
        last = next;
    }
    let answer = ask(&open(&heap), json!({"ask": "retainingPaths", "of": "Array"}));
    assert_eq!(column(&answer["paths"], "count"), [50, 1]);
}

#[test]
fn the_global_object_of_a_context_reads_as_global() {
    let mut heap = SnapshotBuilder::new();
    let [global, proxy, sessions] = ["Object", "Object", "Sessions"].map(|name| heap.node("object", name, 8));
    heap.edge(heap.root(), "element", "5", global);
    heap.internal(global, "global_proxy", proxy);
    heap.property(global, "sessions", sessions);
    assert_eq!(texts(&heap, json!("Sessions")), ["global.sessions"]);
}

#[test]
fn one_node_has_several_paths_the_shortest_first() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let [near, far, farther, item] = ["Near", "Far", "Farther", "Item"].map(|name| heap.node("object", name, 8));
    heap.property(global, "far", far);
    heap.property(far, "farther", farther);
    heap.property(farther, "item", item);
    heap.property(global, "near", near);
    heap.property(near, "item", item);
    heap.property(item, "near", near);
    assert_eq!(texts(&heap, json!(heap.id_of(item))), ["global.near.item", "global.far.farther.item"]);
}

#[test]
fn paths_from_the_stack_are_used_only_without_another_path() {
    let mut heap = SnapshotBuilder::new();
    let roots = heap.node("synthetic", "(GC roots)", 0);
    let stack = heap.node("synthetic", "(Stack roots)", 0);
    let handles = heap.node("synthetic", "(Global handles)", 0);
    let holder = heap.node("object", "Holder", 8);
    let [item, temporary] = ["Item", "Temporary"].map(|name| heap.node("object", name, 8));
    heap.edge(heap.root(), "element", "1", roots);
    heap.element(roots, 7, stack);
    heap.element(roots, 10, handles);
    heap.internal(stack, "3", item);
    heap.internal(stack, "4", temporary);
    heap.internal(handles, "1", holder);
    heap.property(holder, "item", item);
    assert_eq!(texts(&heap, json!(heap.id_of(item))), ["Holder.item"]);
    let answer = ask(&open(&heap), json!({"ask": "retainingPaths", "of": heap.id_of(temporary)}));
    assert_eq!(column(&answer["paths"][0]["steps"], "nodeName"), ["(GC roots)", "(Stack roots)", "Temporary"]);
}

#[test]
fn the_key_of_a_weak_map_retains_the_value() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let [map, key, value] = ["WeakMap", "Key", "Value"].map(|name| heap.node("object", name, 8));
    let table = heap.node("array", "", 8);
    heap.property(global, "map", map);
    heap.internal(map, "table", table);
    let elsewhere = heap.node("object", "Elsewhere", 8);
    heap.property(global, "elsewhere", elsewhere);
    heap.property(elsewhere, "key", key);
    let entry = format!(
        "part of key (Key @{}) -> value (Value @{}) pair in WeakMap (table @{})",
        heap.id_of(key),
        heap.id_of(value),
        heap.id_of(table)
    );
    heap.internal(table, &format!("3 / {entry}"), value);
    heap.internal(key, &format!("4 / {entry}"), value);
    assert_eq!(texts(&heap, json!(heap.id_of(value))), ["global.elsewhere.key[entry]"]);
}

#[test]
fn an_unreachable_node_has_no_path() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let weak = heap.node("object", "Forgotten", 8);
    heap.edge(global, "weak", "target", weak);
    let answer = ask(&open(&heap), json!({"ask": "retainingPaths", "of": heap.id_of(weak)}));
    assert_eq!((&answer["unreachable"], &answer["paths"]), (&json!(1), &json!([])));
}

#[test]
fn a_module_without_a_variable_begins_with_its_file() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let cache = heap.node("object", "Object", 8);
    let module = heap.node("object", "Module", 8);
    let exports = heap.node("object", "Object", 8);
    let types = heap.node("object", "Types", 8);
    heap.property(global, "cache", cache);
    heap.property(cache, "/srv/app/types.js", module);
    heap.text(module, "filename", "/srv/app/types.js", 16);
    heap.property(module, "exports", exports);
    heap.property(exports, "types", types);
    assert_eq!(texts(&heap, json!(heap.id_of(types))), [r#"require("/srv/app/types.js").types"#]);
}

#[test]
fn a_path_ends_at_the_root_even_if_a_node_refers_back_to_it() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let child = heap.node("object", "Child", 8);
    let beside = heap.node("synthetic", "(Beside)", 8);
    heap.property(global, "child", child);
    heap.property(child, "root", heap.root());
    heap.edge(heap.root(), "element", "7", beside);
    assert_eq!(texts(&heap, json!(heap.id_of(child))), ["global.child"]);
    assert_eq!(texts(&heap, json!(heap.id_of(beside))), ["(Beside)"]);
    assert_eq!(texts(&heap, json!(heap.id_of(heap.root()))).len(), 1);
}

/// A function that `holding(value)` has created: its scope has the variable `fn`.
fn holding(heap: &mut SnapshotBuilder, shared: Node, value: Node) -> Node {
    let closure = heap.node("closure", "", 32);
    let context = heap.node("object", "system / Context", 16);
    heap.internal(closure, "shared", shared);
    heap.internal(closure, "context", context);
    heap.variable(context, "fn", value);
    closure
}

#[test]
fn scopes_of_two_functions_are_no_loop() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let script = heap.script("/srv/app/api.js");
    let shared = heap.node("code", "", 8);
    let (api, scope) = heap.function("api", script, [1, 1, 1]);
    heap.property(global, "api", api);
    let [lib, jobs] = ["Object", "Array"].map(|name| heap.node("object", name, 16));
    heap.variable(scope, "lib", lib);
    heap.variable(scope, "jobs", jobs);
    for at in 0..101 {
        let payload = heap.node("object", "Payload", 100);
        let function = holding(&mut heap, shared, payload);
        if at == 0 {
            heap.property(lib, "debug", function);
        } else {
            let job = heap.node("object", "Object", 16);
            heap.property(job, "run", function);
            heap.element(jobs, at, job);
        }
    }
    let answer = ask(&open(&heap), json!({"ask": "retainingPaths", "of": "Payload"}));
    assert_eq!(column(&answer["paths"], "count"), [100, 1]);
    let texts = column(&answer["paths"], "text");
    assert_eq!(texts[0], "global.api → api → context.jobs[*].run → (anonymous function) → context.fn");
    assert_eq!(texts[1], "global.api → api → context.lib.debug → (anonymous function) → context.fn");
}

#[test]
fn generations_of_a_function_that_keeps_its_predecessor_share_one_shape() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let shared = heap.node("code", "", 8);
    let mut last = heap.node("object", "Payload", 8);
    for _ in 0..100 {
        last = holding(&mut heap, shared, last);
    }
    heap.property(global, "latest", last);
    let answer = ask(&open(&heap), json!({"ask": "retainingPaths", "of": "Function"}));
    assert_eq!(answer["paths"][0]["count"].as_u64().unwrap() + answer["paths"][1]["count"].as_u64().unwrap(), 100);
    assert_eq!(answer["patterns"], 2);
}

#[test]
fn steps_have_their_text_and_tell_whether_the_path_leaves_them_out() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let [list, store, item] = [("object", "Array"), ("array", "(object elements)"), ("object", "Item")]
        .map(|(kind, name)| heap.node(kind, name, 16));
    heap.property(global, "list", list);
    heap.internal(list, "elements", store);
    heap.edge(store, "internal", "7", item);
    let answer = ask(&open(&heap), json!({"ask": "retainingPaths", "of": heap.id_of(item)}));
    let steps = &answer["paths"][0]["steps"];
    assert_eq!(column(steps, "edge"), ["global", ".list", "elements", "[entry]"]);
    assert_eq!(column(steps, "internal"), [false, false, true, false]);
    assert_eq!(column(steps, "className"), ["global", "Array", "(array)", "Item"]);
    let shown = steps.as_array().unwrap().iter().filter(|step| step["internal"] == false);
    let text: String = shown.map(|step| step["edge"].as_str().unwrap()).collect();
    assert_eq!(answer["paths"][0]["text"], text);
}
