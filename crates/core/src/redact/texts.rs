//! The rules: what of a text stays, by what it is used as.

use super::token::Key;
use super::uses::Use;
use crate::snapshot::strings::utf16_len;

/// Words of V8's own that name nodes of content types, and the names the rules of the analysis look
/// for in nodes of any type. They say nothing of the program's data.
const KEPT: [&[u8]; 18] = [
    b"(concatenated string)",
    b"(sliced string)",
    b"heap number",
    b"smi number",
    b"number",
    b"int",
    b"double",
    b"bool",
    b"true",
    b"false",
    b"bigint",
    b"symbol",
    b"private symbol",
    b"Array",
    b"V8EventListener",
    b"system / Context",
    b"system / NativeContext",
    b"Detached system / NativeContext",
];

/// Beginnings that the same rules look for: only what follows is content.
const KEPT_BEGINNINGS: [&[u8]; 3] =
    [b"system / Context / ", b"system / NativeContext / ", b"Detached system / NativeContext / "];

/// Writes what becomes of `text` where it is used so.
pub(crate) fn write(key: &Key, text: &[u8], what: Use, out: &mut Vec<u8>) {
    match what {
        Use::Name => write_name(key, text, out),
        Use::Label => write_label(key, text, out),
        Use::Text => write_text(key, text, out),
    }
}

fn write_text(key: &Key, text: &[u8], out: &mut Vec<u8>) {
    if KEPT.contains(&text) {
        out.extend_from_slice(text);
        return;
    }
    let beginning = KEPT_BEGINNINGS.iter().find(|beginning| text.starts_with(beginning));
    let (kept, hidden) = text.split_at(beginning.map_or(0, |beginning| beginning.len()));
    out.extend_from_slice(kept);
    key.write(hidden, out);
}

/// Names of objects, functions and scripts stay but for what a page or an address puts into them:
/// attributes of an element, the data of a `data:` address, user and query of any other.
fn write_label(key: &Key, text: &[u8], out: &mut Vec<u8>) {
    if let Some(attributes) = attributes(text) {
        out.extend_from_slice(&text[..attributes]);
        let (hidden, end) = match text[attributes..].strip_suffix(b">") {
            Some(hidden) => (hidden, &b">"[..]),
            None => (&text[attributes..], &b""[..]),
        };
        key.write(hidden, out);
        out.extend_from_slice(end);
    } else if let Some(data) = data_of_address(text) {
        out.extend_from_slice(&text[..data]);
        key.write(&text[data..], out);
    } else if let Some(at) = find(text, b"://") {
        write_address(key, text, at + 3, out);
    } else {
        out.extend_from_slice(text);
    }
}

/// Where the attributes of `<div id="x">` or `Detached <div id="x">` start. The class of such an
/// object is what stands before them.
fn attributes(text: &[u8]) -> Option<usize> {
    let tag = text.strip_prefix(b"Detached ").unwrap_or(text);
    let space = tag.strip_prefix(b"<")?.iter().position(|&byte| byte == b' ')?;
    Some(text.len() - tag.len() + space + 2)
}

/// Where the data of an address like `data:text/javascript,…` starts; V8 may write ` / ` before it.
fn data_of_address(text: &[u8]) -> Option<usize> {
    let at = if text.starts_with(b"data:") { 0 } else { find(text, b" / data:")? };
    Some(at + memchr::memchr(b',', &text[at..])? + 1)
}

/// An address whose authority starts at `authority`: user, query and fragment are content.
fn write_address(key: &Key, text: &[u8], authority: usize, out: &mut Vec<u8>) {
    let position =
        |from: usize, set: &[u8]| text[from..].iter().position(|byte| set.contains(byte)).map(|at| from + at);
    let path = position(authority, b"/?# ").unwrap_or(text.len());
    out.extend_from_slice(&text[..authority]);
    let host = match memchr::memrchr(b'@', &text[authority..path]) {
        Some(at) => {
            key.write(&text[authority..authority + at], out);
            authority + at
        }
        None => authority,
    };
    let query = position(host, b"?#").map_or(text.len(), |at| at + 1);
    out.extend_from_slice(&text[host..query]);
    key.write(&text[query..], out);
}

/// Names of edges stay, with two exceptions. Module loaders keep modules by address, and a `data:`
/// address is the module's source. And V8 names the two edges of a WeakMap's entry after key and value,
/// which may be a string: `12 / part of key (K @3) -> value (V @5) pair in WeakMap (table @7)`.
///
/// What the rules of the graph read from the name must come out the same: whether it has that form,
/// which needs a middle without line terminators, and which two edges have the same name.
fn write_name(key: &Key, text: &[u8], out: &mut Vec<u8>) {
    const BEGINNING: &[u8] = b" / part of key (";
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let names = digits + BEGINNING.len();
    if digits == 0 || !text[digits..].starts_with(BEGINNING) {
        let hidden = if text.starts_with(b"data:") { data_of_address(text) } else { None };
        out.extend_from_slice(&text[..hidden.unwrap_or(text.len())]);
        return hidden.map_or((), |at| write_padded(key, &text[at..], out));
    }
    out.extend_from_slice(&text[..names]);
    let pair = &text[names..];
    let Some(arrow) = arrow(pair) else { return write_part(key, pair, out) };
    let end = pair_end(pair).filter(|&end| end >= arrow.end).unwrap_or(pair.len());
    // A key is an object, whose name is a label; one with a line terminator is none V8 wrote.
    let object = &pair[..arrow.start];
    if has_line_terminator(object) {
        write_part(key, object, out)
    } else {
        write_label(key, object, out)
    }
    out.extend_from_slice(&pair[arrow.clone()]);
    write_part(key, &pair[arrow.end..end], out);
    out.extend_from_slice(&pair[end..]);
}

