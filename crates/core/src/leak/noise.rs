//! What grows in every program and is nobody's leak: a named list, each with its reason.
//!
//! Noise is judged by what holds the objects, or what they are, never by how many there are: a
//! threshold would hide a small leak and let a large warm-up through.

use crate::display::{EdgeLabel, edge_label};
use crate::ids::NodeIx;
use crate::leak::trails::{OUTSIDE, Trails};
use crate::progress::Progress;
use crate::query::mine::is_runtime_script;
use crate::query::routes::Routes;
use crate::query::scripts::Scripts;
use crate::schema::NodeKind;
use crate::snapshot::Snapshot;
use serde::Serialize;
use std::collections::HashSet;

/// One kind of noise.
#[derive(Debug, Serialize)]
pub(crate) struct Noise {
    /// What it is called.
    pub(crate) name: &'static str,
    /// Why its growth says nothing.
    pub(crate) reason: &'static str,
    #[serde(skip)]
    applies: fn(&Snapshot, NodeIx) -> bool,
}

/// The list. A trail is noise when one of its steps, or what it starts at, is.
pub(crate) const LIST: &[Noise] = &[
    Noise {
        name: "compiled code",
        reason: "functions become hot and are compiled; code, feedback and what they refer to go when memory is short",
        applies: |snapshot, node| snapshot.kind(node) == NodeKind::Code,
    },
    Noise {
        name: "object shapes",
        reason: "every new combination of properties makes a shape; V8 drops those without objects",
        applies: |snapshot, node| snapshot.kind(node) == NodeKind::ObjectShape,
    },
    Noise {
        name: "feedback",
        reason: "functions that run collect type feedback, as much as they have code",
        applies: |snapshot, node| {
            let name = snapshot.name(node);
            [&b"system / Feedback"[..], b"system / ClosureFeedback", b"(feedback"]
                .iter()
                .any(|start| name.starts_with(start))
        },
    },
    Noise {
        name: "scripts and their tables",
        reason: "V8 lists scripts, functions and shapes weakly and trims the lists when it likes",
        applies: |snapshot, node| {
            let name = snapshot.name(node);
            [
                &b"system / WeakFixedArray"[..],
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
            ]
            .iter()
            .any(|start| name.starts_with(start))
        },
    },
    Noise {
        name: "the string table",
        reason: "V8's tables of unique strings and symbols are weak and hold what others use",
        applies: |snapshot, node| {
            snapshot.kind(node) == NodeKind::Synthetic
                && [&b"(String"[..], b"(Symbol", b"(Internalized", b"(Weak", b"(Code", b"(Compilation", b"(Builtins"]
                    .iter()
                    .any(|start| snapshot.name(node).starts_with(start))
        },
    },
    Noise {
        name: "the performance timeline",
        reason: "the browser keeps a bounded buffer of layout shifts, paints and resource timings",
        applies: |snapshot, node| {
            snapshot.kind(node) == NodeKind::Native
                && [
                    &b"LayoutShift"[..],
                    b"Performance",
                    b"LargestContentfulPaint",
                    b"TaskAttributionTiming",
                    b"VisibilityStateEntry",
                    b"SoftNavigation",
                ]
                .iter()
                .any(|start| snapshot.name(node).starts_with(start))
        },
    },
    Noise {
        name: "resource timings",
        reason: "fetch notes its requests in a buffer of 250 entries",
        applies: |snapshot, node| {
            snapshot.kind(node) == NodeKind::Object && snapshot.name(node) == b"PerformanceResourceTiming"
        },
    },
    Noise {
        name: "module loading",
        reason: "Node notes where it found each module, once for each file",
        applies: is_module_loader_cache,
    },
    Noise {
        name: "taking the snapshot",
        reason: "the debugger and the profiler hold what they have shown, only while they are attached",
        applies: |snapshot, node| {
            snapshot.kind(node) == NodeKind::Synthetic
                && matches!(snapshot.name(node), b"(Stack roots)" | b"(Handle scope)" | b"C++ native stack roots")
                || [&b"V8Inspector"[..], b"v8_inspector", b"Node / Inspector", b"Node / HeapSnapshot"]
                    .iter()
                    .any(|start| snapshot.name(node).starts_with(start))
        },
    },
    Noise {
        name: "the browser's rendering",
        reason: "style, layout and paint objects come and go with what is shown, which the elements themselves tell of",
        applies: |snapshot, node| {
            snapshot.kind(node) == NodeKind::Native
                && [
                    &b"blink::Layout"[..],
                    b"blink::Computed",
                    b"blink::Paint",
                    b"blink::CSS",
                    b"blink::Style",
                    b"cppgc",
                ]
                .iter()
                .any(|start| snapshot.name(node).starts_with(start))
        },
    },
];

