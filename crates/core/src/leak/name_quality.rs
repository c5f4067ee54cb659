//! Elements of a growth root → the class that names the leak, the one its author knows.
//!
//! A list often holds what leaks indirectly: by a closure, its scope, a library's subscription, Node's Timeout. The
//! class that names the leak is the nearest below the element that the program defines, if there is an instance for
//! each element; otherwise a library's, then a runtime's, then that of the element itself.

use crate::program::internals::{GENERIC, is_document_object, is_dom_node, is_internal_name};
use crate::program::ownership::{has_program_script, is_runtime_script};
use crate::program::packages::package_of;
use crate::program::scripts::Scripts;
use crate::snapshot::Snapshot;
use crate::snapshot::display::internal_target;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::schema::NodeKind;

/// How well a class names a leak, from worst to best.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum NameQuality {
    /// Internal to V8: it names nothing.
    Nothing,
    /// Numbers, symbols.
    Value,
    /// Text.
    Text,
    /// Arrays, Maps, promises and plain objects.
    Generic,
    /// An object that Node keeps for each connection or timer.
    Bookkeeping,
    /// A function.
    Function,
    /// A connection or a request: there are as many as clients.
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

/// How well the class of a node names a leak.
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
        kind if kind.is_string() => NameQuality::Text,
        NodeKind::Number | NodeKind::BigInt | NodeKind::Symbol => NameQuality::Value,
        _ => NameQuality::Nothing,
    }
}

fn quality_of_instance(snapshot: &Snapshot, scripts: &Scripts, node: NodeIx) -> NameQuality {
    let name = snapshot.name(node);
    if GENERIC.contains(&name) || BINARY.contains(&name) {
        return NameQuality::Generic;
    }
    // A generator has the name and the location of its function.
    if internal_target(snapshot, node, b"parameters_and_registers").is_some() {
        return NameQuality::Function;
    }
    if BOOKKEEPING.contains(&name) && !has_program_script(snapshot, scripts, node) {
        return NameQuality::Bookkeeping;
    }
    if CONNECTIONS.contains(&name) && !has_program_script(snapshot, scripts, node) {
        return NameQuality::Connection;
    }
    // Constructors built into V8 have no location.
    let Some(at) = snapshot.location(node) else { return NameQuality::Runtime };
    match scripts.name(at) {
        Some(script) if is_runtime_script(script, false) => NameQuality::Runtime,
        Some(script) if package_of(script).is_some() => NameQuality::Library,
        // If any script has a name, the program's scripts have.
        None if scripts.names().next().is_some() => NameQuality::Library,
        _ => NameQuality::Own,
    }
}

/// Built-in classes of bytes and numbers, which say as little as an array.
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

/// Classes of which Node creates an object for each connection, timer or request.
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

/// Both ends of a connection, and the messages.
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
