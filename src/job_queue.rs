//! Runs one heavy job at a time in the process, first come, first served.
//!
//! A heavy job uses all cores through rayon. A second one at the same time would only need more memory and occupy a
//! thread of libuv's pool that file reads need. The jobs of all worker threads wait in this queue, each as a callback
//! without a thread.
//!
//! The [`Permit`] is in a slot that the waiter and the JavaScript object share. A worker thread that ends between grant
//! and use drops both owners of the slot, and with them the permit, which wakes the next job. So a terminated worker
//! never blocks the queue.

use heapray_core::{Phase, Progress};
use napi::Status;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode::NonBlocking};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The slot for a granted permit, shared by the waiter and the JavaScript object.
#[derive(Clone, Default)]
pub struct Slot(Arc<Mutex<Option<Permit>>>);

impl Slot {
    /// The permit, once it is granted.
    pub fn take(&self) -> Option<Permit> {
        lock(&self.0).take()
    }

    fn put(&self, permit: Permit) {
        *lock(&self.0) = Some(permit);
    }
}

/// Wakes a waiter.
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

/// The permit for heavy work. Dropping it wakes the next waiter.
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

/// Puts the permit into `slot` and returns `true` if it is available. If not, queues the caller, and `wake` is called
/// when the permit is in `slot`.
///
/// # Errors
/// The error of making the waker; the caller is not queued then.
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

/// Removes a cancelled job from the queue.
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