/// Variables and properties of Node's module loader that are caches by file.
const LOADER_CACHES: [&[u8]; 9] = [
    b"_pathCache",
    b"relativeResolveCache",
    b"realpathCache",
    b"statCache",
    b"packageJsonCache",
    b"nearestParentPackageJSONCache",
    b"deserializedPackageJSONCache",
    b"moduleParentCache",
    b"BuiltinModule",
];

/// Whether Node's own code has the node in one of these; a program's variable may have the same name.
fn is_module_loader_cache(snapshot: &Snapshot, node: NodeIx) -> bool {
    let progress = Progress::new();
    let (Ok(routes), Ok(scripts)) = (Routes::of(snapshot, &progress), Scripts::of(snapshot, &progress)) else {
        return false;
    };
    let Some(edge) = routes.arrival(snapshot, node) else { return false };
    let is_cache = matches!(edge_label(snapshot, edge), EdgeLabel::Name(name) if LOADER_CACHES.contains(&name))
        || snapshot.name(node) == b"BuiltinModule";
    is_cache && is_held_by_runtime(snapshot, routes, scripts, node)
}

/// Whether the nearest function, or instance of a class, on the way up is the runtime's.
fn is_held_by_runtime(snapshot: &Snapshot, routes: &Routes, scripts: &Scripts, node: NodeIx) -> bool {
    let mut at = node;
    loop {
        if let Some(place) = snapshot.location(at) {
            return scripts.name(place).is_some_and(|name| is_runtime_script(name, false));
        }
        match routes.arrival(snapshot, at) {
            Some(edge) => at = snapshot.nodes().source_of(edge.ix),
            None => return false,
        }
    }
}

/// Tells noise from growth.
pub(crate) struct NoiseFilter<'a> {
    snapshot: &'a Snapshot,
    routes: &'a Routes,
    trails: &'a Trails,
}

impl<'a> NoiseFilter<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot, routes: &'a Routes, trails: &'a Trails) -> Self {
        Self { snapshot, routes, trails }
    }

    /// The noise that a trail is, if it is.
    pub(crate) fn noise_of(&self, trail: u32) -> Option<&'static Noise> {
        let mut at = trail;
        loop {
            let step = self.trails.get(at);
            if let Some(noise) = LIST.iter().find(|noise| (noise.applies)(self.snapshot, step.example)) {
                return Some(noise);
            }
            if step.above == OUTSIDE {
                return self.noise_above(step.example);
            }
            at = step.above;
        }
    }

    /// What holds a container can be noise as well: a container that only compiled code refers to.
    fn noise_above(&self, container: NodeIx) -> Option<&'static Noise> {
        let mut at = container;
        while let Some(edge) = self.routes.arrival(self.snapshot, at) {
            at = self.snapshot.nodes().source_of(edge.ix);
            if matches!(self.snapshot.kind(at), NodeKind::Code | NodeKind::ObjectShape)
                || is_module_loader_cache(self.snapshot, at)
            {
                return LIST.iter().find(|noise| (noise.applies)(self.snapshot, at));
            }
        }
        None
    }
}

/// Whether `modules`, objects of Node's class `Module`, are all of different files: programs load
/// modules when they first need them. A file loaded twice is another matter.
pub(crate) fn are_different_modules(snapshot: &Snapshot, modules: &[NodeIx]) -> bool {
    let mut files = HashSet::new();
    modules.iter().all(|&module| {
        let file = snapshot
            .edges_of(module)
            .find(|&edge| matches!(edge_label(snapshot, edge), EdgeLabel::Name(b"filename" | b"url" | b"id")));
        file.is_none_or(|file| files.insert(snapshot.name(file.to)))
    })
}
