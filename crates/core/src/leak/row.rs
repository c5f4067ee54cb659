//! The rows of suspects as they leave for JavaScript: `Suspect` of `index.d.ts`.

use crate::query::rows::SourceRow;
use crate::strings::Text;
use serde::Serialize;

/// How sure a suspect is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Confidence {
    /// One snapshot, or snapshots of different processes.
    Low,
    /// Growth in one interval, or uneven growth in several.
    Medium,
    /// Even growth in several intervals, and what was added stays.
    High,
}

/// What holds the objects that leak.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HolderRow {
    pub(crate) id: u32,
    pub(crate) class_name: Text,
    pub(crate) name: Text,
    /// How many holders are held in the same way.
    pub(crate) count: usize,
    pub(crate) retained_size: u64,
    pub(crate) path: Text,
    pub(crate) source: Option<SourceRow>,
}

/// What holds some of them besides.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OtherHolderRow {
    pub(crate) id: u32,
    pub(crate) class_name: Text,
    /// How many of the objects it keeps when the holder has let go.
    pub(crate) count: usize,
    pub(crate) path: Text,
    pub(crate) source: Option<SourceRow>,
}

/// A function on the path.
#[derive(Debug, Serialize)]
pub(crate) struct FunctionRow {
    pub(crate) name: Text,
    pub(crate) source: Option<SourceRow>,
}

/// A suspect as it is answered.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SuspectRow {
    pub(crate) class_name: Text,
    pub(crate) kind: &'static str,
    pub(crate) reason: String,
    pub(crate) advice: &'static str,
    pub(crate) count: usize,
    pub(crate) bytes: u64,
    pub(crate) percent: f64,
    pub(crate) added_count: Vec<i64>,
    pub(crate) added_bytes: Option<Vec<u64>>,
    pub(crate) holder: HolderRow,
    pub(crate) path: Text,
    pub(crate) source: Option<SourceRow>,
    pub(crate) functions: Vec<FunctionRow>,
    pub(crate) sample_ids: Vec<u32>,
    pub(crate) freed_if_released: u64,
    pub(crate) other_holders: Vec<OtherHolderRow>,
    pub(crate) freed_if_all_release: u64,
    pub(crate) confidence: Confidence,
    pub(crate) fingerprint: String,
    /// Whether it was empty in the first of two snapshots, and may be full in a third.
    #[serde(skip)]
    pub(crate) is_undecided: bool,
    /// Whether only the embedder's own lists hold it.
    #[serde(skip)]
    pub(crate) is_held_by_runtime: bool,
}
