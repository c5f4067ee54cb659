//! A single object that is large or grows → the kind of leak, by its shape.

use crate::leak::evidence::Evidence;
use crate::leak::kind::{Kind, kind};
use crate::leak::owned_size::Shape;
use crate::leak::suspect::GrowingObjects;
use crate::snapshot::schema::NodeKind;

/// A string that is kept for a piece of it.
pub(crate) const SLICED_TEXT: Kind = kind!(
    filling "slicedStrings",
    "sliced strings",
    "short pieces keep the large strings alive that they were cut from",
    "Copy the piece before keeping it, for example with Buffer.from(piece).toString() or structuredClone(piece).",
    |e| e.last_kind() == NodeKind::SlicedString
);

/// A string that V8 keeps as a growing number of pieces until it is read.
pub(crate) const GROWING_TEXT: Kind = kind!(
    filling "growingString",
    "growing string",
    "one string is appended to and never reset",
    "Write the string out and start a new one, or bound its length.",
    |e| e.holder_kind() == NodeKind::ConcatenatedString
);

/// By shape: the kind of an object that grows, and of one that is large in a single snapshot.
const GROWING: [[Kind; 2]; 4] = [
    [
        GROWING_TEXT,
        kind!(
            "largeString",
            "large string",
            "one string is large",
            "Process the string in pieces, and release it after use.",
            |_| { false }
        ),
    ],
    [
        kind!(
            filling "growingBuffer",
            "growing buffer",
            "one buffer is replaced by larger and larger ones",
            "Pass the bytes on in pieces instead of collecting them, or bound the buffer.",
            |_| false
        ),
        kind!(
            "largeBuffer",
            "large buffer",
            "one buffer is large",
            "Process the bytes in pieces, and release them after use.",
            |_| { false }
        ),
    ],
    [
        kind!(
            filling "growingCollection",
            "growing collection",
            "one collection gets more and more numbers, strings, or references to existing objects",
            "Remove entries after use, or bound the collection by number, size or age.",
            |_| false
        ),
        kind!(
            "largeCollection",
            "large collection",
            "one collection is large",
            "Check whether all of its elements are needed.",
            |_| false
        ),
    ],
    [
        kind!(
            "growingObject",
            "growing object",
            "one object owns more and more memory",
            "Check what it keeps, and release what is no longer needed.",
            |_| false
        ),
        kind!(
            "largeObject",
            "large object",
            "one object retains a lot, in many fields and lists",
            "Check what it keeps, and bound what can grow.",
            |_| false
        ),
    ],
];

/// The kind of objects whose own size grows.
pub(crate) fn kind_of_growing(growing: &GrowingObjects, evidence: &Evidence<'_>) -> &'static Kind {
    if growing.shape == Shape::Text && evidence.is_cut_from() {
        return &SLICED_TEXT;
    }
    let [growing_kind, large_kind] = match growing.shape {
        Shape::Text => &GROWING[0],
        Shape::Binary => &GROWING[1],
        Shape::Collection => &GROWING[2],
        Shape::Owner => &GROWING[3],
    };
    if growing.added.is_empty() { large_kind } else { growing_kind }
}
