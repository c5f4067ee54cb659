//! Merges suspects that are parts of one leak: the Map, list and index of a cache; the keys and values of a Map; a
//! suspect and objects below its elements; a collection and the object that owns it.

use crate::leak::finding::Finding;
use crate::leak::members::Members;
use crate::leak::name_quality::{NameQuality, name_quality};
use crate::leak::suspect::Suspect;
use crate::leak::suspects::Search;
use crate::snapshot::bits::NodeSet;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::schema::NodeKind;
use crate::snapshot::sort::sort_by_key;
use foldhash::{HashMap, HashMapExt};
use std::cell::OnceCell;
use std::cmp::Reverse;

/// Objects checked for being shared by two suspects.
const LOOKED_AT: usize = 16;
/// References checked for each of them.
const MAX_REFERENCES: usize = 64;
/// Counts that differ by at most this fraction, given as the divisor, count as equal: work may be under way.
const SLACK: i64 = 10;

/// The facts about a finding by which it is compared with others.
struct Part {
    /// The nearest instance of a class of the program or a package at or above the holder.
    owner: Option<(NodeIx, NameQuality)>,
    /// How well the objects are named; growing objects rank below growing numbers of objects.
    rank: (bool, NameQuality),
}

/// Removes findings that are parts of others. They are in order, the surest and largest first.
pub(crate) fn merge_parts(findings: &mut Vec<Finding>, search: &Search<'_>, members: &Members) {
    let samples = OnceCell::new();
    let parts: Vec<Part> = findings.iter().map(|finding| search.part(finding)).collect();
    let mut order: Vec<usize> = (0..findings.len()).collect();
    sort_by_key(&mut order, |&at| (Reverse(parts[at].rank), at));
    let mut kept = vec![true; findings.len()];
    for (place, &whole) in order.iter().enumerate() {
        if !kept[whole] {
            continue;
        }
        let leaked = search.groups.at_or_below(&search.own_elements(&findings[whole].suspect));
        for &other in &order[place + 1..] {
            let pair = Pair { search, members, leaked: &leaked, whole: &findings[whole], other: &findings[other] };
            let sample = || &samples.get_or_init(|| Samples::of(findings, search, members)).of_finding[other];
            kept[other] = kept[other] && !pair.is_one_thing(parts[whole].owner, parts[other].owner, sample);
        }
    }
    let mut kept = kept.into_iter();
    findings.retain(|_| kept.next().unwrap_or(true));
}

/// Objects of each finding, with some of what refers to them.
struct Samples {
    of_finding: Vec<Vec<Sample>>,
}

/// An object, and what the last references to it in the snapshot come from.
struct Sample {
    node: NodeIx,
    retainers: Vec<NodeIx>,
}

impl Samples {
    /// One pass over the edges: lists of what refers to each node would take more memory than all else in a report.
    fn of(findings: &[Finding], search: &Search<'_>, members: &Members) -> Self {
        let snapshot = search.snapshot;
        let nodes: Vec<Vec<NodeIx>> = findings.iter().map(|finding| search.newest_of(finding, members)).collect();
        let mut wanted = NodeSet::new(snapshot.nodes().len());
        nodes.iter().flatten().for_each(|&node| _ = wanted.insert(node));
        let mut retainers: HashMap<NodeIx, Vec<NodeIx>> = HashMap::new();
        for from in (0..snapshot.nodes().len() as u32).rev().map(NodeIx) {
            for edge in snapshot.strong_edges(from).filter(|edge| wanted.contains(edge.to)) {
                let known = retainers.entry(edge.to).or_default();
                if known.len() < MAX_REFERENCES {
                    known.push(from);
                }
            }
        }
        let sample = |&node: &NodeIx| Sample { node, retainers: retainers.get(&node).cloned().unwrap_or_default() };
        Self { of_finding: nodes.iter().map(|nodes| nodes.iter().map(sample).collect()).collect() }
    }
}

