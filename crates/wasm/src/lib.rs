//! The browser's engine: JavaScript's bytes and questions in, JSON out, all in one WebAssembly memory.
//!
//! Nothing here walks the heap; that is `heapray-core`. Nothing here is public either: the module's
//! only caller is `viewer/engine/module.mjs`, which knows these calls and no address.
//!
//! ```text
//! room(n) ─▶ write n bytes there ─▶ push(n) …  ─▶ finish() ─▶ a handle
//!                                └▶ ask(n) ─▶ said(), said_length() ─▶ read the JSON there
//! ```
//!
//! Calls that fail say so with 0 and leave the error as JSON where answers are. What cannot be told
//! any more (a bug, memory that an infallible allocation needs) is a trap: the host then has the
//! panic's text from `panicked`, or the bytes that were refused from `refused()`, and takes a new
//! instance.

#![cfg(target_arch = "wasm32")]

mod engine;
mod exports;
mod host;
mod memory;
#[cfg(target_os = "wasi")]
mod threads;
