//! Text of the `strings` section → string table, one pass, straight into the arena.
//!
//! Runs without a quote, backslash or control character are found eight bytes at a time and copied;
//! escapes are decoded one by one. A chunk may end anywhere, even inside an escape.

use super::number::unexpected;
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::strings::Strings;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// After `[`: a string or `]`.
    First,
    /// After a comma: a string.
    Before,
    /// Inside a string.
    Inside,
    /// After a backslash.
    Escape,
    /// After `\u` and this many digits.
    Unicode(u8),
    /// After a string: `,` or `]`.
    After,
}

/// Reads the inside of an array of strings, chunk by chunk.
#[derive(Debug)]
pub struct StringScanner {
    pub(crate) strings: Strings,
    state: State,
    /// Value of the `\u` digits so far.
    unit: u32,
    /// A high surrogate without its other half so far.
    high: Option<u32>,
    /// Where the string under construction starts in the arena.
    start: usize,
    /// Whether it has unescaped bytes beyond ASCII, which must be checked.
    raw: bool,
    /// Whether it has unpaired surrogates, from escapes.
    lone: bool,
}

impl Default for StringScanner {
    fn default() -> Self {
        Self {
            strings: Strings::default(),
            state: State::First,
            unit: 0,
            high: None,
            start: 0,
            raw: false,
            lone: false,
        }
    }
}

impl StringScanner {
    /// Takes the chunk that starts at `offset`. Returns how many bytes belonged to the section and
    /// whether its closing bracket was among them.
    pub fn push(&mut self, chunk: &[u8], offset: u64) -> Result<(usize, bool)> {
        self.scan(chunk, offset).map_err(|error| error.in_section("strings"))
    }

    /// Passes on the strings read so far and removes them, for callers that need each only once.
    pub fn drain(&mut self, each: impl FnMut(&[u8])) {
        // Between two strings `start` has no meaning, and may be that of a removed one.
        self.start = self.start.saturating_sub(self.strings.drain(each));
    }

    fn scan(&mut self, chunk: &[u8], offset: u64) -> Result<(usize, bool)> {
        let mut at = 0;
        while at < chunk.len() {
            if self.state == State::Inside {
                at += self.run(&chunk[at..])?;
                if at == chunk.len() {
                    break;
                }
            }
            let byte = chunk[at];
            let here = offset + at as u64;
            at += 1;
            match (self.state, byte) {
                (State::Inside, b'"') => self.end_string()?,
                (State::Inside, b'\\') => self.state = State::Escape,
                (State::Inside, _) => return Err(unexpected("no control character in a string", byte).at(here)),
                (State::Escape, b'u') => {
                    self.unit = 0;
                    self.state = State::Unicode(0);
                }
                (State::Escape, _) => self.escape(byte).map_err(|error| error.at(here))?,
                (State::Unicode(digits), _) => self.unicode(byte, digits).map_err(|error| error.at(here))?,
                (State::First | State::Before | State::After, b' ' | b'\t' | b'\n' | b'\r') => {}
                (State::First | State::Before, b'"') => {
                    self.start = self.strings.arena_mut().len();
                    self.raw = false;
                    self.lone = false;
                    self.state = State::Inside;
                }
                (State::First | State::After, b']') => return Ok((at, true)),
                (State::After, b',') => self.state = State::Before,
                (State::First | State::Before, _) => return Err(unexpected("a string", byte).at(here)),
                (State::After, _) => return Err(unexpected("',' or ']'", byte).at(here)),
            }
        }
        Ok((at, false))
    }

    /// Copies bytes up to the first special one. Returns how many.
    fn run(&mut self, bytes: &[u8]) -> Result<usize> {
        let (length, ascii) = plain_prefix(bytes);
        if length > 0 {
            self.flush_high();
            let arena = self.strings.arena_mut();
            if arena.capacity() - arena.len() < length {
                arena.try_reserve(length).map_err(|_| Error::out_of_memory(length))?;
            }
            arena.extend_from_slice(&bytes[..length]);
            self.raw |= !ascii;
        }
        Ok(length)
    }

