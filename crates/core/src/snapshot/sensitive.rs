//! What of a text may be a secret, by what the text is used as.
//!
//! Reports leave these pieces out, and redaction replaces them. Whether the name of a property is data as a whole is
//! decided in `data_keys`, which knows the graph.

use crate::snapshot::data_keys::is_made_label;
use std::ops::Range;

/// What a text is used as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(crate) enum Use {
    /// Name of an edge: property, variable, internal slot.
    Name,
    /// Name of an object, function or script.
    Label,
    /// Content of the program: the text of a string, a pattern, a number.
    Text,
    /// Name of a script, and of nothing else.
    Script,
}

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

/// How V8 names the description of a script, before the script's own name.
const SCRIPT: &[u8] = b"system / Script / ";

/// Scripts of the runtime: the rules for what is the program's own look at these beginnings.
const RUNTIME: [&[u8]; 6] = [b"node:", b"internal/", b"ext:", b"extensions::", b"native ", b"["];

/// Gives each piece of a text, and whether it is to be hidden.
pub(crate) fn pieces<'a>(text: &'a [u8], what: Use, mut each: impl FnMut(&'a [u8], bool)) {
    let [first, second] = match what {
        Use::Name => return name_pieces(text, &mut each),
        Use::Label => hidden_of_label(text),
        Use::Text => hidden_of_content(text),
        Use::Script => hidden_of_script(text),
    };
    each(&text[..first.start], false);
    each(&text[first.clone()], true);
    each(&text[first.end..second.start], false);
    each(&text[second.clone()], true);
    each(&text[second.end..], false);
}

/// Up to two ranges of a text, in order.
type Hidden = [Range<usize>; 2];

fn nothing(text: &[u8]) -> Hidden {
    [text.len()..text.len(), text.len()..text.len()]
}

fn only(text: &[u8], range: Range<usize>) -> Hidden {
    [range, text.len()..text.len()]
}

/// Whether a text is V8's word for a node, and not of the program.
pub(crate) fn is_word_of_v8(text: &[u8]) -> bool {
    KEPT.contains(&text)
}

fn hidden_of_content(text: &[u8]) -> Hidden {
    if is_word_of_v8(text) {
        return nothing(text);
    }
    let beginning = KEPT_BEGINNINGS.iter().find(|beginning| text.starts_with(beginning));
    only(text, beginning.map_or(0, |beginning| beginning.len())..text.len())
}

/// Names of objects, functions and scripts stay but for what a page or an address puts into them:
/// attributes of an element, the data of a `data:` address, user and query of any other.
fn hidden_of_label(text: &[u8]) -> Hidden {
    if let Some(start) = attributes(text) {
        return only(text, start..text.len() - usize::from(text.ends_with(b">")));
    }
    if let Some(address) = hidden_of_address(text) {
        return address;
    }
    if let Some(script) = text.strip_prefix(SCRIPT) {
        return hidden_of_script(script).map(|Range { start, end }| start + SCRIPT.len()..end + SCRIPT.len());
    }
    if is_bare_script(text) || is_made(text) { only(text, 0..text.len()) } else { nothing(text) }
}

/// A script's path stays, without a query. Other names are given by programs that run code with `node:vm`.
fn hidden_of_script(text: &[u8]) -> Hidden {
    const VM: &[u8] = b"evalmachine.";
    if let Some(address) = hidden_of_address(text) {
        return address;
    }
    if let Some(name) = text.strip_prefix(VM).filter(|name| *name != b"<anonymous>") {
        return only(text, text.len() - name.len()..text.len());
    }
    let is_kept = matches!(text.first(), Some(b'<' | b'('))
        || text.starts_with(VM)
        || RUNTIME.iter().any(|beginning| text.starts_with(beginning))
        || is_file_of_node(text);
    if is_kept { nothing(text) } else { only(text, 0..text.len()) }
}

/// What is hidden of an address or an absolute path; `None` for other texts.
fn hidden_of_address(text: &[u8]) -> Option<Hidden> {
    if let Some(data) = data_of_address(text) {
        return Some(only(text, data..text.len()));
    }
    let end = |from: usize, ends: &[u8]| {
        let at = text[from..].iter().position(|byte| ends.contains(byte));
        at.map_or(text.len(), |at| from + at)
    };
    let query = |from: usize| {
        let path = end(from, b"?#");
        // `/app.js;jsessionid=1`
        let parameter = memchr::memchr(b';', &text[from..path]).map(|at| from + at);
        let start = parameter.filter(|&at| text[at..path].contains(&b'=')).unwrap_or(path);
        (start + 1).min(text.len())..text.len()
    };
    if let Some(authority) = find(text, b"://").map(|at| at + 3) {
        let path = end(authority, b"/?# ");
        return Some(match memchr::memrchr(b'@', &text[authority..path]) {
            Some(user) => [authority..authority + user, query(authority + user)],
            None => only(text, query(authority)),
        });
    }
    let path = text.strip_prefix(SCRIPT).unwrap_or(text);
    let is_absolute = match path {
        [b'/', _, ..] | [b'\\', b'\\', ..] => true,
        [drive, b':', b'\\' | b'/', ..] => drive.is_ascii_alphabetic(),
        _ => false,
    };
    is_absolute.then(|| only(text, query(text.len() - path.len())))
}

