//! Noise of V8.

use crate::leak::noise::{Noise, Scope, Surroundings};
use crate::snapshot::display::{EdgeLabel, edge_label};
use crate::snapshot::ids::NodeIx;
use crate::snapshot::schema::NodeKind;

/// One entry for each cause.
pub(super) const NOISE: &[Noise] = &[
    Noise {
        name: "compiled code",
        scope: Scope::All,
        reason: "hot functions are compiled; V8 drops code and feedback when memory is short",
        applies: |heap, node| heap.is(node, NodeKind::Code),
    },
    Noise {
        name: "object shapes",
        scope: Scope::All,
        reason: "every new combination of properties creates a shape; V8 drops those without objects",
        applies: |heap, node| heap.is(node, NodeKind::ObjectShape),
    },
    Noise {
        name: "feedback",
        scope: Scope::All,
        reason: "functions that run collect type feedback, in proportion to their code",
        applies: |heap, node| {
            heap.starts_with(node, &[b"system / Feedback", b"system / ClosureFeedback", b"(feedback"])
        },
    },
    Noise {
        name: "scripts and their tables",
        scope: Scope::All,
        reason: "V8 lists scripts, functions and shapes weakly and trims the lists at its discretion",
        applies: |heap, node| {
            heap.starts_with(
                node,
                &[
                    b"system / WeakFixedArray",
                    b"system / WeakArrayList",
                    b"system / Script",
                    b"system / SharedFunctionInfo",
                    b"system / DescriptorArray",
                    b"system / TransitionArray",
                    b"system / EnumCache",
                    b"system / AllocationSite",
                    b"system / Map",
                    b"(map descriptor",
                    b"(transition",
                    b"(enum cache",
                    b"(script",
                    b"(prototype",
                    b"(code",
                    b"(weak",
                ],
            )
        },
    },
    Noise {
        name: "the string table",
        scope: Scope::All,
        reason: "V8's tables of unique strings and symbols are weak",
        applies: |heap, node| {
            heap.is(node, NodeKind::Synthetic)
                && heap.starts_with(
                    node,
                    &[b"(String", b"(Symbol", b"(Internalized", b"(Weak", b"(Code", b"(Compilation", b"(Builtins"],
                )
        },
    },
    Noise {
        name: "functions of templates",
        scope: Scope::All,
        reason: "V8 keeps one function for each template of the runtime's C++ code, created on first use",
        applies: is_template_cache,
    },
    Noise {
        name: "taking the snapshot",
        scope: Scope::All,
        reason: "the debugger and the profiler hold objects only while they are attached",
        applies: |heap, node| {
            heap.starts_with(node, &[b"V8Inspector", b"v8_inspector", b"Node / Inspector", b"Node / HeapSnapshot"])
        },
    },
    Noise {
        name: "the stack",
        scope: Scope::Growth,
        reason: "functions that run while the snapshot is taken hold it only until they return",
        applies: |heap, node| {
            heap.is(node, NodeKind::Synthetic)
                && heap.is_named(node, &[b"(Stack roots)", b"(Handle scope)", b"C++ native stack roots"])
        },
    },
];

pub(super) fn is_template_cache(heap: &Surroundings<'_>, node: NodeIx) -> bool {
    let Some((_, edge)) = heap.shortest.parent_edge(heap.snapshot, node) else { return false };
    matches!(edge_label(heap.snapshot, edge), EdgeLabel::Name(name) if name.ends_with(b"_template_instantiations_cache"))
}
