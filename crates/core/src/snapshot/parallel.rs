//! Runs pieces of work in parallel if there are threads, otherwise one after the other.
//!
//! All work goes through one function that identifies pieces by number: rayon's iterators, compiled anew for each kind
//! of work, would make the addon larger by a sixth.

#[cfg(all(feature = "parallel", not(miri)))]
use rayon::join as side_by_side;
use std::sync::{Mutex, PoisonError};

/// The results for all items, in their order.
pub fn map<I: Send, O: Send>(items: Vec<I>, work: impl Fn(I) -> O + Sync) -> Vec<O> {
    let slots: Vec<_> = items.into_iter().map(|item| Mutex::new((Some(item), None))).collect();
    each(slots.len(), &|at| {
        // Every slot is locked once, so the lock is never contended; it only satisfies the compiler.
        let mut slot = slots[at].lock().unwrap_or_else(PoisonError::into_inner);
        slot.1 = slot.0.take().map(&work);
    });
    slots.into_iter().filter_map(|slot| slot.into_inner().unwrap_or_else(PoisonError::into_inner).1).collect()
}

/// Both results, computed in parallel if there are threads.
#[cfg(feature = "parallel")]
#[expect(clippy::unreachable, reason = "both have run, or the panic of one has gone on")]
pub fn join<A: Send, B: Send>(a: impl FnOnce() -> A + Send, b: impl FnOnce() -> B + Send) -> (A, B) {
    let (mut a, mut b) = (Some(a), Some(b));
    let (mut first, mut second) = (None, None);
    both(&mut || first = a.take().map(|a| a()), &mut || second = b.take().map(|b| b()));
    match (first, second) {
        (Some(first), Some(second)) => (first, second),
        _ => unreachable!("a task was left out"),
    }
}

#[cfg(not(feature = "parallel"))]
pub fn join<A, B>(a: impl FnOnce() -> A, b: impl FnOnce() -> B) -> (A, B) {
    (a(), b())
}

#[cfg(feature = "parallel")]
fn both(a: &mut (dyn FnMut() + Send), b: &mut (dyn FnMut() + Send)) {
    side_by_side(a, b);
}

/// Miri checks the parallel writes, but cannot run rayon's queues, which cast integers to pointers.
#[cfg(all(feature = "parallel", miri))]
fn side_by_side<A: Send, B: Send>(a: impl FnOnce() -> A + Send, b: impl FnOnce() -> B + Send) -> (A, B) {
    std::thread::scope(|scope| {
        let a = scope.spawn(a);
        let b = b();
        (a.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), b)
    })
}

/// Calls `work` with every number below `count`.
#[cfg(feature = "parallel")]
fn each(count: usize, work: &(dyn Fn(usize) + Sync)) {
    fn between(from: usize, end: usize, work: &(dyn Fn(usize) + Sync)) {
        if end - from < 2 {
            return (from..end).for_each(work);
        }
        let middle = from + (end - from) / 2;
        side_by_side(|| between(from, middle, work), || between(middle, end, work));
    }
    between(0, count, work);
}

#[cfg(not(feature = "parallel"))]
fn each(count: usize, work: &(dyn Fn(usize) + Sync)) {
    (0..count).for_each(work);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_items() {
        for count in [0, 1, 2, 3, 7, 1000] {
            let items: Vec<usize> = (0..count).collect();
            assert_eq!(map(items, |item| 3 * item), (0..count).map(|item| 3 * item).collect::<Vec<_>>());
        }
    }

    #[test]
    fn items_may_be_mutable_references() {
        let mut numbers = vec![1; 100];
        map(numbers.chunks_mut(7).collect(), |chunk: &mut [i32]| chunk.fill(2));
        assert_eq!(numbers, vec![2; 100]);
    }
}
