//! Runs work on libuv's pool and settles a promise. A panic in it becomes a rejection.

use crate::failure::Failure;
use crate::job_permit::JobPermit;
use crate::pool;
use crate::trim::trim;
use napi::bindgen_prelude::{AsyncTask, ToNapiValue, TypeName};
use napi::{Env, Task};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

/// The result of a job, which becomes a JavaScript value on the thread of its environment.
pub trait Deliver: Send + Sized + 'static {
    /// The value for JavaScript.
    type Value: ToNapiValue + TypeName;

    /// Runs on the JavaScript thread and must not take long.
    fn deliver(self, env: Env) -> napi::Result<Self::Value>;
}

impl Deliver for () {
    type Value = ();

    fn deliver(self, _env: Env) -> napi::Result<()> {
        Ok(())
    }
}

impl Deliver for u32 {
    type Value = u32;

    fn deliver(self, _env: Env) -> napi::Result<u32> {
        Ok(self)
    }
}

type Work<T> = Box<dyn FnOnce() -> Result<T, Failure> + Send>;

/// Work for libuv's pool.
pub struct Job<T: Deliver> {
    work: Option<Work<T>>,
}

impl<T: Deliver> Job<T> {
    /// Small work, which runs beside other jobs. It is queued when it is returned to JavaScript.
    pub fn small(work: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> AsyncTask<Self> {
        AsyncTask::new(Job { work: Some(Box::new(work)) })
    }

    /// Work for all cores. It takes the permit and releases it at its end, even if the environment has ended before.
    pub fn heavy(permit: &JobPermit, work: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> AsyncTask<Self> {
        let held = permit.take();
        Self::small(move || {
            let _held = held;
            pool::run(work)
        })
    }

    /// Work that waits for threads with heavy work. It holds the permit until its end.
    pub fn waiting(permit: &JobPermit, work: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> AsyncTask<Self> {
        let held = permit.take();
        Self::small(move || {
            let _held = held;
            work()
        })
    }
}

impl<T: Deliver> Task for Job<T> {
    type Output = T;
    type JsValue = T::Value;

    fn compute(&mut self) -> napi::Result<T> {
        let Some(work) = self.work.take() else {
            return Err(Failure::Panic("a job ran twice".to_owned()).into());
        };
        // Unwinding out of this function would end the process. The work owns its data or uses a lock that is
        // poisoned, so that no unfinished state is seen afterwards.
        match catch_unwind(AssertUnwindSafe(work)) {
            Ok(result) => result.map_err(napi::Error::from),
            Err(payload) => Err(Failure::from_panic(payload).into()),
        }
    }

    fn resolve(&mut self, env: Env, output: T) -> napi::Result<T::Value> {
        output.deliver(env)
    }
}

/// Drops a value of up to gigabytes on a thread of its own, because unmapping them would block an event loop.
pub fn drop_elsewhere<T: Send + 'static>(value: T) {
    let free = move || {
        drop(value);
        trim();
    };
    // If no thread can be started, the closure is dropped here, and the value with it.
    let _ = thread::Builder::new().name("heapray-free".to_owned()).spawn(free);
}
