//! The addon: JavaScript's calls in, jobs on libuv's pool, JSON and bytes out.
//!
//! Nothing here walks the heap; that is `heapray-core`. Nothing here is public either: `index.js`
//! is the API, and this its only caller.
//!
//! ```text
//! index.js ── Control ──────────── cancel, progress
//!          ── takeTurn ─────────── one heavy job at a time in the process   turn.rs, line.rs
//!          ── parseFile, … ─────── Job on libuv's pool                      parse.rs, job.rs, pool.rs
//!          ── NativeSnapshotWriter bytes to a file, redacted, compressed          writer.rs, partial.rs
//!          ── NativeSnapshot ───── ask, compare, fillColumn                 snapshot.rs
//! ```

mod control;
mod failure;
mod feed;
mod gate;
mod job;
mod leftovers;
mod line;
mod parse;
mod partial;
mod pool;
mod read;
mod snapshot;
mod trim;
mod turn;
mod writer;

/// The pool's threads outlive the worker that loaded the addon, and where the system unloads what nobody holds any
/// more, which Windows does, their code would go with it.
#[napi_derive::napi(module_exports)]
pub fn stay_loaded(_exports: napi::bindgen_prelude::Object) -> napi::Result<()> {
    napi::bindgen_prelude::retain_current_module_for_unload_safety();
    Ok(())
}

/// The version this addon was built as, for `lib/addon/load.js` to compare with its own.
#[napi_derive::napi]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
