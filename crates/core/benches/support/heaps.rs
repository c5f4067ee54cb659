//! Heaps without tricks: mixed objects as programs have them, and a file of strings.

use super::sketch::{APP, Kind, Link, Sketch};
use super::{Heap, Random};

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

/// How many records of each class there are: `records / CLASSES.len()`, when that comes out even.
pub const CLASS_COUNT: u32 = CLASSES.len() as u32;

/// Every so many records one has the label `guest`, the only text that is there twice.
pub const GUEST_EVERY: u32 = 10;

/// Six nodes and about twenty edges a record: objects with shapes and properties, arrays, closures
/// with contexts, strings, and references back to earlier records. With the same seed a smaller heap
/// is the beginning of a bigger one, ids and all.
pub fn mixed(records: u32, seed: u64) -> Heap {
    let mut sketch = Sketch::new();
    let mut random = Random(seed);
    let shapes: Vec<u32> = CLASSES.iter().map(|_| sketch.node(Kind::ObjectShape, "Map", 80)).collect();
    let list = sketch.node(Kind::Array, "", 16 + 8 * records);
    sketch.link(APP, Link::Property, "records", list);
    let mut earlier = vec![APP];
    for index in 0..records {
        let record = record(&mut sketch, &mut random, index, &shapes, &earlier);
        sketch.edge(list, Link::Element, index, record);
        earlier.push(record);
    }
    finished("mixed", &sketch)
}

fn record(sketch: &mut Sketch, random: &mut Random, index: u32, shapes: &[u32], earlier: &[u32]) -> u32 {
    let class = (index % CLASS_COUNT) as usize;
    let object = sketch.node(Kind::Object, CLASSES[class], 24 + 8 * random.below(8));
    sketch.link(object, Link::Internal, "map", shapes[class]);
    for property in PROPERTIES.iter().skip(random.below(6) as usize).take(4) {
        let value = known(random, earlier);
        sketch.link(object, Link::Property, property, value);
    }
    let label = match index % GUEST_EVERY {
        0 => sketch.name("guest"),
        _ => sketch.text(format!("{} {:x}", CLASSES[class], random.next())),
    };
    let string = sketch.node_named(Kind::String, label, 40);
    sketch.link(object, Link::Property, "label", string);
    array(sketch, random, object, earlier);
    closure(sketch, object, string);
    sketch.link(string, Link::Internal, "map", shapes[0]);
    object
}

/// An earlier record, mostly a young one: objects know those made about when they were, and that is
/// what makes caches useful.
fn known(random: &mut Random, earlier: &[u32]) -> u32 {
    let reach = if random.below(8) == 0 { earlier.len() } else { earlier.len().min(4096) };
    earlier[earlier.len() - 1 - random.below(reach as u32) as usize]
}

fn array(sketch: &mut Sketch, random: &mut Random, object: u32, earlier: &[u32]) {
    let length = random.below(16);
    let array = sketch.node(Kind::Object, "Array", 32);
    let elements = sketch.node(Kind::Array, "", 16 + 8 * length);
    sketch.link(object, Link::Property, "list", array);
    sketch.link(array, Link::Internal, "elements", elements);
    for index in 0..length {
        sketch.edge(elements, Link::Element, index, known(random, earlier));
    }
}

fn closure(sketch: &mut Sketch, object: u32, captured: u32) {
    let closure = sketch.node(Kind::Closure, "listener", 64);
    let context = sketch.node(Kind::Object, "system / Context", 40);
    sketch.link(object, Link::Property, "listener", closure);
    sketch.link(closure, Link::Internal, "context", context);
    sketch.link(context, Link::Context, "self", object);
    sketch.link(context, Link::Context, "label", captured);
    sketch.link(context, Link::Weak, "observed", object);
}

/// A file that is nearly all strings, of 20 to 220 characters, every eighth with escapes. No node has
/// one of them for a name: it is the table alone that counts.
pub fn strings(count: u32, seed: u64) -> Heap {
    let mut sketch = Sketch::new();
    let mut random = Random(seed);
    for index in 0..count {
        sketch.text(sentence(&mut random, index % 8 == 0));
    }
    finished("strings", &sketch)
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

pub(super) fn finished(name: &'static str, sketch: &Sketch) -> Heap {
    Heap {
        name,
        json: sketch.to_json(),
        nodes: sketch.node_count(),
        edges: sketch.edge_count(),
        total: sketch.total_size(),
        // Everything hangs from the one App.
        top_class: ("App", sketch.total_size()),
    }
}
