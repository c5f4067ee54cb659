//! The option `mineOnly`.

use crate::query::read::{Read, Wrong, unexpected};
use crate::snapshot::Snapshot;
use serde_json::Value;

/// Heaps above this size are mostly the program's data, which is what its author looks for.
const BIG_HEAP: u64 = 25_000_000;

/// Whether to hide objects that are not the program's.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum MineOnly {
    /// Hide them.
    Yes,
    /// Show everything.
    #[default]
    No,
    /// Hide them in heaps over 25 MB, unless the question gives ids or types.
    Auto,
}

impl Read for MineOnly {
    fn read(value: Value) -> Result<Self, Wrong> {
        match value {
            Value::Bool(true) => Ok(MineOnly::Yes),
            Value::Bool(false) => Ok(MineOnly::No),
            Value::String(text) if text == "auto" => Ok(MineOnly::Auto),
            other => Err(unexpected("true, false or \"auto\"", &other)),
        }
    }
}

impl MineOnly {
    /// Whether to hide them in this snapshot. `names_nodes`: whether the question gives ids or types.
    pub(crate) fn applies(self, snapshot: &Snapshot, names_nodes: bool) -> bool {
        match self {
            MineOnly::Yes => true,
            MineOnly::No => false,
            MineOnly::Auto => !names_nodes && snapshot.total_size() > BIG_HEAP,
        }
    }
}
