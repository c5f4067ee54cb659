//! References that are cut and objects that are removed → what is freed, and what still holds the rest.
//!
//! Two walks from the root: over all references that retain, and over those that are left. What only the first reaches is
//! freed. Which objects a page owns is found anew for the second, since the rule of retained sizes depends on it.

use crate::paths::start::Viewpoint;
use crate::paths::step::PathStep;
use crate::paths::text::PathText;
use crate::program::internals::is_internal;
use crate::program::names::Show;
use crate::query::filter::matching;
use crate::query::filter_query::{FilterQuery, OneOrMany, find};
use crate::query::page::Page;
use crate::query::read::{Read, Wrong, members};
use crate::query::rows::{NodeRow, Rows};
use crate::snapshot::Snapshot;
use crate::snapshot::bits::NodeSet;
use crate::snapshot::column::{filled, with_room};
use crate::snapshot::columns::Edge;
use crate::snapshot::display::edge_label;
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::flow::is_page_entry;
use crate::snapshot::graph::Policy;
use crate::snapshot::ids::{EdgeIx, NodeIx};
use crate::snapshot::parallel::join;
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::NodeKind;
use crate::snapshot::sort::sort_by_key;
use crate::snapshot::strings::Text;
use crate::snapshot::ticker::Ticker;
use foldhash::HashSet;
use serde::Serialize;
use serde_json::Value;
use std::cmp::Reverse;

/// Objects listed that stay alive.
const MAX_HELD: usize = 10;
const NO_EDGE: u32 = u32::MAX;

/// The question of `whatIf`.
#[derive(Clone, Debug)]
pub(crate) struct WhatIfQuery {
    /// `@id.name`, `@id[position]` or `@id->@id`.
    cut: Option<OneOrMany<String>>,
    /// Ids, or the conditions of `filter`.
    remove: Option<OneOrMany<Removed>>,
    limit: Option<u64>,
}

#[derive(Clone, Debug)]
enum Removed {
    Id(u64),
    Matching(Box<FilterQuery>),
}

impl Read for Removed {
    fn read(value: Value) -> std::result::Result<Self, Wrong> {
        match value {
            Value::Object(_) => Read::read(value).map(Removed::Matching),
            id => u64::read(id).map(Removed::Id),
        }
    }
}

members!(WhatIfQuery { cut: "cut", remove: "remove", limit: "limit" });

/// The answer of `whatIf`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WhatIfResult {
    /// References that are cut.
    cut: usize,
    /// Objects that are removed.
    removed: usize,
    freed: Freed,
    /// The total size, and that of what is left.
    before: u64,
    after: u64,
    held: Vec<HeldRow>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Freed {
    count: usize,
    self_size: u64,
    percent: f64,
    /// Classes of what is freed on all pages.
    total: usize,
    classes: Vec<FreedClass>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct FreedClass {
    name: Text,
    count: u64,
    self_size: u64,
}

/// What stays alive although a reference to it is gone.
#[derive(Debug, Serialize)]
struct HeldRow {
    node: NodeRow,
    path: Text,
}

/// What a walk leaves out.
struct Without {
    edges: HashSet<u32>,
    nodes: NodeSet,
}

/// Answers `whatIf`.
pub(crate) fn what_if(
    snapshot: &Snapshot,
    query: &WhatIfQuery,
    show: Show,
    progress: &Progress,
) -> Result<WhatIfResult> {
    let page = Page::new(query.limit, None)?;
    let cut = cut_edges(snapshot, query)?;
    let removed = removed(snapshot, query, progress)?;
    let mut nodes = NodeSet::new(snapshot.nodes().len());
    let none = Without { edges: HashSet::default(), nodes: nodes.clone() };
    removed.iter().for_each(|&node| {
        nodes.insert(node);
    });
    let without = Without { edges: cut.iter().map(|edge| edge.0).collect(), nodes };
    let before = || Walk::new(snapshot, &none, progress, |node| snapshot.retaining_edges(node));
    let (before, after) = join(before, || left(snapshot, &without, progress));
    let (before, after) = (before?, after?);
    let freed: Vec<NodeIx> =
        before.order.iter().map(|&node| NodeIx(node)).filter(|&node| !after.reached.contains(node)).collect();
    let rows = Rows::new(snapshot, show, progress)?;
    let targets = cut.iter().map(|&edge| snapshot.edges().get(edge).to);
    let (stays, gone): (Vec<NodeIx>, Vec<NodeIx>) = targets.partition(|&node| after.reached.contains(node));
    let candidates = [stays, held_below(snapshot, &after, [gone, removed.clone()].concat())].concat();
    let self_size = size_of(snapshot, &freed);
    Ok(WhatIfResult {
        cut: cut.len(),
        removed: removed.len(),
        freed: Freed { percent: rows.percent(self_size), ..by_class(&rows, &freed, self_size, page) },
        before: snapshot.total_size(),
        after: snapshot.total_size() - self_size,
        held: held(&rows, &after, candidates)?,
    })
}

fn size_of(snapshot: &Snapshot, nodes: &[NodeIx]) -> u64 {
    nodes.iter().map(|&node| snapshot.nodes().self_size(node)).sum()
}

/// The references that `cut` names.
fn cut_edges(snapshot: &Snapshot, query: &WhatIfQuery) -> Result<Vec<EdgeIx>> {
    let mut edges = Vec::new();
    for text in query.cut.as_ref().map_or(&[][..], OneOrMany::as_slice) {
        let wrong = |expected: &str| Error::new(Code::InvalidQuery, expected, format!("{text:?}"));
        let (id, reference) = read_cut(text).ok_or_else(|| wrong("@ID.NAME, @ID[POSITION] or @ID->@ID"))?;
        let from = find(snapshot, id)?;
        let known = edges.len();
        for at in snapshot.nodes().edge_range(from) {
            let at = EdgeIx::from_index(at);
            let edge = snapshot.edges().get(at);
            let is_cut = match reference {
                Reference::To(id) => u64::from(snapshot.nodes().id(edge.to).0) == id,
                Reference::Named(name) => edge_label(snapshot, edge).is(name.as_bytes()),
            };
            if is_cut {
                edges.push(at);
            }
        }
        if edges.len() == known {
            return Err(wrong("a reference that the object has"));
        }
    }
    Ok(edges)
}

#[derive(Clone, Copy)]
enum Reference<'t> {
    Named(&'t str),
    To(u64),
}

/// `@123.name`, `@123[5]`, `@123["name"]`, `@123->@456`.
fn read_cut(text: &str) -> Option<(u64, Reference<'_>)> {
    let text = text.trim().strip_prefix('@')?;
    let (id, rest) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let id = id.parse().ok()?;
    if let Some(name) = rest.strip_prefix('.') {
        return Some((id, Reference::Named(name)));
    }
    if let Some(inner) = rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let name = inner.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(inner);
        return Some((id, Reference::Named(name)));
    }
    let rest = rest.trim_start();
    let to = rest.strip_prefix("->").or_else(|| rest.strip_prefix('→'))?;
    Some((id, Reference::To(to.trim().strip_prefix('@')?.parse().ok()?)))
}

