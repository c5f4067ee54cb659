//! A node → its row in an answer.

use crate::leak::Finding;
use crate::paths::owner::{Owner, OwnerKind, Owners, Place};
use crate::paths::step::PathStep;
use crate::program::components::{Component, part};
use crate::program::names::{KEY, Names, Show};
use crate::program::scopes::Scopes;
use crate::program::scripts::Scripts;
use crate::query::allocations::positions;
use crate::query::answer::Allowance;
use crate::query::read::members;
use crate::snapshot::Snapshot;
use crate::snapshot::classes::ClassTotals;
use crate::snapshot::columns::{Edge, Location};
use crate::snapshot::display::{EdgeLabel, display_name, edge_label, is_shown_raw};
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::ropes::Ropes;
use crate::snapshot::schema::EdgeKind;
use crate::snapshot::strings::{Text, cut_to};
use foldhash::HashMap;
use serde::{Serialize, Serializer};
use std::sync::{Mutex, OnceLock, PoisonError};

/// The most references listed in a row; `edgeCount` is the number of all.
const MAX_EDGES: usize = 10_000;
/// Names of objects with at least this many references are cached, since finding one may take a pass over them.
const MANY_EDGES: u32 = 256;

/// A location in a script; line and column count from 1, and are missing if only the script is known.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceRow {
    pub(crate) script: Option<Text>,
    pub(crate) script_id: i64,
    pub(crate) line: Option<i64>,
    pub(crate) column: Option<i64>,
}

/// Who has a variable or field: `HolderOwner` of `index.d.ts`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OwnerRow {
    kind: OwnerKind,
    pub(crate) name: Text,
    pub(crate) source: Option<SourceRow>,
}

/// A component of React or Vue: `Component` of `index.d.ts`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ComponentRow {
    pub(crate) name: Text,
    source: Option<SourceRow>,
    /// What the framework's source calls the object, if it is one of the framework's own.
    pub(crate) part: Option<&'static str>,
}

impl ComponentRow {
    /// The bytes of its texts.
    pub(crate) fn length(&self) -> usize {
        let script = self.source.as_ref().and_then(|source| source.script.as_ref());
        ROW + self.name.0.len() + script.map_or(0, |name| name.0.len())
    }
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

/// A reference, and the node that it leads to or comes from.
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

impl Serialize for LabelRow {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            LabelRow::Name(name) => name.serialize(serializer),
            LabelRow::Index(index) => serializer.serialize_i64(*index),
        }
    }
}

/// The least bytes of JSON in a row, apart from its texts.
const ROW: usize = 140;
/// The same for a reference.
const EDGE: usize = 30;

/// UTF-16 units of a text in a brief answer.
const MAX_TEXT: usize = 200;

/// Answers for a report in one file, whose size must not depend on the heap: long texts are cut, and so is the middle
/// of long paths. Not part of the API's questions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Brief {}

members!(Brief {});

impl Brief {
    /// Steps at either end of a path.
    pub(crate) const ENDS: usize = 12;
}

