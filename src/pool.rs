//! Rayon's pool, started at the first heavy job: loading the addon starts no thread.
//!
//! Its threads give way to the event loop. They are as many as there are cores, so a server that
//! parses a snapshot competes with itself; at equal priority its requests wait for the scheduler.

use rayon::ThreadPoolBuilder;
use std::sync::Once;

/// Runs `work` on a thread of the pool while this one, of libuv's pool, only waits.
pub fn run<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let pool = ThreadPoolBuilder::new().thread_name(|i| format!("heapray-{i}")).start_handler(|_| give_way());
        // An error means that no thread can be had: then the first use below fails, and is reported.
        let _ = pool.build_global();
    });
    rayon::scope(|_| work())
}

/// Lowers the priority of the calling thread, where that is possible for one thread alone.
pub fn give_way() {
    #[cfg(target_os = "linux")]
    // SAFETY: takes and returns plain numbers. On Linux 0 means this thread, not the whole process;
    // if it is not allowed the thread simply stays as it is.
    unsafe {
        libc::setpriority(libc::PRIO_PROCESS, 0, 5);
    }
}
