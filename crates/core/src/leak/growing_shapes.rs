//! Snapshots without ids in common → objects that grow, matched by path shape.
//!
//! A new inspector session numbers all objects anew. Then only its path identifies an array in both snapshots, so
//! objects with one path shape are added up and have to grow together.

use crate::leak::growing_objects::{MIN_BYTES, grows_evenly};
use crate::leak::owned_size::{Bytes, Parts, Shape};
use crate::leak::series::Series;
use crate::leak::suspect::GrowingObjects;
use crate::paths::shapes::Shapes;
use crate::paths::shortest_paths::{ShortestPaths, UNREACHED};
use crate::snapshot::Snapshot;
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::sort::sort_by_key;
use foldhash::{HashMap, HashMapExt};

/// Objects with one path shape that own enough to matter.
struct Alike {
    nodes: Vec<NodeIx>,
    shape: Shape,
    bytes: u64,
}

/// The objects that grow in every interval, one entry for each path shape.
pub(crate) fn growing_shapes(series: &Series<'_>, progress: &Progress) -> Result<Vec<GrowingObjects>> {
    let last = alike_objects(series.last, progress)?;
    let mut sizes: HashMap<u64, Vec<u64>> = last.keys().map(|&hash| (hash, Vec::new())).collect();
    for &snapshot in series.earlier() {
        let earlier = alike_objects(snapshot, progress)?;
        for (hash, sizes) in &mut sizes {
            sizes.extend(earlier.get(hash).map(|alike| alike.bytes));
        }
    }
    let mut found: Vec<(u64, GrowingObjects)> = Vec::new();
    for (hash, Alike { nodes, shape, bytes }) in last {
        let mut sizes = sizes.remove(&hash).unwrap_or_default();
        sizes.push(bytes);
        let added: Vec<u64> = sizes.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).collect();
        let is_known = added.len() == series.intervals();
        if is_known && added.iter().all(|&added| added >= MIN_BYTES) && grows_evenly(&added) {
            found.push((hash, GrowingObjects { nodes, shape, added, is_replaced: false }));
        }
    }
    sort_by_key(&mut found, |(hash, growing)| (growing.nodes[0], *hash));
    Ok(found.into_iter().map(|(_, growing)| growing).collect())
}

/// The large objects of a snapshot, by the hash of their path shape.
fn alike_objects(snapshot: &Snapshot, progress: &Progress) -> Result<HashMap<u64, Alike>> {
    let shortest = ShortestPaths::of(snapshot, progress)?;
    let parts = Parts { snapshot, shortest };
    let may_be_large = |&node: &NodeIx| snapshot.retained_size(node) >= MIN_BYTES;
    let bytes = Bytes::of(parts, snapshot.nodes().iter().filter(may_be_large), progress)?;
    let mut shapes = Shapes::from_root(snapshot, shortest)?;
    let mut found: HashMap<u64, Alike> = HashMap::new();
    for (node, shape) in bytes.large(MIN_BYTES).filter(|&(node, _)| shortest.cost(node) != UNREACHED) {
        let alike = found.entry(shapes.hash(node)).or_insert(Alike { nodes: Vec::new(), shape, bytes: 0 });
        alike.nodes.push(node);
        alike.bytes += bytes.own(node);
    }
    Ok(found)
}
