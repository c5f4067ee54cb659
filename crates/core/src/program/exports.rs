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
use crate::snapshot::error::Result;
use crate::snapshot::ids::{NodeIx, StringIx};
use crate::snapshot::redacted::is_redacted;
use crate::snapshot::schema::{EdgeKind, NodeKind};
use crate::snapshot::sort::{sort, sort_by_key};

const CELL: &[u8] = b"system / Cell";

/// By node, in order: the cell of an exported variable with its name and the scope of its module; an object of exports
/// with its module's file, twice.
struct Exports(Vec<(NodeIx, NodeIx, NodeIx)>);

/// The name of the exported variable that a cell has.
pub(crate) fn name_of_cell(snapshot: &Snapshot, cell: NodeIx) -> Option<&[u8]> {
    if snapshot.name(cell) != CELL {
        return None;
    }
    let (_, name, _) = Exports::of(snapshot, cell)?;
    Some(snapshot.name(name)).filter(|name| !is_redacted(name))
}

/// The scope that has a variable, where a path leads to it from a scope or a cell.
pub(crate) fn scope_of(snapshot: &Snapshot, scope: NodeIx) -> NodeIx {
    let of_cell = (snapshot.name(scope) == CELL).then(|| Exports::of(snapshot, scope)).flatten();
    of_cell.map_or(scope, |(.., scope)| scope)
}

/// The file of the CommonJS module that exports an object.
pub(crate) fn file_of_exports(snapshot: &Snapshot, object: NodeIx) -> Option<&[u8]> {
    if snapshot.name(object) == CELL {
        return None;
    }
    Exports::of(snapshot, object).map(|(_, file, _)| snapshot.name(file))
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
    fn of(snapshot: &Snapshot, node: NodeIx) -> Option<(NodeIx, NodeIx, NodeIx)> {
        let Exports(all) = snapshot.derived.get_or_make(|| Exports::new(snapshot)).ok()?;
        let at = all.binary_search_by_key(&node, |&(node, ..)| node).ok()?;
        Some(all[at])
    }

    fn new(snapshot: &Snapshot) -> Result<Exports> {
        let mut all = Vec::new();
        let mut is_module = has_name(snapshot, b"Module");
        let mut is_source = has_name(snapshot, b"system / SourceTextModule");
        for node in snapshot.nodes().iter() {
            match snapshot.kind(node) {
                NodeKind::Object if is_module(node) => {
                    if let Some(file) = file_of_module(snapshot, node)
                        && let Some(exports) = property(snapshot, node, b"exports")
                    {
                        all.push((exports, file, file));
                    }
                }
                NodeKind::Hidden if is_source(node) => add_variables(snapshot, node, &mut all),
                _ => {}
            }
        }
        sort(&mut all);
        all.dedup_by_key(|&mut (node, ..)| node);
        Ok(Exports(all))
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
fn add_variables(snapshot: &Snapshot, module: NodeIx, all: &mut Vec<(NodeIx, NodeIx, NodeIx)>) {
    let fields = || snapshot.edges_of(module).filter(|edge| edge.kind == EdgeKind::Hidden);
    let table = fields().find(|&edge| edge_label(snapshot, edge) == EdgeLabel::Index(0)).map(|edge| edge.to);
    let generator = fields().map(|edge| edge.to).find(|&node| snapshot.name(node) == b"Generator");
    let scope = generator.and_then(|generator| internal_target(snapshot, generator, b"context"));
    let (Some(table), Some(scope)) = (table, scope) else { return };
    let position = |edge| parse_int(&edge_label(snapshot, edge).text().0).map(|position| (position, edge.to));
    let mut entries: Vec<(i64, NodeIx)> = snapshot.edges_of(table).filter_map(position).collect();
    sort_by_key(&mut entries, |&(position, _)| position);
    for pair in entries.windows(2) {
        let [(before, name), (at, cell)] = *pair else { continue };
        if before + 1 == at && snapshot.kind(name).is_string() && snapshot.name(cell) == CELL {
            all.push((cell, name, scope));
        }
    }
}

impl Table for Exports {
    fn memory(&self) -> usize {
        self.0.capacity() * size_of::<(NodeIx, NodeIx, NodeIx)>()
    }
}