    fn escape(&mut self, byte: u8) -> Result<()> {
        let decoded = match byte {
            b'"' | b'\\' | b'/' => byte,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            _ => return Err(unexpected("an escape of JSON after '\\'", byte)),
        };
        self.flush_high();
        crate::snapshot::column::push(self.strings.arena_mut(), decoded)?;
        self.state = State::Inside;
        Ok(())
    }

    fn unicode(&mut self, byte: u8, digits: u8) -> Result<()> {
        let Some(digit) = char::from(byte).to_digit(16) else {
            return Err(unexpected("four hexadecimal digits after '\\u'", byte));
        };
        self.unit = self.unit << 4 | digit;
        if digits < 3 {
            self.state = State::Unicode(digits + 1);
            return Ok(());
        }
        self.state = State::Inside;
        match (self.high.take(), self.unit) {
            (Some(high), low @ 0xdc00..=0xdfff) => self.push_code(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)),
            (Some(high), unit) => {
                self.push_lone(high);
                self.push_unit(unit);
            }
            (None, unit) => self.push_unit(unit),
        }
        Ok(())
    }

    fn push_unit(&mut self, unit: u32) {
        match unit {
            0xd800..=0xdbff => self.high = Some(unit),
            0xdc00..=0xdfff => self.push_lone(unit),
            _ => self.push_code(unit),
        }
    }

    fn flush_high(&mut self) {
        if let Some(high) = self.high.take() {
            self.push_lone(high);
        }
    }

    fn push_lone(&mut self, unit: u32) {
        self.lone = true;
        self.push_code(unit);
    }

    /// Generalised UTF-8: surrogates take three bytes like their neighbours.
    fn push_code(&mut self, code: u32) {
        let arena = self.strings.arena_mut();
        let continuation = |shift: u32| 0x80 | (code >> shift & 0x3f) as u8;
        match code {
            0..0x80 => arena.push(code as u8),
            0x80..0x800 => arena.extend_from_slice(&[0xc0 | (code >> 6) as u8, continuation(0)]),
            0x800..0x10000 => arena.extend_from_slice(&[0xe0 | (code >> 12) as u8, continuation(6), continuation(0)]),
            _ => arena.extend_from_slice(&[
                0xf0 | (code >> 18) as u8,
                continuation(12),
                continuation(6),
                continuation(0),
            ]),
        }
    }

    fn end_string(&mut self) -> Result<()> {
        self.flush_high();
        self.state = State::After;
        if self.raw && std::str::from_utf8(&self.strings.arena_mut()[self.start..]).is_err() {
            let lone = self.lone;
            let start = self.start;
            let arena = self.strings.arena_mut();
            let repaired = repair(&arena[start..], lone);
            arena.truncate(start);
            arena.extend_from_slice(&repaired);
        }
        if self.strings.len() as u64 >= u64::from(u32::MAX) {
            return Err(Error::new(Code::TooLarge, "at most 2^32 - 1 strings", "more"));
        }
        self.strings.seal()
    }
}

/// Replaces invalid UTF-8 by U+FFFD, as DevTools' decoder does, except for surrogates from escapes.
#[cold]
fn repair(mut bytes: &[u8], keep_surrogates: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    while let Err(error) = std::str::from_utf8(bytes) {
        let (valid, rest) = bytes.split_at(error.valid_up_to());
        out.extend_from_slice(valid);
        let surrogate = matches!(rest, [0xed, 0xa0..=0xbf, 0x80..=0xbf, ..]);
        let taken = if keep_surrogates && surrogate {
            out.extend_from_slice(&rest[..3]);
            3
        } else {
            out.extend_from_slice("\u{fffd}".as_bytes());
            error.error_len().unwrap_or(rest.len())
        };
        bytes = &rest[taken..];
    }
    out.extend_from_slice(bytes);
    out
}

