//! The objects that retain most, without the chain of objects above each.
//!
//! The top of the dominator tree is a chain: the root retains everything, the global object nearly everything, and so
//! on down to the one cache that the reader looks for. All of them would lead the list. So a chain of nodes that each
//! retain nine tenths of the head's retained size is listed once, by its last node, below which the memory is spread.
//! If that node is internal (the backing array of a Map), the chain is listed by the last node that is not.
//!
//! A list of a million links is a chain too, but each link retains a little less than the previous one. It is listed by
//! its first link: the first node of a class of which the chain has several nodes. A chain further down that begins
//! with that class is not listed again.

use crate::program::internals::{is_document_object, is_internal_name};
use crate::snapshot::Snapshot;
use crate::snapshot::error::Result;
use crate::snapshot::ids::{ClassIx, NodeIx, StringIx};
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::NodeKind;
use crate::snapshot::sort::sort_by_key;
use crate::snapshot::ticker::Ticker;
use foldhash::{HashMap, HashMapExt};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Children of a node that are collected at first, those that retain most.
const MIN_CHILDREN: usize = 1024;
/// Nodes of one class from which a chain counts as a list.
const MIN_LINKS: usize = 4;

/// The class and name that the links of one list share; all functions are of one class, so names distinguish them.
type Link = (ClassIx, StringIx);

/// The head of a chain. Ordered by size, then position.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Head {
    size: u64,
    node: Reverse<NodeIx>,
    /// The links of the list that this chain may continue.
    above: Option<Link>,
    /// If it is the smallest collected child of its dominator and there are more: the number collected. 0 otherwise.
    siblings: usize,
}

impl Head {
    fn new(snapshot: &Snapshot, node: NodeIx) -> Self {
        Self { size: snapshot.retained_size(node), node: Reverse(node), above: None, siblings: 0 }
    }
}

/// The nodes by which the `limit` largest chains are listed, largest first. Costs about one pass over the children of
/// the nodes on these chains.
pub(crate) fn biggest(snapshot: &Snapshot, limit: usize, progress: &Progress) -> Result<Vec<NodeIx>> {
    let root = snapshot.root();
    let heads = BinaryHeap::from([Head::new(snapshot, root)]);
    let mut chains = Chains { snapshot, heads, ticker: Ticker::new(progress) };
    let mut found: Vec<NodeIx> = Vec::new();
    let mut least = 0;
    while let Some(head) = chains.heads.pop() {
        if found.len() >= limit && head.size <= least {
            break;
        }
        if head.siblings > 0 {
            let more = chains.largest_children(snapshot.dominators().parent(head.node.0), Some(head))?;
            chains.heads.extend(more);
        }
        if let Some(node) = chains.follow(head)? {
            found.push(node);
            sort_by_key(&mut found, |&node| (Reverse(snapshot.retained_size(node)), node));
            found.truncate(limit);
            least = found.last().map_or(0, |&node| snapshot.retained_size(node));
        }
    }
    Ok(found)
}

struct Chains<'a> {
    snapshot: &'a Snapshot,
    heads: BinaryHeap<Head>,
    ticker: Ticker<'a>,
}

impl Chains<'_> {
    /// Walks a chain from its head down; every branch off it is the head of another chain.
    /// Returns the node by which it is listed, or `None` if there is none or it is listed already.
    fn follow(&mut self, head: Head) -> Result<Option<NodeIx>> {
        let enough = u128::from(head.size) * 9;
        let mut chain = vec![head.node.0];
        let mut last = head;
        let heir = loop {
            match self.heaviest_child(last.node.0)? {
                Some(child) if u128::from(child.size) * 10 >= enough && child.size > 0 => {
                    chain.push(child.node.0);
                    last = child;
                }
                other => break other,
            }
        };
        chain.retain(|&node| self.is_object(node));
        let goes_on = head.above.is_some_and(|above| chain.iter().any(|&node| self.link(node) == above));
        let first_link = self.first_link(&chain);
        if let Some(heir) = heir.filter(|heir| heir.size >= last.size / 2) {
            let above = if goes_on { head.above } else { first_link.map(|node| self.link(node)) };
            self.heads.push(Head { above, ..heir });
        } else {
            self.heads.extend(heir);
        }
        Ok(if goes_on { None } else { first_link.or(chain.last().copied()) })
    }

    fn link(&self, node: NodeIx) -> Link {
        (self.snapshot.classes().of(node), self.snapshot.nodes().name(node))
    }

    /// The first link, if the chain is a list.
    fn first_link(&self, chain: &[NodeIx]) -> Option<NodeIx> {
        let mut counts: HashMap<Link, usize> = HashMap::new();
        for &node in chain {
            *counts.entry(self.link(node)).or_default() += 1;
        }
        chain.iter().copied().find(|&node| counts[&self.link(node)] >= MIN_LINKS)
    }

    /// The child that retains most; the others become heads.
    fn heaviest_child(&mut self, node: NodeIx) -> Result<Option<Head>> {
        let mut children = self.largest_children(node, None)?;
        let heaviest = children.pop();
        self.heads.extend(children);
        Ok(heaviest)
    }

    /// The largest children of a node, smallest first, since few of the millions in an array are ever listed. After `last`
    /// its next smaller siblings follow, as many as were collected before.
    fn largest_children(&mut self, node: NodeIx, last: Option<Head>) -> Result<Vec<Head>> {
        let most = last.map_or(MIN_CHILDREN, |last| last.siblings);
        let mut largest: BinaryHeap<Reverse<Head>> = BinaryHeap::new();
        let mut are_more = false;
        for child in self.snapshot.dominators().children(node) {
            self.ticker.tick()?;
            let child = Head::new(self.snapshot, child);
            if last.is_some_and(|last| (child.size, child.node) >= (last.size, last.node)) {
                continue;
            }
            if largest.len() < most {
                largest.push(Reverse(child));
                continue;
            }
            are_more = true;
            if let Some(mut smallest) = largest.peek_mut().filter(|smallest| smallest.0 < child) {
                *smallest = Reverse(child);
            }
        }
        let mut children: Vec<Head> = largest.into_iter().map(|Reverse(child)| child).collect();
        sort_by_key(&mut children, |&child| child);
        if let Some(smallest) = children.first_mut().filter(|_| are_more) {
            smallest.siblings = most + last.map_or(0, |last| last.siblings);
        }
        Ok(children)
    }

    /// Whether a node is an object that a reader can do something about.
    fn is_object(&self, node: NodeIx) -> bool {
        match self.snapshot.kind(node) {
            NodeKind::Synthetic | NodeKind::Hidden | NodeKind::Array | NodeKind::Code | NodeKind::ObjectShape => false,
            NodeKind::Native => is_document_object(self.snapshot.name(node)),
            _ => node != self.snapshot.root() && !is_internal_name(self.snapshot.name(node)),
        }
    }
}
