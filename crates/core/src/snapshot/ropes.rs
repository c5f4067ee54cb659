//! Concatenated strings → their text, found without walking down to the beginning of each.
//!
//! `text += line` a million times is a chain a million deep, and its beginning, which a name shows, is at
//! the bottom of all its strings. So each string is measured once, bottom up, and has a link to the
//! deepest string with the same text as far as names show it: the deepest one that begins with the same
//! 1024 units, ignoring empty halves. The remaining walk for a name is short.

use crate::snapshot::Snapshot;
use crate::snapshot::column::{filled, push};
use crate::snapshot::columns::EdgeName;
use crate::snapshot::derived::Table;
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::schema::{EdgeKind, NodeKind};
use crate::snapshot::strings::{cut_to, utf16_len};

/// The limit on one part of a composed name, in UTF-16 units. V8 writes texts of at most half of that; in
/// a file with longer ones each of a million rows could have a copy.
pub const MAX_OF_PART: usize = 2048;

/// UTF-16 units from which the text is long enough. The part that reaches them is shown up to
/// [`MAX_OF_PART`], as in DevTools.
const ENOUGH_TEXT: usize = 1024;

/// The most parts of one name. Only a string that contains itself has more, because all others have at
/// least one unit in each part.
const MAX_PARTS: usize = 8 * ENOUGH_TEXT;

/// The length of a string that is not measured yet.
const UNKNOWN: u16 = u16::MAX;
/// The length of a string whose parts are being measured. If it is reached again, it contains itself, and counts as
/// empty there.
const OPEN: u16 = u16::MAX - 1;

/// No concatenated string.
const NONE: u32 = u32::MAX;

/// All concatenated strings of a snapshot.
#[derive(Debug)]
pub struct Ropes {
    /// By node: its index in `list`. Empty if there are no concatenated strings.
    place: Vec<u32>,
    list: Vec<Rope>,
}

#[derive(Clone, Copy, Debug)]
struct Rope {
    node: NodeIx,
    halves: [NodeIx; 2],
    /// The index of the deepest one with the same text.
    same: u32,
    /// Length of the text, at most [`ENOUGH_TEXT`].
    units: u16,
    /// Whether it contains itself, or one that does, so that its length is not complete.
    is_cyclic: bool,
}

pub fn is_rope(snapshot: &Snapshot, node: NodeIx) -> bool {
    snapshot.kind(node) == NodeKind::ConcatenatedString
}

impl Ropes {
    /// The concatenated strings of a snapshot. The first call costs a pass over the nodes and the edges of
    /// such strings.
    ///
    /// # Errors
    /// [`Code::OutOfMemory`](crate::Code::OutOfMemory).
    pub fn of(snapshot: &Snapshot) -> Result<&Ropes> {
        snapshot.derived.get_or_make(|| Ropes::new(snapshot))
    }

    fn new(snapshot: &Snapshot) -> Result<Ropes> {
        let mut ropes = Ropes { place: Vec::new(), list: Vec::new() };
        for node in snapshot.nodes().iter().filter(|&node| is_rope(snapshot, node)) {
            if ropes.place.is_empty() {
                ropes.place = filled(NONE, snapshot.nodes().len())?;
            }
            let place = ropes.list.len() as u32;
            ropes.place[node.index()] = place;
            let halves = halves(snapshot, node);
            push(&mut ropes.list, Rope { node, halves, same: place, units: UNKNOWN, is_cyclic: false })?;
        }
        let mut stack = Vec::new();
        for place in 0..ropes.list.len() as u32 {
            ropes.measure(snapshot, place, &mut stack)?;
        }
        Ok(ropes)
    }

