//! The references or retainers of a node: one page of a list, or a tree of several levels.

use crate::query::page::Page;
use crate::query::read::{Read, Wrong, members, unexpected};
use crate::query::rows::{Rows, Tree, TreeItem};
use crate::snapshot::columns::Edge;
use crate::snapshot::display::edge_label;
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::ids::NodeIx;
use foldhash::{HashMap, HashMapExt};
use serde::Serialize;
use serde_json::Value;
use std::cmp::Ordering;
use std::rc::Rc;

/// The most nodes in the trees of one row.
const MAX_ITEMS: usize = 10_000;

/// Whether a tree shows references or retainers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Direction {
    References,
    Retainers,
}

/// A page of one level.
#[derive(Debug, Serialize)]
pub struct ItemPage {
    total: usize,
    items: Vec<TreeItem>,
    next: Option<usize>,
}

/// `true`, or the size of the tree.
#[derive(Clone, Copy, Debug)]
pub enum TreeQuery {
    /// A tree of the default size, or none.
    Plain(bool),
    /// A tree of this size.
    Sized(TreeSize),
}

impl Read for TreeQuery {
    fn read(value: Value) -> std::result::Result<Self, Wrong> {
        match value {
            Value::Bool(plain) => Ok(TreeQuery::Plain(plain)),
            Value::Object(_) => TreeSize::read(value).map(TreeQuery::Sized),
            other => Err(unexpected("true, false or {depth, limit}", &other)),
        }
    }
}

members!(TreeSize { depth: "depth", limit: "limit" });

/// The depth and breadth of a tree.
#[derive(Clone, Copy, Debug)]
pub struct TreeSize {
    depth: Option<u64>,
    limit: Option<u64>,
}

impl TreeQuery {
    /// Depth and limit; `None` for no tree.
    pub(crate) fn size(self) -> Result<Option<(usize, usize)>> {
        let size = match self {
            TreeQuery::Plain(false) => return Ok(None),
            TreeQuery::Plain(true) => TreeSize { depth: None, limit: None },
            TreeQuery::Sized(size) => size,
        };
        let depth = in_range("depth", size.depth.unwrap_or(2), 20)?;
        let limit = in_range("limit", size.limit.unwrap_or(5), 1000)?;
        Ok(Some((depth, limit)))
    }
}

/// A number from 1 to `most`.
pub(crate) fn in_range(name: &str, value: u64, most: u64) -> Result<usize> {
    if (1..=most).contains(&value) {
        return Ok(value as usize);
    }
    Err(Error::new(Code::InvalidQuery, format!("a {name} from 1 to {most}"), value.to_string()))
}

/// An edge and the node to or from which it leads.
#[derive(Clone, Copy)]
struct End {
    edge: Edge,
    node: NodeIx,
}

/// All references or retainers of a node, in the order of the file or of DevTools' retainer lists.
///
/// Retainers leave out weak references and those from the root of the heap, as DevTools' panel does.
fn ends(rows: &Rows<'_>, node: NodeIx, direction: Direction) -> Result<Vec<End>> {
    let snapshot = rows.snapshot;
    Ok(match direction {
        Direction::References => snapshot.edges_of(node).map(|edge| End { edge, node: edge.to }).collect(),
        Direction::Retainers => snapshot
            .strong_retainers(node)?
            .filter(|&(from, _)| from != snapshot.root())
            .map(|(node, edge)| End { edge, node })
            .collect(),
    })
}

/// References by retained size, then name; retainers by distance, then name.
fn order(rows: &Rows<'_>, direction: Direction) -> impl Fn(&End, &End) -> Ordering {
    let snapshot = rows.snapshot;
    move |a, b| {
        let first = match direction {
            Direction::References => snapshot.retained_size(b.node).cmp(&snapshot.retained_size(a.node)),
            Direction::Retainers => rank(snapshot.distance(a.node)).cmp(&rank(snapshot.distance(b.node))),
        };
        first.then_with(|| compare_labels(rows, a.edge, b.edge)).then_with(|| match direction {
            Direction::References => a.edge.ix.cmp(&b.edge.ix),
            Direction::Retainers => b.edge.ix.cmp(&a.edge.ix),
        })
    }
}

