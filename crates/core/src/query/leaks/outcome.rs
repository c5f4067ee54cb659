//! The outcome of a report in one word, and the growth of the heap that it has to explain.

use crate::leak::Confidence;
use crate::query::leaks::outside::Outside;
use crate::query::leaks::rows::SuspectRow;
use crate::snapshot::Snapshot;
use serde::Serialize;

/// Growth of the heap that needs an explanation: at least this share of the heap, as a divisor …
const SHARE: u64 = 20;
/// … and at least as many bytes: every running program changes a little.
const MIN_GROWTH: u64 = 256 << 10;

/// What a report says, for programs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Outcome {
    /// A suspect is sure or likely.
    Leaks,
    /// A suspect is possible, or inconclusive.
    MayLeak,
    /// The heap grew, and nobody is accused.
    Grew,
    /// Nothing to speak of grew in the heap, but the process did outside of it.
    GrewOutside,
    /// Nothing to speak of grew.
    NothingGrew,
    /// One snapshot in which nothing stands out.
    OneSnapshot,
}

/// The growth of the heap from the first snapshot to the last.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Growth {
    /// Size of the heap in the first snapshot, in bytes.
    pub(crate) before: u64,
    /// The same in the last.
    pub(crate) after: u64,
    /// The change in each interval.
    pub(crate) added: Vec<i64>,
    /// Bytes that the suspects added, the inconclusive ones too.
    pub(crate) explained: u64,
}

impl Growth {
    /// The growth of a series; `None` for one snapshot.
    pub(crate) fn of(snapshots: &[&Snapshot], suspects: &[SuspectRow], inconclusive: &[SuspectRow]) -> Option<Self> {
        let sizes: Vec<u64> = snapshots.iter().map(|snapshot| snapshot.total_size()).collect();
        let (&before, &after) = (sizes.first()?, sizes.last().filter(|_| sizes.len() > 1)?);
        let added = sizes.windows(2).map(|pair| pair[1] as i64 - pair[0] as i64).collect();
        let of_row = |row: &SuspectRow| row.added_bytes.as_ref().map_or(0, |added| added.iter().sum::<u64>());
        let explained = suspects.iter().chain(inconclusive).map(of_row).sum();
        Some(Self { before, after, added, explained })
    }

    /// Whether the heap grew so much that a report must not say that nothing grew.
    fn is_notable(&self) -> bool {
        let grown = self.after.saturating_sub(self.before);
        grown >= MIN_GROWTH && grown >= self.before / SHARE
    }
}

impl Outcome {
    pub(crate) fn of(
        growth: Option<&Growth>,
        suspects: &[SuspectRow],
        inconclusive: &[SuspectRow],
        outside: Option<&Outside>,
    ) -> Self {
        let is_accused = suspects.iter().any(|row| row.confidence > Confidence::Low);
        match growth {
            _ if is_accused => Outcome::Leaks,
            _ if !suspects.is_empty() || !inconclusive.is_empty() => Outcome::MayLeak,
            None => Outcome::OneSnapshot,
            Some(growth) if growth.is_notable() => Outcome::Grew,
            Some(_) if outside.is_some_and(Outside::has_grown) => Outcome::GrewOutside,
            Some(_) => Outcome::NothingGrew,
        }
    }
}
