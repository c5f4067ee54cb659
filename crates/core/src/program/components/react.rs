//! React 16 to 19: fibers, and what their `type` is.

use crate::program::components::{Component, component_of_function, has_properties, name_in, name_of, property};
use crate::program::variables::variable;
use crate::snapshot::Snapshot;
use crate::snapshot::display::internal_target;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::schema::NodeKind;
use crate::snapshot::strings::Text;

/// Properties that a fiber has from its constructor on.
const FIELDS: [&[u8]; 8] = [
    b"elementType",
    b"stateNode",
    b"return",
    b"sibling",
    b"pendingProps",
    b"memoizedProps",
    b"memoizedState",
    b"alternate",
];

/// Fibers of elements, fragments and the like between one and its component.
const MAX_UP: usize = 64;
/// Wrappers around a component: `memo(forwardRef(…))`.
const MAX_WRAPPERS: usize = 4;
/// References of a variable's cell.
const MAX_OF_CELL: usize = 4;

/// Whether a node is a fiber, of a component or of an element.
pub(super) fn is_fiber(snapshot: &Snapshot, node: NodeIx) -> bool {
    has_properties(snapshot, node, &FIELDS)
}

/// The component that a fiber is of, or the nearest above it.
pub(super) fn component_of_fiber(snapshot: &Snapshot, fiber: NodeIx) -> Option<Component> {
    // A fiber that was removed has no parent; that of an element then has only what the development build notes.
    let above = |&fiber: &NodeIx| {
        let mut parents =
            [&b"return"[..], b"_debugOwner"].into_iter().filter_map(|name| property(snapshot, fiber, name));
        parents.find(|&parent| is_fiber(snapshot, parent))
    };
    let mut fibers = std::iter::successors(Some(fiber), above).take(MAX_UP);
    fibers.find_map(|fiber| own_component(snapshot, fiber))
}

/// The component of a fiber; `None` if it is of an element, a fragment or the like.
fn own_component(snapshot: &Snapshot, fiber: NodeIx) -> Option<Component> {
    types(snapshot, fiber).find_map(|of| component_of_type(snapshot, of))
}

/// `elementType` has the wrappers; of a component that was loaded when it was needed, `type` has the function.
pub(super) fn types(snapshot: &Snapshot, fiber: NodeIx) -> impl Iterator<Item = NodeIx> {
    [&b"elementType"[..], b"type"].into_iter().filter_map(move |name| property(snapshot, fiber, name))
}

/// A function, a class, or one in wrappers: `memo()` has it as `type`, `forwardRef()` as `render`.
pub(super) fn component_of_type(snapshot: &Snapshot, of: NodeIx) -> Option<Component> {
    let mut at = of;
    let mut outer = None;
    for _ in 0..MAX_WRAPPERS {
        match snapshot.kind(at) {
            NodeKind::Closure => {
                let component = component_of_function(snapshot, at);
                return Some(Component { name: outer.unwrap_or(component.name), ..component });
            }
            NodeKind::Object => {
                outer = outer.or_else(|| name_of_wrapper(snapshot, at));
                at = property(snapshot, at, b"type").or_else(|| property(snapshot, at, b"render"))?;
            }
            _ => return None,
        }
    }
    None
}

/// The `displayName` of a wrapper, for which the development build has accessors that keep it in a variable. Newer
/// versions of V8 keep variables that change in a cell.
fn name_of_wrapper(snapshot: &Snapshot, wrapper: NodeIx) -> Option<Text> {
    name_in(snapshot, wrapper, b"displayName").or_else(|| {
        let scope = internal_target(snapshot, property(snapshot, wrapper, b"get displayName")?, b"context")?;
        let own = snapshot.edges_of(scope).find(|&edge| variable(snapshot, scope, edge) == Some(b"ownName"))?;
        let inside = snapshot.edges_of(own.to).take(MAX_OF_CELL).map(|edge| edge.to);
        std::iter::once(own.to).chain(inside).find_map(|text| name_of(snapshot, text))
    })
}
