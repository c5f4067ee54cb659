//! Growth from round to round of a test, for the assertions of `heapray/testing`; not a question of the API.
//!
//! ```text
//! {"ask":"testRounds","iterations":20,"find":"growth"}   after each round: may anything leak?
//! {"ask":"testRounds","iterations":20,"find":"leaks"}    after the last
//! {"ask":"testRounds","iterations":20,"find":"heap"}     growth of bytes that no class shows
//! ```

use crate::leak::Finding;
use crate::leak::test_rounds::{ClassLeak, RoundLeak, Rounds};
use crate::paths::start::Viewpoint;
use crate::paths::step::PathStep;
use crate::paths::text::PathText;
use crate::program::names::Show;
use crate::query::leaks::{AllocatedRow, FunctionRow, allocated_row, declared};
use crate::query::read::{members, words};
use crate::query::rows::{ComponentRow, OwnerRow, Rows, SourceRow};
use crate::query::tree::in_range;
use crate::snapshot::Snapshot;
use crate::snapshot::error::Result;
use crate::snapshot::progress::Progress;
use crate::snapshot::strings::Text;
use serde::Serialize;

/// The kind of growth to search for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Find {
    Growth,
    Leaks,
    Heap,
}

/// The question of `testRounds`.
#[derive(Clone, Debug)]
pub(crate) struct TestRoundsQuery {
    find: Find,
    /// Calls in a round.
    iterations: u64,
    /// Whether the first snapshot is the first that was taken in its realm.
    is_first: Option<bool>,
    /// The most bytes that a round may add.
    max_growth: Option<f64>,
    /// Names of the classes to check; all if `None`.
    classes: Option<Vec<String>>,
}

words!(Find { Growth: "growth", Leaks: "leaks", Heap: "heap" });
members!(TestRoundsQuery {
    find: "find",
    iterations: "iterations",
    is_first: "isFirst",
    max_growth: "maxGrowth",
    classes: "classes",
});

/// The answer of `testRounds`.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum TestRounds {
    #[serde(rename_all = "camelCase")]
    Growth {
        may_leak: bool,
        classes: Vec<Text>,
    },
    Leaks {
        leaks: Vec<LeakRow>,
    },
}

/// `Leak` of `testing/index.d.ts`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LeakRow {
    class_name: Text,
    added_count: Vec<i64>,
    added_bytes: Vec<i64>,
    path: Option<Text>,
    holder: Option<HolderOfLeak>,
    source: Option<SourceRow>,
    functions: Vec<FunctionRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    component: Option<ComponentRow>,
    kind: Option<&'static str>,
    advice: Option<&'static str>,
    allocated_at: Option<AllocatedRow>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct HolderOfLeak {
    class_name: Text,
    path: Text,
    source: Option<SourceRow>,
    owner: Option<OwnerRow>,
}

impl HolderOfLeak {
    fn new(rows: &Rows<'_>, steps: &[PathStep], any_index: bool) -> Result<HolderOfLeak> {
        let class_name = steps.last().map_or_else(Text::default, |step| rows.class_name(step.node));
        let (source, owner) = declared(rows, steps)?;
        Ok(HolderOfLeak { class_name, path: text(rows, steps, any_index)?, source, owner })
    }
}

/// Answers `testRounds` about snapshots of one process, oldest first.
pub(crate) fn test_rounds(
    snapshots: &[&Snapshot],
    last: &Snapshot,
    query: &TestRoundsQuery,
    show: Show,
    progress: &Progress,
) -> Result<TestRounds> {
    let iterations = in_range("iterations", query.iterations, u64::from(u32::MAX))? as i64;
    let rounds = Rounds { snapshots, last, iterations, is_first: query.is_first.unwrap_or(false), progress };
    if query.find == Find::Growth {
        let growth = rounds.growth(query.max_growth)?;
        let classes = growth.classes.into_iter().map(|class| class.name).collect();
        return Ok(TestRounds::Growth { may_leak: growth.may_leak, classes });
    }
    let rows = Rows::new(last, show, progress)?;
    let leaks = match query.find {
        Find::Heap => vec![RoundLeak::Class(rounds.heap_leak()?)],
        _ => rounds.leaks(query.classes.as_deref())?,
    };
    let row = |leak| match leak {
        RoundLeak::Suspect(finding) => row_of_suspect(&rows, *finding),
        RoundLeak::Class(leak) => row_of_class(&rows, leak),
    };
    Ok(TestRounds::Leaks { leaks: leaks.into_iter().map(row).collect::<Result<_>>()? })
}

fn row_of_suspect(rows: &Rows<'_>, finding: Finding) -> Result<LeakRow> {
    let snapshot = rows.snapshot;
    let source = |node| snapshot.location(node).map(|at| rows.source(at));
    let holder = HolderOfLeak::new(rows, finding.holder_steps(), finding.holder.count > 1)?;
    let functions: Vec<FunctionRow> =
        finding.functions.iter().map(|&node| FunctionRow { name: rows.function(node), source: source(node) }).collect();
    Ok(LeakRow {
        path: Some(text(rows, &finding.steps, true)?),
        source: source(finding.example).or_else(|| functions.iter().find_map(|function| function.source.clone())),
        functions,
        component: rows.component_of(&finding),
        added_bytes: finding.added_bytes.unwrap_or_default().into_iter().map(|bytes| bytes as i64).collect(),
        added_count: finding.added_count,
        class_name: rows.class_of_leak(&finding.class_name, finding.example),
        holder: Some(holder),
        kind: Some(finding.kind.name),
        advice: Some(finding.kind.advice),
        allocated_at: allocated_row(rows, &finding.allocated)?,
    })
}

fn row_of_class(rows: &Rows<'_>, leak: ClassLeak) -> Result<LeakRow> {
    let holder = leak.holder.as_deref().map(|steps| HolderOfLeak::new(rows, steps, false));
    Ok(LeakRow {
        class_name: rows.names.class(&leak.class_name).into_owned(),
        added_count: leak.added_count,
        added_bytes: leak.added_bytes,
        // The path to a single object contains its index; the text for many objects does not.
        path: leak.path.as_deref().map(|steps| text(rows, steps, leak.holder.is_none())).transpose()?,
        holder: holder.transpose()?,
        source: leak.location.map(|at| rows.source(at)),
        functions: Vec::new(),
        component: None,
        kind: None,
        advice: None,
        allocated_at: allocated_row(rows, &leak.allocated)?,
    })
}

fn text(rows: &Rows<'_>, steps: &[PathStep], any_index: bool) -> Result<Text> {
    let text =
        PathText { snapshot: rows.snapshot, names: rows.names, any_index, viewpoint: Viewpoint::Test }.write(steps);
    rows.take(text.len())?;
    Ok(Text(text))
}
