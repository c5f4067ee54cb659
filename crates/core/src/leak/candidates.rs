//! What grew most and is not accused, with the reason: for reports that cannot name a leak.

use crate::leak::growth::{Growth, Trend};
use crate::leak::suspect::{Suspect, elements_of};
use crate::leak::suspects::Search;
use crate::paths::step::{PathStep, path_to};
use crate::snapshot::ids::NodeIx;
use crate::snapshot::sort::sort_by_key;
use std::cmp::Reverse;

/// Candidates that a report has.
const MAX_CANDIDATES: usize = 5;
/// Bytes from which growth is worth a word.
const MIN_BYTES: u64 = 16 << 10;

/// A group that grew.
pub(crate) struct Candidate {
    pub(crate) example: NodeIx,
    pub(crate) steps: Vec<PathStep>,
    pub(crate) added_count: Vec<i64>,
    /// Bytes retained by its new objects.
    pub(crate) added_bytes: u64,
    /// Why it is not accused.
    pub(crate) why: &'static str,
}

impl Search<'_> {
    /// The groups with most new bytes that no suspect explains, the uppermost of each path.
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

    /// Why a group that grew is not accused; `None` for one that did not grow, or that names nothing.
    fn why_not(&self, growth: &Growth, group: u32) -> Option<&'static str> {
        if growth.net(group) <= 0 {
            return None;
        }
        if let Some(noise) = self.noise.noise_of(group) {
            return Some(noise.reason);
        }
        match growth.trend(self.groups, group) {
            Trend::TurnsOver => Some("most of what was there before is gone"),
            Trend::Stopped => Some("it stopped growing while the program went on"),
            Trend::New => Some("all of it came in the last interval"),
            Trend::Steady | Trend::Grows | Trend::Paused => None,
        }
    }
}
