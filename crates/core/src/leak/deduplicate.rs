//! Removes suspects that describe a leak already reported.
//!
//! Much is retained twice: a stream by the list of pipes and by its listeners, a port by the program
//! and by Node's list of ports, a signal by its user and by the WeakRef of what it depends on. Both
//! grow, and one of them tells the whole story.

use crate::leak::finding::Finding;
use crate::leak::members::Members;
use crate::leak::suspect::Suspect;
use crate::leak::suspects::Search;
use crate::program::variables::is_context;
use crate::snapshot::columns::Edge;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::schema::NodeKind;
use foldhash::{HashSet, HashSetExt};

/// Objects looked at to find out whether they belong to another leak.
const LOOKED_AT: usize = 5;
/// Nodes that are looked at from each of them: a bound function, what it is bound to, a function in that, its scope.
const FURTHEST: usize = 64;
/// References that are looked at from each of them.
const MAX_EDGES: usize = 512;

/// Node keeps lists of its ports, sockets and timers. When the program holds objects of a class, those
/// in such a list are the same objects.
pub(crate) fn keep_real_holders(findings: &mut Vec<Finding>) {
    let real = findings.iter().filter(|finding| !finding.is_held_by_runtime);
    let held: Vec<_> = real.map(|finding| finding.class_name.clone()).collect();
    findings.retain(|finding| !finding.is_held_by_runtime || !held.contains(&finding.class_name));
}

/// Of functions and what they refer to, each found as a suspect, the functions are the duplicate.
pub(crate) fn remove_duplicates(findings: &mut Vec<Finding>, search: &Search<'_>, members: &Members) {
    let refers: Vec<bool> = findings.iter().map(|finding| search.only_refers(&finding.suspect)).collect();
    let mut kept = vec![true; findings.len()];
    for (at, finding) in findings.iter().enumerate() {
        let holder = finding.suspect.holder;
        // Of two that are duplicates of each other the first stays.
        let may_be_duplicate =
            |other: usize| refers[other] && (at < other || !refers[at]) && holder != findings[other].suspect.holder;
        let others: Vec<usize> = (0..findings.len()).filter(|&other| kept[other] && may_be_duplicate(other)).collect();
        if others.is_empty() {
            continue;
        }
        let leaked = search.groups.at_or_below(&finding.suspect.elements);
        for other in others {
            kept[other] = !search.is_duplicate(&findings[other].suspect, &leaked, members);
        }
    }
    let mut kept = kept.into_iter();
    findings.retain(|_| kept.next().unwrap_or(true));
}

impl Search<'_> {
    /// Whether what names a suspect is there only to refer to something: a function, a WeakRef.
    fn only_refers(&self, suspect: &Suspect) -> bool {
        let example = |&group: &u32| self.groups.get(group).example;
        let named = suspect.named.first().map(example);
        named.is_some_and(|node| self.snapshot.kind(node) == NodeKind::Closure || self.is_weak_ref(node))
    }

    fn is_weak_ref(&self, node: NodeIx) -> bool {
        self.snapshot.name(node) == b"WeakRef"
    }

    /// Whether a suspect's functions duplicate another suspect, whose groups `leaked` tells: each of them refers to
    /// something of the other's that no other function refers to, like the two listeners of one iterator.
    fn is_duplicate(&self, suspect: &Suspect, leaked: &[bool], members: &Members) -> bool {
        let all = members.with_any(&suspect.named);
        let newest = &all[all.len().saturating_sub(LOOKED_AT)..];
        let mut met = HashSet::new();
        let is_leaked = |node: NodeIx| leaked[self.groups.of(node) as usize];
        newest.iter().all(|&node| self.nearest(node, is_leaked).is_some_and(|to| met.insert(to)))
    }

    /// The nearest node of some that a function or WeakRef refers to, through scopes and other functions.
    pub(crate) fn nearest(&self, from: NodeIx, is_it: impl Fn(NodeIx) -> bool) -> Option<NodeIx> {
        let mut queue = vec![from];
        let mut at = 0;
        let mut left = MAX_EDGES;
        while let Some(&node) = queue.get(at) {
            at += 1;
            let is_weak_ref = self.is_weak_ref(node);
            let follows = |edge: &Edge| is_weak_ref || self.snapshot.retains(node, *edge);
            for edge in self.snapshot.edges_of(node).take(left).filter(follows) {
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
            NodeKind::Object => is_context(name) || matches!(name, b"Object" | b"Array"),
            _ => false,
        }
    }
}
