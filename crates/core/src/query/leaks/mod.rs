//! The report's rows of suspects, its outcome and its sentences.

mod numbers;
mod outcome;
mod rows;
mod sentences;

use crate::leak::{Finding, LeakReport, Noise};
use crate::query::rows::Rows;
use crate::snapshot::Snapshot;
use crate::snapshot::error::Result;
pub(crate) use outcome::{Growth, Outcome};
pub(crate) use rows::{CandidateRow, FunctionRow, SuspectRow};
use rows::{candidate_row, suspect_row};

/// What the report says of leaks.
pub(crate) struct LeakAnswer {
    pub(crate) outcome: Outcome,
    pub(crate) verdict: String,
    pub(crate) growth: Option<Growth>,
    pub(crate) suspects: Vec<SuspectRow>,
    pub(crate) inconclusive: Vec<SuspectRow>,
    pub(crate) candidates: Vec<CandidateRow>,
    pub(crate) ignored: Vec<&'static Noise>,
}

/// Puts a report on a series of snapshots into words.
///
/// # Errors
/// [`Code::TooLarge`](crate::Code::TooLarge) when the answer cannot hold it.
pub(crate) fn answer(rows: &Rows<'_>, snapshots: &[&Snapshot], mut report: LeakReport) -> Result<LeakAnswer> {
    let to_rows = |findings: &mut Vec<Finding>| -> Result<Vec<SuspectRow>> {
        findings.drain(..).map(|finding| suspect_row(rows, finding)).collect()
    };
    let suspects = to_rows(&mut report.suspects)?;
    let inconclusive = to_rows(&mut report.inconclusive)?;
    let candidates: Vec<CandidateRow> =
        report.candidates.iter().map(|candidate| candidate_row(rows, candidate)).collect();
    let growth = Growth::of(snapshots, &suspects, &inconclusive);
    let outcome = Outcome::of(growth.as_ref(), &suspects, &inconclusive);
    let verdict = sentences::verdict(&report, outcome, growth.as_ref(), &suspects, &inconclusive, &candidates);
    Ok(LeakAnswer { outcome, verdict, growth, suspects, inconclusive, candidates, ignored: report.ignored })
}
