//! Explain: a suspect → its kind, names, numbers, path and holder.

use crate::leak::allocated::{Survival, places_of_allocation};
use crate::leak::bounds::bound_of;
use crate::leak::certainty::Certainty;
use crate::leak::evidence::Evidence;
use crate::leak::finding::{Confidence, Finding, Holder};
use crate::leak::groups::Groups;
use crate::leak::growing_object_kinds::kind_of_growing;
use crate::leak::growth::{Growth, Trend};
use crate::leak::kinds::{TIMERS, kind_of};
use crate::leak::members::Members;
use crate::leak::owned_size::Shape;
use crate::leak::series::Series;
use crate::leak::suspect::{GrowingObjects, Suspect};
use crate::paths::shortest_paths::ShortestPaths;
use crate::paths::step::{PathStep, path_to};
use crate::program::internals::{GENERIC, is_internal};
use crate::program::scripts::Scripts;
use crate::snapshot::display::display_name;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::retained::{retained_by_part, retained_together};
use crate::snapshot::schema::{EdgeKind, NodeKind};
use crate::snapshot::strings::Text;

/// Ids listed for each suspect, newest first.
const SAMPLES: usize = 5;
/// Elements checked for being links of a list.
const MAX_LOOKED_AT: usize = 1000;
/// Steps up from an object in which links of a list are counted.
const MAX_PATH_OF_LINKS: usize = 32;
/// Steps from a timer to its function. In browsers two objects of the embedder are between them.
const MAX_TO_FUNCTION: usize = 3;
/// Functions on the path that are listed with their locations.
const MAX_FUNCTIONS: usize = 5;

/// Explains the suspects of one series.
pub(crate) struct Explainer<'a> {
    pub(crate) series: &'a Series<'a>,
    pub(crate) groups: &'a Groups,
    pub(crate) shortest: &'a ShortestPaths,
    pub(crate) members: &'a Members,
    pub(crate) scripts: &'a Scripts,
    /// Of a timeline, in which earlier objects are unknown.
    pub(crate) survival: Option<Survival>,
}

