//! A step of a path → its label, a number that is equal for steps that read the same.
//!
//! The label is a hash of texts, not of indices, so a step has the same label in every snapshot. All elements of an
//! array have one label, as have all keys of a dictionary.

use crate::paths::shortest_paths::ShortestPaths;
use crate::program::dictionaries::Dictionaries;
use crate::program::exports::name_of_cell;
use crate::program::variables::is_context;
use crate::snapshot::Snapshot;
use crate::snapshot::column::sparse_zeros;
use crate::snapshot::columns::{Edge, Location};
use crate::snapshot::data_keys::DataKeys;
use crate::snapshot::display::{EdgeLabel, edge_label};
use crate::snapshot::error::Result;
use crate::snapshot::ids::{NodeIx, StringIx};
use crate::snapshot::parallel;
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::{EdgeKind, NodeKind};
use crate::snapshot::wellknown::Mark;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Nodes in a piece of work, which uses a clone of its own and takes a few milliseconds.
const PIECE: usize = 1 << 16;
/// Nodes by which memory is prefetched in advance.
const AHEAD: usize = 16;

/// The name of all positions.
const POSITION: u64 = 1;
/// The name of all entries of WeakMaps.
const WEAK_MAP_ENTRY: u64 = 2;

/// The hash of a step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct StepLabel {
    pub(crate) hash: u64,
    /// Whether it is to an element, an entry or a key.
    pub(crate) is_position: bool,
}

/// Hashes steps by their texts. Clones, one for each thread, share the hashes.
#[derive(Clone)]
pub(crate) struct StepLabels<'a> {
    snapshot: &'a Snapshot,
    /// Hashes of strings: 0 if not computed yet, even for texts that are positions, odd for others.
    strings: Arc<Vec<AtomicU64>>,
    dictionaries: Dictionaries<'a>,
}

impl<'a> StepLabels<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot) -> Result<Self> {
        // Most strings are no names of edges or classes, and their hashes are never computed.
        let strings = Arc::new(sparse_zeros(snapshot.strings().len())?);
        let keys = DataKeys::of(snapshot, &Progress::new())?;
        Ok(Self { snapshot, strings, dictionaries: Dictionaries::new(snapshot, keys) })
    }

    /// The hashes of the last steps of the shortest paths to `nodes`. The range may exceed the number of nodes.
    pub(crate) fn of_nodes(&self, nodes: Range<usize>, shortest: &ShortestPaths) -> Vec<u64> {
        let mut hashes = vec![0; nodes.end.min(self.snapshot.nodes().len()).saturating_sub(nodes.start)];
        let pieces = hashes.chunks_mut(PIECE).enumerate().collect();
        parallel::map(pieces, |(piece, hashes): (usize, &mut [u64])| {
            let mut labels = self.clone();
            for (at, hash) in (nodes.start + piece * PIECE..).zip(hashes) {
                shortest.prefetch(self.snapshot, at + AHEAD);
                if let Some((from, edge)) = shortest.parent_edge(self.snapshot, NodeIx(at as u32)) {
                    *hash = labels.of(from, edge, false).hash;
                }
            }
        });
        hashes
    }

    /// The label of a step along `edge`, which starts at `from`. With `any_name` it is the same for all properties.
    pub(crate) fn of(&mut self, from: NodeIx, edge: Edge, any_name: bool) -> StepLabel {
        let name = match (edge.kind, self.snapshot.edge_string(edge)) {
            // A variable without a name is identified by its slot in the scope.
            (EdgeKind::Hidden, None) if is_context(self.snapshot.name(from)) => self.slot(edge),
            (EdgeKind::Element | EdgeKind::Hidden, _) | (_, None) => POSITION,
            (EdgeKind::Shortcut, _) if edge_label(self.snapshot, edge).is_number() => POSITION,
            (EdgeKind::Property, _) if any_name || self.dictionaries.is_key(from, edge) => POSITION,
            (EdgeKind::Internal, Some(name)) if self.snapshot.wellknown.mark(name) == Mark::Ephemeron => WEAK_MAP_ENTRY,
            (EdgeKind::Internal, Some(name)) if self.string(name).is_multiple_of(2) => POSITION,
            // Exported variables.
            (EdgeKind::Internal, Some(name)) if self.snapshot.kind(from) == NodeKind::Hidden => {
                name_of_cell(self.snapshot, from).map_or_else(|| self.string(name), |name| hash(name) | 1)
            }
            (_, Some(name)) => self.string(name),
        };
        let kind = if name == POSITION { 0 } else { edge.kind as u64 + 1 };
        StepLabel { hash: mix(mix(kind, name), self.class(edge.to)), is_position: name == POSITION }
    }

    fn slot(&self, edge: Edge) -> u64 {
        match edge_label(self.snapshot, edge) {
            EdgeLabel::Index(slot) => mix(WEAK_MAP_ENTRY, slot as u64),
            EdgeLabel::Name(_) => POSITION,
        }
    }

    /// The hash of a node's class: its name, and where it is defined. Strings are one class, whether sliced, concatenated or flat.
    pub(crate) fn class(&self, node: NodeIx) -> u64 {
        match self.snapshot.kind(node) {
            kind if kind.is_string() => 11,
            NodeKind::Number | NodeKind::BigInt | NodeKind::Symbol | NodeKind::Code | NodeKind::ObjectShape => 12,
            NodeKind::RegExp => 13,
            kind => {
                let class = mix(kind as u64 + 14, self.string(self.snapshot.nodes().name(node)));
                // Minifiers give one name to many classes of a bundle.
                let place = self.snapshot.location(node).filter(|_| kind == NodeKind::Object);
                place.map_or(class, |Location { line, column, .. }| mix(mix(class, line.into()), column.into()))
            }
        }
    }

    fn string(&self, string: StringIx) -> u64 {
        let Some(slot) = self.strings.get(string.index()) else { return text_hash(self.snapshot, string) };
        // A race is harmless: all threads write the same value.
        let known = slot.load(Ordering::Relaxed);
        if known != 0 {
            return known;
        }
        let hash = text_hash(self.snapshot, string);
        slot.store(hash, Ordering::Relaxed);
        hash
    }
}

/// The hash of a text, never 0: even for digits, odd for all others.
fn text_hash(snapshot: &Snapshot, string: StringIx) -> u64 {
    let text = snapshot.strings().get(string);
    if text.iter().all(u8::is_ascii_digit) { hash(text) & !1 | 2 } else { hash(text) | 1 }
}

/// FNV-1a: fast for short texts, and stable between runs.
pub(crate) fn hash(text: &[u8]) -> u64 {
    text.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// The hash of a sequence extended by one element.
pub(crate) fn mix(hash: u64, next: u64) -> u64 {
    let mixed = (hash.rotate_left(23) ^ next).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 29)
}
