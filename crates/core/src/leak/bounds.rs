//! Whether a holder bounds what it holds: a cache, pool or ring that is still filling grows as a leak does.
//!
//! Snapshots do not contain numbers, so the bound itself cannot be read. Names suggest it: those of the package, the
//! class, the variable, or a field of the owner. So do an array that was created with room for more elements, and timers
//! that run once.

use crate::leak::kind::Kind;
use crate::leak::series::Series;
use crate::leak::suspect::Suspect;
use crate::paths::step::PathStep;
use crate::program::packages::package_of;
use crate::program::scripts::Scripts;
use crate::snapshot::Snapshot;
use crate::snapshot::columns::Edge;
use crate::snapshot::display::{EdgeLabel, edge_label, internal_target};
use crate::snapshot::ids::NodeIx;
use crate::snapshot::schema::{EdgeKind, NodeKind};

/// Kinds whose number is limited by capacity or by traffic.
const BOUNDED_KINDS: [&str; 3] = ["cache", "memoize", "sockets"];
/// Parts of the names of classes, variables and packages that bound their contents.
const BOUNDED_NAMES: [&[u8]; 5] = [b"lru", b"cache", b"pool", b"ringbuffer", b"circular"];
/// Names of fields that hold a bound.
const BOUND_FIELDS: [&[u8]; 12] = [
    b"max",
    b"maxsize",
    b"maxlength",
    b"maxentries",
    b"maxkeys",
    b"maxitems",
    b"maxage",
    b"limit",
    b"capacity",
    b"bound",
    b"ttl",
    b"maxbytes",
];
/// Steps above the holder whose names are checked: `pages.#list` and its owner.
const NEAR: usize = 3;
/// Fields checked for each object.
const MAX_FIELDS: usize = 200;
/// Elements for which `push` makes room at least, and the header of an array, in elements.
const FEW: u64 = 24;
/// Bytes of an element, at most.
const BYTES_OF_ELEMENT: u64 = 8;

/// What suggests that a holder bounds its contents.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Bound {
    /// Names: of its class, of a variable, of a field.
    Name,
    /// The room it was created with.
    Room,
    /// The time: timers that run once hold the objects until then.
    Time,
}

/// Whether the holder of a suspect, or an owner of the holder, appears to bound its contents.
pub(crate) fn bound_of(
    series: &Series<'_>,
    scripts: &Scripts,
    kind: &Kind,
    suspect: &Suspect,
    steps: &[PathStep],
    holder: usize,
) -> Option<Bound> {
    let first = series.snapshots.first().filter(|_| series.same_process && series.intervals() > 0);
    let has_room = || first.is_some_and(|first| has_kept_room(first, series.last, steps[holder].node));
    if has_name_of_bounded(series.last, scripts, kind, suspect, steps, holder) {
        Some(Bound::Name)
    } else if steps[holder..].iter().any(|step| runs_once(series.last, step.node)) {
        Some(Bound::Time)
    } else {
        has_room().then_some(Bound::Room)
    }
}

/// Whether a node is a timer that is not repeated: it has `null` where others have the time.
fn runs_once(snapshot: &Snapshot, node: NodeIx) -> bool {
    let is_null = |edge: Edge| {
        edge_label(snapshot, edge) == EdgeLabel::Name(b"_repeat") && snapshot.kind(edge.to) == NodeKind::Hidden
    };
    snapshot.kind(node) == NodeKind::Object && snapshot.name(node) == b"Timeout" && snapshot.edges_of(node).any(is_null)
}

/// Whether an array still has the store of the first snapshot, which had more room than that of one that is pushed to:
/// `push` makes room for half as many elements again, and a few more.
fn has_kept_room(first: &Snapshot, last: &Snapshot, array: NodeIx) -> bool {
    let store = |snapshot: &Snapshot, array: NodeIx| {
        let store = internal_target(snapshot, array, b"elements")?;
        let bytes = snapshot.nodes().self_size(array) + snapshot.nodes().self_size(store);
        Some((snapshot.nodes().id(store), bytes))
    };
    let is_element = |edge: &Edge| edge.kind == EdgeKind::Element && first.kind(edge.to) != NodeKind::Hidden;
    let is_roomy = |before: NodeIx| {
        let used = first.edges_of(before).filter(is_element).count() as u64;
        store(first, before).is_some_and(|(_, bytes)| bytes / BYTES_OF_ELEMENT > used + used / 2 + FEW)
    };
    let before = first.find(last.nodes().id(array)).ok();
    last.name(array) == b"Array"
        && before.is_some_and(|before| store(first, before) == store(last, array) && is_roomy(before))
}

fn has_name_of_bounded(
    snapshot: &Snapshot,
    scripts: &Scripts,
    kind: &Kind,
    suspect: &Suspect,
    steps: &[PathStep],
    holder: usize,
) -> bool {
    let own_class = suspect.growing.is_none() && BOUNDED_KINDS.contains(&kind.name);
    let near = &steps[holder.saturating_sub(NEAR)..=holder.min(steps.len() - 1)];
    own_class || near.iter().any(|step| is_bounded(snapshot, scripts, step.node) || has_bounded_name(snapshot, step))
}

fn is_bounded(snapshot: &Snapshot, scripts: &Scripts, node: NodeIx) -> bool {
    if snapshot.kind(node) != NodeKind::Object {
        return false;
    }
    let package = snapshot.location(node).and_then(|at| scripts.name(at)).and_then(package_of);
    is_name_of_bounded(snapshot.name(node))
        || package.is_some_and(is_name_of_bounded)
        || fields(snapshot, node).any(|field| BOUND_FIELDS.contains(&plain(field).as_slice()))
}

/// Whether the name of the property or variable that leads to a step suggests a bound.
fn has_bounded_name(snapshot: &Snapshot, step: &PathStep) -> bool {
    let label = step.edge.map(|edge| edge_label(snapshot, edge));
    matches!(label, Some(EdgeLabel::Name(name)) if is_name_of_bounded(name))
}

fn is_name_of_bounded(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    BOUNDED_NAMES.iter().any(|part| memchr::memmem::find(&name, part).is_some())
}

/// The names of an object's fields, including those with numbers, which only its shape lists.
fn fields(snapshot: &Snapshot, node: NodeIx) -> impl Iterator<Item = &[u8]> {
    let descriptors = internal_target(snapshot, node, b"map")
        .and_then(|shape| internal_target(snapshot, shape, b"descriptors"))
        .into_iter()
        .flat_map(|descriptors| snapshot.edges_of(descriptors).take(MAX_FIELDS))
        .filter(|edge| snapshot.kind(edge.to) == NodeKind::String)
        .map(|edge| snapshot.name(edge.to));
    let own = snapshot.edges_of(node).take(MAX_FIELDS).filter_map(|edge| match edge_label(snapshot, edge) {
        EdgeLabel::Name(name) => Some(name),
        EdgeLabel::Index(_) => None,
    });
    own.chain(descriptors)
}

/// A field's name in lower case, without markers of privacy.
fn plain(name: &[u8]) -> Vec<u8> {
    let start = name.iter().position(|byte| !matches!(byte, b'#' | b'_')).unwrap_or(0);
    name[start..].iter().filter(|&&byte| byte != b'_').map(u8::to_ascii_lowercase).collect()
}
