//! Suspects → the rows that leave for JavaScript: sentences, paths, places in scripts, numbers.

use crate::display::display_name;
use crate::error::Result;
use crate::ids::NodeIx;
use crate::leak::evidence::Evidence;
use crate::leak::growth::Growth;
use crate::leak::kind::Kind;
use crate::leak::kinds::kind_of;
use crate::leak::measure::retained_together;
use crate::leak::members::Members;
use crate::leak::own_bytes::Shape;
use crate::leak::release::{Other, Releases};
use crate::leak::row::{Confidence, FunctionRow, HolderRow, OtherHolderRow, SuspectRow};
use crate::leak::sentences::{fingerprint, reason, reason_of_swelling};
use crate::leak::series::Series;
use crate::leak::suspect::{Suspect, Swelling};
use crate::leak::swelling_kinds::kind_of_swelling;
use crate::leak::trails::Trails;
use crate::query::mine::{is_document_object, is_internal_name};
use crate::query::path_text::PathText;
use crate::query::rows::Rows;
use crate::query::way::{Step, way};
use crate::redact::original_len;
use crate::routes::Routes;
use crate::schema::{EdgeKind, NodeKind};
use crate::strings::Text;
use std::ops::Add;

/// Ids given of each suspect, newest first.
const SAMPLES: usize = 5;
/// Elements looked at to find out whether they are links of a list.
const MOST_LOOKED_AT: usize = 1000;
/// Steps from a link of a list to the one before, and to what names it.
const LONGEST_LINK: usize = 16;
/// Functions of the path that are given with their places.
const FUNCTIONS: usize = 5;

/// Writes suspects of one series.
pub(crate) struct Writer<'a> {
    pub(crate) series: &'a Series<'a>,
    pub(crate) trails: &'a Trails,
    pub(crate) routes: &'a Routes,
    pub(crate) rows: Rows<'a>,
    pub(crate) members: &'a Members,
    pub(crate) releases: Releases<'a>,
}

