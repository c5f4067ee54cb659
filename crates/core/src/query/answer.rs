//! Rows → the text of an answer, limited to what a JavaScript string can hold.

use crate::snapshot::error::{Code, Error, Result};
use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The most bytes of an answer: V8's strings have at most 2^29 - 24 units.
const MAX_BYTES: usize = 500_000_000;

/// The text of an answer under construction. `failed` has the error that ended it.
#[derive(Default)]
pub(crate) struct Limited {
    text: Vec<u8>,
    pub(crate) failed: Option<Error>,
}

impl Limited {
    pub(crate) fn finish(self) -> Result<String> {
        String::from_utf8(self.text)
            .map_err(|error| Error::new(Code::InvalidQuery, "an answer that JSON can represent", error.to_string()))
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
            return Err(io::Error::other("no memory for the answer"));
        }
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The bytes of text that the rows of an answer may still have. All rows exist before the first is written: a hundred
/// thousand may have copies of the same name of a megabyte.
#[derive(Debug)]
pub(crate) struct Allowance(AtomicUsize);

impl Default for Allowance {
    fn default() -> Self {
        Self(AtomicUsize::new(MAX_BYTES))
    }
}

impl Allowance {
    /// Counts text that is about to be allocated.
    ///
    /// # Errors
    /// [`Code::TooLarge`] if the answer would be too long.
    pub(crate) fn take(&self, bytes: usize) -> Result<()> {
        let rest = self.0.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(bytes));
        rest.map(drop).map_err(|_| too_long())
    }
}

#[cold]
fn too_long() -> Error {
    Error::new(Code::TooLarge, format!("an answer of at most {MAX_BYTES} bytes"), "a longer one; ask for fewer rows")
}
