//! The top of the dominator tree, for a treemap, an icicle or a profile of the heap.
//!
//! Rows are chosen by retained size, the largest of the whole tree first, so the limit on rows leaves out the smallest.
//! Children of a node without a row are summed up as its `rest`: self size, children and rest always add up to the
//! retained size.

use crate::program::names::Show;
use crate::query::filter_query::find;
use crate::query::page::Page;
use crate::query::read::members;
use crate::query::rows::{Brief, NodeRow, Rows};
use crate::query::tree::in_range;
use crate::snapshot::Snapshot;
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::ticker::Ticker;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The most rows of one answer.
const MAX_ROWS: usize = 10_000;
/// The largest depth of a question.
const MAX_DEPTH: u64 = 100;

/// The question of `dominatorTree`.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "index.d.ts describes the fields")]
pub struct DominatorTreeQuery {
    pub root: Option<u64>,
    pub depth: Option<u64>,
    pub limit: Option<u64>,
    pub min_share: Option<f64>,
    pub(crate) brief: Option<Brief>,
}

members!(DominatorTreeQuery { root: "root", depth: "depth", limit: "limit", min_share: "minShare", brief: "brief" });

/// A node with what it dominates.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DominatorRow {
    #[serde(flatten)]
    node: NodeRow,
    child_count: usize,
    children: Vec<DominatorRow>,
    rest: Rest,
}

/// The children that have no row.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rest {
    count: usize,
    retained_size: u64,
}

/// Answers `dominatorTree`.
pub(crate) fn dominator_tree(
    snapshot: &Snapshot,
    query: &DominatorTreeQuery,
    show: Show,
    progress: &Progress,
) -> Result<DominatorRow> {
    let root = query.root.map_or(Ok(snapshot.root()), |id| find(snapshot, id))?;
    let share = query.min_share.unwrap_or(0.0);
    if !(0.0..=1.0).contains(&share) {
        return Err(Error::new(Code::InvalidQuery, "a minShare from 0 to 1", share.to_string()));
    }
    let selection = Selection {
        snapshot,
        depth: in_range("depth", query.depth.unwrap_or(3), MAX_DEPTH)? as u32,
        page: Page::first(in_range("limit", query.limit.unwrap_or(20), 1000)?),
        least: snapshot.retained_size(root) as f64 * share,
        ticker: Ticker::new(progress),
    };
    nested(&Rows::new(snapshot, show, progress)?.in_brief(query.brief), selection.choose(root)?)
}

/// A node that gets a row.
struct Chosen {
    node: NodeIx,
    /// The index of its dominator's row; its own for the root.
    parent: u32,
    child_count: usize,
    /// Retained by all its children.
    below: u64,
}

/// A node that may get a row, ordered by size, then position in the file.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    size: u64,
    node: Reverse<NodeIx>,
    parent: u32,
    depth: u32,
}

struct Selection<'a> {
    snapshot: &'a Snapshot,
    depth: u32,
    page: Page,
    /// The retained size below which a node is part of the rest.
    least: f64,
    ticker: Ticker<'a>,
}

impl Selection<'_> {
    /// The nodes that get rows, in preorder with siblings by size.
    fn choose(mut self, root: NodeIx) -> Result<Vec<Chosen>> {
        let mut chosen = Vec::new();
        let size = self.snapshot.retained_size(root);
        let mut candidates = BinaryHeap::from([Candidate { size, node: Reverse(root), parent: 0, depth: 0 }]);
        while let Some(Candidate { node: Reverse(node), parent, depth, .. }) = candidates.pop() {
            let children = self.children(node)?;
            let row = chosen.len() as u32;
            let below = children.iter().map(|&(size, _)| size).sum();
            chosen.push(Chosen { node, parent, child_count: children.len(), below });
            if chosen.len() == MAX_ROWS {
                break;
            }
            if depth < self.depth {
                let largest = self.page.select(children, |a, b| b.cmp(a));
                let worth = largest.into_iter().filter(|&(size, _)| size as f64 >= self.least);
                candidates.extend(worth.map(|(size, node)| Candidate { size, node, parent: row, depth: depth + 1 }));
            }
        }
        Ok(chosen)
    }

    fn children(&mut self, node: NodeIx) -> Result<Vec<(u64, Reverse<NodeIx>)>> {
        let mut children = Vec::new();
        for child in self.snapshot.dominators().children(node) {
            self.ticker.tick()?;
            children.push((self.snapshot.retained_size(child), Reverse(child)));
        }
        Ok(children)
    }
}

/// Nests the rows, from the last to the first, so that each is complete when it moves into its dominator's.
fn nested(rows: &Rows<'_>, chosen: Vec<Chosen>) -> Result<DominatorRow> {
    let row = |chosen: &Chosen| {
        Ok(DominatorRow {
            node: rows.node(chosen.node)?,
            child_count: chosen.child_count,
            children: Vec::new(),
            rest: Rest { count: chosen.child_count, retained_size: chosen.below },
        })
    };
    let mut made = chosen.iter().map(row).collect::<Result<Vec<DominatorRow>>>()?;
    for Chosen { parent, .. } in chosen.iter().skip(1).rev() {
        let Some(mut child) = made.pop() else { break };
        child.children.reverse();
        let above = &mut made[*parent as usize];
        above.rest.count -= 1;
        above.rest.retained_size -= child.node.retained_size;
        above.children.push(child);
    }
    let mut root = made.swap_remove(0);
    root.children.reverse();
    Ok(root)
}
