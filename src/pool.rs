//! Rayon's pool, started at the first heavy job: loading the addon starts no thread.
//!
//! Its threads have a lower priority than the event loop. There are as many of them as cores, so a server that parses
//! a snapshot competes with itself; at equal priority its requests would wait for the scheduler.

use crate::failure::Failure;
use heapray_core::{Code, Error};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::OnceLock;

/// Runs `work` on a thread of the pool while this one, of libuv's pool, only waits. Where no thread can be had
/// that is an error, and the next job tries again.
pub fn run<T: Send>(work: impl FnOnce() -> Result<T, Failure> + Send) -> Result<T, Failure> {
    pool()?.install(work)
}

fn pool() -> Result<&'static ThreadPool, Failure> {
    static POOL: OnceLock<ThreadPool> = OnceLock::new();
    if let Some(pool) = POOL.get() {
        return Ok(pool);
    }
    let pool =
        ThreadPoolBuilder::new().thread_name(|i| format!("heapray-{i}")).start_handler(|_| lower_priority()).build();
    let pool = pool.map_err(|error| Error::new(Code::OutOfMemory, "threads to work on", error.to_string()))?;
    Ok(POOL.get_or_init(|| pool))
}

/// Lowers the priority of the calling thread, where that is possible for one thread alone.
pub fn lower_priority() {
    #[cfg(target_os = "linux")]
    // SAFETY: takes and returns plain numbers. On Linux 0 means this thread, not the whole process;
    // if it is not allowed the thread simply stays as it is.
    unsafe {
        libc::setpriority(libc::PRIO_PROCESS, 0, 5);
    }
}