impl Explainer<'_> {
    /// The finding of a suspect, without what its release would free. `growth` is `None` for a single snapshot.
    pub(crate) fn explain(&self, suspect: &Suspect, growth: Option<&Growth>) -> Option<Finding> {
        let snapshot = self.series.last;
        let mut nodes = self.members.with_any(&suspect.named);
        let depth = self.depth_of_links(&nodes, suspect);
        if depth == 1 {
            nodes.retain(|&node| self.links_above(node, suspect) == 0);
        }
        let example = nodes.iter().copied().min_by_key(|&node| (self.shortest.cost(node), node));
        let (example, steps) = example.and_then(|node| Some((node, path_to(snapshot, self.shortest, node)?)))?;
        let (holder, element) = self.places(suspect, &steps);
        let evidence = Evidence {
            snapshot,
            steps: &steps,
            holder,
            element,
            is_list: depth > 1,
            is_scoped: self.is_scoped(suspect),
        };
        let growing = suspect.growing.as_ref();
        let leaked = &self.members.leaked(suspect);
        let kind = growing.map_or_else(|| kind_of(&evidence), |growing| kind_of_growing(growing, &evidence));
        let class_name =
            growing.map_or_else(|| self.class_name(example), |growing| self.class_of_growing(example, growing));
        let added_count = match (growing, growth) {
            (None, Some(_)) if depth == 1 && self.series.same_process => self.born(&nodes),
            (None, Some(growth)) => growth.added_by_all(&suspect.named),
            _ => vec![0; self.series.intervals()],
        };
        let allocated = places_of_allocation(snapshot, &nodes);
        let is_of_timeline = self.survival.is_some();
        let survival = match (&self.survival, growth) {
            _ if growing.is_some() => None,
            (Some(survival), _) => survival.at(&allocated, nodes.len()),
            (None, growth) => growth.and_then(|growth| growth.survivors(suspect.named[0])),
        };
        let certainty = match (growing, growth) {
            (Some(_), _) if is_of_timeline => Certainty::default(),
            (Some(growing), _) => Certainty::of_bytes(growing),
            (None, Some(growth)) if is_of_timeline => Certainty::of_objects(suspect, growth).with_survival(survival),
            (None, Some(growth)) => Certainty::of_objects(suspect, growth),
            (None, None) => Certainty::default(),
        };
        let bound = bound_of(self.series, self.scripts, kind, suspect, &steps, holder);
        let confidence =
            if self.series.same_process { certainty.confidence(kind, bound.is_some()) } else { Confidence::Low };
        let is_paused = growth.is_some_and(|growth| {
            growing.is_none() && suspect.named.iter().all(|&group| growth.trend(self.groups, group) == Trend::Paused)
        });
        Some(Finding {
            suspect: suspect.clone(),
            class_name,
            kind,
            count: nodes.len(),
            bytes: retained_together(snapshot, leaked),
            added_bytes: growing
                .filter(|_| !is_of_timeline)
                .map_or_else(|| self.added_bytes(leaked), |growing| Some(growing.added.clone())),
            example,
            functions: self.functions(&steps[holder..]),
            holder: self.holder(&steps, holder),
            bound,
            is_inconclusive: is_paused && kind.may_be_filling
                || self.series.intervals() == 1
                    && (kind.may_be_filling || !self.series.is_old(steps[holder].node))
                    && added_count.iter().all(|&added| added >= nodes.len() as i64),
            survival,
            is_of_timeline,
            is_proven: certainty.survives,
            is_under_way: self.shortest.is_under_way(example),
            is_held_by_runtime: growing.is_none() && is_internal(snapshot, steps[holder].node),
            samples: self.newest(&nodes),
            allocated,
            release: Default::default(),
            dead_variables: Vec::new(),
            component: None,
            confidence,
            added_count,
            steps,
        })
    }

    /// How many of the objects were created in each interval.
    fn born(&self, nodes: &[NodeIx]) -> Vec<i64> {
        self.series.created(nodes.iter().map(|&node| self.series.birth(node)))
    }

    /// How deeply elements are nested: many levels make a list or a tree, one level makes elements that have elements of
    /// their own, like the layers of a router.
    fn depth_of_links(&self, nodes: &[NodeIx], suspect: &Suspect) -> usize {
        let looked_at = nodes.iter().take(MAX_LOOKED_AT);
        looked_at.map(|&node| self.links_above(node, suspect)).max().unwrap_or(0)
    }

    /// The number of elements above an object.
    fn links_above(&self, node: NodeIx, suspect: &Suspect) -> usize {
        let is_element = |node: NodeIx| suspect.has_element(self.groups.of(node));
        let path = std::iter::once(node).chain(self.shortest.ancestors(node)).take(MAX_PATH_OF_LINKS);
        path.filter(|&node| is_element(node)).count().saturating_sub(1)
    }

    /// Whether elements are functions that retain each other.
    fn is_scoped(&self, suspect: &Suspect) -> bool {
        suspect.elements.iter().any(|&group| {
            let of = self.groups.get(group);
            of.repeats && self.series.last.kind(of.example) == NodeKind::Closure
        })
    }

    /// The steps of the holder and of the element below it.
    fn places(&self, suspect: &Suspect, steps: &[PathStep]) -> (usize, usize) {
        let group_at = |at: usize| self.groups.of(steps[at].node);
        let last = steps.len().saturating_sub(1);
        let element = (0..steps.len()).find(|&at| suspect.has_element(group_at(at))).unwrap_or(last);
        // The contents of an array of numbers are no objects, so it is itself the holder. So is the value of a variable.
        let is_variable = || steps[element].edge.is_some_and(|edge| edge.kind == EdgeKind::Context);
        if let Some(growing) = &suspect.growing
            && (growing.shape == Shape::Collection || is_variable())
        {
            return (element, element);
        }
        let nearest = element.saturating_sub(1);
        // A Map's table or a function's scope means nothing to a developer.
        let holder = (0..=nearest).rev().find(|&at| !is_internal(self.series.last, steps[at].node));
        (self.owner_of_structure(suspect, steps, holder.unwrap_or(nearest)), element)
    }

    /// The first link of a list, or the root of a tree, rather than the link or branch that holds the element.
    fn owner_of_structure(&self, suspect: &Suspect, steps: &[PathStep], holder: usize) -> usize {
        let snapshot = self.series.last;
        let class = |at: usize| (snapshot.kind(steps[at].node), snapshot.name(steps[at].node));
        if GENERIC.contains(&class(holder).1) {
            let is_whole = |&at: &usize| self.groups.of(steps[at].node) == suspect.holder;
            let is_one_of_many = is_whole(&holder) || class(holder) != (NodeKind::Object, b"Object");
            return if is_one_of_many { holder } else { (0..holder).find(is_whole).unwrap_or(holder) };
        }
        let links = (0..holder).rev().take_while(|&at| class(at) == class(holder) && class(at).0 == NodeKind::Object);
        links.last().unwrap_or(holder)
    }

    /// The class of an object that grows. Strings are one class, concatenated or flat, and so are plain objects, whatever
    /// their keys.
    fn class_of_growing(&self, node: NodeIx, growing: &GrowingObjects) -> Text {
        match growing.shape {
            Shape::Text => Text::of(b"(string)"),
            Shape::Collection if self.series.last.name(node) == b"Object" => Text::of(b"Object"),
            _ => self.series.last.class_name(node),
        }
    }

    /// A class or function name, never the contents of a string.
    fn class_name(&self, node: NodeIx) -> Text {
        let snapshot = self.series.last;
        match snapshot.kind(node) {
            NodeKind::Closure if !snapshot.name(node).is_empty() => Text::of(snapshot.name(node)),
            _ if snapshot.name(node).starts_with(b"system / NativeContext") => Text::of(b"NativeContext"),
            NodeKind::Object if snapshot.name(node) == b"Object" => display_name(snapshot, node),
            _ => self.function_of_timer(node).unwrap_or_else(|| snapshot.class_name(node)),
        }
    }

    /// The name of the function that a timer calls.
    fn function_of_timer(&self, timer: NodeIx) -> Option<Text> {
        let snapshot = self.series.last;
        if !TIMERS.contains(&snapshot.name(timer)) {
            return None;
        }
        let is_between = |node: &NodeIx| matches!(snapshot.name(*node), b"ScheduledAction" | b"V8Function");
        let mut at = timer;
        for _ in 0..MAX_TO_FUNCTION {
            let targets = || snapshot.strong_edges(at).map(|edge| edge.to);
            if let Some(function) = targets().find(|&node| snapshot.kind(node) == NodeKind::Closure) {
                return Some(Text::of(snapshot.name(function))).filter(|name| !name.0.is_empty());
            }
            at = targets().find(is_between)?;
        }
        None
    }

    fn newest(&self, nodes: &[NodeIx]) -> Vec<u32> {
        let mut newest: Vec<u32> = Vec::new();
        for id in nodes.iter().map(|&node| self.series.last.nodes().id(node).0) {
            if newest.len() < SAMPLES || newest.last().is_some_and(|&oldest| id > oldest) {
                newest.insert(newest.partition_point(|&other| other > id), id);
                newest.truncate(SAMPLES);
            }
        }
        newest
    }

    fn holder(&self, steps: &[PathStep], at: usize) -> Holder {
        let node = steps.get(at).map_or(self.series.last.root(), |step| step.node);
        let alike = self.members.with(self.groups.of(node)).len();
        Holder { at, node, count: alike.max(1) }
    }

    fn added_bytes(&self, leaked: &[NodeIx]) -> Option<Vec<u64>> {
        if self.series.intervals() == 0 {
            return Some(Vec::new());
        }
        self.series.same_process.then(|| {
            let mut bytes = retained_by_part(self.series.last, leaked, |node| self.series.birth(node));
            bytes.resize(self.series.intervals() + 1, 0);
            bytes.split_off(1)
        })
    }

    fn functions(&self, steps: &[PathStep]) -> Vec<NodeIx> {
        let nodes = steps.iter().map(|step| step.node);
        nodes.filter(|&node| self.series.last.kind(node) == NodeKind::Closure).take(MAX_FUNCTIONS).collect()
    }
}
