//! Whether a node belongs to the program or to the runtime.
//!
//! Three of four objects in a server's heap were there before its first line ran. "Mine only" hides
//! them. A node is judged by its own properties, never by its retainers: Node's module loader retains
//! everything that a module exports, so following retainers would hide the program. In doubt a node is
//! shown.
//!
//! Hidden are
//! * V8's internal objects: hidden nodes, code, object shapes, backing arrays (their bytes count
//!   for their owners), synthetic roots, boxed numbers, everything named `system / …` or `(…)`;
//! * the embedder's internal objects: `Node / …`, C++ objects (`blink::…`, `std::…`);
//! * functions and instances whose script is the runtime's: `node:…`, `internal/…`, Deno's `ext:…`,
//!   code run by `vm` without a file name (`evalmachine.<anonymous>`), and, in Node up to 14, built-in
//!   scripts with bare names such as `fs.js`;
//! * functions without a script, which are built into V8 (bound functions are shown), and the prototypes
//!   and constructors that a native context holds directly;
//! * strings and symbols held by code or shapes alone: source text, constants, property names.

use crate::program::internals::{is_document_object, is_internal_name};
use crate::program::native_contexts::is_native_context;
use crate::program::scripts::Scripts;
use crate::snapshot::Snapshot;
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::NodeKind;

/// Decides which nodes are the program's own.
pub(crate) struct Mine<'a> {
    snapshot: &'a Snapshot,
    /// For each distinct place: whether its script is the runtime's.
    of_runtime: Vec<bool>,
}

impl<'a> Mine<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot, progress: &Progress) -> Result<Self> {
        let scripts = Scripts::of(snapshot, progress)?;
        let bare_names = scripts.names().any(|name| name.starts_with(b"internal/bootstrap/"));
        let of_runtime = snapshot
            .locations
            .places
            .iter()
            .map(|&place| scripts.name(place).is_some_and(|name| is_runtime_script(name, bare_names)));
        Ok(Self { snapshot, of_runtime: of_runtime.collect() })
    }

    /// Whether the node is the program's own.
    pub(crate) fn is_mine(&self, node: NodeIx) -> bool {
        match self.snapshot.kind(node) {
            NodeKind::Hidden
            | NodeKind::Array
            | NodeKind::Code
            | NodeKind::Number
            | NodeKind::Synthetic
            | NodeKind::ObjectShape
            | NodeKind::Undeclared => false,
            NodeKind::String | NodeKind::ConcatenatedString | NodeKind::SlicedString | NodeKind::Symbol => {
                !self.is_program_text(node)
            }
            NodeKind::Native => is_document_object(self.snapshot.name(node)),
            NodeKind::Closure => match self.is_of_runtime(node) {
                Some(of_runtime) => !of_runtime,
                None => self.snapshot.name(node) == b"native_bind",
            },
            NodeKind::Object | NodeKind::RegExp | NodeKind::BigInt | NodeKind::WasmObject | NodeKind::Other => {
                !is_internal_name(self.snapshot.name(node))
                    && !self.is_of_runtime(node).unwrap_or_else(|| self.is_intrinsic(node))
            }
        }
    }

    /// Whether the node's script is the runtime's; `None` without a script.
    fn is_of_runtime(&self, node: NodeIx) -> Option<bool> {
        self.snapshot.locations.index_of(node).map(|place| self.of_runtime[place.index()])
    }

    fn is_program_text(&self, node: NodeIx) -> bool {
        let holder = self.snapshot.dominators().parent(node);
        matches!(self.snapshot.kind(holder), NodeKind::Code | NodeKind::ObjectShape)
    }

    fn is_intrinsic(&self, node: NodeIx) -> bool {
        is_native_context(self.snapshot.name(self.snapshot.dominators().parent(node)))
    }
}

/// Whether the function or the constructor of a node is in a script of the program or of a package.
pub(crate) fn has_program_script(snapshot: &Snapshot, scripts: &Scripts, node: NodeIx) -> bool {
    let script = snapshot.location(node).and_then(|at| scripts.name(at));
    script.is_some_and(|script| !is_runtime_script(script, false))
}

/// Whether a script is the runtime's. `bare_names`: whether the runtime's scripts have names without a folder.
pub(crate) fn is_runtime_script(name: &[u8], bare_names: bool) -> bool {
    const PREFIXES: [&[u8]; 6] = [b"node:", b"internal/", b"evalmachine.", b"ext:", b"extensions::", b"native "];
    PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || bare_names && name.ends_with(b".js") && !name.iter().any(|b| matches!(b, b'/' | b'\\'))
}
