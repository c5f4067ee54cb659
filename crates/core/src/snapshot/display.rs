//! Nodes and edges → their display names, as in DevTools.
//!
//! Most nodes are shown by their raw name. A plain object is shown by its property names
//! (`{id, user, …, total}`), and a concatenated string by the text of its parts.

use crate::snapshot::Snapshot;
use crate::snapshot::columns::{Edge, EdgeName};
use crate::snapshot::data_keys::DataKeys;
use crate::snapshot::ids::{EdgeIx, NodeIx, StringIx};
use crate::snapshot::interfaces::format_property;
use crate::snapshot::ropes::{MAX_OF_PART, Ropes};
use crate::snapshot::schema::{EdgeKind, NodeKind};
use crate::snapshot::strings::{Text, cut_to, utf16_len};

/// The approximate limit on a plain object's name, in UTF-16 units.
const OBJECT_NAME: usize = 100;

/// The name of an edge, as DevTools reads it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EdgeLabel<'a> {
    /// A property, variable or internal field.
    Name(&'a [u8]),
    /// A position.
    Index(i64),
}

impl EdgeLabel<'_> {
    /// Whether the label's text is `text`; positions are decimal numbers.
    pub fn is(self, text: &[u8]) -> bool {
        match self {
            EdgeLabel::Name(name) => name == text,
            EdgeLabel::Index(index) => parse_int(text) == Some(index) && index.to_string().as_bytes() == text,
        }
    }

    /// Whether it is a position, or text that is a number.
    pub fn is_number(self) -> bool {
        match self {
            EdgeLabel::Name(name) => name.iter().all(u8::is_ascii_digit),
            EdgeLabel::Index(_) => true,
        }
    }

    /// As text.
    pub fn text(self) -> Text {
        match self {
            EdgeLabel::Name(name) => Text::of(name),
            EdgeLabel::Index(index) => Text::from(index.to_string()),
        }
    }
}

/// The label of an edge. Shortcuts whose name starts with a number are positions, as for DevTools.
pub fn edge_label(snapshot: &Snapshot, edge: Edge) -> EdgeLabel<'_> {
    match snapshot.edges().name(edge) {
        EdgeName::Index(index) => EdgeLabel::Index(index),
        EdgeName::Name(string) => {
            let name = snapshot.strings().get(string);
            match edge.kind {
                EdgeKind::Shortcut => parse_int(name).map_or(EdgeLabel::Name(name), EdgeLabel::Index),
                _ => EdgeLabel::Name(name),
            }
        }
    }
}

/// JavaScript's `parseInt(text, 10)`, saturating.
pub fn parse_int(text: &[u8]) -> Option<i64> {
    let text = text.trim_ascii_start();
    let (negative, digits) = match text.first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let end = digits.iter().position(|b| !b.is_ascii_digit()).unwrap_or(digits.len());
    if end == 0 {
        return None;
    }
    let value =
        digits[..end].iter().fold(0i64, |value, b| value.saturating_mul(10).saturating_add(i64::from(b - b'0')));
    Some(if negative { -value } else { value })
}

/// The first target of an internal edge with this name.
pub fn internal_target(snapshot: &Snapshot, node: NodeIx, name: &[u8]) -> Option<NodeIx> {
    snapshot
        .edges_of(node)
        .find(|&edge| edge.kind == EdgeKind::Internal && edge_label(snapshot, edge) == EdgeLabel::Name(name))
        .map(|edge| edge.to)
}

/// V8 writes values as a number node named by their type, with a string node for the value.
pub(crate) fn value_node(snapshot: &Snapshot, node: NodeIx, kind: &[u8]) -> Option<NodeIx> {
    let is_value = snapshot.kind(node) == NodeKind::Number && snapshot.name(node) == kind;
    is_value.then(|| internal_target(snapshot, node, b"value")).flatten()
}