impl Search<'_> {
    fn part(&self, finding: &Finding) -> Part {
        let quality = |node| name_quality(self.snapshot, self.scripts, node);
        let above = finding.holder_steps().iter().rev().map(|step| (step.node, quality(step.node)));
        let owner = above.take_while(|&(node, _)| !self.is_function(node)).find(|&(_, quality)| is_instance(quality));
        Part { owner, rank: (finding.suspect.growing.is_none(), quality(finding.example)) }
    }

    /// The elements of a suspect that its objects name: one list may hold two kinds of elements.
    fn own_elements(&self, suspect: &Suspect) -> Vec<u32> {
        let is_named = self.groups.above(&suspect.named);
        let own = suspect.elements.iter().filter(|&&group| is_named[group as usize] || suspect.named.contains(&group));
        own.copied().collect()
    }

    /// The newest objects that a finding is about: those with the largest ids.
    fn newest_of(&self, finding: &Finding, members: &Members) -> Vec<NodeIx> {
        match &finding.suspect.growing {
            Some(growing) => self.newest_elements(growing.nodes[0]),
            None => newest(&members.with_any(&self.own_elements(&finding.suspect))),
        }
    }

    /// The newest elements of a collection.
    fn newest_elements(&self, collection: NodeIx) -> Vec<NodeIx> {
        let snapshot = self.snapshot;
        let stores = snapshot.edges_of(collection).map(|edge| edge.to);
        let store = stores.filter(|&node| snapshot.kind(node) == NodeKind::Array);
        let Some(store) = store.max_by_key(|&node| snapshot.nodes().edge_count(node)) else { return Vec::new() };
        let mut elements: Vec<NodeIx> = snapshot.edges_of(store).map(|edge| edge.to).collect();
        elements.retain(|&node| !matches!(snapshot.kind(node), NodeKind::Hidden | NodeKind::Number));
        sort_by_key(&mut elements, |&node| snapshot.nodes().id(node));
        newest(&elements)
    }

    fn is_function(&self, node: NodeIx) -> bool {
        self.snapshot.kind(node) == NodeKind::Closure
    }
}

fn is_instance(quality: NameQuality) -> bool {
    matches!(quality, NameQuality::Library | NameQuality::Own)
}

/// Two findings, of which `whole` is the better named.
struct Pair<'a> {
    search: &'a Search<'a>,
    members: &'a Members,
    /// By group: at or below an element of the first.
    leaked: &'a [bool],
    whole: &'a Finding,
    other: &'a Finding,
}

impl Pair<'_> {
    /// Whether they are; `sample` gives objects of the second.
    fn is_one_thing<'s>(
        &self,
        owner: Option<(NodeIx, NameQuality)>,
        other: Option<(NodeIx, NameQuality)>,
        sample: impl FnOnce() -> &'s Vec<Sample>,
    ) -> bool {
        let growing = self.other.suspect.growing.as_ref();
        // An object that has the holder of leaked objects grows because of them.
        let has_holder = |node: NodeIx| self.whole.steps[..=self.whole.holder.at].iter().any(|step| step.node == node);
        if growing.is_some_and(|growing| growing.nodes.iter().copied().any(has_holder)) {
            return true;
        }
        if growing.is_none() && self.is_below_the_elements() {
            return !self.are_of_two_kinds();
        }
        // Holders whose own number grows have one of each.
        let group_of_holder = |finding: &Finding| self.search.groups.of(finding.holder.node);
        let are_fields = self.whole.holder.count > 1 && group_of_holder(self.whole) == group_of_holder(self.other);
        if are_fields && self.grow_alike() {
            return true;
        }
        let same_owner = matches!((owner, other), (Some((owner, _)), Some((other, _))) if owner == other);
        let is_of_library = matches!(owner, Some((_, NameQuality::Library)));
        if same_owner && is_of_library && (growing.is_some() || self.grow_alike()) {
            return true;
        }
        let may_share = growing.is_some() || self.grow_alike();
        may_share && self.shares_objects(sample())
    }

    /// Whether all objects that name `other` are below the elements of `whole`.
    fn is_below_the_elements(&self) -> bool {
        self.other.suspect.named.iter().all(|&group| self.leaked[group as usize])
    }

    /// Whether these elements are of two kinds, some with an object that names `whole`, some with one that names `other`.
    fn are_of_two_kinds(&self) -> bool {
        let elements = self.search.own_elements(&self.whole.suspect);
        self.whole.count + self.other.count <= self.members.with_any(&elements).len()
    }

    /// Whether both grew by similar numbers in each interval.
    fn grow_alike(&self) -> bool {
        let (whole, other) = (&self.whole.added_count, &self.other.added_count);
        whole.len() == other.len()
            && whole.iter().zip(other).all(|(&one, &other)| (one - other).abs() <= 2.max(one.max(other) / SLACK))
    }

    /// Whether most of the second's objects are retained by the first's as well, or are elements that these refer to.
    /// All objects of a class share V8's own, such as their shape, wherever the shortest path to that leads.
    fn shares_objects(&self, sample: &[Sample]) -> bool {
        let snapshot = self.search.snapshot;
        let is_leaked = |node: NodeIx| {
            self.leaked[self.search.groups.of(node) as usize] && self.search.noise.rule_for(node).is_none()
        };
        let is_shared = |sample: &&Sample| {
            let refers = || snapshot.retaining_edges(sample.node).take(MAX_REFERENCES).any(|edge| is_leaked(edge.to));
            is_leaked(sample.node) || sample.retainers.iter().copied().any(is_leaked) || refers()
        };
        !sample.is_empty() && sample.iter().filter(is_shared).count() * 4 >= sample.len() * 3
    }
}

fn newest(nodes: &[NodeIx]) -> Vec<NodeIx> {
    nodes[nodes.len().saturating_sub(LOOKED_AT)..].to_vec()
}
