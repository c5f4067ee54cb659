//! Elements of a growth root → the class that names the leak: the one its author knows.
//!
//! What a list holds directly is often not what leaks: a closure, its scope, a library's
//! subscription, Node's Timeout. The class that names the leak is the nearest below the element
//! that the program itself defines, if there is one for each element; else a library's, else a
//! runtime's, else what the element is.

use crate::program::internals::{GENERIC, is_document_object, is_dom_node, is_internal_name};
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
    /// What Node keeps for each connection and timer.
    Bookkeeping,
    /// A function.
    Function,
    /// A connection or a request, of which there are as many as clients.
    Connection,
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
        NodeKind::Native if is_dom_node(name) => NameQuality::Document,
        NodeKind::Native if is_document_object(name) => NameQuality::Bookkeeping,
        NodeKind::String | NodeKind::ConcatenatedString | NodeKind::SlicedString => NameQuality::Text,
        NodeKind::Number | NodeKind::BigInt | NodeKind::Symbol => NameQuality::Value,
        _ => NameQuality::Nothing,
    }
}

fn quality_of_instance(snapshot: &Snapshot, scripts: &Scripts, node: NodeIx) -> NameQuality {
    let name = snapshot.name(node);
    if GENERIC.contains(&name) || BINARY.contains(&name) {
        return NameQuality::Generic;
    }
    // A generator is as good as its function, whose name and place it has.
    if internal_target(snapshot, node, b"parameters_and_registers").is_some() {
        return NameQuality::Function;
    }
    if BOOKKEEPING.contains(&name) && !is_own(snapshot, scripts, node) {
        return NameQuality::Bookkeeping;
    }
    if CONNECTIONS.contains(&name) && !is_own(snapshot, scripts, node) {
        return NameQuality::Connection;
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

/// The language's own classes of bytes and numbers, which say as little as an array does.
const BINARY: [&[u8]; 14] = [
    b"ArrayBuffer",
    b"SharedArrayBuffer",
    b"DataView",
    b"Int8Array",
    b"Uint8Array",
    b"Uint8ClampedArray",
    b"Int16Array",
    b"Uint16Array",
    b"Int32Array",
    b"Uint32Array",
    b"Float32Array",
    b"Float64Array",
    b"BigInt64Array",
    b"BigUint64Array",
];

/// Objects that Node makes for each connection, timer and request of its own.
const BOOKKEEPING: [&[u8]; 14] = [
    b"TCP",
    b"Pipe",
    b"TTY",
    b"TLSWrap",
    b"HTTPParser",
    b"Timeout",
    b"Immediate",
    b"TimersList",
    b"AsyncResource",
    b"HTTPServerAsyncResource",
    b"HTTPClientAsyncResource",
    b"ReadableState",
    b"WritableState",
    b"TickObject",
];

/// Both ends of a conversation, and what is said.
const CONNECTIONS: [&[u8]; 8] = [
    b"Socket",
    b"TLSSocket",
    b"IncomingMessage",
    b"ServerResponse",
    b"ClientRequest",
    b"Http2Session",
    b"Http2Stream",
    b"ServerHttp2Stream",
];

/// Whether a class is one of the program's, or a package's, that has the name of one of Node's.
fn is_own(snapshot: &Snapshot, scripts: &Scripts, node: NodeIx) -> bool {
    let script = snapshot.location(node).and_then(|at| scripts.name(at));
    script.is_some_and(|script| !is_runtime_script(script, false))
}

/// Whether a script was installed rather than written here.
pub(crate) fn is_of_package(script: &[u8]) -> bool {
    package_of(script).is_some()
}
