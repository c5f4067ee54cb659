//! A permit for a heavy job, in JavaScript's hands.

use crate::control::Control;
use crate::job_queue::{self, Permit, Slot};
use napi::bindgen_prelude::Function;
use napi_derive::napi;

/// The right to do heavy work: waited for, then passed to the job that uses it up.
#[napi]
#[derive(Default)]
pub struct JobPermit {
    slot: Slot,
}

#[napi]
impl JobPermit {
    /// Not waited for yet.
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the permit is there at once; otherwise `wake` is called when it is.
    #[napi]
    pub fn wait(&self, control: &Control, wake: Function<(), ()>) -> napi::Result<bool> {
        job_queue::wait(&self.slot, control.share(), || wake.build_threadsafe_function::<()>().build())
    }

    /// Gives the permit back. Harmless when a job has used it up.
    #[napi]
    pub fn release(&self) {
        drop(self.take());
    }

    pub(crate) fn take(&self) -> Option<Permit> {
        self.slot.take()
    }
}
