//! Allows one capture at a time in a process. V8 needs ten times the heap for a snapshot, so that two captures at once
//! may not fit where one does.
//!
//! The threads of a process share a flag. Several copies of the addon (two versions of heapray in one `node_modules`)
//! share no memory. On Linux each therefore also locks a file of the process in `/proc`.

use napi_derive::napi;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

struct State {
    is_held: bool,
    last_end: Option<Instant>,
}

static STATE: Mutex<State> = Mutex::new(State { is_held: false, last_end: None });

/// The answer to an attempt to acquire the lock.
#[napi(string_enum = "camelCase")]
#[derive(PartialEq)]
pub enum Acquisition {
    /// The capture may begin, and holds the lock until it releases it.
    Acquired,
    /// Another capture runs.
    Running,
    /// The cooldown after the last capture is not over.
    CoolingDown,
}

/// The lock for captures of this process. The end of the JavaScript environment releases it.
#[napi]
#[derive(Default)]
pub struct CaptureLock {
    held: Option<process::Claim>,
}

#[napi]
impl CaptureLock {
    /// A lock that is not acquired.
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
            // Without such a file, or where it cannot be locked, only the flag is used.
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

    /// Releases the lock. The cooldown starts with each release that `has_captured`. May be called repeatedly.
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

    /// A lock on a file of this process, released when dropped.
    #[derive(Default)]
    pub struct Claim(#[expect(dead_code, reason = "held, never read")] Option<File>);

    /// Locks a file that each process has one of and no other user may open, so that no other user can hold the lock.
    pub fn claim() -> io::Result<Claim> {
        let file = File::open("/proc/self/maps")?;
        try_lock(&file)?;
        Ok(Claim(Some(file)))
    }
}

#[cfg(not(target_os = "linux"))]
mod process {
    /// Only the flag is used on this system.
    #[derive(Default)]
    pub struct Claim;

    pub fn claim() -> std::io::Result<Claim> {
        Ok(Claim)
    }
}
