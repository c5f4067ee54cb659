//! Rows → the text of an answer, which is never longer than JavaScript can hold.

use crate::snapshot::error::{Code, Error, Result};
use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Most bytes of an answer: V8's strings end at 2^29 - 24 units.
const MAX_BYTES: usize = 500_000_000;

/// The text of an answer under construction. The error that ended it waits in `failed`.
#[derive(Default)]
pub(crate) struct Limited {
    text: Vec<u8>,
    pub(crate) failed: Option<Error>,
}

impl Limited {
    pub(crate) fn finish(self) -> Result<String> {
        String::from_utf8(self.text)
            .map_err(|error| Error::new(Code::InvalidQuery, "an answer that JSON can say", error.to_string()))
    }

    fn room_for(&mut self, more: usize) -> Result<()> {
        if self.text.len().saturating_add(more) > MAX_BYTES {
            return Err(too_long());
        }
        self.text.try_reserve(more).map_err(|_| Error::out_of_memory(more))
    }
}

impl Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Err(error) = self.room_for(bytes.len()) {
            self.failed = Some(error);
            return Err(io::Error::other("no room for the answer"));
        }
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How much text the rows of an answer may still hold. All rows exist before the first is written: a hundred
/// thousand may have the same name of a megabyte, each in a copy of its own.
#[derive(Debug)]
pub(crate) struct Allowance(AtomicUsize);

impl Default for Allowance {
    fn default() -> Self {
        Self(AtomicUsize::new(MAX_BYTES))
    }
}

impl Allowance {
    /// Counts text that is about to be made.
    ///
    /// # Errors
    /// [`Code::TooLarge`] when the answer would not fit.
    pub(crate) fn take(&self, bytes: usize) -> Result<()> {
        let rest = self.0.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(bytes));
        rest.map(drop).map_err(|_| too_long())
    }
}

#[cold]
fn too_long() -> Error {
    Error::new(Code::TooLarge, format!("an answer of at most {MAX_BYTES} bytes"), "a longer one; ask for fewer rows")
}
