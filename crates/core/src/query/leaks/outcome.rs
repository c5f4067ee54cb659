//! The outcome of a report, and the growth of the heap that it has to explain.

use crate::leak::{Confidence, Facts};
use crate::query::leaks::outside::Outside;
use crate::query::leaks::rows::SuspectRow;
use crate::snapshot::Snapshot;
use serde::Serialize;

/// Growth of the heap needs an explanation if it is at least this fraction of the heap, given as the divisor, …
const SHARE: u64 = 20;
/// … and at least this many bytes, since every running program grows or shrinks a little.
const MIN_GROWTH: u64 = 256 << 10;

/// The outcome of a report, for programs to read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Outcome {
    /// A suspect has high or medium confidence.
    Leaks,
    /// A suspect has low confidence, or is inconclusive.
    MayLeak,
    /// The heap grew, and there is no suspect.
    Grew,
    /// The heap hardly grew, but the process grew outside it.
    GrewOutside,
    /// Nothing grew notably.
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
    /// Bytes that the suspects added, including inconclusive ones.
    pub(crate) explained: u64,
}

impl Growth {
    /// The growth of a series; `None` for one snapshot. Of a timeline, the sizes of what is alive at its end.
    pub(crate) fn of(
        snapshots: &[&Snapshot],
        timeline: Option<&Facts>,
        suspects: &[SuspectRow],
        inconclusive: &[SuspectRow],
    ) -> Option<Self> {
        let sizes: Vec<u64> = match timeline {
            None => snapshots.iter().map(|snapshot| snapshot.total_size()).collect(),
            Some(Facts { sizes, .. }) => {
                let before = snapshots.last()?.total_size().saturating_sub(sizes.iter().sum());
                let mut sum = before;
                let ends = sizes.iter().map(|size| {
                    sum += size;
                    sum
                });
                std::iter::once(before).chain(ends).collect()
            }
        };
        let (&before, &after) = (sizes.first()?, sizes.last().filter(|_| sizes.len() > 1)?);
        let added = sizes.windows(2).map(|pair| pair[1] as i64 - pair[0] as i64).collect();
        let of_row = |row: &SuspectRow| row.added_bytes.as_ref().map_or(0, |added| added.iter().sum::<u64>());
        let explained = suspects.iter().chain(inconclusive).map(of_row).sum();
        Some(Self { before, after, added, explained })
    }

    /// Whether the heap grew too much for a report that nothing grew.
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
        let is_likely = suspects.iter().any(|row| row.confidence > Confidence::Low);
        match growth {
            _ if is_likely => Outcome::Leaks,
            _ if !suspects.is_empty() || !inconclusive.is_empty() => Outcome::MayLeak,
            None => Outcome::OneSnapshot,
            Some(growth) if growth.is_notable() => Outcome::Grew,
            Some(_) if outside.is_some_and(Outside::has_grown) => Outcome::GrewOutside,
            Some(_) => Outcome::NothingGrew,
        }
    }
}
