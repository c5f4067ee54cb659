//! Snapshots → single objects that get larger and larger while no objects are added.
//!
//! An array of numbers, a buffer that is replaced by one twice its size, a text that is added to: their
//! growth is in bytes that belong to one object, and shows in no count.

use crate::error::Result;
use crate::ids::NodeIx;
use crate::leak::containers::Containers;
use crate::leak::own_bytes::{Bytes, Shape};
use crate::leak::series::Series;
use crate::leak::suspect::{Suspect, Swelling};
use crate::leak::suspects::Search;
use crate::leak::trails::{RootTrails, Trails};
use crate::progress::Progress;
use crate::query::routes::Routes;
use crate::schema::NodeKind;
use crate::snapshot::Snapshot;
use std::cell::Cell;
use std::collections::HashMap;

/// Bytes by which objects held in one way grow at least in every interval, together.
const FEWEST_BYTES: u64 = 1 << 10;
/// The same for each of them.
const FEWEST_BYTES_OF_ONE: u64 = 64;
/// An interval's growth is at least the largest one's divided by this; arrays and tables grow in steps.
const STEADY: u64 = 8;
/// The same for a value that was replaced: the last message is of any size.
const STEADY_REPLACED: u64 = 3;
/// Snapshots from which on an array may wait an interval before it grows by its next step.
const PATIENT: usize = 4;
/// Share of the heap, as its divisor, from which a single object of one snapshot is suspected.
const SHARE: u64 = 10;
/// Bytes that an entry takes of a table which is twice as large as it has to be.
const SLOT: u64 = 64;

/// The objects that grow in every interval; of one snapshot those that are a tenth of the heap.
pub(crate) fn swellings(series: &Series<'_>, progress: &Progress) -> Result<Vec<Swelling>> {
    if !series.same_process {
        return Ok(Vec::new());
    }
    let last = Bytes::of(series.last, progress)?;
    let least = match series.intervals() as u64 {
        0 => series.last.total_size() / SHARE,
        intervals => FEWEST_BYTES_OF_ONE * intervals,
    };
    let large = series.last.nodes().iter().filter(|&node| last.own[node.index()] >= least);
    let wholes = last.wholes()?;
    let mut found: Vec<Candidate> =
        large.filter_map(|node| last.candidate(series, node, wholes[node.index()])).collect();
    for &snapshot in series.snapshots.iter().take(series.intervals()) {
        let earlier = Bytes::of(snapshot, progress)?;
        found.retain_mut(|candidate| {
            let before = last.counterpart(series, candidate, &earlier);
            candidate.bytes.extend(before.map(|node| earlier.own[node.index()]));
            before.is_some()
        });
    }
    for candidate in &mut found {
        candidate.bytes.push(last.own[candidate.node.index()]);
    }
    found.retain(Candidate::grows);
    let mut swellings = together(series.last, last.routes, found)?;
    swellings.retain(|swelling| swelling.added.iter().all(|&added| added == 0 || added >= FEWEST_BYTES));
    Ok(swellings)
}

/// An object that may grow.
struct Candidate {
    node: NodeIx,
    shape: Shape,
    is_replaced: bool,
    /// Its bytes in each snapshot.
    bytes: Vec<u64>,
}

impl Candidate {
    fn added(&self) -> Vec<u64> {
        self.bytes.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).collect()
    }

    /// Whether it never shrinks, and grows steadily and up to the end. An array that grows by half waits
    /// until that is used up; one that waits in the last of a few intervals may as well be full.
    fn grows(&self) -> bool {
        let added = self.added();
        let grown = || added.iter().copied().filter(|&added| added > 0);
        let (Some(least), Some(most), Some(&newest)) = (grown().min(), grown().max(), added.last()) else {
            return self.bytes.len() == 1;
        };
        let steady = if self.is_replaced { STEADY_REPLACED } else { STEADY };
        let waits = added.len() - grown().count();
        let may_wait = self.bytes.len() >= PATIENT && waits * 2 <= added.len();
        self.bytes.is_sorted()
            && newest > 0
            && least >= FEWEST_BYTES_OF_ONE
            && least * steady >= most
            && (waits == 0 || may_wait)
    }
}

/// Candidates by the way in which they are held.
fn together(snapshot: &Snapshot, routes: &Routes, found: Vec<Candidate>) -> Result<Vec<Swelling>> {
    let root = Containers::root_alone(snapshot);
    let mut trails = RootTrails::new(snapshot, routes, &root)?;
    let mut at_hash: HashMap<u64, usize> = HashMap::new();
    let mut swellings: Vec<Swelling> = Vec::new();
    for candidate in found {
        let Candidate { node, shape, is_replaced, .. } = candidate;
        let added = candidate.added();
        let hash = trails.hash(node);
        let at = *at_hash.entry(hash).or_insert(swellings.len());
        match swellings.get_mut(at) {
            Some(known) => {
                known.nodes.push(node);
                known.is_replaced |= is_replaced;
                known.added.iter_mut().zip(added).for_each(|(sum, added)| *sum += added);
            }
            None => swellings.push(Swelling { nodes: vec![node], shape, added, is_replaced }),
        }
    }
    Ok(swellings)
}

