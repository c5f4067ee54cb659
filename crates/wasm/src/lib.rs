//! The browser's engine: JavaScript's bytes and questions in, JSON out, all in one WebAssembly memory.
//!
//! Nothing here walks the heap; `heapray-core` does. The module's only caller is
//! `viewer/engine/module.mjs`.
//!
//! ```text
//! input(n) ─▶ write n bytes there ─▶ push(n) …  ─▶ finish() ─▶ a handle
//!                                 └▶ ask(n) ─▶ output(), output_length() ─▶ read the JSON there
//! ```
//!
//! A call that fails returns 0 and leaves the error as JSON in the output. A bug, or an infallible
//! allocation without memory, is a trap: the host then knows the panic's text from `panicked` or the
//! bytes that were refused from `refused()`, and takes a new instance.

#![cfg(target_arch = "wasm32")]

mod engine;
mod exports;
mod host;
mod memory;
#[cfg(target_os = "wasi")]
mod threads;
