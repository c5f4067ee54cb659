//! Vue 3: instances of components, and what their `type` is.

use crate::program::components::{Component, MAX_EDGES, component_of_function, has_properties, name_in, property};
use crate::snapshot::Snapshot;
use crate::snapshot::columns::Edge;
use crate::snapshot::display::{EdgeLabel, edge_label};
use crate::snapshot::ids::NodeIx;
use crate::snapshot::schema::{EdgeKind, NodeKind};
use crate::snapshot::strings::Text;

/// Properties that an instance has from the beginning.
const FIELDS: [&[u8]; 8] =
    [b"vnode", b"type", b"parent", b"appContext", b"subTree", b"provides", b"propsOptions", b"setupState"];

/// Functions of a definition whose scopes are those of the component, the first of which says where it is.
const FUNCTIONS: [&[u8]; 6] = [b"setup", b"render", b"data", b"beforeMount", b"created", b"mounted"];

/// Whether a node is the instance of a component.
pub(super) fn is_instance(snapshot: &Snapshot, node: NodeIx) -> bool {
    has_properties(snapshot, node, &FIELDS)
}

/// Whether an object defines a component: directives, and others with such functions, have no name.
pub(super) fn is_definition(snapshot: &Snapshot, node: NodeIx) -> bool {
    let is_function = |edge: Edge| {
        edge.kind == EdgeKind::Property
            && snapshot.kind(edge.to) == NodeKind::Closure
            && matches!(edge_label(snapshot, edge), EdgeLabel::Name(name) if FUNCTIONS.contains(&name))
    };
    snapshot.edges_of(node).take(MAX_EDGES).any(is_function) && name_of_definition(snapshot, node).is_some()
}

/// The component of a definition, which is an object with functions, or a function.
pub(super) fn component_of_type(snapshot: &Snapshot, of: NodeIx) -> Option<Component> {
    match snapshot.kind(of) {
        NodeKind::Closure => Some(component_of_function(snapshot, of)),
        NodeKind::Object => {
            let function = functions(snapshot, of).next();
            let name = name_of_definition(snapshot, of);
            match name {
                Some(name) => Some(Component { name, function }),
                None => Some(component_of_function(snapshot, function?)),
            }
        }
        _ => None,
    }
}

/// The functions of a definition whose scopes are those of the component.
pub(super) fn functions(snapshot: &Snapshot, definition: NodeIx) -> impl Iterator<Item = NodeIx> {
    let functions = FUNCTIONS.into_iter().filter_map(move |name| property(snapshot, definition, name));
    functions.filter(|&function| snapshot.kind(function) == NodeKind::Closure)
}

/// The compiler of components in files sets `__name`.
fn name_of_definition(snapshot: &Snapshot, definition: NodeIx) -> Option<Text> {
    [&b"name"[..], b"__name"].into_iter().find_map(|name| name_in(snapshot, definition, name))
}
