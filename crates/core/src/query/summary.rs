//! The properties of a snapshot in JavaScript: counts, total, header, statistics.

use crate::snapshot::Snapshot;
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::statistics::Statistics;
use serde::Serialize;
use serde_json::value::RawValue;

/// The answer of `summary`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary<'a> {
    node_count: u32,
    edge_count: u32,
    string_count: u32,
    total_size: u64,
    root_id: u32,
    meta: &'a RawValue,
    statistics: &'a Statistics,
    skipped: &'a [String],
}

/// Answers `summary`.
pub(crate) fn summary(snapshot: &Snapshot) -> Result<Summary<'_>> {
    let meta = serde_json::from_str(&snapshot.schema().meta_json)
        .map_err(|error| Error::new(Code::Header, "meta to be JSON", error.to_string()).in_section("snapshot"))?;
    Ok(Summary {
        node_count: snapshot.node_count(),
        edge_count: snapshot.edge_count(),
        string_count: snapshot.string_count(),
        total_size: snapshot.total_size(),
        root_id: snapshot.nodes().id(snapshot.root()).0,
        meta,
        statistics: snapshot.statistics(),
        skipped: snapshot.skipped(),
    })
}
