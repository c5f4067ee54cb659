//! Rayon's pool, which starts with the first heavy job. Loading the addon starts no thread.
//!
//! There are as many threads as cores. They have a lower priority than the event loop, so that the requests of a server
//! that parses a snapshot do not wait for them.

use crate::failure::Failure;
use heapray_core::{Code, Error};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::OnceLock;

/// Runs `work` on a thread of the pool while this thread, of libuv's pool, waits. If no thread can be started, this is
/// an error, and the next job tries again.
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

/// Lowers the priority of the calling thread, if the system can do so for a single thread.
pub fn lower_priority() {
    #[cfg(target_os = "linux")]
    // SAFETY: takes and returns plain numbers. On Linux 0 means this thread, not the whole process. If it is not
    // allowed, the priority does not change.
    unsafe {
        libc::setpriority(libc::PRIO_PROCESS, 0, 5);
    }
}
