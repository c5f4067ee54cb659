//! The objects that retain most, each where its memory spreads.
//!
//! The top of the dominator tree is a chain: the root retains all, the global object nearly all, and
//! so on down to the one cache that matters. All of them would lead the list. So a chain of nodes
//! that each retain nine tenths of its head counts once, and its last node stands for it: below it
//! the memory spreads. When that is one of V8's own (the backing array of a Map), the last of the
//! chain that is not does.

use crate::error::Result;
use crate::ids::NodeIx;
use crate::progress::Progress;
use crate::query::mine::is_internal_name;
use crate::query::steps::Steps;
use crate::schema::NodeKind;
use crate::snapshot::Snapshot;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The `limit` nodes that stand for the chains that retain most, largest first. Costs little more
/// than looking at the children of the nodes on the way there.
pub(crate) fn biggest(snapshot: &Snapshot, limit: usize, progress: &Progress) -> Result<Vec<NodeIx>> {
    let mut steps = Steps::new(progress);
    let mut heads = BinaryHeap::from([entry(snapshot, snapshot.root())]);
    let mut found: Vec<NodeIx> = Vec::new();
    let mut least = 0;
    while let Some((size, Reverse(head))) = heads.pop() {
        if found.len() >= limit && size <= least {
            break;
        }
        let chain = chain(snapshot, head, &mut heads, &mut steps)?;
        if let Some(&node) = chain.iter().rev().find(|&&node| is_object(snapshot, node)) {
            found.push(node);
            found.sort_by_key(|&node| (Reverse(snapshot.retained_size(node)), node));
            found.truncate(limit);
            least = found.last().map_or(0, |&node| snapshot.retained_size(node));
        }
    }
    Ok(found)
}

fn entry(snapshot: &Snapshot, node: NodeIx) -> (u64, Reverse<NodeIx>) {
    (snapshot.retained_size(node), Reverse(node))
}

/// The chain from its head down; every branch that leaves it is the head of another.
fn chain(
    snapshot: &Snapshot,
    head: NodeIx,
    heads: &mut BinaryHeap<(u64, Reverse<NodeIx>)>,
    steps: &mut Steps<'_>,
) -> Result<Vec<NodeIx>> {
    let enough = u128::from(snapshot.retained_size(head)) * 9;
    let mut chain = vec![head];
    let mut at = head;
    loop {
        let mut heaviest: Option<(u64, Reverse<NodeIx>)> = None;
        for child in snapshot.dominators().children(at) {
            steps.step()?;
            let child = entry(snapshot, child);
            if heaviest.is_none_or(|heaviest| child > heaviest) {
                heads.extend(heaviest.replace(child));
            } else {
                heads.push(child);
            }
        }
        match heaviest {
            Some((size, Reverse(child))) if u128::from(size) * 10 >= enough && enough > 0 => {
                chain.push(child);
                at = child;
            }
            rest => {
                heads.extend(rest);
                return Ok(chain);
            }
        }
    }
}

/// Whether a node is an object a reader can do something about.
fn is_object(snapshot: &Snapshot, node: NodeIx) -> bool {
    match snapshot.kind(node) {
        NodeKind::Synthetic | NodeKind::Hidden | NodeKind::Array | NodeKind::Code | NodeKind::ObjectShape => false,
        _ => node != snapshot.root() && !is_internal_name(snapshot.name(node)),
    }
}
