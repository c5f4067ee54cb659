//! How JavaScript watches and stops a job: it polls, so that no thread ever calls into a runtime that may be gone.

use crate::job_queue;
use heapray_core::Progress;
use napi_derive::napi;
use std::sync::Arc;

/// One job's cancel flag and progress.
#[napi]
#[derive(Default)]
pub struct Control {
    progress: Arc<Progress>,
}

/// Where a job is.
#[napi(object, object_from_js = false)]
pub struct Place {
    /// Phase by its name in the JavaScript API.
    pub phase: &'static str,
    /// Units done.
    pub done: f64,
    /// Units in all, 0 when not known.
    pub total: f64,
}

#[napi]
impl Control {
    /// For a job that has not begun.
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends the job within milliseconds, or takes it out of the queue.
    #[napi]
    pub fn cancel(&self) {
        self.progress.cancel();
        job_queue::leave(&self.progress);
    }

    /// Where the job is now.
    #[napi]
    pub fn progress(&self) -> Place {
        let (phase, done, total) = self.progress.read();
        Place { phase: phase.as_str(), done: done as f64, total: total as f64 }
    }

    pub(crate) fn share(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }
}
