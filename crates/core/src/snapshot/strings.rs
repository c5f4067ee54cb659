//! The string table: one arena, one 32-bit offset a string.
//!
//! Text is WTF-8: UTF-8 that may contain unpaired surrogates in their three-byte form. JavaScript strings
//! may have them (Bun writes them), and replacing them would change comparisons with other names.
//!
//! ```text
//! strings   ["<dummy>", "", "Object"]
//! arena     <dummy>Object
//! starts    [0, 7, 7, 13]          n + 1 entries: string i is arena[starts[i]..starts[i + 1]]
//! wraps     []                     strings at which the offset passed another 4 GiB
//! ```

use crate::snapshot::error::{Error, Result};
use crate::snapshot::ids::StringIx;
use foldhash::HashMap;
use serde::{Serialize, Serializer};
use std::borrow::Cow;

/// All strings of a snapshot, in file order, followed by names that the analysis adds.
#[derive(Debug)]
pub struct Strings {
    arena: Vec<u8>,
    /// Low 32 bits of where each string starts, and of the end.
    starts: Vec<u32>,
    /// The indices at which starts pass another multiple of 2^32: nearly always empty.
    wraps: Vec<u32>,
    in_file: u32,
}

impl Default for Strings {
    fn default() -> Self {
        Self { arena: Vec::new(), starts: vec![0], wraps: Vec::new(), in_file: 0 }
    }
}

impl Strings {
    /// Number of strings in the file.
    pub fn file_count(&self) -> u32 {
        self.in_file
    }

    /// Number of strings with those added by the analysis.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The WTF-8 bytes of a string.
    #[inline]
    pub fn get(&self, index: StringIx) -> &[u8] {
        let i = index.index();
        &self.arena[self.offset(i)..self.offset(i + 1)]
    }

    /// The string as text; unpaired surrogates become U+FFFD.
    pub fn text(&self, index: StringIx) -> Cow<'_, str> {
        String::from_utf8_lossy(self.get(index))
    }

    /// Every string with its index.
    pub fn iter(&self) -> impl Iterator<Item = (StringIx, &[u8])> {
        (0..self.len()).map(|i| (StringIx::from_index(i), self.get(StringIx::from_index(i))))
    }

    /// First string with exactly these bytes. O(all strings): for a few look-ups of well-known names.
    pub fn find(&self, wanted: &[u8]) -> Option<StringIx> {
        self.iter().find(|(_, text)| *text == wanted).map(|(index, _)| index)
    }

    /// Bytes of memory held.
    pub fn memory(&self) -> usize {
        self.arena.capacity() + 4 * (self.starts.capacity() + self.wraps.capacity())
    }

    #[inline]
    fn offset(&self, i: usize) -> usize {
        let low = self.starts[i] as usize;
        if self.wraps.is_empty() {
            return low;
        }
        // With 32-bit addresses there are no wraps.
        low + ((self.wraps.partition_point(|&w| w as usize <= i) as u64) << 32) as usize
    }

    /// The arena, for appending bytes to the current string, which [`Strings::seal`] ends.
    pub(crate) fn arena_mut(&mut self) -> &mut Vec<u8> {
        &mut self.arena
    }

    /// Ends the string whose bytes were appended to the arena.
    ///
    /// # Errors
    /// [`Code::OutOfMemory`](crate::Code::OutOfMemory).
    pub(crate) fn seal(&mut self) -> Result<()> {
        let end = self.arena.len() as u64;
        let i = self.starts.len();
        let wraps = (end >> 32) as usize;
        if wraps > self.wraps.len() {
            self.wraps.resize(wraps, i as u32);
        }
        crate::snapshot::column::push(&mut self.starts, end as u32)
    }

    /// Removes all sealed strings, in order. Returns how many bytes they had.
    pub(crate) fn drain(&mut self, mut each: impl FnMut(&[u8])) -> usize {
        for i in 0..self.len() {
            each(self.get(StringIx::from_index(i)));
        }
        let end = self.offset(self.len());
        self.arena.drain(..end);
        self.starts.truncate(1);
        self.wraps.clear();
        end
    }

    /// Adds a whole string and returns its index.
    fn push(&mut self, text: &[u8]) -> Result<StringIx> {
        self.arena.try_reserve(text.len()).map_err(|_| Error::out_of_memory(text.len()))?;
        self.arena.extend_from_slice(text);
        self.seal()?;
        Ok(StringIx::from_index(self.len() - 1))
    }

    /// Marks the end of the file's own strings.
    pub(crate) fn finish_file(&mut self) {
        self.in_file = self.len() as u32;
        self.arena.shrink_to_fit();
        self.starts.shrink_to_fit();
    }

    /// Adds `prefix` + each requested string, once: names of detached nodes.
    pub(crate) fn prefixed(
        &mut self,
        prefix: &[u8],
        of: StringIx,
        made: &mut HashMap<StringIx, StringIx>,
    ) -> Result<StringIx> {
        if let Some(&known) = made.get(&of) {
            return Ok(known);
        }
        let text = [prefix, self.get(of)].concat();
        let new = self.push(&text)?;
        made.insert(of, new);
        Ok(new)
    }
}

