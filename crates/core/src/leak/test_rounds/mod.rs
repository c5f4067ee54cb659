//! Snapshots after equal rounds of calls → objects that grew by at least one for each call in every round.
//!
//! Growth is searched twice: by how objects are retained ([`crate::leak::report`]), which also names the holder; and by
//! class, which misses nothing but cannot distinguish a leak from objects created once for each of several reasons. So
//! a class that grew without a suspect to explain it is checked path by path.
//!
//! ```text
//! checkpoints      the same for two snapshots that a test takes itself
//! class_growth     classes with more objects after every round
//! path_growth      the merged retaining paths of a class, with the objects that each round added
//! heap_growth      bytes, and the objects that retain the growth
//! referrers        referrers of objects that only V8's own tables retain
//! ```

pub(crate) mod checkpoints;
mod class_growth;
mod heap_growth;
mod path_growth;
mod referrers;

use crate::leak::AllocatedAt;
use crate::leak::allocated::places_of_allocation;
use crate::leak::noise::Surroundings;
use crate::leak::{Finding, Profile, Series, have_common_ids, report};
use crate::paths::shapes::Shapes;
use crate::paths::shortest_paths::ShortestPaths;
use crate::paths::start::{Starts, Viewpoint};
use crate::paths::step::PathStep;
use crate::program::internals::is_of_program;
use crate::program::scripts::Scripts;
use crate::snapshot::Snapshot;
use crate::snapshot::columns::Location;
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::strings::Text;
pub(crate) use class_growth::ClassGrowth;
use class_growth::ClassTables;
use path_growth::{GrownPath, RetainedPaths};

/// The class name of growth in bytes that no class shows.
const HEAP: &[u8] = b"(heap)";
/// Suspects that are explained.
const MAX_SUSPECTS: usize = 100;

/// The snapshots of one measurement, oldest first.
#[derive(Clone, Copy)]
pub(crate) struct Rounds<'a> {
    pub(crate) snapshots: &'a [&'a Snapshot],
    pub(crate) last: &'a Snapshot,
    /// Calls in a round.
    pub(crate) iterations: i64,
    /// Whether the first snapshot is the first that was taken in its realm.
    pub(crate) is_first: bool,
    pub(crate) progress: &'a Progress,
}

/// Something that leaks.
pub(crate) enum RoundLeak {
    /// A suspect of the report.
    Suspect(Box<Finding>),
    /// A class that grew, with how its objects are retained.
    Class(ClassLeak),
}

/// Growth of a class, or of the heap, that no suspect explains.
#[derive(Default)]
pub(crate) struct ClassLeak {
    pub(crate) class_name: Text,
    /// Objects that each round added; empty for the heap.
    pub(crate) added_count: Vec<i64>,
    /// Bytes that each round added.
    pub(crate) added_bytes: Vec<i64>,
    pub(crate) location: Option<Location>,
    /// The most frequent path of the new objects.
    pub(crate) path: Option<Vec<PathStep>>,
    /// The path to an object that refers to them, if only V8's own tables retain them.
    pub(crate) holder: Option<Vec<PathStep>>,
    /// Where objects of the class were allocated; empty if that was not tracked.
    pub(crate) allocated: Vec<AllocatedAt>,
}

/// The possible leaks after the rounds so far.
pub(crate) struct RoundGrowth {
    /// Classes that grew in every round by at least half as much as a leak.
    pub(crate) classes: Vec<ClassGrowth>,
    /// Whether anything may leak, so that another round is worth its cost.
    pub(crate) may_leak: bool,
}

impl<'a> Rounds<'a> {
    /// The growth so far. Expensive checks run only while nothing has been found.
    pub(crate) fn growth(&self, max_bytes: Option<f64>) -> Result<RoundGrowth> {
        let classes = ClassTables::new(self)?.growth();
        let is_over = |max: f64| heap_growth::added_bytes(self).iter().all(|&bytes| bytes as f64 > max);
        // Objects of a class may leak while others of it happen to be freed. Only the suspects show that.
        let may_leak = !classes.is_empty() || max_bytes.is_some_and(is_over) || !self.suspects()?.is_empty();
        Ok(RoundGrowth { classes, may_leak })
    }

