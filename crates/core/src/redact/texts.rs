//! Writes texts for the redacted file, whole or in part hidden.

use super::token::Key;
use crate::snapshot::data_keys::chosen;
use crate::snapshot::interfaces::format_property;
use crate::snapshot::sensitive::{Use, entry_names, has_line_terminator, pieces};
use crate::snapshot::strings::utf16_len;

/// Writes `text` as redacted for a use.
///
/// The rules of the graph read the names of WeakMap entries: whether a name has this form, which needs a middle without
/// line terminators, and which two edges have the same name. Redaction changes neither. Shapes are told apart by the
/// lengths of their properties' names: a hidden name is as long as before or slightly longer.
pub(crate) fn write(key: &Key, text: &[u8], what: Use, out: &mut Vec<u8>) {
    let is_entry = what == Use::Name && entry_names(text).is_some();
    pieces(text, what, |piece, is_hidden| {
        let start = out.len();
        match is_hidden {
            true => key.write(piece, out),
            false => return out.extend_from_slice(piece),
        }
        if is_entry && has_line_terminator(piece) {
            out.push(b'\n');
        }
        if what == Use::Name && !is_entry {
            let missing = utf16_len(piece).saturating_sub(utf16_len(&out[start..]));
            out.resize(out.len() + missing, b'.');
        }
    });
}

/// Writes a name of a property that is data, hidden and of the same length, also as DevTools writes it in braces.
pub(crate) fn write_key(key: &Key, name: &[u8], out: &mut Vec<u8>) {
    let part = chosen(name);
    let around = utf16_len(&name[..part.start]) + utf16_len(&name[part.end..]);
    out.extend_from_slice(&name[..part.start]);
    key.write_key(&name[part.clone()], utf16_len(&format_property(name)) - around, out);
    out.extend_from_slice(&name[part.end..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::redacted::is_hidden_key;

    fn redacted(text: &str, what: Use) -> String {
        let mut out = Vec::new();
        write(&Key::new(b"key"), text.as_bytes(), what, &mut out);
        let text = String::from_utf8(out).unwrap();
        // Other tests check the hashes.
        let mut parts = text.split("‹redacted ");
        let first = parts.next().unwrap_or("").to_owned();
        parts.fold(first, |text, part| text + "‹" + &part[17..])
    }

    #[test]
    fn content_is_hidden_except_for_v8s_own_words() {
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
    fn labels_are_kept_except_for_attributes_and_parts_of_addresses() {
        for (text, shown) in [
            ("Session", "Session"),
            ("/srv/app/what?token=x", "/srv/app/what?‹7›"),
            ("C:\\app\\a.js#hunter2", "C:\\app\\a.js#‹7›"),
            ("/srv/app.js;session=hunter2?x", "/srv/app.js;‹17›"),
            ("https://example.org/a;b/app.js", "https://example.org/a;b/app.js"),
            ("https://me:hunter2@example.org/path?token=x", "https://‹10›@example.org/path?‹7›"),
            ("system / Script / tenant.hunter2", "system / Script / ‹14›"),
            ("system / Script / /srv/app.js", "system / Script / /srv/app.js"),
            ("system / Script / node:fs", "system / Script / node:fs"),
            ("evalmachine.<anonymous>", "evalmachine.<anonymous>"),
            ("string_decoder.js", "string_decoder.js"),
            ("tenant-hunter.js", "‹16›"),
            ("hunter4711234", "‹13›"),
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
    fn names_are_kept_except_for_entries_of_a_weak_map() {
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

    #[test]
    fn a_hidden_key_is_as_long_as_the_name_is_in_braces() {
        for name in [
            "bob",
            "alice",
            "user-123",
            "session-1234",
            "a session of nineteen",
            "me@example.org, and others who have the same \"name\"",
            "get user-12345",
            "<symbol 1234567>",
            "naïve 😀 {key}",
        ] {
            let mut hidden = Vec::new();
            write_key(&Key::new(b"key"), name.as_bytes(), &mut hidden);
            assert!(is_hidden_key(&hidden), "{}", String::from_utf8_lossy(&hidden));
            assert!(!is_hidden_key(name.as_bytes()), "{name}");
            assert_eq!(utf16_len(&format_property(&hidden)), utf16_len(&format_property(name.as_bytes())), "{name}");
        }
    }

    #[test]
    fn equal_keys_stay_equal_and_others_differ() {
        let hidden = |name: &str| {
            let mut out = Vec::new();
            write_key(&Key::new(b"key"), name.as_bytes(), &mut out);
            out
        };
        assert_eq!(hidden("session-12345678901234"), "‹35566235b15139bc.....".as_bytes());
        for length in 3..40 {
            let names: Vec<String> = (0..100).map(|i| format!("{i:0length$}")).collect();
            let mut all: Vec<Vec<u8>> = names.iter().map(|name| hidden(name)).collect();
            assert_eq!(hidden(&names[7]), all[7]);
            all.sort();
            all.dedup();
            assert_eq!(all.len(), names.len(), "{length}");
        }
    }
}
