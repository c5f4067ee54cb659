//! The permit for a heavy job as a JavaScript object.

use crate::control::Control;
use crate::job_queue::{self, Permit, Slot};
use napi::bindgen_prelude::Function;
use napi_derive::napi;

/// A permit that JavaScript waits for and passes to a job, which takes it.
#[napi]
#[derive(Default)]
pub struct JobPermit {
    slot: Slot,
}

#[napi]
impl JobPermit {
    /// An object without a permit, not queued yet.
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns whether the permit is available at once. If not, `wake` is called as soon as it is.
    #[napi]
    pub fn wait(&self, control: &Control, wake: Function<(), ()>) -> napi::Result<bool> {
        job_queue::wait(&self.slot, control.share(), || wake.build_threadsafe_function::<()>().build())
    }

    /// Releases the permit. Does nothing if a job has taken it.
    #[napi]
    pub fn release(&self) {
        drop(self.take());
    }

    pub(crate) fn take(&self) -> Option<Permit> {
        self.slot.take()
    }
}
