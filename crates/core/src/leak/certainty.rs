//! How suspects are ranked: by confidence, then by size.
//!
//! Confidence is high only if several intervals and the survival of earlier objects agree and nothing suggests a
//! bound. How even the traffic was is irrelevant.

use crate::leak::finding::{Confidence, Finding};
use crate::leak::growth::Growth;
use crate::leak::kind::Kind;
use crate::leak::suspect::{GrowingObjects, Suspect};
use crate::snapshot::ids::NodeIx;
use std::cmp::Reverse;

/// The share of earlier objects that a leak keeps. Leaks of real programs keep 77 to 100 %.
const SURE_SURVIVAL: f64 = 0.75;

/// The sort key of a finding; the first in the report has the least.
pub(crate) fn rank(finding: &Finding) -> (Reverse<Confidence>, Reverse<u64>, Vec<u8>, NodeIx) {
    (Reverse(finding.confidence), Reverse(finding.bytes), finding.class_name.0.clone(), finding.holder.node)
}

/// The evidence that a suspect leaks.
#[derive(Default)]
pub(crate) struct Certainty {
    /// Intervals in which the program was busy.
    busy: usize,
    /// Those of them in which the suspect grew.
    grown: usize,
    /// Whether its earlier objects are known to be still there.
    pub(crate) survives: bool,
}

impl Certainty {
    /// For a suspect whose number of objects grows.
    pub(crate) fn of_objects(suspect: &Suspect, growth: &Growth) -> Self {
        let added = growth.added_by_all(&suspect.named);
        let busy: Vec<usize> = growth.busy_intervals().collect();
        let survival = suspect.named.iter().filter_map(|&group| growth.survival(group)).reduce(f64::max);
        Self {
            busy: busy.len(),
            grown: busy.iter().filter(|&&at| added.get(at).is_some_and(|&added| added > 0)).count(),
            survives: survival.is_some_and(|survival| survival >= SURE_SURVIVAL)
                && suspect.named.iter().any(|&group| growth.had_enough(group)),
        }
    }

    /// The same, where the survival is that of the objects allocated at the places of the suspect's objects. That most of
    /// them died refutes nothing: a place may allocate others too.
    pub(crate) fn with_survival(self, survival: Option<(u32, u32)>) -> Self {
        let is_sure = |(all, alive): (u32, u32)| f64::from(alive) >= f64::from(all) * SURE_SURVIVAL;
        Self { survives: survival.is_some_and(is_sure), ..self }
    }

    /// For objects whose size grows.
    pub(crate) fn of_bytes(growing: &GrowingObjects) -> Self {
        let grown = growing.added.iter().filter(|&&added| added > 0).count();
        Self { busy: growing.added.len(), grown, survives: !growing.is_replaced }
    }

    /// `has_bound`: whether the holder appears to bound its contents.
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
