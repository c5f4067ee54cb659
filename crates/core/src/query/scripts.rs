//! Script ids → script names, which a snapshot holds only as part of its graph.
//!
//! Locations name a script by number. The name hangs below any function of that script:
//!
//! ```text
//! closure --shared--> SharedFunctionInfo --script--> Script --name--> "/srv/app/index.js"
//! ```
//!
//! The edge is `script` from V8 12 on and `script_or_debug_info` before; the three nodes are of type
//! `code` in all of them. While a debugger is attached the second may be a DebugInfo, which has no
//! `name`, and another function of the script answers. Objects carry the script of their
//! constructor, so that a script is known when one of its functions is alive. Allocation stacks
//! know names as well.

use crate::columns::Location;
use crate::derived::Table;
use crate::display::internal_target;
use crate::error::Result;
use crate::ids::{NodeIx, StringIx};
use crate::progress::Progress;
use crate::query::steps::Steps;
use crate::schema::NodeKind;
use crate::snapshot::Snapshot;
use std::collections::HashMap;

/// Names of scripts by V8's script id.
#[derive(Debug, Default)]
pub(crate) struct Scripts {
    names: HashMap<i64, StringIx>,
}

impl Scripts {
    /// The table of a snapshot. The first call walks all functions.
    pub(crate) fn of<'a>(snapshot: &'a Snapshot, progress: &Progress) -> Result<&'a Scripts> {
        snapshot.derived.get_or_make(|| Scripts::new(snapshot, progress))
    }

    fn new(snapshot: &Snapshot, progress: &Progress) -> Result<Scripts> {
        let mut names = HashMap::new();
        let mut steps = Steps::new(progress);
        for node in snapshot.nodes().iter() {
            steps.step()?;
            if snapshot.kind(node) != NodeKind::Closure {
                continue;
            }
            let Some(at) = snapshot.location(node) else { continue };
            if let std::collections::hash_map::Entry::Vacant(entry) = names.entry(i64::from(at.script_id))
                && let Some(name) = script_name(snapshot, node)
            {
                entry.insert(name);
            }
        }
        for function in &snapshot.allocations().functions {
            if !snapshot.strings().get(function.script_name).is_empty() {
                names.entry(function.script_id).or_insert(function.script_name);
            }
        }
        Ok(Scripts { names })
    }

    /// The name of the script of a place.
    pub(crate) fn name(&self, at: Location) -> Option<StringIx> {
        self.names.get(&i64::from(at.script_id)).copied()
    }

    /// All names known.
    pub(crate) fn names(&self) -> impl Iterator<Item = StringIx> + '_ {
        self.names.values().copied()
    }
}

impl Table for Scripts {
    fn memory(&self) -> usize {
        24 * self.names.capacity()
    }
}

/// The name of the script a function is from.
fn script_name(snapshot: &Snapshot, closure: NodeIx) -> Option<StringIx> {
    let shared = internal_target(snapshot, closure, b"shared")?;
    let script = internal_target(snapshot, shared, b"script")
        .or_else(|| internal_target(snapshot, shared, b"script_or_debug_info"))?;
    let name = internal_target(snapshot, script, b"name")?;
    (snapshot.kind(name) == NodeKind::String).then(|| snapshot.nodes().name(name))
}
