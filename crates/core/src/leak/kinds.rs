//! A path → what kind of leak it is, in words: the usual culprits recognised by what they are.
//!
//! A rule looks at three stretches of the path: down to the holder, from the holder to the element,
//! from the element to what it keeps. The first rule that holds decides, so the order is from the
//! particular to the general.

use crate::leak::evidence::{Evidence, NEAR};
use crate::leak::growing_object_kinds::{GROWING_TEXT, SLICED_TEXT};
use crate::leak::kind::{Kind, kind};
use crate::program::variables::is_context;
use crate::snapshot::display::EdgeLabel;
use crate::snapshot::schema::{EdgeKind, NodeKind};

/// What keeps the functions of timers, in Node.js and in browsers.
pub(crate) const TIMERS: [&[u8]; 6] =
    [b"TimersList", b"Timeout", b"Immediate", b"DOMTimer", b"blink::DOMTimer", b"ScheduledAction"];

/// The kinds, from the particular to the general.
const KINDS: &[Kind] = &[
    kind!(
        "detachedDom",
        "detached DOM",
        "elements that left the document are still referred to",
        "Let go of the reference when the element is removed, or keep it in a WeakRef or WeakMap.",
        |e| e.below().any(|at| e.snapshot.detachedness(e.steps[at].node) == 2)
    ),
    kind!(
        filling "modules",
        "modules",
        "modules are loaded again and again",
        "Do not delete from require.cache; read data with fs and JSON.parse instead of require.",
        |e| e.ends_in(&[b"Module", b"ModuleWrap"]) || e.holder_is(&[b"ModuleWrap", b"ModuleJob"])
    ),
    kind!(
        "asyncLocalStorage",
        "AsyncLocalStorage",
        "a store of AsyncLocalStorage is kept by a resource that was made inside run()",
        "Make long-lived resources outside of AsyncLocalStorage.run(), or in AsyncResource.bind() of the outer context.",
        |e| e.below().any(|at| e.edge_is(at, &[b"<symbol kResourceStore>"]) || e.name(at) == b"AsyncContextFrame")
    ),
    kind!(
        "eventListeners",
        "event listeners",
        "event listeners are added and never removed",
        "Remove the listener when its owner ends (off, removeListener, once), or add it once for all.",
        |e| e.around_holder().any(|at| e.edge_is(at, &[b"_events"]))
    ),
    kind!(
        "eventTargetListeners",
        "event listeners",
        "listeners on a long-lived EventTarget or AbortSignal are never removed",
        "Remove the listener when the work is done (removeEventListener, { once: true }), or give each work a signal of its own.",
        |e| {
            e.around_is(&[
                b"EventTarget",
                b"AbortSignal",
                b"V8EventListener",
                b"EventListener",
                b"blink::RegisteredEventListener",
            ]) || e.around_holder().any(|at| e.edge_is(at, &[b"<symbol kEvents>", b"<symbol events>"]))
        }
    ),
    kind!(
        "timers",
        "timers",
        "timers are started and never cleared",
        "Clear the timer when its owner ends: clearInterval, clearTimeout.",
        |e| {
            // A socket's time limit is near what the socket keeps, and no reason for it.
            (e.holder..=e.element).any(|at| {
                let is_timer = |name: &[u8]| TIMERS.contains(&name);
                is_timer(e.name(at)) || e.edge_is(at, &[b"timerListMap", b"knownTimersById"])
            })
        }
    ),
    kind!(
        "workers",
        "worker threads",
        "worker threads are started and never ended",
        "Call terminate() on the worker when its work is done, or give the next work to the same worker.",
        |e| e.ends_in(&[b"Worker", b"Node / Worker"])
    ),
    kind!(
        "messagePorts",
        "message ports",
        "message ports are opened and never closed",
        "Call close() on the port when the conversation ends.",
        |e| e.ends_in(&[b"MessagePort", b"MessageChannel", b"BroadcastChannel", b"Node / MessagePort"])
    ),
    kind!(
        "performanceEntries",
        "performance entries",
        "performance marks and measures are made and never cleared",
        "Clear them when they were read: performance.clearMarks, clearMeasures, clearResourceTimings.",
        |e| e
            .around_holder()
            .any(|at| e.edge_is(at, &[b"markEntryBuffer", b"measureEntryBuffer", b"resourceTimingBuffer"]))
    ),
    kind!(
        "vmContexts",
        "vm contexts",
        "contexts of vm are made and kept",
        "Reuse a context, or let go of everything that was made in it.",
        |e| {
            e.below().any(|at| e.name(at).starts_with(b"system / NativeContext"))
                || e.ends_in(&[b"ContextifyContext", b"ContextifyScript", b"Node / ContextifyContext", b"Script"])
        }
    ),
    kind!(
        "promises",
        "pending promises",
        "promises never settle, and what awaits them is kept",
        "Settle every promise: release the lock, set a time limit, reject what waits when the work is given up.",
        |e| {
            e.below().any(|at| {
                e.name(at) == b"system / PromiseReaction" || e.name(at) == b"Generator" && at + 1 < e.steps.len()
            }) || e.is_pending_promise(e.element)
                || e.is_pending_promise(e.steps.len() - 1)
        }
    ),
    kind!(
        "finalizers",
        "finalizers",
        "a FinalizationRegistry keeps what was registered with it",
        "The held value must not refer to the object it was registered with.",
        |e| e.around_holder().chain(e.below()).any(|at| {
            e.name(at) == b"FinalizationRegistry" || e.name(at) == b"system / WeakCell" || e.edge_is(at, &[b"holdings"])
        })
    ),
    kind!(
        "streams",
        "streams",
        "a stream gets data that nobody takes",
        "Read the stream to its end (pipeline, resume), wait for 'drain' when write() returns false, or destroy it.",
        |e| (e.holder..e.steps.len()).any(|at| {
            matches!(e.name(at.saturating_sub(1)), b"ReadableState" | b"WritableState" | b"BufferList")
                && e.edge_is(at, &[b"buffer", b"buffered", b"<symbol kBufferedValue>", b"head", b"next", b"data"])
        })
    ),
    kind!(
        "sockets",
        "sockets",
        "connections and requests are kept after their end",
        "Remove them from the list when they close: on 'close', on 'finish'.",
        |e| e.ends_in(&[
            b"Socket",
            b"TLSSocket",
            b"IncomingMessage",
            b"ServerResponse",
            b"ClientRequest",
            b"TCP",
            b"WebSocket",
            b"Http2Stream",
            b"ServerHttp2Stream",
            b"ClientHttp2Stream",
            b"Http2Session"
        ])
    ),
    SLICED_TEXT,
    GROWING_TEXT,
    kind!(
        filling "strings",
        "strings",
        "strings are collected without bound",
        "Bound the collection, or keep one copy of each text.",
        |e| matches!(e.last_kind(), NodeKind::String | NodeKind::ConcatenatedString)
    ),
    kind!(
        filling "buffers",
        "buffers",
        "buffers are kept, and with them memory outside of the JavaScript heap",
        "Let go of the buffer when its contents were used; copy small pieces out of large ones.",
        |e| e.last_name().ends_with(b"Buffer")
            || e.last_name().ends_with(b"Array") && e.last_name() != b"Array"
            || e.last_name() == b"DataView"
    ),
    kind!(
        "closureChain",
        "closure chain",
        "each function keeps the scope in which it was made, and through it the one before",
        "Functions made in one scope share it: set variables that are not needed to null, or make the function elsewhere.",
        |e| e.is_list && (e.is_scoped || e.below().any(|at| is_context(e.name(at))))
    ),
    kind!(
        filling "linkedList",
        "linked list",
        "a list or tree gets a link more each time",
        "Bound the list: when a link is added, remove the oldest.",
        |e| e.is_list
    ),
    kind!(
        filling "memoize",
        "memoize cache",
        "a memoised function keeps every argument and result",
        "Bound the cache of the memoised function, or key it by a WeakMap.",
        |e| (e.holder.saturating_sub(5)..=e.holder).any(|at| {
            let name = e.name(at).to_ascii_lowercase();
            name.starts_with(b"memo") || name == b"mapcache"
        })
    ),
    kind!(filling "cache", "cache", "a cache has no bound", "Bound the cache by number, size or age.", |e| {
        (e.holder.saturating_sub(NEAR)..=e.holder).any(|at| {
            let name = e.name(at).to_ascii_lowercase();
            let is_cache = |text: &[u8]| memchr::memmem::find(&text.to_ascii_lowercase(), b"cache").is_some();
            memchr::memmem::find(&name, b"cache").is_some()
                || memchr::memmem::find(&name, b"lru").is_some()
                || matches!(e.edge(at), EdgeLabel::Name(name) if is_cache(name))
        })
    }),
    kind!(
        "closures",
        "closures",
        "functions are added to a list and never taken out, and each keeps the scope it was made in",
        "Take the function out of the list when it has run.",
        |e| e.element_kind() == NodeKind::Closure
    ),
    kind!(
        filling "map",
        "Map",
        "a Map gets entries and never loses them",
        "Delete entries when they are done with, bound the Map, or use a WeakMap when the keys are objects.",
        |e| e.holder_is(&[b"Map"])
    ),
    kind!(
        filling "set",
        "Set",
        "a Set gets items and never loses them",
        "Delete items when they are done with, or use a WeakSet.",
        |e| e.holder_is(&[b"Set"])
    ),
    kind!(
        filling "array",
        "array",
        "an array only ever gets longer",
        "Take elements out when they are done with, or bound the array.",
        |e| e.holder_is(&[b"Array"])
    ),
    kind!(
        filling "dictionary",
        "object as dictionary",
        "an object used as a dictionary gets keys and never loses them",
        "Delete keys when they are done with, or use a bounded Map.",
        |e| matches!(
            e.steps.get(e.element).and_then(|step| step.edge).map(|edge| edge.kind),
            Some(EdgeKind::Property | EdgeKind::Element)
        )
    ),
];

/// When no rule holds.
const OTHER: Kind = kind!(
    "objects",
    "objects",
    "objects become more and more",
    "See what the holder keeps them for, and let them go when it is done.",
    |_| true
);

/// The kind of the leak that a path shows.
pub(crate) fn kind_of(evidence: &Evidence<'_>) -> &'static Kind {
    KINDS.iter().find(|kind| (kind.holds)(evidence)).unwrap_or(&OTHER)
}
