//! Work → a promise: runs on libuv's pool, and a panic in it becomes a rejection.

use crate::failure::Failure;
use crate::job_permit::JobPermit;
use crate::pool;
use crate::trim::trim;
use napi::bindgen_prelude::{AsyncTask, ToNapiValue, TypeName};
use napi::{Env, Task};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

/// What a job made, before it becomes a JavaScript value on the thread of its environment.
pub trait Deliver: Send + Sized + 'static {
    /// What JavaScript gets.
    type Value: ToNapiValue + TypeName;

    /// Runs on the JavaScript thread: no work here.
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
    /// Small work, beside whatever else runs. It is queued when handed to JavaScript.
    pub fn small(work: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> AsyncTask<Self> {
        AsyncTask::new(Job { work: Some(Box::new(work)) })
    }

    /// Work for all cores. It uses the permit up and releases it at its end, whether or not JavaScript is still there.
    pub fn heavy(permit: &JobPermit, work: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> AsyncTask<Self> {
        let held = permit.take();
        Self::small(move || {
            let _held = held;
            pool::run(work)
        })
    }

    /// Work that only waits, for threads that do heavy work. It holds the permit until its end.
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
        // Unwinding out of here would end the process. Work owns what it touches or reaches it
        // through a lock that poisons, so nothing half-done is seen afterwards.
        match catch_unwind(AssertUnwindSafe(work)) {
            Ok(result) => result.map_err(napi::Error::from),
            Err(payload) => Err(Failure::from_panic(payload).into()),
        }
    }

    fn resolve(&mut self, env: Env, output: T) -> napi::Result<T::Value> {
        output.deliver(env)
    }
}

/// Drops what may hold gigabytes where it stops nobody: unmapping them takes longer than an event loop may wait.
pub fn drop_elsewhere<T: Send + 'static>(value: T) {
    let free = move || {
        drop(value);
        trim();
    };
    // Where no thread can be had the closure, and the value with it, is dropped here.
    let _ = thread::Builder::new().name("heapray-free".to_owned()).spawn(free);
}
