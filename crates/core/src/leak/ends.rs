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
    let is_other_end = |at: usize| {
        let mut others = all.iter().enumerate();
        others.any(|(other, suspect)| {
            // Of two that are each other's other end the first stays.
            (other < at || !search.only_refers(suspect)) && search.is_other_end(all[at], suspect, members)
        })
    };
    let mut kept = (0..all.len()).map(|at| !is_other_end(at)).collect::<Vec<_>>().into_iter();
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

    /// Whether a suspect's functions are the other end of another suspect: each of them refers to
    /// something of the other's that is its alone, like the two listeners of one iterator.
    fn is_other_end(&self, suspect: &Suspect, other: &Suspect, members: &Members) -> bool {
        if suspect.holder == other.holder || !self.only_refers(suspect) {
            return false;
        }
        let all = members.with_any(&suspect.named);
        let newest = &all[all.len().saturating_sub(LOOKED_AT)..];
        let leaked = self.trails.at_or_below(&other.elements);
        let mut met = HashSet::new();
        let is_leaked = |node: NodeIx| leaked[self.trails.of(node) as usize];
        newest.iter().all(|&node| self.nearest(node, is_leaked).is_some_and(|to| met.insert(to)))
    }

    /// The nearest node of some that a function or WeakRef refers to, through scopes and other functions.
    fn nearest(&self, from: NodeIx, is_it: impl Fn(NodeIx) -> bool) -> Option<NodeIx> {
        let mut queue = vec![from];
        let mut at = 0;
        while let Some(&node) = queue.get(at) {
            at += 1;
            let weak = self.is_weak_ref(node);
            for edge in self.snapshot.edges_of(node).filter(|edge| weak || edge.kind != EdgeKind::Weak) {
                if is_it(edge.to) {
                    return Some(edge.to);
                }
                if queue.len() < FURTHEST && self.leads_on(edge.to) && !queue.contains(&edge.to) {
                    queue.push(edge.to);
                }
            }
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
