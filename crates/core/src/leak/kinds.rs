//! A path → the kind of leak that it shows.
//!
//! A rule can check three parts of the path: down to the holder, from the holder to the element, and below the element.
//! The first rule that holds decides, so they are ordered from the particular to the general.

use crate::leak::evidence::{Evidence, NEAR};
use crate::leak::growing_object_kinds::{GROWING_TEXT, SLICED_TEXT};
use crate::leak::kind::{Kind, kind};
use crate::program::variables::is_context;
use crate::snapshot::display::EdgeLabel;
use crate::snapshot::schema::{EdgeKind, NodeKind};

/// Classes of timers, in Node.js and in browsers.
pub(crate) const TIMERS: [&[u8]; 6] =
    [b"TimersList", b"Timeout", b"Immediate", b"DOMTimer", b"blink::DOMTimer", b"ScheduledAction"];

/// The kinds, from the particular to the general.
const KINDS: &[Kind] = &[
    kind!(
        "detachedDom",
        "detached DOM",
        "elements that were removed from the document are still referred to",
        "Drop the reference when the element is removed, or keep it in a WeakRef or WeakMap.",
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
        "asyncLocalStorages",
        "AsyncLocalStorage",
        "instances of AsyncLocalStorage are created again and again, and Node keeps each one that was used",
        "Create one AsyncLocalStorage for the program, or call disable() on instances that are no longer needed.",
        |e| e.around_holder().any(|at| e.edge_is(at, &[b"storageList"]))
    ),
    kind!(
        "eventListeners",
        "event listeners",
        "event listeners are added and never removed",
        "Remove the listener when its owner is disposed of (off, removeListener, once), or add it only once.",
        |e| e.around_holder().any(|at| e.edge_is(at, &[b"_events"]))
    ),
    kind!(
        "eventTargetListeners",
        "event listeners",
        "listeners on a long-lived EventTarget or AbortSignal are never removed",
        "Remove the listener when the work is done (removeEventListener, { once: true }), or use a separate signal for each task.",
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
        "Clear the timer when its owner is disposed of: clearInterval, clearTimeout.",
        |e| {
            // A socket's timeout is often near what the socket retains, but is not the cause.
            (e.holder..=e.element).any(|at| {
                let is_timer = |name: &[u8]| TIMERS.contains(&name);
                is_timer(e.name(at)) || e.edge_is(at, &[b"timerListMap", b"knownTimersById"])
            })
        }
    ),
    kind!(
        "workers",
        "worker threads",
        "worker threads are started and never terminated",
        "Call terminate() on the worker when its work is done, or reuse the worker.",
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
        "performance marks and measures are created and never cleared",
        "Clear them after reading them: performance.clearMarks, clearMeasures, clearResourceTimings.",
        |e| e
            .around_holder()
            .any(|at| e.edge_is(at, &[b"markEntryBuffer", b"measureEntryBuffer", b"resourceTimingBuffer"]))
    ),
    kind!(
        "vmContexts",
        "vm contexts",
        "vm contexts are created and kept",
        "Reuse a context, or drop all references to objects created in it.",
        |e| {
            e.below().any(|at| e.name(at).starts_with(b"system / NativeContext"))
                || e.ends_in(&[b"ContextifyContext", b"ContextifyScript", b"Node / ContextifyContext", b"Script"])
        }
    ),
    kind!(
        "promises",
        "pending promises",
        "promises never settle, and the functions that await them are kept",
        "Settle every promise: release the lock, set a timeout, reject when the work is abandoned.",
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
        "a stream buffers data that nothing reads",
        "Read the stream to its end (pipeline, resume), wait for 'drain' when write() returns false, or destroy it.",
        |e| (e.holder..e.steps.len()).any(|at| {
            matches!(e.name(at.saturating_sub(1)), b"ReadableState" | b"WritableState" | b"BufferList")
                && e.edge_is(at, &[b"buffer", b"buffered", b"<symbol kBufferedValue>", b"head", b"next", b"data"])
        })
    ),
    kind!(
        "sockets",
        "sockets",
        "connections and requests are kept after they end",
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
        "strings are collected without a bound",
        "Bound the collection, or keep one copy of each string.",
        |e| matches!(e.last_kind(), NodeKind::String | NodeKind::ConcatenatedString)
    ),
    kind!(
        filling "buffers",
        "buffers",
        "buffers are kept, and with them memory outside the JavaScript heap",
        "Release the buffer after use; copy small pieces out of large buffers.",
        |e| e.last_name().ends_with(b"Buffer")
            || e.last_name().ends_with(b"Array") && e.last_name() != b"Array"
            || e.last_name() == b"DataView"
    ),
    kind!(
        "closureChain",
        "closure chain",
        "each function keeps the scope in which it was created, and through it the previous function",
        "Functions created in one scope share it: set variables to null when they are no longer needed, or create the function elsewhere.",
        |e| e.is_list && (e.is_scoped || e.below().any(|at| is_context(e.name(at))))
    ),
    kind!(
        filling "linkedList",
        "linked list",
        "a list or tree gets one more link each time",
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
    kind!(filling "cache", "cache", "a cache gets entries and never loses them", "Bound the cache by number, size or age.", |e| {
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
        "functions are added to a list and never removed, and each keeps the scope in which it was created",
        "Remove the function from the list when it has run.",
        |e| e.element_kind() == NodeKind::Closure
    ),
    kind!(
        filling "map",
        "Map",
        "a Map gets entries and never loses them",
        "Delete entries after use, bound the Map, or use a WeakMap if the keys are objects.",
        |e| e.holder_is(&[b"Map"])
    ),
    kind!(
        filling "set",
        "Set",
        "a Set gets items and never loses them",
        "Delete items after use, or use a WeakSet.",
        |e| e.holder_is(&[b"Set"])
    ),
    kind!(
        filling "array",
        "array",
        "an array gets elements and never loses them",
        "Remove elements after use, or bound the array.",
        |e| e.holder_is(&[b"Array"])
    ),
    kind!(
        filling "dictionary",
        "object as dictionary",
        "an object used as a dictionary gets keys and never loses them",
        "Delete keys after use, or use a bounded Map.",
        |e| matches!(
            e.steps.get(e.element).and_then(|step| step.edge).map(|edge| edge.kind),
            Some(EdgeKind::Property | EdgeKind::Element)
        )
    ),
];

/// The kind if no rule holds.
const OTHER: Kind = kind!(
    "objects",
    "objects",
    "more and more objects are kept",
    "Check why the holder keeps them, and release them when they are no longer needed.",
    |_| true
);

/// The kind of the leak that a path shows.
pub(crate) fn kind_of(evidence: &Evidence<'_>) -> &'static Kind {
    KINDS.iter().find(|kind| (kind.holds)(evidence)).unwrap_or(&OTHER)
}
