//! Classes that grow by a few objects in each of many places, such as the leaves of a trie or the entries of many
//! lists.
//!
//! No single place grows enough to be a suspect, but all together do. Their common owner is reported as the holder.

use crate::leak::groups::Groups;
use crate::leak::growth::{Growth, Trend};
use crate::leak::name_quality::{NameQuality, name_quality};
use crate::leak::series::Series;
use crate::leak::suspect::{Suspect, elements_of};
use crate::leak::suspects::Search;
use crate::leak::turnover::Counts;
use crate::program::internals::is_internal;
use crate::snapshot::Snapshot;
use crate::snapshot::error::Result;
use crate::snapshot::ids::{NodeIx, ObjectId};
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::NodeKind;
use crate::snapshot::sort::sort_by_key;
use crate::snapshot::ticker::Ticker;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Classes that are considered, those that grew most.
const MAX_CLASSES: usize = 16;
/// The least growth of a class in places that are too small to be suspects, in objects.
const MIN_COUNT: i64 = 10;

/// A class: its objects in the last snapshot, and their number in each.
pub(crate) struct Scattered {
    owner: NodeIx,
    nodes: Vec<NodeIx>,
    counts: Counts,
}

/// The growth of one class.
#[derive(Default)]
struct ClassGrowth {
    all: i64,
    /// In groups that grow too little to be suspects.
    small: i64,
}

impl Search<'_> {
    /// The classes of the program and its packages that grow in many small places, unless a suspect explains their growth.
    pub(crate) fn scattered(
        &self,
        series: &Series<'_>,
        growth: &Growth,
        found: &[Suspect],
        progress: &Progress,
    ) -> Result<Vec<Scattered>> {
        let mut scattered = Vec::new();
        if !series.same_process {
            return Ok(scattered);
        }
        for class in self.unexplained_classes(growth, found) {
            let instances = by_snapshot(series, class, progress)?;
            let Some(last) = instances.last() else { continue };
            let new = last.iter().copied().filter(|&node| !series.is_old(node));
            let Some(owner) = self.owner_of(new) else { continue };
            let nodes =
                last.iter().copied().filter(|&node| self.snapshot.dominators().dominates(owner, node)).collect();
            scattered.push(Scattered { owner, nodes, counts: counts(series, &instances) });
        }
        Ok(scattered)
    }

    /// The names of classes that grew in places too small to be suspects, by growth.
    fn unexplained_classes(&self, growth: &Growth, found: &[Suspect]) -> Vec<&[u8]> {
        let is_explained = self.groups.at_or_below(&elements_of(found));
        let mut classes: BTreeMap<&[u8], ClassGrowth> = BTreeMap::new();
        for group in growth.groups() {
            let example = self.groups.get(group).example;
            let added = growth.net(group);
            if added <= 0
                || self.snapshot.kind(example) != NodeKind::Object
                || name_quality(self.snapshot, self.scripts, example) < NameQuality::Library
            {
                continue;
            }
            let is_small = !is_explained[group as usize]
                && self.noise.noise_of(group).is_none()
                && growth.trend(self.groups, group) == Trend::Flat;
            let class = classes.entry(self.snapshot.name(example)).or_default();
            class.all += added;
            class.small += if is_small { added } else { 0 };
        }
        let is_large = |class: &ClassGrowth| class.small >= MIN_COUNT && class.small * 2 >= class.all;
        let mut large: Vec<(Reverse<i64>, &[u8])> = classes
            .into_iter()
            .filter(|(_, class)| is_large(class))
            .map(|(name, class)| (Reverse(class.small), name))
            .collect();
        sort_by_key(&mut large, |&entry| entry);
        large.into_iter().take(MAX_CLASSES).map(|(_, name)| name).collect()
    }

    /// The nearest object with a name in the program that dominates all of `nodes`; `None` if only the global object does.
    fn owner_of(&self, nodes: impl Iterator<Item = NodeIx>) -> Option<NodeIx> {
        let tree = self.snapshot.dominators();
        let mut owner = tree.nearest_common(nodes)?;
        while is_internal(self.snapshot, owner) && owner != self.snapshot.root() {
            owner = tree.parent(owner);
        }
        (self.snapshot.distance(owner) > 1).then_some(owner)
    }
}

impl Scattered {
    /// Turns it into a suspect with groups of its own.
    pub(crate) fn suspect(self, groups: &mut Groups, growth: &mut Growth) -> Suspect {
        let (holder, element) = groups.set_apart(self.owner, &self.nodes);
        growth.add_group(element, self.counts);
        Suspect { holder, elements: vec![element], named: vec![element], growing: None }
    }
}

/// The instances of a class in each snapshot, or at the end of each interval of a timeline.
fn by_snapshot(series: &Series<'_>, class: &[u8], progress: &Progress) -> Result<Vec<Vec<NodeIx>>> {
    if series.timeline.is_none() {
        return series.snapshots.iter().map(|snapshot| instances(snapshot, class, progress)).collect();
    }
    let all = instances(series.last, class, progress)?;
    let until = |end: usize| all.iter().copied().filter(|&node| series.birth(node) <= end).collect();
    Ok((0..=series.intervals()).map(until).collect())
}

/// The instances of a class, in order of id.
fn instances(snapshot: &Snapshot, class: &[u8], progress: &Progress) -> Result<Vec<NodeIx>> {
    let Some(name) = snapshot.strings().find(class) else { return Ok(Vec::new()) };
    let mut ticker = Ticker::of(progress, snapshot.nodes().len());
    let mut instances = Vec::new();
    for &node in snapshot.nodes_by_id() {
        ticker.tick()?;
        if snapshot.nodes().name(node) == name && snapshot.kind(node) == NodeKind::Object {
            instances.push(node);
        }
    }
    Ok(instances)
}

/// The turnover of a class, from its instances in each snapshot in order of id.
fn counts(series: &Series<'_>, instances: &[Vec<NodeIx>]) -> Counts {
    let snapshot = |at: usize| series.snapshots.get(at).copied().unwrap_or(series.last);
    let of_snapshot =
        |(at, nodes): (usize, &Vec<NodeIx>)| nodes.iter().map(|&node| snapshot(at).nodes().id(node)).collect();
    let ids: Vec<Vec<ObjectId>> = instances.iter().enumerate().map(of_snapshot).collect();
    let has = |at: usize, id: &ObjectId| ids[at].binary_search(id).is_ok();
    let newest = ids.len() - 1;
    let mut counts = Counts::default();
    for (at, now) in ids.iter().enumerate() {
        let entered: Vec<&ObjectId> = now.iter().filter(|id| at == 0 || !has(at - 1, id)).collect();
        let kept = entered.iter().filter(|id| at < newest && has(newest, id)).count();
        counts.all.push(now.len() as u32);
        counts.entered.push(entered.len() as u32);
        counts.kept.push(kept as u32);
    }
    counts
}
