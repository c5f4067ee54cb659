//! A single object that is large or gets larger → what kind of leak that is, by its shape.

use crate::leak::evidence::Evidence;
use crate::leak::kind::{Kind, kind};
use crate::leak::owned_size::Shape;
use crate::leak::suspect::GrowingObjects;
use crate::snapshot::schema::NodeKind;

/// A text that is kept for a piece of it.
pub(crate) const SLICED_TEXT: Kind = kind!(
    filling "slicedStrings",
    "sliced strings",
    "short pieces keep the large strings alive that they were cut from",
    "Copy the piece before keeping it, for example with Buffer.from(piece).toString() or structuredClone(piece).",
    |e| e.last_kind() == NodeKind::SlicedString
);

/// A text that V8 keeps in pieces as long as nobody reads it: its pieces become more.
pub(crate) const GROWING_TEXT: Kind = kind!(
    filling "growingString",
    "growing text",
    "one text is added to and never begun anew",
    "Write the text out in pieces and begin anew, or bound it.",
    |e| e.holder_kind() == NodeKind::ConcatenatedString
);

/// What gets larger itself, by its shape; the second is for one snapshot, which shows no growth.
const GROWING: [[Kind; 2]; 4] = [
    [
        GROWING_TEXT,
        kind!(
            "largeString",
            "large text",
            "one text is large",
            "Process the text in pieces, and let go of it when it was used.",
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
            "Process the bytes in pieces, and let go of them when they were used.",
            |_| { false }
        ),
    ],
    [
        kind!(
            filling "growingCollection",
            "growing collection",
            "one collection gets more and more numbers, texts, or references to objects that exist anyhow",
            "Take out what was used, or bound the collection: by number, size or age.",
            |_| false
        ),
        kind!(
            "largeCollection",
            "large collection",
            "one collection is large",
            "Look whether all of its elements are needed.",
            |_| false
        ),
    ],
    [
        kind!(
            "growingObject",
            "growing object",
            "one object gets more and more",
            "Look what it keeps, and let go of what was used.",
            |_| false
        ),
        kind!(
            "largeObject",
            "large object",
            "one object retains much, in many fields and lists",
            "Look what it keeps, and bound what may grow.",
            |_| false
        ),
    ],
];

/// The kind of objects that get larger themselves.
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
