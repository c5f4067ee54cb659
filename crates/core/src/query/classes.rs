//! DevTools' Summary: classes with their totals, over all nodes or those a named filter keeps.

use crate::classes::ClassTotals;
use crate::error::{Code, Error, Result};
use crate::ids::{ClassIx, NodeIx};
use crate::progress::Progress;
use crate::query::bits::Bits;
use crate::query::filter::{FilterResult, Order, Sort, Sorting, matching_classes, page_of};
use crate::query::named::NamedFilter;
use crate::query::page::Page;
use crate::query::rows::{Rows, SourceRow};
use crate::query::steps::Steps;
use crate::query::text_match::TextMatch;
use crate::query::tree::rank;
use crate::snapshot::Snapshot;
use crate::strings::Text;
use serde::{Deserialize, Serialize};
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

/// What classes are sorted by.
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
}

/// A class by number or by name.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum ClassKey {
    /// [`ClassRow::index`].
    Index(u64),
    /// Its exact name; all classes of that name.
    Name(String),
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
}

/// Totals of one class over some of its nodes.
#[derive(Clone, Copy, Debug)]
struct Totals {
    count: u32,
    distance: i32,
    self_size: u64,
    retained_size: u64,
}

impl From<&ClassTotals> for Totals {
    fn from(class: &ClassTotals) -> Self {
        let &ClassTotals { count, distance, self_size, retained_size, .. } = class;
        Totals { count, distance, self_size, retained_size }
    }
}

/// Answers `classes`.
pub(crate) fn classes(snapshot: &Snapshot, query: &ClassQuery, progress: &Progress) -> Result<ClassPage> {
    let page = Page::new(query.limit, query.offset)?;
    let totals = match &query.filter {
        None => snapshot.classes().all().iter().map(Totals::from).collect(),
        Some(name) => filtered(snapshot, &NamedFilter::parse(name)?.nodes(snapshot, progress)?, progress)?,
    };
    let wanted = query.name.as_ref().map(|text| matching_classes(snapshot, text)).transpose()?;
    let listed = (0..totals.len())
        .filter(|&class| totals[class].count > 0 && wanted.as_ref().is_none_or(|wanted| wanted[class]))
        .collect::<Vec<_>>();
    let total = listed.len();
    let chosen = page.select(listed, order(snapshot, &totals, query));
    let rows = Rows::new(snapshot, progress)?;
    let classes = chosen.into_iter().map(|class| row(&rows, class, totals[class])).collect();
    Ok(ClassPage { total, classes, next: page.next(total) })
}

/// Sizes and counts from the top, distances and names from the bottom, ties by name, then first occurrence.
fn order<'a>(
    snapshot: &'a Snapshot,
    totals: &'a [Totals],
    query: &ClassQuery,
) -> impl Fn(&usize, &usize) -> Ordering + use<'a> {
    let sort = query.sort.unwrap_or_default();
    let usual = if matches!(sort, ClassSort::Distance | ClassSort::Name) { Order::Ascending } else { Order::Descending };
    let direction = query.order.unwrap_or(usual);
    let all = snapshot.classes().all();
    move |&a, &b| {
        let ascending = match sort {
            ClassSort::RetainedSize => totals[a].retained_size.cmp(&totals[b].retained_size),
            ClassSort::SelfSize => totals[a].self_size.cmp(&totals[b].self_size),
            ClassSort::Count => totals[a].count.cmp(&totals[b].count),
            ClassSort::Distance => rank(totals[a].distance).cmp(&rank(totals[b].distance)),
            ClassSort::Name => all[a].name.cmp(&all[b].name),
        };
        let ordered = if direction == Order::Ascending { ascending } else { ascending.reverse() };
        ordered.then_with(|| all[a].name.cmp(&all[b].name)).then_with(|| a.cmp(&b))
    }
}

fn row(rows: &Rows<'_>, index: usize, totals: Totals) -> ClassRow {
    let class = rows.class(ClassIx::from_index(index));
    ClassRow {
        index: index as u32,
        name: class.name.clone(),
        count: totals.count,
        distance: totals.distance,
        self_size: totals.self_size,
        retained_size: totals.retained_size,
        percent: rows.percent(totals.retained_size),
        source: class.location.map(|at| rows.source(at)),
    }
}

/// Totals over the nodes kept. A node below another kept one of its class is retained by that one
/// already: in preorder such nodes follow it at once, until the end of its subtree.
fn filtered(snapshot: &Snapshot, kept: &Bits, progress: &Progress) -> Result<Vec<Totals>> {
    let classes = snapshot.classes();
    let empty = Totals { count: 0, distance: i32::MAX, self_size: 0, retained_size: 0 };
    let mut totals = vec![empty; classes.all().len()];
    let mut covered = vec![0; classes.all().len()];
    let mut steps = Steps::of(progress, snapshot.nodes().len());
    for (position, node) in snapshot.dominators().preorder().enumerate() {
        steps.step()?;
        let self_size = snapshot.nodes().self_size(node);
        if self_size == 0 || !kept.has(node.index()) {
            continue;
        }
        let class = classes.of(node).index();
        let sum = &mut totals[class];
        sum.count += 1;
        sum.self_size += self_size;
        sum.distance = sum.distance.min(snapshot.distance(node));
        if position >= covered[class] {
            sum.retained_size += snapshot.retained_size(node);
            covered[class] = position + snapshot.dominators().subtree(node).len();
        }
    }
    Ok(totals)
}

/// The nodes that count for the classes a key means: those with a size.
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
    let mut steps = Steps::new(progress);
    for node in snapshot.nodes().iter() {
        steps.step()?;
        if wanted[snapshot.classes().of(node).index()] && snapshot.nodes().self_size(node) > 0 {
            nodes.push(node);
        }
    }
    Ok(nodes)
}

/// Answers `classInstances`.
pub(crate) fn class_instances(snapshot: &Snapshot, query: &InstanceQuery, progress: &Progress) -> Result<FilterResult> {
    let page = Page::new(query.limit, query.offset)?;
    let nodes = instances(snapshot, &query.class, progress)?;
    let rows = Rows::new(snapshot, progress)?;
    let by = Sorting::new(query.sort.unwrap_or_default(), query.order);
    Ok(page_of(&rows, nodes, by, page, |node| rows.node(node)))
}
