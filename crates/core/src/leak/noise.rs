//! What grows in every program and is nobody's leak: a named list, each with its reason.
//!
//! Noise is judged by what holds the objects, or what they are, never by how many there are: a
//! threshold would hide a small leak and let a large warm-up through.

use crate::leak::groups::{Groups, OUTSIDE};
use crate::paths::shortest_paths::ShortestPaths;
use crate::program::ownership::is_runtime_script;
use crate::program::scripts::Scripts;
use crate::program::variables::variable;
use crate::snapshot::Snapshot;
use crate::snapshot::display::{EdgeLabel, edge_label};
use crate::snapshot::ids::NodeIx;
use crate::snapshot::schema::NodeKind;
use serde::Serialize;
use std::cell::OnceCell;
use std::collections::HashSet;

/// Steps up from an object in which what holds it is looked for: below that it is the elements of lists.
const FURTHEST: usize = 1000;

/// One kind of noise.
#[derive(Debug, Serialize)]
pub(crate) struct Noise {
    /// What it is called.
    pub(crate) name: &'static str,
    /// Why its growth says nothing.
    pub(crate) reason: &'static str,
    #[serde(skip)]
    applies: fn(&Surroundings<'_>, NodeIx) -> bool,
}

/// What a rule may look at.
struct Surroundings<'a> {
    snapshot: &'a Snapshot,
    shortest: &'a ShortestPaths,
    scripts: &'a Scripts,
}

impl Surroundings<'_> {
    /// A node and what it hangs on.
    fn up_from(&self, node: NodeIx) -> impl Iterator<Item = NodeIx> {
        std::iter::once(node).chain(self.shortest.ancestors(node)).take(FURTHEST)
    }

    fn is(&self, node: NodeIx, kind: NodeKind) -> bool {
        self.snapshot.kind(node) == kind
    }

    fn is_named(&self, node: NodeIx, names: &[&[u8]]) -> bool {
        names.contains(&self.snapshot.name(node))
    }

    fn starts_with(&self, node: NodeIx, starts: &[&[u8]]) -> bool {
        let name = self.snapshot.name(node);
        starts.iter().any(|start| name.starts_with(start))
    }
}

