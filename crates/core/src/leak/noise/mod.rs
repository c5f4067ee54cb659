//! Growth that happens in every program and is no leak: one table for each cause, with a reason for every rule.
//!
//! Noise is recognised by what the objects are or what holds them, never by their number: a threshold would hide a
//! small leak and let a large warm-up through.

mod browser;
mod node;
mod test_runners;
mod v8;

use crate::leak::groups::{Groups, OUTSIDE};
use crate::leak::series::Series;
use crate::paths::shortest_paths::ShortestPaths;
use crate::program::ownership::{has_program_script, is_runtime_script};
use crate::program::scripts::Scripts;
use crate::program::variables::variable;
use crate::snapshot::Snapshot;
use crate::snapshot::display::{EdgeLabel, edge_label};
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::NodeKind;
use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use serde::Serialize;
use std::cell::OnceCell;

/// Steps up from an object in which its holder is searched. Longer paths are those of linked lists.
const FURTHEST: usize = 1000;

/// One kind of noise.
#[derive(Debug, Serialize)]
pub(crate) struct Noise {
    /// Its name.
    pub(crate) name: &'static str,
    /// Why its growth means nothing.
    pub(crate) reason: &'static str,
    #[serde(skip)]
    scope: Scope,
    #[serde(skip)]
    applies: fn(&Surroundings<'_>, NodeIx) -> bool,
}

/// Which objects below the node that a rule applies to are noise.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Scope {
    All,
    /// Those of the runtime's own code, not those of the program's functions and objects below it.
    RuntimesOwn,
    /// All, but only where growth is judged, not size.
    Growth,
}

/// What a rule can check.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    snapshot: &'a Snapshot,
    shortest: &'a ShortestPaths,
    scripts: &'a Scripts,
}

impl<'a> Surroundings<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot, shortest: &'a ShortestPaths, scripts: &'a Scripts) -> Self {
        Self { snapshot, shortest, scripts }
    }

    /// Whether the shortest path to a node leads through noise.
    pub(crate) fn is_retained_by_noise(&self, node: NodeIx) -> bool {
        self.is_retained_by(node, &TABLES)
    }

    /// The same without V8's own tables, which list all strings and symbols, whoever uses them.
    pub(crate) fn is_retained_by_record(&self, node: NodeIx) -> bool {
        self.is_retained_by(node, &RECORDS)
    }

    fn is_retained_by(&self, node: NodeIx, tables: &[&[Noise]]) -> bool {
        let mut is_programs = false;
        self.up_from(node).any(|at| {
            let rule = tables.iter().copied().flatten().find(|noise| (noise.applies)(self, at));
            let is_noise = rule.is_some_and(|noise| noise.scope != Scope::RuntimesOwn || !is_programs);
            is_programs = is_programs || self.is_programs(at);
            is_noise
        })
    }

    /// Whether a node is a function, or an instance of a class, of the program's or a package's.
    fn is_programs(&self, node: NodeIx) -> bool {
        has_program_script(self.snapshot, self.scripts, node)
    }

    /// Steps up to the exports of a module. These do not belong to the loader, though the module is in its cache: the
    /// sockets of Node's own agent, for example.
    fn steps_to_exports(&self, node: NodeIx) -> usize {
        self.up_from(node).position(|at| self.is_exported(at)).unwrap_or(usize::MAX)
    }

    fn is_exported(&self, node: NodeIx) -> bool {
        self.is_reached_by(node, &[b"exports"])
    }

    /// A node and its ancestors.
    fn up_from(&self, node: NodeIx) -> impl Iterator<Item = NodeIx> {
        std::iter::once(node).chain(self.shortest.ancestors(node)).take(FURTHEST)
    }

    fn is(&self, node: NodeIx, kind: NodeKind) -> bool {
        self.snapshot.kind(node) == kind
    }

    fn is_named(&self, node: NodeIx, names: &[&[u8]]) -> bool {
        names.contains(&self.snapshot.name(node))
    }

    /// Whether the edge to a node has one of these names.
    fn is_reached_by(&self, node: NodeIx, names: &[&[u8]]) -> bool {
        let edge = self.shortest.parent_edge(self.snapshot, node).map(|(_, edge)| edge_label(self.snapshot, edge));
        matches!(edge, Some(EdgeLabel::Name(name)) if names.contains(&name))
    }

    /// Whether the edge to a node is one of these variables.
    fn is_variable(&self, node: NodeIx, names: &[&[u8]]) -> bool {
        let parent = self.shortest.parent_edge(self.snapshot, node);
        let name = parent.and_then(|(scope, edge)| variable(self.snapshot, scope, edge));
        name.is_some_and(|name| names.contains(&name))
    }

    fn starts_with(&self, node: NodeIx, starts: &[&[u8]]) -> bool {
        let name = self.snapshot.name(node);
        starts.iter().any(|start| name.starts_with(start))
    }
}

