//! Rows → the text of an answer, which is never longer than JavaScript can hold.

use crate::error::{Code, Error, Result};
use crate::ids::NodeIx;
use crate::snapshot::Snapshot;
use std::io::{self, Write};

/// Most bytes of an answer: V8's strings end at 2^29 - 24 units.
const MOST_BYTES: usize = 500_000_000;

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
        if self.text.len().saturating_add(more) > MOST_BYTES {
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

/// Refuses to make rows whose names alone would not fit: a hundred thousand nodes may share one name
/// of a megabyte, and each row has its own copy.
pub(crate) fn check_names(snapshot: &Snapshot, nodes: &[NodeIx]) -> Result<()> {
    let classes = snapshot.classes();
    check_lengths(nodes.iter().map(|&node| snapshot.name(node).len() + classes.get(classes.of(node)).name.0.len()))
}

/// The same for names of these lengths.
pub(crate) fn check_lengths(lengths: impl Iterator<Item = usize>) -> Result<()> {
    let sum = lengths.fold(0, usize::saturating_add);
    if sum > MOST_BYTES { Err(too_long()) } else { Ok(()) }
}

#[cold]
fn too_long() -> Error {
    Error::new(Code::TooLarge, format!("an answer of at most {MOST_BYTES} bytes"), "a longer one; ask for fewer rows")
}
