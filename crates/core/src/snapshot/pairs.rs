//! Merges two lists sorted by id into pairs.

use crate::snapshot::Snapshot;
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::ticker::Ticker;
use std::cmp::Ordering;

/// An element of one list, the other, or both.
pub(crate) enum Pair<T> {
    Before(T),
    After(T),
    Both(T, T),
}

/// Visits the elements of two lists, each sorted by id, in order of id.
pub(crate) fn side_by_side<T: Copy>(
    (old, new): (&[T], &[T]),
    by_id: impl Fn(T, T) -> Ordering,
    mut visit: impl FnMut(Pair<T>) -> Result<()>,
) -> Result<()> {
    let (mut o, mut n) = (0, 0);
    while o < old.len() || n < new.len() {
        let order = match (old.get(o), new.get(n)) {
            (Some(&a), Some(&b)) => by_id(a, b),
            (Some(_), None) => Ordering::Less,
            _ => Ordering::Greater,
        };
        visit(match order {
            Ordering::Less => Pair::Before(old[o]),
            Ordering::Greater => Pair::After(new[n]),
            Ordering::Equal => Pair::Both(old[o], new[n]),
        })?;
        o += usize::from(order != Ordering::Greater);
        n += usize::from(order != Ordering::Less);
    }
    Ok(())
}

/// Walks the nodes of two snapshots side by side, by id.
///
/// # Errors
/// [`Code::Cancelled`](crate::Code::Cancelled).
pub(crate) fn for_each_id(
    before: &Snapshot,
    after: &Snapshot,
    progress: &Progress,
    mut visit: impl FnMut(Pair<NodeIx>),
) -> Result<()> {
    let mut ticker = Ticker::of(progress, before.nodes().len() + after.nodes().len());
    let by_id = |old, new| before.nodes().id(old).cmp(&after.nodes().id(new));
    side_by_side((before.nodes_by_id(), after.nodes_by_id()), by_id, |pair| {
        ticker.tick()?;
        visit(pair);
        Ok(())
    })
}
