//! The beat of every loop over the heap: counts steps, reports progress, notices a cancelled job.

use crate::error::Result;
use crate::progress::{Phase, Progress};

/// Steps between two looks at the cancel flag: microseconds of work.
const BEAT: u64 = 4096;

/// Counts the steps of one loop.
pub(crate) struct Steps<'a> {
    progress: &'a Progress,
    done: u64,
}

impl<'a> Steps<'a> {
    /// A loop of unknown length.
    pub(crate) fn new(progress: &'a Progress) -> Self {
        Self { progress, done: 0 }
    }

    /// A loop over `total` things that is a phase of its own.
    pub(crate) fn of(progress: &'a Progress, total: usize) -> Self {
        progress.enter(Phase::Query, total as u64);
        Self::new(progress)
    }

    /// One step more.
    ///
    /// # Errors
    /// [`Code::Cancelled`](crate::Code::Cancelled), at most 4096 steps late.
    #[inline(always)]
    pub(crate) fn step(&mut self) -> Result<()> {
        self.done += 1;
        if self.done.is_multiple_of(BEAT) { self.beat() } else { Ok(()) }
    }

    /// `steps` steps more.
    pub(crate) fn steps(&mut self, steps: usize) -> Result<()> {
        let before = self.done / BEAT;
        self.done += steps as u64;
        if self.done / BEAT == before { Ok(()) } else { self.beat() }
    }

    #[cold]
    fn beat(&self) -> Result<()> {
        self.progress.set_done(self.done);
        self.progress.check()
    }
}
