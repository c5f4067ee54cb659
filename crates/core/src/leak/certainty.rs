//! How suspects are ranked: the surest first, and of these the largest.
//!
//! A suspect is sure only if several intervals and the survival of earlier objects agree and nothing tells of a
//! bound. How even the traffic was does not matter.

use crate::leak::finding::{Confidence, Finding};
use crate::leak::growth::Growth;
use crate::leak::kind::Kind;
use crate::leak::suspect::{GrowingObjects, Suspect};
use crate::snapshot::ids::NodeIx;
use std::cmp::Reverse;

/// The share of earlier objects that a leak keeps: those of real programs keep 77 to 100 %.
const SURE_SURVIVAL: f64 = 0.75;

/// The rank of a finding, the first one least.
pub(crate) fn rank(finding: &Finding) -> (Reverse<Confidence>, Reverse<u64>, Vec<u8>, NodeIx) {
    (Reverse(finding.confidence), Reverse(finding.bytes), finding.class_name.0.clone(), finding.holder.node)
}

/// What tells of a leak.
#[derive(Default)]
pub(crate) struct Certainty {
    /// Intervals in which the program was busy.
    busy: usize,
    /// Those of them in which the suspect grew.
    grown: usize,
    /// Whether the objects that it had before are known to be still there.
    pub(crate) survives: bool,
}

impl Certainty {
    /// For a suspect whose objects become more.
    pub(crate) fn of_objects(suspect: &Suspect, growth: &Growth) -> Self {
        let added = suspect.named.iter().fold(Vec::new(), |sums: Vec<i64>, &group| {
            let added = growth.added(group);
            if sums.is_empty() { added } else { sums.iter().zip(added).map(|(sum, added)| sum + added).collect() }
        });
        let busy: Vec<usize> = growth.busy_intervals().collect();
        let survival = suspect.named.iter().filter_map(|&group| growth.survival(group)).reduce(f64::max);
        Self {
            busy: busy.len(),
            grown: busy.iter().filter(|&&at| added.get(at).is_some_and(|&added| added > 0)).count(),
            survives: survival.is_some_and(|survival| survival >= SURE_SURVIVAL)
                && suspect.named.iter().any(|&group| growth.had_enough(group)),
        }
    }

    /// For objects that get larger.
    pub(crate) fn of_bytes(growing: &GrowingObjects) -> Self {
        let grown = growing.added.iter().filter(|&&added| added > 0).count();
        Self { busy: growing.added.len(), grown, survives: !growing.is_replaced }
    }

    /// `has_bound`: whether the holder is known to bound what it holds.
    pub(crate) fn confidence(&self, kind: &Kind, has_bound: bool) -> Confidence {
        match self.grown {
            0 => Confidence::Low,
            1 if kind.may_be_filling || has_bound => Confidence::Low,
            1 => Confidence::Medium,
            _ if self.survives && self.grown == self.busy && !has_bound => Confidence::High,
            _ => Confidence::Medium,
        }
    }
}
