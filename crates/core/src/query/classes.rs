//! DevTools' Summary: classes with their totals, of all nodes or those that a named filter keeps.

use crate::program::names::Show;
use crate::query::conditions::matching_classes;
use crate::query::filter::{FilterResult, Sorting, page_of};
use crate::query::filter_query::{Order, Sort};
use crate::query::having::{Having, HavingQuery};
use crate::query::named::NamedFilter;
use crate::query::page::Page;
use crate::query::read::{Read, Wrong, members, words};
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
use serde::Serialize;
use serde_json::Value;
use std::cmp::Ordering;

/// One class with its totals.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClassRow {
    index: u32,
    key: Text,
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
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
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
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "index.d.ts describes the fields")]
pub struct ClassQuery {
    pub name: Option<TextMatch>,
    pub filter: Option<String>,
    pub(crate) having: HavingQuery,
    pub sort: Option<ClassSort>,
    pub order: Option<Order>,
    pub limit: Option<u64>,
    pub offset: Option<u64>,
    pub(crate) brief: Option<Brief>,
}

/// A class by number or by name.
#[derive(Clone, Debug)]
pub enum ClassKey {
    /// [`ClassRow::index`].
    Index(u64),
    /// Its exact name, for all classes of that name, or its key.
    Name(String),
}

impl Read for ClassKey {
    fn read(value: Value) -> std::result::Result<Self, Wrong> {
        match value {
            Value::String(name) => Ok(ClassKey::Name(name)),
            index => u64::read(index).map(ClassKey::Index),
        }
    }
}

/// The question of `classInstances`.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "index.d.ts describes the fields")]
pub struct InstanceQuery {
    pub class: ClassKey,
    pub sort: Option<Sort>,
    pub order: Option<Order>,
    pub limit: Option<u64>,
    pub offset: Option<u64>,
    pub(crate) brief: Option<Brief>,
}

words!(ClassSort {
    RetainedSize: "retainedSize",
    SelfSize: "selfSize",
    Count: "count",
    Distance: "distance",
    Name: "name",
});
members!(
    ClassQuery {
        name: "name",
        filter: "filter",
        sort: "sort",
        order: "order",
        limit: "limit",
        offset: "offset",
        brief: "brief",
    } + having
);
members!(InstanceQuery {
    class: "class",
    sort: "sort",
    order: "order",
    limit: "limit",
    offset: "offset",
    brief: "brief"
});

/// Answers `classes`.
pub(crate) fn classes(snapshot: &Snapshot, query: &ClassQuery, show: Show, progress: &Progress) -> Result<ClassPage> {
    let page = Page::new(query.limit, query.offset)?;
    let named = query.filter.as_ref().map(|name| NamedFilter::parse(name)?.nodes(snapshot, progress)).transpose()?;
    let having = Having::new(snapshot, &query.having, progress)?;
    let is_kept = |node| {
        named.as_ref().is_none_or(|named| named.contains(node))
            && having.as_ref().is_none_or(|having| having.accept(node))
    };
    let filtered = (named.is_some() || having.is_some()).then(|| snapshot.class_totals(is_kept));
    let totals = filtered.as_deref().unwrap_or(snapshot.classes().all());
    let wanted = query.name.as_ref().map(|text| matching_classes(snapshot, text, progress)).transpose()?;
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
    let key = rows.class_key(class);
    rows.take(class.name.0.len() + key.0.len())?;
    Ok(ClassRow {
        index: index as u32,
        key,
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
        ClassKey::Name(name) => named(snapshot, name.as_bytes(), progress)?,
    };
    // No object has a class that does not exist, but a number stands for one of this snapshot.
    if let ClassKey::Index(index) = key
        && !wanted.contains(&true)
    {
        return Err(Error::new(Code::InvalidQuery, "the index of a class of this snapshot", index.to_string()));
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

/// For each class whether this is its name, or its key as an answer has it.
pub(crate) fn named(snapshot: &Snapshot, name: &[u8], progress: &Progress) -> Result<Vec<bool>> {
    let all = snapshot.classes().all();
    let matching: Vec<bool> = all.iter().map(|class| class.name.0 == name).collect();
    if matching.contains(&true) || !name.contains(&b'@') {
        return Ok(matching);
    }
    let shown = Rows::new(snapshot, Show::ALL, progress)?;
    let hidden = Rows::new(snapshot, Show { keys: false, texts: true }, progress)?;
    let is_key = |class: &ClassTotals| [&shown, &hidden].iter().any(|rows| rows.class_key(class).0 == name);
    Ok(all.iter().map(is_key).collect())
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