    /// Measures a string and all unmeasured ones below it, bottom up, without recursion.
    fn measure(&mut self, snapshot: &Snapshot, rope: u32, stack: &mut Vec<u32>) -> Result<()> {
        push(stack, rope)?;
        while let Some(&top) = stack.last() {
            let Rope { halves, units, .. } = self.list[top as usize];
            if units < OPEN {
                stack.pop();
                continue;
            }
            if units == UNKNOWN {
                self.list[top as usize].units = OPEN;
                for below in halves.into_iter().filter_map(|half| self.place_of(half)) {
                    if self.list[below as usize].units == UNKNOWN {
                        push(stack, below)?;
                    }
                }
                continue;
            }
            let [first, second] = halves.map(|half| self.length(snapshot, half));
            let [first_is_cyclic, second_is_cyclic] = halves.map(|half| self.is_cyclic(half));
            let same_as = match (first, second) {
                (first, _) if first >= ENOUGH_TEXT => Some(halves[0]),
                (_, 0) if !second_is_cyclic => Some(halves[0]),
                (0, _) if !first_is_cyclic => Some(halves[1]),
                _ => None,
            };
            // A half that is still open contains this string, so there is no deepest one.
            let below = same_as.and_then(|half| self.place_of(half)).map(|below| self.list[below as usize]);
            let rope = &mut self.list[top as usize];
            rope.units = (first + second).min(ENOUGH_TEXT) as u16;
            rope.is_cyclic = first_is_cyclic || second_is_cyclic;
            if let Some(below) = below.filter(|below| below.units < OPEN) {
                rope.same = below.same;
            }
            stack.pop();
        }
        Ok(())
    }

    fn place_of(&self, node: NodeIx) -> Option<u32> {
        self.place.get(node.index()).copied().filter(|&place| place != NONE)
    }

    /// The length of a node's text, at most [`ENOUGH_TEXT`].
    fn length(&self, snapshot: &Snapshot, node: NodeIx) -> usize {
        match self.place_of(node).map(|place| self.list[place as usize].units) {
            None => utf16_len(snapshot.name(node)),
            Some(OPEN | UNKNOWN) => 0,
            Some(units) => usize::from(units),
        }
    }

    fn is_cyclic(&self, node: NodeIx) -> bool {
        self.place_of(node)
            .map(|place| self.list[place as usize])
            .is_some_and(|rope| rope.units >= OPEN || rope.is_cyclic)
    }

    /// Whether the text of a node is empty.
    pub fn is_empty(&self, snapshot: &Snapshot, node: NodeIx) -> bool {
        match self.place_of(node) {
            None => snapshot.name(node).is_empty(),
            Some(place) => self.list[place as usize].units == 0,
        }
    }

    /// The node from which a node's name is taken: itself, or, for a concatenated string, the deepest one
    /// with the same beginning.
    pub fn same_text(&self, node: NodeIx) -> NodeIx {
        self.place_of(node).map_or(node, |place| self.list[self.list[place as usize].same as usize].node)
    }

    /// Appends the text of a concatenated string. A caller that writes many calls [`Ropes::of`] before, to
    /// learn whether there is memory for the table.
    pub fn write(snapshot: &Snapshot, node: NodeIx, out: &mut Vec<u8>) {
        let Ok(ropes) = Ropes::of(snapshot) else { return };
        let mut units = 0;
        let mut stack = vec![node];
        for _ in 0..MAX_PARTS {
            let Some(top) = stack.pop() else { break };
            if let Some(place) = ropes.place_of(top) {
                let same = ropes.list[place as usize].same;
                let [first, second] = ropes.list[same as usize].halves;
                stack.push(second);
                stack.push(first);
                continue;
            }
            let part = cut_to(snapshot.name(top), MAX_OF_PART);
            units += utf16_len(part);
            out.extend_from_slice(part);
            if units >= ENOUGH_TEXT {
                break;
            }
        }
    }
}

impl Table for Ropes {
    fn memory(&self) -> usize {
        4 * self.place.capacity() + size_of::<Rope>() * self.list.capacity()
    }
}

/// Both halves of a concatenated string; a missing one is node 0, as for DevTools.
fn halves(snapshot: &Snapshot, rope: NodeIx) -> [NodeIx; 2] {
    let mut halves = [NodeIx(0); 2];
    for edge in snapshot.edges_of(rope).filter(|edge| edge.kind == EdgeKind::Internal) {
        let EdgeName::Name(name) = snapshot.edges().name(edge) else { continue };
        match snapshot.strings().get(name) {
            b"first" => halves[0] = edge.to,
            b"second" => halves[1] = edge.to,
            _ => continue,
        }
        if halves[0] != NodeIx(0) && halves[1] != NodeIx(0) {
            break;
        }
    }
    halves
}
