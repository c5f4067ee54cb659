//! Snapshots → what leaks, and who holds it.
//!
//! [`report`] is the order of the work:
//!
//! ```text
//! collect      series, same_objects,         when each object was created; the old objects that retain new ones
//!              timeline, growth_roots
//! group        groups, members               objects with paths of one shape
//! grow         growth, scattered             groups and classes with more objects in every snapshot
//!              growing_objects               objects whose size grows
//! judge        suspects, structures, noise   groups that grow → a holder, its elements, and the class that names
//!              single_snapshot, name_quality  them, without what grows in every program
//! explain      explain, evidence, kinds      kind, names, numbers, path
//! rank         deduplicate, release          by confidence and size, each leak once, and what would free it
//! ```
//!
//! [`profile`] says what the series was taken for; [`test_rounds`] handles the snapshots of a test that calls a
//! function in rounds, where growth by class counts as well.

mod allocated;
mod bounds;
mod candidates;
mod certainty;
mod components;
mod dead_variables;
mod deduplicate;
mod earlier;
mod evidence;
mod explain;
mod finding;
mod groups;
mod growing_object_kinds;
mod growing_objects;
mod growing_shapes;
mod growth;
mod growth_roots;
mod kind;
mod kinds;
mod large_owners;
mod members;
mod name_quality;
mod noise;
mod open_requests;
mod owned_size;
mod parts;
mod profile;
mod release;
mod same_objects;
mod scattered;
mod series;
mod single_snapshot;
mod structures;
mod suspect;
mod suspects;
pub(crate) mod test_rounds;
mod timeline;
mod turnover;

use crate::paths::shortest_paths::ShortestPaths;
use crate::program::scripts::Scripts;
use crate::snapshot::Snapshot;
use crate::snapshot::error::Result;
use crate::snapshot::progress::Progress;
use crate::snapshot::retained::retained_together;
use crate::snapshot::sort::sort_by_key;
pub(crate) use allocated::AllocatedAt;
use allocated::Survival;
pub(crate) use bounds::Bound;
pub(crate) use candidates::Candidate;
use certainty::rank;
use explain::Explainer;
pub(crate) use finding::{Confidence, Finding};
use groups::Groups;
use growth::Growth;
use growth_roots::GrowthRoots;
use members::Members;
pub(crate) use noise::Noise;
pub(crate) use profile::Profile;
pub(crate) use release::OtherHolder;
use release::Releases;
pub(crate) use series::{Series, have_common_ids};
use std::cmp::Reverse;
pub(crate) use suspect::GrowingObjects;
use suspect::Suspect;
use suspects::Search;
pub(crate) use timeline::Facts;

/// Suspects that are considered, those that retain most.
const MAX_LOOKED_AT: usize = 1000;
/// Suspects explained in addition to those requested, since some are duplicates.
const MAX_MORE: usize = 100;

/// The result of the search for leaks.
pub(crate) struct LeakReport {
    /// By confidence, then size; empty if nothing leaks.
    pub(crate) suspects: Vec<Finding>,
    /// Collections that leak or were filled once, which only another snapshot can tell.
    pub(crate) inconclusive: Vec<Finding>,
    /// The groups that grew most without being suspected; empty for one snapshot.
    pub(crate) candidates: Vec<Candidate>,
    /// Growth that was ignored.
    pub(crate) ignored: Vec<&'static Noise>,
    /// Times between two snapshots.
    pub(crate) intervals: usize,
    /// Whether ids mean the same objects in all snapshots.
    pub(crate) same_process: bool,
    /// What is known of the timeline, if it is one.
    pub(crate) timeline: Option<Facts>,
}

