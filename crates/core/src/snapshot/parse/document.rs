//! Bytes → sections: the top-level object of a snapshot, member by member, in any order.
//!
//! Sections that come before the header they need (V8 always writes it first) are kept as text and read
//! after it. Members with other names are skipped and reported.

use super::number::unexpected;
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::schema::Schema;

/// Consumes the sections: into columns for the analysis, or into text for the redactor.
pub trait Sections {
    /// Reads the section that is open.
    type Reader: std::fmt::Debug;

    /// What to do with a section when its value begins.
    fn action(&self, name: &str, schema: Option<&Schema>) -> Action;
    /// Called after the header.
    fn header(&mut self, schema: &Schema) -> Result<()>;
    /// Opens a section that [`Sections::action`] wants to read.
    fn open(&mut self, opening: Opening<'_>) -> Result<Self::Reader>;
    /// Takes the chunk that starts at `offset`. Returns how many bytes belonged to the section and
    /// whether its closing bracket was among them.
    fn push(&mut self, reader: &mut Self::Reader, chunk: &[u8], offset: u64) -> Result<(usize, bool)>;
    /// Called at the end of the section.
    fn close(&mut self, reader: Self::Reader) -> Result<()>;
}

/// What to do with a section.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    Read,
    /// Kept as text until the sections that it needs were read.
    Wait,
    Skip,
}

/// A section that opens, with the data known so far.
pub struct Opening<'a> {
    pub name: &'a str,
    pub(crate) schema: Option<&'a Schema>,
    /// Bytes of input from here on, if known.
    bytes: Option<u64>,
}

impl<'a> Opening<'a> {
    /// The number of records that the header claims, limited by the input: a number takes two bytes.
    pub(crate) fn max_records(&self, claimed: Option<u64>, fields: usize) -> usize {
        match (claimed, self.bytes) {
            (Some(claimed), Some(bytes)) => claimed.min(bytes / (2 * fields as u64)) as usize,
            // The input's size is unknown: grow on demand.
            _ => 0,
        }
    }

    /// The header, which precedes any section that needs it.
    pub fn header(&self) -> Result<&'a Schema> {
        self.schema.ok_or_else(|| self.undeclared())
    }

    /// The header does not say what the section's numbers mean.
    #[cold]
    pub(crate) fn undeclared(&self) -> Error {
        Error::new(Code::Header, format!("the fields of {}", self.name), "none")
    }
}

/// The document without the contents of its sections.
#[derive(Debug, Default)]
pub struct Outline {
    pub schema: Option<Schema>,
    pub skipped: Vec<String>,
    /// Byte offset at which each section's value starts.
    offsets: Vec<(String, u64)>,
    /// Bytes of input.
    pub end: u64,
}

impl Outline {
    pub fn offset_of(&self, section: &str) -> u64 {
        self.offsets.iter().find(|(name, _)| name == section).map_or(0, |&(_, offset)| offset)
    }
}

#[derive(Debug)]
enum State<R> {
    Start,
    /// A key, or the end if no comma came before.
    Key {
        first: bool,
    },
    InKey,
    Colon,
    Value,
    /// The `[` of a section.
    Open,
    Inside(R),
    /// A value to skip or to keep as text.
    Capture(Capture),
    Comma,
    Done,
}

/// Follows one JSON value to its end without recursion.
#[derive(Debug, Default)]
struct Capture {
    depth: u64,
    in_string: bool,
    escaped: bool,
    /// A number or a word, which ends at the first other character.
    bare: bool,
    text: Option<Vec<u8>>,
}

/// The top-level state machine.
#[derive(Debug)]
pub struct Document<S: Sections> {
    state: State<S::Reader>,
    key: Vec<u8>,
    value_offset: u64,
    size_hint: Option<u64>,
    /// Sections that came before those they need, with their offsets.
    early: Vec<(String, u64, Vec<u8>)>,
    outline: Outline,
    /// Names of all members, for errors.
    seen: Vec<String>,
    pub(crate) sections: S,
}

const MAX_KEY: usize = 256;