/// All tables.
const TABLES: [&[Noise]; 4] = [v8::NOISE, node::NOISE, browser::NOISE, test_runners::NOISE];
/// The tables of runtimes' records of a program's work.
const RECORDS: [&[Noise]; 2] = [node::NOISE, test_runners::NOISE];

/// The rule by which a node is noise. A group is noise if one of its steps or its growth root is.
fn rule_for(heap: &Surroundings<'_>, node: NodeIx) -> Option<&'static Noise> {
    TABLES.into_iter().flatten().find(|noise| (noise.applies)(heap, node))
}

/// Whether the nearest function, or instance of a class, from the node up is the runtime's.
fn is_held_by_runtime(heap: &Surroundings<'_>, node: NodeIx) -> bool {
    let place = heap.up_from(node).find_map(|at| heap.snapshot.location(at));
    let script = place.and_then(|place| heap.scripts.name(place));
    script.is_some_and(|name| is_runtime_script(name, false))
}

/// Tells noise from growth.
pub(crate) struct NoiseFilter<'a> {
    heap: Surroundings<'a>,
    groups: &'a Groups,
    /// Whether growth is judged, rather than size.
    is_growth: bool,
    /// By group, filled on demand.
    known: Vec<OnceCell<Option<&'static Noise>>>,
}

impl<'a> NoiseFilter<'a> {
    pub(crate) fn new(
        snapshot: &'a Snapshot,
        shortest: &'a ShortestPaths,
        scripts: &'a Scripts,
        groups: &'a Groups,
        is_growth: bool,
    ) -> Self {
        let known = groups.list.iter().map(|_| OnceCell::new()).collect();
        Self { heap: Surroundings::new(snapshot, shortest, scripts), groups, is_growth, known }
    }

    /// The rule by which a group is noise: that of its last step, of a step above, or of an object above its growth root.
    pub(crate) fn noise_of(&self, group: u32) -> Option<&'static Noise> {
        let mut unknown = Vec::new();
        let mut at = group;
        let mut noise = loop {
            if let Some(&known) = self.known[at as usize].get() {
                break known;
            }
            let step = self.groups.get(at);
            unknown.push(at);
            if step.parent == OUTSIDE {
                break self.rule_for(step.example).or_else(|| self.noise_above(step.example));
            }
            at = step.parent;
        };
        for &group in unknown.iter().rev() {
            let example = self.groups.get(group).example;
            let is_programs = || self.heap.is_programs(example);
            let is_exported = || self.heap.is_exported(example);
            noise = noise.filter(|noise| (noise.scope != Scope::RuntimesOwn || !is_programs()) && !is_exported());
            noise = noise.or_else(|| self.rule_for(example));
            self.known[group as usize].get_or_init(|| noise);
        }
        noise
    }

    /// The rule by which a node itself is noise.
    pub(crate) fn rule_for(&self, node: NodeIx) -> Option<&'static Noise> {
        rule_for(&self.heap, node).filter(|noise| self.is_growth || noise.scope != Scope::Growth)
    }

    /// Whether a single object or an ancestor is noise, up to the module that exports it.
    pub(crate) fn is_noise(&self, node: NodeIx) -> bool {
        let above = self.heap.up_from(node).skip(1);
        self.rule_for(node).is_some()
            || above.take(self.heap.steps_to_exports(node)).any(|at| self.rule_for(at).is_some())
    }

    /// Whether a single object is noise, or held by the runtime's own code.
    pub(crate) fn is_of_runtime(&self, node: NodeIx) -> bool {
        self.is_noise(node)
            || self.heap.shortest.ancestors(node).next().is_none_or(|holder| is_held_by_runtime(&self.heap, holder))
    }

    /// Whether a node is a function, or an instance of a class, of the program's or a package's.
    pub(crate) fn is_programs(&self, node: NodeIx) -> bool {
        self.heap.is_programs(node)
    }

    /// Whether the nearest function, or instance of a class, from the node up is the runtime's.
    pub(crate) fn is_held_by_runtime(&self, node: NodeIx) -> bool {
        is_held_by_runtime(&self.heap, node)
    }

    /// The rule by which an object above a growth root is noise, such as the compiled code that refers to it.
    fn noise_above(&self, growth_root: NodeIx) -> Option<&'static Noise> {
        // The program's functions and objects are no noise, even if Node's own code holds them.
        let is_held_by_runtime = is_held_by_runtime(&self.heap, growth_root);
        let exports = self.heap.steps_to_exports(growth_root);
        let is_noise = |&(steps, at): &(usize, NodeIx)| {
            self.heap.is(at, NodeKind::Code)
                || self.heap.is(at, NodeKind::ObjectShape)
                || is_held_by_runtime && steps <= exports && node::is_module_loader_cache(&self.heap, at)
                || v8::is_template_cache(&self.heap, at)
        };
        let (_, at) = self.heap.up_from(growth_root).enumerate().skip(1).find(is_noise)?;
        rule_for(&self.heap, at)
    }
}

