//! Progress and cancellation of long work, by a few atomics that are polled.
//!
//! Polling keeps the core free of threads, channels and callbacks into a runtime; the cost to the
//! worker is one relaxed store per few thousand steps. Without a second thread to poll from, as in
//! WebAssembly, the working thread calls an observer: [`Progress::observed`].

use crate::snapshot::error::{Error, Result};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering::Relaxed};

/// The current phase.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Phase {
    /// Waiting for another heavy job of the process.
    Wait,
    /// Bytes to columns.
    Parse,
    /// Bytes to redacted bytes.
    Redact,
    /// Edges, shallow sizes, distances, class names.
    Graph,
    /// The dominator tree.
    Dominators,
    /// Retained sizes.
    Retained,
    /// Class totals and statistics.
    Classes,
    /// A question is being answered.
    Query,
}

impl Phase {
    /// The name used in the JavaScript API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Phase::Wait => "wait",
            Phase::Parse => "parse",
            Phase::Redact => "redact",
            Phase::Graph => "graph",
            Phase::Dominators => "dominators",
            Phase::Retained => "retained",
            Phase::Classes => "classes",
            Phase::Query => "query",
        }
    }

    const ALL: [Phase; 8] = [
        Phase::Wait,
        Phase::Parse,
        Phase::Redact,
        Phase::Graph,
        Phase::Dominators,
        Phase::Retained,
        Phase::Classes,
        Phase::Query,
    ];
}

/// Shared between a job and its watcher.
#[derive(Debug, Default)]
pub struct Progress {
    cancelled: AtomicBool,
    phase: AtomicU8,
    done: AtomicU64,
    total: AtomicU64,
    observer: Option<fn(&Progress)>,
}

impl Progress {
    /// The progress of a job that waits to start.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with an `observer` that every [`check`](Progress::check) calls, on the working thread. It may
    /// read and cancel.
    pub fn observed(observer: fn(&Progress)) -> Self {
        Self { observer: Some(observer), ..Self::default() }
    }

    /// Cancels the job, which ends within milliseconds with [`Code::Cancelled`](crate::Code::Cancelled).
    pub fn cancel(&self) {
        self.cancelled.store(true, Relaxed);
    }

    /// Whether [`Progress::cancel`] was called.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Relaxed)
    }

    /// An error if the job was cancelled. Loops over the heap check every few thousand steps.
    #[inline]
    pub fn check(&self) -> Result<()> {
        if let Some(observer) = self.observer {
            observer(self);
        }
        if self.is_cancelled() { Err(Error::cancelled()) } else { Ok(()) }
    }

    /// Enters a phase of `total` units (0: unknown).
    pub fn enter(&self, phase: Phase, total: u64) {
        self.done.store(0, Relaxed);
        self.total.store(total, Relaxed);
        self.phase.store(phase as u8, Relaxed);
    }

    /// Sets how many units of the phase are done.
    #[inline]
    pub fn set_done(&self, done: u64) {
        self.done.store(done, Relaxed);
    }

    /// The phase, units done, units in all (0: unknown).
    pub fn read(&self) -> (Phase, u64, u64) {
        let phase = Phase::ALL[self.phase.load(Relaxed) as usize % Phase::ALL.len()];
        (phase, self.done.load(Relaxed), self.total.load(Relaxed))
    }
}
