//! One capture at a time in a process: while V8 takes a snapshot it needs ten times the heap, and two
//! of them would not fit where one does.
//!
//! Threads of the process share a flag. Several copies of the addon (two versions of heapray in one
//! `node_modules`) share no memory, so on Linux each also locks a file that the process has in `/proc`.

use napi_derive::napi;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

struct State {
    is_held: bool,
    last_end: Option<Instant>,
}

static STATE: Mutex<State> = Mutex::new(State { is_held: false, last_end: None });

/// Whether a capture may begin.
#[napi(string_enum = "camelCase")]
#[derive(PartialEq)]
pub enum Acquisition {
    /// It may, and holds the lock until it releases it.
    Acquired,
    /// Another capture runs.
    Running,
    /// The last one has ended too short a time ago.
    CoolingDown,
}

/// The process's lock for captures. Released at the latest when JavaScript's environment ends.
#[napi]
#[derive(Default)]
pub struct CaptureLock {
    held: Option<process::Claim>,
}

#[napi]
impl CaptureLock {
    /// Not acquired yet.
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Acquires the lock, unless a capture runs or has ended less than `cooldown_ms` ago.
    #[napi]
    pub fn acquire(&mut self, cooldown_ms: f64) -> Acquisition {
        let mut state = state();
        if state.is_held {
            return Acquisition::Running;
        }
        if remaining(&state, cooldown_ms) > 0.0 {
            return Acquisition::CoolingDown;
        }
        match process::claim() {
            Ok(claim) => self.held = Some(claim),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Acquisition::Running,
            // Where there is no such file, or it cannot be locked, the flag alone has to do.
            Err(_) => self.held = Some(process::Claim::default()),
        }
        state.is_held = true;
        Acquisition::Acquired
    }

    /// Milliseconds until a capture with this cooldown may begin.
    #[napi]
    pub fn remaining(cooldown_ms: f64) -> f64 {
        remaining(&state(), cooldown_ms)
    }

    /// Releases the lock. The cooldown counts from the last release that `has_captured`. Harmless when repeated.
    #[napi]
    pub fn release(&mut self, has_captured: bool) {
        let mut state = state();
        if self.held.take().is_some() {
            state.is_held = false;
            if has_captured {
                state.last_end = Some(Instant::now());
            }
        }
    }
}

impl Drop for CaptureLock {
    fn drop(&mut self) {
        self.release(true);
    }
}

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn remaining(state: &State, cooldown_ms: f64) -> f64 {
    let elapsed = state.last_end.map_or(Duration::MAX, |end| end.elapsed());
    (cooldown_ms - elapsed.as_secs_f64() * 1000.0).max(0.0)
}

#[cfg(target_os = "linux")]
mod process {
    use crate::stale_files::try_lock;
    use std::fs::File;
    use std::io;

    /// A lock on a file of the process's own, for as long as this lives.
    #[derive(Default)]
    pub struct Claim(#[expect(dead_code, reason = "held, never read")] Option<File>);

    /// Locks a file that is there once for each process, and that no other user may open: nobody else can hold it.
    pub fn claim() -> io::Result<Claim> {
        let file = File::open("/proc/self/maps")?;
        try_lock(&file)?;
        Ok(Claim(Some(file)))
    }
}

#[cfg(not(target_os = "linux"))]
mod process {
    /// Nothing to hold: the flag alone has to do.
    #[derive(Default)]
    pub struct Claim;

    pub fn claim() -> std::io::Result<Claim> {
        Ok(Claim)
    }
}
