//! The report's suspects, outcome and sentences, and memory outside the heap.

mod allocated;
mod numbers;
mod outcome;
mod outside;
mod rows;
pub(crate) mod sentences;

use crate::leak::{Facts, Finding, LeakReport, Noise};
use crate::query::rows::Rows;
use crate::snapshot::Snapshot;
use crate::snapshot::error::Result;
pub(crate) use allocated::{AllocatedRow, allocated_row};
pub(crate) use outcome::{Growth, Outcome};
pub(crate) use outside::{Outside, ProcessMemory};
pub(crate) use rows::{CandidateRow, FunctionRow, SuspectRow, declared};
use rows::{candidate_row, suspect_row};

/// The part of the report about leaks.
pub(crate) struct LeakAnswer {
    pub(crate) outcome: Outcome,
    pub(crate) timeline: Option<Facts>,
    pub(crate) verdict: String,
    pub(crate) growth: Option<Growth>,
    pub(crate) outside: Option<Outside>,
    pub(crate) suspects: Vec<SuspectRow>,
    pub(crate) inconclusive: Vec<SuspectRow>,
    pub(crate) candidates: Vec<CandidateRow>,
    pub(crate) ignored: Vec<&'static Noise>,
}

/// Puts a report on a series of snapshots into words. `memory` has figures of the process for each snapshot given;
/// `positions` has their indices in the order of the series.
///
/// # Errors
/// [`Code::TooLarge`](crate::Code::TooLarge) if the answer would be too long;
/// [`Code::InvalidQuery`](crate::Code::InvalidQuery) if there are not as many figures as snapshots.
pub(crate) fn answer(
    rows: &Rows<'_>,
    snapshots: &[&Snapshot],
    mut report: LeakReport,
    memory: &[Option<ProcessMemory>],
    positions: &[usize],
) -> Result<LeakAnswer> {
    let to_rows = |findings: &mut Vec<Finding>| -> Result<Vec<SuspectRow>> {
        findings.drain(..).map(|finding| suspect_row(rows, finding)).collect()
    };
    let suspects = to_rows(&mut report.suspects)?;
    let inconclusive = to_rows(&mut report.inconclusive)?;
    let candidates: Vec<CandidateRow> =
        report.candidates.iter().map(|candidate| candidate_row(rows, candidate)).collect();
    let growth = Growth::of(snapshots, report.timeline.as_ref(), &suspects, &inconclusive);
    let outside = Outside::of(memory, positions, growth.as_ref().filter(|_| report.timeline.is_none()))?;
    let outcome = Outcome::of(growth.as_ref(), &suspects, &inconclusive, outside.as_ref());
    let found = sentences::Found {
        growth: growth.as_ref(),
        suspects: &suspects,
        inconclusive: &inconclusive,
        candidates: &candidates,
        outside: outside.as_ref(),
    };
    let verdict = sentences::verdict(&report, outcome, &found);
    Ok(LeakAnswer {
        outcome,
        timeline: report.timeline,
        verdict,
        growth,
        outside,
        suspects,
        inconclusive,
        candidates,
        ignored: report.ignored,
    })
}