/// What a series says of leaks in the last snapshot. For test rounds only objects that become
/// more are looked for, and nothing is said of what a release would free.
///
/// # Errors
/// [`Code::Cancelled`](crate::Code::Cancelled).
pub(crate) fn report(series: &Series<'_>, limit: usize, profile: Profile, progress: &Progress) -> Result<LeakReport> {
    let last = series.last;
    let growth_roots = GrowthRoots::find(series, progress)?;
    let mut groups = Groups::new(last, &growth_roots, progress)?;
    let shortest = ShortestPaths::of(last, progress)?;
    let scripts = Scripts::of(last, progress)?;
    let measure = || Growth::measure(series, &growth_roots, &groups, profile, progress);
    let mut growth = (series.intervals() > 0).then(measure).transpose()?;
    let search = Search::new(last, scripts, shortest, &groups, growth.is_some());
    let (mut found, ignored) = match &growth {
        Some(growth) => search.growing(growth),
        None => (search.of_single_snapshot(&single_snapshot::extents(last, &groups, progress)?), Vec::new()),
    };
    let growing = match profile {
        Profile::TestRounds { .. } => Vec::new(),
        Profile::Program => search.unexplained(series, growing_objects::growing_objects(series, progress)?, &found),
    };
    let large = if growth.is_none() { search.large_owners(&found) } else { Vec::new() };
    let scattered = match growth.as_ref().filter(|_| profile == Profile::Program) {
        Some(growth) => search.scattered(series, growth, &found, progress)?,
        None => Vec::new(),
    };
    if let Some(growth) = &mut growth {
        found.extend(scattered.into_iter().map(|scattered| scattered.suspect(&mut groups, growth)));
    }
    let single = growing.into_iter().chain(large);
    found.extend(single.map(|growing| growing.suspect(last, shortest, &mut groups)));
    let search = Search::new(last, scripts, shortest, &groups, growth.is_some());
    let members = Members::of(&groups, &found, progress)?;
    let survival = series.timeline.as_ref().map(|_| Survival::of(last, progress)).transpose()?;
    let explainer = Explainer { series, groups: &groups, shortest, members: &members, scripts, survival };
    let of_two = growth.as_ref().filter(|_| series.intervals() == 1);
    let is_noise = |suspect: &&Suspect| {
        search.is_loading(suspect, &members)
            || search.is_flattening(suspect)
            || of_two.is_some_and(|growth| search.is_runtime_loading(suspect, growth))
    };
    let suspects = largest(last, &found, &members).into_iter().filter(|suspect| !is_noise(suspect));
    let mut findings: Vec<Finding> = suspects
        .take(limit + MAX_MORE)
        .filter_map(|suspect| explainer.explain(suspect, growth.as_ref()))
        .filter(|finding| profile.is_met_by(finding))
        .filter(|finding| growth.is_none() || !(finding.was_moved() || search.is_in_flight(finding, profile, &members)))
        .collect();
    if growth.is_some() {
        search.remove_notes_of_loading(&mut findings, series, progress)?;
    }
    sort_by_key(&mut findings, rank);
    deduplicate::keep_real_holders(&mut findings);
    deduplicate::remove_duplicates(&mut findings, &search, &members);
    parts::merge_parts(&mut findings, &search, &members);
    let (mut inconclusive, mut suspects): (Vec<_>, Vec<_>) =
        findings.into_iter().partition(|finding| finding.is_inconclusive);
    let in_structure = &search.in_structure;
    let releases = Releases { snapshot: last, shortest, groups: &groups, in_structure, progress };
    for findings in [&mut suspects, &mut inconclusive] {
        findings.truncate(limit);
        components::add_components(last, findings, progress)?;
        if profile == Profile::Program {
            releases.add_to(findings, &members)?;
            dead_variables::add_dead_variables(last, findings, &members, progress)?;
        }
    }
    let (intervals, same_process) = (series.intervals(), series.same_process);
    let for_candidates = growth.as_ref().filter(|_| profile == Profile::Program);
    let candidates = for_candidates.map_or_else(Vec::new, |growth| search.candidates_for_growth(growth, &found));
    let timeline = series.timeline.as_ref().map(|timeline| timeline.facts.clone());
    Ok(LeakReport { suspects, inconclusive, candidates, ignored, intervals, same_process, timeline })
}

/// The suspects that retain most, in this order. The limit is above the number that programs have.
fn largest<'a>(snapshot: &Snapshot, found: &'a [Suspect], members: &Members) -> Vec<&'a Suspect> {
    let bytes = |suspect: &Suspect| retained_together(snapshot, &members.leaked(suspect));
    let mut sized: Vec<(Reverse<u64>, &Suspect)> =
        found.iter().map(|suspect| (Reverse(bytes(suspect)), suspect)).collect();
    sort_by_key(&mut sized, |&(bytes, _)| bytes);
    sized.into_iter().map(|(_, suspect)| suspect).take(MAX_LOOKED_AT).collect()
}