/// The whole number that V8 wrote so; `None` where a redacted snapshot hides it.
pub(crate) fn number_of(snapshot: &Snapshot, node: NodeIx) -> Option<i64> {
    parse_int(snapshot.name(value_node(snapshot, node, b"int")?))
}

/// The display name of a node.
pub fn display_name(snapshot: &Snapshot, node: NodeIx) -> Text {
    let mut name = Vec::new();
    write_display_name(snapshot, node, &mut name);
    Text(name)
}

/// Appends the display name of a node.
pub fn write_display_name(snapshot: &Snapshot, node: NodeIx, out: &mut Vec<u8>) {
    match snapshot.kind(node) {
        NodeKind::ConcatenatedString => Ropes::write(snapshot, node, out),
        NodeKind::Object if snapshot.name(node) == b"Object" => write_plain_object(snapshot, node, None, out),
        _ => out.extend_from_slice(snapshot.name(node)),
    }
}

/// Whether the display name is the raw name, as it is for nearly all nodes.
pub fn is_shown_raw(snapshot: &Snapshot, node: NodeIx) -> bool {
    match snapshot.kind(node) {
        NodeKind::ConcatenatedString => false,
        NodeKind::Object => snapshot.name(node) != b"Object",
        _ => true,
    }
}

/// `{` first properties … last properties `}`, alternately from both ends until the name is long. Properties whose
/// names are among `hidden` are counted, not named.
pub(crate) fn write_plain_object(snapshot: &Snapshot, node: NodeIx, hidden: Option<&DataKeys>, out: &mut Vec<u8>) {
    let is_hidden = |string: StringIx| hidden.is_some_and(|keys| keys.contains(string));
    let all = snapshot.nodes().edge_range(node);
    let string = |position: usize| -> Option<StringIx> {
        let edge = snapshot.edges().get(EdgeIx::from_index(position));
        snapshot.edge_string(edge).filter(|_| edge.kind == EdgeKind::Property)
    };
    let property = |position: usize| -> Option<Vec<u8>> {
        let name = snapshot.strings().get(string(position).filter(|&string| !is_hidden(string))?);
        (name != b"__proto__").then(|| format_property(cut_to(name, MAX_OF_PART)))
    };
    let keys =
        if hidden.is_some() { all.clone().filter_map(string).filter(|&name| is_hidden(name)).count() } else { 0 };
    let (mut front, mut back) = (all.start, all.end);
    let (mut head, mut tail) = (Vec::new(), Vec::new());
    let mut from_end = false;
    while front < back {
        let at = if from_end { back - 1 } else { front };
        if let Some(name) = property(at) {
            let units = 2 + utf16_len(&head) + utf16_len(&name) + utf16_len(&tail);
            if !head.is_empty() && units > OBJECT_NAME {
                break;
            }
            if from_end {
                tail = listed(&name, &tail, &tail);
                back -= 1;
            } else {
                head = listed(&head, &name, &head);
                front += 1;
            }
            from_end = !from_end;
        } else if from_end {
            back -= 1;
        } else {
            front += 1;
        }
    }
    out.push(b'{');
    out.extend_from_slice(&head);
    if front < back {
        out.extend_from_slice(", …".as_bytes());
    }
    if !tail.is_empty() {
        out.extend_from_slice(b", ");
        out.extend_from_slice(&tail);
    }
    if keys > 0 {
        out.extend_from_slice(if head.is_empty() { b"" } else { b", " });
        out.extend_from_slice(&number_of_keys(keys));
    }
    out.push(b'}');
}

/// What stands in braces for names that are left out.
pub(crate) fn number_of_keys(count: usize) -> Vec<u8> {
    format!("{count} key{}", if count == 1 { "" } else { "s" }).into_bytes()
}

/// `first` and `second` with a comma between, unless `list`, the one of the two that grows, has no
/// text yet: a property called `""` leaves none.
fn listed(first: &[u8], second: &[u8], list: &[u8]) -> Vec<u8> {
    let comma: &[u8] = if list.is_empty() { b"" } else { b", " };
    [first, comma, second].concat()
}
