//! A node → the row that leaves for JavaScript.

use crate::columns::{Edge, Location};
use crate::display::{EdgeLabel, display_name, edge_label};
use crate::error::Result;
use crate::ids::NodeIx;
use crate::progress::Progress;
use crate::query::scripts::Scripts;
use crate::schema::EdgeKind;
use crate::snapshot::Snapshot;
use crate::strings::Text;
use serde::{Serialize, Serializer};

/// Most references listed in a row; `edgeCount` has the number of all.
const MOST_EDGES: usize = 10_000;

/// A place in a script; line and column count from 1.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceRow {
    pub(crate) script: Option<Text>,
    pub(crate) script_id: i64,
    pub(crate) line: i64,
    pub(crate) column: i64,
}

/// One object of the heap.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeRow {
    pub(crate) id: u32,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) name: Text,
    pub(crate) class_name: Text,
    pub(crate) self_size: u64,
    pub(crate) retained_size: u64,
    pub(crate) percent: f64,
    pub(crate) ratio: f64,
    pub(crate) edge_count: u32,
    pub(crate) distance: i32,
    pub(crate) detached: bool,
    pub(crate) source: Option<SourceRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) edges: Option<Vec<EdgeRow>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) references: Option<Tree>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retainers: Option<Tree>,
}

/// A reference and the id it leads to.
#[derive(Clone, Debug, Serialize)]
pub struct EdgeRow {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) name: LabelRow,
    pub(crate) to: u32,
}

/// One level of a tree.
#[derive(Clone, Debug, Serialize)]
pub struct Tree {
    pub(crate) items: Vec<TreeItem>,
    pub(crate) omitted: usize,
}

/// A reference and the node at its other end.
#[derive(Clone, Debug, Serialize)]
pub struct TreeItem {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) name: LabelRow,
    pub(crate) node: NodeRow,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) cycle: bool,
}

/// The name of a reference: text, or the number of an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabelRow {
    /// A property, variable or internal field.
    Name(Text),
    /// A position.
    Index(i64),
}

impl From<EdgeLabel<'_>> for LabelRow {
    fn from(label: EdgeLabel<'_>) -> Self {
        match label {
            EdgeLabel::Name(name) => LabelRow::Name(Text::of(name)),
            EdgeLabel::Index(index) => LabelRow::Index(index),
        }
    }
}

impl Serialize for LabelRow {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            LabelRow::Name(name) => name.serialize(serializer),
            LabelRow::Index(index) => serializer.serialize_i64(*index),
        }
    }
}

/// Makes rows of one snapshot.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a> {
    pub(crate) snapshot: &'a Snapshot,
    scripts: &'a Scripts,
    total: u64,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot, progress: &Progress) -> Result<Self> {
        Ok(Self { snapshot, scripts: Scripts::of(snapshot, progress)?, total: snapshot.total_size() })
    }

    pub(crate) fn node(&self, node: NodeIx) -> NodeRow {
        let snapshot = self.snapshot;
        let self_size = snapshot.nodes().self_size(node);
        let retained_size = snapshot.retained_size(node);
        NodeRow {
            id: snapshot.nodes().id(node).0,
            kind: snapshot.type_name(node).to_owned(),
            name: display_name(snapshot, node),
            class_name: self.class_name(node),
            self_size,
            retained_size,
            percent: self.percent(retained_size),
            ratio: ratio(retained_size, self_size),
            edge_count: snapshot.nodes().edge_count(node),
            distance: snapshot.distance(node),
            detached: snapshot.detachedness(node) == 2,
            source: snapshot.location(node).map(|at| self.source(at)),
            edges: None,
            references: None,
            retainers: None,
        }
    }

    /// The row with its direct references, in the order of the file.
    pub(crate) fn node_with_edges(&self, node: NodeIx) -> NodeRow {
        let edges = self.snapshot.edges_of(node).take(MOST_EDGES).map(|edge| EdgeRow {
            kind: self.edge_type(edge),
            name: edge_label(self.snapshot, edge).into(),
            to: self.snapshot.nodes().id(edge.to).0,
        });
        NodeRow { edges: Some(edges.collect()), ..self.node(node) }
    }

    pub(crate) fn class_name(&self, node: NodeIx) -> Text {
        let classes = self.snapshot.classes();
        Text::clone(&classes.get(classes.of(node)).name)
    }

    pub(crate) fn percent(&self, size: u64) -> f64 {
        if self.total == 0 { 0.0 } else { size as f64 / self.total as f64 * 100.0 }
    }

    pub(crate) fn source(&self, at: Location) -> SourceRow {
        let script = self.scripts.name(at).map(Text::of);
        SourceRow {
            script,
            script_id: i64::from(at.script_id),
            line: count_from_one(at.line),
            column: count_from_one(at.column),
        }
    }

    pub(crate) fn edge_type(&self, edge: Edge) -> String {
        edge_type(edge.kind)
    }
}

pub(crate) fn edge_type(kind: EdgeKind) -> String {
    kind.as_str().to_owned()
}

/// Retained over self size; 0 for nodes without a size.
pub(crate) fn ratio(retained: u64, own: u64) -> f64 {
    if own == 0 { 0.0 } else { retained as f64 / own as f64 }
}

/// V8's lines and columns as editors count them; what lies before the first is the first.
fn count_from_one(at: u32) -> i64 {
    i64::from((at as i32).max(0)) + 1
}
