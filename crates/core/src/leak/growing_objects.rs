//! Snapshots → single objects that grow while no objects are added.
//!
//! An array of numbers, a buffer that is replaced by one twice its size, a string that is appended to: they grow in
//! bytes that belong to one object, and no count shows it.

use crate::leak::earlier::EarlierObjects;
use crate::leak::groups::Groups;
use crate::leak::growing_shapes::growing_shapes;
use crate::leak::owned_size::{Bytes, Parts, Shape};
use crate::leak::series::Series;
use crate::leak::single_snapshot::SHARE;
use crate::leak::suspect::{GrowingObjects, Suspect};
use crate::leak::suspects::Search;
use crate::paths::shapes::Shapes;
use crate::paths::shortest_paths::ShortestPaths;
use crate::snapshot::Snapshot;
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::NodeKind;
use crate::snapshot::sort::sort_by_key;
use crate::snapshot::ticker::Ticker;
use foldhash::{HashMap, HashMapExt};
use std::cell::Cell;

/// The least growth, in bytes per interval, of all objects with one path shape together.
pub(crate) const MIN_BYTES: u64 = 1 << 10;
/// The least growth of each of them.
const MIN_BYTES_OF_ONE: u64 = 64;
/// The largest growth of an interval is at most this many times the least; arrays and tables grow in steps.
const MAX_UNEVENNESS: u64 = 8;
/// The same for a value that was replaced, such as the last message, which has any size.
const MAX_UNEVENNESS_REPLACED: u64 = 3;
/// Snapshots needed before intervals without growth are tolerated, since arrays grow in steps.
const PATIENT: usize = 4;
/// Bytes of an entry in a table that is twice as large as necessary.
const SLOT: u64 = 64;

/// The objects that grow in every interval; for a single snapshot, those that are a tenth of the heap.
pub(crate) fn growing_objects(series: &Series<'_>, progress: &Progress) -> Result<Vec<GrowingObjects>> {
    if !series.same_process {
        return growing_shapes(series, progress);
    }
    let snapshot = series.last;
    let parts = |snapshot| Ok(Parts { snapshot, shortest: ShortestPaths::of(snapshot, progress)? });
    let now = parts(snapshot)?;
    let least = match series.earlier().len() as u64 {
        0 => snapshot.total_size() / SHARE,
        intervals => MIN_BYTES_OF_ONE * intervals,
    };
    // An object's owned size is at most its retained size.
    let may_be_large = |&node: &NodeIx| snapshot.retained_size(node) >= least;
    let bytes = Bytes::of(now, snapshot.nodes().iter().filter(may_be_large), progress)?;
    let mut found: Vec<Candidate> =
        bytes.large(least).filter_map(|(node, shape)| Candidate::new(series, now, node, shape)).collect();
    sort_by_key(&mut found, |candidate| candidate.node);
    for &snapshot in series.earlier() {
        let earlier = parts(snapshot)?;
        let mut earlier_objects = EarlierObjects::new(series, now, earlier);
        let mut ticker = Ticker::of(progress, found.len());
        let mut before = Vec::new();
        for candidate in &found {
            ticker.tick()?;
            before.push(earlier_objects.of(candidate.node, candidate.shape));
        }
        let bytes = Bytes::of(earlier, before.iter().flatten().copied(), progress)?;
        let mut before = before.into_iter();
        found.retain_mut(|candidate| {
            let before = before.next().flatten();
            candidate.bytes.extend(before.map(|node| bytes.own(node)));
            before.is_some()
        });
    }
    for candidate in &mut found {
        candidate.bytes.push(bytes.own(candidate.node));
    }
    found.retain(Candidate::grows);
    let mut growing_objects = together(now, found)?;
    growing_objects.retain(|growing| growing.added.iter().all(|&added| added == 0 || added >= MIN_BYTES));
    Ok(growing_objects)
}

/// Whether the least and the largest growth of an interval are similar enough.
pub(crate) fn grows_evenly(added: &[u64]) -> bool {
    let (least, most) = (added.iter().copied().min(), added.iter().copied().max());
    least.unwrap_or(0) * MAX_UNEVENNESS >= most.unwrap_or(0)
}

/// An object that may be growing.
struct Candidate {
    node: NodeIx,
    shape: Shape,
    is_replaced: bool,
    /// Its bytes in each snapshot.
    bytes: Vec<u64>,
}

