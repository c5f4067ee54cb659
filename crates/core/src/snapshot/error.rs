//! The one error type: the kind of failure, its section and byte offset, what was expected and what was found.

use serde::{Serialize, Serializer, ser::SerializeStruct};
use std::fmt;

/// Result of everything here that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// What kind of failure it is. The names of [`Code::as_str`] are API and never change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Code {
    /// No bytes at all.
    Empty,
    /// Not a V8 heap snapshot.
    NotASnapshot,
    /// The input ends too early.
    Truncated,
    /// Not JSON.
    Syntax,
    /// A part of the header is missing or has the wrong type.
    Header,
    /// A section is missing or repeated.
    Section,
    /// Two counts do not agree.
    Count,
    /// An index or number is out of range.
    Range,
    /// More than this build can hold, or more than the caller allows.
    TooLarge,
    /// The compressed stream is damaged.
    Compression,
    /// The allocator had no memory.
    OutOfMemory,
    /// No node has the requested id.
    NoSuchNode,
    /// The question is invalid.
    InvalidQuery,
    /// The caller raised the cancel flag.
    Cancelled,
}

impl Code {
    /// The stable name, for programs to compare.
    pub const fn as_str(self) -> &'static str {
        match self {
            Code::Empty => "ERR_EMPTY",
            Code::NotASnapshot => "ERR_NOT_A_SNAPSHOT",
            Code::Truncated => "ERR_TRUNCATED",
            Code::Syntax => "ERR_SYNTAX",
            Code::Header => "ERR_HEADER",
            Code::Section => "ERR_SECTION",
            Code::Count => "ERR_COUNT",
            Code::Range => "ERR_RANGE",
            Code::TooLarge => "ERR_TOO_LARGE",
            Code::Compression => "ERR_COMPRESSION",
            Code::OutOfMemory => "ERR_OUT_OF_MEMORY",
            Code::NoSuchNode => "ERR_NO_SUCH_NODE",
            Code::InvalidQuery => "ERR_INVALID_QUERY",
            Code::Cancelled => "ERR_CANCELLED",
        }
    }
}

/// A failure with its position. One pointer wide, so that `Result<u32>` stays cheap in hot loops.
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    code: Code,
    section: Option<String>,
    offset: Option<u64>,
    expected: String,
    found: String,
}

impl Error {
    /// A failure of kind `code`: `expected` and `found` complete "expected …, found …".
    #[cold]
    pub fn new(code: Code, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Error(Box::new(Inner { code, section: None, offset: None, expected: expected.into(), found: found.into() }))
    }

    /// Adds the section, unless an inner layer named one already.
    #[cold]
    pub fn in_section(mut self, section: &str) -> Self {
        self.0.section.get_or_insert_with(|| section.to_owned());
        self
    }

    /// Adds the byte offset into the uncompressed input.
    #[cold]
    pub fn at(mut self, offset: u64) -> Self {
        self.0.offset.get_or_insert(offset);
        self
    }

    /// The caller cancelled.
    #[cold]
    pub fn cancelled() -> Self {
        Error::new(Code::Cancelled, "the work to go on", "a cancelled job")
    }

    /// The allocator refused `bytes` more bytes.
    #[cold]
    pub fn out_of_memory(bytes: usize) -> Self {
        Error::new(Code::OutOfMemory, format!("{bytes} bytes of memory"), "none left")
    }

    /// What kind of failure it is.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The section of the snapshot in which it happened.
    pub fn section(&self) -> Option<&str> {
        self.0.section.as_deref()
    }

    /// Byte offset into the uncompressed input.
    pub fn offset(&self) -> Option<u64> {
        self.0.offset
    }

    /// What was expected.
    pub fn expected(&self) -> &str {
        &self.0.expected
    }

    /// What was found instead.
    pub fn found(&self) -> &str {
        &self.0.found
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(section) = self.section() {
            write!(f, "{section}: ")?;
        }
        write!(f, "expected {}, found {}", self.expected(), self.found())?;
        if let Some(offset) = self.offset() {
            write!(f, " at byte {offset}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {self}", self.code().as_str())
    }
}

impl std::error::Error for Error {}

/// As in the query protocol: `code`, `message`, `section`, `offset`, `expected`, `found`.
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut failure = serializer.serialize_struct("Error", 6)?;
        failure.serialize_field("code", self.code().as_str())?;
        failure.serialize_field("message", &self.to_string())?;
        failure.serialize_field("section", &self.section())?;
        failure.serialize_field("offset", &self.offset())?;
        failure.serialize_field("expected", self.expected())?;
        failure.serialize_field("found", self.found())?;
        failure.end()
    }
}
