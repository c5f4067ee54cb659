//! Groups → whether they grow like leaks.
//!
//! A leak keeps its objects. So a growing group is judged by how many of its earlier objects stayed, not by how evenly
//! it grew: see [`turnover`](super::turnover). The growth of an interval is compared with the number of objects that
//! the program created in it, so that neither an idle interval nor a busy one hides a leak, and a cache that has
//! warmed up differs from one that still grows.

use crate::leak::groups::{Groups, OUTSIDE};
use crate::leak::growth_roots::GrowthRoots;
use crate::leak::profile::Profile;
use crate::leak::series::Series;
use crate::leak::turnover::{Counts, Turnover, is_value};
use crate::program::internals::is_internal;
use crate::snapshot::Snapshot;
use crate::snapshot::error::Result;
use crate::snapshot::progress::Progress;
use crate::snapshot::ticker::Ticker;
use foldhash::{HashMap, HashMapExt};
use std::ops::Range;

/// The least number of objects by which a group grows from the first snapshot to the last. Fewer come and go in every
/// program.
const MIN_COUNT: i64 = 10;
/// The same for large objects, which leak in smaller numbers.
const MIN_LARGE: i64 = 2;
/// Bytes from which the new objects of a group count as large.
const LARGE: u64 = 256 << 10;
/// The least number of earlier objects whose survival is significant.
const MIN_EARLIER: u32 = 4;
/// Without ids in common, the least growth in every interval …
const MIN_COUNT_WITHOUT_IDS: i64 = 10;
/// … and the largest ratio of two intervals' growth: more looks like the end of a warm-up.
const MAX_UNEVENNESS: i64 = 8;
/// A group that grows this many times slower than before has stopped.
const MAX_SLOWDOWN: u64 = 8;
/// The largest ratio of living objects of a timeline's second half to those of its first.
const MAX_RECENCY: u64 = 2;
/// A program that creates this many times fewer objects than in its busiest interval is idle.
const IDLE: u64 = 10;

/// What the turnover of a group says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Trend {
    /// It does not grow, or too little.
    Flat,
    /// It grows and keeps its objects.
    Grows,
    /// It grows, but most of its earlier objects are gone.
    TurnsOver,
    /// It grew and then stopped while the program went on.
    Stopped,
    /// It grew in the only interval in which the program was busy, which is not the last.
    Paused,
    /// It had too few objects before the last of several intervals.
    New,
}

/// Whether something grew in the last interval alone, given the change in each.
pub(crate) fn is_only_recent(added: &[i64]) -> bool {
    added.iter().rev().skip(1).all(|&added| added <= 0)
}

/// The growth of all groups of the last snapshot.
pub(crate) struct Growth {
    pub(crate) turnover: Turnover,
    /// Bytes retained by the objects of each group that the first snapshot lacks.
    born_bytes: Vec<u64>,
    /// By kin and snapshot: objects of the last snapshot that are in this one for the first time.
    made: HashMap<(usize, usize), i64>,
    /// By group: whether it consists of strings or numbers in objects that have all been replaced.
    is_replaced: Vec<bool>,
    /// The number of groups at the time of measuring.
    measured: u32,
    ids_are_shared: bool,
    /// Whether what died is unknown, because there are only the objects that are alive at the end.
    is_timeline: bool,
    profile: Profile,
}

impl Growth {
    /// Measures every group in every snapshot of the series.
    pub(crate) fn measure(
        series: &Series<'_>,
        growth_roots: &GrowthRoots,
        groups: &Groups,
        profile: Profile,
        progress: &Progress,
    ) -> Result<Growth> {
        let turnover = Turnover::measure(series, growth_roots, groups, progress)?;
        let mut born_bytes = vec![0; groups.list.len()];
        let mut has_earlier = vec![false; groups.list.len()];
        let mut made: HashMap<(usize, usize), i64> = HashMap::new();
        let mut ticker = Ticker::of(progress, series.last.nodes().len());
        for node in series.last.nodes().iter() {
            ticker.tick()?;
            let group = groups.of(node);
            if group == OUTSIDE {
                continue;
            }
            has_earlier[group as usize] |= series.birth(node) < series.intervals();
            if !series.is_old(node) {
                born_bytes[group as usize] += series.last.retained_size(node);
                *made.entry((turnover.kin(group), series.birth(node))).or_default() += 1;
            }
        }
        let is_replaced = replaced_values(series.last, groups, &turnover, &has_earlier);
        let measured = groups.list.len() as u32;
        Ok(Growth {
            turnover,
            born_bytes,
            made,
            is_replaced,
            measured,
            ids_are_shared: series.same_process,
            is_timeline: series.timeline.is_some(),
            profile,
        })
    }