impl<S: Sections> Document<S> {
    pub fn new(sections: S, size_hint: Option<u64>) -> Self {
        Self {
            state: State::Start,
            key: Vec::new(),
            value_offset: 0,
            size_hint,
            early: Vec::new(),
            outline: Outline::default(),
            seen: Vec::new(),
            sections,
        }
    }

    /// Takes the chunk that starts at `offset`.
    pub(crate) fn push(&mut self, chunk: &[u8], offset: u64) -> Result<()> {
        self.read(chunk, offset).map_err(|error| self.blame_format(error))
    }

    fn read(&mut self, chunk: &[u8], offset: u64) -> Result<()> {
        let mut at = 0;
        while at < chunk.len() {
            let here = offset + at as u64;
            match &mut self.state {
                State::Inside(reader) => {
                    let (used, done) = self.sections.push(reader, &chunk[at..], here)?;
                    at += used;
                    if done {
                        self.close_section()?;
                    }
                }
                State::Capture(capture) => {
                    let (used, done) =
                        capture.push(&chunk[at..], here).map_err(|error| error.in_section(&key_text(&self.key)))?;
                    at += used;
                    if done {
                        self.close_capture()?;
                    }
                }
                _ => {
                    // A bare value starts with this byte, so it is not consumed here.
                    if self.byte(chunk[at], here)? {
                        at += 1;
                    }
                }
            }
        }
        Ok(())
    }

