//! Noise of browsers.

use crate::leak::noise::{Noise, Scope};
use crate::snapshot::schema::NodeKind;

/// One entry for each cause.
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
        reason: "style, layout and paint objects follow the elements of the page, which are reported themselves",
        applies: |heap, node| {
            heap.is(node, NodeKind::Native)
                && heap.starts_with(
                    node,
                    &[b"blink::Layout", b"blink::Computed", b"blink::Paint", b"blink::CSS", b"blink::Style", b"cppgc"],
                )
        },
    },
];
