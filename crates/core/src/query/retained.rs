//! Matching nodes → the bytes that they retain together.

use crate::query::filter::matching;
use crate::query::filter_query::FilterQuery;
use crate::snapshot::Snapshot;
use crate::snapshot::error::Result;
use crate::snapshot::progress::Progress;
use crate::snapshot::retained::retained_together;
use serde::Serialize;

/// The answer of `retained`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Retained {
    /// Matching nodes.
    total: usize,
    /// Bytes that would be freed with all of them.
    retained_size: u64,
}

/// Answers a question with the conditions of `filter`; its options for pages and rows are ignored.
pub(crate) fn retained(snapshot: &Snapshot, query: &FilterQuery, progress: &Progress) -> Result<Retained> {
    let (matches, _) = matching(snapshot, query, progress)?;
    Ok(Retained { total: matches.len(), retained_size: retained_together(snapshot, &matches) })
}