/// Whether a label is the name of a script: a path or an address.
pub(crate) fn is_script(label: &[u8]) -> bool {
    label.starts_with(SCRIPT) || attributes(label).is_none() && hidden_of_address(label).is_some()
}

/// The name of a file without its folder: scripts have it that were given it.
fn is_bare_script(text: &[u8]) -> bool {
    const ENDINGS: [&[u8]; 5] = [b".js", b".mjs", b".cjs", b".ts", b".vm"];
    let is_name = |byte: &u8| !matches!(byte, b'/' | b'\\' | b'(' | b'<');
    ENDINGS.iter().any(|ending| text.ends_with(ending)) && text.iter().all(is_name) && !is_file_of_node(text)
}

/// How Node.js called its own scripts up to version 14: `fs.js`, `_http_agent.js`, `v8.js`.
fn is_file_of_node(text: &[u8]) -> bool {
    let is_name = |name: &[u8]| {
        name.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'_' || byte.is_ascii_digit())
            && name.iter().filter(|byte| byte.is_ascii_digit()).count() < 2
    };
    text.strip_suffix(b".js").is_some_and(is_name)
}

/// Whether the name of an object or a function is none that code has.
fn is_made(text: &[u8]) -> bool {
    let is_of_v8 = text.starts_with(b"(")
        || text.starts_with(b"<")
        || find(text, b" / ").is_some()
        || find(text, b"::").is_some()
        || RUNTIME.iter().any(|beginning| text.starts_with(beginning));
    !is_of_v8 && is_made_label(text)
}

/// Where the attributes of `<div id="x">` or `Detached <div id="x">` start. The class of such an
/// object is what stands before them.
pub(crate) fn attributes(text: &[u8]) -> Option<usize> {
    let tag = text.strip_prefix(b"Detached ").unwrap_or(text);
    let space = tag.strip_prefix(b"<")?.iter().position(|&byte| byte == b' ')?;
    Some(text.len() - tag.len() + space + 2)
}

/// Where the data of an address like `data:text/javascript,…` starts; V8 may write ` / ` before it.
fn data_of_address(text: &[u8]) -> Option<usize> {
    let at = if text.starts_with(b"data:") { 0 } else { find(text, b" / data:")? };
    Some(at + memchr::memchr(b',', &text[at..])? + 1)
}

/// Names of edges stay, with two exceptions. Module loaders keep modules by address, and a `data:`
/// address is the module's source. And V8 names the two edges of a WeakMap's entry after key and value,
/// which may be a string: `12 / part of key (K @3) -> value (V @5) pair in WeakMap (table @7)`.
fn name_pieces<'a>(text: &'a [u8], each: &mut dyn FnMut(&'a [u8], bool)) {
    let Some(names) = entry_names(text) else {
        let hidden = if text.starts_with(b"data:") { data_of_address(text) } else { None };
        let hidden = hidden.unwrap_or(text.len());
        each(&text[..hidden], false);
        return each(&text[hidden..], true);
    };
    each(&text[..names], false);
    let pair = &text[names..];
    let Some(arrow) = arrow(pair) else { return each(pair, true) };
    let end = pair_end(pair).filter(|&end| end >= arrow.end).unwrap_or(pair.len());
    // A key is an object, whose name is a label; one with a line terminator is none V8 wrote.
    let object = &pair[..arrow.start];
    if has_line_terminator(object) {
        each(object, true);
    } else {
        pieces(object, Use::Label, &mut *each);
    }
    each(&pair[arrow.clone()], false);
    each(&pair[arrow.end..end], true);
    each(&pair[end..], false);
}

/// Where the names of key and value start in the name of a WeakMap's entry; `None` for other names.
pub(crate) fn entry_names(text: &[u8]) -> Option<usize> {
    const BEGINNING: &[u8] = b" / part of key (";
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (digits > 0 && text[digits..].starts_with(BEGINNING)).then_some(digits + BEGINNING.len())
}

pub(crate) fn has_line_terminator(text: &[u8]) -> bool {
    let breaks = |byte: &u8| matches!(byte, b'\n' | b'\r');
    text.iter().any(breaks) || text.windows(3).any(|three| matches!(three, [0xe2, 0x80, 0xa8 | 0xa9]))
}

/// The first ` @3) -> value (`.
fn arrow(pair: &[u8]) -> Option<Range<usize>> {
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
