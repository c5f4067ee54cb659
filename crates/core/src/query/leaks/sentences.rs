//! Findings → sentences: the verdict, and the reason for each suspect.

use crate::leak::{Bound, Confidence, Facts, Finding, GrowingObjects, LeakReport};
use crate::paths::labels::{hash, mix};
use crate::query::dead_variables::DeadRow;
use crate::query::leaks::numbers::{bytes, count, objects, sequence};
use crate::query::leaks::outcome::{Growth, Outcome};
use crate::query::leaks::outside::Outside;
use crate::query::leaks::rows::{CandidateRow, SuspectRow};
use std::borrow::Cow;

/// The number of inconclusive suspects or candidates that the verdict names.
const MAX_NAMED: usize = 3;

/// What a timeline without suspects shows.
const KEPT_NONE: &str = "No collection kept objects of all intervals.";

/// Why it is suspected: how it grew, and whether its earlier objects stayed.
pub(crate) fn reason(finding: &Finding) -> String {
    match &finding.suspect.growing {
        Some(growing) => format!("{}{}", growth_in_bytes(finding, growing), doubt(finding)),
        None => format!("{}{}", growth_in_objects(finding), doubt(finding)),
    }
}

fn growth_in_objects(finding: &Finding) -> String {
    let now = objects(finding.count as u64);
    match finding.added_count.as_slice() {
        [] => format!("{now} retain {}.", bytes(finding.bytes)),
        added => {
            let added = sequence(added.iter().map(|&added| count(added.unsigned_abs())));
            if finding.is_of_timeline {
                return format!("Of what each interval created, {added} are alive, {now} in all.{}", survival(finding));
            }
            format!("It grew by {added} to {now}.{}", survival(finding))
        }
    }
}

/// How many of its earlier objects stayed.
fn survival(finding: &Finding) -> String {
    let Some((earlier, stayed)) = finding.survival else { return String::new() };
    if finding.is_of_timeline {
        let (stayed, all) = (count(stayed.into()), count(earlier.into()));
        return format!(" Of {all} allocated at the same places, {stayed} are alive.");
    }
    match stayed {
        _ if stayed == earlier => format!(" All {} seen before are still there.", count(earlier.into())),
        _ => format!(" {} of {} seen before are still there.", count(stayed.into()), count(earlier.into())),
    }
}

fn growth_in_bytes(finding: &Finding, growing: &GrowingObjects) -> String {
    let now = bytes(finding.bytes);
    match growing.added.as_slice() {
        [] => format!("It retains {now}."),
        added => format!("It grew by {} to {now}.", sequence(added.iter().map(|&added| bytes(added)))),
    }
}

/// What to do: where a variable that nobody reads is most of it, it is enough to clear that.
pub(crate) fn advice(finding: &Finding, dead: &[DeadRow]) -> Cow<'static, str> {
    let Some(first) = dead.first().filter(|first| 2 * first.freed_if_cleared >= finding.bytes) else {
        return Cow::Borrowed(finding.kind.advice);
    };
    let variable = String::from_utf8_lossy(&first.variable.0);
    let name = first.owner.as_ref().map(|owner| String::from_utf8_lossy(&owner.name.0)).unwrap_or_default();
    let scope = if name.is_empty() { "its scope".to_owned() } else { format!("the scope of {name}") };
    Cow::Owned(format!(
        "{variable} is kept by {scope} and no live function reads it: clear it when it is done, or create the function \
         that stays outside of that scope."
    ))
}

/// What the snapshots cannot decide.
fn doubt(finding: &Finding) -> &'static str {
    match (finding.added_count.len(), finding.bound) {
        (0, _) => "",
        (_, Some(Bound::Name)) => {
            " It may have a bound: its holder is named like a cache or pool, which grows until it is full."
        }
        (_, Some(Bound::Room)) => {
            " It may have a bound: the array was created with room for more elements, like a ring buffer."
        }
        (_, Some(Bound::Time)) => " It may have a bound: timers that run once let go of their objects then.",
        (1, None) if finding.kind.may_be_filling && !finding.is_of_timeline => {
            " Or it is filling up to a bound: a third snapshot decides."
        }
        _ if finding.is_inconclusive => " It stopped growing, but the program was idle then.",
        _ => "",
    }
}

/// What tells a leak from others: names, which source maps may change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Identity<'a> {
    pub(crate) kind: &'a [u8],
    pub(crate) class_name: &'a [u8],
    pub(crate) holder_class: &'a [u8],
    pub(crate) holder_path: &'a [u8],
}

/// A text that is the same for the same leak in every process: it depends on no ids, positions, sizes or folders.
pub(crate) fn fingerprint(leak: Identity<'_>) -> String {
    let parts = [leak.kind, leak.class_name, leak.holder_class, within_module(leak.holder_path)];
    format!("{:016x}", parts.into_iter().map(hash).fold(0, mix))
}

/// A path without the file of the module in which it begins, which a bundle has under another name.
fn within_module(path: &[u8]) -> &[u8] {
    let after =
        path.strip_prefix(b"require(\"").and_then(|file| Some(&file[memchr::memmem::find(file, b"\")")? + 2..]));
    after.and_then(|rest| rest.strip_prefix(b".")).unwrap_or(path)
}

/// The facts for the verdict.
pub(crate) struct Found<'a> {
    pub(crate) growth: Option<&'a Growth>,
    pub(crate) suspects: &'a [SuspectRow],
    pub(crate) inconclusive: &'a [SuspectRow],
    pub(crate) candidates: &'a [CandidateRow],
    pub(crate) outside: Option<&'a Outside>,
}

