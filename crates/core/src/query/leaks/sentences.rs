//! Findings → sentences: why a suspect is one, and what the report says as a whole.

use crate::leak::{Confidence, Finding, GrowingObjects, Kind, LeakReport};
use crate::paths::labels::{hash, mix};
use crate::query::leaks::rows::{HolderRow, SuspectRow};
use crate::snapshot::strings::Text;
use std::borrow::Cow;

/// How many inconclusive suspects the verdict names.
const SAID: usize = 3;

/// Why it is suspected.
pub(crate) fn reason(finding: &Finding, holder: &Text, path: &Text) -> String {
    match &finding.suspect.growing {
        Some(growing) => reason_of_growing(finding, growing, path),
        None => reason_of_objects(finding, holder),
    }
}

fn reason_of_objects(Finding { class_name, count, bytes, added_count, kind, .. }: &Finding, holder: &Text) -> String {
    let class = String::from_utf8_lossy(&class_name.0);
    let holder = String::from_utf8_lossy(&holder.0);
    match added_count.as_slice() {
        [] => format!(
            "{count} objects of {class} are held by {holder} and retain {bytes} bytes; if they become more, {}.",
            kind.words
        ),
        [one] => {
            let doubt = doubt(kind);
            format!("{one} more objects of {class}, {count} now, are held by {holder}: {}{doubt}.", kind.words)
        }
        many => {
            let list = many.iter().map(i64::to_string).collect::<Vec<_>>().join(", then ");
            format!(
                "{class} grew in every interval, by {list} objects to {count}, all held by {holder}: {}.",
                kind.words
            )
        }
    }
}

/// Why objects are suspected that get larger themselves.
fn reason_of_growing(finding: &Finding, growing: &GrowingObjects, path: &Text) -> String {
    let Finding { class_name, bytes, kind, .. } = finding;
    let class = String::from_utf8_lossy(&class_name.0);
    let path = String::from_utf8_lossy(&path.0);
    let (what, grows, retains) = match growing.nodes.len() {
        1 => (format!("One {class}, {path},"), "grows", "retains"),
        many => (format!("{many} objects of {class}, {path},"), "grow", "retain"),
    };
    match growing.added.as_slice() {
        [] => format!("{what} {retains} {bytes} bytes: {}.", kind.words),
        [one] => format!("{what} {grows}, by {one} bytes to {bytes}: {}{}.", kind.words, doubt(kind)),
        many => {
            let list = many.iter().map(u64::to_string).collect::<Vec<_>>().join(", then ");
            format!("{what} {grows} in every interval, by {list} bytes to {bytes}: {}.", kind.words)
        }
    }
}

/// What two snapshots leave open.
fn doubt(kind: &Kind) -> &'static str {
    if kind.may_be_filling() { ", or it fills up to a bound: a third snapshot decides" } else { "" }
}

/// The same for the same leak on another day and in another process: no ids, no positions, no sizes.
pub(crate) fn fingerprint(finding: &Finding, holder: &HolderRow) -> String {
    let parts = [finding.kind.name.as_bytes(), &finding.class_name.0, &holder.class_name.0, &holder.path.0];
    format!("{:016x}", parts.into_iter().map(hash).fold(0, mix))
}

/// What leaks, in a sentence, and how far the snapshots can tell.
pub(crate) fn verdict(
    &LeakReport { intervals, same_process, .. }: &LeakReport,
    suspects: &[SuspectRow],
    inconclusive: &[SuspectRow],
) -> String {
    let caveat = match (intervals, same_process) {
        (0, _) => " One snapshot shows what is large, not what grows: take two more of the same process to be sure.",
        (_, false) => " The snapshots are of different processes, so objects were compared by class and path.",
        (1, _) => " Two snapshots cannot tell a leak from a warm-up: take a third to be sure.",
        _ => "",
    };
    let found = match suspects {
        [] if !inconclusive.is_empty() => {
            let reasons = inconclusive.iter().take(SAID).map(|row| row.reason.as_str()).collect::<Vec<_>>();
            format!("Inconclusive, what was empty before leaks or was filled: {}", reasons.join(" "))
        }
        [] if intervals == 0 => "No collection stands out in this snapshot.".to_owned(),
        [] => "Nothing leaks: no collection of objects grew in every interval.".to_owned(),
        [row] => format!("{} {}: {}", name(row), verb(row), row.reason),
        [row, rest @ ..] => {
            format!("{} {}: {} Suspects besides: {}.", name(row), verb(row), row.reason, rest.len())
        }
    };
    format!("{found}{caveat}")
}

fn name(row: &SuspectRow) -> Cow<'_, str> {
    String::from_utf8_lossy(&row.class_name.0)
}

fn verb(row: &SuspectRow) -> &'static str {
    match row.confidence {
        Confidence::High => "leaks",
        Confidence::Medium => "probably leaks",
        Confidence::Low => "may leak",
    }
}
