//! One capture at a time in a process: while V8 takes a snapshot it needs ten times the heap, and two
//! of them would not fit where one does.
//!
//! Threads of the process share a flag. Several copies of the addon (two versions of heapray in one
//! `node_modules`) share no memory, so on Linux the flag is also an abstract socket that bears the
//! process's name: binding it is exclusive, and it vanishes with the process.

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
    held: Option<name::Claim>,
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
        match name::claim() {
            Ok(claim) => self.held = Some(claim),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Acquisition::Running,
            // Where there are no sockets the flag alone has to do.
            Err(_) => self.held = Some(name::Claim::default()),
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
mod name {
    use std::fs;
    use std::io;
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::fs::MetadataExt;
    use std::os::unix::net::{SocketAddr, UnixDatagram};

    /// The process's name, bound for as long as this lives.
    #[derive(Default)]
    pub struct Claim(#[expect(dead_code, reason = "held, never read")] Option<UnixDatagram>);

    /// Binds a name that only this process has: containers that share a network have equal process
    /// ids, but not the same namespace of processes.
    pub fn claim() -> io::Result<Claim> {
        let namespace = fs::metadata("/proc/self/ns/pid").map_or(0, |namespace| namespace.ino());
        let name = format!("heapray-capture-{namespace}-{}", std::process::id());
        Ok(Claim(Some(UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(name)?)?)))
    }
}

#[cfg(not(target_os = "linux"))]
mod name {
    /// Nothing to hold: the flag alone has to do.
    #[derive(Default)]
    pub struct Claim;

    pub fn claim() -> std::io::Result<Claim> {
        Ok(Claim)
    }
}
