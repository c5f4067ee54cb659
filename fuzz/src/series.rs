//! Makes two or three snapshots of one program from a fuzzer's bytes, each grown out of the one before, or of two
//! programs.
//!
//! They have one heap ([`heap`]) in common. The bytes of each change to it are read for every snapshot again, so that
//! the same object has the same id in all of them.

use crate::heap;
use arbitrary::{Result, Unstructured};
use heapray_core::testing::{Node, SnapshotBuilder};

/// Limits for the bytes of a heap, and for those of a change.
const HEAP: usize = 120;
const CHANGE: usize = 24;
/// The first id of a change, and the distance of ids between two changes: more than the objects that one adds.
const FIRST_ID: u64 = 1001;
const IDS: u64 = 1000;
/// Limit for the objects that a change adds between two snapshots. Ten are growth.
const MAX_ADDED: usize = 13;
/// Of which two or three are growth.
const LARGE: u64 = 300 << 10;

/// The snapshots as files, oldest first.
pub(crate) fn series(bytes: &mut Unstructured<'_>) -> Result<Vec<Vec<u8>>> {
    let count = if bytes.ratio(2, 3)? { 3 } else { 2 };
    let is_other_process = bytes.ratio(1, 8)?;
    let base = bytes.bytes((bytes.len() / 2).min(HEAP))?;
    let mut changes = Vec::new();
    while !bytes.is_empty() && changes.len() < 8 {
        changes.push(bytes.bytes(bytes.len().min(CHANGE))?);
    }
    (0..count)
        .map(|stage| {
            let (mut heap, mut nodes) = heap::builder(&mut Unstructured::new(base))?;
            for (change, at) in changes.iter().zip(0..) {
                let mut change = Change { bytes: Unstructured::new(change), next_id: FIRST_ID + at * IDS, stage };
                change.apply(&mut heap, &mut nodes)?;
            }
            if is_other_process && stage > 0 {
                nodes.iter().skip(1).for_each(|&node| heap.id(node, heap.id_of(node) + 6));
            }
            Ok(heap.json())
        })
        .collect()
}

/// A change, in one of the snapshots.
struct Change<'a> {
    bytes: Unstructured<'a>,
    next_id: u64,
    stage: usize,
}

impl Change<'_> {
    /// Adds the same number of `nodes` in each stage, because later changes choose among them.
    fn apply(&mut self, heap: &mut SnapshotBuilder, nodes: &mut Vec<Node>) -> Result<()> {
        let holder = *self.bytes.choose(nodes)?;
        let changed = match self.bytes.int_in_range(0..=3)? {
            0 => self.resize(heap, holder)?,
            1 => self.reconnect(heap, nodes, holder)?,
            _ => self.grow(heap, nodes, holder)?,
        };
        nodes.push(changed.unwrap_or(holder));
        Ok(())
    }

    fn node(&mut self, heap: &mut SnapshotBuilder, (kind, name): (&str, &str), size: u64) -> Node {
        let node = heap.node(kind, name, size);
        heap.id(node, self.next_id);
        self.next_id += 2;
        node
    }

    /// Adds objects to a holder in each stage, side by side or in a chain, bounded or not, with something that they
    /// hold, and an object to which they or others refer.
    fn grow(&mut self, heap: &mut SnapshotBuilder, nodes: &[Node], holder: Node) -> Result<Option<Node>> {
        let label = heap::label(&mut self.bytes)?;
        let edge = heap::edge_label(&mut self.bytes)?;
        let size = if self.bytes.ratio(1, 6)? { LARGE } else { self.bytes.int_in_range(1..=99)? };
        let (is_chain, is_bounded) = (self.bytes.ratio(1, 3)?, self.bytes.ratio(1, 8)?);
        let added = [0; 3].map(|_| self.bytes.int_in_range(0..=MAX_ADDED).unwrap_or(MAX_ADDED));
        let child = if self.bytes.ratio(1, 2)? { Some(heap::label(&mut self.bytes)?) } else { None };
        let back = if self.bytes.ratio(1, 3)? { Some(*self.bytes.choose(nodes)?) } else { None };
        let other = if self.bytes.ratio(1, 4)? { Some(*self.bytes.choose(nodes)?) } else { None };
        let gone = if is_bounded { added[..self.stage].iter().sum() } else { 0 };
        let (mut at, mut first, first_id) = (holder, None, self.next_id);
        for copy in gone..added[..=self.stage].iter().sum() {
            self.next_id = first_id + 4 * copy as u64;
            let element = self.node(heap, label, size);
            edge.write(heap, at, element);
            if let Some(child) = child {
                let child = self.node(heap, child, size);
                edge.write(heap, element, child);
            }
            back.into_iter().for_each(|back| edge.write(heap, element, back));
            other.into_iter().for_each(|other| edge.write(heap, other, element));
            at = if is_chain { element } else { holder };
            first = first.or(Some(element));
        }
        Ok(first)
    }

    /// Changes the size of an object, or replaces it by another one.
    fn resize(&mut self, heap: &mut SnapshotBuilder, holder: Node) -> Result<Option<Node>> {
        let label = heap::label(&mut self.bytes)?;
        let edge = heap::edge_label(&mut self.bytes)?;
        let is_replaced = self.bytes.ratio(1, 2)?;
        let sizes = [0; 3].map(|_| u64::from(self.bytes.arbitrary::<u16>().unwrap_or(0)));
        self.next_id += if is_replaced { 2 * self.stage as u64 } else { 0 };
        let node = self.node(heap, label, sizes[..=self.stage].iter().sum());
        edge.write(heap, holder, node);
        Ok(Some(node))
    }

    /// Adds a reference to some of the snapshots.
    fn reconnect(&mut self, heap: &mut SnapshotBuilder, nodes: &[Node], holder: Node) -> Result<Option<Node>> {
        let edge = heap::edge_label(&mut self.bytes)?;
        let to = *self.bytes.choose(nodes)?;
        if self.bytes.arbitrary::<u8>()? >> self.stage & 1 == 1 {
            edge.write(heap, holder, to);
        }
        Ok(None)
    }
}
