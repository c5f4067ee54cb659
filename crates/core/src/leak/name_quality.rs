//! Elements of a growth_root → the class that names the leak: the one its author knows.
//!
//! What a list holds directly is often not what leaks: a closure, its scope, a library's
//! subscription, Node's Timeout. The class that names the leak is the nearest below the element
//! that the program itself defines, if there is one for each element; else a library's, else a
//! runtime's, else what the element is.

use crate::program::internals::{GENERIC, is_document_object, is_internal_name};
use crate::program::ownership::is_runtime_script;
use crate::program::packages::package_of;
use crate::program::scripts::Scripts;
use crate::snapshot::Snapshot;
use crate::snapshot::display::internal_target;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::schema::NodeKind;

/// How well a class names a leak; more is better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum NameQuality {
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

/// What a node is worth as a name.
pub(crate) fn name_quality(snapshot: &Snapshot, scripts: &Scripts, node: NodeIx) -> NameQuality {
    let name = snapshot.name(node);
    match snapshot.kind(node) {
        NodeKind::Object | NodeKind::WasmObject | NodeKind::Other if name.is_empty() || is_internal_name(name) => {
            NameQuality::Nothing
        }
        NodeKind::Object | NodeKind::WasmObject | NodeKind::Other => quality_of_instance(snapshot, scripts, node),
        NodeKind::RegExp => NameQuality::Generic,
        NodeKind::Closure => NameQuality::Function,
        NodeKind::Native if is_document_object(name) => NameQuality::Document,
        NodeKind::String | NodeKind::ConcatenatedString | NodeKind::SlicedString => NameQuality::Text,
        NodeKind::Number | NodeKind::BigInt | NodeKind::Symbol => NameQuality::Value,
        _ => NameQuality::Nothing,
    }
}

fn quality_of_instance(snapshot: &Snapshot, scripts: &Scripts, node: NodeIx) -> NameQuality {
    let name = snapshot.name(node);
    if GENERIC.contains(&name) {
        return NameQuality::Generic;
    }
    // A generator is as good as its function, whose name and place it has.
    if internal_target(snapshot, node, b"parameters_and_registers").is_some() {
        return NameQuality::Function;
    }
    // Constructors built into V8 have no place in a script.
    let Some(at) = snapshot.location(node) else { return NameQuality::Runtime };
    match scripts.name(at) {
        Some(script) if is_runtime_script(script, false) => NameQuality::Runtime,
        Some(script) if is_of_package(script) => NameQuality::Library,
        // Your own are among those whose names are known, when any are.
        None if scripts.names().next().is_some() => NameQuality::Library,
        _ => NameQuality::Own,
    }
}

/// Whether a script was installed rather than written here.
pub(crate) fn is_of_package(script: &[u8]) -> bool {
    package_of(script).is_some()
}
