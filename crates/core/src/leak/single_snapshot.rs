//! One snapshot → the holders of most of its memory: each has many elements of one kind.
//!
//! One snapshot does not show what grows. It shows where memory is spread over many objects with paths of one shape.
//! The holder of these objects is suspected if they retain a tenth of the heap.

use crate::leak::groups::{Groups, OUTSIDE};
use crate::leak::name_quality::{NameQuality, name_quality};
use crate::leak::suspect::Suspect;
use crate::leak::suspects::Search;
use crate::snapshot::Snapshot;
use crate::snapshot::error::Result;
use crate::snapshot::progress::Progress;
use crate::snapshot::sort::sort;
use crate::snapshot::sort::sort_by_key;
use crate::snapshot::ticker::Ticker;
use foldhash::{HashMap, HashMapExt};

/// The least number of elements of a collection.
const MIN_COUNT: u32 = 16;
/// The least number of elements for each holder: fewer are the fields of an object.
const SPREAD: u32 = 16;

/// A collection or a single object is suspected from this fraction of the heap, given as the divisor.
pub(crate) const SHARE: u64 = 10;
/// The same for objects of the program's own classes, which do not include the runtime's few megabytes.
const SHARE_OF_OWN: u64 = 50;
/// The least number of objects for [`SHARE_OF_OWN`].
const MANY: u32 = 100;

/// The size of one group.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Extent {
    pub(crate) count: u32,
    /// Bytes retained by all objects together.
    pub(crate) bytes: u64,
    /// Bytes retained by the largest one.
    pub(crate) largest: u64,
}

/// The extents of all groups. A node's bytes count unless a node of the same group dominates it, which is known
/// because a subtree is a slice of the preorder.
pub(crate) fn extents(snapshot: &Snapshot, groups: &Groups, progress: &Progress) -> Result<Vec<Extent>> {
    let mut extents = vec![Extent::default(); groups.list.len()];
    let mut covered = vec![0u32; groups.list.len()];
    let tree = snapshot.dominators();
    let mut ticker = Ticker::of(progress, snapshot.nodes().len());
    for (at, node) in tree.preorder().enumerate() {
        ticker.tick()?;
        let group = groups.of(node) as usize;
        let extent = &mut extents[group];
        extent.count += 1;
        extent.largest = extent.largest.max(snapshot.retained_size(node));
        if at as u32 >= covered[group] {
            extent.bytes += snapshot.retained_size(node);
            covered[group] = at as u32 + tree.sizes()[at];
        }
    }
    Ok(extents)
}

/// Whether the objects of a group are elements of few holders and their memory is spread over them. If one retains
/// most, like the only large one of a program's globals, the leak is further down.
pub(crate) fn spreads(groups: &Groups, extents: &[Extent], group: u32) -> bool {
    let of = groups.get(group);
    let Extent { count, bytes, largest } = extents[group as usize];
    let is_even = of.repeats || largest <= bytes / 2;
    group != OUTSIDE && count >= MIN_COUNT && count / extents[of.parent as usize].count.max(1) >= SPREAD && is_even
}

impl Search<'_> {
    /// Suspects of one snapshot: the holders whose elements retain a tenth of the heap, or a fiftieth if they are
    /// hundreds of the program's own objects.
    pub(crate) fn of_single_snapshot(&self, extents: &[Extent]) -> Vec<Suspect> {
        let spread: Vec<bool> = (0..self.groups.list.len() as u32)
            .map(|group| spreads(self.groups, extents, group) && self.noise.noise_of(group).is_none())
            .collect();
        let below = self.below(&spread, extents);
        let mut of_holder: HashMap<u32, Vec<u32>> = HashMap::new();
        for &element in below.keys() {
            of_holder.entry(self.holder_of(element)).or_default().push(element);
        }
        let count = |group: u32| i64::from(extents[group as usize].count);
        let mut suspects: Vec<Suspect> = of_holder
            .into_iter()
            .flat_map(|(holder, mut elements)| {
                sort(&mut elements);
                // Objects below two elements are retained by neither, so the largest group at or below them counts.
                let all = elements.iter().flat_map(|element| &below[element]);
                let bytes = all.map(|&group| extents[group as usize].bytes).max().unwrap_or(0);
                let mut suspects = self.suspects_of(holder, &elements, &below, count);
                suspects.retain(|suspect| self.is_large(suspect, bytes, extents));
                suspects
            })
            .collect();
        sort_by_key(&mut suspects, |suspect| (suspect.holder, suspect.named[0]));
        suspects
    }

    fn is_large(&self, suspect: &Suspect, bytes: u64, extents: &[Extent]) -> bool {
        let total = self.snapshot.total_size();
        let Some(&named) = suspect.named.first() else { return false };
        let quality = name_quality(self.snapshot, self.scripts, self.groups.get(named).example);
        let is_own = matches!(quality, NameQuality::Own | NameQuality::Document);
        let is_many = extents[named as usize].count >= MANY;
        let share = if is_own && is_many { SHARE_OF_OWN } else { SHARE };
        match quality {
            NameQuality::Runtime => bytes >= total / SHARE && !self.noise.is_noise(self.groups.get(named).example),
            _ => bytes >= total / share,
        }
    }

    /// The uppermost groups that spread, each with the groups at and below it.
    fn below(&self, spread: &[bool], extents: &[Extent]) -> HashMap<u32, Vec<u32>> {
        let mut below: HashMap<u32, Vec<u32>> = HashMap::new();
        // A group's number is larger than that of the one above it.
        let mut top_of = vec![OUTSIDE; spread.len()];
        for group in 1..spread.len() as u32 {
            let above = self.groups.get(group).parent;
            // The elements of a single object are a collection of their own, even inside another collection.
            let is_held_by_one = extents[above as usize].count <= 1;
            let top = match top_of[above as usize] {
                top if spread[group as usize] && (top == OUTSIDE || is_held_by_one) => group,
                top => top,
            };
            top_of[group as usize] = top;
            if top != OUTSIDE && extents[group as usize].count > 0 {
                below.entry(top).or_default().push(group);
            }
        }
        below
    }
}
