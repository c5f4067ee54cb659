//! The addon: translates calls of JavaScript into jobs on libuv's pool, and their results into JSON and bytes.
//!
//! Nothing here walks the heap; `heapray-core` does. The addon's only caller is `index.js`, which is the public API.
//!
//! ```text
//! lib/ ── Control ────────────── cancel, progress                        control.rs
//!      ── JobPermit ──────────── one heavy job at a time in the process  job_permit.rs, job_queue.rs
//!      ── CaptureLock ────────── one capture at a time in the process    capture_lock.rs
//!      ── parseFile, … ───────── Job on libuv's pool                     parse.rs, job.rs, pool.rs
//!      ── NativeSnapshotWriter ─ bytes to a file, redacted, compressed   writer.rs, partial.rs
//!      ── processMemory ──────── where the resident memory is           process_memory.rs
//!      ── NativeSnapshot ─────── ask, fillColumn                         snapshot.rs
//! ```

mod capture_lock;
mod chunk_queue;
mod control;
mod failure;
mod job;
mod job_permit;
mod job_queue;
mod parse;
mod partial;
mod pool;
mod process_memory;
mod read;
mod snapshot;
mod stale_files;
mod trim;
mod writer;

/// Runs when an environment loads the addon.
///
/// The addon then stays loaded. The threads of the pool outlive the worker that loaded it, and Windows would unload
/// their code with the last user.
#[napi_derive::napi(module_exports)]
pub fn load(_exports: napi::bindgen_prelude::Object) -> napi::Result<()> {
    failure::record_panic_places();
    napi::bindgen_prelude::retain_current_module_for_unload_safety();
    Ok(())
}

/// The version of this addon, which `lib/addon/load.js` compares with its own.
#[napi_derive::napi]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
