//! Nodes that match: conditions in, one sorted page of rows out.

use crate::program::names::Show;
use crate::query::conditions::{Conditions, NameBuffer};
use crate::query::filter_query::{FilterQuery, Order, Sort, find};
use crate::query::page::Page;
use crate::query::rows::{NodeRow, Rows, ratio};
use crate::query::tree::{Direction, TreeQuery, rank, tree};
use crate::snapshot::Snapshot;
use crate::snapshot::error::{Code, Result};
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::ticker::Ticker;
use serde::Serialize;
use std::cmp::Ordering;

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

/// Answers `filter`.
pub(crate) fn filter(
    snapshot: &Snapshot,
    query: &FilterQuery,
    show: Show,
    progress: &Progress,
) -> Result<FilterResult> {
    let page = Page::new(query.limit, query.offset)?;
    let shape = RowShape::new(query)?;
    let (matches, mine_only) = matching(snapshot, query, progress)?;
    let by = Sorting::new(query.sort.unwrap_or_default(), query.order);
    let rows = Rows::new(snapshot, show, progress)?;
    let answer = page_of(&rows, matches, by, page, |node| shape.row(&rows, node))?;
    Ok(FilterResult { mine_only, ..answer })
}

/// All nodes that match, in the order of the file, and whether `mineOnly` was in force.
pub(crate) fn matching(snapshot: &Snapshot, query: &FilterQuery, progress: &Progress) -> Result<(Vec<NodeIx>, bool)> {
    let conditions = Conditions::new(snapshot, query, progress)?;
    let mut matches = Vec::new();
    let candidates = candidates(snapshot, query)?;
    let mut ticker = Ticker::of(progress, candidates.len(snapshot));
    let mut names = NameBuffer::default();
    candidates.each(snapshot, |node| {
        ticker.tick()?;
        if conditions.accept(node, &mut names) {
            matches.push(node);
        }
        Ok(())
    })?;
    Ok((matches, conditions.mine.is_some()))
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
    /// By default sizes descend, distances and ids ascend.
    pub(crate) fn new(sort: Sort, order: Option<Order>) -> Self {
        let usual = if matches!(sort, Sort::Distance | Sort::Id) { Order::Ascending } else { Order::Descending };
        Self { sort, order: order.unwrap_or(usual) }
    }

    /// Ties are broken by position, so that pages never overlap. Unreachable nodes count as farthest.
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

/// The optional parts of each row.
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
        let mut row = if self.edges { rows.node_with_edges(node)? } else { rows.node(node)? };
        let grow = |direction, size| tree(rows, node, direction, size);
        row.references = self.references.map(|size| grow(Direction::References, size)).transpose()?;
        row.retainers = self.retainers.map(|size| grow(Direction::Retainers, size)).transpose()?;
        Ok(row)
    }
}

/// The nodes that can match: the smallest set given by the question.
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