    /// Takes one byte between the sections. False if it has to be read again.
    #[inline(never)]
    fn byte(&mut self, byte: u8, offset: u64) -> Result<bool> {
        if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') && !matches!(self.state, State::InKey) {
            return Ok(true);
        }
        match (&self.state, byte) {
            (State::Start, b'{') => self.state = State::Key { first: true },
            (State::Start, _) => return Err(not_a_snapshot(byte).at(offset)),
            (State::Key { .. }, b'"') => {
                self.key.clear();
                self.state = State::InKey;
            }
            (State::Key { first: true }, b'}') => self.state = State::Done,
            (State::InKey, b'"') => self.state = State::Colon,
            (State::InKey, _) if self.key.len() < MAX_KEY => self.key.push(byte),
            (State::Colon, b':') => self.state = State::Value,
            (State::Value, _) => {
                self.value_offset = offset;
                self.open_value(offset)?;
                return Ok(false);
            }
            (State::Open, b'[') => {
                self.state = State::Inside(self.open_section()?);
            }
            (State::Open, _) => {
                return Err(unexpected("an array", byte).at(offset).in_section(&key_text(&self.key)));
            }
            (State::Comma, b',') => self.state = State::Key { first: false },
            (State::Comma, b'}') => self.state = State::Done,
            (State::InKey, _) => {
                return Err(Error::new(Code::NotASnapshot, "the name of a section", "a longer text").at(offset));
            }
            (State::Key { .. }, _) => return Err(unexpected("the name of a section", byte).at(offset)),
            (State::Colon, _) => return Err(unexpected("':'", byte).at(offset)),
            (State::Comma, _) => return Err(unexpected("',' or '}'", byte).at(offset)),
            (State::Done, _) => return Err(unexpected("nothing after the snapshot", byte).at(offset)),
            (State::Inside(_) | State::Capture(_), _) => {}
        }
        Ok(true)
    }

    /// Decides how to handle the member whose value starts at `offset`.
    fn open_value(&mut self, offset: u64) -> Result<()> {
        let name = key_text(&self.key);
        if self.seen.contains(&name) && SECTIONS.contains(&name.as_str()) {
            return Err(Error::new(Code::Section, "each section once", format!("\"{name}\" again"))
                .at(offset)
                .in_section(&name));
        }
        // Known sections are always remembered, because they may not be repeated.
        if self.seen.len() < MAX_MEMBERS || SECTIONS.contains(&name.as_str()) {
            self.seen.push(name.clone());
            self.outline.offsets.push((name.clone(), offset));
        }
        let capture = |keep: bool| State::Capture(Capture { text: keep.then(Vec::new), ..Capture::default() });
        self.state = if name == "snapshot" {
            capture(true)
        } else {
            match self.action(&name) {
                Action::Read => State::Open,
                Action::Wait => capture(true),
                Action::Skip => self.skip(&name),
            }
        };
        Ok(())
    }

    fn action(&self, name: &str) -> Action {
        self.sections.action(name, self.outline.schema.as_ref())
    }

    fn skip(&mut self, name: &str) -> State<S::Reader> {
        if self.outline.skipped.len() < MAX_MEMBERS {
            self.outline.skipped.push(format!("section {name}"));
        }
        State::Capture(Capture::default())
    }

    fn open_section(&mut self) -> Result<S::Reader> {
        let bytes = self.size_hint.map(|size| size.saturating_sub(self.value_offset));
        let name = key_text(&self.key);
        self.sections.open(Opening { name: &name, schema: self.outline.schema.as_ref(), bytes })
    }

    fn close_section(&mut self) -> Result<()> {
        match std::mem::replace(&mut self.state, State::Comma) {
            State::Inside(reader) => self.sections.close(reader),
            _ => Ok(()),
        }
    }

    #[inline(never)]
    fn close_capture(&mut self) -> Result<()> {
        let State::Capture(capture) = std::mem::replace(&mut self.state, State::Comma) else { return Ok(()) };
        let Some(text) = capture.text else { return Ok(()) };
        if self.key != b"snapshot" {
            self.early.push((key_text(&self.key), self.value_offset, text));
            return Ok(());
        }
        let schema = Schema::parse(&text).map_err(|error| error.at(self.value_offset))?;
        self.outline.skipped.extend(schema.unknown_types());
        self.outline.skipped.extend(schema.unknown_fields());
        self.sections.header(&schema)?;
        self.outline.schema = Some(schema);
        for early in std::mem::take(&mut self.early) {
            if self.action(&early.0) == Action::Wait {
                self.early.push(early);
            } else {
                self.replay(early)?;
            }
        }
        Ok(())
    }

    /// Reads, or skips, a section that was kept as text.
    fn replay(&mut self, (name, offset, text): (String, u64, Vec<u8>)) -> Result<()> {
        let key = std::mem::replace(&mut self.key, name.clone().into_bytes());
        let value_offset = std::mem::replace(&mut self.value_offset, offset);
        self.state = if self.action(&name) == Action::Skip { self.skip(&name) } else { State::Open };
        self.read(&text, offset)?;
        if !matches!(self.state, State::Comma) {
            return Err(Error::new(Code::Syntax, "an array", "something else").at(offset).in_section(&name));
        }
        (self.key, self.value_offset) = (key, value_offset);
        Ok(())
    }

    /// Reads the sections that are still waiting, first those that need nothing else.
    fn replay_rest(&mut self) -> Result<()> {
        while !self.early.is_empty() {
            let ready = self.early.iter().position(|(name, ..)| self.action(name) != Action::Wait);
            let next = self.early.remove(ready.unwrap_or(0));
            self.replay(next)?;
        }
        Ok(())
    }

    /// Ends the input of `length` bytes.
    pub(crate) fn finish(mut self, length: u64) -> Result<(Outline, S)> {
        if !matches!(self.state, State::Done) {
            return Err(self.blame_format(self.truncated(length)));
        }
        if self.outline.schema.is_none() {
            return Err(self.another_object());
        }
        self.outline.end = length;
        self.replay_rest()?;
        self.outline.skipped.dedup();
        Ok((self.outline, self.sections))
    }

    fn truncated(&self, length: u64) -> Error {
        let section = match self.state {
            State::Start if length == 0 => return Error::new(Code::Empty, "a heap snapshot", "no bytes at all").at(0),
            State::Start => return Error::new(Code::NotASnapshot, "'{'", "nothing but white space").at(length),
            State::Open | State::Inside(_) | State::Capture(_) => key_text(&self.key),
            _ => String::new(),
        };
        let error = Error::new(Code::Truncated, "the rest of the snapshot", "the end of the input").at(length);
        if section.is_empty() { error } else { error.in_section(&section) }
    }

    /// Text that is damaged before any key of a snapshot is another format: a log of JSON lines, RTF.
    #[cold]
    fn blame_format(&self, error: Error) -> Error {
        let is_something = self.seen.iter().any(|name| SECTIONS.contains(&name.as_str()));
        match error.code() {
            _ if is_something => error,
            Code::Syntax if self.seen.is_empty() => {
                Error::new(Code::NotASnapshot, error.expected(), error.found()).at(error.offset().unwrap_or(0))
            }
            Code::Syntax => self.another_object(),
            Code::Truncated if !self.seen.is_empty() => self.another_object(),
            _ => error,
        }
    }

    #[cold]
    fn another_object(&self) -> Error {
        let expected = "a V8 heap snapshot (with \"snapshot\", \"nodes\", \"edges\", \"strings\")";
        Error::new(Code::NotASnapshot, expected, self.likely()).at(0)
    }

    /// A guess what an object without a header is.
    fn likely(&self) -> String {
        let has = |name: &str| self.seen.iter().any(|seen| seen == name);
        let kind = if has("head") {
            "a sampling heap profile (.heapprofile)"
        } else if has("timeDeltas") || has("startTime") {
            "a CPU profile (.cpuprofile)"
        } else if has("nodeClassNames") || has("edgeNames") {
            "a JavaScriptCore heap snapshot; take it with Bun.generateHeapSnapshot(\"v8\")"
        } else if has("traceEvents") {
            "a trace (.json of the Performance panel)"
        } else if self.seen.is_empty() {
            "an empty object"
        } else {
            return format!(
                "an object with {}",
                self.seen.iter().take(5).map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
            );
        };
        kind.to_owned()
    }
}

