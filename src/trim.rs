//! Freed memory → back to the system.
//!
//! V8 builds a snapshot out of millions of small allocations. glibc keeps them when they are freed,
//! so that a service which was looked at once would show the peak of that moment for ever.

use napi_derive::napi;

/// Gives free pages of the C heap back, where that can be asked for; tells whether it could.
#[napi]
pub fn trim() -> bool {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: takes a plain number; may be called from any thread at any time.
    unsafe {
        libc::malloc_trim(0);
    }
    cfg!(all(target_os = "linux", target_env = "gnu"))
}
