//! Trails → those whose objects become more in every interval, each with its numbers.
//!
//! Growth is the filter, not size: what leaks has more objects in every snapshot than in the one
//! before, and objects made in every interval are still there at the end. A cache that warms up
//! stops growing; one that is bounded replaces its objects but does not grow; a queue that happens
//! to be longer has let go of what was in it before.

use crate::error::Result;
use crate::leak::containers::Containers;
use crate::leak::series::Series;
use crate::leak::trails::{OUTSIDE, Trails};
use crate::progress::Progress;
use crate::query::steps::Steps;
use std::collections::HashMap;

/// Objects by which something grows at least in every interval: fewer come and go in every program.
const FEWEST: u32 = 10;
/// Large objects leak in smaller numbers.
const FEWEST_LARGE: u32 = 2;
/// Bytes by which a growth of few objects makes up for their number.
const LARGE: u64 = 256 << 10;
/// An interval's growth is at least the largest one's divided by this: less is a warm-up that ends.
const STEADY: u32 = 8;

/// The numbers of all trails of the last snapshot.
pub(crate) struct Growth {
    snapshots: usize,
    /// Objects with a trail in each snapshot.
    counts: Vec<u32>,
    /// Objects with a trail made in each interval and still there.
    born: Vec<u32>,
    /// Their bytes.
    born_bytes: Vec<u64>,
    /// `born` by what the objects are, for all trails of a group: the links of a list that is held at
    /// both ends change from one trail to the other while it grows.
    born_alike: HashMap<(u32, u64), Vec<u32>>,
}

impl Growth {
    /// Counts nodes by trail in every snapshot of the series.
    pub(crate) fn measure(
        series: &Series<'_>,
        containers: &Containers,
        trails: &Trails,
        progress: &Progress,
    ) -> Result<Growth> {
        let snapshots = series.snapshots.len();
        let size = snapshots * trails.list.len();
        let mut growth = Growth {
            snapshots,
            counts: vec![0; size],
            born: vec![0; size],
            born_bytes: vec![0; size],
            born_alike: HashMap::new(),
        };
        growth.measure_last(series, trails, progress)?;
        growth.add_alike(trails);
        let by_hash: HashMap<u64, u32> =
            trails.list.iter().enumerate().skip(1).map(|(at, trail)| (trail.hash, at as u32)).collect();
        for (at, &snapshot) in series.snapshots.iter().enumerate().take(snapshots - 1) {
            let earlier = Trails::new(snapshot, containers, progress)?;
            for node in snapshot.nodes().iter() {
                if let Some(&trail) = by_hash.get(&earlier.get(earlier.of(node)).hash) {
                    growth.counts[trail as usize * snapshots + at] += 1;
                }
            }
        }
        Ok(growth)
    }

    fn measure_last(&mut self, series: &Series<'_>, trails: &Trails, progress: &Progress) -> Result<()> {
        let mut steps = Steps::of(progress, series.last.nodes().len());
        for node in series.last.nodes().iter() {
            steps.step()?;
            let trail = trails.of(node);
            if trail != OUTSIDE {
                let row = trail as usize * self.snapshots;
                self.counts[row + self.snapshots - 1] += 1;
                self.born[row + series.birth(node)] += 1;
                self.born_bytes[row + series.birth(node)] += series.last.retained_size(node);
            }
        }
        Ok(())
    }

    fn add_alike(&mut self, trails: &Trails) {
        for (trail, of) in trails.list.iter().enumerate().skip(1) {
            let born = &self.born[trail * self.snapshots..][..self.snapshots];
            let sums = self.born_alike.entry((of.group, of.class)).or_insert_with(|| vec![0; born.len()]);
            sums.iter_mut().zip(born).for_each(|(sum, born)| *sum += born);
        }
    }

    /// Objects with the trail in each snapshot.
    pub(crate) fn counts(&self, trail: u32) -> &[u32] {
        &self.counts[trail as usize * self.snapshots..][..self.snapshots]
    }

    /// By how much the number of objects changed in each interval.
    pub(crate) fn added(&self, trail: u32) -> Vec<i64> {
        self.counts(trail).windows(2).map(|pair| i64::from(pair[1]) - i64::from(pair[0])).collect()
    }

    fn born_bytes(&self, trail: u32) -> &[u64] {
        &self.born_bytes[trail as usize * self.snapshots..][1..self.snapshots]
    }

    /// Whether the trail's objects become more in every interval, and stay.
    pub(crate) fn grows(&self, trails: &Trails, trail: u32, ids_are_shared: bool) -> bool {
        let added = self.added(trail);
        let least = added.iter().copied().min().unwrap_or(0);
        let most = added.iter().copied().max().unwrap_or(0);
        if least <= 0 || least * i64::from(STEADY) < most {
            return false;
        }
        let is_large = ids_are_shared && self.born_bytes(trail).iter().all(|&bytes| bytes >= LARGE);
        let fewest = if is_large { FEWEST_LARGE } else { FEWEST };
        if least < i64::from(fewest) {
            return false;
        }
        let of = trails.get(trail);
        let stay = |born: &Vec<u32>| born[1..].iter().zip(&added).all(|(&born, &added)| i64::from(born) * 2 >= added);
        !ids_are_shared || self.born_alike.get(&(of.group, of.class)).is_some_and(stay)
    }
}
