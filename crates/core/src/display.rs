//! Nodes and edges → the names a reader sees: DevTools' display names.
//!
//! Most nodes are shown by their raw name. Two are not: a plain object by its property names
//! (`{id, user, …, total}`), a concatenated string by the text of its parts.

use crate::columns::{Edge, EdgeName};
use crate::derived::Table;
use crate::ids::{EdgeIx, NodeIx};
use crate::interfaces::format_property;
use crate::schema::{EdgeKind, NodeKind};
use crate::snapshot::Snapshot;
use crate::strings::{Text, utf16_len};

/// UTF-16 units after which the text of a concatenated string is long enough.
const ENOUGH_TEXT: usize = 1024;

/// UTF-16 units a plain object's name may have, roughly.
const OBJECT_NAME: usize = 100;

/// What an edge is called, as DevTools reads it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EdgeLabel<'a> {
    /// A property, variable or internal field.
    Name(&'a [u8]),
    /// A position.
    Index(i64),
}

impl EdgeLabel<'_> {
    /// Whether the label reads as `text`; positions read as decimal numbers.
    pub fn is(self, text: &[u8]) -> bool {
        match self {
            EdgeLabel::Name(name) => name == text,
            EdgeLabel::Index(index) => index.to_string().as_bytes() == text,
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
pub(crate) fn parse_int(text: &[u8]) -> Option<i64> {
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
pub(crate) fn internal_target(snapshot: &Snapshot, node: NodeIx, name: &[u8]) -> Option<NodeIx> {
    snapshot
        .edges_of(node)
        .find(|&edge| edge.kind == EdgeKind::Internal && edge_label(snapshot, edge) == EdgeLabel::Name(name))
        .map(|edge| edge.to)
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
        NodeKind::ConcatenatedString => write_rope(snapshot, node, out),
        NodeKind::Object if snapshot.name(node) == b"Object" => write_plain_object(snapshot, node, out),
        _ => out.extend_from_slice(snapshot.name(node)),
    }
}

/// Whether the display name is the raw name, which is so for all but few nodes.
pub(crate) fn is_shown_raw(snapshot: &Snapshot, node: NodeIx) -> bool {
    match snapshot.kind(node) {
        NodeKind::ConcatenatedString => false,
        NodeKind::Object => snapshot.name(node) != b"Object",
        _ => true,
    }
}

/// `{` first properties … last properties `}`, alternately from both ends until the name is long.
fn write_plain_object(snapshot: &Snapshot, node: NodeIx, out: &mut Vec<u8>) {
    let all = snapshot.nodes().edge_range(node);
    let property = |position: usize| -> Option<Vec<u8>> {
        let edge = snapshot.edges().get(EdgeIx::from_index(position));
        let name = snapshot.edge_string(edge).map(|string| snapshot.strings().get(string))?;
        (edge.kind == EdgeKind::Property && name != b"__proto__").then(|| format_property(name))
    };
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
    out.push(b'}');
}

/// `first` and `second` with a comma between, unless `list`, the one of the two that grows, has no
/// text yet: a property called `""` leaves none.
fn listed(first: &[u8], second: &[u8], list: &[u8]) -> Vec<u8> {
    let comma: &[u8] = if list.is_empty() { b"" } else { b", " };
    [first, comma, second].concat()
}

/// Both halves of a concatenated string; a missing one is node 0, as for DevTools.
fn halves(snapshot: &Snapshot, rope: NodeIx) -> [NodeIx; 2] {
    let mut halves = [NodeIx(0); 2];
    for edge in snapshot.edges_of(rope).filter(|edge| edge.kind == EdgeKind::Internal) {
        match edge_label(snapshot, edge) {
            EdgeLabel::Name(b"first") => halves[0] = edge.to,
            EdgeLabel::Name(b"second") => halves[1] = edge.to,
            _ => continue,
        }
        if halves[0] != NodeIx(0) && halves[1] != NodeIx(0) {
            break;
        }
    }
    halves
}

fn is_rope(snapshot: &Snapshot, node: NodeIx) -> bool {
    snapshot.kind(node) == NodeKind::ConcatenatedString
}

/// The node whose text a rope's name is: itself, or for long ones the deepest rope with the same beginning.
pub(crate) fn same_text(snapshot: &Snapshot, node: NodeIx) -> NodeIx {
    if is_rope(snapshot, node) { ropes(snapshot).shorter(node) } else { node }
}

fn ropes(snapshot: &Snapshot) -> &Ropes {
    snapshot.derived.get().unwrap_or_else(|| snapshot.derived.keep(Ropes::new(snapshot)))
}

fn write_rope(snapshot: &Snapshot, node: NodeIx, out: &mut Vec<u8>) {
    let ropes = ropes(snapshot);
    let mut units = 0;
    let mut stack = vec![node];
    for _ in 0..MOST_PARTS {
        let Some(top) = stack.pop() else { break };
        if is_rope(snapshot, top) {
            let [first, second] = halves(snapshot, ropes.shorter(top));
            stack.push(second);
            stack.push(first);
            continue;
        }
        let part = snapshot.name(top);
        units += utf16_len(part);
        out.extend_from_slice(part);
        if units >= ENOUGH_TEXT {
            break;
        }
    }
}

/// Parts looked at for one name. Only strings that contain themselves, or thousands of empty parts, have more.
const MOST_PARTS: usize = 1 << 14;

/// Where the text of long concatenated strings is found without walking down to their beginning.
///
/// `text += line` a million times is a chain a million deep, and its beginning, which is what a name
/// shows, lies at the bottom of each of its strings. `shorter` leads from each concatenated string
/// to the deepest one that begins with the same 1024 units.
#[derive(Debug)]
pub(crate) struct Ropes {
    shorter: Vec<u32>,
}

/// Length of a rope nobody has looked at.
const UNKNOWN: u16 = u16::MAX;
/// Length of a rope whose parts are being measured. Met again, it contains itself: it counts as empty there.
const OPEN: u16 = u16::MAX - 1;

impl Ropes {
    /// O(nodes), and nothing to speak of when there are no concatenated strings.
    fn new(snapshot: &Snapshot) -> Self {
        let count = snapshot.nodes().len();
        let mut ropes = Ropes { shorter: (0..count as u32).collect() };
        let mut units = vec![UNKNOWN; count];
        for node in snapshot.nodes().iter().filter(|&node| is_rope(snapshot, node)) {
            if units[node.index()] == UNKNOWN {
                ropes.measure(snapshot, node, &mut units);
            }
        }
        ropes
    }

    /// Lengths of a rope and of all ropes below it, bottom up, without recursion.
    fn measure(&mut self, snapshot: &Snapshot, rope: NodeIx, units: &mut [u16]) {
        let mut stack = vec![rope];
        while let Some(&top) = stack.last() {
            let known = units[top.index()];
            if known < OPEN {
                stack.pop();
                continue;
            }
            let halves = halves(snapshot, top);
            if known == UNKNOWN {
                units[top.index()] = OPEN;
                let unmeasured = |half: &NodeIx| is_rope(snapshot, *half) && units[half.index()] == UNKNOWN;
                stack.extend(halves.iter().copied().filter(unmeasured));
                continue;
            }
            let length = |half: NodeIx| match units[half.index()] {
                _ if !is_rope(snapshot, half) => utf16_len(snapshot.name(half)),
                OPEN | UNKNOWN => 0,
                units => usize::from(units),
            };
            let first = length(halves[0]);
            units[top.index()] = (first + length(halves[1])).min(ENOUGH_TEXT) as u16;
            if first >= ENOUGH_TEXT && is_rope(snapshot, halves[0]) {
                self.shorter[top.index()] = self.shorter[halves[0].index()];
            }
            stack.pop();
        }
    }

    fn shorter(&self, rope: NodeIx) -> NodeIx {
        NodeIx(self.shorter[rope.index()])
    }
}

impl Table for Ropes {
    fn memory(&self) -> usize {
        4 * self.shorter.capacity()
    }
}
