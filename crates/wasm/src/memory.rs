//! The allocator, which keeps the size of a refused allocation: a trap does not tell it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

struct Remembering {
    refused: AtomicUsize,
}

#[global_allocator]
static ALLOCATOR: Remembering = Remembering { refused: AtomicUsize::new(0) };

/// Bytes of the last allocation refused since [`forget`], 0 when none was.
pub(crate) fn refused() -> usize {
    ALLOCATOR.refused.load(Relaxed)
}

/// Called at the start of each call.
pub(crate) fn forget() {
    ALLOCATOR.refused.store(0, Relaxed);
}

impl Remembering {
    fn remember(&self, start: *mut u8, bytes: usize) -> *mut u8 {
        if start.is_null() {
            self.refused.store(bytes, Relaxed);
        }
        start
    }
}

// SAFETY: every method passes the caller's arguments to the system's allocator and its result back
// unchanged, so the contract is kept by whoever keeps that one's.
unsafe impl GlobalAlloc for Remembering {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        self.remember(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        self.remember(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn realloc(&self, start: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        self.remember(unsafe { System.realloc(start, layout, size) }, size)
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(start, layout) }
    }
}
