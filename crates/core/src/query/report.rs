//! A report: leaks, totals, classes, biggest objects, duplicated strings, detached nodes.

use crate::leak::{self, Facts, Noise, Profile, Series};
use crate::program::names::Show;
use crate::query::biggest::biggest;
use crate::query::classes::{ClassQuery, ClassRow, classes};
use crate::query::collections::{CollectionRow, add_paths, collections};
use crate::query::duplicates::{Duplicates, StringRow};
use crate::query::filter::{Sorting, page_of};
use crate::query::filter_query::Sort;
use crate::query::leaks;
use crate::query::leaks::{CandidateRow, Growth, Outcome, Outside, ProcessMemory, SuspectRow};
use crate::query::order::Order;
use crate::query::packages::{PackageRow, by_package};
use crate::query::page::Page;
use crate::query::paths::ShownPaths;
use crate::query::rows::{NodeRow, Rows};
use crate::query::tree::in_range;
use crate::snapshot::Snapshot;
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::ids::NodeIx;
use crate::snapshot::parallel::join;
use crate::snapshot::progress::Progress;
use crate::snapshot::statistics::Statistics;
use crate::snapshot::strings::Text;
use serde::{Deserialize, Serialize};

/// Changes when a field of an answer changes its meaning.
pub(crate) const SCHEMA_VERSION: u32 = 1;

/// The question of `report`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(missing_docs, reason = "index.d.ts describes the fields")]
pub struct ReportQuery {
    pub limit: Option<u64>,
    /// Figures of the process at each snapshot given, where there are any.
    #[serde(default)]
    pub(crate) outside: Vec<Option<ProcessMemory>>,
}

/// The answer of `report`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    schema_version: u32,
    kind: &'static str,
    outcome: Outcome,
    verdict: String,
    growth: Option<Growth>,
    /// Only of one snapshot with samples.
    #[serde(skip_serializing_if = "Option::is_none")]
    timeline: Option<Facts>,
    outside: Option<Outside>,
    order: Vec<usize>,
    suspects: Vec<SuspectRow>,
    inconclusive: Vec<SuspectRow>,
    candidates: Vec<CandidateRow>,
    ignored_growth: Vec<&'static Noise>,
    totals: Totals,
    statistics: Statistics,
    classes: Vec<ClassRow>,
    biggest: Vec<BigRow>,
    by_package: Vec<PackageRow>,
    collections: Vec<CollectionRow>,
    duplicated_strings: DuplicatedStrings,
    detached: Detached,
    skipped: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Totals {
    nodes: u32,
    edges: u32,
    strings: u32,
    size: u64,
}

/// A node and its retaining path.
#[derive(Debug, Serialize)]
struct BigRow {
    #[serde(flatten)]
    node: NodeRow,
    path: Option<Text>,
}

#[derive(Debug, Serialize)]
struct DuplicatedStrings {
    total: usize,
    wasted: f64,
    strings: Vec<StringRow>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Detached {
    count: usize,
    self_size: u64,
    nodes: Vec<NodeRow>,
}

/// Answers `report`: describes the newest snapshot, and says what the series tells of leaks in it.
pub(crate) fn report(given: &[&Snapshot], query: &ReportQuery, show: Show, progress: &Progress) -> Result<Report> {
    let limit = in_range("limit", query.limit.unwrap_or(10), 1000)?;
    let order = Order::of(given)?;
    let series = &order.apply(given)[..];
    let Some(&snapshot) = series.last() else {
        return Err(Error::new(Code::InvalidQuery, "at least one snapshot", "none"));
    };
    let by_class = ClassQuery { limit: Some(limit as u64), ..ClassQuery::default() };
    // Whatever needs no paths is found while the paths are.
    let find_leaks = || {
        let series = Series::new(series, snapshot, order.has_common_ids, progress)?;
        leak::report(&series, limit, Profile::Program, progress)
    };
    let find_duplicates = || duplicated_strings(snapshot, limit, show, progress);
    let find_others = || -> Result<_> {
        let rows = Rows::new(snapshot, show, progress)?;
        rows.find_owners()?;
        let (biggest, by_package) = (biggest(snapshot, limit, progress)?, by_package(&rows, limit, progress)?);
        let (collections, classes) =
            (collections(&rows, limit, progress)?, classes(snapshot, &by_class, show, progress)?);
        let detached = detached(&rows, limit)?;
        Ok((rows, biggest, by_package, collections, classes.classes, detached))
    };
    let (leaks, (duplicated_strings, others)) = join(find_leaks, || join(find_duplicates, find_others));
    let (rows, biggest, by_package, mut collections, classes, detached) = others?;
    let leaks = leaks::answer(&rows, series, leaks?, &query.outside, &order.positions)?;
    let paths = ShownPaths::new(snapshot, progress)?;
    add_paths(&mut collections, &paths, &rows)?;
    Ok(Report {
        schema_version: SCHEMA_VERSION,
        kind: "report",
        outcome: leaks.outcome,
        verdict: format!("{}{}", leaks.verdict, order.note()),
        growth: leaks.growth,
        timeline: leaks.timeline,
        outside: leaks.outside,
        order: order.positions,
        suspects: leaks.suspects,
        inconclusive: leaks.inconclusive,
        candidates: leaks.candidates,
        ignored_growth: leaks.ignored,
        totals: Totals {
            nodes: snapshot.node_count(),
            edges: snapshot.edge_count(),
            strings: snapshot.string_count(),
            size: snapshot.total_size(),
        },
        statistics: *snapshot.statistics(),
        classes,
        biggest: biggest
            .into_iter()
            .map(|big| Ok(BigRow { node: rows.node(big)?, path: paths.text(big, &rows)? }))
            .collect::<Result<_>>()?,
        by_package,
        collections,
        duplicated_strings: duplicated_strings?,
        detached,
        skipped: snapshot.skipped().to_vec(),
    })
}

fn duplicated_strings(snapshot: &Snapshot, limit: usize, show: Show, progress: &Progress) -> Result<DuplicatedStrings> {
    let duplicates = Duplicates::find(snapshot, progress)?;
    let page = duplicates.page(snapshot, Page::first(limit), show)?;
    Ok(DuplicatedStrings { total: page.total, wasted: duplicates.wasted(), strings: page.strings })
}

fn detached(rows: &Rows<'_>, limit: usize) -> Result<Detached> {
    let snapshot = rows.snapshot;
    let nodes: Vec<NodeIx> = snapshot.nodes().iter().filter(|&node| snapshot.detachedness(node) == 2).collect();
    let count = nodes.len();
    let self_size = nodes.iter().map(|&node| snapshot.nodes().self_size(node)).sum();
    let by = Sorting::new(Sort::RetainedSize, None);
    let page = page_of(rows, nodes, by, Page::first(limit), |node| rows.node(node))?;
    Ok(Detached { count, self_size, nodes: page.nodes })
}