/// Owned WTF-8 text. It is exact in JSON, which has unpaired surrogates as `\udXXX` escapes.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Text(pub Vec<u8>);

impl Text {
    /// The bytes of a string of the table.
    pub fn of(bytes: &[u8]) -> Text {
        Text(bytes.to_vec())
    }

    /// As a Rust string; unpaired surrogates become U+FFFD.
    pub fn lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Text(text.as_bytes().to_vec())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Text(text.into_bytes())
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.lossy())
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match std::str::from_utf8(&self.0) {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => {
                let json = quoted(&self.0).unwrap_or_default();
                match serde_json::value::RawValue::from_string(json) {
                    Ok(raw) => raw.serialize(serializer),
                    Err(_) => serializer.serialize_str(&self.lossy()),
                }
            }
        }
    }
}

/// WTF-8 text as `JSON.stringify` writes it, with unpaired surrogates escaped.
fn quoted(mut bytes: &[u8]) -> serde_json::Result<String> {
    let mut json = String::from("\"");
    while !bytes.is_empty() {
        let valid = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
        let (text, rest) = bytes.split_at(valid);
        let text = serde_json::to_string(&String::from_utf8_lossy(text))?;
        json.push_str(text.get(1..text.len() - 1).unwrap_or_default());
        let (surrogate, rest) = rest.split_at(rest.len().min(3));
        utf16(surrogate).for_each(|unit| json.push_str(&format!("\\u{unit:04x}")));
        bytes = rest;
    }
    json.push('"');
    Ok(json)
}

/// The UTF-16 code units of WTF-8 text, by which JavaScript counts and compares.
pub fn utf16(text: &[u8]) -> impl Iterator<Item = u16> + '_ {
    let mut at = 0;
    let mut low = None;
    std::iter::from_fn(move || {
        if let Some(unit) = low.take() {
            return Some(unit);
        }
        let first = *text.get(at)?;
        let byte = |i: usize| u32::from(text.get(at + i).copied().unwrap_or(0) & 0x3f);
        let (code, length) = match first {
            0..0x80 => (u32::from(first), 1),
            0x80..0xe0 => (u32::from(first & 0x1f) << 6 | byte(1), 2),
            0xe0..0xf0 => (u32::from(first & 0x0f) << 12 | byte(1) << 6 | byte(2), 3),
            _ => (u32::from(first & 0x07) << 18 | byte(1) << 12 | byte(2) << 6 | byte(3), 4),
        };
        at += length;
        if code < 0x10000 {
            return Some(code as u16);
        }
        low = Some(0xdc00 | (code & 0x3ff) as u16);
        Some((0xd800 - (0x10000 >> 10) + (code >> 10)) as u16)
    })
}

/// The beginning of a text, at most this many UTF-16 units.
pub(crate) fn cut_to(text: &[u8], most: usize) -> &[u8] {
    if text.len() <= most {
        return text;
    }
    let mut units = 0;
    for (at, &byte) in text.iter().enumerate() {
        let more = usize::from(byte & 0xc0 != 0x80) + usize::from(byte >= 0xf0);
        if more > 0 && units + more > most {
            return &text[..at];
        }
        units += more;
    }
    text
}

/// Length in UTF-16 units: JavaScript's `length`.
pub fn utf16_len(text: &[u8]) -> usize {
    // Every byte but a continuation starts a unit; four-byte forms are two units.
    text.iter().map(|&b| usize::from(b & 0xc0 != 0x80) + usize::from(b >= 0xf0)).sum()
}
