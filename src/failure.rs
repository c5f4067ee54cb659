//! The reasons why a job fails, as the JSON from which `lib/api/errors.js` makes an error of the caller's realm.

use serde_json::{Value, json};
use std::any::Any;
use std::panic;
use std::path::PathBuf;
use std::sync::{Mutex, Once, PoisonError};

/// Where the last panic happened. Its payload does not tell, and another thread may catch it.
static PLACE: Mutex<Option<String>> = Mutex::new(None);

/// Records the place of each panic for [`Failure::from_panic`]. No other library of the process sees the hook, because
/// the standard library is linked into the addon.
pub fn record_panic_places() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            *PLACE.lock().unwrap_or_else(PoisonError::into_inner) = panic.location().map(ToString::to_string);
            previous(panic);
        }));
    });
}

/// Why a job failed.
#[derive(Debug)]
pub enum Failure {
    /// An error of the core.
    Core(heapray_core::Error),
    /// An error of the system about the input.
    Io(std::io::Error),
    /// An error of the system about the file that is written.
    Write(std::io::Error, PathBuf),
    /// The snapshot or the parser was closed.
    Closed,
    /// A bug: the message of the panic and its place in the source.
    Panic(String),
}

impl Failure {
    /// The failure of a caught panic.
    pub fn from_panic(payload: Box<dyn Any + Send>) -> Self {
        let text = payload
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| payload.downcast_ref::<&str>().copied())
            .unwrap_or("a panic without a message");
        let place = PLACE.lock().unwrap_or_else(PoisonError::into_inner).take();
        Failure::Panic(place.map_or_else(|| text.to_owned(), |place| format!("{text} ({place})")))
    }

    fn to_json(&self) -> Value {
        match self {
            Failure::Core(error) => json!(error),
            Failure::Io(error) => json!({
                "code": "ERR_IO",
                "errno": error.raw_os_error(),
                "message": error.to_string(),
            }),
            Failure::Write(error, path) => json!({
                "code": "ERR_IO",
                "errno": error.raw_os_error(),
                "message": error.to_string(),
                "writing": path.to_string_lossy(),
            }),
            Failure::Closed => json!({ "code": "ERR_CLOSED", "message": "the snapshot was closed" }),
            Failure::Panic(text) => json!({ "code": "ERR_INTERNAL", "message": text }),
        }
    }
}

impl From<heapray_core::Error> for Failure {
    fn from(error: heapray_core::Error) -> Self {
        Failure::Core(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Failure::Io(error)
    }
}

impl From<Failure> for napi::Error {
    fn from(failure: Failure) -> Self {
        napi::Error::from_reason(failure.to_json().to_string())
    }
}
