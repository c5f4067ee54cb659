//! Counts the steps of loops over the heap, to report progress and to check for cancellation.

use crate::snapshot::error::Result;
use crate::snapshot::progress::{Phase, Progress};

/// Steps between two checks of the cancel flag: microseconds of work.
const CHECK_INTERVAL: u64 = 4096;

/// Counts the steps of one loop.
pub(crate) struct Ticker<'a> {
    progress: &'a Progress,
    done: u64,
}

impl<'a> Ticker<'a> {
    /// A loop of unknown length.
    pub(crate) fn new(progress: &'a Progress) -> Self {
        Self { progress, done: 0 }
    }

    /// A loop of `total` steps that is a phase of its own.
    pub(crate) fn of(progress: &'a Progress, total: usize) -> Self {
        progress.enter(Phase::Query, total as u64);
        Self::new(progress)
    }

    /// Counts one step.
    ///
    /// # Errors
    /// [`Code::Cancelled`](crate::Code::Cancelled), at most 4096 steps late.
    #[inline(always)]
    pub(crate) fn tick(&mut self) -> Result<()> {
        self.done += 1;
        if self.done.is_multiple_of(CHECK_INTERVAL) { self.check() } else { Ok(()) }
    }

    /// Counts several steps.
    pub(crate) fn ticks(&mut self, count: usize) -> Result<()> {
        let before = self.done / CHECK_INTERVAL;
        self.done += count as u64;
        if self.done / CHECK_INTERVAL == before { Ok(()) } else { self.check() }
    }

    #[cold]
    fn check(&self) -> Result<()> {
        self.progress.set_done(self.done);
        self.progress.check()
    }
}
