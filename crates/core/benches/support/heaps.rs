//! Heaps without tricks: mixed objects as programs have them, and a file of strings.

use super::counted::Counted;
use super::{Heap, Random};
use heapray_core::testing::Node;

const CLASSES: [&str; 12] = [
    "Session",
    "Request",
    "Token",
    "Identifier",
    "CallExpression",
    "Position",
    "CacheEntry",
    "Listener",
    "Visit",
    "Account",
    "Invoice",
    "Scope",
];

const PROPERTIES: [&str; 10] =
    ["name", "value", "parent", "start", "end", "owner", "next", "items", "kind", "previous"];

/// Records take turns in their classes: there are `records / CLASS_COUNT` of each, when that comes out even.
pub const CLASS_COUNT: u32 = CLASSES.len() as u32;

/// Every so many records one has the label `guest`, the only text that is there twice.
pub const GUEST_EVERY: u32 = 10;

/// Six nodes and about twenty edges a record: objects with shapes and properties, arrays, closures
/// with contexts, strings, and references back to earlier records. With the same seed a smaller heap
/// is the beginning of a bigger one, ids and all.
pub fn mixed(records: u32, seed: u64) -> Heap {
    let mut heap = Counted::new();
    let mut random = Random(seed);
    let shapes: Vec<Node> = CLASSES.iter().map(|_| heap.node("object shape", "Map", 80)).collect();
    let list = heap.node("array", "", 16 + 8 * records);
    heap.link(heap.app, "property", "records", list);
    let mut earlier = vec![heap.app];
    for index in 0..records {
        let record = record(&mut heap, &mut random, index, &shapes, &earlier);
        heap.element(list, index, record);
        earlier.push(record);
    }
    heap.finish("mixed")
}

fn record(heap: &mut Counted, random: &mut Random, index: u32, shapes: &[Node], earlier: &[Node]) -> Node {
    let class = (index % CLASS_COUNT) as usize;
    let object = heap.node("object", CLASSES[class], 24 + 8 * random.below(8));
    heap.link(object, "internal", "map", shapes[class]);
    for property in PROPERTIES.iter().skip(random.below(6) as usize).take(4) {
        let value = known(random, earlier);
        heap.link(object, "property", property, value);
    }
    let label = match index % GUEST_EVERY {
        0 => "guest".to_owned(),
        _ => format!("{} {:x}", CLASSES[class], random.next()),
    };
    let label = heap.node("string", &label, 40);
    heap.link(object, "property", "label", label);
    heap.link(label, "internal", "map", shapes[0]);
    array(heap, random, object, earlier);
    closure(heap, object, label);
    object
}

/// An earlier record, mostly a young one: objects know those made about when they were, and that is
/// what makes caches useful.
fn known(random: &mut Random, earlier: &[Node]) -> Node {
    let reach = if random.below(8) == 0 { earlier.len() } else { earlier.len().min(4096) };
    earlier[earlier.len() - 1 - random.below(reach as u32) as usize]
}

fn array(heap: &mut Counted, random: &mut Random, object: Node, earlier: &[Node]) {
    let length = random.below(16);
    let array = heap.node("object", "Array", 32);
    let elements = heap.node("array", "", 16 + 8 * length);
    heap.link(object, "property", "list", array);
    heap.link(array, "internal", "elements", elements);
    for index in 0..length {
        heap.element(elements, index, known(random, earlier));
    }
}

fn closure(heap: &mut Counted, object: Node, captured: Node) {
    let closure = heap.node("closure", "listener", 64);
    let context = heap.node("object", "system / Context", 40);
    heap.link(object, "property", "listener", closure);
    heap.link(closure, "internal", "context", context);
    heap.link(context, "context", "self", object);
    heap.link(context, "context", "label", captured);
    heap.link(context, "weak", "observed", object);
}

/// A file that is nearly all strings, of 20 to 220 characters, every eighth with escapes. No node has
/// one of them for a name: it is the table alone that counts.
pub fn strings(count: u32, seed: u64) -> Heap {
    let mut random = Random(seed);
    let mut heap = Counted::new().finish("strings");
    assert!(heap.json.ends_with(b"]}"), "the table of strings comes last");
    heap.json.truncate(heap.json.len() - 2);
    for index in 0..count {
        heap.json.push(b',');
        serde_json::to_writer(&mut heap.json, &sentence(&mut random, index % 8 == 0)).unwrap();
    }
    heap.json.extend_from_slice(b"]}");
    heap
}

fn sentence(random: &mut Random, escapes: bool) -> String {
    let mut text = String::new();
    for _ in 0..2 + random.below(20) {
        text.push_str(&format!("{:x} ", random.next() >> (8 + random.below(32))));
    }
    if escapes {
        text.push_str("\"quoted\"\n\ta\\path\u{1}");
    }
    text
}
