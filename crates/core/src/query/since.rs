//! Growth between two checkpoints of a test, for `since()` of `heapray/testing`; not a question of the API.
//!
//! The answer is that of `diff` for all classes. Each row also has the number of objects that are not the program's,
//! and, if the class grew by more than that, how its objects are retained.

use crate::leak::test_rounds::Rounds;
use crate::leak::test_rounds::checkpoints::{Explainer, made_meanwhile};
use crate::paths::start::Viewpoint;
use crate::paths::text::PathText;
use crate::program::names::Show;
use crate::query::class_diff::ClassDiffRow;
use crate::query::diff::{DiffQuery, DiffResult, diff_of_classes};
use crate::query::page::MAX_ROWS;
use crate::query::read::members;
use crate::query::rows::{Rows, SourceRow};
use crate::snapshot::Snapshot;
use crate::snapshot::error::Result;
use crate::snapshot::progress::Progress;
use crate::snapshot::sort::sort_by_key;
use crate::snapshot::strings::Text;
use serde::Serialize;
use std::cmp::Reverse;

/// The most classes for which a path is searched.
const MAX_PATHS: usize = 50;

/// The question of `since`.
#[derive(Clone, Debug)]
pub(crate) struct SinceQuery {
    /// The script that defines heapray's class `Snapshot`.
    own_script: String,
}

members!(SinceQuery { own_script: "ownScript" });

/// The members of a row in addition to those of `diff`.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct SinceRow {
    /// How many of the new objects checkpoints create, or only V8 or the test runner retains.
    pub(crate) expected: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<SourceRow>,
}

/// Answers `since`.
pub(crate) fn since(
    before: &Snapshot,
    after: &Snapshot,
    query: &SinceQuery,
    show: Show,
    progress: &Progress,
) -> Result<DiffResult> {
    let all = DiffQuery { limit: Some(MAX_ROWS), ..DiffQuery::default() };
    let mut result = diff_of_classes(before, after, &all, progress)?;
    let expected = made_meanwhile(after, &query.own_script, progress)?;
    let mut grown: Vec<&mut ClassDiffRow> = Vec::new();
    for row in result.classes.iter_mut().flatten() {
        let expected = expected.get(row.name()).copied().unwrap_or(0);
        row.since = Some(SinceRow { expected, ..SinceRow::default() });
        if row.is_of_program() && row.count_delta > expected {
            grown.push(row);
        }
    }
    if grown.is_empty() {
        return result.written(before, after, show, progress);
    }
    sort_by_key(&mut grown, |row| (Reverse(row.count_delta), Reverse(row.size_delta)));
    let snapshots = [before, after];
    let rounds = Rounds { snapshots: &snapshots, last: after, iterations: 1, is_first: false, progress };
    let mut explainer = Explainer::new(&rounds)?;
    let rows = Rows::new(after, show, progress)?;
    let text = PathText { snapshot: after, names: rows.names, any_index: true, viewpoint: Viewpoint::Test };
    for row in grown.into_iter().take(MAX_PATHS) {
        let explanation = explainer.explain(row.name());
        let path = explanation.path.map(|path| text.write(&path));
        rows.take(path.as_ref().map_or(0, Vec::len))?;
        if let Some(since) = &mut row.since {
            since.expected += explanation.of_runtime;
            since.path = path.map(Text);
            since.source = explanation.location.map(|at| rows.source(at));
        }
    }
    result.written(before, after, show, progress)
}