/// Bytes before the first quote, backslash or control character, and whether all of them are ASCII.
#[inline]
fn plain_prefix(bytes: &[u8]) -> (usize, bool) {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let zero_bytes = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let mut seen = 0u64;
    let mut at = 0;
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let quote = zero_bytes(word ^ (ONES * 0x22));
        let backslash = zero_bytes(word ^ (ONES * 0x5c));
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        let stop = quote | backslash | control;
        if stop != 0 {
            // Borrows cause false hits only above a true one, and the lowest counts.
            let length = (stop.trailing_zeros() / 8) as usize;
            let before = word & !(u64::MAX << (8 * length as u32));
            return (at + length, (seen | before) & HIGH == 0);
        }
        seen |= word;
        at += 8;
    }
    let mut high = seen & HIGH != 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if byte < 0x20 || byte == b'"' || byte == b'\\' {
            break;
        }
        high |= byte >= 0x80;
        at += 1;
    }
    (at, !high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::ids::StringIx;

    fn scan(text: &[u8], chunk: usize) -> Result<Vec<Vec<u8>>> {
        let mut scanner = StringScanner::default();
        let mut offset = 0;
        for part in text.chunks(chunk) {
            let (used, done) = scanner.push(part, offset as u64)?;
            offset += used;
            if done {
                break;
            }
        }
        Ok((0..scanner.strings.len()).map(|i| scanner.strings.get(StringIx::from_index(i)).to_vec()).collect())
    }

    #[test]
    fn any_split_gives_the_same_strings() {
        let text = br#""", "a\"b\\c\/\b\f\n\r\t", "\u00e9\ud83d\ude00\ud83d x\udc00", "plain text of some length", "\uD83D\uD83D\uDE00" ]"#;
        let whole = scan(text, text.len()).unwrap();
        assert_eq!(whole[1], b"a\"b\\c/\x08\x0c\n\r\t");
        assert_eq!(whole[2], "é😀".bytes().chain(*b"\xed\xa0\xbd x\xed\xb0\x80").collect::<Vec<_>>());
        assert_eq!(whole[4], b"\xed\xa0\xbd\xf0\x9f\x98\x80");
        for chunk in 1..text.len() {
            assert_eq!(scan(text, chunk).unwrap(), whole, "{chunk}");
        }
    }

    #[test]
    fn bytes_that_are_not_utf8_become_replacement_characters() {
        assert_eq!(scan(b"\"a\xff\xe2\x82\"]", 3).unwrap()[0], "a\u{fffd}\u{fffd}".as_bytes());
    }

    #[test]
    fn invalid_json_is_refused_with_its_offset() {
        for (text, offset) in [
            ("\"a\u{1}\"]", 2),
            ("'a']", 0),
            ("\"a\" \"b\"]", 4),
            (r#""\x"]"#, 2),
            (r#""\u12g4"]"#, 5),
            ("1]", 0),
            ("\"a\",]", 4),
        ] {
            let error = scan(text.as_bytes(), 100).unwrap_err();
            assert_eq!((error.code(), error.offset()), (Code::Syntax, Some(offset)), "{text}");
        }
    }

    #[test]
    fn the_plain_prefix_is_what_a_byte_loop_finds() {
        for length in 0..40usize {
            for special in [b'"', b'\\', 0x1f, 0x80, 0xff, b' '] {
                for at in 0..=length {
                    let mut bytes = vec![b'a'; length];
                    if at < length {
                        bytes[at] = special;
                    }
                    let naive = bytes.iter().position(|&b| b < 0x20 || b == b'"' || b == b'\\').unwrap_or(length);
                    let ascii = bytes[..naive].iter().all(u8::is_ascii);
                    assert_eq!(plain_prefix(&bytes), (naive, ascii), "{length} {special} {at}");
                }
            }
        }
    }
}
