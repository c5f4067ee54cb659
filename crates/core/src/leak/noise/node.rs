//! Noise of Node.js.

use crate::leak::noise::{Noise, Scope, Surroundings, is_held_by_runtime};
use crate::snapshot::ids::NodeIx;
use crate::snapshot::schema::NodeKind;

/// One entry for each cause.
pub(super) const NOISE: &[Noise] = &[
    Noise {
        name: "resource timings",
        scope: Scope::RuntimesOwn,
        reason: "fetch records its requests in a buffer of 250 entries",
        applies: |heap, node| {
            let is_timing = heap.is(node, NodeKind::Object) && heap.is_named(node, &[b"PerformanceResourceTiming"]);
            (is_timing || heap.is_variable(node, &TIMING_BUFFERS))
                && heap.shortest.parent(node).is_some_and(|holder| is_held_by_runtime(heap, holder))
        },
    },
    Noise {
        name: "weak references",
        scope: Scope::RuntimesOwn,
        reason: "Node's tables of channels and signals refer to objects that others hold",
        applies: |heap, node| {
            heap.is(node, NodeKind::Object)
                && heap.is_named(node, &[b"WeakReference"])
                && heap.shortest.parent(node).is_some_and(|holder| is_held_by_runtime(heap, holder))
        },
    },
    Noise {
        name: "clean-up records",
        scope: Scope::RuntimesOwn,
        reason: "Node notes what to clean up when a signal, timer or socket is collected, and keeps the note until then",
        applies: |heap, node| heap.is_named(node, &[b"FinalizationRegistry"]) && is_held_by_runtime(heap, node),
    },
    Noise {
        name: "module loading",
        scope: Scope::RuntimesOwn,
        reason: "Node records where it found each module, once for each file",
        applies: is_module_loader_cache,
    },
];

/// Variables of Node.js with the timings of recent requests.
const TIMING_BUFFERS: [&[u8]; 2] = [b"resourceTimingBuffer", b"resourceTimingSecondaryBuffer"];

/// Variables and properties of Node's module loader that are caches keyed by file.
const LOADER_CACHES: [&[u8]; 12] = [
    b"_pathCache",
    b"directoryToParentPackageJSONPathCache",
    b"relativeResolveCache",
    b"realpathCache",
    b"statCache",
    b"packageJsonCache",
    b"nearestParentPackageJSONCache",
    b"deserializedPackageJSONCache",
    b"moduleParentCache",
    b"BuiltinModule",
    b"moduleLoadList",
    b"bindingObj",
];

/// Whether a node is in a cache of Node's own loader; a program's variable may have the same name.
pub(super) fn is_module_loader_cache(heap: &Surroundings<'_>, node: NodeIx) -> bool {
    let is_cache = heap.is_variable(node, &LOADER_CACHES)
        || heap.is_reached_by(node, &LOADER_CACHES)
        || heap.is_named(node, &[b"BuiltinModule", b"LoadCache", b"ResolveCache"]);
    is_cache && is_held_by_runtime(heap, node)
}