    /// The groups that were measured; suspects found later add groups.
    pub(crate) fn groups(&self) -> Range<u32> {
        1..self.measured
    }

    /// Adds a group with counts of its own. Its number is above all others.
    pub(crate) fn add_group(&mut self, group: u32, counts: Counts) {
        self.turnover.add_group(group, counts);
        self.born_bytes.resize(group as usize + 1, 0);
        self.is_replaced.resize(group as usize + 1, false);
    }

    /// Whether what died is unknown.
    pub(crate) fn is_timeline(&self) -> bool {
        self.is_timeline
    }

    /// Objects of a group in each snapshot.
    pub(crate) fn counts(&self, group: u32) -> &[u32] {
        self.turnover.counts(group)
    }

    /// By how much the number of objects changed in each interval.
    pub(crate) fn added(&self, group: u32) -> Vec<i64> {
        self.counts(group).windows(2).map(|pair| i64::from(pair[1]) - i64::from(pair[0])).collect()
    }

    /// The same for several groups together.
    pub(crate) fn added_by_all(&self, groups: &[u32]) -> Vec<i64> {
        let mut sums = vec![0; self.turnover.born().len().saturating_sub(1)];
        for &group in groups {
            sums.iter_mut().zip(self.added(group)).for_each(|(sum, added)| *sum += added);
        }
        sums
    }

    /// By how much the number of objects changed in all.
    pub(crate) fn net(&self, group: u32) -> i64 {
        let counts = self.counts(group);
        i64::from(counts[counts.len() - 1]) - i64::from(counts[0])
    }

    /// The number of a group's earlier objects, and of those that stayed; `None` if there were too few to tell.
    pub(crate) fn survivors(&self, group: u32) -> Option<(u32, u32)> {
        let is_known = self.ids_are_shared && !self.is_timeline;
        Some(self.earlier(group)).filter(|&(entered, _)| is_known && entered >= MIN_EARLIER)
    }

    /// The share of a group's earlier objects that stayed.
    pub(crate) fn survival(&self, group: u32) -> Option<f64> {
        self.survivors(group).map(|(entered, kept)| f64::from(kept) / f64::from(entered))
    }

    /// Bytes retained by the objects of a group that the first snapshot lacks.
    pub(crate) fn born_bytes(&self, group: u32) -> u64 {
        self.born_bytes[group as usize]
    }

    /// Whether a group itself had enough objects in an earlier snapshot for their survival to be significant.
    pub(crate) fn had_enough(&self, group: u32) -> bool {
        let counts = self.counts(group);
        counts[..counts.len() - 1].iter().any(|&count| count >= MIN_EARLIER)
    }

    fn earlier(&self, group: u32) -> (u32, u32) {
        let (entered, kept) = self.turnover.of_kin(group);
        let earlier = ..entered.len() - 1;
        (entered[earlier].iter().sum(), kept[earlier].iter().sum())
    }