impl Writer<'_> {
    /// The row of a suspect, without what its release would free; `growth` is known for several snapshots.
    pub(crate) fn row(&self, suspect: &Suspect, growth: Option<&Growth>) -> Option<SuspectRow> {
        let snapshot = self.series.last;
        let nodes = self.members.with_any(&suspect.named);
        let example = nodes.iter().copied().min_by_key(|&node| (self.routes.steps(node), node));
        let (example, steps) = example.and_then(|node| Some((node, way(snapshot, self.routes, node)?)))?;
        let (holder, element) = self.places(suspect, &steps);
        let evidence = Evidence {
            snapshot,
            steps: &steps,
            holder,
            element,
            is_list: self.is_list(&nodes, suspect),
            is_scoped: self.is_scoped(suspect),
        };
        let swelling = suspect.swelling.as_ref();
        let kind = swelling.map_or_else(|| kind_of(&evidence), |swelling| kind_of_swelling(swelling, &evidence));
        let class_name =
            swelling.map_or_else(|| self.class_name(example), |swelling| self.class_of_swelling(example, swelling));
        let holder_row = self.holder(&steps[..=holder]);
        let bytes = retained_together(snapshot, nodes.iter().copied());
        let path = Text(PathText { snapshot, any_index: true, arrows: true }.write(&steps));
        let added_count = match (swelling, growth) {
            (None, Some(growth)) => self.added(suspect, growth),
            _ => vec![0; self.series.intervals()],
        };
        Some(SuspectRow {
            reason: match swelling {
                Some(swelling) => reason_of_swelling(swelling, &class_name, bytes, &path, kind),
                None => reason(&class_name, (nodes.len(), bytes), &added_count, &holder_row, kind),
            },
            kind: kind.name,
            advice: kind.advice,
            count: nodes.len(),
            bytes,
            percent: self.rows.percent(bytes),
            added_bytes: swelling.map_or_else(|| self.added_bytes(&nodes), |swelling| Some(swelling.added.clone())),
            path,
            source: snapshot.location(example).map(|at| self.rows.source(at)),
            functions: self.functions(&steps[holder..]),
            is_undecided: self.series.intervals() == 1
                && kind.may_be_filling()
                && added_count.iter().all(|&added| added >= nodes.len() as i64),
            is_held_by_runtime: swelling.is_none()
                && (self.is_machinery(steps[holder].node) || snapshot.kind(steps[holder].node) == NodeKind::Synthetic),
            sample_ids: self.newest(&nodes),
            freed_if_released: 0,
            other_holders: Vec::new(),
            freed_if_all_release: 0,
            confidence: match swelling {
                Some(swelling) if swelling.is_replaced => {
                    self.confidence(&swelling.added, kind).min(Confidence::Medium)
                }
                Some(swelling) => self.confidence(&swelling.added, kind),
                None => self.confidence(&added_count, kind),
            },
            fingerprint: fingerprint(kind, &class_name, &holder_row),
            class_name,
            added_count,
            holder: holder_row,
        })
    }

    /// Adds what the suspect's release would free: of some suspects that takes walks over the heap.
    pub(crate) fn add_release(&self, suspect: &Suspect, row: &mut SuspectRow) -> Result<()> {
        let elements = self.members.with_any(&suspect.elements);
        let release = self.releases.of(suspect, &elements, &self.members.with_any(&suspect.named))?;
        row.freed_if_released = release.freed;
        for other in release.others.iter().filter_map(|other| self.other(other)) {
            // An array and its store are two that refer, and one holder.
            match row.other_holders.iter_mut().find(|known| known.id == other.id) {
                Some(known) => known.count = known.count.max(other.count),
                None => row.other_holders.push(other),
            }
        }
        row.freed_if_all_release = release.freed_by_all;
        Ok(())
    }

    fn added(&self, suspect: &Suspect, growth: &Growth) -> Vec<i64> {
        let mut sums = vec![0; self.series.intervals()];
        for &trail in &suspect.named {
            sums.iter_mut().zip(growth.added(trail)).for_each(|(sum, added)| *sum += added);
        }
        sums
    }

    /// Whether an element hangs on another one.
    fn is_list(&self, nodes: &[NodeIx], suspect: &Suspect) -> bool {
        let is_element = |node: NodeIx| suspect.has_element(self.trails.of(node));
        nodes.iter().take(MOST_LOOKED_AT).any(|&node| {
            let way = std::iter::once(node).chain(self.routes.above(node)).take(LONGEST_LINK);
            way.filter(|&node| is_element(node)).count() > 1
        })
    }

    /// Whether elements that are functions lead back to themselves.
    fn is_scoped(&self, suspect: &Suspect) -> bool {
        suspect.elements.iter().any(|&trail| {
            let of = self.trails.get(trail);
            of.repeats && self.series.last.kind(of.example) == NodeKind::Closure
        })
    }

    /// The steps of the holder and of the element below it.
    fn places(&self, suspect: &Suspect, steps: &[Step]) -> (usize, usize) {
        let trail_at = |at: usize| self.trails.of(steps[at].node);
        let last = steps.len().saturating_sub(1);
        let element = (0..steps.len()).find(|&at| suspect.has_element(trail_at(at))).unwrap_or(last);
        // What an array of numbers holds is no object: it is the holder. A variable is its own name.
        let is_variable = || steps[element].edge.is_some_and(|edge| edge.kind == EdgeKind::Context);
        if let Some(swelling) = &suspect.swelling
            && (swelling.shape == Shape::Collection || is_variable())
        {
            return (element, element);
        }
        let mut holder = element.saturating_sub(1);
        // What V8 puts between, a Map's table or a function's scope, is nobody's name for a holder.
        while holder > 0 && self.is_machinery(steps[holder].node) {
            holder -= 1;
        }
        if self.is_machinery(steps[holder].node) {
            holder = element.saturating_sub(1);
        }
        (holder, element)
    }

    fn is_machinery(&self, node: NodeIx) -> bool {
        let snapshot = self.series.last;
        match snapshot.kind(node) {
            NodeKind::Array | NodeKind::Hidden | NodeKind::Code | NodeKind::ObjectShape => true,
            NodeKind::Object => is_internal_name(snapshot.name(node)),
            NodeKind::Native => !is_document_object(snapshot.name(node)),
            _ => false,
        }
    }

    /// What gets larger. A text is the same one whether V8 has put it together or made it flat, and the
    /// keys of a dictionary are no class.
    fn class_of_swelling(&self, node: NodeIx, swelling: &Swelling) -> Text {
        match swelling.shape {
            Shape::Text => Text::of(b"(string)"),
            Shape::Collection if self.series.last.name(node) == b"Object" => Text::of(b"Object"),
            _ => self.rows.class_name(node),
        }
    }

    /// Names of objects, never contents of strings.
    fn class_name(&self, node: NodeIx) -> Text {
        let snapshot = self.series.last;
        match snapshot.kind(node) {
            NodeKind::Closure if !snapshot.name(node).is_empty() => Text::of(snapshot.name(node)),
            _ if snapshot.name(node).starts_with(b"system / NativeContext") => Text::of(b"NativeContext"),
            NodeKind::Object if snapshot.name(node) == b"Object" => display_name(snapshot, node),
            _ => self.rows.class_name(node),
        }
    }

    fn newest(&self, nodes: &[NodeIx]) -> Vec<u32> {
        let mut ids: Vec<u32> = nodes.iter().map(|&node| self.series.last.nodes().id(node).0).collect();
        ids.sort_unstable();
        ids.reverse();
        ids.truncate(SAMPLES);
        ids
    }

    /// The nearest thing with a name on the way to another holder.
    fn other(&self, other: &Other) -> Option<OtherHolderRow> {
        let snapshot = self.series.last;
        let named = other.steps.iter().rposition(|step| !self.is_machinery(step.node));
        let steps = &other.steps[..=named.unwrap_or(other.steps.len().checked_sub(1)?)];
        let node = steps.last()?.node;
        Some(OtherHolderRow {
            id: snapshot.nodes().id(node).0,
            class_name: self.rows.class_name(node),
            count: other.count,
            path: Text(PathText { snapshot, any_index: true, arrows: true }.write(steps)),
            source: snapshot.location(node).map(|at| self.rows.source(at)),
        })
    }

    fn holder(&self, steps: &[Step]) -> HolderRow {
        let snapshot = self.series.last;
        let node = steps.last().map_or(snapshot.root(), |step| step.node);
        let trail = self.trails.of(node);
        let alike = self.members.with(trail).len();
        HolderRow {
            id: snapshot.nodes().id(node).0,
            class_name: self.rows.class_name(node),
            name: self.name(node),
            count: alike.max(1),
            retained_size: snapshot.retained_size(node),
            path: Text(PathText { snapshot, any_index: alike > 1, arrows: true }.write(steps)),
            source: snapshot.location(node).map(|at| self.rows.source(at)),
        }
    }

    fn name(&self, node: NodeIx) -> Text {
        let name = display_name(self.series.last, node);
        match self.series.last.kind(node) {
            NodeKind::String | NodeKind::ConcatenatedString | NodeKind::SlicedString => {
                Text::from(format!("({} characters)", original_len(&name.0)))
            }
            _ => name,
        }
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

    fn functions(&self, steps: &[Step]) -> Vec<FunctionRow> {
        let snapshot = self.series.last;
        let closures = steps.iter().map(|step| step.node).filter(|&node| snapshot.kind(node) == NodeKind::Closure);
        let row = |node| FunctionRow {
            name: Text::of(snapshot.name(node)),
            source: snapshot.location(node).map(|at| self.rows.source(at)),
        };
        closures.map(row).take(FUNCTIONS).collect()
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
