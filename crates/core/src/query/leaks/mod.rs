//! The report's rows of suspects, and its sentences.

mod rows;
mod sentences;

use crate::leak::{LeakReport, Noise};
use crate::query::rows::Rows;
use crate::snapshot::error::Result;
pub(crate) use rows::SuspectRow;
use rows::suspect_row;

/// What the report says of leaks.
pub(crate) struct LeakAnswer {
    pub(crate) verdict: String,
    pub(crate) suspects: Vec<SuspectRow>,
    pub(crate) inconclusive: Vec<SuspectRow>,
    pub(crate) ignored: Vec<&'static Noise>,
}

/// Puts a report into words.
///
/// # Errors
/// [`Code::TooLarge`](crate::Code::TooLarge) when the answer cannot hold it.
pub(crate) fn answer(rows: &Rows<'_>, mut report: LeakReport) -> Result<LeakAnswer> {
    let to_rows =
        |findings: &mut Vec<_>| -> Result<_> { findings.drain(..).map(|finding| suspect_row(rows, finding)).collect() };
    let suspects: Vec<SuspectRow> = to_rows(&mut report.suspects)?;
    let inconclusive: Vec<SuspectRow> = to_rows(&mut report.inconclusive)?;
    let verdict = sentences::verdict(&report, &suspects, &inconclusive);
    Ok(LeakAnswer { verdict, suspects, inconclusive, ignored: report.ignored })
}
