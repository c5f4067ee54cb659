//! The resident memory of the process by the purpose of its mappings, and the C library's statistics of malloc.
//!
//! Each mapping is of one class, and the classes add up to the resident memory. `lib/capture/process-memory.js` tells
//! apart what a class contains, such as ArrayBuffers within malloc.

mod malloc;
#[cfg(target_os = "linux")]
mod mappings;
#[cfg(target_os = "linux")]
mod threads;

use crate::snapshot::reported_by_all;
use malloc::malloc_account;
use napi_derive::napi;
use serde_json::{Value, json};
use std::io;

/// Bytes of resident memory by the purpose of the mappings.
#[derive(Default)]
pub(crate) struct Mapped {
    /// The sum.
    resident: u64,
    /// Executables, libraries, mapped and shared files.
    files: u64,
    /// Areas of glibc: the program break and the arenas of threads.
    arenas: u64,
    /// Heaps of all isolates of V8.
    v8_heaps: u64,
    /// Machine code generated at run time.
    code: u64,
    /// WebAssembly memories.
    web_assembly: u64,
    /// The size of WebAssembly memories, used or not.
    web_assembly_size: u64,
    /// Stacks of threads.
    stacks: u64,
    /// Anonymous memory of unknown purpose, most of it large allocations of malloc.
    anonymous: u64,
}

impl Mapped {
    fn to_json(&self) -> Value {
        json!({
            "resident": self.resident,
            "files": self.files,
            "arenas": self.arenas,
            "v8Heaps": self.v8_heaps,
            "code": self.code,
            "webAssembly": self.web_assembly,
            "webAssemblySize": self.web_assembly_size,
            "stacks": self.stacks,
            "anonymous": self.anonymous,
        })
    }
}

/// Reads the mappings of the process and the statistics of malloc as JSON: of each the figures, or the reason why there
/// are none. `snapshots` are the bytes of all open snapshots of this copy of heapray. `hasOtherLoops` tells whether an
/// event loop runs besides those that each Node.js process has, such as a worker's.
#[napi(catch_unwind)]
pub fn process_memory() -> String {
    let stacks = stack_pointers();
    let mapped = mapped(&stacks.pointers).map(|mapped| mapped.to_json());
    let malloc = malloc_account().map(|account| account.to_json());
    let figures = json!({
        "mapped": mapped.unwrap_or_else(|error| json!(format!("/proc/self/smaps: {error}"))),
        "malloc": malloc.unwrap_or_else(|reason| json!(reason)),
        "threads": stacks.threads,
        "hasOtherLoops": has_other_loops(),
        "snapshots": reported_by_all(),
    });
    figures.to_string()
}

/// The addresses of stacks that are in use.
#[derive(Default)]
struct Stacks {
    threads: Option<usize>,
    pointers: Vec<u64>,
}

#[cfg(target_os = "linux")]
fn stack_pointers() -> Stacks {
    threads::stack_pointers().unwrap_or_default()
}

#[cfg(not(target_os = "linux"))]
fn stack_pointers() -> Stacks {
    Stacks::default()
}

#[cfg(target_os = "linux")]
fn has_other_loops() -> bool {
    threads::has_other_loops().unwrap_or(true)
}

#[cfg(not(target_os = "linux"))]
fn has_other_loops() -> bool {
    true
}

#[cfg(target_os = "linux")]
fn mapped(stack_pointers: &[u64]) -> io::Result<Mapped> {
    mappings::by_use(stack_pointers)
}

#[cfg(not(target_os = "linux"))]
fn mapped(_stack_pointers: &[u64]) -> io::Result<Mapped> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "only Linux lists a process's mappings"))
}
