//! One heavy job at a time in the whole process, first come, first served.
//!
//! A heavy job uses every core through rayon, so a second one at the same time only adds memory
//! and takes a thread of libuv's pool that file reads need. Jobs of all worker threads stand in
//! one line here; who waits occupies a callback, not a thread.
//!
//! The turn itself, [`Held`], lies in a slot that the waiter and the JavaScript object share. When
//! a worker thread ends at any moment between grant and use, both ends of the slot are dropped,
//! the turn with them, and the next in line is called: a terminated worker can never stop the line.

use heapray_core::{Phase, Progress};
use napi::Status;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode::NonBlocking};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Where a turn is put when it comes, shared by the waiter and the JavaScript object.
#[derive(Clone, Default)]
pub struct Slot(Arc<Mutex<Option<Held>>>);

impl Slot {
    /// The turn, when it has come.
    pub fn take(&self) -> Option<Held> {
        lock(&self.0).take()
    }

    fn put(&self, held: Held) {
        *lock(&self.0) = Some(held);
    }
}

/// What calls the one who waits.
pub type Wake = ThreadsafeFunction<(), (), (), Status, false>;

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
            waiter.slot.put(Held(()));
            waiter.wake.call((), NonBlocking);
        }
    }
}

/// Whether the turn is in `slot` at once; otherwise who asks waits in line, and `wake` is called when it is.
///
/// # Errors
/// What making the waker fails with; then nobody waits.
pub fn wait(slot: &Slot, progress: Arc<Progress>, wake: impl FnOnce() -> napi::Result<Wake>) -> napi::Result<bool> {
    let mut line = lock(&LINE);
    if line.busy {
        let wake = wake()?;
        progress.enter(Phase::Wait, 0);
        line.waiting.push_back(Waiter { progress, slot: slot.clone(), wake });
        return Ok(false);
    }
    line.busy = true;
    slot.put(Held(()));
    Ok(true)
}

/// Takes a cancelled job out of the line.
pub fn leave(progress: &Arc<Progress>) {
    let left: VecDeque<Waiter> = {
        let mut line = lock(&LINE);
        let waiting = std::mem::take(&mut line.waiting);
        let (left, stay) = waiting.into_iter().partition(|waiter| Arc::ptr_eq(&waiter.progress, progress));
        line.waiting = stay;
        left
    };
    drop(left);
}