/// The list. A group is noise when one of its steps, or what it starts at, is.
pub(crate) const LIST: &[Noise] = &[
    Noise {
        name: "compiled code",
        reason: "functions become hot and are compiled; code, feedback and what they refer to go when memory is short",
        applies: |heap, node| heap.is(node, NodeKind::Code),
    },
    Noise {
        name: "object shapes",
        reason: "every new combination of properties makes a shape; V8 drops those without objects",
        applies: |heap, node| heap.is(node, NodeKind::ObjectShape),
    },
    Noise {
        name: "feedback",
        reason: "functions that run collect type feedback, as much as they have code",
        applies: |heap, node| {
            heap.starts_with(node, &[b"system / Feedback", b"system / ClosureFeedback", b"(feedback"])
        },
    },
    Noise {
        name: "scripts and their tables",
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
        name: "the performance timeline",
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
        name: "resource timings",
        reason: "fetch notes its requests in a buffer of 250 entries",
        applies: |heap, node| heap.is(node, NodeKind::Object) && heap.is_named(node, &[b"PerformanceResourceTiming"]),
    },
    Noise {
        name: "module loading",
        reason: "Node notes where it found each module, once for each file",
        applies: is_module_loader_cache,
    },
    Noise {
        name: "functions of templates",
        reason: "V8 keeps one function for each that the runtime's C++ code offers, made when it is first asked for",
        applies: is_template_cache,
    },
    Noise {
        name: "taking the snapshot",
        reason: "the debugger and the profiler hold what they have shown, only while they are attached",
        applies: |heap, node| {
            heap.is(node, NodeKind::Synthetic)
                && heap.is_named(node, &[b"(Stack roots)", b"(Handle scope)", b"C++ native stack roots"])
                || heap
                    .starts_with(node, &[b"V8Inspector", b"v8_inspector", b"Node / Inspector", b"Node / HeapSnapshot"])
        },
    },
    Noise {
        name: "the browser's rendering",
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

fn is_template_cache(heap: &Surroundings<'_>, node: NodeIx) -> bool {
    let Some((_, edge)) = heap.shortest.parent_edge(heap.snapshot, node) else { return false };
    matches!(edge_label(heap.snapshot, edge), EdgeLabel::Name(name) if name.ends_with(b"_template_instantiations_cache"))
}

/// Variables and properties of Node's module loader that are caches by file.
const LOADER_CACHES: [&[u8]; 11] = [
    b"_pathCache",
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

/// Whether Node's own code has the node in one of these; a program's variable may have the same name.
fn is_module_loader_cache(heap: &Surroundings<'_>, node: NodeIx) -> bool {
    let Some((from, edge)) = heap.shortest.parent_edge(heap.snapshot, node) else { return false };
    let is_listed = |name: &[u8]| LOADER_CACHES.contains(&name);
    let is_cache = variable(heap.snapshot, from, edge).is_some_and(is_listed)
        || matches!(edge_label(heap.snapshot, edge), EdgeLabel::Name(name) if is_listed(name))
        || heap.is_named(node, &[b"BuiltinModule"]);
    is_cache && is_held_by_runtime(heap, node)
}

/// Whether the nearest function, or instance of a class, on the way up is the runtime's.
fn is_held_by_runtime(heap: &Surroundings<'_>, node: NodeIx) -> bool {
    let place = heap.up_from(node).find_map(|at| heap.snapshot.location(at));
    let script = place.and_then(|place| heap.scripts.name(place));
    script.is_some_and(|name| is_runtime_script(name, false))
}

/// Tells noise from growth.
pub(crate) struct NoiseFilter<'a> {
    heap: Surroundings<'a>,
    groups: &'a Groups,
    /// By group, as far as asked for.
    known: Vec<OnceCell<Option<&'static Noise>>>,
}

impl<'a> NoiseFilter<'a> {
    pub(crate) fn new(
        snapshot: &'a Snapshot,
        shortest: &'a ShortestPaths,
        scripts: &'a Scripts,
        groups: &'a Groups,
    ) -> Self {
        let known = groups.list.iter().map(|_| OnceCell::new()).collect();
        Self { heap: Surroundings { snapshot, shortest, scripts }, groups, known }
    }

    /// The noise that a group is, if it is: that of its last step, of a step above, of what holds its growth_root.
    pub(crate) fn noise_of(&self, group: u32) -> Option<&'static Noise> {
        let mut unknown = Vec::new();
        let mut at = group;
        let noise = loop {
            let step = self.groups.get(at);
            if let Some(&known) = self.known[at as usize].get() {
                break known;
            }
            unknown.push(at);
            let noise = LIST.iter().find(|noise| (noise.applies)(&self.heap, step.example));
            if noise.is_some() {
                break noise;
            }
            if step.parent == OUTSIDE {
                break self.noise_above(step.example);
            }
            at = step.parent;
        };
        for group in unknown {
            self.known[group as usize].get_or_init(|| noise);
        }
        noise
    }

    /// Whether a single object is noise, or held by the runtime's own code.
    pub(crate) fn is_of_runtime(&self, node: NodeIx) -> bool {
        self.heap.up_from(node).any(|at| LIST.iter().any(|noise| (noise.applies)(&self.heap, at)))
            || self.heap.shortest.ancestors(node).next().is_none_or(|holder| is_held_by_runtime(&self.heap, holder))
    }

    /// Whether the nearest function, or instance of a class, from the node up is the runtime's.
    pub(crate) fn is_held_by_runtime(&self, node: NodeIx) -> bool {
        is_held_by_runtime(&self.heap, node)
    }

    /// What holds a growth_root can be noise as well: a growth_root that only compiled code refers to.
    fn noise_above(&self, growth_root: NodeIx) -> Option<&'static Noise> {
        let is_noise = |&at: &NodeIx| {
            self.heap.is(at, NodeKind::Code)
                || self.heap.is(at, NodeKind::ObjectShape)
                || is_module_loader_cache(&self.heap, at)
                || is_template_cache(&self.heap, at)
        };
        let at = self.heap.up_from(growth_root).skip(1).find(is_noise)?;
        LIST.iter().find(|noise| (noise.applies)(&self.heap, at))
    }
}

/// Whether `modules`, objects of Node's class `Module`, are all of different files: programs load
/// modules when they first need them. A file loaded twice is another owner.
pub(crate) fn are_different_modules(snapshot: &Snapshot, modules: &[NodeIx]) -> bool {
    let mut files = HashSet::new();
    modules.iter().all(|&module| {
        let file = snapshot
            .edges_of(module)
            .find(|&edge| matches!(edge_label(snapshot, edge), EdgeLabel::Name(b"filename" | b"url" | b"id")));
        file.is_none_or(|file| files.insert(snapshot.name(file.to)))
    })
}