    /// The intervals in which the program was not idle.
    pub(crate) fn busy_intervals(&self) -> impl Iterator<Item = usize> + '_ {
        let born = &self.turnover.born()[1..];
        let most = born.iter().copied().max().unwrap_or(0);
        (0..born.len()).filter(move |&at| born[at].saturating_mul(IDLE) >= most)
    }

    /// How a group develops.
    pub(crate) fn trend(&self, groups: &Groups, group: u32) -> Trend {
        if let Profile::TestRounds { iterations } = self.profile {
            return self.trend_of_rounds(groups, group, iterations);
        }
        if !self.ids_are_shared {
            return self.trend_of_counts(group);
        }
        let least = if self.born_bytes[group as usize] >= LARGE { MIN_LARGE } else { MIN_COUNT };
        let (entered, kept) = self.turnover.of_kin(group);
        let intervals = entered.len() - 1;
        let new: u32 = kept[1..].iter().sum::<u32>() + entered[intervals];
        // Each group has a part of a list that is retained at both ends, and links move between them.
        let own = self.net(group);
        let net = if groups.get(group).repeats && own > 0 { self.turnover.net_of_kin(group) } else { own };
        let (earlier, stayed) = self.earlier(group);
        if net >= least && self.is_replaced[group as usize] {
            return Trend::TurnsOver;
        }
        if net >= least && earlier >= MIN_EARLIER && stayed * 3 < earlier * 2 {
            return Trend::TurnsOver;
        }
        // Kin may be many more than the objects of this group.
        let gains = net.max(self.turnover.net_of_kin(group));
        if net < least || gains * 4 < i64::from(new) {
            return Trend::Flat;
        }
        if earlier < MIN_EARLIER {
            return if intervals > 1 { Trend::New } else { Trend::Grows };
        }
        if self.is_timeline && self.is_recent(group) {
            return Trend::TurnsOver;
        }
        let busy: Vec<usize> = self.busy_intervals().collect();
        match busy[..] {
            _ if self.has_stopped(group) => Trend::Stopped,
            [only] if only + 1 < intervals => Trend::Paused,
            _ => Trend::Grows,
        }
    }

    /// Whether a group grew much slower in the last interval than before, though the program was busy, or grew in only a
    /// few of several intervals.
    fn has_stopped(&self, group: u32) -> bool {
        let rates = self.rates(group);
        let (Some(&last), Some(&most)) = (rates.last(), rates.iter().max()) else { return false };
        let grew = rates.iter().filter(|&&rate| rate > 0).count();
        // Every object of a timeline has its interval, whereas the changes between two snapshots may add up to none.
        let is_rare = if self.is_timeline { grew * 4 < rates.len() * 3 } else { grew * 2 <= rates.len() };
        rates.len() > 1 && (last * MAX_SLOWDOWN < most || is_rare)
    }

    /// By busy interval: objects of a group in a million new ones.
    fn rates(&self, group: u32) -> Vec<u64> {
        let (entered, _) = self.turnover.of_kin(group);
        let born = self.turnover.born();
        self.busy_intervals().map(|at| u64::from(entered[at + 1]) * 1_000_000 / born[at + 1].max(1)).collect()
    }

    /// Whether a timeline has more objects of its second half than twice those of the first, as of a queue or cache that
    /// drops the oldest.
    fn is_recent(&self, group: u32) -> bool {
        let rates = self.rates(group);
        let half = rates.len() / 2;
        let sum = |rates: &[u64]| rates.iter().sum::<u64>();
        half > 0 && sum(&rates[..half]) * MAX_RECENCY < sum(&rates[rates.len() - half..])
    }

    /// All rounds do the same, so each of them has to add objects that stay. Only the groups of a suspect together have to
    /// add enough, since each has a part of a list that is retained at both ends.
    fn trend_of_rounds(&self, groups: &Groups, group: u32, iterations: i64) -> Trend {
        let added = self.added(group);
        let rounds = added.len() as i64;
        let is_part =
            groups.get(group).repeats && self.net(group) > 0 && self.turnover.net_of_kin(group) >= iterations * rounds;
        let is_enough = is_part || added.iter().all(|&added| added >= iterations.min(MIN_COUNT));
        if is_enough && self.stays(group, &added) { Trend::Grows } else { Trend::Flat }
    }

    /// Whether at least half of each interval's growth is objects that were created in it and are still there.
    fn stays(&self, group: u32, added: &[i64]) -> bool {
        let kin = self.turnover.kin(group);
        let made = |at: usize| self.made.get(&(kin, at)).copied().unwrap_or(0);
        !self.ids_are_shared || (1..).zip(added).all(|(at, &added)| made(at) * 2 >= added)
    }

    fn trend_of_counts(&self, group: u32) -> Trend {
        let added = self.added(group);
        let least = added.iter().copied().min().unwrap_or(0);
        let most = added.iter().copied().max().unwrap_or(0);
        let grows = least >= MIN_COUNT_WITHOUT_IDS && least * MAX_UNEVENNESS >= most;
        if grows { Trend::Grows } else { Trend::Flat }
    }
}

/// By group: whether it is of values in objects that were replaced. V8 stores equal keys once, so the keys of a
/// dictionary survive its replacement. They count as surviving only if the objects that have them do.
fn replaced_values(snapshot: &Snapshot, groups: &Groups, turnover: &Turnover, has_earlier: &[bool]) -> Vec<bool> {
    let is_replaced = |group: u32| {
        is_value(snapshot.kind(groups.get(group).example)) && {
            let has_name = |group: u32| {
                let example = groups.get(group).example;
                !is_internal(snapshot, example) && !is_value(snapshot.kind(example))
            };
            let mut owner = groups.get(group).parent;
            while owner != OUTSIDE && !has_name(owner) {
                owner = groups.get(owner).parent;
            }
            let counts = turnover.counts(owner);
            let had_some = counts[..counts.len() - 1].iter().any(|&count| count > 0);
            let is_dictionary = !matches!(snapshot.name(groups.get(owner).example), b"Array" | b"Map" | b"Set");
            owner != OUTSIDE && is_dictionary && had_some && !has_earlier[owner as usize]
        }
    };
    (0..groups.list.len() as u32).map(is_replaced).collect()
}
