//! Objects of a class → their merged retaining paths, with the number of objects that each round added to each.
//!
//! Paths are merged by their text, which leaves V8's own objects out: the store of an array changes its type when the
//! array gets holes.

use crate::leak::test_rounds::{PathSearch, Rounds};
use crate::paths::shapes::Shapes;
use crate::paths::start::Viewpoint;
use crate::paths::text::PathText;
use crate::program::names::{Names, Show};
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::sort::sort_by_key;
use foldhash::{HashMap, HashMapExt};
use std::cmp::Reverse;

/// Objects whose retaining paths read the same.
struct PathGroup {
    count: i64,
    /// The one nearest to a root.
    example: NodeIx,
}

/// Paths of the objects of one snapshot, merged.
struct Merged<'a> {
    search: PathSearch<'a>,
    shapes: Shapes<'a>,
    names: Names<'a>,
}

impl<'a> Merged<'a> {
    fn groups(&mut self, nodes: &[NodeIx]) -> HashMap<Vec<u8>, PathGroup> {
        let mut by_shape: HashMap<u32, PathGroup> = HashMap::new();
        for &node in nodes {
            let shape = self.shapes.of_node(node);
            let group = by_shape.entry(shape).or_insert(PathGroup { count: 0, example: node });
            group.add(1, node, &self.search);
        }
        let text =
            PathText { snapshot: self.search.snapshot, names: self.names, any_index: true, viewpoint: Viewpoint::Test };
        let mut by_text: HashMap<Vec<u8>, PathGroup> = HashMap::new();
        let mut shapes: Vec<PathGroup> = by_shape.into_values().collect();
        sort_by_key(&mut shapes, |group| group.example);
        for PathGroup { count, example } in shapes {
            let Some(path) = self.search.path_to(example) else { continue };
            let group = by_text.entry(text.write(&path)).or_insert(PathGroup { count: 0, example });
            group.add(count, example, &self.search);
        }
        by_text
    }
}

impl PathGroup {
    fn add(&mut self, count: i64, example: NodeIx, search: &PathSearch<'_>) {
        self.count += count;
        if search.shortest.cost(example) < search.shortest.cost(self.example) {
            self.example = example;
        }
    }
}

/// A merged path of the last snapshot.
pub(super) struct GrownPath {
    /// The one of these objects that is nearest to a root.
    pub(super) example: NodeIx,
    /// Objects that each round added.
    pub(super) added: Vec<i64>,
}

/// The paths of objects of all snapshots.
pub(super) struct RetainedPaths<'a> {
    merged: Vec<Merged<'a>>,
}

impl<'a> RetainedPaths<'a> {
    pub(super) fn new(rounds: &'a Rounds<'a>) -> Result<Self> {
        let merged = rounds.snapshots.iter().map(|&snapshot| {
            let search = PathSearch::new(snapshot, rounds.progress)?;
            let names = Names::new(snapshot, Show::NOTHING, rounds.progress)?;
            Ok(Merged { search, shapes: Shapes::from_root(snapshot, search.shortest)?, names })
        });
        Ok(Self { merged: merged.collect::<Result<_>>()? })
    }

    /// The merged paths of objects in the last snapshot, the most frequent first. `nodes` are those of each snapshot.
    pub(super) fn of(&mut self, nodes: impl Iterator<Item = Vec<NodeIx>>) -> Vec<GrownPath> {
        let mut groups: Vec<HashMap<Vec<u8>, PathGroup>> =
            self.merged.iter_mut().zip(nodes).map(|(merged, nodes)| merged.groups(&nodes)).collect();
        let mut newest: Vec<(Vec<u8>, PathGroup)> = groups.pop().into_iter().flatten().collect();
        sort_by_key(&mut newest, |(text, group)| (Reverse(group.count), text.clone()));
        let path = |(text, group): (Vec<u8>, PathGroup)| {
            let before = groups.iter().map(|groups| groups.get(&text).map_or(0, |group| group.count));
            let counts: Vec<i64> = before.chain([group.count]).collect();
            GrownPath { example: group.example, added: counts.windows(2).map(|pair| pair[1] - pair[0]).collect() }
        };
        newest.into_iter().map(path).collect()
    }
}
