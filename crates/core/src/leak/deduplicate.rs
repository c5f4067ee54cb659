//! Removes suspects that describe a leak already reported.
//!
//! Many objects are retained twice: a stream by the list of pipes and by its listeners, a port by the program
//! and by Node's list of ports, a signal by its user and by the WeakRef of the signal it depends on. Both
//! retainers grow, and reporting one of them is enough.

use crate::leak::finding::Finding;
use crate::leak::members::Members;
use crate::leak::suspect::Suspect;
use crate::leak::suspects::Search;
use crate::program::variables::is_context;
use crate::snapshot::columns::Edge;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::schema::NodeKind;
use foldhash::{HashSet, HashSetExt};

/// Objects of a suspect checked for belonging to another leak.
const LOOKED_AT: usize = 5;
/// Nodes visited from each of them: a bound function, its target, a function in that, its scope.
const FURTHEST: usize = 64;
/// References visited from each of them.
const MAX_EDGES: usize = 512;

/// Removes findings that only Node's lists of ports, sockets and timers hold, when the program holds objects of the
/// same class: they are the same objects.
pub(crate) fn keep_real_holders(findings: &mut Vec<Finding>) {
    let real = findings.iter().filter(|finding| !finding.is_held_by_runtime);
    let held: Vec<_> = real.map(|finding| finding.class_name.clone()).collect();
    findings.retain(|finding| !finding.is_held_by_runtime || !held.contains(&finding.class_name));
}

/// Removes suspects that are functions or WeakRefs referring to the objects of another suspect.
pub(crate) fn remove_duplicates(findings: &mut Vec<Finding>, search: &Search<'_>, members: &Members) {
    let refers: Vec<bool> = findings.iter().map(|finding| search.only_refers(&finding.suspect)).collect();
    let mut kept = vec![true; findings.len()];
    for (at, finding) in findings.iter().enumerate() {
        let holder = finding.suspect.holder;
        // Of two suspects that duplicate each other the first stays.
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
    /// Whether the objects that name a suspect only refer to others: functions, WeakRefs.
    fn only_refers(&self, suspect: &Suspect) -> bool {
        let example = |&group: &u32| self.groups.get(group).example;
        let named = suspect.named.first().map(example);
        named.is_some_and(|node| self.snapshot.kind(node) == NodeKind::Closure || self.is_weak_ref(node))
    }

    fn is_weak_ref(&self, node: NodeIx) -> bool {
        self.snapshot.name(node) == b"WeakRef"
    }

    /// Whether a suspect duplicates another, whose groups are `leaked`: each of its functions refers to a leaked object
    /// to which none of the others refers.
    fn is_duplicate(&self, suspect: &Suspect, leaked: &[bool], members: &Members) -> bool {
        let all = members.with_any(&suspect.named);
        let newest = &all[all.len().saturating_sub(LOOKED_AT)..];
        let mut met = HashSet::new();
        let is_leaked = |node: NodeIx| leaked[self.groups.of(node) as usize];
        newest.iter().all(|&node| self.nearest(node, is_leaked).is_some_and(|to| met.insert(to)))
    }

    /// The nearest matching node that a function or WeakRef refers to, through scopes and other functions.
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
