//! Elements of a container → the class that names the leak: the one its author knows.
//!
//! What a list holds directly is often not what leaks: a closure, its scope, a library's
//! subscription, Node's Timeout. The class that names the leak is the nearest below the element
//! that the program itself defines, if there is one for each element; else a library's, else a
//! runtime's, else what the element is.

use crate::display::internal_target;
use crate::ids::NodeIx;
use crate::query::mine::is_document_object;
use crate::query::mine::is_internal_name;
use crate::query::mine::is_runtime_script;
use crate::query::packages::package_of;
use crate::query::scripts::Scripts;
use crate::schema::NodeKind;
use crate::snapshot::Snapshot;

/// How well a class names a leak; more is better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Standing {
    /// V8's own: names nothing.
    Nothing,
    /// Numbers, symbols.
    Value,
    /// Text.
    Text,
    /// Arrays, Maps, promises and plain objects.
    Generic,
    /// A function.
    Function,
    /// An instance of a class of Node's or the browser's.
    Runtime,
    /// An element or text of a page.
    Document,
    /// An instance of a class of a package.
    Library,
    /// An instance of a class of the program.
    Own,
}

/// Classes built into the language that say nothing of what they are used for.
pub(crate) const GENERIC: [&[u8]; 24] = [
    b"Object",
    b"Array",
    b"Map",
    b"Set",
    b"WeakMap",
    b"WeakSet",
    b"WeakRef",
    b"Function",
    b"Promise",
    b"Generator",
    b"AsyncGenerator",
    b"Date",
    b"Error",
    b"Arguments",
    b"Iterator",
    b"Map Iterator",
    b"Set Iterator",
    b"Boolean",
    b"Number",
    b"String",
    b"Symbol",
    b"Proxy",
    b"AsyncFunction",
    b"Module",
];

/// What a node is worth as a name.
pub(crate) fn standing(snapshot: &Snapshot, scripts: &Scripts, node: NodeIx) -> Standing {
    let name = snapshot.name(node);
    match snapshot.kind(node) {
        NodeKind::Object | NodeKind::WasmObject | NodeKind::Other if name.is_empty() || is_internal_name(name) => {
            Standing::Nothing
        }
        NodeKind::Object | NodeKind::WasmObject | NodeKind::Other => standing_of_instance(snapshot, scripts, node),
        NodeKind::RegExp => Standing::Generic,
        NodeKind::Closure => Standing::Function,
        NodeKind::Native if is_document_object(name) => Standing::Document,
        NodeKind::String | NodeKind::ConcatenatedString | NodeKind::SlicedString => Standing::Text,
        NodeKind::Number | NodeKind::BigInt | NodeKind::Symbol => Standing::Value,
        _ => Standing::Nothing,
    }
}

fn standing_of_instance(snapshot: &Snapshot, scripts: &Scripts, node: NodeIx) -> Standing {
    let name = snapshot.name(node);
    if GENERIC.contains(&name) {
        return Standing::Generic;
    }
    // A generator is as good as its function, whose name and place it has.
    if internal_target(snapshot, node, b"parameters_and_registers").is_some() {
        return Standing::Function;
    }
    // Constructors built into V8 have no place in a script.
    let Some(at) = snapshot.location(node) else { return Standing::Runtime };
    match scripts.name(at) {
        Some(script) if is_runtime_script(script, false) => Standing::Runtime,
        Some(script) if is_of_package(script) => Standing::Library,
        // Your own are among those whose names are known, when any are.
        None if scripts.names().next().is_some() => Standing::Library,
        _ => Standing::Own,
    }
}

/// Whether a script was installed rather than written here.
pub(crate) fn is_of_package(script: &[u8]) -> bool {
    package_of(script).is_some()
}
