//! Rows of any kind → their order, by one sort for all of them.
//!
//! A generic sort is compiled anew for every type of row and every comparison, ten kilobytes a time.
//! Here positions are sorted, and the comparison is called through a pointer: a page of rows does not
//! notice, and the addon has a quarter of a megabyte less to carry.

use std::cmp::Ordering;

/// Sorts stably.
pub(crate) fn sort_by<T>(items: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
    let mut order = positions(items.len());
    sort(&mut order, &mut |a, b| compare(&items[a as usize], &items[b as usize]));
    permute(items, order);
}

/// Sorts stably by a key.
pub(crate) fn sort_by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(items, |a, b| key(a).cmp(&key(b)));
}

/// The items from place `start` up to `end` of the sorted list, in order; only they are sorted.
pub(crate) fn slice_of<T>(
    items: Vec<T>,
    start: usize,
    end: usize,
    mut compare: impl FnMut(&T, &T) -> Ordering,
) -> Vec<T> {
    let order = order_of_slice(items.len(), start, end, &mut |a, b| compare(&items[a as usize], &items[b as usize]));
    let mut items: Vec<Option<T>> = items.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| items[at as usize].take()).collect()
}

fn positions(count: usize) -> Vec<u32> {
    (0..count as u32).collect()
}

/// How two positions compare.
type Compare<'a> = dyn FnMut(u32, u32) -> Ordering + 'a;

/// Equal ones stay in order.
fn with_position(compare: &mut Compare<'_>) -> impl FnMut(&u32, &u32) -> Ordering {
    move |&a, &b| compare(a, b).then(a.cmp(&b))
}

#[inline(never)]
fn sort(order: &mut [u32], compare: &mut Compare<'_>) {
    order.sort_unstable_by(with_position(compare));
}

#[inline(never)]
fn order_of_slice(count: usize, start: usize, end: usize, compare: &mut Compare<'_>) -> Vec<u32> {
    let mut order = positions(count);
    if end < count {
        order.select_nth_unstable_by(end, with_position(compare));
        order.truncate(end);
    }
    if 0 < start && start < order.len() {
        order.select_nth_unstable_by(start, with_position(compare));
    }
    order.drain(..start.min(order.len()));
    sort(&mut order, compare);
    order
}

/// Puts the item at `order[i]` to place `i`, going round each cycle once.
fn permute<T>(items: &mut [T], mut order: Vec<u32>) {
    for start in 0..order.len() {
        let mut at = start;
        loop {
            let from = order[at] as usize;
            order[at] = at as u32;
            if from == start {
                break;
            }
            items.swap(at, from);
            at = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that repeat, in no order.
    fn scattered(count: u32) -> Vec<(u32, u32)> {
        (0..count).map(|i| (i.wrapping_mul(2_654_435_761) >> 28, i)).collect()
    }

    #[test]
    fn equal_items_stay_in_order() {
        for count in [0, 1, 2, 3, 10, 1000] {
            let mut sorted = scattered(count);
            let mut expected = sorted.clone();
            sort_by_key(&mut sorted, |item| item.0);
            expected.sort_by_key(|item| item.0);
            assert_eq!(sorted, expected);
        }
    }

    #[test]
    fn a_slice_is_that_of_the_sorted_list() {
        let mut expected = scattered(100);
        expected.sort();
        for start in 0..=100 {
            for end in [start, start + 1, start + 7, 100] {
                let end = end.min(100);
                assert_eq!(slice_of(scattered(100), start, end, |a, b| a.cmp(b)), expected[start..end]);
            }
        }
    }
}
