//! The module's calls. Bytes go in through [`room`], JSON comes out at [`said`].

use crate::engine::Engine;
use crate::{host, memory};
use heapray_core::{Error, Result};
use std::cell::RefCell;

#[derive(Default)]
struct State {
    engine: Engine,
    /// Where the host writes.
    room: Vec<u8>,
    /// Where the host reads: an answer or an error.
    said: Vec<u8>,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

/// Runs one call. The borrow cannot be taken already: calls come one by one, and the host's own
/// functions call nothing back.
fn with<T>(call: impl FnOnce(&mut State) -> T) -> T {
    host::report_panics();
    memory::forget();
    STATE.with_borrow_mut(call)
}

impl State {
    /// Says an error, and gives the host a 0 for it.
    fn settle<T>(&mut self, result: Result<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.said = error_json(&error);
                None
            }
        }
    }

    /// What the host wrote.
    fn written(&self, length: usize) -> &[u8] {
        &self.room[..length.min(self.room.len())]
    }
}

fn error_json(error: &Error) -> Vec<u8> {
    serde_json::to_vec(error).unwrap_or_default()
}

/// Room for `length` bytes, to be written before the next call; 0 when there is none.
#[unsafe(no_mangle)]
extern "C" fn room(length: usize) -> *mut u8 {
    with(|state| {
        let more = length.saturating_sub(state.room.len());
        if state.room.try_reserve_exact(more).is_err() {
            return std::ptr::null_mut();
        }
        state.room.resize(length.max(state.room.len()), 0);
        state.room.as_mut_ptr()
    })
}

/// Begins to read a snapshot of `bytes` bytes, NaN when that is not known, and of at most `most` bytes
/// of text, NaN when that does not matter.
#[unsafe(no_mangle)]
extern "C" fn begin(bytes: f64, most: f64) {
    let known = |bytes: f64| (bytes >= 0.0).then_some(bytes as u64);
    with(|state| state.engine.begin(known(bytes), known(most)));
}

/// Reads what was written. 1, or 0 for a failure.
#[unsafe(no_mangle)]
extern "C" fn push(length: usize) -> u32 {
    with(|state| {
        let State { engine, room, .. } = state;
        let result = engine.push(&room[..length.min(room.len())]);
        state.settle(result).map_or(0, |()| 1)
    })
}

/// Ends the input and analyses it. The snapshot's number and 1 more, or 0 for a failure.
#[unsafe(no_mangle)]
extern "C" fn finish() -> usize {
    with(|state| {
        state.room = Vec::new();
        let result = state.engine.finish();
        state.settle(result).map_or(0, |number| number + 1)
    })
}

/// Stops reading.
#[unsafe(no_mangle)]
extern "C" fn abandon() {
    with(|state| state.engine.abandon());
}

/// Answers what was written: `{"snapshots":[0],"question":{…}}`. 1 for an answer, 0 for an error.
#[unsafe(no_mangle)]
extern "C" fn ask(length: usize) -> u32 {
    with(|state| {
        let result = state.engine.ask(state.written(length));
        state.settle(result).map_or(0, |answer| {
            state.said = answer.into_bytes();
            1
        })
    })
}

/// Copies the column of the written name to where answers are. 1, or 0 for a failure.
#[unsafe(no_mangle)]
extern "C" fn column(number: usize, length: usize) -> u32 {
    with(|state| {
        let result = state.engine.column(number, state.written(length));
        state.settle(result).map_or(0, |bytes| {
            state.said = bytes;
            1
        })
    })
}

/// Gives a snapshot's memory back.
#[unsafe(no_mangle)]
extern "C" fn close(number: usize) {
    with(|state| state.engine.close(number));
}

/// Where the last call left its JSON.
#[unsafe(no_mangle)]
extern "C" fn said() -> *const u8 {
    STATE.with_borrow(|state| state.said.as_ptr())
}

/// Bytes of it.
#[unsafe(no_mangle)]
extern "C" fn said_length() -> usize {
    STATE.with_borrow(|state| state.said.len())
}

/// Bytes that the last call, which trapped, could not have; 0 when that was not why.
#[unsafe(no_mangle)]
extern "C" fn refused() -> f64 {
    memory::refused() as f64
}