/// The objects that `remove` names, each once.
fn removed(snapshot: &Snapshot, query: &WhatIfQuery, progress: &Progress) -> Result<Vec<NodeIx>> {
    let mut nodes = Vec::new();
    for removed in query.remove.as_ref().map_or(&[][..], OneOrMany::as_slice) {
        match removed {
            Removed::Id(id) => nodes.push(find(snapshot, *id)?),
            Removed::Matching(query) => nodes.append(&mut matching(snapshot, query, progress)?.0),
        }
    }
    nodes.sort_unstable();
    nodes.dedup();
    Ok(nodes)
}

fn by_class(rows: &Rows<'_>, freed: &[NodeIx], self_size: u64, page: Page) -> Freed {
    let snapshot = rows.snapshot;
    let mut sums = vec![(0u64, 0u64, NodeIx(0)); snapshot.classes().all().len()];
    for &node in freed {
        let (count, size, example) = &mut sums[snapshot.classes().of(node).index()];
        (*count, *size, *example) = (*count + 1, *size + snapshot.nodes().self_size(node), node);
    }
    sums.retain(|&(count, ..)| count > 0);
    let total = sums.len();
    let largest = page.select(sums, |a, b| (b.1, b.0).cmp(&(a.1, a.0)));
    let row = |(count, self_size, example)| FreedClass { name: rows.class_name(example), count, self_size };
    Freed { count: freed.len(), self_size, percent: 0.0, total, classes: largest.into_iter().map(row).collect() }
}

/// Objects of the program to which freed ones refer, as such or through internal parts, and which stay: the values of a Map.
fn held_below(snapshot: &Snapshot, after: &Walk<'_>, mut freed: Vec<NodeIx>) -> Vec<NodeIx> {
    let mut seen = NodeSet::new(snapshot.nodes().len());
    let mut held = Vec::new();
    while let Some(node) = freed.pop() {
        let own = snapshot.retaining_edges(node).filter(|&edge| !edge_label(snapshot, edge).is(b"__proto__"));
        for edge in own {
            let is_part = matches!(snapshot.kind(edge.to), NodeKind::Array | NodeKind::Hidden);
            match after.reached.contains(edge.to) {
                true if is_worth_telling(snapshot, edge.to) && seen.insert(edge.to) => held.push(edge.to),
                false if is_part && seen.insert(edge.to) => freed.push(edge.to),
                _ => {}
            }
        }
    }
    held
}