/// For each interval, the number of files that have functions for the first time.
pub(crate) fn files_loaded(series: &Series<'_>, progress: &Progress) -> Result<Vec<i64>> {
    if series.timeline.is_some() {
        return files_of_timeline(series, progress);
    }
    let mut known: HashSet<&[u8]> = HashSet::new();
    let mut loaded = Vec::new();
    for &snapshot in series.snapshots {
        let files = Scripts::of(snapshot, progress)?.names().filter(|name| !name.is_empty()).map(without_query);
        loaded.push(files.filter(|&file| known.insert(file)).count() as i64);
    }
    Ok(loaded.split_off(1))
}

/// A file was loaded when its oldest function was created.
fn files_of_timeline(series: &Series<'_>, progress: &Progress) -> Result<Vec<i64>> {
    let snapshot = series.last;
    let scripts = Scripts::of(snapshot, progress)?;
    let mut loaded: HashMap<&[u8], usize> = HashMap::new();
    for node in snapshot.nodes().iter().filter(|&node| snapshot.kind(node) == NodeKind::Closure) {
        if let Some(name) = snapshot.location(node).and_then(|at| scripts.name(at)).filter(|name| !name.is_empty()) {
            let birth = loaded.entry(without_query(name)).or_insert(usize::MAX);
            *birth = series.birth(node).min(*birth);
        }
    }
    Ok(series.created(loaded.into_values()))
}

/// Whether `modules`, objects of Node's class `Module`, are all of different files: programs load modules when they
/// first need them. A file that is loaded twice, for instance with another query, is a leak.
pub(crate) fn are_different_modules(snapshot: &Snapshot, modules: &[NodeIx]) -> bool {
    let mut files = HashSet::new();
    modules.iter().all(|&module| {
        let file = snapshot
            .edges_of(module)
            .find(|&edge| matches!(edge_label(snapshot, edge), EdgeLabel::Name(b"filename" | b"url" | b"id")));
        file.is_none_or(|file| files.insert(without_query(snapshot.name(file.to))))
    })
}

fn without_query(url: &[u8]) -> &[u8] {
    let end = url.iter().position(|byte| matches!(byte, b'?' | b'#')).unwrap_or(url.len());
    &url[..end]
}

/// Whether `functions` are all of different files. That is code being loaded, not functions created again and again,
/// for instance by `eval`, whose scripts have no names.
pub(crate) fn are_of_different_files(snapshot: &Snapshot, scripts: &Scripts, functions: &[NodeIx]) -> bool {
    let mut files = HashSet::new();
    let file = |function: NodeIx| snapshot.location(function).and_then(|at| scripts.name(at));
    functions.len() > 1
        && functions.iter().all(|&function| {
            snapshot.kind(function) == NodeKind::Closure
                && file(function).is_some_and(|file| !file.is_empty() && files.insert(without_query(file)))
        })
}
