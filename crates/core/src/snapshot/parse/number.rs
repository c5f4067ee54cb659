//! Bytes → one integer: a fast path for what V8 writes, and a state machine, byte by byte, for everything else.
//!
//! The fast path knows where a number ends ([`Commas`] finds the commas of sixty-four bytes at once), so the
//! numbers of a record do not depend on each other. It reads the eight bytes before the comma as one word
//! and folds up to eight digits with three multiplications (SWAR; Lemire 2018, "Quickly parsing eight
//! digits"). On anything unusual (a sign, white space, more than sixteen digits, the start of the buffer)
//! the state machine takes over, which is also the oracle in the tests. It keeps its state between
//! chunks, so a number may be split anywhere.

use crate::snapshot::error::{Code, Error, Result};

const ZEROS: u64 = 0x3030_3030_3030_3030;

const HIGH: u64 = 0x8080_8080_8080_8080;

/// The number whose digits are the last `length` bytes (1 to 8) of `word`, little endian.
#[inline(always)]
fn fold(word: u64, length: usize) -> Option<u64> {
    let shift = (64 - 8 * length) as u32;
    let digits = ((word ^ ZEROS) >> shift) << shift;
    let not_digits = (digits.wrapping_add(0x7676_7676_7676_7676) | digits) & HIGH;
    const PAIRS: u64 = 0x0000_00ff_0000_00ff;
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let high = (pairs & PAIRS).wrapping_mul(0x000f_4240_0000_0064);
    let low = ((pairs >> 16) & PAIRS).wrapping_mul(0x0000_2710_0000_0001);
    if not_digits == 0 { Some(high.wrapping_add(low) >> 32) } else { None }
}

/// The eight bytes before `end`.
#[inline(always)]
fn word_before(bytes: &[u8], end: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(..end)?.last_chunk::<8>()?))
}

/// The number that starts at `start` and ends at the comma at `comma`, if it has up to 16 digits and
/// nothing else but the line feed that older versions of V8 write before some commas. Otherwise `None`:
/// use the [`Machine`].
#[inline(always)]
pub(crate) fn between(bytes: &[u8], start: usize, comma: usize) -> Option<u64> {
    let end = comma - usize::from(comma > start && bytes[comma - 1] == b'\n');
    let length = end.wrapping_sub(start);
    // Types and flags: a third of all numbers.
    if length == 1 {
        let digit = bytes[start].wrapping_sub(b'0');
        return if digit < 10 { Some(u64::from(digit)) } else { None };
    }
    // A leading zero is not JSON: the machine reports it with its offset.
    if bytes.get(start) == Some(&b'0') {
        return None;
    }
    match length {
        2..=8 => fold(word_before(bytes, end)?, length),
        9..=16 => {
            let low = fold(word_before(bytes, end)?, 8)?;
            let high = fold(word_before(bytes, end - 8)?, length - 8)?;
            Some(high * 100_000_000 + low)
        }
        _ => None,
    }
}

/// The same with white space around the number, which only other writers than V8 emit.
#[cold]
pub(crate) fn between_spaces(bytes: &[u8], start: usize, comma: usize) -> Option<u64> {
    let text = bytes.get(start..comma)?;
    let start = start + text.len() - text.trim_ascii_start().len();
    let number = text.trim_ascii();
    if number.is_empty() { None } else { between(bytes, start, start + number.len()) }
}

/// Walks the commas of a text, sixty-four bytes at a time.
pub(crate) struct Commas<'a> {
    text: &'a [u8],
    /// Where the block whose commas are in `mask` starts.
    block: usize,
    mask: u64,
}

impl<'a> Commas<'a> {
    /// The commas from `start` on.
    #[inline(always)]
    pub(crate) fn new(text: &'a [u8], start: usize) -> Self {
        Self { text, block: start, mask: comma_mask(&text[start..]) }
    }

    /// The next comma, or the end of the text.
    #[inline(always)]
    pub(crate) fn next(&mut self) -> usize {
        while self.mask == 0 {
            self.block += 64;
            if self.block >= self.text.len() {
                return self.text.len();
            }
            self.mask = comma_mask(&self.text[self.block..]);
        }
        let comma = self.block + self.mask.trailing_zeros() as usize;
        self.mask &= self.mask - 1;
        comma
    }
}

