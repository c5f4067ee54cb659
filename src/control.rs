//! Progress and cancellation of a job. JavaScript polls, so that no thread calls into a runtime that may have ended.

use crate::job_queue;
use heapray_core::Progress;
use napi_derive::napi;
use std::sync::Arc;

/// The cancel flag and the progress of a job.
#[napi]
#[derive(Default)]
pub struct Control {
    progress: Arc<Progress>,
}

/// The progress of a job.
#[napi(object, object_from_js = false)]
pub struct Place {
    /// Name of the phase in the JavaScript API.
    pub phase: &'static str,
    /// Units done.
    pub done: f64,
    /// Units in all, 0 if unknown.
    pub total: f64,
}

#[napi]
impl Control {
    /// The control of a job that has not begun.
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends the job within milliseconds, or removes it from the queue.
    #[napi]
    pub fn cancel(&self) {
        self.progress.cancel();
        job_queue::leave(&self.progress);
    }

    /// The progress at this moment.
    #[napi]
    pub fn progress(&self) -> Place {
        let (phase, done, total) = self.progress.read();
        Place { phase: phase.as_str(), done: done as f64, total: total as f64 }
    }

    pub(crate) fn share(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }
}
