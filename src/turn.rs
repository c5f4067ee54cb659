//! One heavy job at a time in the whole process, first come, first served.
//!
//! A heavy job uses every core through rayon, so a second one at the same time only adds memory
//! and takes a thread of libuv's pool that file reads need. Jobs of all worker threads stand in
//! one line here; who waits occupies a callback, not a thread.
//!
//! The turn itself, [`Held`], lies in a slot that the waiter and the JavaScript object share. When
//! a worker thread ends at any moment between grant and use, both ends of the slot are dropped,
//! the turn with them, and the next in line is called: a terminated worker can never stop the line.

use crate::control::Control;
use heapray_core::{Phase, Progress};
use napi::Status;
use napi::bindgen_prelude::Function;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode::NonBlocking};
use napi_derive::napi;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

type Slot = Arc<Mutex<Option<Held>>>;
type Wake = ThreadsafeFunction<(), (), (), Status, false>;

struct Waiter {
    progress: Arc<Progress>,
    slot: Slot,
    wake: Wake,
}

struct Line {
    busy: bool,
    waiting: VecDeque<Waiter>,
}

static LINE: Mutex<Line> = Mutex::new(Line { busy: false, waiting: VecDeque::new() });

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The right to do heavy work. Dropping it calls the next in line.
#[derive(Debug)]
pub struct Held(());

impl Drop for Held {
    fn drop(&mut self) {
        let next = {
            let mut line = lock(&LINE);
            let next = line.waiting.pop_front();
            line.busy = next.is_some();
            next
        };
        if let Some(waiter) = next {
            *lock(&waiter.slot) = Some(Held(()));
            waiter.wake.call((), NonBlocking);
        }
    }
}

/// A turn in JavaScript's hands: waited for, then passed to the job that uses it up.
#[napi]
#[derive(Default)]
pub struct Turn {
    slot: Slot,
}

#[napi]
impl Turn {
    /// Not in line yet.
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the turn is there at once; otherwise `wake` is called when it is.
    #[napi]
    pub fn wait(&self, control: &Control, wake: Function<(), ()>) -> napi::Result<bool> {
        let mut line = lock(&LINE);
        if line.busy {
            let wake = wake.build_threadsafe_function::<()>().build()?;
            let progress = control.share();
            progress.enter(Phase::Wait, 0);
            line.waiting.push_back(Waiter { progress, slot: Arc::clone(&self.slot), wake });
            return Ok(false);
        }
        line.busy = true;
        *lock(&self.slot) = Some(Held(()));
        Ok(true)
    }

    /// Gives the turn back. Harmless when a job has used it up.
    #[napi]
    pub fn release(&self) {
        drop(self.take());
    }

    pub(crate) fn take(&self) -> Option<Held> {
        lock(&self.slot).take()
    }
}

/// Takes a cancelled job out of the line.
pub(crate) fn leave_line(progress: &Arc<Progress>) {
    let left: VecDeque<Waiter> = {
        let mut line = lock(&LINE);
        let waiting = std::mem::take(&mut line.waiting);
        let (left, stay) = waiting.into_iter().partition(|waiter| Arc::ptr_eq(&waiter.progress, progress));
        line.waiting = stay;
        left
    };
    drop(left);
}
