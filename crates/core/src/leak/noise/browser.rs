//! What browsers keep on their own account.

use crate::leak::noise::{Noise, Scope};
use crate::snapshot::schema::NodeKind;

/// The table.
pub(super) const NOISE: &[Noise] = &[
    Noise {
        name: "the performance timeline",
        scope: Scope::All,
        reason: "the browser keeps a bounded buffer of layout shifts, paints and resource timings",
        applies: |heap, node| {
            heap.is(node, NodeKind::Native)
                && heap.starts_with(
                    node,
                    &[
                        b"LayoutShift",
                        b"Performance",
                        b"LargestContentfulPaint",
                        b"TaskAttributionTiming",
                        b"VisibilityStateEntry",
                        b"SoftNavigation",
                    ],
                )
        },
    },
    Noise {
        name: "the browser's rendering",
        scope: Scope::All,
        reason: "style, layout and paint objects come and go with what is shown, which the elements themselves tell of",
        applies: |heap, node| {
            heap.is(node, NodeKind::Native)
                && heap.starts_with(
                    node,
                    &[b"blink::Layout", b"blink::Computed", b"blink::Paint", b"blink::CSS", b"blink::Style", b"cppgc"],
                )
        },
    },
];
