//! Returns freed memory to the system.
//!
//! V8 makes millions of small allocations for a snapshot, which glibc keeps when they are freed. The resident memory of
//! a service would stay at the peak of its first capture.

use napi_derive::napi;

/// Returns the free pages of the C heap to the system. `false` where the C library has no such function.
#[napi]
pub fn trim() -> bool {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: takes a plain number; may be called from any thread at any time.
    unsafe {
        libc::malloc_trim(0);
    }
    cfg!(all(target_os = "linux", target_env = "gnu"))
}
