//! A turn in JavaScript's hands.

use crate::control::Control;
use crate::line::{self, Held, Slot};
use napi::bindgen_prelude::Function;
use napi_derive::napi;

/// The right to do heavy work: waited for, then passed to the job that uses it up.
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
        line::wait(&self.slot, control.share(), || wake.build_threadsafe_function::<()>().build())
    }

    /// Gives the turn back. Harmless when a job has used it up.
    #[napi]
    pub fn release(&self) {
        drop(self.take());
    }

    pub(crate) fn take(&self) -> Option<Held> {
        self.slot.take()
    }
}
