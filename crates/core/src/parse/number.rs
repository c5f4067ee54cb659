//! Bytes → one integer: the fast way for what V8 writes, and a byte-at-a-time machine for everything else.
//!
//! The fast way reads eight bytes as one word, finds the first non-digit and folds up to eight
//! digits with three multiplications (the well-known SWAR method, Lemire 2018, "Quickly parsing
//! eight digits"). It gives up on anything unusual — a sign, white space, ten digits and more, the
//! end of the buffer — and the machine, which is also its oracle in the tests, takes over. The
//! machine keeps its state between chunks, so a number may be split anywhere.

use crate::error::{Code, Error, Result};

const ZEROS: u64 = 0x3030_3030_3030_3030;

/// Up to eight digits at the start of `word` (little endian): value and how many, 8 meaning "maybe more".
#[inline(always)]
fn eight_digits(word: u64) -> (u64, u32) {
    let digits = word ^ ZEROS;
    let stop = (digits.wrapping_add(0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080;
    let count = stop.trailing_zeros() / 8;
    // No digit at all shifts everything out, in two steps since a shift by 64 is not defined.
    let shift = 8 * (8 - count);
    let digits = (digits << (shift / 2)) << (shift - shift / 2);
    const PAIRS: u64 = 0x0000_00ff_0000_00ff;
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let high = (pairs & PAIRS).wrapping_mul(0x000f_4240_0000_0064);
    let low = ((pairs >> 16) & PAIRS).wrapping_mul(0x0000_2710_0000_0001);
    (high.wrapping_add(low) >> 32, count)
}

#[inline(always)]
fn word_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk::<8>()?))
}

/// The number at `at` and where the next one starts, when it is up to 16 digits and ended by a
/// comma (V8's older layout has a line feed before some commas). `None`: ask the [`Machine`].
#[inline(always)]
pub(crate) fn fast(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let word = word_at(bytes, at)?;
    let (mut value, count) = eight_digits(word);
    if count == 0 {
        return None;
    }
    let mut end = at + count as usize;
    let terminator = if count < 8 {
        (word >> (8 * count)) as u8
    } else {
        let word = word_at(bytes, end)?;
        let (more, count) = eight_digits(word);
        if count == 8 {
            return None;
        }
        const POWERS: [u64; 8] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];
        value = value * POWERS[count as usize & 7] + more;
        end += count as usize;
        (word >> (8 * count)) as u8
    };
    if terminator == b',' {
        // A leading zero is not JSON: the machine says so with its place.
        let leading_zero = (word as u8) == b'0' && end != at + 1;
        return if leading_zero { None } else { Some((value, end + 1)) };
    }
    let line_feed = terminator == b'\n' && bytes.get(end + 1) == Some(&b',');
    let leading_zero = (word as u8) == b'0' && end != at + 1;
    if line_feed && !leading_zero { Some((value, end + 2)) } else { None }
}

/// What a byte did to the [`Machine`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Step {
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
    text: [u8; LONGEST],
    length: usize,
    start: u64,
}

/// More digits than any number of 64 bits, a fraction or an exponent needs.
const LONGEST: usize = 48;

impl Machine {
    fn at(state: State) -> Self {
        Self { state, text: [0; LONGEST], length: 0, start: 0 }
    }

    /// At the start of an array.
    pub(crate) fn first() -> Self {
        Self::at(State::First)
    }

    /// After a comma.
    pub(crate) fn next() -> Self {
        Self::at(State::Before)
    }

    /// Whether the next byte may start a number of V8's plain form.
    pub(crate) fn is_fresh(&self) -> bool {
        matches!(self.state, State::First | State::Before)
    }

    /// Makes the machine expect a number, after the fast way has read some.
    pub(crate) fn restart(&mut self) {
        self.state = State::Before;
    }

    /// Where the number under construction, or the last one, starts.
    pub(crate) fn start(&self) -> u64 {
        self.start
    }

    /// Takes the byte at `offset`.
    pub(crate) fn byte(&mut self, byte: u8, offset: u64) -> Result<Step> {
        match (self.state, byte) {
            (State::Inside, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-') => {
                let Some(slot) = self.text.get_mut(self.length) else {
                    return Err(range("a number of 64 bits", "a longer one").at(self.start));
                };
                *slot = byte;
                self.length += 1;
                Ok(Step::More)
            }
            (State::First | State::Before, b'0'..=b'9' | b'-') => {
                self.text[0] = byte;
                self.length = 1;
                self.start = offset;
                self.state = State::Inside;
                Ok(Step::More)
            }
            (State::First | State::Before | State::After, b' ' | b'\t' | b'\n' | b'\r') => Ok(Step::More),
            (State::Inside, b' ' | b'\t' | b'\n' | b'\r') => {
                self.state = State::After;
                Ok(Step::More)
            }
            (State::Inside | State::After, b',') => {
                self.state = State::Before;
                self.value().map(Step::Value)
            }
            (State::Inside | State::After, b']') => self.value().map(Step::Last),
            (State::First, b']') => Ok(Step::End),
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

/// The error for a byte that cannot stand where it does.
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
                Step::Value(value) => return Some((u64::try_from(value).ok()?, at + 1)),
                Step::More => {}
                _ => return None,
            }
        }
        None
    }

    #[test]
    fn the_fast_way_agrees_with_the_machine_wherever_it_answers() {
        let mut answered = 0;
        let tails = [",", "\n,", " ,", "]", "x", "\n"];
        for digits in 0..20 {
            for seed in 0..200u64 {
                let number: String = (0..digits)
                    .map(|i| {
                        char::from(b'0' + (seed.wrapping_mul(6_364_136_223_846_793_005).rotate_left(i * 7) % 10) as u8)
                    })
                    .collect();
                for tail in tails {
                    let text = format!("{number}{tail}1,2,3,4,5,6,7,8,9");
                    if let Some(fast) = fast(text.as_bytes(), 0) {
                        answered += 1;
                        assert_eq!(Some(fast), machine(text.as_bytes()), "{text}");
                    }
                }
            }
        }
        assert!(answered > 1000, "{answered}");
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
    fn what_is_not_a_whole_number_is_refused() {
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