/// Makes the rows of one answer about one snapshot.
pub(crate) struct Rows<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) progress: &'a Progress,
    pub(crate) names: Names<'a>,
    scripts: &'a Scripts,
    total: u64,
    pub(crate) allowance: Allowance,
    /// Positions of the nodes of the trace tree, of which many suspects may ask.
    trace_positions: OnceLock<HashMap<u32, usize>>,
    /// Names that took long to find, of nodes that are in many rows.
    kept_names: Mutex<HashMap<NodeIx, Text>>,
    brief: Option<Brief>,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot, show: Show, progress: &'a Progress) -> Result<Self> {
        // Names of concatenated strings.
        Ropes::of(snapshot)?;
        Ok(Self {
            snapshot,
            progress,
            names: Names::new(snapshot, show, progress)?,
            scripts: Scripts::of(snapshot, progress)?,
            total: snapshot.total_size(),
            allowance: Allowance::default(),
            trace_positions: OnceLock::new(),
            kept_names: Mutex::default(),
            brief: None,
        })
    }

    /// The same with short texts if `brief` is given.
    pub(crate) fn in_brief(self, brief: Option<Brief>) -> Self {
        Self { brief, ..self }
    }

    /// A text as the answer contains it.
    pub(crate) fn text(&self, text: &[u8]) -> Text {
        let shown = if self.brief.is_some() { cut_to(text, MAX_TEXT - 1) } else { text };
        if shown.len() == text.len() { Text::of(text) } else { Text([shown, "…".as_bytes()].concat()) }
    }

    /// The position in the trace tree of the node with an id.
    pub(crate) fn trace_position(&self, id: u32) -> Option<usize> {
        self.trace_positions.get_or_init(|| positions(self.snapshot)).get(&id).copied()
    }

    /// Counts text that is about to be allocated in addition to the rows'.
    ///
    /// # Errors
    /// [`Code::TooLarge`](crate::Code::TooLarge).
    pub(crate) fn take(&self, bytes: usize) -> Result<()> {
        self.allowance.take(bytes)
    }

    /// The display name of a node.
    ///
    /// # Errors
    /// [`Code::TooLarge`](crate::Code::TooLarge) when the answer cannot hold it.
    pub(crate) fn name(&self, node: NodeIx) -> Result<Text> {
        let snapshot = self.snapshot;
        if self.brief.is_none() && self.names.show == Show::ALL && is_shown_raw(snapshot, node) {
            // Counted first: it may be a megabyte, a hundred thousand times.
            self.take(snapshot.name(node).len())?;
            return Ok(Text::of(snapshot.name(node)));
        }
        let takes_long = snapshot.nodes().edge_count(node) > MANY_EDGES;
        let name = if takes_long { self.kept_name(node) } else { self.names.display(node) };
        let name = if self.brief.is_some() { self.text(&name.0) } else { name };
        self.take(name.0.len())?;
        Ok(name)
    }

    fn kept_name(&self, node: NodeIx) -> Text {
        let mut names = self.kept_names.lock().unwrap_or_else(PoisonError::into_inner);
        names.entry(node).or_insert_with(|| self.names.display(node)).clone()
    }

    /// # Errors
    /// [`Code::TooLarge`](crate::Code::TooLarge) when the answer cannot hold one more.
    pub(crate) fn node(&self, node: NodeIx) -> Result<NodeRow> {
        let snapshot = self.snapshot;
        let source = snapshot.location(node).map(|at| self.source(at));
        let script = source.as_ref().and_then(|source| source.script.as_ref()).map_or(0, |name| name.0.len());
        self.take(ROW + self.class_name_length(node) + script)?;
        let self_size = snapshot.nodes().self_size(node);
        let retained_size = snapshot.retained_size(node);
        Ok(NodeRow {
            id: snapshot.nodes().id(node).0,
            kind: snapshot.type_name(node).to_owned(),
            name: self.name(node)?,
            class_name: self.class_name(node),
            self_size,
            retained_size,
            percent: self.percent(retained_size),
            ratio: ratio(retained_size, self_size),
            edge_count: snapshot.nodes().edge_count(node),
            distance: snapshot.distance(node),
            detached: snapshot.detachedness(node) == 2,
            source,
            edges: None,
            references: None,
            retainers: None,
        })
    }

    /// The row with its direct references, in the order of the file.
    pub(crate) fn node_with_edges(&self, node: NodeIx) -> Result<NodeRow> {
        let edges = self.snapshot.edges_of(node).take(MAX_EDGES).map(|edge| {
            let (kind, name) = (self.edge_type(edge), self.label(edge)?);
            Ok(EdgeRow { kind, name, to: self.snapshot.nodes().id(edge.to).0 })
        });
        let edges = edges.collect::<Result<_>>()?;
        Ok(NodeRow { edges: Some(edges), ..self.node(node)? })
    }

    /// The name of a reference.
    ///
    /// # Errors
    /// [`Code::TooLarge`](crate::Code::TooLarge) when the answer cannot hold it.
    pub(crate) fn label(&self, edge: Edge) -> Result<LabelRow> {
        let label = match edge_label(self.snapshot, edge) {
            EdgeLabel::Index(_) if self.names.hides(edge) => LabelRow::Name(self.text(KEY)),
            EdgeLabel::Index(index) => LabelRow::Index(index),
            EdgeLabel::Name(name) => {
                let name = self.names.name_of_edge(edge, name);
                self.take(self.text_length(&name))?;
                LabelRow::Name(self.text(&name))
            }
        };
        self.take(EDGE)?;
        Ok(label)
    }

    fn class_name_length(&self, node: NodeIx) -> usize {
        let classes = self.snapshot.classes();
        self.text_length(&classes.get(classes.of(node)).name.0)
    }

    pub(crate) fn class_name(&self, node: NodeIx) -> Text {
        let classes = self.snapshot.classes();
        self.text(&self.names.class(&classes.get(classes.of(node)).name).0)
    }

    /// What tells a class from others of its name, in every snapshot of the program: `Name@script:line:column`, or the name
    /// alone without a location.
    pub(crate) fn class_key(&self, class: &ClassTotals) -> Text {
        let mut key = self.names.class(&class.name).0.clone();
        if let Some(at) = class.location {
            let script = self.scripts.name(at).map(|name| self.names.script(name));
            key.push(b'@');
            key.extend_from_slice(script.as_deref().unwrap_or_default());
            key.extend_from_slice(format!(":{}:{}", count_from_one(at.line), count_from_one(at.column)).as_bytes());
        }
        self.text(&key)
    }

    /// At most what a text takes.
    fn text_length(&self, text: &[u8]) -> usize {
        if self.brief.is_some() { text.len().min(4 * MAX_TEXT) } else { text.len() }
    }

    /// The name of a function.
    pub(crate) fn function(&self, node: NodeIx) -> Text {
        Text(self.names.label(self.snapshot.name(node)).into_owned())
    }

    /// What leaks, of which one is an example: a class of the snapshot, or a single object by its display name.
    pub(crate) fn class_of_leak(&self, name: &Text, example: NodeIx) -> Text {
        // Strings are of the class `(string)`, `(sliced string)` …, which some are called by as well.
        let is_class = self.snapshot.kind(example).is_string() || *name != display_name(self.snapshot, example);
        if is_class { self.names.class(name).into_owned() } else { self.names.display(example) }
    }

    pub(crate) fn percent(&self, size: u64) -> f64 {
        if self.total == 0 { 0.0 } else { size as f64 / self.total as f64 * 100.0 }
    }

    pub(crate) fn source(&self, at: Location) -> SourceRow {
        let script = self.scripts.name(at).map(|name| self.text(&self.names.script(name)));
        SourceRow {
            script,
            script_id: i64::from(at.script_id),
            line: Some(count_from_one(at.line)),
            column: Some(count_from_one(at.column)),
        }
    }

    /// The row of the component that a finding belongs to.
    pub(crate) fn component_of(&self, finding: &Finding) -> Option<ComponentRow> {
        let component = finding.component.as_ref()?;
        Some(self.component(component, part(self.snapshot, finding.example).map(|part| part.class)))
    }

    /// The row of a component; `part` is what the framework calls the object that belongs to it.
    pub(crate) fn component(&self, component: &Component, part: Option<&'static str>) -> ComponentRow {
        let place = component.function.and_then(|function| self.snapshot.location(function));
        ComponentRow { name: self.text(&component.shown(&self.names).0), source: place.map(|at| self.source(at)), part }
    }

    fn place(&self, place: Place) -> SourceRow {
        match place {
            Place::At(at) => self.source(at),
            Place::Within(at) => SourceRow { line: None, column: None, ..self.source(at) },
        }
    }

    /// Where a step of a path is declared: the variable that it goes through, else the object that it leads to.
    pub(crate) fn source_of_step(&self, steps: &[PathStep], at: usize) -> Result<Option<SourceRow>> {
        let variable = self.owners()?.place_of_variable(steps, at).map(|place| self.place(place));
        Ok(variable.or_else(|| self.snapshot.location(steps[at].node).map(|at| self.source(at))))
    }

    /// Who has what a path ends in.
    pub(crate) fn owner(&self, steps: &[PathStep]) -> Result<Option<OwnerRow>> {
        Ok(self.owners()?.of(steps).map(|owner| self.owner_row(owner)))
    }

    /// Who has the variables of a scope.
    ///
    /// # Errors
    /// [`Code::TooLarge`](crate::Code::TooLarge) when the answer cannot hold it.
    pub(crate) fn owner_of_scope(&self, scope: NodeIx) -> Result<Option<OwnerRow>> {
        let Some(owner) = self.owners()?.of_scope(scope) else { return Ok(None) };
        let row = self.owner_row(owner);
        let script = row.source.as_ref().and_then(|source| source.script.as_ref());
        self.take(ROW + row.name.0.len() + script.map_or(0, |name| name.0.len()))?;
        Ok(Some(row))
    }

    fn owner_row(&self, Owner { kind, name, place }: Owner) -> OwnerRow {
        let is_file = matches!(kind, OwnerKind::Module | OwnerKind::Block);
        let written = if is_file { self.names.script(&name.0) } else { self.names.label(&name.0) };
        let of_file = || {
            let script_id = self.scripts.id(&name.0).filter(|_| is_file)?;
            Some(SourceRow { script: Some(Text::of(&written)), script_id, line: None, column: None })
        };
        let source = place.map(|place| self.place(place)).or_else(of_file);
        OwnerRow { kind, name: Text(written.into_owned()), source }
    }

    /// Makes the table of scopes, which otherwise the first path with a variable does.
    pub(crate) fn find_owners(&self) -> Result<()> {
        self.owners().map(|_| ())
    }

    fn owners(&self) -> Result<Owners<'a>> {
        let scopes = Scopes::of(self.snapshot, self.progress)?;
        Ok(Owners { snapshot: self.snapshot, scripts: self.scripts, scopes })
    }

    pub(crate) fn edge_type(&self, edge: Edge) -> String {
        edge_type(edge.kind)
    }
}

pub(crate) fn edge_type(kind: EdgeKind) -> String {
    kind.as_str().to_owned()
}

/// Retained size divided by self size; 0 for nodes without a size.
pub(crate) fn ratio(retained: u64, own: u64) -> f64 {
    if own == 0 { 0.0 } else { retained as f64 / own as f64 }
}

/// V8's lines and columns, counted from 1 as in editors; a position before the first counts as the first.
fn count_from_one(at: u32) -> i64 {
    i64::from((at as i32).max(0)) + 1
}
