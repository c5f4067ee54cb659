//! Explain: a suspect → its kind, names, numbers, path and holder.

use crate::leak::evidence::Evidence;
use crate::leak::finding::{Confidence, Finding, Holder};
use crate::leak::groups::Groups;
use crate::leak::growing_object_kinds::kind_of_growing;
use crate::leak::growth::Growth;
use crate::leak::kind::Kind;
use crate::leak::kinds::kind_of;
use crate::leak::members::Members;
use crate::leak::owned_size::Shape;
use crate::leak::series::Series;
use crate::leak::suspect::{GrowingObjects, Suspect};
use crate::paths::shortest_paths::ShortestPaths;
use crate::paths::step::{PathStep, path_to};
use crate::program::internals::is_internal;
use crate::snapshot::display::display_name;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::retained::retained_together;
use crate::snapshot::schema::{EdgeKind, NodeKind};
use crate::snapshot::strings::Text;
use std::ops::Add;

/// Ids given of each suspect, newest first.
const SAMPLES: usize = 5;
/// Elements looked at to find out whether they are links of a list.
const MAX_LOOKED_AT: usize = 1000;
/// Steps from a link of a list to the one before, and to what names it.
const MAX_LINK: usize = 16;
/// Functions of the path that are given with their places.
const MAX_FUNCTIONS: usize = 5;

/// Explains the suspects of one series.
pub(crate) struct Explainer<'a> {
    pub(crate) series: &'a Series<'a>,
    pub(crate) groups: &'a Groups,
    pub(crate) shortest: &'a ShortestPaths,
    pub(crate) members: &'a Members,
}