    /// The leaks, suspects of the report first; if `asked` is given, only those of these classes.
    pub(crate) fn leaks(&self, asked: Option<&[String]>) -> Result<Vec<RoundLeak>> {
        let tables = ClassTables::new(self)?;
        let grown = tables.growth();
        let search = Search::new(self, &tables)?;
        match asked {
            None => search.all(grown, self.suspects()?),
            Some(asked) => {
                let is_asked = |growth: &ClassGrowth| asked.iter().any(|name| name.as_bytes() == growth.name.0);
                search.of_classes(grown.into_iter().filter(is_asked), self.suspects()?)
            }
        }
    }

    /// Growth of the heap as a whole, with the object that retains most of it.
    pub(crate) fn heap_leak(&self) -> Result<ClassLeak> {
        let search = PathSearch::new(self.last, self.progress)?;
        let holder = heap_growth::holder(self, &search)?;
        let added_bytes = heap_growth::added_bytes(self);
        let class_name = Text::of(HEAP);
        Ok(ClassLeak { class_name, added_bytes, path: holder.clone(), holder, ..ClassLeak::default() })
    }

    fn suspects(&self) -> Result<Vec<Finding>> {
        let same_process = have_common_ids(self.snapshots);
        let series = Series::new(self.snapshots, self.last, same_process, self.progress)?;
        if !self.leave_enough(&series) {
            return Ok(Vec::new());
        }
        let profile = Profile::TestRounds { iterations: self.iterations };
        let report = report(&series, MAX_SUSPECTS, profile, self.progress)?;
        Ok(report.suspects.into_iter().chain(report.inconclusive).collect())
    }

    /// Whether every round left half as many new objects as there were calls, without which nothing is suspected. Most
    /// functions leave next to none, and then no path has to be looked for.
    fn leave_enough(&self, series: &Series<'_>) -> bool {
        let mut left = vec![0; self.snapshots.len()];
        for node in self.last.nodes().iter().filter(|&node| !series.is_old(node)) {
            left[series.birth(node)] += i64::from(is_of_program(self.last, node));
        }
        let is_known = series.same_process && left.len() <= usize::from(u8::MAX);
        !is_known || left.iter().skip(1).all(|&left| left * 2 >= self.iterations)
    }
}

/// Judges paths of one snapshot.
#[derive(Clone, Copy)]
struct PathSearch<'a> {
    snapshot: &'a Snapshot,
    shortest: &'a ShortestPaths,
    noise: Surroundings<'a>,
    starts: Starts<'a>,
}

impl<'a> PathSearch<'a> {
    fn new(snapshot: &'a Snapshot, progress: &Progress) -> Result<Self> {
        let shortest = ShortestPaths::of(snapshot, progress)?;
        let noise = Surroundings::new(snapshot, shortest, Scripts::of(snapshot, progress)?);
        Ok(Self { snapshot, shortest, noise, starts: Starts { snapshot, viewpoint: Viewpoint::Test } })
    }

    fn path_to(&self, node: NodeIx) -> Option<Vec<PathStep>> {
        crate::paths::step::path_to(self.snapshot, self.shortest, node)
    }

    /// The path to an object, if it leads through an object of the program and not through noise.
    fn path_of_program(&self, node: NodeIx) -> Option<Vec<PathStep>> {
        let path = self.path_to(node).filter(|_| !self.noise.is_retained_by_noise(node))?;
        (!self.starts.is_waiting(&path)).then_some(path)
    }
}

/// Explains the growth of classes.
struct Search<'a, 't> {
    rounds: &'a Rounds<'a>,
    tables: &'t ClassTables<'a>,
    paths: RetainedPaths<'a>,
    /// Of the last snapshot.
    judge: PathSearch<'a>,
    shapes: Shapes<'a>,
}

impl<'a, 't> Search<'a, 't> {
    fn new(rounds: &'a Rounds<'a>, tables: &'t ClassTables<'a>) -> Result<Self> {
        let judge = PathSearch::new(rounds.last, rounds.progress)?;
        let shapes = Shapes::from_root(rounds.last, judge.shortest)?;
        Ok(Self { rounds, tables, paths: RetainedPaths::new(rounds)?, judge, shapes })
    }

    fn all(mut self, grown: Vec<ClassGrowth>, suspects: Vec<Finding>) -> Result<Vec<RoundLeak>> {
        let mut leaks = Vec::new();
        for growth in grown {
            if !suspects.iter().any(|suspect| suspect.class_name == growth.name) {
                leaks.extend(self.unexplained(growth, &suspects)?);
            }
        }
        let suspects = suspects.into_iter().map(|suspect| RoundLeak::Suspect(Box::new(suspect)));
        Ok(suspects.chain(leaks.into_iter().map(RoundLeak::Class)).collect())
    }