/// What leaks, and what the snapshots leave open.
pub(crate) fn verdict(report: &LeakReport, outcome: Outcome, found: &Found<'_>) -> String {
    let &Found { growth, suspects, inconclusive, candidates, outside } = found;
    let found = match (outcome, suspects) {
        (_, [first, rest @ ..]) => first_suspect(first, rest.len()),
        (Outcome::MayLeak, []) => {
            let named: Vec<String> = inconclusive.iter().take(MAX_NAMED).map(open_question).collect();
            format!("Inconclusive: {}", named.join(" "))
        }
        (Outcome::OneSnapshot, []) => "Nothing in the JavaScript heap stands out by its size.".to_owned(),
        (Outcome::Grew, []) if report.timeline.is_some() => unexplained(KEPT_NONE, KEPT_NONE, candidates),
        (Outcome::Grew, []) => {
            let alone = "The heap grew, and no collection of objects in it explains that.";
            unexplained(alone, "The heap grew without an explanation.", candidates)
        }
        _ => "Nothing leaks in the JavaScript heap: no collection grew and kept its objects.".to_owned(),
    };
    let words = if report.timeline.is_some() { size_of_created } else { growth_of_heap };
    let growth = growth.map(|growth| words(growth, !suspects.is_empty())).unwrap_or_default();
    let outside = outside.map_or("", Outside::sentence);
    let caveat =
        report.timeline.as_ref().map_or_else(|| Cow::Borrowed(caveat(report)), |facts| Cow::Owned(of_timeline(facts)));
    format!("{found}{growth}{outside}{caveat}")
}

fn first_suspect(first: &SuspectRow, others: usize) -> String {
    let verb = match first.confidence {
        Confidence::High => "leaks",
        Confidence::Medium => "probably leaks",
        Confidence::Low => "may leak",
    };
    let more = match others {
        0 => String::new(),
        1 => " 1 more suspect.".to_owned(),
        many => format!(" {} more suspects.", count(many as u64)),
    };
    let Held { class, what } = held(first);
    format!("{class} {verb}: {what}; {}.{more}", first.words)
}

fn open_question(row: &SuspectRow) -> String {
    let Held { class, what } = held(row);
    format!("{class} leaks or is filling up to a bound: {what}.")
}

/// A suspect's class, its amount and its holder.
struct Held<'a> {
    class: Cow<'a, str>,
    what: String,
}

fn held(row: &SuspectRow) -> Held<'_> {
    let holder = String::from_utf8_lossy(&row.holder.path.0);
    let path = String::from_utf8_lossy(&row.path.0);
    let what = match row.count {
        1 => format!("1 object, {path}, retains {}", bytes(row.bytes)),
        _ => format!("{} retaining {} are held by {holder}", objects(row.count as u64), bytes(row.bytes)),
    };
    Held { class: label(row), what }
}

/// A suspect's class, and the component that it belongs to: `FiberNode (ProductCard)`.
fn label(row: &SuspectRow) -> Cow<'_, str> {
    let class = String::from_utf8_lossy(&row.class_name.0);
    let Some(component) = &row.component else { return class };
    let class = component.part.map_or(class, Cow::Borrowed);
    match String::from_utf8_lossy(&component.name.0) {
        name if name.is_empty() || name == class => class,
        name => Cow::Owned(format!("{class} ({name})")),
    }
}

/// Growth of the heap without a suspect.
fn unexplained(alone: &str, grew: &str, candidates: &[CandidateRow]) -> String {
    let named: Vec<String> = candidates.iter().take(MAX_NAMED).map(candidate).collect();
    match named.is_empty() {
        true => alone.to_owned(),
        false => format!("{grew} Not suspected: {}.", named.join("; ")),
    }
}

fn candidate(row: &CandidateRow) -> String {
    let (class, path) = (String::from_utf8_lossy(&row.class_name.0), String::from_utf8_lossy(&row.path.0));
    format!("{class} at {path}, {}: {}", bytes(row.added_bytes), row.why)
}

/// The growth of the heap, and how much of it the suspects explain.
fn growth_of_heap(growth: &Growth, has_suspects: bool) -> String {
    let Some(grown) = growth.after.checked_sub(growth.before).filter(|&grown| grown > 0) else {
        return String::new();
    };
    let explained = match has_suspects {
        true => format!("; the suspects explain {}", bytes(growth.explained.min(grown))),
        false => String::new(),
    };
    format!(" The heap grew by {}, from {} to {}{explained}.", bytes(grown), bytes(growth.before), bytes(growth.after))
}

/// What is alive of the objects that a timeline created, and how much of it the suspects explain.
fn size_of_created(growth: &Growth, has_suspects: bool) -> String {
    let created = growth.after - growth.before;
    let explained = match has_suspects {
        true => format!("; the suspects explain {} of it", bytes(growth.explained.min(created))),
        false => String::new(),
    };
    format!(" Of the heap of {}, {} were created in this time{explained}.", bytes(growth.after), bytes(created))
}

fn of_timeline(&Facts { intervals, duration_ms, .. }: &Facts) -> String {
    let noun = if intervals == 1 { "interval" } else { "intervals" };
    format!(
        " One timeline of {intervals} {noun} over {:.1} s shows what is alive at its end; what died before is unknown.",
        duration_ms / 1000.0
    )
}

fn caveat(&LeakReport { intervals, same_process, .. }: &LeakReport) -> &'static str {
    match (intervals, same_process) {
        (0, _) => " One snapshot shows what is large, not what grows: take two more of the same process to be sure.",
        (_, false) => {
            " Ids were renumbered: the snapshots are of different processes, or the inspector session that took one of them \
             ended (keep one session). Objects were compared by class and path."
        }
        (1, _) => " Two snapshots cannot tell a leak from a warm-up: take a third to be sure.",
        _ => "",
    }
}
