//! Bytes → sections: the top-level object of a snapshot, member by member, in any order.
//!
//! Sections that need the header before it has come (V8 always writes it first) are kept as text
//! and read when it has. Members with other names are skipped and reported.

use super::number::unexpected;
use super::records::Records;
use super::rows::{FunctionRows, LocationRows, RowTable, SampleRows};
use super::tables::{EdgeTable, NodeTable};
use super::text::StringScanner;
use super::trace_tree::TreeScanner;
use crate::columns::{Edges, Locations, Nodes};
use crate::error::{Code, Error, Result};
use crate::schema::Schema;
use crate::strings::Strings;
use crate::trace::{Allocations, Sample};

/// What has been read so far; `None` where the section has not come.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    pub(crate) schema: Option<Schema>,
    pub(crate) nodes: Option<Nodes>,
    pub(crate) edges: Option<Edges>,
    pub(crate) strings: Option<Strings>,
    pub(crate) locations: Option<LocationRows>,
    pub(crate) samples: Vec<Sample>,
    pub(crate) allocations: Allocations,
    pub(crate) skipped: Vec<String>,
    /// Byte offset at which each section's value starts.
    pub(crate) offsets: Vec<(String, u64)>,
}

impl Parts {
    pub(crate) fn offset_of(&self, section: &str) -> u64 {
        self.offsets.iter().find(|(name, _)| name == section).map_or(0, |&(_, offset)| offset)
    }
}

/// Reader of the section that is open.
#[derive(Debug)]
enum Section {
    Nodes(Box<Records<NodeTable>>),
    Edges(Box<Records<EdgeTable>>),
    Locations(Box<Records<RowTable<LocationRows>>>),
    Samples(Box<Records<RowTable<SampleRows>>>),
    Functions(Box<Records<RowTable<FunctionRows>>>),
    Tree(Box<TreeScanner>),
    Strings(Box<StringScanner>),
}

#[derive(Debug)]
enum State {
    Start,
    /// A key, or the end when nothing or no comma came before.
    Key {
        first: bool,
    },
    InKey,
    Colon,
    Value,
    /// The `[` of a section.
    Open,
    Inside(Section),
    /// A value that is skipped, or kept as text.
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
    /// A number or a word, which ends where something else begins.
    bare: bool,
    text: Option<Vec<u8>>,
}

/// The top-level state machine.
#[derive(Debug)]
pub(crate) struct Document {
    state: State,
    key: Vec<u8>,
    value_offset: u64,
    size_hint: Option<u64>,
    /// Sections that came before the header, with their offsets.
    early: Vec<(String, u64, Vec<u8>)>,
    pub(crate) parts: Parts,
    /// Names of all members, for errors.
    seen: Vec<String>,
}

const LONGEST_KEY: usize = 256;

impl Document {
    pub(crate) fn new(size_hint: Option<u64>) -> Self {
        Self {
            state: State::Start,
            key: Vec::new(),
            value_offset: 0,
            size_hint,
            early: Vec::new(),
            parts: Parts::default(),
            seen: Vec::new(),
        }
    }

    /// Takes the chunk that starts at `offset`.
    pub(crate) fn push(&mut self, chunk: &[u8], offset: u64) -> Result<()> {
        let mut at = 0;
        while at < chunk.len() {
            let here = offset + at as u64;
            match &mut self.state {
                State::Inside(section) => {
                    let (used, done) = section.push(&chunk[at..], here)?;
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
                    // A bare value starts with the byte looked at, so it is not consumed here.
                    if self.byte(chunk[at], here)? {
                        at += 1;
                    }
                }
            }
        }
        Ok(())
    }

    /// One byte between the sections. False when it has to be looked at again.
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
            (State::InKey, _) if self.key.len() < LONGEST_KEY => self.key.push(byte),
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

    /// Decides what becomes of the member whose value starts at `offset`.
    fn open_value(&mut self, offset: u64) -> Result<()> {
        let name = key_text(&self.key);
        if self.seen.contains(&name) && KNOWN.contains(&name.as_str()) {
            return Err(Error::new(Code::Section, "each section once", format!("\"{name}\" again"))
                .at(offset)
                .in_section(&name));
        }
        if self.seen.len() < MOST_MEMBERS {
            self.seen.push(name.clone());
        }
        self.parts.offsets.push((name.clone(), offset));
        let capture = |keep: bool| State::Capture(Capture { text: keep.then(Vec::new), ..Capture::default() });
        self.state = match name.as_str() {
            "snapshot" => capture(true),
            "strings" | "trace_tree" => State::Open,
            "nodes" | "edges" | "locations" | "samples" | "trace_function_infos" => match &self.parts.schema {
                None => capture(true),
                Some(schema) if !schema.declares(&name) => self.skip(&name),
                Some(_) => State::Open,
            },
            _ => self.skip(&name),
        };
        Ok(())
    }

    fn skip(&mut self, name: &str) -> State {
        if self.parts.skipped.len() < MOST_MEMBERS {
            self.parts.skipped.push(format!("section {name}"));
        }
        State::Capture(Capture::default())
    }

