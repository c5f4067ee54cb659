//! What V8 keeps on its own account.

use crate::leak::noise::{Noise, Scope, Surroundings};
use crate::snapshot::display::{EdgeLabel, edge_label};
use crate::snapshot::ids::NodeIx;
use crate::snapshot::schema::NodeKind;

/// The table.
pub(super) const NOISE: &[Noise] = &[
    Noise {
        name: "compiled code",
        scope: Scope::All,
        reason: "functions become hot and are compiled; code, feedback and what they refer to go when memory is short",
        applies: |heap, node| heap.is(node, NodeKind::Code),
    },
    Noise {
        name: "object shapes",
        scope: Scope::All,
        reason: "every new combination of properties makes a shape; V8 drops those without objects",
        applies: |heap, node| heap.is(node, NodeKind::ObjectShape),
    },
    Noise {
        name: "feedback",
        scope: Scope::All,
        reason: "functions that run collect type feedback, as much as they have code",
        applies: |heap, node| {
            heap.starts_with(node, &[b"system / Feedback", b"system / ClosureFeedback", b"(feedback"])
        },
    },
    Noise {
        name: "scripts and their tables",
        scope: Scope::All,
        reason: "V8 lists scripts, functions and shapes weakly and trims the lists when it likes",
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
        reason: "V8's tables of unique strings and symbols are weak and hold what others use",
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
        reason: "V8 keeps one function for each that the runtime's C++ code offers, made when it is first asked for",
        applies: is_template_cache,
    },
    Noise {
        name: "taking the snapshot",
        scope: Scope::All,
        reason: "the debugger and the profiler hold what they have shown, only while they are attached",
        applies: |heap, node| {
            heap.starts_with(node, &[b"V8Inspector", b"v8_inspector", b"Node / Inspector", b"Node / HeapSnapshot"])
        },
    },
    Noise {
        name: "the stack",
        scope: Scope::Growth,
        reason: "what runs while the snapshot is taken refers to it, and lets it go when it returns",
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
