//! Which nodes are internal to V8 or the embedder, by type and name: the only such list.

use crate::snapshot::Snapshot;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::schema::NodeKind;

/// Whether a node has no name in any program: roots, internal objects of V8 and of the embedder.
pub(crate) fn is_internal(snapshot: &Snapshot, node: NodeIx) -> bool {
    let name = snapshot.name(node);
    match snapshot.kind(node) {
        NodeKind::Synthetic | NodeKind::Hidden | NodeKind::Code | NodeKind::Array | NodeKind::ObjectShape => true,
        NodeKind::Native => !is_document_object(name),
        NodeKind::Object => is_internal_name(name),
        _ => false,
    }
}

/// Whether a program determines the number of such nodes: it does not for roots, internal objects and numbers.
pub(crate) fn is_of_program(snapshot: &Snapshot, node: NodeIx) -> bool {
    !is_internal(snapshot, node) && snapshot.kind(node) != NodeKind::Number
}

/// `system / Context`, `(internal array)`, and the browser's caches and prototypes: `Object (prototype) / http://…`.
pub(crate) fn is_internal_name(name: &[u8]) -> bool {
    name.starts_with(b"system / ")
        || name.starts_with(b"(")
        || [&b" (prototype) / "[..], b" (internal cache) / "]
            .iter()
            .any(|part| memchr::memmem::find(name, part).is_some())
}

/// A native node that scripts of a page can refer to: an element, a text, a window; not the C++ objects behind it.
pub(crate) fn is_document_object(name: &[u8]) -> bool {
    let name = name.strip_prefix(b"Detached ").unwrap_or(name);
    !(is_internal_name(name)
        || name.starts_with(b"Node / ")
        || name.starts_with(b"C++ ")
        || matches!(name, b"undefined" | b"null" | b"true" | b"false" | b"InternalNode")
        || memchr::memmem::find(name, b"::").is_some() && !name.starts_with(b"<"))
}

/// An element, a text or a document of a page; V8 names elements as they are written.
pub(crate) fn is_dom_node(name: &[u8]) -> bool {
    const OTHERS: [&[u8]; 8] = [
        b"Text",
        b"Comment",
        b"Attr",
        b"DocumentFragment",
        b"ShadowRoot",
        b"HTMLDocument",
        b"Document",
        b"CDATASection",
    ];
    let name = name.strip_prefix(b"Detached ").unwrap_or(name);
    name.starts_with(b"<") || name.starts_with(b"HTML") || name.starts_with(b"SVG") || OTHERS.contains(&name)
}

/// Built-in classes that say nothing about their use.
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