    /// A class that grew although none of the suspects retains its objects.
    fn unexplained(&mut self, growth: ClassGrowth, suspects: &[Finding]) -> Result<Option<ClassLeak>> {
        let nodes = self.grown_examples(&growth);
        let is_recorded = nodes.iter().any(|&node| self.judge.noise.is_retained_by_record(node));
        let paths = self.paths_of_program(nodes);
        let is_explained = is_recorded || !paths.is_empty();
        let unexplained = paths.into_iter().find(|path| !suspects.iter().any(|suspect| self.is_behind(suspect, path)));
        if unexplained.is_some() {
            return self.leak(growth, unexplained).map(Some);
        }
        // Objects that only V8's tables retain are parts of the suspects' objects, if there are suspects.
        if !growth.is_certain || is_explained || !suspects.is_empty() {
            return Ok(None);
        }
        let nodes = self.tables.nodes(&growth.name.0).last().unwrap_or_default();
        let holder = referrers::common_holder(self.rounds, &self.judge, &nodes)?;
        let leak = self.leak(growth, holder.clone())?;
        Ok(Some(ClassLeak { holder, ..leak }))
    }

    /// Whether a path leads through the holder of a suspect or one of its objects, or to an object that retains them.
    fn is_behind(&mut self, suspect: &Finding, path: &[PathStep]) -> bool {
        let snapshot = self.rounds.last;
        let holder = self.shapes.of_node(suspect.holder.node);
        let end = path.last().map(|step| self.shapes.of_node(step.node));
        path.iter().any(|step| {
            self.shapes.of_node(step.node) == holder || snapshot.class_name(step.node) == suspect.class_name
        }) || suspect.steps.iter().any(|step| Some(self.shapes.of_node(step.node)) == end)
    }

    /// Growth of the given classes, whatever else leaks.
    fn of_classes(
        mut self,
        grown: impl Iterator<Item = ClassGrowth>,
        suspects: Vec<Finding>,
    ) -> Result<Vec<RoundLeak>> {
        let mut leaks = Vec::new();
        let mut suspects: Vec<Option<Finding>> = suspects.into_iter().map(Some).collect();
        for growth in grown {
            let is_known = |suspect: &mut Finding| suspect.class_name == growth.name;
            let known: Vec<Finding> = suspects.iter_mut().filter_map(|suspect| suspect.take_if(is_known)).collect();
            if !known.is_empty() {
                leaks.extend(known.into_iter().map(|suspect| RoundLeak::Suspect(Box::new(suspect))));
                continue;
            }
            let nodes = self.grown_examples(&growth);
            let path = self.paths_of_program(nodes).into_iter().next();
            if growth.is_certain || path.is_some() {
                leaks.push(RoundLeak::Class(self.leak(growth, path)?));
            }
        }
        Ok(leaks)
    }

    /// An object for each merged path of the class by which every round added enough objects, the most frequent first.
    fn grown_examples(&mut self, growth: &ClassGrowth) -> Vec<NodeIx> {
        let enough = |path: &GrownPath| path.added.iter().all(|&added| added >= self.rounds.iterations);
        let paths = self.paths.of(self.tables.nodes(&growth.name.0));
        paths.into_iter().filter(enough).map(|path| path.example).collect()
    }

    /// The paths to `nodes` that lead through an object of the program and not through noise.
    fn paths_of_program(&self, nodes: Vec<NodeIx>) -> Vec<Vec<PathStep>> {
        let PathSearch { noise, starts, .. } = self.judge;
        let nodes = nodes.into_iter().filter(|&node| !noise.is_retained_by_noise(node));
        nodes.filter_map(|node| self.judge.path_to(node)).filter(|path| !starts.is_bare(path)).collect()
    }

    fn leak(&self, growth: ClassGrowth, path: Option<Vec<PathStep>>) -> Result<ClassLeak> {
        let added_bytes = self.tables.added_bytes(&growth)?;
        let ClassGrowth { name, added, location, .. } = growth;
        let nodes = self.tables.nodes(&name.0).last().unwrap_or_default();
        let allocated = places_of_allocation(self.rounds.last, &nodes);
        Ok(ClassLeak { class_name: name, added_count: added, added_bytes, location, path, holder: None, allocated })
    }
}
