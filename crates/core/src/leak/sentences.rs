//! Rows → sentences: why a suspect is one, what the whole report says, and what a leak is known by another day.

use crate::leak::kind::Kind;
use crate::leak::paces::{hash, mix};
use crate::leak::row::{Confidence, HolderRow, SuspectRow};
use crate::leak::series::Series;
use crate::leak::suspect::Swelling;
use crate::strings::Text;
use std::borrow::Cow;

/// Of what is undecided, how much the verdict names.
const SAID: usize = 3;

/// Why it is suspected.
pub(crate) fn reason(
    class: &Text,
    (count, bytes): (usize, u64),
    added: &[i64],
    holder: &HolderRow,
    kind: &Kind,
) -> String {
    let class = String::from_utf8_lossy(&class.0);
    let holder = String::from_utf8_lossy(&holder.path.0);
    match added {
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
pub(crate) fn reason_of_swelling(swelling: &Swelling, class: &Text, bytes: u64, path: &Text, kind: &Kind) -> String {
    let class = String::from_utf8_lossy(&class.0);
    let path = String::from_utf8_lossy(&path.0);
    let (what, grows, retains) = match swelling.nodes.len() {
        1 => (format!("One {class}, {path},"), "grows", "retains"),
        many => (format!("{many} objects of {class}, {path},"), "grow", "retain"),
    };
    match swelling.added.as_slice() {
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
pub(crate) fn fingerprint(kind: &Kind, class: &Text, holder: &HolderRow) -> String {
    let parts = [hash(kind.name.as_bytes()), hash(&class.0), hash(&holder.class_name.0), hash(&holder.path.0)];
    format!("{:016x}", parts.into_iter().fold(0, mix))
}

/// What leaks, in a sentence, and how far the snapshots can tell.
pub(crate) fn verdict(series: &Series<'_>, rows: &[SuspectRow], undecided: &[SuspectRow]) -> String {
    let caveat = match (series.intervals(), series.same_process) {
        (0, _) => " One snapshot shows what is large, not what grows: take two more of the same process to be sure.",
        (_, false) => " The snapshots are of different processes, so objects were compared by class and path.",
        (1, _) => " Two snapshots cannot tell a leak from a warm-up: take a third to be sure.",
        _ => "",
    };
    let found = match rows {
        [] if !undecided.is_empty() => {
            let reasons = undecided.iter().take(SAID).map(|row| row.reason.as_str()).collect::<Vec<_>>();
            format!("Undecided, what was empty before leaks or was filled: {}", reasons.join(" "))
        }
        [] if series.intervals() == 0 => "No collection stands out in this snapshot.".to_owned(),
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
