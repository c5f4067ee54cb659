//! The calls of the module. Bytes go in through [`input`], answers and errors come out at [`output`].

use crate::engine::Engine;
use crate::{host, memory};
use heapray_core::{Error, Result};
use std::cell::RefCell;

#[derive(Default)]
struct State {
    engine: Engine,
    /// Written by the host.
    input: Vec<u8>,
    /// An answer or an error, read by the host.
    output: Vec<u8>,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

/// Runs one call. The state is never borrowed already: the host makes one call at a time, and none
/// from the functions that the module calls.
fn with<T>(call: impl FnOnce(&mut State) -> T) -> T {
    host::report_panics();
    memory::forget();
    STATE.with_borrow_mut(call)
}

impl State {
    /// The value; an error goes to the output.
    fn settle<T>(&mut self, result: Result<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.output = error_json(&error);
                None
            }
        }
    }

    fn written(&self, length: usize) -> &[u8] {
        &self.input[..length.min(self.input.len())]
    }
}

fn error_json(error: &Error) -> Vec<u8> {
    serde_json::to_vec(error).unwrap_or_default()
}

/// Where the host writes `length` bytes before the next call; 0 without memory for them.
#[unsafe(no_mangle)]
extern "C" fn input(length: usize) -> *mut u8 {
    with(|state| {
        let more = length.saturating_sub(state.input.len());
        if state.input.try_reserve_exact(more).is_err() {
            return std::ptr::null_mut();
        }
        state.input.resize(length.max(state.input.len()), 0);
        state.input.as_mut_ptr()
    })
}

/// Starts reading a snapshot of `bytes` bytes, NaN if unknown, and at most `most` bytes of text, NaN for
/// no limit.
#[unsafe(no_mangle)]
extern "C" fn begin(bytes: f64, most: f64) {
    let known = |bytes: f64| (bytes >= 0.0).then_some(bytes as u64);
    with(|state| state.engine.begin(known(bytes), known(most)));
}

/// Reads `length` bytes of the input. Returns 1, or 0 for an error.
#[unsafe(no_mangle)]
extern "C" fn push(length: usize) -> u32 {
    with(|state| {
        let State { engine, input, .. } = state;
        let result = engine.push(&input[..length.min(input.len())]);
        state.settle(result).map_or(0, |()| 1)
    })
}

/// Ends the input and analyses it. Returns the snapshot's number plus 1, or 0 for an error.
#[unsafe(no_mangle)]
extern "C" fn finish() -> usize {
    with(|state| {
        state.input = Vec::new();
        let result = state.engine.finish();
        state.settle(result).map_or(0, |number| number + 1)
    })
}

/// Stops reading.
#[unsafe(no_mangle)]
extern "C" fn abandon() {
    with(|state| state.engine.abandon());
}

/// Answers the question in the input: `{"snapshots":[0],"question":{…}}`. Returns 1, or 0 for an error.
#[unsafe(no_mangle)]
extern "C" fn ask(length: usize) -> u32 {
    with(|state| {
        let result = state.engine.ask(state.written(length));
        state.settle(result).map_or(0, |answer| {
            state.output = answer.into_bytes();
            1
        })
    })
}

/// Copies the column that the input names to the output. Returns 1, or 0 for an error.
#[unsafe(no_mangle)]
extern "C" fn column(number: usize, length: usize) -> u32 {
    with(|state| {
        let result = state.engine.column(number, state.written(length));
        state.settle(result).map_or(0, |bytes| {
            state.output = bytes;
            1
        })
    })
}

/// Frees a snapshot.
#[unsafe(no_mangle)]
extern "C" fn close(number: usize) {
    with(|state| state.engine.close(number));
}

/// Where the last call left its answer or error.
#[unsafe(no_mangle)]
extern "C" fn output() -> *const u8 {
    STATE.with_borrow(|state| state.output.as_ptr())
}

/// The length of the output in bytes.
#[unsafe(no_mangle)]
extern "C" fn output_length() -> usize {
    STATE.with_borrow(|state| state.output.len())
}

/// The size in bytes of the allocation for which the last call trapped; 0 if it had another reason.
#[unsafe(no_mangle)]
extern "C" fn refused() -> f64 {
    memory::refused() as f64
}
