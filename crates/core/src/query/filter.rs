//! Nodes that match: conditions in, one sorted page of rows out.

use crate::bits::NodeSet;
use crate::columns::EdgeName;
use crate::display::{is_shown_raw, same_text, write_display_name};
use crate::error::{Code, Error, Result};
use crate::ids::{EdgeIx, NodeIx, ObjectId};
use crate::progress::Progress;
use crate::query::mine::{Mine, MineOnly};
use crate::query::named::NamedFilter;
use crate::query::page::Page;
use crate::query::rows::{NodeRow, Rows, ratio};
use crate::query::scripts::Scripts;
use crate::query::steps::Steps;
use crate::query::text_match::{Matcher, TextMatch};
use crate::query::tree::{Direction, TreeQuery, rank, tree};
use crate::snapshot::Snapshot;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// One value or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany<T> {
    /// One.
    One(T),
    /// Any of these.
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    fn as_slice(&self) -> &[T] {
        match self {
            OneOrMany::One(one) => std::slice::from_ref(one),
            OneOrMany::Many(many) => many,
        }
    }
}

/// `true`, `false`, or the script's name.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum ScriptMatch {
    /// Has one, or has none.
    Known(bool),
    /// Its name.
    Name(TextMatch),
}

/// Inclusive limits.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    min: Option<f64>,
    max: Option<f64>,
}

impl Range {
    fn has(self, value: f64) -> bool {
        self.min.is_none_or(|min| value >= min) && self.max.is_none_or(|max| value <= max)
    }
}

/// Ids above `after` and up to `upTo`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Allocated {
    after: Option<f64>,
    up_to: Option<f64>,
}

/// What rows are sorted by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the variants are the row's own fields")]
pub enum Sort {
    #[default]
    RetainedSize,
    SelfSize,
    Ratio,
    Distance,
    Id,
}

/// Which end comes first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Order {
    Ascending,
    Descending,
}

/// The question of `filter`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(missing_docs, reason = "index.d.ts describes the fields")]
pub struct FilterQuery {
    pub id: Option<OneOrMany<u64>>,
    pub name: Option<TextMatch>,
    #[serde(rename = "type")]
    pub kind: Option<OneOrMany<String>>,
    pub class: Option<TextMatch>,
    pub script: Option<ScriptMatch>,
    pub self_size: Option<Range>,
    pub retained_size: Option<Range>,
    pub distance: Option<Range>,
    pub detached: Option<bool>,
    pub edge_name: Option<TextMatch>,
    pub retained_by: Option<u64>,
    pub referenced_from: Option<u64>,
    pub allocated: Option<Allocated>,
    pub filter: Option<String>,
    pub mine_only: Option<MineOnly>,
    pub sort: Option<Sort>,
    pub order: Option<Order>,
    pub limit: Option<u64>,
    pub offset: Option<u64>,
    pub edges: Option<bool>,
    pub references: Option<TreeQuery>,
    pub retainers: Option<TreeQuery>,
}

/// Nodes that match, one page of them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FilterResult {
    total: usize,
    self_size: u64,
    mine_only: bool,
    pub(crate) nodes: Vec<NodeRow>,
    next: Option<usize>,
}

/// The node with an id of the question.
pub(crate) fn find(snapshot: &Snapshot, id: u64) -> Result<NodeIx> {
    match u32::try_from(id) {
        Ok(id) => snapshot.find(ObjectId(id)),
        Err(_) => Err(Error::new(Code::NoSuchNode, "the id of a node of this snapshot", format!("@{id}"))),
    }
}

/// Answers `filter`.
pub(crate) fn filter(snapshot: &Snapshot, query: &FilterQuery, progress: &Progress) -> Result<FilterResult> {
    let page = Page::new(query.limit, query.offset)?;
    let shape = RowShape::new(query)?;
    let conditions = Conditions::new(snapshot, query, progress)?;
    let mut matches = Vec::new();
    let candidates = candidates(snapshot, query)?;
    let mut steps = Steps::of(progress, candidates.len(snapshot));
    let mut names = NameBuffer::default();
    candidates.each(snapshot, |node| {
        steps.step()?;
        if conditions.accept(node, &mut names) {
            matches.push(node);
        }
        Ok(())
    })?;
    let by = Sorting::new(query.sort.unwrap_or_default(), query.order);
    let rows = Rows::new(snapshot, progress)?;
    let answer = page_of(&rows, matches, by, page, |node| shape.row(&rows, node))?;
    Ok(FilterResult { mine_only: conditions.mine.is_some(), ..answer })
}