/// A bit for each of the first sixty-four bytes that is a comma.
#[inline(always)]
fn comma_mask(bytes: &[u8]) -> u64 {
    match bytes.first_chunk::<64>() {
        Some(block) => block_mask(block),
        None => bytes.iter().enumerate().fold(0, |mask, (i, &byte)| mask | u64::from(byte == b',') << i),
    }
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn block_mask(block: &[u8; 64]) -> u64 {
    use std::arch::x86_64::{_mm_cmpeq_epi8, _mm_loadu_si128, _mm_movemask_epi8, _mm_set1_epi8};
    let mut mask = 0;
    for (i, quarter) in block.chunks_exact(16).enumerate() {
        // SAFETY: SSE2 is part of x86-64, `quarter` is 16 readable bytes, and `loadu` needs no alignment.
        let commas = unsafe {
            let bytes = _mm_loadu_si128(quarter.as_ptr().cast());
            _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(b',' as i8)))
        };
        mask |= u64::from(commas as u32 & 0xffff) << (16 * i);
    }
    mask
}

#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
fn block_mask(block: &[u8; 64]) -> u64 {
    portable_mask(block)
}

/// The same without vectors: eight bytes at a time, the high bits gathered by a multiplication.
#[cfg(any(test, not(target_arch = "x86_64")))]
fn portable_mask(block: &[u8; 64]) -> u64 {
    const LOW: u64 = !HIGH;
    let mut mask = 0;
    for (i, eight) in block.as_chunks::<8>().0.iter().enumerate() {
        let other = u64::from_le_bytes(*eight) ^ (0x0101_0101_0101_0101 * u64::from(b','));
        let equal = !(((other & LOW).wrapping_add(LOW)) | other) & HIGH;
        mask |= ((equal >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * i);
    }
    mask
}

/// The effect of a byte on the [`Machine`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Scanned {
    /// Nothing to report yet.
    More,
    /// A number ended at a comma.
    Value(i64),
    /// A number ended at the closing bracket.
    Last(i64),
    /// The array ended without another number.
    End,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// After the opening bracket: a number or `]`.
    First,
    /// After a comma: a number.
    Before,
    /// In a number.
    Inside,
    /// After a number and white space: `,` or `]`.
    After,
}

/// Reads the inside of an array of integers one byte at a time.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    state: State,
    /// The number so far, as text.
    text: [u8; MAX_LENGTH],
    length: usize,
    start: u64,
}

/// More characters than any number of 64 bits needs, with a fraction or an exponent.
const MAX_LENGTH: usize = 48;

impl Machine {
    fn at(state: State) -> Self {
        Self { state, text: [0; MAX_LENGTH], length: 0, start: 0 }
    }

    /// At the start of an array.
    pub(crate) fn first() -> Self {
        Self::at(State::First)
    }

    /// After a comma.
    pub(crate) fn next() -> Self {
        Self::at(State::Before)
    }

    /// Whether the next byte may start a number in V8's plain form.
    pub(crate) fn is_fresh(&self) -> bool {
        matches!(self.state, State::First | State::Before)
    }

    /// Makes the machine expect a number after the fast path has read some.
    pub(crate) fn restart(&mut self) {
        self.state = State::Before;
    }

    /// Where the current or last number starts.
    pub(crate) fn start(&self) -> u64 {
        self.start
    }

    /// Takes the byte at `offset`.
    pub(crate) fn byte(&mut self, byte: u8, offset: u64) -> Result<Scanned> {
        match (self.state, byte) {
            (State::Inside, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-') => {
                let Some(slot) = self.text.get_mut(self.length) else {
                    return Err(range("a number of 64 bits", "a longer one").at(self.start));
                };
                *slot = byte;
                self.length += 1;
                Ok(Scanned::More)
            }
            (State::First | State::Before, b'0'..=b'9' | b'-') => {
                self.text[0] = byte;
                self.length = 1;
                self.start = offset;
                self.state = State::Inside;
                Ok(Scanned::More)
            }
            (State::First | State::Before | State::After, b' ' | b'\t' | b'\n' | b'\r') => Ok(Scanned::More),
            (State::Inside, b' ' | b'\t' | b'\n' | b'\r') => {
                self.state = State::After;
                Ok(Scanned::More)
            }
            (State::Inside | State::After, b',') => {
                self.state = State::Before;
                self.value().map(Scanned::Value)
            }
            (State::Inside | State::After, b']') => self.value().map(Scanned::Last),
            (State::First, b']') => Ok(Scanned::End),
            (State::After, _) => Err(unexpected("',' or ']'", byte).at(offset)),
            (State::Inside, _) => Err(unexpected("a digit, ',' or ']'", byte).at(offset)),
            (State::First | State::Before, _) => Err(unexpected("a number", byte).at(offset)),
        }
    }

    fn value(&self) -> Result<i64> {
        parse(&self.text[..self.length]).map_err(|error| error.at(self.start))
    }
}

