//! What answers need and loading does not: made when first asked for, kept with the snapshot.

use crate::display::Ropes;
use crate::error::Result;
use crate::query::native_contexts::NativeContexts;
use crate::query::routes::Routes;
use crate::query::scripts::Scripts;
use std::sync::OnceLock;

/// Derived tables, each empty until a question needs it.
#[derive(Debug, Default)]
pub(crate) struct Lazy {
    pub(crate) ropes: OnceLock<Ropes>,
    pub(crate) scripts: OnceLock<Scripts>,
    pub(crate) routes: OnceLock<Routes>,
    pub(crate) native_contexts: OnceLock<NativeContexts>,
}

impl Lazy {
    /// Bytes of memory held.
    pub(crate) fn memory(&self) -> usize {
        self.ropes.get().map_or(0, Ropes::memory)
            + self.scripts.get().map_or(0, Scripts::memory)
            + self.routes.get().map_or(0, Routes::memory)
            + self.native_contexts.get().map_or(0, NativeContexts::memory)
    }
}

/// The cell's value, made by `make` when it is empty. A cancelled `make` leaves it empty.
pub(crate) fn get_or_make<T>(cell: &OnceLock<T>, make: impl FnOnce() -> Result<T>) -> Result<&T> {
    if let Some(value) = cell.get() {
        return Ok(value);
    }
    let value = make()?;
    Ok(cell.get_or_init(|| value))
}
