//! The collections that retain most: Maps, Sets, arrays, objects used as dictionaries.

use crate::program::dictionaries::MIN_KEYS;
use crate::query::page::Page;
use crate::query::paths::ShownPaths;
use crate::query::rows::Rows;
use crate::snapshot::Snapshot;
use crate::snapshot::display::{EdgeLabel, edge_label, internal_target};
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::{EdgeKind, NodeKind};
use crate::snapshot::sort::sort_by_key;
use crate::snapshot::strings::Text;
use crate::snapshot::ticker::Ticker;
use foldhash::{HashMap, HashMapExt};
use serde::Serialize;
use std::cmp::Reverse;

/// Classes of elements listed for each collection.
const CLASSES: usize = 3;

/// A collection.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CollectionRow {
    #[serde(skip)]
    node: NodeIx,
    id: u32,
    class_name: Text,
    elements: usize,
    /// The share of slots in its array or table that hold an element; `null` if unknown.
    fill_ratio: Option<f64>,
    element_classes: Vec<ElementClass>,
    self_size: u64,
    retained_size: u64,
    percent: f64,
    path: Option<Text>,
}

#[derive(Debug, Serialize)]
struct ElementClass {
    name: Text,
    count: usize,
}

/// The collections that retain most, without their paths. Costs a pass over the nodes, and one over the elements of
/// those found.
pub(crate) fn collections(rows: &Rows<'_>, limit: usize, progress: &Progress) -> Result<Vec<CollectionRow>> {
    let snapshot = rows.snapshot;
    let mut ticker = Ticker::of(progress, snapshot.nodes().len());
    let mut found = Vec::new();
    for node in snapshot.nodes().iter() {
        ticker.tick()?;
        if is_collection(snapshot, node) {
            found.push(node);
        }
    }
    let largest = |&node: &NodeIx| (Reverse(snapshot.retained_size(node)), node);
    let found = Page::first(limit).select(found, |a, b| largest(a).cmp(&largest(b)));
    Ok(found.into_iter().map(|node| row(rows, node)).collect())
}

/// Adds the paths, which are computed while the collections are searched.
pub(crate) fn add_paths(collections: &mut [CollectionRow], paths: &ShownPaths<'_>, rows: &Rows<'_>) -> Result<()> {
    for collection in collections {
        collection.path = paths.text(collection.node, rows)?;
    }
    Ok(())
}

fn is_collection(snapshot: &Snapshot, node: NodeIx) -> bool {
    snapshot.kind(node) == NodeKind::Object
        && match snapshot.name(node) {
            b"Map" | b"Set" | b"Array" => true,
            b"Object" => snapshot.nodes().edge_count(node) >= MIN_KEYS,
            _ => false,
        }
}

fn row(rows: &Rows<'_>, node: NodeIx) -> CollectionRow {
    let snapshot = rows.snapshot;
    let mut elements = Vec::new();
    for_each_element(snapshot, node, &mut |element| elements.push(element));
    let mut classes: HashMap<u32, (usize, NodeIx)> = HashMap::new();
    for &element in &elements {
        classes.entry(snapshot.classes().of(element).0).or_insert((0, element)).0 += 1;
    }
    let mut classes: Vec<_> = classes.into_values().collect();
    sort_by_key(&mut classes, |&(count, example)| (Reverse(count), example));
    CollectionRow {
        node,
        id: snapshot.nodes().id(node).0,
        class_name: rows.class_name(node),
        fill_ratio: fill_ratio(snapshot, node, elements.len()),
        elements: elements.len(),
        element_classes: classes
            .iter()
            .take(CLASSES)
            .map(|&(count, example)| ElementClass { name: rows.class_name(example), count })
            .collect(),
        self_size: snapshot.nodes().self_size(node),
        retained_size: snapshot.retained_size(node),
        percent: rows.percent(snapshot.retained_size(node)),
        path: None,
    }
}

/// Visits the elements of a collection, both keys and values of a Map, as far as they are heap objects.
pub(crate) fn for_each_element(snapshot: &Snapshot, node: NodeIx, visit: &mut dyn FnMut(NodeIx)) {
    let of = |from: NodeIx, kinds: &'static [EdgeKind]| {
        snapshot.edges_of(from).filter(move |edge| kinds.contains(&edge.kind))
    };
    match (snapshot.name(node), internal_target(snapshot, node, b"table")) {
        (b"Map" | b"Set", Some(table)) => of(table, &[EdgeKind::Internal, EdgeKind::Element])
            .filter(|&edge| is_position(edge_label(snapshot, edge)) && is_value(snapshot, edge.to))
            .for_each(|edge| visit(edge.to)),
        // The elements are edges of either the array or its store.
        (b"Array", _) => match internal_target(snapshot, node, b"elements") {
            Some(store) if of(node, &[EdgeKind::Element]).next().is_none() => {
                of(store, &[EdgeKind::Internal, EdgeKind::Element]).for_each(|edge| visit(edge.to));
            }
            _ => of(node, &[EdgeKind::Element]).for_each(|edge| visit(edge.to)),
        },
        _ => of(node, &[EdgeKind::Element, EdgeKind::Property])
            .filter(|&edge| !edge_label(snapshot, edge).is(b"__proto__"))
            .for_each(|edge| visit(edge.to)),
    }
}

fn is_position(label: EdgeLabel<'_>) -> bool {
    match label {
        EdgeLabel::Index(_) => true,
        EdgeLabel::Name(name) => !name.is_empty() && name.iter().all(u8::is_ascii_digit),
    }
}

fn is_value(snapshot: &Snapshot, node: NodeIx) -> bool {
    !matches!(snapshot.kind(node), NodeKind::Hidden | NodeKind::Code | NodeKind::ObjectShape)
}

/// The share of slots that hold an element, assuming pointers of 8 bytes as in Node.js. A result above 1 shows that
/// the assumption is wrong, and is left out.
fn fill_ratio(snapshot: &Snapshot, node: NodeIx, elements: usize) -> Option<f64> {
    const POINTER: u64 = 8;
    let store = [&b"elements"[..], b"table"].iter().find_map(|name| internal_target(snapshot, node, name))?;
    // The bytes of a store count for its owner.
    let bytes = snapshot.nodes().self_size(store).max(snapshot.nodes().self_size(node));
    let slots = bytes.saturating_sub(4 * POINTER) as f64 / POINTER as f64;
    let ratio = elements as f64 / slots;
    (slots > 0.0 && ratio <= 1.0).then_some(ratio)
}
