//! A path → what the rules for kinds check: names and edges around the holder, at the element and below it.

use crate::paths::step::PathStep;
use crate::program::variables::is_context;
use crate::snapshot::Snapshot;
use crate::snapshot::display::{EdgeLabel, edge_label, internal_target};
use crate::snapshot::schema::NodeKind;

/// What a rule can check.
pub(crate) struct Evidence<'a> {
    pub(crate) snapshot: &'a Snapshot,
    /// From a root to the object that names the leak.
    pub(crate) steps: &'a [PathStep],
    /// The step of the holder.
    pub(crate) holder: usize,
    /// The step of the element.
    pub(crate) element: usize,
    /// Whether elements retain further elements.
    pub(crate) is_list: bool,
    /// Whether they do so through the scope of a function.
    pub(crate) is_scoped: bool,
}

/// Steps above the holder that still belong to it: `emitter._events.change`.
pub(crate) const NEAR: usize = 3;

impl Evidence<'_> {
    pub(crate) fn name(&self, at: usize) -> &[u8] {
        self.steps.get(at).map_or(b"", |step| self.snapshot.name(step.node))
    }

    pub(crate) fn edge(&self, at: usize) -> EdgeLabel<'_> {
        self.steps
            .get(at)
            .and_then(|step| step.edge)
            .map_or(EdgeLabel::Name(b""), |edge| edge_label(self.snapshot, edge))
    }

    pub(crate) fn edge_is(&self, at: usize, names: &[&[u8]]) -> bool {
        matches!(self.edge(at), EdgeLabel::Name(name) if names.contains(&name))
    }

    /// The holder and the objects it is part of, up to a function that has one in a variable.
    pub(crate) fn around_holder(&self) -> std::ops::RangeInclusive<usize> {
        let is_scope = |at: usize| {
            is_context(self.name(at))
                || self.steps.get(at).is_some_and(|step| self.snapshot.kind(step.node) == NodeKind::Closure)
        };
        let mut start = self.holder;
        while start > 0 && self.holder - start < NEAR && !is_scope(start - 1) {
            start -= 1;
        }
        start..=self.element
    }

    /// The steps from the element to the object that names the leak.
    pub(crate) fn below(&self) -> std::ops::Range<usize> {
        self.element..self.steps.len()
    }

    /// Whether a step leads to a promise that is not settled. Of a settled one V8 writes the result, if that is an object;
    /// a pending one without reactions has none either.
    pub(crate) fn is_pending_promise(&self, at: usize) -> bool {
        let Some(node) = self.steps.get(at).map(|step| step.node).filter(|_| self.name(at) == b"Promise") else {
            return false;
        };
        let result = internal_target(self.snapshot, node, b"reactions_or_result");
        result.is_none_or(|result| self.snapshot.name(result) == b"system / PromiseReaction")
    }

    pub(crate) fn holder_kind(&self) -> NodeKind {
        self.steps.get(self.holder).map_or(NodeKind::Other, |step| self.snapshot.kind(step.node))
    }

    pub(crate) fn element_kind(&self) -> NodeKind {
        self.steps.get(self.element).map_or(NodeKind::Other, |step| self.snapshot.kind(step.node))
    }

    pub(crate) fn last_kind(&self) -> NodeKind {
        self.steps.last().map_or(NodeKind::Other, |step| self.snapshot.kind(step.node))
    }

    pub(crate) fn last_name(&self) -> &[u8] {
        self.name(self.steps.len().saturating_sub(1))
    }

    pub(crate) fn around_is(&self, names: &[&[u8]]) -> bool {
        self.around_holder().any(|at| names.contains(&self.name(at)))
    }

    /// Whether the path leads from a slice of a string to the whole.
    pub(crate) fn is_cut_from(&self) -> bool {
        self.edge_is(self.steps.len().saturating_sub(1), &[b"parent"])
    }

    pub(crate) fn ends_in(&self, names: &[&[u8]]) -> bool {
        names.contains(&self.name(self.element)) || names.contains(&self.last_name())
    }

    pub(crate) fn holder_is(&self, names: &[&[u8]]) -> bool {
        names.contains(&self.name(self.holder))
    }
}
