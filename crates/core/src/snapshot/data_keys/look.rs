//! What a name looks like: a word of a program, or something made.

use crate::snapshot::strings::utf16_len;

/// Names of so few characters are not hidden: there is nothing in them to hide, and no hash of their length.
const MIN_UNITS: usize = 3;
/// No name in code is longer.
const MAX_UNITS: usize = 64;
/// No name in code has so many digits: `secp256k1` has four.
const MANY_DIGITS: usize = 5;
/// Letters and digits in a row that are looked at for being random.
const MIN_RANDOM: usize = 12;
/// Digits among them that make them so.
const RANDOM_DIGITS: usize = 3;
/// Letters of a word in `camelCase`, on average, below which the letters are random, in tenths.
const RANDOM_WORD: usize = 30;

/// What a name looks like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Look {
    /// Too short to hide, or a name of the language's own.
    Kept,
    /// An identifier without digits.
    Word,
    /// Has characters that few names in code have.
    Odd,
    /// A number, a random or a long text.
    Made,
    /// A mail address, a URL, something with a query.
    Address,
}

/// The part of a property's name that a program chose: V8 writes `get name` for accessors and `<symbol name>`.
pub(crate) fn chosen(name: &[u8]) -> std::ops::Range<usize> {
    let start = if name.starts_with(b"get ") || name.starts_with(b"set ") { 4 } else { 0 };
    const SYMBOL: &[u8] = b"<symbol ";
    if name[start..].starts_with(SYMBOL) && name.ends_with(b">") && name.len() > start + SYMBOL.len() {
        return start + SYMBOL.len()..name.len() - 1;
    }
    start..name.len()
}

/// The look of the name of a property.
pub(crate) fn look_of(name: &[u8]) -> Look {
    let range = chosen(name);
    let text = &name[range.clone()];
    let units = utf16_len(text);
    if units < MIN_UNITS || text == b"__proto__" {
        return Look::Kept;
    }
    if is_address(text) {
        return Look::Address;
    }
    if units > MAX_UNITS || is_random(text) {
        return Look::Made;
    }
    let is_symbol = range.end < name.len();
    let is_accessor = range.start > 0 && !is_symbol;
    let is_of_word = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$' | b'#');
    let is_of_symbol = |byte: &u8| is_symbol && !byte.is_ascii_digit() && byte.is_ascii();
    match text.iter().all(|byte| is_of_word(byte) || is_of_symbol(byte)) {
        // Symbols and accessors are made by code, and named by it.
        true if is_symbol || is_accessor => Look::Kept,
        true => Look::Word,
        false => Look::Odd,
    }
}

/// Whether the name of a class or function is none that code has: it is random, or a mail address.
pub(crate) fn is_made_label(name: &[u8]) -> bool {
    let is_mail = |at: usize| at > 0 && memchr::memchr(b'.', &name[at..]).is_some() && !name.contains(&b' ');
    is_random(name) || memchr::memchr(b'@', name).is_some_and(is_mail)
}

/// Mail addresses, URLs, and what has a query or several lines.
fn is_address(text: &[u8]) -> bool {
    let has = |byte: u8| memchr::memchr(byte, &text[1..]).is_some();
    has(b'@')
        || has(b'?')
        || has(b'=')
        || has(b'&')
        || has(b';')
        || memchr::memmem::find(text, b"://").is_some()
        || text.iter().any(|&byte| byte < b' ')
}

/// Many digits, or letters and digits that make no words.
fn is_random(text: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().filter(|byte| byte.is_ascii_digit()).count();
    digits(text) >= MANY_DIGITS
        || text.split(|byte| !byte.is_ascii_alphanumeric()).filter(|run| run.len() >= MIN_RANDOM).any(|run| {
            let starts_word = |pair: &&[u8]| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase();
            let words = 1 + run.windows(2).filter(starts_word).count();
            let vowels = run.iter().filter(|byte| b"aeiouyAEIOUY".contains(byte)).count();
            digits(run) >= RANDOM_DIGITS || run.len() * 10 < words * RANDOM_WORD || vowels == 0
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_programs_are_told_from_what_is_made() {
        for (look, names) in [
            (
                Look::Kept,
                &["", "a", "id", "__proto__", "get x", "get total", "<symbol kState>", "<symbol dispatch queue>"][..],
            ),
            (Look::Word, &["user", "#secret", "_events", "$scope", "XMLHttpRequest", "MAX_SAFE_INTEGER"]),
            (Look::Word, &["getOwnPropertyDescriptors", "toISOString", "encodeURIComponent"]),
            (Look::Odd, &["utf8", "sha256", "content-type", "alice smith", "Zoë", "/srv/app.js", "<symbol kHttp2>"]),
            (Look::Odd, &["secp256k1", "Int32Array", "@scope/package"]),
            (Look::Address, &["me@example.org", "https://example.org/a", "a=b; c", "/path?token=x", "two\nlines"]),
            (Look::Made, &["user-12345", "10.200.10.1", "a8f2c91d3b4e", "eyJhbGciOiJIUzI1NiJ9", "<symbol 5f3a2b1c0d>"]),
            (Look::Made, &["dGhJcOlZqWvEcRmT", "xkcdqwrtplmn", "get user-12345"]),
        ] {
            for name in names {
                assert_eq!(look_of(name.as_bytes()), look, "{name}");
            }
        }
        assert_eq!(look_of("word".repeat(20).as_bytes()), Look::Made);
    }

    #[test]
    fn accessors_and_symbols_have_names_within() {
        for (name, inner) in
            [("get size", "size"), ("<symbol a>", "a"), ("get <symbol a>", "a"), ("get ", ""), ("<symbol >", "")]
        {
            assert_eq!(&name[chosen(name.as_bytes())], inner, "{name}");
        }
    }
}
