//! The host's functions that the module calls.

use heapray_core::Progress;
use std::panic::PanicHookInfo;
use std::sync::Once;

#[link(wasm_import_module = "host")]
unsafe extern "C" {
    /// Told the progress of the current phase, given by name. Cancels the work by any number but 0.
    safe fn watch(phase: *const u8, phase_length: usize, done: f64, total: f64) -> u32;
    /// Told the text of a panic, after which the module traps.
    safe fn panicked(text: *const u8, length: usize);
}

/// Progress that JavaScript follows and can cancel.
pub(crate) fn watched_progress() -> Progress {
    Progress::observed(|progress| {
        let (phase, done, total) = progress.read();
        let name = phase.as_str();
        if watch(name.as_ptr(), name.len(), done as f64, total as f64) != 0 {
            progress.cancel();
        }
    })
}

/// Passes the text of panics to the host.
pub(crate) fn report_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|info: &PanicHookInfo<'_>| {
            let text = info.to_string();
            panicked(text.as_ptr(), text.len());
        }));
    });
}
