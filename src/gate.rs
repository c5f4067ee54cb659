//! One capture at a time in a process: while V8 takes a snapshot it needs ten times the heap, and two
//! of them would not fit where one does.
//!
//! Threads of the process share a flag. Several copies of the addon (two versions of heapray in one
//! `node_modules`) share no memory, so on Linux the flag is also an abstract socket that bears the
//! process's name: binding it is exclusive, and it vanishes with the process.

use napi_derive::napi;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

#[derive(Default)]
struct Gate {
    occupied: bool,
    last_end: Option<Instant>,
}

static GATE: Mutex<Gate> = Mutex::new(Gate { occupied: false, last_end: None });

/// Whether a capture may begin.
#[napi(string_enum = "camelCase")]
#[derive(PartialEq)]
pub enum Admission {
    /// It may, and holds the gate until it leaves.
    Granted,
    /// Another capture runs.
    Running,
    /// The last one has ended too short a time ago.
    CoolingDown,
}

/// A capture's place in the process. Left at the latest when JavaScript's environment ends.
#[napi]
#[derive(Default)]
pub struct CapturePass {
    held: Option<name::Claim>,
}

#[napi]
impl CapturePass {
    /// Not entered yet.
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Enters, unless a capture runs or has ended less than `cooldown_ms` ago.
    #[napi]
    pub fn enter(&mut self, cooldown_ms: f64) -> Admission {
        let mut gate = GATE.lock().unwrap_or_else(PoisonError::into_inner);
        if gate.occupied {
            return Admission::Running;
        }
        if remaining(&gate, cooldown_ms) > 0.0 {
            return Admission::CoolingDown;
        }
        match name::claim() {
            Ok(claim) => self.held = Some(claim),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Admission::Running,
            // Where there are no sockets the flag alone has to do.
            Err(_) => self.held = Some(name::Claim::default()),
        }
        gate.occupied = true;
        Admission::Granted
    }

    /// Milliseconds until a capture with this cooldown may begin.
    #[napi]
    pub fn remaining(cooldown_ms: f64) -> f64 {
        remaining(&GATE.lock().unwrap_or_else(PoisonError::into_inner), cooldown_ms)
    }

    /// Leaves. The cooldown counts from the last that `has_captured`. Harmless when repeated.
    #[napi]
    pub fn leave(&mut self, has_captured: bool) {
        let mut gate = GATE.lock().unwrap_or_else(PoisonError::into_inner);
        if self.held.take().is_some() {
            gate.occupied = false;
            if has_captured {
                gate.last_end = Some(Instant::now());
            }
        }
    }
}

impl Drop for CapturePass {
    fn drop(&mut self) {
        self.leave(true);
    }
}

fn remaining(gate: &Gate, cooldown_ms: f64) -> f64 {
    let elapsed = gate.last_end.map_or(Duration::MAX, |end| end.elapsed());
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
