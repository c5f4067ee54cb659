//! The steps of a path in an answer.

use crate::paths::step::PathStep;
use crate::paths::text::PathText;
use crate::program::components::{Part, part};
use crate::query::rows::{ComponentRow, Rows, SourceRow};
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::strings::Text;
use serde::Serialize;

/// The most steps of each path in an answer about many.
const MAX_STEPS: usize = 100;

/// A step of a path.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepRow {
    pub(crate) id: u32,
    pub(crate) class_name: Text,
    /// The step's part of the path's text; for an internal step the name of the reference.
    pub(crate) edge: Text,
    /// Whether the text leaves the step out.
    pub(crate) internal: bool,
    /// Where the variable that the step goes through is declared, else where the object's class or function is.
    pub(crate) source: Option<SourceRow>,
    /// The component that the object represents a part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    component: Option<ComponentRow>,
}

/// Makes the rows of one path.
pub(crate) struct Steps<'a> {
    rows: &'a Rows<'a>,
    text: PathText<'a>,
    steps: &'a [PathStep],
    start: usize,
}

impl<'a> Steps<'a> {
    pub(crate) fn new(rows: &'a Rows<'a>, text: PathText<'a>, steps: &'a [PathStep]) -> Self {
        Self { rows, text, steps, start: text.starts().of(steps) }
    }

    /// The row of a step.
    ///
    /// # Errors
    /// [`Code::TooLarge`](crate::Code::TooLarge) when the answer cannot hold it.
    pub(crate) fn row(&self, at: usize) -> Result<StepRow> {
        let snapshot = self.rows.snapshot;
        let PathStep { edge, node } = self.steps[at];
        let read = self.text.step(self.steps, self.start, at);
        let internal = read.is_none();
        let edge = read.unwrap_or_else(|| edge.map_or_else(Vec::new, |edge| self.rows.names.edge(edge).into_owned()));
        self.rows.take(edge.len())?;
        Ok(StepRow {
            id: snapshot.nodes().id(node).0,
            class_name: self.rows.class_name(node),
            edge: self.rows.text(&edge),
            internal,
            source: self.rows.source_of_step(self.steps, at)?,
            component: self.component(node)?,
        })
    }

    fn component(&self, node: NodeIx) -> Result<Option<ComponentRow>> {
        let row = part(self.rows.snapshot, node)
            .and_then(|Part { class, component }| Some(self.rows.component(&component?, Some(class))));
        self.rows.take(row.as_ref().map_or(0, ComponentRow::length))?;
        Ok(row)
    }

    /// The rows of all steps, or of the first and last of a long path.
    pub(crate) fn all(&self) -> Result<Vec<StepRow>> {
        let count = self.steps.len();
        let left_out = MAX_STEPS / 2..count.saturating_sub(MAX_STEPS / 2);
        (0..count).filter(|at| !left_out.contains(at)).map(|at| self.row(at)).collect()
    }
}
