//! Which rows of an answer are wanted: order, limit, offset.

use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::sort;
use std::cmp::Ordering;

/// Most rows of one page.
pub const MAX_ROWS: u64 = 100_000;

/// Rows of a page when the question does not say.
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

    /// Offset of the page after this one, when there is one.
    pub(crate) fn next(self, total: usize) -> Option<usize> {
        let end = self.offset.saturating_add(self.limit);
        (end < total && self.limit > 0).then_some(end)
    }

    /// The rows of the page in order. Only they are sorted; the others are merely set apart.
    pub(crate) fn select<T>(self, rows: Vec<T>, order: impl FnMut(&T, &T) -> Ordering) -> Vec<T> {
        let start = self.offset.min(rows.len());
        let end = self.offset.saturating_add(self.limit).min(rows.len());
        sort::slice_of(rows, start, end, order)
    }
}