impl Explainer<'_> {
    /// The finding of a suspect, without what its release would free; `growth` is known for several snapshots.
    pub(crate) fn explain(&self, suspect: &Suspect, growth: Option<&Growth>) -> Option<Finding> {
        let snapshot = self.series.last;
        let nodes = self.members.with_any(&suspect.named);
        let example = nodes.iter().copied().min_by_key(|&node| (self.shortest.cost(node), node));
        let (example, steps) = example.and_then(|node| Some((node, path_to(snapshot, self.shortest, node)?)))?;
        let (holder, element) = self.places(suspect, &steps);
        let evidence = Evidence {
            snapshot,
            steps: &steps,
            holder,
            element,
            is_list: self.is_list(&nodes, suspect),
            is_scoped: self.is_scoped(suspect),
        };
        let growing = suspect.growing.as_ref();
        let kind = growing.map_or_else(|| kind_of(&evidence), |growing| kind_of_growing(growing, &evidence));
        let class_name =
            growing.map_or_else(|| self.class_name(example), |growing| self.class_of_growing(example, growing));
        let added_count = match (growing, growth) {
            (None, Some(growth)) => self.added(suspect, growth),
            _ => vec![0; self.series.intervals()],
        };
        let confidence = match growing {
            Some(growing) if growing.is_replaced => self.confidence(&growing.added, kind).min(Confidence::Medium),
            Some(growing) => self.confidence(&growing.added, kind),
            None => self.confidence(&added_count, kind),
        };
        Some(Finding {
            suspect: suspect.clone(),
            class_name,
            kind,
            count: nodes.len(),
            bytes: retained_together(snapshot, nodes.iter().copied()),
            added_bytes: growing.map_or_else(|| self.added_bytes(&nodes), |growing| Some(growing.added.clone())),
            example,
            functions: self.functions(&steps[holder..]),
            holder: self.holder(&steps, holder),
            is_inconclusive: self.series.intervals() == 1
                && kind.may_be_filling()
                && added_count.iter().all(|&added| added >= nodes.len() as i64),
            is_held_by_runtime: growing.is_none() && is_internal(snapshot, steps[holder].node),
            samples: self.newest(&nodes),
            release: Default::default(),
            confidence,
            added_count,
            steps,
        })
    }

    fn added(&self, suspect: &Suspect, growth: &Growth) -> Vec<i64> {
        let mut sums = vec![0; self.series.intervals()];
        for &group in &suspect.named {
            sums.iter_mut().zip(growth.added(group)).for_each(|(sum, added)| *sum += added);
        }
        sums
    }

    /// Whether an element is retained by another one.
    fn is_list(&self, nodes: &[NodeIx], suspect: &Suspect) -> bool {
        let is_element = |node: NodeIx| suspect.has_element(self.groups.of(node));
        nodes.iter().take(MAX_LOOKED_AT).any(|&node| {
            let path = std::iter::once(node).chain(self.shortest.ancestors(node)).take(MAX_LINK);
            path.filter(|&node| is_element(node)).count() > 1
        })
    }

    /// Whether elements that are functions lead back to themselves.
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
        // What an array of numbers holds is no object: it is the holder. A variable is its own name.
        let is_variable = || steps[element].edge.is_some_and(|edge| edge.kind == EdgeKind::Context);
        if let Some(growing) = &suspect.growing
            && (growing.shape == Shape::Collection || is_variable())
        {
            return (element, element);
        }
        let nearest = element.saturating_sub(1);
        // A Map's table or a function's scope is nobody's name for a holder.
        let holder = (0..=nearest).rev().find(|&at| !is_internal(self.series.last, steps[at].node));
        (holder.unwrap_or(nearest), element)
    }

    /// What gets larger. A text is the same one whether V8 has put it together or made it flat, and the
    /// keys of a dictionary are no class.
    fn class_of_growing(&self, node: NodeIx, growing: &GrowingObjects) -> Text {
        match growing.shape {
            Shape::Text => Text::of(b"(string)"),
            Shape::Collection if self.series.last.name(node) == b"Object" => Text::of(b"Object"),
            _ => self.series.last.class_name(node),
        }
    }

    /// Names of objects, never contents of strings.
    fn class_name(&self, node: NodeIx) -> Text {
        let snapshot = self.series.last;
        match snapshot.kind(node) {
            NodeKind::Closure if !snapshot.name(node).is_empty() => Text::of(snapshot.name(node)),
            _ if snapshot.name(node).starts_with(b"system / NativeContext") => Text::of(b"NativeContext"),
            NodeKind::Object if snapshot.name(node) == b"Object" => display_name(snapshot, node),
            _ => snapshot.class_name(node),
        }
    }

    fn newest(&self, nodes: &[NodeIx]) -> Vec<u32> {
        let mut ids: Vec<u32> = nodes.iter().map(|&node| self.series.last.nodes().id(node).0).collect();
        ids.sort_unstable();
        ids.reverse();
        ids.truncate(SAMPLES);
        ids
    }

    fn holder(&self, steps: &[PathStep], at: usize) -> Holder {
        let node = steps.get(at).map_or(self.series.last.root(), |step| step.node);
        let alike = self.members.with(self.groups.of(node)).len();
        Holder { at, node, count: alike.max(1) }
    }

    fn added_bytes(&self, nodes: &[NodeIx]) -> Option<Vec<u64>> {
        let known = self.series.same_process || self.series.intervals() == 0;
        known.then(|| {
            (1..=self.series.intervals())
                .map(|interval| {
                    let born = nodes.iter().copied().filter(|&node| self.series.birth(node) == interval);
                    retained_together(self.series.last, born)
                })
                .collect()
        })
    }

    fn functions(&self, steps: &[PathStep]) -> Vec<NodeIx> {
        let nodes = steps.iter().map(|step| step.node);
        nodes.filter(|&node| self.series.last.kind(node) == NodeKind::Closure).take(MAX_FUNCTIONS).collect()
    }

    /// How sure growth by so much in each interval makes.
    fn confidence<N: Copy + Ord + Add<Output = N>>(&self, added: &[N], kind: &Kind) -> Confidence {
        let (least, most) = (added.iter().copied().min(), added.iter().copied().max());
        match (least, most) {
            _ if !self.series.same_process => Confidence::Low,
            (Some(_), Some(_)) if added.len() == 1 && kind.may_be_filling() => Confidence::Low,
            (Some(least), Some(most)) if added.len() > 1 && least + least >= most => Confidence::High,
            (Some(_), Some(_)) => Confidence::Medium,
            _ => Confidence::Low,
        }
    }
}
