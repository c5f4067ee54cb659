//! DevTools' Summary: classes with their totals, of all nodes or those that a named filter keeps.

use crate::program::names::Show;
use crate::query::conditions::matching_classes;
use crate::query::filter::{FilterResult, Sorting, page_of};
use crate::query::filter_query::{Order, Sort};
use crate::query::named::NamedFilter;
use crate::query::page::Page;
use crate::query::rows::{Brief, Rows, SourceRow};
use crate::query::text_match::TextMatch;
use crate::query::tree::rank;
use crate::snapshot::Snapshot;
use crate::snapshot::classes::ClassTotals;
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::strings::Text;
use crate::snapshot::ticker::Ticker;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::cmp::Ordering;

/// One class with its totals.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClassRow {
    index: u32,
    name: Text,
    count: u32,
    distance: i32,
    self_size: u64,
    retained_size: u64,
    percent: f64,
    source: Option<SourceRow>,
}

/// A page of classes.
#[derive(Debug, Serialize)]
pub struct ClassPage {
    total: usize,
    pub(crate) classes: Vec<ClassRow>,
    next: Option<usize>,
}

/// The sort key of classes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the variants are the row's own fields")]
pub enum ClassSort {
    #[default]
    RetainedSize,
    SelfSize,
    Count,
    Distance,
    Name,
}

/// The question of `classes`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(missing_docs, reason = "index.d.ts describes the fields")]
pub struct ClassQuery {
    pub name: Option<TextMatch>,
    pub filter: Option<String>,
    pub sort: Option<ClassSort>,
    pub order: Option<Order>,
    pub limit: Option<u64>,
    pub offset: Option<u64>,
    pub(crate) brief: Option<Brief>,
}

/// A class by number or by name.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Value")]
pub enum ClassKey {
    /// [`ClassRow::index`].
    Index(u64),
    /// Its exact name; all classes of that name.
    Name(String),
}

impl TryFrom<Value> for ClassKey {
    type Error = serde_json::Error;

    fn try_from(value: Value) -> serde_json::Result<Self> {
        Ok(match value {
            Value::String(name) => ClassKey::Name(name),
            index => ClassKey::Index(serde_json::from_value(index)?),
        })
    }
}

/// The question of `classInstances`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(missing_docs, reason = "index.d.ts describes the fields")]
pub struct InstanceQuery {
    pub class: ClassKey,
    pub sort: Option<Sort>,
    pub order: Option<Order>,
    pub limit: Option<u64>,
    pub offset: Option<u64>,
    pub(crate) brief: Option<Brief>,
}

/// Answers `classes`.
pub(crate) fn classes(snapshot: &Snapshot, query: &ClassQuery, show: Show, progress: &Progress) -> Result<ClassPage> {
    let page = Page::new(query.limit, query.offset)?;
    let filtered = match &query.filter {
        None => None,
        Some(name) => {
            let kept = NamedFilter::parse(name)?.nodes(snapshot, progress)?;
            Some(snapshot.class_totals(|node| kept.contains(node)))
        }
    };
    let totals = filtered.as_deref().unwrap_or(snapshot.classes().all());
    let wanted = query.name.as_ref().map(|text| matching_classes(snapshot, text)).transpose()?;
    let listed = (0..totals.len())
        .filter(|&class| totals[class].count > 0 && wanted.as_ref().is_none_or(|wanted| wanted[class]))
        .collect::<Vec<_>>();
    let total = listed.len();
    let chosen = page.select(listed, order(totals, query));
    let rows = Rows::new(snapshot, show, progress)?.in_brief(query.brief);
    let classes = chosen.into_iter().map(|class| row(&rows, class, &totals[class])).collect::<Result<_>>()?;
    Ok(ClassPage { total, classes, next: page.next(total) })
}

/// Sizes and counts descend, distances and names ascend; ties by name, then first occurrence.
fn order<'a>(totals: &'a [ClassTotals], query: &ClassQuery) -> impl Fn(&usize, &usize) -> Ordering + use<'a> {
    let sort = query.sort.unwrap_or_default();
    let usual =
        if matches!(sort, ClassSort::Distance | ClassSort::Name) { Order::Ascending } else { Order::Descending };
    let direction = query.order.unwrap_or(usual);
    move |&a, &b| {
        let ascending = match sort {
            ClassSort::RetainedSize => totals[a].retained_size.cmp(&totals[b].retained_size),
            ClassSort::SelfSize => totals[a].self_size.cmp(&totals[b].self_size),
            ClassSort::Count => totals[a].count.cmp(&totals[b].count),
            ClassSort::Distance => rank(totals[a].distance).cmp(&rank(totals[b].distance)),
            ClassSort::Name => totals[a].name.cmp(&totals[b].name),
        };
        let ordered = if direction == Order::Ascending { ascending } else { ascending.reverse() };
        ordered.then_with(|| totals[a].name.cmp(&totals[b].name)).then_with(|| a.cmp(&b))
    }
}

fn row(rows: &Rows<'_>, index: usize, class: &ClassTotals) -> Result<ClassRow> {
    rows.take(class.name.0.len())?;
    Ok(ClassRow {
        index: index as u32,
        name: rows.text(&rows.names.class(&class.name).0),
        count: class.count,
        distance: class.distance,
        self_size: class.self_size,
        retained_size: class.retained_size,
        percent: rows.percent(class.retained_size),
        source: class.location.map(|at| rows.source(at)),
    })
}

/// The nodes that count for the classes of a key: those with a size.
pub(crate) fn instances(snapshot: &Snapshot, key: &ClassKey, progress: &Progress) -> Result<Vec<NodeIx>> {
    let all = snapshot.classes().all();
    let wanted: Vec<bool> = match key {
        ClassKey::Index(index) => (0..all.len() as u64).map(|class| class == *index).collect(),
        ClassKey::Name(name) => all.iter().map(|class| class.name.0 == name.as_bytes()).collect(),
    };
    if !wanted.contains(&true) {
        let found = match key {
            ClassKey::Index(index) => index.to_string(),
            ClassKey::Name(name) => format!("{name:?}"),
        };
        return Err(Error::new(Code::InvalidQuery, "a class of this snapshot", found));
    }
    let mut nodes = Vec::new();
    let mut ticker = Ticker::new(progress);
    for node in snapshot.nodes().iter() {
        ticker.tick()?;
        if wanted[snapshot.classes().of(node).index()] && snapshot.nodes().self_size(node) > 0 {
            nodes.push(node);
        }
    }
    Ok(nodes)
}

/// Answers `classInstances`.
pub(crate) fn class_instances(
    snapshot: &Snapshot,
    query: &InstanceQuery,
    show: Show,
    progress: &Progress,
) -> Result<FilterResult> {
    let page = Page::new(query.limit, query.offset)?;
    let nodes = instances(snapshot, &query.class, progress)?;
    let rows = Rows::new(snapshot, show, progress)?.in_brief(query.brief);
    let by = Sorting::new(query.sort.unwrap_or_default(), query.order);
    page_of(&rows, nodes, by, page, |node| rows.node(node))
}
