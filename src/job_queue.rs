//! One heavy job at a time in the whole process, first come, first served.
//!
//! A heavy job uses every core through rayon: a second one at the same time only adds memory and takes a thread of
//! libuv's pool that file reads need. Jobs of all worker threads wait in one queue here; a waiting job occupies a
//! callback, not a thread.
//!
//! The [`Permit`] lies in a slot that the waiter and the JavaScript object share. When a worker thread ends, at any
//! moment between grant and use, both owners of the slot are dropped, the permit with them, and the next job is woken:
//! a terminated worker never blocks the queue.

use heapray_core::{Phase, Progress};
use napi::Status;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode::NonBlocking};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Where a permit is put when it is granted, shared by the waiter and the JavaScript object.
#[derive(Clone, Default)]
pub struct Slot(Arc<Mutex<Option<Permit>>>);

impl Slot {
    /// The permit, when it has been granted.
    pub fn take(&self) -> Option<Permit> {
        lock(&self.0).take()
    }

    fn put(&self, permit: Permit) {
        *lock(&self.0) = Some(permit);
    }
}

/// What wakes a waiter.
pub type Wake = ThreadsafeFunction<(), (), (), Status, false>;

struct Waiter {
    progress: Arc<Progress>,
    slot: Slot,
    wake: Wake,
}

struct Queue {
    busy: bool,
    waiting: VecDeque<Waiter>,
}

static QUEUE: Mutex<Queue> = Mutex::new(Queue { busy: false, waiting: VecDeque::new() });

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The right to do heavy work. Dropping it wakes the next waiter.
#[derive(Debug)]
pub struct Permit(());

impl Drop for Permit {
    fn drop(&mut self) {
        let next = {
            let mut queue = lock(&QUEUE);
            let next = queue.waiting.pop_front();
            queue.busy = next.is_some();
            next
        };
        if let Some(waiter) = next {
            waiter.slot.put(Permit(()));
            waiter.wake.call((), NonBlocking);
        }
    }
}

/// Whether the permit is in `slot` at once; otherwise the caller is queued, and `wake` is called when it is.
///
/// # Errors
/// What making the waker fails with; then nobody waits.
pub fn wait(slot: &Slot, progress: Arc<Progress>, wake: impl FnOnce() -> napi::Result<Wake>) -> napi::Result<bool> {
    let mut queue = lock(&QUEUE);
    if queue.busy {
        let wake = wake()?;
        progress.enter(Phase::Wait, 0);
        queue.waiting.push_back(Waiter { progress, slot: slot.clone(), wake });
        return Ok(false);
    }
    queue.busy = true;
    slot.put(Permit(()));
    Ok(true)
}

/// Takes a cancelled job out of the queue.
pub fn leave(progress: &Arc<Progress>) {
    let left: VecDeque<Waiter> = {
        let mut queue = lock(&QUEUE);
        let waiting = std::mem::take(&mut queue.waiting);
        let (left, stay) = waiting.into_iter().partition(|waiter| Arc::ptr_eq(&waiter.progress, progress));
        queue.waiting = stay;
        left
    };
    drop(left);
}
