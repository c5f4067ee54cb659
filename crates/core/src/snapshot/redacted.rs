//! The tokens that replace texts in redacted snapshots: `‹redacted 9f2c6a1b03d4e5f6 12›`.
//!
//! Names of properties become `‹9f2c6a1b03d4e5f6...`, as long as they were.
//!
//! A token tells the length that the text had, in UTF-16 units. The redactor writes them.

use crate::snapshot::data_keys::chosen;
use crate::snapshot::strings::utf16_len;
use memchr::memmem;

pub(crate) const BEGINNING: &str = "‹redacted ";
pub(crate) const END: &str = "›";
/// Bytes of the hash that are shown: among a million texts two collide once in 37 million runs.
pub(crate) const SHOWN: usize = 8;

/// How a hidden key starts.
pub(crate) const KEY_BEGINNING: &str = "‹";
/// Hexadecimal digits of a hash that a hidden key has at least; shorter keys are written in [`WIDE`] characters.
pub(crate) const MIN_HEX: usize = 12;
/// Where the 16,384 characters start that tell 14 bits each.
pub(crate) const WIDE: u32 = 0x4e00;
pub(crate) const WIDE_BITS: u32 = 14;
/// What fills a hidden key up to the length of the text.
pub(crate) const FILLER: u8 = b'.';

/// Whether a name of a property is one that redaction has hidden: `‹9f2c6a1b03d4e5f6....`, as long as it was before.
pub(crate) fn is_hidden_key(name: &[u8]) -> bool {
    let Some(token) = name[chosen(name)].strip_prefix(KEY_BEGINNING.as_bytes()) else { return false };
    let hash = token.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    if hash >= MIN_HEX {
        return hash == token.len() || hash == 2 * SHOWN && token[hash..].iter().all(|&byte| byte == FILLER);
    }
    let is_wide = |char: char| (WIDE..WIDE + (1 << WIDE_BITS)).contains(&u32::from(char));
    let text = std::str::from_utf8(token);
    text.is_ok_and(|text| text.chars().count() > 1 && text.chars().all(is_wide))
}

/// The UTF-16 length a text had before redaction; of other texts the length they have.
pub(crate) fn original_len(text: &[u8]) -> usize {
    let mut length = 0;
    let mut rest = text;
    while let Some(at) = memmem::find(rest, BEGINNING.as_bytes()) {
        let (before, token) = rest.split_at(at);
        length += utf16_len(before);
        match parse(token) {
            Some((units, bytes)) => {
                length += units;
                rest = &token[bytes..];
            }
            None => {
                length += utf16_len(BEGINNING.as_bytes());
                rest = &token[BEGINNING.len()..];
            }
        }
    }
    length + utf16_len(rest)
}

/// Whether a whole text is a token.
pub(crate) fn is_redacted(text: &[u8]) -> bool {
    parse(text).is_some_and(|(_, bytes)| bytes == text.len())
}

/// The length in a token, and the length of the token itself.
fn parse(text: &[u8]) -> Option<(usize, usize)> {
    let (hash, rest) = text.strip_prefix(BEGINNING.as_bytes())?.split_at_checked(2 * SHOWN)?;
    let (digits, _) = rest.strip_prefix(b" ")?.split_at(memmem::find(rest, END.as_bytes())?.checked_sub(1)?);
    let sound = hash.iter().all(u8::is_ascii_hexdigit) && digits.iter().all(u8::is_ascii_digit);
    let units = std::str::from_utf8(digits).ok().filter(|_| sound)?.parse().ok()?;
    Some((units, BEGINNING.len() + hash.len() + 1 + digits.len() + END.len()))
}
