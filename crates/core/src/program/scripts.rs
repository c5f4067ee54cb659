//! Script ids → script names, which a snapshot holds only as part of its graph.
//!
//! Locations name a script by number. The name is reached from any function of that script:
//!
//! ```text
//! closure --shared--> SharedFunctionInfo --script--> Script --name--> "/srv/app/index.js"
//! ```
//!
//! The edge is `script` from V8 12 on and `script_or_debug_info` before; the three nodes are of type
//! `code` in all of them. While a debugger is attached the second may be a DebugInfo, which has no
//! `name`, and another function of the script answers. Objects carry the script of their
//! constructor, so that a script is known when one of its functions is alive. Allocation stacks
//! know names as well. In a redacted snapshot the string at the end is hidden, but V8 names the Script
//! after it too.

use crate::program::internals::is_internal_name;
use crate::snapshot::Snapshot;
use crate::snapshot::bits::NodeSet;
use crate::snapshot::columns::Location;
use crate::snapshot::derived::Table;
use crate::snapshot::display::internal_target;
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::redacted::is_redacted;
use crate::snapshot::schema::NodeKind;
use crate::snapshot::strings::Text;
use crate::snapshot::ticker::Ticker;
use foldhash::{HashMap, HashMapExt};

/// Names of scripts by V8's script id.
#[derive(Debug, Default)]
pub(crate) struct Scripts {
    names: HashMap<i64, Text>,
}

impl Scripts {
    /// The table of a snapshot. The first call walks all functions.
    pub(crate) fn of<'a>(snapshot: &'a Snapshot, progress: &Progress) -> Result<&'a Scripts> {
        snapshot.derived.get_or_make(|| Scripts::new(snapshot, progress))
    }

    fn new(snapshot: &Snapshot, progress: &Progress) -> Result<Scripts> {
        let mut names = HashMap::new();
        let mut looked_at = NodeSet::new(snapshot.nodes().len());
        let mut ticker = Ticker::new(progress);
        for node in snapshot.nodes().iter() {
            ticker.tick()?;
            if snapshot.kind(node) != NodeKind::Closure {
                continue;
            }
            let Some(at) = snapshot.location(node) else { continue };
            if let std::collections::hash_map::Entry::Vacant(entry) = names.entry(i64::from(at.script_id))
                && let Some(name) = script_name(snapshot, node, &mut looked_at)
            {
                entry.insert(Text::of(name));
            }
        }
        for function in &snapshot.allocations().functions {
            let name = snapshot.strings().get(function.script_name);
            if !name.is_empty() {
                names.entry(function.script_id).or_insert_with(|| Text::of(name));
            }
        }
        Ok(Scripts { names })
    }

    /// The name of the script of a place.
    pub(crate) fn name(&self, at: Location) -> Option<&[u8]> {
        self.names.get(&i64::from(at.script_id)).map(|name| name.0.as_slice())
    }

    /// The id of the script of this name.
    pub(crate) fn id(&self, name: &[u8]) -> Option<i64> {
        self.names.iter().filter(|(_, each)| each.0 == name).map(|(&id, _)| id).max()
    }

    /// All names known.
    pub(crate) fn names(&self) -> impl Iterator<Item = &[u8]> {
        self.names.values().map(|name| name.0.as_slice())
    }
}

impl Table for Scripts {
    fn memory(&self) -> usize {
        40 * self.names.capacity() + self.names().map(<[u8]>::len).sum::<usize>()
    }
}

/// The script of what V8 compiled of a function.
pub(crate) fn script_of_shared(snapshot: &Snapshot, shared: NodeIx) -> Option<NodeIx> {
    internal_target(snapshot, shared, b"script").or_else(|| internal_target(snapshot, shared, b"script_or_debug_info"))
}

/// The name of the script a function is from, unless what leads to it was looked at before: where that had no
/// name it has none now, however many functions refer to it.
fn script_name<'a>(snapshot: &'a Snapshot, closure: NodeIx, looked_at: &mut NodeSet) -> Option<&'a [u8]> {
    let shared = internal_target(snapshot, closure, b"shared").filter(|&shared| looked_at.insert(shared))?;
    let script = script_of_shared(snapshot, shared).filter(|&script| looked_at.insert(script))?;
    let name = internal_target(snapshot, script, b"name")?;
    let text = snapshot.name(name);
    match snapshot.kind(name) {
        NodeKind::String if !is_redacted(text) => return Some(text),
        NodeKind::String | NodeKind::ConcatenatedString | NodeKind::SlicedString => {}
        _ => return None,
    }
    // V8 names the Script after it too, where it was put together or cut out of another text as well.
    let label = snapshot.name(script);
    let label = label.strip_prefix(b"system / Script / ").unwrap_or(label);
    (!is_internal_name(label)).then_some(label)
}