/// Sorts the nodes and makes rows of one page.
pub(crate) fn page_of(
    rows: &Rows<'_>,
    nodes: Vec<NodeIx>,
    by: Sorting,
    page: Page,
    row: impl Fn(NodeIx) -> Result<NodeRow>,
) -> Result<FilterResult> {
    let snapshot = rows.snapshot;
    let total = nodes.len();
    let self_size = nodes.iter().map(|&node| snapshot.nodes().self_size(node)).sum();
    let chosen = page.select(nodes, |&a, &b| by.compare(snapshot, a, b));
    let nodes = chosen.into_iter().map(row).collect::<Result<_>>()?;
    Ok(FilterResult { total, self_size, mine_only: false, nodes, next: page.next(total) })
}

/// Column and direction.
#[derive(Clone, Copy)]
pub(crate) struct Sorting {
    sort: Sort,
    order: Order,
}

impl Sorting {
    /// Sizes from the top, distances and ids from the bottom, unless told otherwise.
    pub(crate) fn new(sort: Sort, order: Option<Order>) -> Self {
        let usual = if matches!(sort, Sort::Distance | Sort::Id) { Order::Ascending } else { Order::Descending };
        Self { sort, order: order.unwrap_or(usual) }
    }

    /// Ties go by position, so that pages never overlap. Unreachable nodes count as farthest.
    pub(crate) fn compare(self, snapshot: &Snapshot, a: NodeIx, b: NodeIx) -> Ordering {
        let nodes = snapshot.nodes();
        let ascending = match self.sort {
            Sort::RetainedSize => snapshot.retained_size(a).cmp(&snapshot.retained_size(b)),
            Sort::SelfSize => nodes.self_size(a).cmp(&nodes.self_size(b)),
            Sort::Ratio => ratio(snapshot.retained_size(a), nodes.self_size(a))
                .total_cmp(&ratio(snapshot.retained_size(b), nodes.self_size(b))),
            Sort::Distance => rank(snapshot.distance(a)).cmp(&rank(snapshot.distance(b))),
            Sort::Id => nodes.id(a).cmp(&nodes.id(b)),
        };
        let ordered = if self.order == Order::Ascending { ascending } else { ascending.reverse() };
        ordered.then_with(|| a.cmp(&b))
    }
}

/// What each row carries beyond its own fields.
struct RowShape {
    edges: bool,
    references: Option<(usize, usize)>,
    retainers: Option<(usize, usize)>,
}

impl RowShape {
    fn new(query: &FilterQuery) -> Result<Self> {
        let size = |tree: Option<TreeQuery>| tree.map_or(Ok(None), TreeQuery::size);
        let (references, retainers) = (size(query.references)?, size(query.retainers)?);
        Ok(Self { edges: query.edges.unwrap_or(false), references, retainers })
    }

    fn row(&self, rows: &Rows<'_>, node: NodeIx) -> Result<NodeRow> {
        let mut row = if self.edges { rows.node_with_edges(node) } else { rows.node(node) };
        let grow = |direction, size| tree(rows, node, direction, size);
        row.references = self.references.map(|size| grow(Direction::References, size)).transpose()?;
        row.retainers = self.retainers.map(|size| grow(Direction::Retainers, size)).transpose()?;
        Ok(row)
    }
}

/// Where matches can be at all: the narrowest set the question names.
enum Candidates {
    All,
    Subtree(NodeIx),
    List(Vec<NodeIx>),
}

fn candidates(snapshot: &Snapshot, query: &FilterQuery) -> Result<Candidates> {
    if let Some(ids) = &query.id {
        let found = ids.as_slice().iter().filter_map(|&id| match find(snapshot, id) {
            Err(error) if error.code() == Code::NoSuchNode => None,
            found => Some(found),
        });
        return Ok(Candidates::List(distinct(found.collect::<Result<_>>()?)));
    }
    if let Some(from) = query.referenced_from {
        let from = find(snapshot, from)?;
        return Ok(Candidates::List(distinct(snapshot.edges_of(from).map(|edge| edge.to).collect())));
    }
    match query.retained_by {
        Some(owner) => Ok(Candidates::Subtree(find(snapshot, owner)?)),
        None => Ok(Candidates::All),
    }
}

