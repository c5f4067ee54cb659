//! The page of rows that an answer lists: order, limit, offset.

use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::sort::sort_by;
use std::cmp::Ordering;

/// The most rows of one page.
pub const MAX_ROWS: u64 = 100_000;

/// The default number of rows of a page.
const ROWS: u64 = 50;

/// A window on sorted rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) limit: usize,
    pub(crate) offset: usize,
}

impl Page {
    /// # Errors
    /// [`Code::InvalidQuery`] for more than [`MAX_ROWS`] rows.
    pub(crate) fn new(limit: Option<u64>, offset: Option<u64>) -> Result<Page> {
        let limit = limit.unwrap_or(ROWS);
        if limit > MAX_ROWS {
            return Err(Error::new(Code::InvalidQuery, format!("a limit of at most {MAX_ROWS}"), limit.to_string()));
        }
        let offset = usize::try_from(offset.unwrap_or(0)).unwrap_or(usize::MAX);
        Ok(Page { limit: limit as usize, offset })
    }

    /// The `limit` first rows.
    pub(crate) fn first(limit: usize) -> Page {
        Page { limit, offset: 0 }
    }

    /// The offset of the next page, if there is one.
    pub(crate) fn next(self, total: usize) -> Option<usize> {
        let end = self.offset.saturating_add(self.limit);
        (end < total && self.limit > 0).then_some(end)
    }

    /// The rows of the page, sorted stably. At most twice as many are sorted at once.
    pub(crate) fn select<T>(self, rows: Vec<T>, mut order: impl FnMut(&T, &T) -> Ordering) -> Vec<T> {
        let end = self.offset.saturating_add(self.limit).min(rows.len());
        let mut best: Vec<T> = Vec::new();
        let mut is_sorted = false;
        for row in rows {
            if is_sorted && order(&row, &best[end - 1]).is_ge() {
                continue;
            }
            best.push(row);
            if best.len() >= 2 * end {
                sort_by(&mut best, &mut order);
                best.truncate(end);
                is_sorted = end > 0;
            }
        }
        sort_by(&mut best, &mut order);
        best.truncate(end);
        best.drain(..self.offset.min(best.len()));
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_a_slice_of_all_rows_sorted_stably() {
        let rows: Vec<(u32, u32)> = (0..100u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 28, i)).collect();
        let mut sorted = rows.clone();
        sorted.sort_by_key(|row| row.0);
        for offset in [0, 1, 50, 99, 100, 101, usize::MAX] {
            for limit in [0, 1, 7, 50, 100, 101, usize::MAX] {
                let start = offset.min(sorted.len());
                let end = offset.saturating_add(limit).min(sorted.len());
                let page = Page { limit, offset };
                assert_eq!(page.select(rows.clone(), |a, b| a.0.cmp(&b.0)), sorted[start..end], "{page:?}");
            }
        }
    }
}
