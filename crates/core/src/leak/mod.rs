//! Snapshots → what leaks, and who holds it.
//!
//! ```text
//! series       snapshots → when each object of the last one was made
//! paces        a step of a way → a number that is the same wherever it reads the same
//! containers   new objects → the old objects they hang on
//! trails       a node → how it hangs below its container, the same for all of its kind
//! growth       trails → those with more objects in every snapshot
//! noise        … except what grows in every program
//! suspects     trails that grow → a holder, its elements, and the class that names them
//! members      suspects → their nodes
//! kinds        a path → what kind of leak that is
//! measure      nodes → bytes
//! release      a suspect → what goes when its holder lets go, and who else has to
//! answer       a suspect → its row
//! ```

pub(crate) mod accumulation;
pub(crate) mod answer;
pub(crate) mod containers;
pub(crate) mod growth;
pub(crate) mod kinds;
pub(crate) mod measure;
pub(crate) mod members;
pub(crate) mod naming;
pub(crate) mod noise;
pub(crate) mod paces;
pub(crate) mod release;
pub(crate) mod series;
pub(crate) mod suspects;
pub(crate) mod trails;

use crate::error::Result;
use crate::progress::Progress;
use crate::query::routes::Routes;
use crate::query::rows::Rows;
use crate::query::scripts::Scripts;
use crate::snapshot::Snapshot;
use crate::sort::sort_by_key;
pub(crate) use answer::SuspectRow;
use answer::Writer;
use containers::Containers;
use growth::Growth;
use members::Members;
pub(crate) use noise::Noise;
use noise::NoiseFilter;
use release::Releases;
use serde::Serialize;
use series::Series;
use std::cmp::Reverse;
use suspects::{Search, Suspect};
use trails::Trails;

/// What leaks.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LeakReport {
    /// In a sentence.
    pub(crate) verdict: String,
    /// Surest and largest first; empty when nothing leaks.
    pub(crate) suspects: Vec<SuspectRow>,
    /// What grew and is nobody's leak.
    pub(crate) ignored: Vec<&'static Noise>,
}

/// What the snapshots, oldest first, say of leaks in the last of them.
///
/// # Errors
/// [`Code::Cancelled`](crate::Code::Cancelled).
pub(crate) fn suspects(
    snapshots: &[&Snapshot],
    last: &Snapshot,
    limit: usize,
    progress: &Progress,
) -> Result<LeakReport> {
    let series = Series::new(snapshots, last, progress)?;
    let containers = Containers::find(&series, progress)?;
    let trails = Trails::new(last, &containers, progress)?;
    let routes = Routes::of(last, progress)?;
    let scripts = Scripts::of(last, progress)?;
    let noise = NoiseFilter::new(last, routes, scripts, &trails);
    let search = Search { snapshot: last, scripts, routes, trails: &trails, noise };
    let growth = (snapshots.len() > 1).then(|| Growth::measure(&series, &containers, &trails, progress)).transpose()?;
    let (found, ignored) = match &growth {
        Some(growth) => search.growing(growth, series.same_process),
        None => (search.accumulated(&accumulation::extents(last, &trails, progress)?), Vec::new()),
    };
    let members = Members::of(&trails, &found, progress)?;
    let rows = Rows::new(last, progress)?;
    let releases = Releases { snapshot: last, routes, trails: &trails, progress };
    let writer = Writer { series: &series, trails: &trails, routes, rows, members: &members, releases };
    let suspects = found.iter().filter(|suspect| !search.is_module_loading(suspect, &members));
    let mut rows: Vec<(SuspectRow, &Suspect)> =
        suspects.filter_map(|suspect| Some((writer.row(suspect, growth.as_ref())?, suspect))).collect();
    sort_by_key(&mut rows, |(row, _)| (Reverse(row.confidence), Reverse(row.bytes), row.fingerprint.clone()));
    keep_real_holders(&mut rows);
    let all: Vec<&Suspect> = rows.iter().map(|&(_, suspect)| suspect).collect();
    let is_other_end = |at: usize| {
        let mut others = all.iter().enumerate();
        others.any(|(other, suspect)| {
            // Of two that are each other's other end the first stays.
            (other < at || !search.is_named_by_function(suspect)) && search.is_other_end(all[at], suspect, &members)
        })
    };
    let kept: Vec<bool> = (0..all.len()).map(|at| !is_other_end(at)).collect();
    let mut kept = kept.into_iter();
    rows.retain(|_| kept.next().unwrap_or(true));
    rows.truncate(limit);
    for (row, suspect) in &mut rows {
        writer.add_release(suspect, row)?;
    }
    let rows: Vec<SuspectRow> = rows.into_iter().map(|(row, _)| row).collect();
    Ok(LeakReport { verdict: verdict(&series, &rows), suspects: rows, ignored })
}

/// Node keeps lists of its ports, sockets and timers. When the program holds objects of a class, what
/// is in such a list besides is the other end of the same thing.
fn keep_real_holders(rows: &mut Vec<(SuspectRow, &Suspect)>) {
    let real = rows.iter().filter(|(row, _)| !row.is_held_by_runtime);
    let held: Vec<_> = real.map(|(row, _)| row.class_name.clone()).collect();
    rows.retain(|(row, _)| !row.is_held_by_runtime || !held.contains(&row.class_name));
}

fn verdict(series: &Series<'_>, rows: &[SuspectRow]) -> String {
    let caveat = match (series.intervals(), series.same_process) {
        (0, _) => " One snapshot shows what is large, not what grows: take two more of the same process to be sure.",
        (_, false) => " The snapshots are of different processes, so objects were compared by class and path.",
        (1, _) => " Two snapshots cannot tell a leak from a warm-up: take a third to be sure.",
        _ => "",
    };
    let found = match rows {
        [] if series.intervals() == 0 => "No collection stands out in this snapshot.".to_owned(),
        [] => "Nothing leaks: no collection of objects grew in every interval.".to_owned(),
        [row] => format!("{} {}: {}", name(row), verb(row), row.reason),
        [row, rest @ ..] => {
            format!("{} {}: {} Suspects besides: {}.", name(row), verb(row), row.reason, rest.len())
        }
    };
    format!("{found}{caveat}")
}

fn name(row: &SuspectRow) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(&row.class_name.0)
}

fn verb(row: &SuspectRow) -> &'static str {
    match row.confidence {
        answer::Confidence::High => "leaks",
        answer::Confidence::Medium => "probably leaks",
        answer::Confidence::Low => "may leak",
    }
}