fn distinct(mut nodes: Vec<NodeIx>) -> Vec<NodeIx> {
    nodes.sort_unstable();
    nodes.dedup();
    nodes
}

impl Candidates {
    fn len(&self, snapshot: &Snapshot) -> usize {
        match self {
            Candidates::All => snapshot.nodes().len(),
            Candidates::Subtree(owner) => snapshot.dominators().subtree(*owner).len(),
            Candidates::List(list) => list.len(),
        }
    }

    fn each(&self, snapshot: &Snapshot, mut visit: impl FnMut(NodeIx) -> Result<()>) -> Result<()> {
        match self {
            Candidates::All => snapshot.nodes().iter().try_for_each(visit),
            Candidates::Subtree(owner) => snapshot.dominators().subtree(*owner).try_for_each(visit),
            Candidates::List(list) => list.iter().try_for_each(|&node| visit(node)),
        }
    }
}

/// A text condition on display names: raw names are looked up, made-up ones are made.
struct NameCondition {
    matcher: Matcher,
    strings: Vec<bool>,
}

/// Where names are made up, and the last of them: long strings built piece by piece share one.
#[derive(Default)]
struct NameBuffer {
    text: Vec<u8>,
    last: Option<(NodeIx, bool)>,
}

/// The conditions of a question, resolved to this snapshot's numbers; `None` asks for nothing.
struct Conditions<'a> {
    snapshot: &'a Snapshot,
    name: Option<NameCondition>,
    /// By type number.
    types: Option<[bool; 256]>,
    /// By class.
    classes: Option<Vec<bool>>,
    script: Option<ScriptCondition>,
    self_size: Option<Range>,
    retained_size: Option<Range>,
    distance: Option<Range>,
    detached: Option<bool>,
    referenced_as: Option<NodeSet>,
    owner: Option<NodeIx>,
    referenced: Option<NodeSet>,
    allocated: Option<Allocated>,
    named: Option<NodeSet>,
    mine: Option<Mine<'a>>,
}

/// Which places have a script that matches.
struct ScriptCondition {
    places: Vec<bool>,
    /// What nodes without a place get.
    otherwise: bool,
}

impl<'a> Conditions<'a> {
    fn new(snapshot: &'a Snapshot, query: &FilterQuery, progress: &Progress) -> Result<Self> {
        let names_nodes = query.id.is_some() || query.kind.is_some();
        let mine_only = query.mine_only.unwrap_or_default().applies(snapshot, names_nodes);
        Ok(Self {
            snapshot,
            name: query.name.as_ref().map(|text| name_condition(snapshot, text, progress)).transpose()?,
            types: query.kind.as_ref().map(|types| type_numbers(snapshot, types.as_slice())),
            classes: query.class.as_ref().map(|text| matching_classes(snapshot, text)).transpose()?,
            script: query.script.as_ref().map(|script| script_condition(snapshot, script, progress)).transpose()?,
            self_size: query.self_size,
            retained_size: query.retained_size,
            distance: query.distance,
            detached: query.detached,
            referenced_as: query.edge_name.as_ref().map(|text| targets_named(snapshot, text, progress)).transpose()?,
            owner: query.retained_by.map(|id| find(snapshot, id)).transpose()?,
            referenced: query.referenced_from.map(|id| targets_of(snapshot, id)).transpose()?,
            allocated: query.allocated,
            named: query.filter.as_ref().map(|name| NamedFilter::parse(name)?.nodes(snapshot, progress)).transpose()?,
            mine: mine_only.then(|| Mine::new(snapshot, progress)).transpose()?,
        })
    }

    /// Cheap conditions first.
    fn accept(&self, node: NodeIx, names: &mut NameBuffer) -> bool {
        let snapshot = self.snapshot;
        let nodes = snapshot.nodes();
        let in_range = |range: Option<Range>, value: f64| range.is_none_or(|range| range.has(value));
        let in_set = |set: &Option<NodeSet>| set.as_ref().is_none_or(|set| set.contains(node));
        self.types.is_none_or(|types| types[usize::from(nodes.type_number(node))])
            && in_range(self.self_size, nodes.self_size(node) as f64)
            && in_range(self.retained_size, snapshot.retained_size(node) as f64)
            && in_range(self.distance, f64::from(snapshot.distance(node)))
            && self.detached.is_none_or(|detached| detached == (snapshot.detachedness(node) == 2))
            && self.allocated.is_none_or(|range| range.has(nodes.id(node)))
            && self.classes.as_ref().is_none_or(|classes| classes[snapshot.classes().of(node).index()])
            && self.script.as_ref().is_none_or(|script| script.accepts(snapshot, node))
            && in_set(&self.referenced_as)
            && in_set(&self.referenced)
            && in_set(&self.named)
            && self.owner.is_none_or(|owner| owner != node && snapshot.dominators().dominates(owner, node))
            && self.mine.as_ref().is_none_or(|mine| mine.is_mine(node))
            && self.name.as_ref().is_none_or(|name| name.accepts(snapshot, node, names))
    }
}