impl Search<'_> {
    /// Swellings that are no noise, and whose growth is not that of objects, which are counted: a list of
    /// sessions gets longer because of the sessions.
    pub(crate) fn unexplained(
        &self,
        series: &Series<'_>,
        mut swellings: Vec<Swelling>,
        found: &[Suspect],
    ) -> Vec<Swelling> {
        let elements: Vec<u32> = found.iter().flat_map(|suspect| suspect.elements.iter().copied()).collect();
        let is_leak = self.trails.at_or_below(&elements);
        let leads_to_leak = self.trails.above(&elements);
        let is_explained = |node: NodeIx| {
            let trail = self.trails.of(node) as usize;
            is_leak[trail] || leads_to_leak[trail]
        };
        let references_left = Cell::new(2 * self.snapshot.edges().len());
        for Swelling { nodes, shape, added, .. } in &mut swellings {
            let bytes = added.iter().sum::<u64>() / nodes.len() as u64;
            let collects = |node| self.collects(series, node, bytes, is_explained, &references_left);
            let is_counted = |node| *shape == Shape::Collection && collects(node);
            nodes.retain(|&node| !(is_explained(node) || is_counted(node)));
        }
        swellings.retain(|swelling| {
            let is_global = |node: NodeIx| self.snapshot.distance(node) <= 1;
            swelling.nodes.first().is_some_and(|&node| !is_global(node) && !self.noise.is_foreign(node))
        });
        swellings
    }

    /// Whether new objects in a collection, with what else is new there, are why it grew by so many bytes.
    /// `references_left` may be looked at for that: enough for all, unless collections share their stores.
    fn collects(
        &self,
        series: &Series<'_>,
        node: NodeIx,
        bytes: u64,
        is_leak: impl Fn(NodeIx) -> bool,
        references_left: &Cell<usize>,
    ) -> bool {
        let is_left = |_: &NodeIx| {
            references_left.set(references_left.get().saturating_sub(1));
            references_left.get() > 0
        };
        let near = || self.snapshot.edges_of(node).map(|edge| edge.to);
        let stores = near().filter(|&store| self.snapshot.kind(store) == NodeKind::Array);
        let held = near().chain(stores.flat_map(|store| self.snapshot.edges_of(store).map(|edge| edge.to)));
        let (mut objects, mut others, mut explained) = (0u64, 0u64, 0u64);
        for node in held.take_while(is_left).filter(|&node| !series.is_old(node)) {
            match self.snapshot.kind(node) {
                NodeKind::Object | NodeKind::Closure | NodeKind::Native => {
                    if is_leak(node) {
                        return true;
                    }
                    objects += 1;
                    explained += SLOT;
                }
                NodeKind::Array | NodeKind::Hidden => {}
                _ => {
                    others += 1;
                    explained += SLOT + self.snapshot.nodes().self_size(node);
                }
            }
        }
        objects > 0 && objects * 4 >= others && explained * 2 >= bytes
    }
}

impl Swelling {
    /// The suspect that it is, with trails of its own.
    pub(crate) fn suspect(self, snapshot: &Snapshot, routes: &Routes, trails: &mut Trails) -> Suspect {
        let node = self.nodes[0];
        let holder = routes.arrival(snapshot, node).map_or(node, |(holder, _)| holder);
        let (holder, element) = trails.set_apart(holder, &self.nodes);
        Suspect { holder, elements: vec![element], named: vec![element], swelling: Some(self) }
    }
}

impl Bytes<'_> {
    /// `whole` is what the node is a part of.
    fn candidate(&self, series: &Series<'_>, node: NodeIx, whole: NodeIx) -> Option<Candidate> {
        let shape = self.shape(node)?;
        let is_replaced = !series.is_old(node);
        let is_whole = whole == node || self.shape(whole).is_none();
        let can_be_known = !is_replaced || self.name_of(node).is_some();
        (is_whole && can_be_known).then_some(Candidate { node, shape, is_replaced, bytes: Vec::new() })
    }

    /// What an object of the last snapshot was in an earlier one.
    fn counterpart(&self, series: &Series<'_>, candidate: &Candidate, earlier: &Bytes<'_>) -> Option<NodeIx> {
        let &Candidate { node, shape, .. } = candidate;
        let before = self.in_earlier(series, node, earlier)?;
        let is_same = match shape {
            Shape::Text => self.continues(node, earlier, before),
            _ => earlier.snapshot.name(before) == self.snapshot.name(node),
        };
        (is_same && earlier.shape(before)? == shape).then_some(before)
    }
}