/// Sorts distances; unreachable nodes are farthest.
pub(crate) fn rank(distance: i32) -> u32 {
    u32::try_from(distance).unwrap_or(u32::MAX)
}

/// Names before numbers, `__proto__` last of the names.
fn compare_labels(rows: &Rows<'_>, a: Edge, b: Edge) -> Ordering {
    use crate::snapshot::display::EdgeLabel::{Index, Name};
    match (edge_label(rows.snapshot, a), edge_label(rows.snapshot, b)) {
        (Name(a), Name(b)) => (a == b"__proto__", a).cmp(&(b == b"__proto__", b)),
        (Index(a), Index(b)) => a.cmp(&b),
        (Name(_), Index(_)) => Ordering::Less,
        (Index(_), Name(_)) => Ordering::Greater,
    }
}

fn item(rows: &Rows<'_>, end: End) -> Result<TreeItem> {
    Ok(TreeItem {
        kind: rows.edge_type(end.edge),
        name: rows.label(end.edge)?,
        node: rows.node(end.node)?,
        cycle: false,
    })
}

/// A page of a node's references or retainers.
pub(crate) fn list(rows: &Rows<'_>, node: NodeIx, direction: Direction, page: Page) -> Result<ItemPage> {
    let all = ends(rows, node, direction)?;
    let total = all.len();
    let chosen = page.select(all, order(rows, direction));
    let items = chosen.into_iter().map(|end| item(rows, end)).collect::<Result<_>>()?;
    Ok(ItemPage { total, items, next: page.next(total) })
}

/// The tree of a node, `depth` levels of at most `limit` items.
pub(crate) fn tree(
    rows: &Rows<'_>,
    node: NodeIx,
    direction: Direction,
    (depth, limit): (usize, usize),
) -> Result<Tree> {
    let mut growth = Growth { rows, direction, limit, left: MAX_ITEMS, above: vec![node], chosen: HashMap::new() };
    growth.level(node, depth)
}

struct Growth<'a> {
    rows: &'a Rows<'a>,
    direction: Direction,
    limit: usize,
    /// The number of items that the row may still get.
    left: usize,
    /// The nodes from the row's node down to the current one.
    above: Vec<NodeIx>,
    /// The chosen items and the number of all, by node: a node with a million of them may be in a thousand branches.
    chosen: HashMap<NodeIx, (Rc<[End]>, usize)>,
}

impl Growth<'_> {
    /// Recursion is bounded by the requested depth, at most 20.
    fn level(&mut self, node: NodeIx, depth: usize) -> Result<Tree> {
        let (chosen, total) = self.choose(node)?;
        let chosen = &chosen[..chosen.len().min(self.left)];
        self.left -= chosen.len();
        let omitted = total - chosen.len();
        let items = chosen.iter().map(|&end| self.branch(end, depth)).collect::<Result<_>>()?;
        Ok(Tree { items, omitted })
    }

    fn choose(&mut self, node: NodeIx) -> Result<(Rc<[End]>, usize)> {
        if let Some(known) = self.chosen.get(&node) {
            return Ok(known.clone());
        }
        let all = ends(self.rows, node, self.direction)?;
        let total = all.len();
        let chosen: Rc<[End]> = Page::first(self.limit).select(all, order(self.rows, self.direction)).into();
        self.chosen.insert(node, (Rc::clone(&chosen), total));
        Ok((chosen, total))
    }

    fn branch(&mut self, end: End, depth: usize) -> Result<TreeItem> {
        let mut item = item(self.rows, end)?;
        item.cycle = self.above.contains(&end.node);
        if depth > 1 && !item.cycle {
            self.above.push(end.node);
            let below = Some(self.level(end.node, depth - 1)?);
            self.above.pop();
            match self.direction {
                Direction::References => item.node.references = below,
                Direction::Retainers => item.node.retainers = below,
            }
        }
        Ok(item)
    }
}
