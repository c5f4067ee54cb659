//! Bytes per kind, as in DevTools' statistics pie.

use serde::Serialize;

/// Bytes outside V8's heap.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NativeStatistics {
    /// Native nodes and what V8 counted outside the heap.
    pub total: u64,
    /// Backing stores of ArrayBuffers.
    pub typed_arrays: u64,
}

/// Bytes in V8's heap.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HeapStatistics {
    /// All of it.
    pub total: u64,
    /// Code nodes.
    pub code: u64,
    /// Arrays with their elements.
    pub js_arrays: u64,
    /// Strings of every kind.
    pub strings: u64,
    /// Hidden nodes.
    pub system: u64,
}

/// Bytes per kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Statistics {
    /// Everything.
    pub total: u64,
    /// Outside V8's heap.
    pub native: NativeStatistics,
    /// In V8's heap.
    pub v8heap: HeapStatistics,
}
