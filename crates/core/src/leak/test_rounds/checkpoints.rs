//! Two snapshots that a test takes itself → the growth between them that is not the program's.

use crate::leak::test_rounds::class_growth::{ClassTables, counted_name};
use crate::leak::test_rounds::path_growth::{GrownPath, RetainedPaths};
use crate::leak::test_rounds::{PathSearch, Rounds};
use crate::paths::step::PathStep;
use crate::program::scripts::Scripts;
use crate::snapshot::Snapshot;
use crate::snapshot::columns::Location;
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::NodeKind;
use foldhash::HashMap;

/// The largest number of objects that checkpoints, the test that awaits them and its test runner create. A single
/// leaked array cannot be distinguished from these; they are never of a program's classes.
const MADE_MEANWHILE: [(&[u8], i64); 11] = [
    (b"Object", 8),
    (b"Set", 8),
    (b"Map", 2),
    (b"Array", 16),
    (b"Function", 16),
    (b"Generator", 4),
    (b"Promise", 8),
    (b"ArrayBuffer", 2),
    (b"(string)", 200),
    (b"(concatenated string)", 8),
    (b"(bigint)", 8),
];

/// The class of checkpoints in JavaScript.
const SNAPSHOT: &[u8] = b"Snapshot";

/// How many objects of each class checkpoints create, by name.
pub(crate) fn made_meanwhile(after: &Snapshot, own_script: &str, progress: &Progress) -> Result<HashMap<Vec<u8>, i64>> {
    let mut counts: HashMap<Vec<u8>, i64> = MADE_MEANWHILE.iter().map(|&(name, most)| (name.to_vec(), most)).collect();
    let scripts = Scripts::of(after, progress)?;
    // A program may have a class of this name too.
    let is_ours = |node: &NodeIx| {
        after.kind(*node) == NodeKind::Object
            && after.name(*node) == SNAPSHOT
            && after
                .location(*node)
                .is_some_and(|at| scripts.name(at).is_none_or(|script| script.ends_with(own_script.as_bytes())))
    };
    for checkpoint in after.nodes().iter().filter(is_ours) {
        let owned = after.dominators().subtree(checkpoint);
        for node in owned.filter(|&node| after.nodes().self_size(node) > 0) {
            *counts.entry(after.class_name(node).0).or_default() += 1;
        }
    }
    Ok(counts)
}

/// How objects of a class that grew are retained.
pub(crate) struct Explanation {
    /// How many of the new objects only V8 or a record of the test runner retains.
    pub(crate) of_runtime: i64,
    pub(crate) path: Option<Vec<PathStep>>,
    pub(crate) location: Option<Location>,
}

/// Finds the retainers of objects of classes that grew.
pub(crate) struct Explainer<'a> {
    tables: ClassTables<'a>,
    paths: RetainedPaths<'a>,
    search: PathSearch<'a>,
}

impl<'a> Explainer<'a> {
    /// `rounds` has two snapshots.
    pub(crate) fn new(rounds: &'a Rounds<'a>) -> Result<Self> {
        let search = PathSearch::new(rounds.last, rounds.progress)?;
        Ok(Self { tables: ClassTables::new(rounds)?, paths: RetainedPaths::new(rounds)?, search })
    }

    pub(crate) fn explain(&mut self, class_name: &[u8]) -> Explanation {
        let name = counted_name(class_name);
        let paths = self.paths.of(self.tables.nodes(name));
        let (of_runtime, own): (Vec<&GrownPath>, Vec<&GrownPath>) =
            paths.iter().filter(|path| grown(path) > 0).partition(|path| self.is_noise(path.example));
        let shown = own.first().copied().or(paths.first());
        let is_alone = name == class_name;
        Explanation {
            of_runtime: of_runtime.iter().filter(|_| is_alone).map(|path| grown(path)).sum(),
            path: shown.and_then(|path| self.search.path_to(path.example)),
            location: self.tables.location(name),
        }
    }

    /// Whether an object is noise. V8's tables list values such as strings, whoever uses them, and do not count for these.
    fn is_noise(&self, node: NodeIx) -> bool {
        match self.search.snapshot.kind(node) {
            NodeKind::Object | NodeKind::Closure | NodeKind::Native => self.search.noise.is_retained_by_noise(node),
            _ => self.search.noise.is_retained_by_record(node),
        }
    }
}

fn grown(path: &GrownPath) -> i64 {
    path.added.iter().sum()
}
