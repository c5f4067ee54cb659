//! One sort for rows of any type.
//!
//! A generic sort is compiled anew for every type of row and every comparison: ten kilobytes each, fifty times. Here
//! positions are sorted, and the comparison is called through a pointer, whose cost is negligible for thousands of rows.

use std::cmp::Ordering;

/// Sorts stably.
pub fn sort_by<T>(items: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
    let mut order = (0..items.len() as u32).collect();
    sort_positions(&mut order, &mut |a, b| compare(&items[a as usize], &items[b as usize]));
    permute(items, order);
}

/// Sorts stably by a key.
pub fn sort_by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(items, |a, b| key(a).cmp(&key(b)));
}

/// Sorts stably by the items' own order.
pub fn sort<T: Ord>(items: &mut [T]) {
    sort_by(items, Ord::cmp);
}

/// How two positions compare.
type Compare<'a> = dyn FnMut(u32, u32) -> Ordering + 'a;

/// Equal ones stay in order.
fn is_before(compare: &mut Compare<'_>, a: u32, b: u32) -> bool {
    compare(a, b).then(a.cmp(&b)).is_lt()
}

/// Merges runs that get twice as long each time.
#[inline(never)]
fn sort_positions(order: &mut Vec<u32>, compare: &mut Compare<'_>) {
    let mut sorted = Vec::with_capacity(order.len());
    let mut run = 1;
    while run < order.len() {
        for pair in order.chunks(2 * run) {
            merge(pair.split_at(run.min(pair.len())), &mut sorted, compare);
        }
        std::mem::swap(order, &mut sorted);
        sorted.clear();
        run *= 2;
    }
}

fn merge((mut left, mut right): (&[u32], &[u32]), out: &mut Vec<u32>, compare: &mut Compare<'_>) {
    // Many lists are mostly in order already.
    if let (Some(&last), Some(&first)) = (left.last(), right.first())
        && is_before(compare, last, first)
    {
        out.extend_from_slice(left);
        left = &[];
    }
    while let ([a, after_a @ ..], [b, after_b @ ..]) = (left, right) {
        if is_before(compare, *b, *a) {
            out.push(*b);
            right = after_b;
        } else {
            out.push(*a);
            left = after_a;
        }
    }
    out.extend_from_slice(left);
    out.extend_from_slice(right);
}

/// The positions up to `count`, sorted by a number of each; equal ones ascend. Takes three passes whatever their order.
pub fn positions_by_number(count: usize, number: impl Fn(u32) -> u32) -> Vec<u32> {
    let mut pairs = (0..count as u32).map(|at| u64::from(number(at)) << 32 | u64::from(at)).collect();
    sort_pairs(&mut pairs);
    pairs.into_iter().map(|pair| pair as u32).collect()
}

/// By the upper 32 bits.
#[inline(never)]
fn sort_pairs(pairs: &mut Vec<u64>) {
    const BITS: u32 = 11;
    if pairs.is_sorted() {
        return;
    }
    let mut sorted = vec![0; pairs.len()];
    for pass in 0..3 {
        let digit = |pair: u64| (pair >> (32 + pass * BITS)) as usize & ((1 << BITS) - 1);
        let mut places = [0usize; 1 << BITS];
        pairs.iter().for_each(|&pair| places[digit(pair)] += 1);
        let mut next = 0;
        for place in &mut places {
            next += std::mem::replace(place, next);
        }
        for &pair in pairs.iter() {
            let place = &mut places[digit(pair)];
            sorted[*place] = pair;
            *place += 1;
        }
        std::mem::swap(pairs, &mut sorted);
    }
}

/// Moves the item at `order[i]` to position `i`, following each cycle once.
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
    fn positions_are_sorted_by_a_number() {
        let number = |at: u32| at.wrapping_mul(2_654_435_761) >> (at % 30);
        for count in [0, 1, 2, 1000, 5000] {
            let mut expected: Vec<u32> = (0..count).collect();
            expected.sort_by_key(|&at| number(at));
            assert_eq!(positions_by_number(count as usize, number), expected);
        }
    }
}
