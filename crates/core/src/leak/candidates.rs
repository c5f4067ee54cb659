//! The groups that grew most without being suspected, and why not, for reports that name no leak.

use crate::leak::growth::{Growth, Trend, is_only_recent};
use crate::leak::suspect::{Suspect, elements_of};
use crate::leak::suspects::Search;
use crate::paths::step::{PathStep, path_to};
use crate::snapshot::ids::NodeIx;
use crate::snapshot::sort::sort_by_key;
use std::cmp::Reverse;

/// Candidates in a report.
const MAX_CANDIDATES: usize = 5;
/// Least growth, in bytes, that is worth mentioning.
const MIN_BYTES: u64 = 16 << 10;

/// A group that grew.
pub(crate) struct Candidate {
    pub(crate) example: NodeIx,
    pub(crate) steps: Vec<PathStep>,
    pub(crate) added_count: Vec<i64>,
    /// Bytes retained by its new objects.
    pub(crate) added_bytes: u64,
    /// Why it is not suspected.
    pub(crate) why: &'static str,
}

impl Search<'_> {
    /// The groups with most new bytes that no suspect explains; of several on one path, the uppermost.
    pub(crate) fn candidates_for_growth(&self, growth: &Growth, found: &[Suspect]) -> Vec<Candidate> {
        let is_explained = self.groups.at_or_below(&elements_of(found));
        let mut largest: Vec<(u32, &'static str)> = growth
            .groups()
            .filter(|&group| !is_explained[group as usize] && growth.born_bytes(group) >= MIN_BYTES)
            .filter_map(|group| Some((group, self.why_not(growth, group)?)))
            .collect();
        sort_by_key(&mut largest, |&(group, _)| (Reverse(growth.born_bytes(group)), group));
        let mut candidates = Vec::new();
        let mut listed: Vec<u32> = Vec::new();
        for (group, why) in largest {
            if candidates.len() == MAX_CANDIDATES {
                break;
            }
            if self.groups.at_or_below(&listed)[group as usize] || self.groups.above(&listed)[group as usize] {
                continue;
            }
            let example = self.groups.get(group).example;
            if let Some(steps) = path_to(self.snapshot, self.shortest, example) {
                listed.push(group);
                let (added_count, added_bytes) = (growth.added(group), growth.born_bytes(group));
                candidates.push(Candidate { example, steps, added_count, added_bytes, why });
            }
        }
        candidates
    }

    /// Why a group that grew is not suspected; `None` for one that did not grow, or is too small.
    fn why_not(&self, growth: &Growth, group: u32) -> Option<&'static str> {
        if growth.net(group) <= 0 {
            return None;
        }
        if let Some(noise) = self.noise.noise_of(group) {
            return Some(noise.reason);
        }
        match growth.trend(self.groups, group) {
            Trend::TurnsOver if growth.is_timeline() => {
                Some("few of its objects are of the first intervals: older ones may be gone")
            }
            Trend::TurnsOver => Some("most of its earlier objects are gone"),
            Trend::Stopped => Some("it stopped growing while the program went on"),
            Trend::New if is_only_recent(&growth.added(group)) => Some("all of its growth was in the last interval"),
            Trend::New => Some("too few of its objects are old enough to tell whether they stay"),
            Trend::Flat | Trend::Grows | Trend::Paused => None,
        }
    }
}
