//! Nodes that match → the bytes that all of them keep alive together.

use crate::query::filter::matching;
use crate::query::filter_query::FilterQuery;
use crate::snapshot::Snapshot;
use crate::snapshot::error::Result;
use crate::snapshot::progress::Progress;
use crate::snapshot::retained::retained_together;
use serde::Serialize;

/// What the nodes keep alive.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Retained {
    /// Nodes that match.
    total: usize,
    /// Bytes that would be freed with them, nothing counted twice.
    retained_size: u64,
}

/// Answers the conditions of a `filter` question. Its options of pages and rows have no effect here.
pub(crate) fn retained(snapshot: &Snapshot, query: &FilterQuery, progress: &Progress) -> Result<Retained> {
    let (matches, _) = matching(snapshot, query, progress)?;
    Ok(Retained { total: matches.len(), retained_size: retained_together(snapshot, &matches) })
}
