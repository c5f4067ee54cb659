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
const FEWEST: i64 = 10;
/// Large objects leak in smaller numbers.
const FEWEST_LARGE: i64 = 2;
/// Bytes by which a growth of few objects makes up for their number.
const LARGE: u64 = 256 << 10;
/// An interval's growth is at least the largest one's divided by this: less is a warm-up that ends.
const STEADY: i64 = 8;

/// The numbers of all trails of the last snapshot.
pub(crate) struct Growth {
    snapshots: usize,
    /// Objects with a trail in each snapshot.
    counts: Vec<u32>,
    /// Objects with a trail made in each interval and still there.
    born: Vec<u32>,
    /// Their bytes.
    born_bytes: Vec<u64>,
    /// Sums by what the objects are, for all trails of a group: the links of a list that is held at
    /// both ends are on two trails, and change from one to the other while it grows.
    alike: HashMap<(u32, u64), Alike>,
    /// By trail: whether it is of links of a list.
    linked: Vec<bool>,
}

/// Sums over trails of one group with objects of one class.
struct Alike {
    counts: Vec<u32>,
    born: Vec<u32>,
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
            alike: HashMap::new(),
            linked: trails.linked(),
        };
        growth.measure_last(series, trails, progress)?;
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
        growth.add_alike(trails);
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
        let empty = || Alike { counts: vec![0; self.snapshots], born: vec![0; self.snapshots] };
        let add = |sums: &mut [u32], more: &[u32]| sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        for (trail, of) in trails.list.iter().enumerate().skip(1) {
            let row = trail * self.snapshots..(trail + 1) * self.snapshots;
            let alike = self.alike.entry((of.group, of.class)).or_insert_with(empty);
            add(&mut alike.counts, &self.counts[row.clone()]);
            add(&mut alike.born, &self.born[row]);
        }
    }

    /// Objects with the trail in each snapshot.
    pub(crate) fn counts(&self, trail: u32) -> &[u32] {
        &self.counts[trail as usize * self.snapshots..][..self.snapshots]
    }

    /// By how much the number of objects changed in each interval.
    pub(crate) fn added(&self, trail: u32) -> Vec<i64> {
        differences(self.counts(trail))
    }

    fn born_bytes(&self, trail: u32) -> &[u64] {
        &self.born_bytes[trail as usize * self.snapshots..][1..self.snapshots]
    }

    /// Whether the trail's objects become more in every interval, and stay.
    pub(crate) fn grows(&self, trails: &Trails, trail: u32, ids_are_shared: bool) -> bool {
        let added = self.added(trail);
        let (least, most) = range(&added);
        let of = trails.get(trail);
        let Some(alike) = self.alike.get(&(of.group, of.class)) else { return false };
        if least <= 0 || least * STEADY < most {
            return false;
        }
        let is_large = ids_are_shared && self.born_bytes(trail).iter().all(|&bytes| bytes >= LARGE);
        let fewest = if is_large { FEWEST_LARGE } else { FEWEST };
        // Of a list that is held at both ends each trail has half.
        let is_half =
            || least * 2 >= fewest && self.linked[trail as usize] && range(&differences(&alike.counts)).0 >= fewest;
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