/// A whole number in JSON's grammar; `1.0` and `1e2` are whole.
fn parse(text: &[u8]) -> Result<i64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let shown = || String::from_utf8_lossy(text).into_owned();
    if digits.is_empty()
        || !digits[0].is_ascii_digit()
        || (digits.len() > 1 && digits[0] == b'0' && digits[1].is_ascii_digit())
    {
        return Err(Error::new(Code::Syntax, "a number", shown()));
    }
    if digits.iter().all(u8::is_ascii_digit) {
        return match std::str::from_utf8(text).map(str::parse::<i64>) {
            Ok(Ok(value)) => Ok(value),
            _ => Err(range("a number of 64 bits", &shown())),
        };
    }
    let value = serde_json::from_slice::<f64>(text).map_err(|_| Error::new(Code::Syntax, "a number", shown()))?;
    if value.fract() != 0.0 || value.abs() > 9_007_199_254_740_992.0 {
        return Err(range("a whole number", &shown()));
    }
    Ok(value as i64)
}

#[cold]
fn range(expected: &str, found: &str) -> Error {
    Error::new(Code::Range, expected, found)
}

/// The error for an unexpected byte.
#[cold]
pub(crate) fn unexpected(expected: &str, byte: u8) -> Error {
    let found = match byte {
        b'"' => "'\"'".to_owned(),
        0x21..=0x7e => format!("'{}'", byte as char),
        _ => format!("byte 0x{byte:02x}"),
    };
    Error::new(Code::Syntax, expected, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(text: &[u8]) -> Option<(u64, usize)> {
        let mut machine = Machine::next();
        for (at, &byte) in text.iter().enumerate() {
            match machine.byte(byte, at as u64).ok()? {
                Scanned::Value(value) => return Some((u64::try_from(value).ok()?, at + 1)),
                Scanned::More => {}
                _ => return None,
            }
        }
        None
    }

    #[test]
    fn the_fast_path_agrees_with_the_state_machine() {
        let mut answered = 0;
        for digits in 0..20usize {
            for seed in 0..if cfg!(miri) { 2 } else { 200u64 } {
                let digit = |i: usize| {
                    char::from(
                        b'0' + (seed.wrapping_mul(6_364_136_223_846_793_005).rotate_left(i as u32 * 7) % 10) as u8,
                    )
                };
                let number: String = (0..digits).map(digit).collect();
                for tail in [",", "\n,", " ,", "x,", ".5,"] {
                    for head in ["", "1,2,3,4,5,6,7,8,", "123456789012,", "\n"] {
                        let text = format!("{head}{number}{tail}1,2");
                        let comma = head.len() + number.len() + tail.len() - 1;
                        let spaced = between_spaces(text.as_bytes(), head.len(), comma);
                        let fast = between(text.as_bytes(), head.len(), comma);
                        assert!(fast.is_none() || fast == spaced, "{text:?}");
                        if let Some(fast) = spaced {
                            answered += 1;
                            assert_eq!(
                                Some((fast, comma + 1 - head.len())),
                                machine(&text.as_bytes()[head.len()..]),
                                "{text:?}"
                            );
                        }
                    }
                }
            }
        }
        assert!(answered > if cfg!(miri) { 50 } else { 5000 }, "{answered}");
    }

    #[test]
    fn commas_are_where_a_byte_loop_finds_them() {
        for seed in 0..if cfg!(miri) { 20 } else { 500u64 } {
            let length = (seed * 7 % 300) as usize;
            let text: Vec<u8> = (0..length)
                .map(|i| if (seed.wrapping_mul(i as u64 + 3) >> 2) % 5 == 0 { b',' } else { b'0' + (i % 10) as u8 })
                .collect();
            let mut commas = Commas::new(&text, 0);
            for (at, _) in text.iter().enumerate().filter(|&(_, &byte)| byte == b',') {
                assert_eq!(commas.next(), at);
            }
            assert_eq!(commas.next(), text.len());
            if let Some(block) = text.first_chunk::<64>() {
                assert_eq!(block_mask(block), portable_mask(block));
            }
        }
    }

    #[test]
    fn numbers_json_allows_but_v8_never_writes_are_read() {
        assert_eq!(parse(b"-0").unwrap(), 0);
        assert_eq!(parse(b"1e2").unwrap(), 100);
        assert_eq!(parse(b"7.0").unwrap(), 7);
        assert_eq!(parse(b"-2").unwrap(), -2);
        assert_eq!(parse(b"9223372036854775807").unwrap(), i64::MAX);
    }

    #[test]
    fn numbers_that_are_not_whole_are_refused() {
        for (text, code) in [
            ("01", Code::Syntax),
            ("-", Code::Syntax),
            ("1.", Code::Syntax),
            ("1.5", Code::Range),
            ("1e300", Code::Range),
            ("9223372036854775808", Code::Range),
            ("1-2", Code::Syntax),
        ] {
            assert_eq!(parse(text.as_bytes()).unwrap_err().code(), code, "{text}");
        }
    }
}
