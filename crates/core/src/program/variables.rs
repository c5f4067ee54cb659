//! A step out of a scope → the variable, even where V8 writes no name for it.
//!
//! V8 names the variables of functions and modules. It writes those of a block, `{ const users = new Map() }`, as
//! positions, and their names only in the description of the scope. Some test runners and bundlers wrap whole modules
//! in a block.
//!
//! ```text
//! system / Context ─scope_info→ system / ScopeInfo ─0→ "page"
//!       └─1→ Map                                  └─1→ "users"
//! ```
//!
//! Both are in the order of declaration. But variables that are small integers are missing from snapshots, and those
//! after them move up. So the name of a position is known if no variable is missing, or if functions and classes,
//! which have names themselves, show how many are.

use crate::program::exports::name_of_cell;
use crate::snapshot::Snapshot;
use crate::snapshot::columns::Edge;
use crate::snapshot::display::{EdgeLabel, edge_label, internal_target};
use crate::snapshot::ids::NodeIx;
use crate::snapshot::redacted::is_redacted;
use crate::snapshot::schema::{EdgeKind, NodeKind};

/// The most names that V8 keeps in the description itself. The names of larger scopes are in a table.
const MAX_NAMES: usize = 75;
/// The most references of a scope with so few names, or of its description.
const MAX_EDGES: usize = 1000;

/// The name of the variable that an edge from `scope` is, which may be the cell of an exported one; `None` for other edges, and
/// if the name is unknown.
pub(crate) fn variable(snapshot: &Snapshot, scope: NodeIx, edge: Edge) -> Option<&[u8]> {
    match (edge.kind, edge_label(snapshot, edge)) {
        (EdgeKind::Context, EdgeLabel::Name(name)) if !is_link(snapshot, name, edge) => Some(name),
        (EdgeKind::Hidden, EdgeLabel::Index(position)) if is_context(snapshot.name(scope)) => {
            name_at(snapshot, scope, usize::try_from(position).ok()?)
        }
        (EdgeKind::Internal, EdgeLabel::Name(b"value")) => name_of_cell(snapshot, scope),
        _ => None,
    }
}

/// Whether a raw name is that of a closure's context.
pub(crate) fn is_context(name: &[u8]) -> bool {
    name.strip_prefix(b"system / Context").is_some_and(|rest| rest.is_empty() || rest.starts_with(b" / "))
}

/// Whether a scope is a block's: V8 names none of its variables.
pub(crate) fn is_block(snapshot: &Snapshot, scope: NodeIx) -> bool {
    is_context(snapshot.name(scope))
        && !snapshot.edges_of(scope).take(MAX_EDGES).any(|edge| {
            edge.kind == EdgeKind::Context
                && matches!(edge_label(snapshot, edge), EdgeLabel::Name(name) if !is_link(snapshot, name, edge))
        })
}

/// Whether a context edge leads from scope to scope rather than to a variable, which may have the same name.
fn is_link(snapshot: &Snapshot, name: &[u8], edge: Edge) -> bool {
    match name {
        b"extension" => true,
        b"previous" | b"scope_info" | b"native_context" => snapshot.name(edge.to).starts_with(b"system / "),
        _ => false,
    }
}

/// The name of the variable at a position of a block's scope.
fn name_at(snapshot: &Snapshot, scope: NodeIx, position: usize) -> Option<&[u8]> {
    let is_small = |node| snapshot.nodes().edge_count(node) as usize <= MAX_EDGES;
    if !is_small(scope) || !is_block(snapshot, scope) {
        return None;
    }
    let names = names(snapshot, internal_target(snapshot, scope, b"scope_info").filter(|&node| is_small(node))?);
    let last = positions(snapshot, scope).map(|(at, _)| at).max()?;
    let max_missing = names.len().checked_sub(last)?.checked_sub(1)?;
    let (mut least, mut most) = (0, max_missing);
    for (at, value) in positions(snapshot, scope) {
        let Some(missing) = missing_before(snapshot, &names[at..=at + max_missing], value) else { continue };
        if at <= position {
            least = least.max(missing);
        }
        if at >= position {
            most = most.min(missing);
        }
    }
    let name = *names.get(position + least)?;
    // Names that begin with a dot are of V8's own variables.
    (least == most && !name.is_empty() && name[0] != b'.').then_some(name)
}

/// How many variables before a function are missing, known because the function is the value of the variable with its
/// name.
fn missing_before(snapshot: &Snapshot, names: &[&[u8]], value: NodeIx) -> Option<usize> {
    let name = snapshot.name(value);
    let knows_its_name = snapshot.kind(value) == NodeKind::Closure && !name.is_empty();
    knows_its_name.then(|| names.iter().position(|&each| each == name))?
}

/// Positions of a block's scope, with the values there.
fn positions(snapshot: &Snapshot, scope: NodeIx) -> impl Iterator<Item = (usize, NodeIx)> {
    snapshot.edges_of(scope).filter(|edge| edge.kind == EdgeKind::Hidden).filter_map(|edge| {
        match edge_label(snapshot, edge) {
            EdgeLabel::Index(at) => Some((usize::try_from(at).ok()?, edge.to)),
            EdgeLabel::Name(_) => None,
        }
    })
}

/// The names of variables that the description of a scope begins with.
fn names(snapshot: &Snapshot, description: NodeIx) -> Vec<&[u8]> {
    positions(snapshot, description)
        .take(MAX_NAMES)
        .enumerate()
        .take_while(|&(i, (at, _))| i == at)
        .map(|(_, (_, name))| name)
        .take_while(|&name| snapshot.kind(name) == NodeKind::String && !is_redacted(snapshot.name(name)))
        .map(|name| snapshot.name(name))
        .collect()
}
