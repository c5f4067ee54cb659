//! Snapshots → what leaks, and who holds it.
//!
//! ```text
//! series       snapshots → when each object of the last one was made
//! paces        a step of a way → a number that is the same wherever it reads the same
//! ways         a node → a number that is the same wherever its way from the root reads the same
//! containers   new objects → the old objects they hang on
//! trails       a node → how it hangs below its container, the same for all of its kind
//! growth       trails → those with more objects in every snapshot
//! noise        … except what grows in every program
//! suspects     trails that grow → a holder, its elements, and the class that names them: a suspect
//! accumulation one snapshot → the same, by what is large instead of what grows
//! own_bytes    objects → the bytes that belong to each of them
//! counterpart  an object of the last snapshot → the same in an earlier one
//! swelling     snapshots → single objects that get larger while no objects are added
//! members      suspects → their nodes
//! evidence     a path → what the rules for kinds ask of it
//! kinds        … → what kind of leak that is; swelling_kinds the same for single objects
//! measure      nodes → bytes
//! ends         rows → those that are not the other end of the same leak
//! release      a suspect → what goes when its holder lets go, and who else has to
//! answer       a suspect → its row
//! sentences    rows → why, and the verdict
//! ```

mod accumulation;
mod answer;
mod containers;
mod counterpart;
mod ends;
mod evidence;
mod growth;
mod kind;
mod kinds;
pub(crate) mod measure;
mod members;
mod naming;
mod noise;
mod own_bytes;
mod paces;
mod release;
mod row;
mod sentences;
mod series;
mod suspect;
mod suspects;
mod swelling;
mod swelling_kinds;
mod trails;
mod ways;

use crate::error::Result;
use crate::progress::Progress;
use crate::query::rows::Rows;
use crate::query::scripts::Scripts;
use crate::routes::Routes;
use crate::snapshot::Snapshot;
use crate::sort::sort_by_key;
use answer::Writer;
use containers::Containers;
use growth::Growth;
use measure::retained_together;
use members::Members;
pub(crate) use noise::Noise;
use release::Releases;
pub(crate) use row::SuspectRow;
use sentences::verdict;
use serde::Serialize;
use series::Series;
use std::cmp::Reverse;
use suspect::Suspect;
use suspects::Search;
use trails::Trails;

/// Suspects that are looked at, those that keep most.
const MOST_LOOKED_AT: usize = 1000;
/// Suspects put into words besides those that are asked for: some are another one's other end.
const MOST_BESIDES: usize = 100;

/// What leaks.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LeakReport {
    /// In a sentence.
    pub(crate) verdict: String,
    /// Surest and largest first; empty when nothing leaks.
    pub(crate) suspects: Vec<SuspectRow>,
    /// Of two snapshots: collections that were empty in the first, which leak or were filled.
    pub(crate) undecided: Vec<SuspectRow>,
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
    let mut trails = Trails::new(last, &containers, progress)?;
    let routes = Routes::of(last, progress)?;
    let scripts = Scripts::of(last, progress)?;
    let growth = (snapshots.len() > 1).then(|| Growth::measure(&series, &containers, &trails, progress)).transpose()?;
    let search = Search::new(last, scripts, routes, &trails);
    let (mut found, ignored) = match &growth {
        Some(growth) => search.growing(growth, series.same_process),
        None => (search.accumulated(&accumulation::extents(last, &trails, progress)?), Vec::new()),
    };
    let swellings = search.unexplained(&series, swelling::swellings(&series, progress)?, &found);
    found.extend(swellings.into_iter().map(|swelling| swelling.suspect(last, routes, &mut trails)));
    let search = Search::new(last, scripts, routes, &trails);
    let members = Members::of(&trails, &found, progress)?;
    let rows = Rows::new(last, progress)?;
    let releases = Releases { snapshot: last, routes, trails: &trails, progress };
    let writer = Writer { series: &series, trails: &trails, routes, rows, members: &members, releases };
    let of_two = growth.as_ref().filter(|_| series.intervals() == 1);
    let is_noise = |suspect: &&Suspect| {
        search.is_module_loading(suspect, &members)
            || search.is_flattening(suspect)
            || of_two.is_some_and(|growth| search.is_runtime_loading(suspect, growth))
    };
    let suspects = largest(last, &found, &members).into_iter().filter(|suspect| !is_noise(suspect));
    let mut rows: Vec<(SuspectRow, &Suspect)> = suspects
        .take(limit + MOST_BESIDES)
        .filter_map(|suspect| Some((writer.row(suspect, growth.as_ref())?, suspect)))
        .collect();
    sort_by_key(&mut rows, |(row, _)| (Reverse(row.confidence), Reverse(row.bytes), row.fingerprint.clone()));
    ends::keep_real_holders(&mut rows);
    ends::keep_one_end(&mut rows, &search, &members);
    let (undecided, suspects) = rows.into_iter().partition(|(row, _)| row.is_undecided);
    let released = |mut rows: Vec<(SuspectRow, &Suspect)>| -> Result<Vec<SuspectRow>> {
        rows.truncate(limit);
        rows.into_iter().map(|(mut row, suspect)| writer.add_release(suspect, &mut row).map(|()| row)).collect()
    };
    let (suspects, undecided) = (released(suspects)?, released(undecided)?);
    Ok(LeakReport { verdict: verdict(&series, &suspects, &undecided), suspects, undecided, ignored })
}

/// The suspects that keep most; of as many as programs have, all of them in order.
fn largest<'a>(snapshot: &Snapshot, found: &'a [Suspect], members: &Members) -> Vec<&'a Suspect> {
    let bytes = |suspect: &Suspect| retained_together(snapshot, members.with_any(&suspect.named).into_iter());
    let mut sized: Vec<(Reverse<u64>, &Suspect)> =
        found.iter().map(|suspect| (Reverse(bytes(suspect)), suspect)).collect();
    sort_by_key(&mut sized, |&(bytes, _)| bytes);
    sized.into_iter().map(|(_, suspect)| suspect).take(MOST_LOOKED_AT).collect()
}