/// V8 keeps one of each short string that is a name somewhere.
fn is_worth_telling(snapshot: &Snapshot, node: NodeIx) -> bool {
    const SHORT: u64 = 1000;
    let is_short = || snapshot.kind(node).is_string() && snapshot.nodes().self_size(node) < SHORT;
    !is_internal(snapshot, node) && !is_short()
}

/// The largest of those that stay, with paths along the references that are left.
fn held(rows: &Rows<'_>, after: &Walk<'_>, mut nodes: Vec<NodeIx>) -> Result<Vec<HeldRow>> {
    let snapshot = rows.snapshot;
    sort_by_key(&mut nodes, |&node| (Reverse(snapshot.retained_size(node)), node));
    nodes.dedup();
    let text = PathText { snapshot, names: rows.names, any_index: false, viewpoint: Viewpoint::default() };
    let row = |node| {
        let path = Text(text.write(&after.path(node)));
        rows.take(path.0.len())?;
        Ok(HeldRow { node: rows.node(node)?, path })
    };
    nodes.into_iter().take(MAX_HELD).map(row).collect()
}

/// What the root reaches, from the program's globals first, along references that retain and are left.
struct Walk<'a> {
    snapshot: &'a Snapshot,
    without: &'a Without,
    reached: NodeSet,
    order: Vec<u32>,
    /// By node, the reference through which it was reached.
    last: Vec<u32>,
}

/// The walk over what is left.
fn left<'a>(snapshot: &'a Snapshot, without: &'a Without, progress: &Progress) -> Result<Walk<'a>> {
    let heap = snapshot.heap();
    let entries = snapshot.edges_of(snapshot.root()).filter(|edge| is_page_entry(heap, edge.kind, edge.to));
    let mut page = Walk::from(snapshot, without, entries)?;
    page.run(0, progress, |node| snapshot.strong_edges(node))?;
    let policy = &Policy { root: snapshot.root(), pages: page.reached };
    Walk::new(snapshot, without, progress, |node| {
        let retains = policy.edges_from(node);
        snapshot.edges_of(node).filter(move |&edge| retains.retains_over(edge))
    })
}

impl<'a> Walk<'a> {
    /// `retaining`: the references of a node that retain.
    fn new<E: Iterator<Item = Edge>>(
        snapshot: &'a Snapshot,
        without: &'a Without,
        progress: &Progress,
        retaining: impl Fn(NodeIx) -> E,
    ) -> Result<Self> {
        let root = snapshot.root();
        let globals = retaining(root).filter(|edge| snapshot.heap().is_user_root(edge.to));
        let mut walk = Self::from(snapshot, without, globals)?;
        walk.run(0, progress, &retaining)?;
        if !without.nodes.contains(root) && walk.reached.insert(root) {
            walk.order.push(root.0);
            walk.run(walk.order.len() - 1, progress, &retaining)?;
        }
        Ok(walk)
    }

    /// Begins at some of the root's references.
    fn from(snapshot: &'a Snapshot, without: &'a Without, begins: impl Iterator<Item = Edge>) -> Result<Self> {
        let count = snapshot.nodes().len();
        let (reached, order, last) = (NodeSet::new(count), with_room(count)?, filled(NO_EDGE, count)?);
        let mut walk = Self { snapshot, without, reached, order, last };
        begins.for_each(|edge| walk.reach(edge));
        Ok(walk)
    }

    fn reach(&mut self, edge: Edge) {
        let Without { edges, nodes } = self.without;
        let is_left = !edges.contains(&edge.ix.0) && !nodes.contains(edge.to);
        if is_left && self.reached.insert(edge.to) {
            self.order.push(edge.to.0);
            // No path leads to the root, even if a node refers to it: a walk upwards would never end.
            if edge.to != self.snapshot.root() {
                self.last[edge.to.index()] = edge.ix.0;
            }
        }
    }

    /// Walks breadth first from the node at a position of `order` on.
    fn run<E: Iterator<Item = Edge>>(
        &mut self,
        mut at: usize,
        progress: &Progress,
        edges_of: impl Fn(NodeIx) -> E,
    ) -> Result<()> {
        let mut ticker = Ticker::of(progress, self.snapshot.nodes().len());
        while let Some(&node) = self.order.get(at) {
            ticker.tick()?;
            self.snapshot.heap().prefetch_edges(&self.order, at);
            at += 1;
            for edge in edges_of(NodeIx(node)) {
                self.reach(edge);
            }
        }
        Ok(())
    }

    /// The path to a reached node.
    fn path(&self, node: NodeIx) -> Vec<PathStep> {
        let mut steps = Vec::new();
        let mut at = node;
        while self.last[at.index()] != NO_EDGE {
            let edge = self.snapshot.edges().get(EdgeIx(self.last[at.index()]));
            steps.push(PathStep { edge: Some(edge), node: at });
            at = self.snapshot.nodes().source_of(edge.ix);
        }
        if steps.is_empty() {
            steps.push(PathStep { edge: None, node });
        }
        steps.reverse();
        steps
    }
}
