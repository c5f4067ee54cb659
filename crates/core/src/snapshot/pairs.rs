//! Two lists sorted by id → what is in one, in the other, in both.

use crate::snapshot::error::Result;
use std::cmp::Ordering;

/// One step of a walk over two lists by id.
pub(crate) enum Pair<T> {
    Before(T),
    After(T),
    Both(T, T),
}

/// Walks two lists, each sorted by id, side by side.
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
