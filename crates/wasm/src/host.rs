//! What the module calls: JavaScript that watches, and that is told of a bug.

use heapray_core::Progress;
use std::panic::PanicHookInfo;
use std::sync::Once;

#[link(wasm_import_module = "host")]
unsafe extern "C" {
    /// Where the work is, its phase by name. Not 0: it is to end.
    safe fn watch(phase: *const u8, phase_length: usize, done: f64, total: f64) -> u32;
    /// A panic's text. The module traps next.
    safe fn panicked(text: *const u8, length: usize);
}

/// Progress that JavaScript is shown, and can end, whenever the work looks up from its loop.
pub(crate) fn watched_progress() -> Progress {
    Progress::observed(|progress| {
        let (phase, done, total) = progress.read();
        let name = phase.as_str();
        if watch(name.as_ptr(), name.len(), done as f64, total as f64) != 0 {
            progress.cancel();
        }
    })
}

/// Has panics told to the host before they end the instance.
pub(crate) fn report_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|info: &PanicHookInfo<'_>| {
            let text = info.to_string();
            panicked(text.as_ptr(), text.len());
        }));
    });
}
