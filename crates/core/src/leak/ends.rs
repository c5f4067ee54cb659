//! Rows → those that are not the other end of the same leak.
//!
//! Much is held at two ends: a stream in the list of pipes and by its listeners, a port by the program
//! and by Node's list of ports, a signal by its user and by the WeakRef of what it depends on. Each end
//! grows, and one of them tells the whole story.

use crate::ids::NodeIx;
use crate::leak::members::Members;
use crate::leak::row::SuspectRow;
use crate::leak::suspect::Suspect;
use crate::leak::suspects::Search;
use crate::query::named::is_context;
use crate::schema::{EdgeKind, NodeKind};
use std::collections::HashSet;

/// Objects looked at to find out whether they are the other end of another leak.
const LOOKED_AT: usize = 5;
/// Nodes that are looked at from each of them: a bound function, what it is bound to, a function in that, its scope.
const FURTHEST: usize = 64;
/// References that are looked at from each of them.
const MOST_EDGES: usize = 512;

/// Node keeps lists of its ports, sockets and timers. When the program holds objects of a class, what
/// is in such a list besides is the other end of the same thing.
pub(crate) fn keep_real_holders(rows: &mut Vec<(SuspectRow, &Suspect)>) {
    let real = rows.iter().filter(|(row, _)| !row.is_held_by_runtime);
    let held: Vec<_> = real.map(|(row, _)| row.class_name.clone()).collect();
    rows.retain(|(row, _)| !row.is_held_by_runtime || !held.contains(&row.class_name));
}

/// Of functions and what they refer to, each found as a suspect, the functions are the other end.
pub(crate) fn keep_one_end(rows: &mut Vec<(SuspectRow, &Suspect)>, search: &Search<'_>, members: &Members) {
    let all: Vec<&Suspect> = rows.iter().map(|&(_, suspect)| suspect).collect();
    let refers: Vec<bool> = all.iter().map(|suspect| search.only_refers(suspect)).collect();
    let mut kept = vec![true; all.len()];
    for (other, suspect) in all.iter().enumerate() {
        // Of two that are each other's other end the first stays.
        let may_be_end = |at: usize| refers[at] && (other < at || !refers[other]) && suspect.holder != all[at].holder;
        let ends: Vec<usize> = (0..all.len()).filter(|&at| kept[at] && may_be_end(at)).collect();
        if ends.is_empty() {
            continue;
        }
        let leaked = search.trails.at_or_below(&suspect.elements);
        ends.into_iter().for_each(|at| kept[at] = !search.is_other_end(all[at], &leaked, members));
    }
    let mut kept = kept.into_iter();
    rows.retain(|_| kept.next().unwrap_or(true));
}

impl Search<'_> {
    /// Whether what names a suspect is there only to refer to something: a function, a WeakRef.
    fn only_refers(&self, suspect: &Suspect) -> bool {
        let example = |&trail: &u32| self.trails.get(trail).example;
        let named = suspect.named.first().map(example);
        named.is_some_and(|node| self.snapshot.kind(node) == NodeKind::Closure || self.is_weak_ref(node))
    }

    fn is_weak_ref(&self, node: NodeIx) -> bool {
        self.snapshot.name(node) == b"WeakRef"
    }

    /// Whether a suspect's functions are the other end of another suspect, whose trails `leaked` tells: each of
    /// them refers to something of the other's that is its alone, like the two listeners of one iterator.
    fn is_other_end(&self, suspect: &Suspect, leaked: &[bool], members: &Members) -> bool {
        let all = members.with_any(&suspect.named);
        let newest = &all[all.len().saturating_sub(LOOKED_AT)..];
        let mut met = HashSet::new();
        let is_leaked = |node: NodeIx| leaked[self.trails.of(node) as usize];
        newest.iter().all(|&node| self.nearest(node, is_leaked).is_some_and(|to| met.insert(to)))
    }

    /// The nearest node of some that a function or WeakRef refers to, through scopes and other functions.
    fn nearest(&self, from: NodeIx, is_it: impl Fn(NodeIx) -> bool) -> Option<NodeIx> {
        let mut queue = vec![from];
        let mut at = 0;
        let mut left = MOST_EDGES;
        while let Some(&node) = queue.get(at) {
            at += 1;
            let weak = self.is_weak_ref(node);
            for edge in self.snapshot.edges_of(node).take(left).filter(|edge| weak || edge.kind != EdgeKind::Weak) {
                if is_it(edge.to) {
                    return Some(edge.to);
                }
                if queue.len() < FURTHEST && self.leads_on(edge.to) && !queue.contains(&edge.to) {
                    queue.push(edge.to);
                }
            }
            left = left.saturating_sub(self.snapshot.nodes().edge_count(node) as usize);
        }
        None
    }

    fn leads_on(&self, node: NodeIx) -> bool {
        let name = self.snapshot.name(node);
        match self.snapshot.kind(node) {
            NodeKind::Closure => true,
            NodeKind::Object => is_context(name) || name == b"Object",
            _ => false,
        }
    }
}
