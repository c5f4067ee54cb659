//! What modules export, which V8 keeps apart from the other variables of a module.
//!
//! ```text
//! system / SourceTextModule ─0→ (exports) ─5→ "sessions"
//!   └─4→ Generator                  └─6→ system / Cell ─value→ Map
//!          └─context→ system / Context
//!
//! Module ─filename→ "/srv/app/cache.js"
//!   └─exports→ {sessions}
//! ```
//!
//! The positions of fields differ between versions of V8; exports are the first.

use crate::snapshot::Snapshot;
use crate::snapshot::derived::Table;
use crate::snapshot::display::{EdgeLabel, edge_label, internal_target, parse_int};
use crate::snapshot::ids::{NodeIx, StringIx};
use crate::snapshot::redacted::is_redacted;
use crate::snapshot::schema::{EdgeKind, NodeKind};
use foldhash::HashMap;

const CELL: &[u8] = b"system / Cell";

/// References of a module that are looked at for each of its exports.
const MAX_EXPORTS: usize = 4096;

/// Of the cell of an exported variable its name and the scope of its module; of an object of exports its module's file, twice.
#[derive(Default)]
struct Exports {
    position: HashMap<NodeIx, u32>,
    list: Vec<(NodeIx, NodeIx)>,
}

/// The name of the exported variable that a cell has.
pub(crate) fn name_of_cell(snapshot: &Snapshot, cell: NodeIx) -> Option<&[u8]> {
    if snapshot.name(cell) != CELL {
        return None;
    }
    let (name, _) = Exports::of(snapshot, cell)?;
    Some(snapshot.name(name)).filter(|name| !is_redacted(name))
}

/// The scope that has a variable, where a path leads to it from a scope or a cell.
pub(crate) fn scope_of(snapshot: &Snapshot, scope: NodeIx) -> NodeIx {
    let of_cell = (snapshot.name(scope) == CELL).then(|| Exports::of(snapshot, scope)).flatten();
    of_cell.map_or(scope, |(_, scope)| scope)
}

/// The file of the CommonJS module that exports an object.
pub(crate) fn file_of_exports(snapshot: &Snapshot, object: NodeIx) -> Option<&[u8]> {
    if snapshot.name(object) == CELL {
        return None;
    }
    Exports::of(snapshot, object).map(|(file, _)| snapshot.name(file))
}

/// The file of one of Node's `Module` objects.
pub(crate) fn file_of_module(snapshot: &Snapshot, node: NodeIx) -> Option<NodeIx> {
    if snapshot.kind(node) != NodeKind::Object || snapshot.name(node) != b"Module" {
        return None;
    }
    let file = property(snapshot, node, b"filename")?;
    (snapshot.kind(file) == NodeKind::String && !is_redacted(snapshot.name(file))).then_some(file)
}

fn property(snapshot: &Snapshot, node: NodeIx, name: &'static [u8]) -> Option<NodeIx> {
    let mut properties = snapshot.edges_of(node).filter(|edge| edge.kind == EdgeKind::Property);
    properties.find(|&edge| edge_label(snapshot, edge) == EdgeLabel::Name(name)).map(|edge| edge.to)
}

impl Exports {
    fn of(snapshot: &Snapshot, node: NodeIx) -> Option<(NodeIx, NodeIx)> {
        let exports = snapshot.derived.get_or_make(|| Ok(Exports::new(snapshot))).ok()?;
        exports.position.get(&node).map(|&at| exports.list[at as usize])
    }

    fn add(&mut self, node: NodeIx, export: (NodeIx, NodeIx)) {
        self.position.insert(node, self.list.len() as u32);
        self.list.push(export);
    }

    fn new(snapshot: &Snapshot) -> Exports {
        let mut all = Exports::default();
        let mut is_module = has_name(snapshot, b"Module");
        let mut is_source = has_name(snapshot, b"system / SourceTextModule");
        for node in snapshot.nodes().iter() {
            match snapshot.kind(node) {
                NodeKind::Object if is_module(node) => {
                    if let Some(file) = file_of_module(snapshot, node)
                        && let Some(exports) = property(snapshot, node, b"exports")
                    {
                        all.add(exports, (file, file));
                    }
                }
                NodeKind::Hidden if is_source(node) => add_variables(snapshot, node, &mut all),
                _ => {}
            }
        }
        all
    }
}

/// A test for names that compares the text of each string at most until one is equal.
fn has_name(snapshot: &Snapshot, name: &'static [u8]) -> impl FnMut(NodeIx) -> bool {
    let mut known: Option<StringIx> = None;
    move |node| match known {
        Some(known) => snapshot.nodes().name(node) == known,
        None if snapshot.name(node) == name => {
            known = Some(snapshot.nodes().name(node));
            true
        }
        None => false,
    }
}

/// Adds the variables that an ECMAScript module exports.
fn add_variables(snapshot: &Snapshot, module: NodeIx, all: &mut Exports) {
    let fields = || snapshot.edges_of(module).filter(|edge| edge.kind == EdgeKind::Hidden);
    let table = fields().find(|&edge| edge_label(snapshot, edge) == EdgeLabel::Index(0)).map(|edge| edge.to);
    let generator = fields().map(|edge| edge.to).find(|&node| snapshot.name(node) == b"Generator");
    let scope = generator.and_then(|generator| internal_target(snapshot, generator, b"context"));
    let (Some(table), Some(scope)) = (table, scope) else { return };
    let position = |edge| match edge_label(snapshot, edge) {
        EdgeLabel::Name(name) => parse_int(name),
        EdgeLabel::Index(index) => Some(index),
    };
    let entries = || snapshot.edges_of(table).take(MAX_EXPORTS);
    for edge in entries().filter(|edge| snapshot.name(edge.to) == CELL) {
        let Some(at) = position(edge) else { continue };
        let key = entries().find(|&key| snapshot.kind(key.to).is_string() && position(key) == Some(at.wrapping_sub(1)));
        if let Some(key) = key {
            all.add(edge.to, (key.to, scope));
        }
    }
}

impl Table for Exports {
    fn memory(&self) -> usize {
        self.position.capacity() * 9 + self.list.capacity() * size_of::<(NodeIx, NodeIx)>()
    }
}