impl Candidate {
    /// `None` for a new object to which no name leads: it cannot be matched with an earlier one.
    fn new(series: &Series<'_>, now: Parts<'_>, node: NodeIx, shape: Shape) -> Option<Self> {
        let is_replaced = !series.is_old(node);
        let can_be_known = !is_replaced || now.name_of(node).is_some();
        can_be_known.then_some(Self { node, shape, is_replaced, bytes: Vec::new() })
    }

    fn added(&self) -> Vec<u64> {
        self.bytes.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).collect()
    }

    /// Whether it never shrinks, grows evenly, and grew in the last interval. An array whose capacity grew by half needs
    /// no more for a while; one that did not grow in the last of a few intervals may be full.
    fn grows(&self) -> bool {
        let added = self.added();
        let grown = || added.iter().copied().filter(|&added| added > 0);
        let (Some(least), Some(most), Some(&newest)) = (grown().min(), grown().max(), added.last()) else {
            return self.bytes.len() == 1;
        };
        let max_unevenness = if self.is_replaced { MAX_UNEVENNESS_REPLACED } else { MAX_UNEVENNESS };
        let waits = added.len() - grown().count();
        let may_wait = self.bytes.len() >= PATIENT && waits * 2 <= added.len();
        self.bytes.is_sorted()
            && newest > 0
            && least >= MIN_BYTES_OF_ONE
            && least * max_unevenness >= most
            && (waits == 0 || may_wait)
    }
}

/// Candidates by path shape.
fn together(now: Parts<'_>, found: Vec<Candidate>) -> Result<Vec<GrowingObjects>> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let mut shapes = Shapes::from_root(now.snapshot, now.shortest)?;
    let mut at_hash: HashMap<u64, usize> = HashMap::new();
    let mut growing_objects: Vec<GrowingObjects> = Vec::new();
    for candidate in found {
        let Candidate { node, shape, is_replaced, .. } = candidate;
        let added = candidate.added();
        let hash = shapes.hash(node);
        let at = *at_hash.entry(hash).or_insert(growing_objects.len());
        match growing_objects.get_mut(at) {
            Some(known) => {
                known.nodes.push(node);
                known.is_replaced |= is_replaced;
                known.added.iter_mut().zip(added).for_each(|(sum, added)| *sum += added);
            }
            None => growing_objects.push(GrowingObjects { nodes: vec![node], shape, added, is_replaced }),
        }
    }
    Ok(growing_objects)
}

impl Search<'_> {
    /// The growing objects that are no noise and whose growth no counted objects explain: a list of sessions grows because
    /// of the sessions.
    pub(crate) fn unexplained(
        &self,
        series: &Series<'_>,
        mut growing_objects: Vec<GrowingObjects>,
        found: &[Suspect],
    ) -> Vec<GrowingObjects> {
        let is_explained = &self.is_with(found);
        let references_left = Cell::new(2 * self.snapshot.edges().len());
        for GrowingObjects { nodes, shape, added, .. } in &mut growing_objects {
            let bytes = added.iter().sum::<u64>() / nodes.len() as u64;
            let collects = |node| self.collects(series, node, bytes, is_explained, &references_left);
            let is_counted = |node| *shape == Shape::Collection && collects(node);
            nodes.retain(|&node| !(is_explained(node) || is_counted(node)));
        }
        growing_objects.retain(|growing| {
            let is_global = |node: NodeIx| self.snapshot.distance(node) <= 1;
            growing.nodes.first().is_some_and(|&node| !is_global(node) && !self.noise.is_of_runtime(node))
        });
        growing_objects
    }

    /// Whether the new objects in a collection explain its growth by `bytes`. `references_left` is the budget of
    /// references to visit, which is exhausted only if collections share their stores.
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

impl GrowingObjects {
    /// Turns it into a suspect with groups of its own.
    pub(crate) fn suspect(self, snapshot: &Snapshot, shortest: &ShortestPaths, groups: &mut Groups) -> Suspect {
        let node = self.nodes[0];
        let holder = shortest.parent_edge(snapshot, node).map_or(node, |(holder, _)| holder);
        let (holder, element) = groups.set_apart(holder, &self.nodes);
        Suspect { holder, elements: vec![element], named: vec![element], growing: Some(self) }
    }
}