    fn open_section(&self) -> Result<Section> {
        let Some(schema) = &self.parts.schema else {
            // Only sections that need no header come here without one.
            return Ok(match &self.key[..] {
                b"trace_tree" => Section::Tree(Box::new(TreeScanner::new())),
                _ => Section::Strings(Box::new(StringScanner::new())),
            });
        };
        let nodes = self.parts.nodes.as_ref().map(Nodes::len);
        Ok(match &self.key[..] {
            b"nodes" => {
                let most = self.most_records(schema.node_count, schema.node.count);
                Section::Nodes(Box::new(Records::new(NodeTable::new(&schema.node, most))))
            }
            b"edges" => {
                let most = self.most_records(schema.edge_count, schema.edge.count);
                Section::Edges(Box::new(Records::new(EdgeTable::new(schema, nodes, most))))
            }
            b"trace_tree" => Section::Tree(Box::new(TreeScanner::new())),
            b"strings" => Section::Strings(Box::new(StringScanner::new())),
            name => match (name, &schema.location, schema.sample, &schema.function) {
                (b"locations", Some(fields), _, _) => {
                    Section::Locations(Box::new(Records::new(RowTable(LocationRows::new(schema, fields, nodes)?))))
                }
                (b"samples", _, Some(fields), _) => {
                    Section::Samples(Box::new(Records::new(RowTable(SampleRows { fields, samples: Vec::new() }))))
                }
                (_, _, _, Some(fields)) => Section::Functions(Box::new(Records::new(RowTable(FunctionRows {
                    fields: fields.clone(),
                    functions: Vec::new(),
                })))),
                _ => return Err(Error::new(Code::Header, format!("the fields of {}", key_text(&self.key)), "none")),
            },
        })
    }

    /// How many records the header claims, but no more than the input can hold: two bytes a number.
    fn most_records(&self, claimed: Option<u64>, fields: usize) -> usize {
        let held = self.size_hint.map(|size| size.saturating_sub(self.value_offset) / (2 * fields as u64));
        match (claimed, held) {
            (Some(claimed), Some(held)) => claimed.min(held) as usize,
            // Nothing is known of the input's size: grow as it comes.
            _ => 0,
        }
    }

    fn close_section(&mut self) -> Result<()> {
        if let State::Inside(section) = std::mem::replace(&mut self.state, State::Comma) {
            section.finish(&mut self.parts);
        }
        Ok(())
    }

    fn close_capture(&mut self) -> Result<()> {
        let State::Capture(capture) = std::mem::replace(&mut self.state, State::Comma) else { return Ok(()) };
        let Some(text) = capture.text else { return Ok(()) };
        if self.key != b"snapshot" {
            self.early.push((key_text(&self.key), self.value_offset, text));
            return Ok(());
        }
        let schema = Schema::parse(&text).map_err(|error| error.at(self.value_offset))?;
        self.parts.skipped.extend(schema.unknown_types());
        self.parts.skipped.extend(schema.unknown_fields());
        self.parts.schema = Some(schema);
        self.replay()
    }

    /// Reads the sections that came before the header.
    fn replay(&mut self) -> Result<()> {
        let (key, value_offset) = (std::mem::take(&mut self.key), self.value_offset);
        for (name, offset, text) in std::mem::take(&mut self.early) {
            self.key = name.clone().into_bytes();
            self.value_offset = offset;
            let declared = self.parts.schema.as_ref().is_some_and(|schema| schema.declares(&name));
            self.state = if declared { State::Open } else { self.skip(&name) };
            self.push(&text, offset)?;
            if !matches!(self.state, State::Comma) {
                return Err(Error::new(Code::Syntax, "an array", "something else").at(offset).in_section(&name));
            }
        }
        (self.key, self.value_offset) = (key, value_offset);
        self.state = State::Comma;
        Ok(())
    }

    /// Ends the input of `length` bytes.
    pub(crate) fn finish(mut self, length: u64) -> Result<Parts> {
        if !matches!(self.state, State::Done) {
            return Err(self.truncated(length));
        }
        if self.parts.schema.is_none() {
            return Err(Error::new(
                Code::NotASnapshot,
                "a V8 heap snapshot (with \"snapshot\", \"nodes\", \"edges\", \"strings\")",
                self.likely(),
            )
            .at(0));
        }
        self.parts.skipped.dedup();
        Ok(self.parts)
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

    /// What an object without a header probably is.
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

/// Members whose repetition is an error.
const KNOWN: [&str; 8] =
    ["snapshot", "nodes", "edges", "trace_function_infos", "trace_tree", "samples", "locations", "strings"];
/// Names kept for reports.
const MOST_MEMBERS: usize = 64;

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

impl Section {
    fn push(&mut self, chunk: &[u8], offset: u64) -> Result<(usize, bool)> {
        match self {
            Section::Nodes(records) => records.push(chunk, offset),
            Section::Edges(records) => records.push(chunk, offset),
            Section::Locations(records) => records.push(chunk, offset),
            Section::Samples(records) => records.push(chunk, offset),
            Section::Functions(records) => records.push(chunk, offset),
            Section::Tree(scanner) => scanner.push(chunk, offset),
            Section::Strings(scanner) => scanner.push(chunk, offset),
        }
    }

    fn finish(self, parts: &mut Parts) {
        match self {
            Section::Nodes(records) => parts.nodes = Some(records.into_table().finish()),
            Section::Edges(records) => parts.edges = Some(records.into_table().finish()),
            Section::Locations(records) => parts.locations = Some(records.into_table().0),
            Section::Samples(records) => parts.samples = records.into_table().0.samples,
            Section::Functions(records) => parts.allocations.functions = records.into_table().0.functions,
            Section::Tree(scanner) => parts.allocations.tree = scanner.tree,
            Section::Strings(scanner) => {
                let mut strings = scanner.strings;
                strings.finish_file();
                parts.strings = Some(strings);
            }
        }
    }
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

/// Whether `locations` were read.
impl Parts {
    pub(crate) fn take_locations(&mut self, nodes: usize) -> Result<Locations> {
        self.locations.take().map_or_else(|| Ok(Locations::default()), |rows| rows.finish(nodes))
    }
}
