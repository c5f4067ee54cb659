//! Steps from a GC root, breadth first, first from the program's roots and then from V8's.
//!
//! DevTools: `JSHeapSnapshot.calculateDistances`, with its three exceptions (see `Search::accepts`).
//! These apply only to targets not reached yet, so the order of the search affects the result and is the same here.

use crate::snapshot::bits::NodeSet;
use crate::snapshot::columns::{Edge, EdgeName, Edges};
use crate::snapshot::error::Result;
use crate::snapshot::heap::Heap;
use crate::snapshot::ids::{EdgeIx, NodeIx};
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::{EdgeKind, NodeKind};
use crate::snapshot::wellknown::Mark;

/// The distance of nodes that no root reaches.
pub const UNREACHABLE: i32 = -5;
/// The distance of the root if there are user roots: greater distances are from V8's own roots alone.
pub const BASE_SYSTEM_DISTANCE: i32 = 100_000_000;

/// The distance of every node. `scratch` is memory to reuse.
pub(crate) fn distances(heap: Heap<'_>, scratch: Vec<u32>, progress: &Progress) -> Result<Vec<i32>> {
    let mut search = Search::new(heap, scratch)?;
    for e in heap.nodes.edge_range(heap.root) {
        let to = Edges::target_of(heap.edges.targets[e]);
        if heap.is_user_root(to) {
            search.start(to, 1);
        }
    }
    let has_user_roots = !search.queue.is_empty();
    search.run(progress)?;
    search.start(heap.root, if has_user_roots { BASE_SYSTEM_DISTANCE } else { 0 });
    search.run(progress)?;
    Ok(search.distances)
}

struct Search<'a> {
    heap: Heap<'a>,
    distances: Vec<i32>,
    reached: NodeSet,
    queue: Vec<u32>,
    next: usize,
    /// WeakMap entries of which one side was reached: the value is as far as the farther of key and table.
    half_met: Vec<bool>,
}

impl<'a> Search<'a> {
    fn new(heap: Heap<'a>, mut queue: Vec<u32>) -> Result<Self> {
        let count = heap.nodes.len();
        queue.clear();
        Ok(Self {
            heap,
            distances: crate::snapshot::column::filled(UNREACHABLE, count)?,
            reached: NodeSet::new(count),
            queue,
            next: 0,
            half_met: vec![false; heap.wellknown.pair_count()],
        })
    }

    /// Starts from `node`, even if it was reached before: the root may have a user root's distance.
    fn start(&mut self, node: NodeIx, distance: i32) {
        self.reached.insert(node);
        self.distances[node.index()] = distance;
        self.queue.push(node.0);
    }

    fn run(&mut self, progress: &Progress) -> Result<()> {
        while let Some(&node) = self.queue.get(self.next) {
            if self.next.is_multiple_of(65_536) {
                progress.check()?;
            }
            self.heap.prefetch_edges(&self.queue, self.next);
            self.next += 1;
            let node = NodeIx(node);
            let distance = self.distances[node.index()] + 1;
            let special = self.special(node);
            for e in self.heap.nodes.edge_range(node) {
                let word = self.heap.edges.targets[e];
                let to = Edges::target_of(word);
                if self.reached.contains(to) || Edges::kind_of(word) == EdgeKind::Weak {
                    continue;
                }
                let ordinary = special.is_none() && Edges::kind_of(word) != EdgeKind::Internal;
                if ordinary || self.accepts(special, self.heap.edges.get(EdgeIx(e as u32))) {
                    self.reached.insert(to);
                    self.distances[to.index()] = distance;
                    self.queue.push(to.0);
                }
            }
        }
        Ok(())
    }

    /// The two kinds of nodes some of whose edges are not followed.
    #[inline(always)]
    fn special(&self, node: NodeIx) -> Option<Mark> {
        let mark = self.heap.wellknown.mark(self.heap.nodes.name(node));
        let kind = self.heap.schema.node_kinds[self.heap.nodes.type_number(node) as usize];
        match (mark, kind) {
            (Mark::NativeContext, NodeKind::Hidden) | (Mark::MapDescriptors, NodeKind::Array) => Some(mark),
            _ => None,
        }
    }

    /// Whether an edge is followed. Not followed are a native context's `sloppy_function_map`; the values
    /// of a descriptor array, which are left from the creation of the shape; and the first side of a WeakMap
    /// entry to be reached.
    fn accepts(&mut self, special: Option<Mark>, edge: Edge) -> bool {
        let name = self.heap.edges.name(edge);
        match (special, name) {
            (Some(Mark::MapDescriptors), _) => {
                let index = match name {
                    EdgeName::Index(index) => Some(index as f64),
                    EdgeName::Name(string) => parse_int(self.heap.strings.get(string)),
                };
                return index.is_none_or(|index| index < 2.0 || index % 3.0 != 1.0);
            }
            (Some(Mark::NativeContext), EdgeName::Name(string))
                if self.heap.wellknown.mark(string) == Mark::SloppyFunctionMap =>
            {
                return false;
            }
            _ => {}
        }
        if edge.kind != EdgeKind::Internal {
            return true;
        }
        let EdgeName::Name(string) = name else { return true };
        match self.heap.wellknown.ephemeron(string) {
            None => true,
            Some(entry) => {
                let met = &mut self.half_met[entry.pair as usize];
                *met = !*met;
                !*met
            }
        }
    }
}

/// JavaScript's `parseInt(text, 10)`: white space, a sign, digits, and whatever follows. `None` is NaN.
pub(crate) fn parse_int(text: &[u8]) -> Option<f64> {
    let text = String::from_utf8_lossy(text);
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    digits[..length].parse::<f64>().ok().map(|value| sign * value)
}

#[cfg(test)]
mod tests {
    use super::parse_int;

    #[test]
    fn parse_int_reads_what_javascript_reads() {
        for (text, value) in [
            ("12", Some(12.0)),
            (" 4", Some(4.0)),
            ("4x", Some(4.0)),
            ("-2", Some(-2.0)),
            ("+7", Some(7.0)),
            ("x", None),
            ("", None),
            ("-", None),
        ] {
            assert_eq!(parse_int(text.as_bytes()), value, "{text}");
        }
    }
}
