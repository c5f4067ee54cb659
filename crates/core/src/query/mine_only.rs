//! The option `mineOnly`.

use crate::snapshot::Snapshot;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

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

impl<'de> Deserialize<'de> for MineOnly {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::Bool(true) => Ok(MineOnly::Yes),
            serde_json::Value::Bool(false) => Ok(MineOnly::No),
            serde_json::Value::String(text) if text == "auto" => Ok(MineOnly::Auto),
            other => Err(D::Error::custom(format!("mineOnly: expected true, false or \"auto\", found {other}"))),
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
