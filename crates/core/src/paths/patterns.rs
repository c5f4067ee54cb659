//! Path → pattern: what the paths of a thousand instances have in common.
//!
//! A pattern is a path with positions left open (`[*]`), ids replaced by classes, and loops closed:
//! a step that stood up to eight steps before, from an object of the same class, leads back there, so
//! that the links of a list, or the generations of a closure that keeps its predecessor, all have one
//! pattern. Patterns are nodes of a tree; a node's pattern is its predecessor's and one step more,
//! found once however many instances hang below.

use crate::paths::shortest_paths::ShortestPaths;
use crate::paths::step::PathStep;
use crate::program::variables::is_context;
use crate::snapshot::Snapshot;
use crate::snapshot::columns::Edge;
use crate::snapshot::display::{EdgeLabel, edge_label};
use crate::snapshot::ids::{NodeIx, StringIx};
use crate::snapshot::schema::EdgeKind;
use crate::snapshot::wellknown::Mark;
use std::collections::HashMap;

/// The pattern of nothing.
pub(crate) const EMPTY: u32 = 0;
/// No pattern known yet.
const UNKNOWN: u32 = u32::MAX;
/// Steps back in which a loop is looked for.
const MAX_LOOP: usize = 8;

/// One step of a pattern.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct StepLabel {
    kind: Option<EdgeKind>,
    name: LabelName,
    class: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum LabelName {
    None,
    Name(StringIx),
    Position,
    /// A variable that V8 has no name for, by its place in the scope.
    Slot(i64),
    WeakMapEntry,
}

/// All patterns met.
pub(crate) struct Patterns<'a> {
    snapshot: &'a Snapshot,
    shortest: &'a ShortestPaths,
    /// Predecessor and last step of each pattern; the empty one first.
    tree: Vec<(u32, Option<StepLabel>)>,
    known: HashMap<(u32, StepLabel), u32>,
    of_node: Vec<u32>,
}

impl<'a> Patterns<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot, shortest: &'a ShortestPaths) -> Self {
        let of_node = vec![UNKNOWN; snapshot.nodes().len()];
        Self { snapshot, shortest, tree: vec![(EMPTY, None)], known: HashMap::new(), of_node }
    }

    /// The pattern of a node's best way. All calls together cost one step a node.
    pub(crate) fn of_node(&mut self, node: NodeIx) -> u32 {
        let mut way = Vec::new();
        let mut at = node;
        let mut pattern = EMPTY;
        while at != self.snapshot.root() {
            if self.of_node[at.index()] != UNKNOWN {
                pattern = self.of_node[at.index()];
                break;
            }
            way.push(at);
            match self.shortest.parent_edge(self.snapshot, at) {
                Some((from, _)) => at = from,
                None => break,
            }
        }
        for &node in way.iter().rev() {
            let edge = self.shortest.parent_edge(self.snapshot, node).map(|(_, edge)| edge);
            pattern = self.extend(pattern, PathStep { edge, node });
            self.of_node[node.index()] = pattern;
        }
        pattern
    }

    /// The pattern with one step more.
    pub(crate) fn extend(&mut self, pattern: u32, step: PathStep) -> u32 {
        let label = self.label(step);
        if let Some(same) = self.repeated(pattern, label) {
            return same;
        }
        let next = self.tree.len() as u32;
        let known = *self.known.entry((pattern, label)).or_insert(next);
        if known == next {
            self.tree.push((pattern, Some(label)));
        }
        known
    }

    /// The pattern at or above `pattern` that ends with the same step from an object of the same class.
    fn repeated(&self, pattern: u32, label: StepLabel) -> Option<u32> {
        let class_at = |pattern: u32| self.tree[pattern as usize].1.map(|label| label.class);
        // Elements of two lists are no loop because there is a function between them: in a loop the
        // steps with names repeat as well, and close it. Lists in lists have no names.
        let longest = if label.name == LabelName::Position { 1 } else { MAX_LOOP };
        let mut at = pattern;
        for _ in 0..longest {
            let (before, last) = self.tree[at as usize];
            if last == Some(label) && class_at(before) == class_at(pattern) {
                return Some(at);
            }
            at = before;
        }
        None
    }

    fn label(&self, step: PathStep) -> StepLabel {
        let name = match step.edge.map(|edge| (edge, edge_label(self.snapshot, edge))) {
            None => LabelName::None,
            Some((edge, EdgeLabel::Index(index))) if self.is_slot(edge) => LabelName::Slot(index),
            Some((_, EdgeLabel::Index(_))) => LabelName::Position,
            Some((edge, EdgeLabel::Name(name))) => match edge.kind {
                EdgeKind::Internal if !name.is_empty() && name.iter().all(u8::is_ascii_digit) => LabelName::Position,
                _ => match self.snapshot.edge_string(edge) {
                    Some(string) if self.snapshot.wellknown.mark(string) == Mark::Ephemeron => LabelName::WeakMapEntry,
                    string => string.map_or(LabelName::None, LabelName::Name),
                },
            },
        };
        StepLabel { kind: step.edge.map(|edge| edge.kind), name, class: self.snapshot.classes().of(step.node).0 }
    }

    /// Whether an edge is to a variable of a scope that has no name.
    fn is_slot(&self, edge: Edge) -> bool {
        edge.kind == EdgeKind::Hidden && is_context(self.snapshot.name(self.snapshot.nodes().source_of(edge.ix)))
    }
}
