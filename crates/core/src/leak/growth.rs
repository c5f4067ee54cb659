//! Groups → those whose objects become more in every interval, each with its numbers.
//!
//! Growth is the filter, not size: what leaks has more objects in every snapshot than in the one
//! before, and objects made in every interval are still there at the end. A cache that warms up
//! stops growing; one that is bounded replaces its objects but does not grow; a queue that happens
//! to be longer has let go of what was in it before.

use crate::leak::groups::{Groups, OUTSIDE};
use crate::leak::growth_roots::GrowthRoots;
use crate::leak::series::Series;
use crate::snapshot::error::Result;
use crate::snapshot::progress::Progress;
use crate::snapshot::ticker::Ticker;
use std::collections::HashMap;

/// Objects by which something grows at least in every interval: fewer come and go in every program.
const MIN_COUNT: i64 = 10;
/// Large objects leak in smaller numbers.
const MIN_LARGE: i64 = 2;
/// Bytes by which a growth of few objects makes up for their number.
const LARGE: u64 = 256 << 10;
/// An interval's growth is at least the largest one's divided by this: less is a warm-up that ends.
const MAX_UNEVENNESS: i64 = 8;

/// The numbers of all groups of the last snapshot.
pub(crate) struct Growth {
    snapshots: usize,
    /// Objects with a group in each snapshot.
    counts: Vec<u32>,
    /// Objects with a group made in each interval and still there.
    born: Vec<u32>,
    /// Their bytes.
    born_bytes: Vec<u64>,
    /// Sums by what the objects are, for all groups of a root_class: the links of a list that is held at
    /// both ends are on two groups, and change from one to the other while it grows.
    alike: HashMap<(u32, u64), Alike>,
    /// By group: whether it is of links of a list.
    linked: Vec<bool>,
}

/// Sums over groups of one root_class with objects of one class.
struct Alike {
    counts: Vec<u32>,
    born: Vec<u32>,
}

impl Growth {
    /// Counts nodes by group in every snapshot of the series.
    pub(crate) fn measure(
        series: &Series<'_>,
        growth_roots: &GrowthRoots,
        groups: &Groups,
        progress: &Progress,
    ) -> Result<Growth> {
        let snapshots = series.snapshots.len();
        let size = snapshots * groups.list.len();
        let mut growth = Growth {
            snapshots,
            counts: vec![0; size],
            born: vec![0; size],
            born_bytes: vec![0; size],
            alike: HashMap::new(),
            linked: groups.linked(),
        };
        growth.measure_last(series, groups, progress)?;
        let by_hash: HashMap<u64, u32> =
            groups.list.iter().enumerate().skip(1).map(|(at, group)| (group.hash, at as u32)).collect();
        for (at, &snapshot) in series.snapshots.iter().enumerate().take(snapshots - 1) {
            let earlier = Groups::new(snapshot, growth_roots, progress)?;
            for node in snapshot.nodes().iter() {
                if let Some(&group) = by_hash.get(&earlier.get(earlier.of(node)).hash) {
                    growth.counts[group as usize * snapshots + at] += 1;
                }
            }
        }
        growth.add_alike(groups);
        Ok(growth)
    }

    fn measure_last(&mut self, series: &Series<'_>, groups: &Groups, progress: &Progress) -> Result<()> {
        let mut ticker = Ticker::of(progress, series.last.nodes().len());
        for node in series.last.nodes().iter() {
            ticker.tick()?;
            let group = groups.of(node);
            if group != OUTSIDE {
                let row = group as usize * self.snapshots;
                self.counts[row + self.snapshots - 1] += 1;
                self.born[row + series.birth(node)] += 1;
                self.born_bytes[row + series.birth(node)] += series.last.retained_size(node);
            }
        }
        Ok(())
    }

    fn add_alike(&mut self, groups: &Groups) {
        let empty = || Alike { counts: vec![0; self.snapshots], born: vec![0; self.snapshots] };
        let add = |sums: &mut [u32], more: &[u32]| sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        for (group, of) in groups.list.iter().enumerate().skip(1) {
            let row = group * self.snapshots..(group + 1) * self.snapshots;
            let alike = self.alike.entry((of.start, of.class)).or_insert_with(empty);
            add(&mut alike.counts, &self.counts[row.clone()]);
            add(&mut alike.born, &self.born[row]);
        }
    }

    /// Objects with the group in each snapshot.
    pub(crate) fn counts(&self, group: u32) -> &[u32] {
        &self.counts[group as usize * self.snapshots..][..self.snapshots]
    }

    /// By how much the number of objects changed in each interval.
    pub(crate) fn added(&self, group: u32) -> Vec<i64> {
        differences(self.counts(group))
    }

    fn born_bytes(&self, group: u32) -> &[u64] {
        &self.born_bytes[group as usize * self.snapshots..][1..self.snapshots]
    }

    /// Whether the group's objects become more in every interval, and stay.
    pub(crate) fn grows(&self, groups: &Groups, group: u32, ids_are_shared: bool) -> bool {
        let added = self.added(group);
        let (least, most) = range(&added);
        let of = groups.get(group);
        let Some(alike) = self.alike.get(&(of.start, of.class)) else { return false };
        if least <= 0 || least * MAX_UNEVENNESS < most {
            return false;
        }
        let is_large = ids_are_shared && self.born_bytes(group).iter().all(|&bytes| bytes >= LARGE);
        let fewest = if is_large { MIN_LARGE } else { MIN_COUNT };
        // Of a list that is held at both ends each group has half.
        let is_half =
            || least * 2 >= fewest && self.linked[group as usize] && range(&differences(&alike.counts)).0 >= fewest;
        if least < fewest && !is_half() {
            return false;
        }
        let stays = |(&born, &added): (&u32, &i64)| i64::from(born) * 2 >= added;
        !ids_are_shared || alike.born[1..].iter().zip(&added).all(stays)
    }
}

fn differences(counts: &[u32]) -> Vec<i64> {
    counts.windows(2).map(|pair| i64::from(pair[1]) - i64::from(pair[0])).collect()
}

fn range(added: &[i64]) -> (i64, i64) {
    let least = added.iter().copied().min().unwrap_or(0);
    (least, added.iter().copied().max().unwrap_or(0))
}
