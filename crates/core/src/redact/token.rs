//! Replaces a text by a keyed hash, which keeps equal texts equal, and the length.
//!
//! `‹redacted 9f2c6a1b03d4e5f6 12›` has the first 64 bits of HMAC-SHA-256 over the text's UTF-8, and its length in
//! UTF-16 units. Guesses cannot be tried without the key.

use crate::snapshot::redacted::{BEGINNING, END, FILLER, KEY_BEGINNING, MIN_HEX, SHOWN, WIDE, WIDE_BITS};
use crate::snapshot::strings::utf16_len;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

/// The secret key of the hashes.
#[derive(Clone)]
pub struct Key(Hmac<Sha256>);

/// Does not show the key, so that logs do not contain it.
impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

/// Bytes of a block of SHA-256, which is also the length of HMAC's key.
const BLOCK: usize = 64;

impl Key {
    /// A key of any length. To keep texts secret it needs at least 16 random bytes.
    pub fn new(secret: &[u8]) -> Key {
        // HMAC pads a short key with zeros and hashes a long one.
        let mut block = [0; BLOCK];
        if secret.len() <= BLOCK {
            block[..secret.len()].copy_from_slice(secret);
        } else {
            block[..32].copy_from_slice(&Sha256::digest(secret));
        }
        Key(<Hmac<Sha256> as hmac::digest::KeyInit>::new(&block.into()))
    }

    /// Writes the replacement of `text`. An empty text stays empty.
    pub(crate) fn write(&self, text: &[u8], out: &mut Vec<u8>) {
        if text.is_empty() {
            return;
        }
        let hash = self.0.clone().chain_update(text).finalize().into_bytes();
        out.extend_from_slice(BEGINNING.as_bytes());
        out.extend(hexadecimal(&hash[..SHOWN]));
        out.push(b' ');
        out.extend_from_slice(itoa::Buffer::new().format(utf16_len(text)).as_bytes());
        out.extend_from_slice(END.as_bytes());
    }

    /// Writes the replacement of a name with a length of `units` UTF-16 units, at least three: as much of the hash as
    /// fits. Short names are told apart by characters of 14 bits each.
    pub(crate) fn write_key(&self, text: &[u8], units: usize, out: &mut Vec<u8>) {
        let hash = self.0.clone().chain_update(text).finalize().into_bytes();
        let room = units.saturating_sub(1);
        out.extend_from_slice(KEY_BEGINNING.as_bytes());
        if room >= MIN_HEX {
            out.extend(hexadecimal(&hash[..SHOWN]).take(room));
            out.resize(out.len() + room.saturating_sub(2 * SHOWN), FILLER);
            return;
        }
        for pair in hash.chunks_exact(2).take(room) {
            let bits = u32::from(u16::from_be_bytes([pair[0], pair[1]])) & ((1 << WIDE_BITS) - 1);
            let wide = char::from_u32(WIDE + bits).unwrap_or(char::REPLACEMENT_CHARACTER);
            out.extend_from_slice(wide.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }

    /// The replacement of a number that is a key: another beyond all positions of arrays. Rules of the graph look at the
    /// remainder by three of positive numbers, which stays.
    pub(crate) fn number(&self, number: i64) -> i64 {
        let hash = self.0.clone().chain_update(itoa::Buffer::new().format(number)).finalize().into_bytes();
        let thirds = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]) >> 3;
        (1 << 31) - 2 + 3 * i64::from(thirds) + number.max(0) % 3
    }
}

fn hexadecimal(bytes: &[u8]) -> impl Iterator<Item = u8> {
    let digits = |byte: &u8| [byte >> 4, byte & 15].map(|nibble| b"0123456789abcdef"[nibble as usize]);
    bytes.iter().flat_map(digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::data_keys::is_number_key;
    use crate::snapshot::redacted::{is_redacted, original_len};
    use crate::snapshot::schema::EdgeKind;

    fn token(key: &str, text: &str) -> String {
        let mut out = Vec::new();
        Key::new(key.as_bytes()).write(text.as_bytes(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_that_are_keys_stay_equal_and_beyond_all_positions() {
        let numbers: Vec<i64> = (0..1000).map(|i| 491_512_345 + 7 * i).collect();
        let key = Key::new(b"key");
        let mut hidden: Vec<i64> = numbers.iter().map(|&number| key.number(number)).collect();
        for (&number, &hidden) in numbers.iter().zip(&hidden) {
            assert_eq!(hidden, key.number(number));
            assert_eq!(hidden % 3, number % 3);
            assert!(is_number_key(EdgeKind::Element, hidden) && hidden < i64::from(u32::MAX) - 1, "{hidden}");
        }
        assert!(is_number_key(EdgeKind::Element, key.number(-183_856_062)));
        hidden.sort();
        hidden.dedup();
        assert_eq!(hidden.len(), numbers.len());
        assert_ne!(key.number(numbers[0]), Key::new(b"other").number(numbers[0]));
    }

    #[test]
    fn a_text_becomes_its_hmac_sha_256() {
        // printf %s "what do ya want for nothing?" | openssl dgst -sha256 -hmac Jefe (RFC 4231, test 2)
        assert_eq!(token("Jefe", "what do ya want for nothing?"), "‹redacted 5bdcc146bf60754e 28›");
        // RFC 4231, test 6: a key longer than a block.
        let long = Key::new(&[0xaa; 131]);
        let mut out = Vec::new();
        long.write(b"Test Using Larger Than Block-Size Key - Hash Key First", &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), "‹redacted 60e431591ee0b67f 54›");
        assert_eq!(token("k", ""), "");
    }

    #[test]
    fn original_lengths_are_read_back_from_tokens() {
        let text = "naïve 😀";
        let one = token("k", text);
        assert!(is_redacted(one.as_bytes()));
        assert_eq!(original_len(one.as_bytes()), text.encode_utf16().count());
        let parts = format!("{one}{}+{one}", token("k", "twelve units"));
        assert!(!is_redacted(parts.as_bytes()));
        assert_eq!(original_len(parts.as_bytes()), 2 * text.encode_utf16().count() + 13);
    }

    #[test]
    fn texts_similar_to_tokens_have_their_own_length() {
        for text in [
            "‹redacted ",
            "‹redacted 12›",
            "‹redacted 0123456789abcdeg 12›",
            "‹redacted 0123456789abcdef 1x›",
            "‹redacted 0123456789abcdef ›x",
            "",
        ] {
            assert_eq!(original_len(text.as_bytes()), text.encode_utf16().count(), "{text}");
            assert!(!is_redacted(text.as_bytes()), "{text}");
        }
    }
}