impl NameCondition {
    fn accepts(&self, snapshot: &Snapshot, node: NodeIx, names: &mut NameBuffer) -> bool {
        if is_shown_raw(snapshot, node) {
            return self.strings[snapshot.nodes().name(node).index()];
        }
        let node = same_text(snapshot, node);
        if let Some((last, answer)) = names.last
            && last == node
        {
            return answer;
        }
        names.text.clear();
        write_display_name(snapshot, node, &mut names.text);
        let answer = self.matcher.is_match(&names.text);
        names.last = Some((node, answer));
        answer
    }
}

impl ScriptCondition {
    fn accepts(&self, snapshot: &Snapshot, node: NodeIx) -> bool {
        snapshot.locations.index_of(node).map_or(self.otherwise, |place| self.places[place.index()])
    }
}

impl Allocated {
    fn has(self, id: ObjectId) -> bool {
        let id = f64::from(id.0);
        self.after.is_none_or(|after| id > after) && self.up_to.is_none_or(|up_to| id <= up_to)
    }
}

fn name_condition(snapshot: &Snapshot, text: &TextMatch, progress: &Progress) -> Result<NameCondition> {
    let matcher = text.compile()?;
    let strings = matcher.strings(snapshot, progress)?;
    Ok(NameCondition { matcher, strings })
}

fn type_numbers(snapshot: &Snapshot, wanted: &[String]) -> [bool; 256] {
    let mut types = [false; 256];
    for (name, slot) in snapshot.schema().node_type_names.iter().zip(&mut types) {
        *slot = wanted.contains(name);
    }
    types
}

/// For each class whether its name matches.
pub(crate) fn matching_classes(snapshot: &Snapshot, text: &TextMatch) -> Result<Vec<bool>> {
    let matcher = text.compile()?;
    Ok(snapshot.classes().all().iter().map(|class| matcher.is_match(&class.name.0)).collect())
}

fn script_condition(snapshot: &Snapshot, script: &ScriptMatch, progress: &Progress) -> Result<ScriptCondition> {
    let places = &snapshot.locations.places;
    let text = match script {
        ScriptMatch::Known(known) => {
            return Ok(ScriptCondition { places: vec![*known; places.len()], otherwise: !known });
        }
        ScriptMatch::Name(text) => text,
    };
    let matcher = text.compile()?;
    let scripts = Scripts::of(snapshot, progress)?;
    let accepts = |name| matcher.is_match(snapshot.strings().get(name));
    let places = places.iter().map(|&place| scripts.name(place).is_some_and(accepts)).collect();
    Ok(ScriptCondition { places, otherwise: false })
}

fn targets_of(snapshot: &Snapshot, id: u64) -> Result<NodeSet> {
    let mut targets = NodeSet::new(snapshot.nodes().len());
    for edge in snapshot.edges_of(find(snapshot, id)?) {
        targets.insert(edge.to);
    }
    Ok(targets)
}

/// Targets of all edges whose name matches.
fn targets_named(snapshot: &Snapshot, text: &TextMatch, progress: &Progress) -> Result<NodeSet> {
    let matcher = text.compile()?;
    let strings = matcher.strings(snapshot, progress)?;
    let mut numbers = matcher.numbers();
    let mut targets = NodeSet::new(snapshot.nodes().len());
    let mut steps = Steps::of(progress, snapshot.edges().len());
    for at in 0..snapshot.edge_count() {
        steps.step()?;
        let edge = snapshot.edges().get(EdgeIx(at));
        let matches = match snapshot.edges().name(edge) {
            EdgeName::Name(name) => strings[name.index()],
            EdgeName::Index(index) => numbers.is_match(index),
        };
        if matches {
            targets.insert(edge.to);
        }
    }
    Ok(targets)
}
