//! Threads: the module's memory in several workers, and the pool the core works on.
//!
//! Only the build for `wasm32-wasip1-threads` has any. Its host gives `wasi.thread-spawn`, which has another
//! worker call `wasi_thread_start` on the same memory, and the few functions of WASI that the standard
//! library asks for: `viewer/engine/threads.mjs`.

use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::OnceLock;

/// Kept for as long as the instance. Not rayon's global pool, which waits until all of its threads have started.
static POOL: OnceLock<ThreadPool> = OnceLock::new();

unsafe extern "C" {
    /// Of wasi-libc: the calling thread becomes one that others can be made from.
    fn __wasi_init_tp();
    /// Of the linker: runs constructors. Its being called here keeps it from being called by every export.
    fn __wasm_call_ctors();
}

/// To be called once, before all else: what `crt1-reactor.o` is for, which rustc links to no library.
#[unsafe(no_mangle)]
extern "C" fn _initialize() {
    // SAFETY: the host calls this once, on the first thread, before any other export; both functions ask for
    // nothing else.
    unsafe {
        __wasi_init_tp();
        __wasm_call_ctors();
    }
}

/// Has the core work on the calling thread and `more` others. They need not start at once, nor at all: work is
/// taken by who is there. 1, or 0 where no thread could be asked for, or had been before.
#[unsafe(no_mangle)]
extern "C" fn start_threads(more: usize) -> u32 {
    let pool = ThreadPoolBuilder::new().use_current_thread().num_threads(more + 1).build();
    u32::from(pool.is_ok_and(|pool| POOL.set(pool).is_ok()))
}
