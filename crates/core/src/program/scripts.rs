//! Script ids → script names, which a snapshot holds only as part of its graph.
//!
//! Locations refer to a script by number. Any function of that script leads to the name:
//!
//! ```text
//! closure --shared--> SharedFunctionInfo --script--> Script --name--> "/srv/app/index.js"
//! ```
//!
//! The edge is `script` from V8 12 on and `script_or_debug_info` before; the three nodes are of type
//! `code` in all versions. While a debugger is attached the second may be a DebugInfo, which has no
//! `name`; then another function of the script supplies it. Objects have the location of their
//! constructor, so a script's name is known if any of its functions is alive. Allocation stacks contain
//! names as well. In a redacted snapshot the string at the end is hidden, but the Script node has the
//! same name.

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
use std::hash::Hash;

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

    /// The name of the script of a location.
    pub(crate) fn name(&self, at: Location) -> Option<&[u8]> {
        self.names.get(&i64::from(at.script_id)).map(|name| name.0.as_slice())
    }

    /// The id of the script of this name.
    pub(crate) fn id(&self, name: &[u8]) -> Option<i64> {
        self.names.iter().filter(|(_, each)| each.0 == name).map(|(&id, _)| id).max()
    }

    /// Numbers what `part_of` makes of the script of each distinct location: the parts by number, and the number of each
    /// location. Scripts without a name, and those of which it makes nothing, have none.
    pub(crate) fn numbered<'a, T: Copy + Eq + Hash>(
        &'a self,
        snapshot: &Snapshot,
        part_of: impl Fn(&'a [u8]) -> Option<T>,
    ) -> (Vec<T>, Vec<Option<u32>>) {
        let mut parts = Vec::new();
        let mut known: HashMap<T, u32> = HashMap::new();
        let of_place = snapshot.locations.places.iter().map(|&place| {
            let part = part_of(self.name(place).filter(|name| !name.is_empty())?)?;
            Some(*known.entry(part).or_insert_with(|| {
                parts.push(part);
                parts.len() as u32 - 1
            }))
        });
        let of_place = of_place.collect();
        (parts, of_place)
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

/// The script of a function's shared function info.
pub(crate) fn script_of_shared(snapshot: &Snapshot, shared: NodeIx) -> Option<NodeIx> {
    internal_target(snapshot, shared, b"script").or_else(|| internal_target(snapshot, shared, b"script_or_debug_info"))
}

/// The name of a function's script, unless a node on the way to it was visited before: if that led to no name then, it
/// leads to none now, however many functions refer to it.
fn script_name<'a>(snapshot: &'a Snapshot, closure: NodeIx, looked_at: &mut NodeSet) -> Option<&'a [u8]> {
    let shared = internal_target(snapshot, closure, b"shared").filter(|&shared| looked_at.insert(shared))?;
    let script = script_of_shared(snapshot, shared).filter(|&script| looked_at.insert(script))?;
    let name = internal_target(snapshot, script, b"name")?;
    let text = snapshot.name(name);
    match snapshot.kind(name) {
        NodeKind::String if !is_redacted(text) => return Some(text),
        kind if kind.is_string() => {}
        _ => return None,
    }
    // The Script node has the name too, even if the string is concatenated or sliced.
    let label = snapshot.name(script);
    let label = label.strip_prefix(b"system / Script / ").unwrap_or(label);
    (!is_internal_name(label)).then_some(label)
}