/// A redacted part as long as the text was, or a little longer: shapes are told apart by how long the
/// names of their properties are.
fn write_padded(key: &Key, text: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    key.write(text, out);
    let missing = utf16_len(text).saturating_sub(utf16_len(&out[start..]));
    out.resize(out.len() + missing, b'.');
}

/// A redacted part that has a line terminator where the text had one.
fn write_part(key: &Key, text: &[u8], out: &mut Vec<u8>) {
    key.write(text, out);
    if has_line_terminator(text) {
        out.push(b'\n');
    }
}

fn has_line_terminator(text: &[u8]) -> bool {
    let breaks = |byte: &u8| matches!(byte, b'\n' | b'\r');
    text.iter().any(breaks) || text.windows(3).any(|three| matches!(three, [0xe2, 0x80, 0xa8 | 0xa9]))
}

/// The first ` @3) -> value (`.
fn arrow(pair: &[u8]) -> Option<std::ops::Range<usize>> {
    const ARROW: &[u8] = b") -> value (";
    let mut ends = memchr::memmem::find_iter(pair, ARROW);
    ends.find_map(|at| Some(before_id(&pair[..at])?..at + ARROW.len()))
}

/// Where ` @5) pair in WeakMap (table @7)` starts.
fn pair_end(pair: &[u8]) -> Option<usize> {
    let table = before_digits(pair.strip_suffix(b")")?)?;
    before_id(pair[..table].strip_suffix(b") pair in WeakMap (table @")?)
}

/// Where the ` @3` starts that a text ends in.
fn before_id(text: &[u8]) -> Option<usize> {
    text[..before_digits(text)?].strip_suffix(b" @").map(<[u8]>::len)
}

/// Where the digits start that a text ends in.
fn before_digits(text: &[u8]) -> Option<usize> {
    let count = text.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    (count > 0).then_some(text.len() - count)
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(text: &str, what: Use) -> String {
        let mut out = Vec::new();
        write(&Key::new(b"key"), text.as_bytes(), what, &mut out);
        let text = String::from_utf8(out).unwrap();
        // The hashes are tested elsewhere.
        let mut parts = text.split("‹redacted ");
        let first = parts.next().unwrap_or("").to_owned();
        parts.fold(first, |text, part| text + "‹" + &part[17..])
    }

    #[test]
    fn content_is_hidden_but_for_words_of_v8() {
        for (text, shown) in [
            ("hunter2", "‹7›"),
            ("", ""),
            ("heap number", "heap number"),
            ("system / Context / hunter2", "system / Context / ‹7›"),
            ("system / Contexts", "‹17›"),
        ] {
            assert_eq!(redacted(text, Use::Text), shown);
        }
    }

    #[test]
    fn labels_stay_but_for_attributes_and_what_addresses_carry() {
        for (text, shown) in [
            ("Session", "Session"),
            ("/srv/app/what?.js", "/srv/app/what?.js"),
            (
                "blink::HeapVectorBacking<blink::FragmentItem, int>",
                "blink::HeapVectorBacking<blink::FragmentItem, int>",
            ),
            ("<div>", "<div>"),
            (r#"<input value="hunter2">"#, "<input ‹15›>"),
            (r#"Detached <input value="hunter2">"#, "Detached <input ‹15›>"),
            ("Window / https://me:hunter2@example.org/path", "Window / https://‹10›@example.org/path"),
            ("https://example.org/a@b?token=hunter2#x", "https://example.org/a@b?‹15›"),
            ("https://example.org#hunter2", "https://example.org#‹7›"),
            ("https://example.org/?", "https://example.org/?"),
            ("system / Script / data:text/javascript,hunter2", "system / Script / data:text/javascript,‹7›"),
            ("data:text/javascript;base64,aHVudGVyMg==", "data:text/javascript;base64,‹12›"),
            ("metadata:a,b", "metadata:a,b"),
        ] {
            assert_eq!(redacted(text, Use::Label), shown);
        }
    }

    #[test]
    fn names_stay_but_for_the_entries_of_a_weak_map() {
        for (text, shown) in [
            ("password", "password"),
            ("<symbol hunter2>", "<symbol hunter2>"),
            ("data:,hunter2", "data:,‹7›"),
            ("data:text/javascript,the secret is hunter2, hunter2, hunter2", "data:text/javascript,‹39›........."),
            (
                "12 / part of key (Foo @3) -> value (hunter2 @5) pair in WeakMap (table @77)",
                "12 / part of key (Foo @3) -> value (‹7› @5) pair in WeakMap (table @77)",
            ),
            (
                "1 / part of key (Foo @3) -> value (a @5) -> value (b @6) pair in WeakMap (table @77)",
                "1 / part of key (Foo @3) -> value (‹17› @6) pair in WeakMap (table @77)",
            ),
            // V8 cuts names after 1023 bytes.
            ("1 / part of key (Foo @3) -> value (hunter2", "1 / part of key (Foo @3) -> value (‹7›"),
            ("1 / part of key (hunter2", "1 / part of key (‹7›"),
            (
                "1 / part of key (Foo @3) -> value (hun\nter2 @5) pair in WeakMap (table @77)",
                "1 / part of key (Foo @3) -> value (‹8›\n @5) pair in WeakMap (table @77)",
            ),
        ] {
            assert_eq!(redacted(text, Use::Name), shown);
        }
    }
}