/// The members of a snapshot that heapray reads, in the order of V8. A second one of the same name is an error.
pub const SECTIONS: [&str; 11] = [
    "snapshot",
    "nodes",
    "edges",
    "trace_function_infos",
    "trace_tree",
    "samples",
    "locations",
    "scopes",
    "scope_context_vars",
    "scope_uses",
    "strings",
];
/// Names kept for reports.
const MAX_MEMBERS: usize = 64;

fn key_text(key: &[u8]) -> String {
    String::from_utf8_lossy(key).into_owned()
}

#[cold]
fn not_a_snapshot(byte: u8) -> Error {
    let found = match byte {
        0xff | 0xfe => "UTF-16 text; write the file as bytes, not through a shell's redirection".to_owned(),
        b'[' => "an array".to_owned(),
        b'<' => "markup".to_owned(),
        0x21..=0x7e => format!("'{}'", byte as char),
        _ => format!("byte 0x{byte:02x}"),
    };
    Error::new(Code::NotASnapshot, "a V8 heap snapshot, which starts with '{'", found)
}

impl Capture {
    fn push(&mut self, chunk: &[u8], offset: u64) -> Result<(usize, bool)> {
        for (at, &byte) in chunk.iter().enumerate() {
            if self.bare && matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r') {
                self.keep(&chunk[..at])?;
                return Ok((at, true));
            }
            let done = self.byte(byte).map_err(|error| error.at(offset + at as u64))?;
            if done {
                self.keep(&chunk[..=at])?;
                return Ok((at + 1, true));
            }
        }
        self.keep(chunk)?;
        Ok((chunk.len(), false))
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<()> {
        if let Some(text) = &mut self.text {
            text.try_reserve(bytes.len()).map_err(|_| Error::out_of_memory(bytes.len()))?;
            text.extend_from_slice(bytes);
        }
        Ok(())
    }

    fn byte(&mut self, byte: u8) -> Result<bool> {
        if self.in_string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => {
                    self.in_string = false;
                    return Ok(self.depth == 0);
                }
                _ => {}
            }
            return Ok(false);
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' if self.depth == 0 => return Err(unexpected("a value", byte)),
            b'}' | b']' => {
                self.depth -= 1;
                return Ok(self.depth == 0);
            }
            b'-' | b'0'..=b'9' | b'a'..=b'z' => self.bare = self.depth == 0,
            b' ' | b'\t' | b'\n' | b'\r' => {}
            b',' | b':' | b'+' | b'.' | b'E' if self.depth > 0 || self.bare => {}
            _ => return Err(unexpected("JSON", byte)),
        }
        Ok(false)
    }
}
