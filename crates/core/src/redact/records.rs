//! Writes the sections of numbers, in which indices of strings depend on the use of the string.
//!
//! The scanner is the parser's ([`crate::snapshot::parse::records`]): records are read, checked and written on all
//! cores.

use super::keys::{EdgeFact, NodeFacts};
use super::token::Key;
use super::uses::{Use, place};
use crate::snapshot::columns::Edges;
use crate::snapshot::data_keys::is_number_key;
use crate::snapshot::error::{Error, Result};
use crate::snapshot::parse::records::{BadField, Slice, Table};
use crate::snapshot::parse::rows::Rows;
use crate::snapshot::parse::tables::{EdgeReader, NodeRecord};
use crate::snapshot::schema::{EdgeKind, NodeFields, NodeKind, Schema};

/// How a field is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Field {
    /// Unchanged.
    Number,
    /// As the index of a string with this use.
    String(Use),
    /// As 0, because its meaning is unknown.
    Unknown,
}

/// The result of a run of records.
#[derive(Debug, Default)]
pub(crate) struct Rewritten<T> {
    text: Vec<u8>,
    places: Vec<u64>,
    totals: T,
}

impl<T> Rewritten<T> {
    fn number(&mut self, value: i64) {
        self.text.push(b',');
        self.text.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
    }

    fn string(&mut self, index: u32, what: Use) {
        let place = place(index, what);
        if self.places.last() != Some(&place) {
            self.places.push(place);
        }
        self.text.push(b',');
        self.text.extend_from_slice(itoa::Buffer::new().format(place).as_bytes());
    }

    fn field(&mut self, field: Field, value: i64) {
        match (field, u32::try_from(value)) {
            (Field::Number, _) => self.number(value),
            (Field::String(what), Ok(index)) => self.string(index, what),
            (Field::String(_), Err(_)) | (Field::Unknown, _) => self.number(0),
        }
    }
}

/// How the records of a section are checked and written.
pub(crate) trait Rewrite {
    /// What the checks across sections need of a run of records.
    type Totals: Totals;

    fn section(&self) -> &'static str;
    /// Numbers per record.
    fn fields(&self) -> usize;
    fn record(&self, values: &[i64], out: &mut Rewritten<Self::Totals>) -> std::result::Result<(), BadField>;
}

/// Sums and maxima.
pub(crate) trait Totals: Default + Send {
    fn add(&mut self, later: Self) -> Result<()>;
}

/// A [`Rewrite`] as a [`Table`] with rows of text.
#[derive(Debug)]
pub(crate) struct TextTable<R: Rewrite> {
    rewrite: R,
    pub(crate) count: u64,
    pub(crate) text: Vec<u8>,
    pub(crate) places: Vec<u64>,
    pub(crate) totals: R::Totals,
}

impl<R: Rewrite> TextTable<R> {
    pub(crate) fn new(rewrite: R) -> Self {
        Self { rewrite, count: 0, text: Vec::new(), places: Vec::new(), totals: R::Totals::default() }
    }
}

pub(crate) struct TextSlice<'a, R: Rewrite> {
    rewrite: &'a R,
    out: Rewritten<R::Totals>,
}

impl<R: Rewrite> Slice for TextSlice<'_, R> {
    type Extra = Rewritten<R::Totals>;

    fn put(&mut self, _at: usize, values: &[i64]) -> std::result::Result<(), BadField> {
        self.rewrite.record(values, &mut self.out)?;
        self.out.text.push(b'\n');
        Ok(())
    }

    fn into_extra(self) -> Self::Extra {
        self.out
    }
}

impl<R: Rewrite + Sync> Table for TextTable<R> {
    type Extra = Rewritten<R::Totals>;
    type Slice<'a>
        = TextSlice<'a, R>
    where
        R: 'a;

    fn section(&self) -> &'static str {
        self.rewrite.section()
    }

    fn fields(&self) -> usize {
        self.rewrite.fields()
    }

    fn slices(&mut self, lengths: &[usize]) -> crate::Result<Vec<TextSlice<'_, R>>> {
        let out = || Rewritten { text: Vec::new(), places: Vec::new(), totals: R::Totals::default() };
        Ok(lengths.iter().map(|_| TextSlice { rewrite: &self.rewrite, out: out() }).collect())
    }

    fn commit(&mut self, lengths: &[usize], extras: Vec<Self::Extra>) -> crate::Result<()> {
        for (extra, &length) in extras.into_iter().zip(lengths) {
            // Each number is written with a comma before it, except the first of the section.
            let text = if self.count == 0 { extra.text.get(1..).unwrap_or_default() } else { &extra.text };
            self.text.try_reserve(text.len()).map_err(|_| crate::Error::out_of_memory(text.len()))?;
            self.text.extend_from_slice(text);
            self.places.extend(extra.places);
            self.totals.add(extra.totals)?;
            self.count += length as u64;
        }
        Ok(())
    }
}

/// `nodes`.
#[derive(Debug)]
pub(crate) struct NodeText {
    fields: NodeFields,
    shown: Vec<Field>,
    /// The use of a node's name, by number of its type.
    names: [Use; 256],
}

/// What the checks need of nodes.
#[derive(Debug, Default)]
pub(crate) struct NodeTotals {
    pub(crate) edges: u64,
    pub(crate) self_size: u64,
    pub(crate) max_name: u32,
    pub(crate) facts: NodeFacts,
}

impl Totals for NodeTotals {
    fn add(&mut self, later: Self) -> Result<()> {
        self.edges += later.edges;
        self.self_size = self.self_size.saturating_add(later.self_size);
        self.max_name = self.max_name.max(later.max_name);
        self.facts.append(later.facts)
    }
}

/// Whether the names of nodes of a type are contents. Unknown types count as such.
fn is_content(kind: NodeKind) -> bool {
    match kind {
        NodeKind::String
        | NodeKind::ConcatenatedString
        | NodeKind::SlicedString
        | NodeKind::RegExp
        | NodeKind::Number
        | NodeKind::BigInt
        | NodeKind::Symbol
        | NodeKind::Other
        | NodeKind::Undeclared => true,
        NodeKind::Hidden
        | NodeKind::Array
        | NodeKind::Object
        | NodeKind::Code
        | NodeKind::Closure
        | NodeKind::Native
        | NodeKind::Synthetic
        | NodeKind::ObjectShape
        | NodeKind::WasmObject => false,
    }
}

const NODE_NUMBERS: [&str; 7] = ["type", "name", "id", "self_size", "edge_count", "trace_node_id", "detachedness"];

impl NodeText {
    pub(crate) fn new(schema: &Schema) -> Self {
        Self {
            fields: schema.node.clone(),
            shown: shown(schema, "node_fields", &NODE_NUMBERS),
            names: schema.node_kinds.map(|kind| if is_content(kind) { Use::Text } else { Use::Label }),
        }
    }
}

/// How each field of a record is written, by name.
fn shown(schema: &Schema, list: &str, numbers: &[&str]) -> Vec<Field> {
    let known = |name: &String| if numbers.contains(&name.as_str()) { Field::Number } else { Field::Unknown };
    schema.field_names(list).iter().map(known).collect()
}

impl Rewrite for NodeText {
    type Totals = NodeTotals;

    fn section(&self) -> &'static str {
        "nodes"
    }

    fn fields(&self) -> usize {
        self.fields.count
    }

    fn record(&self, values: &[i64], out: &mut Rewritten<NodeTotals>) -> std::result::Result<(), BadField> {
        let node = NodeRecord::read(&self.fields, values)?;
        let totals = &mut out.totals;
        totals.edges += u64::from(node.edge_count);
        totals.self_size = totals.self_size.saturating_add(node.self_size);
        totals.max_name = totals.max_name.max(node.name);
        totals.facts.push(node.kind, node.name, node.edge_count);
        for (at, (&field, &value)) in self.shown.iter().zip(values).enumerate() {
            if at == self.fields.name {
                out.string(node.name, self.names[node.kind as usize]);
            } else {
                out.field(field, value);
            }
        }
        Ok(())
    }
}

/// `edges`.
#[derive(Debug)]
pub(crate) struct EdgeText {
    reader: EdgeReader,
    /// `None` if the file was redacted before.
    key: Option<Key>,
    shown: Vec<Field>,
    /// Position of `name_or_index`.
    label: usize,
}

/// What the checks need of edges.
#[derive(Debug, Default)]
pub(crate) struct EdgeTotals {
    pub(crate) max_name: Option<u32>,
    pub(crate) max_target: u32,
    /// The edges since they were last taken.
    pub(crate) facts: Vec<EdgeFact>,
}

impl Totals for EdgeTotals {
    fn add(&mut self, later: Self) -> Result<()> {
        self.max_name = self.max_name.max(later.max_name);
        self.max_target = self.max_target.max(later.max_target);
        self.facts.try_reserve(later.facts.len()).map_err(|_| Error::out_of_memory(16 * later.facts.len()))?;
        self.facts.extend(later.facts);
        Ok(())
    }
}

impl EdgeText {
    pub(crate) fn new(schema: &Schema, nodes: Option<u64>, key: &Key) -> Self {
        Self {
            key: (!schema.is_redacted).then(|| key.clone()),
            reader: EdgeReader::new(schema, nodes.map(|nodes| nodes as usize)),
            shown: shown(schema, "edge_fields", &["type", "name_or_index", "to_node"]),
            label: schema.edge.name_or_index,
        }
    }

    fn position(&self, kind: EdgeKind, position: i64) -> i64 {
        match &self.key {
            Some(key) if is_number_key(kind, position) => key.number(position),
            _ => position,
        }
    }
}

impl Rewrite for EdgeText {
    type Totals = EdgeTotals;

    fn section(&self) -> &'static str {
        "edges"
    }

    fn fields(&self) -> usize {
        self.shown.len()
    }

    fn record(&self, values: &[i64], out: &mut Rewritten<EdgeTotals>) -> std::result::Result<(), BadField> {
        let edge = self.reader.read(values)?;
        let name = u32::try_from(values[self.label]).ok();
        let max_name = name.filter(|_| Edges::must_be_named(edge.kind));
        out.totals.max_name = out.totals.max_name.max(max_name);
        out.totals.max_target = out.totals.max_target.max(edge.target);
        // Shortcuts may be numbered. No table is so long that the index of a string needs more than 32 bits.
        let is_name = |&name: &u32| !edge.kind.is_indexed() && u32::try_from(place(name, Use::Name)).is_ok();
        let name = name.filter(is_name);
        out.totals.facts.push(EdgeFact { kind: edge.kind, name, to: edge.target });
        for (at, (&field, &value)) in self.shown.iter().zip(values).enumerate() {
            match name {
                Some(name) if at == self.label => out.string(name, Use::Name),
                None if at == self.label => out.number(self.position(edge.kind, value)),
                _ => out.field(field, value),
            }
        }
        Ok(())
    }
}

/// A section of rows, checked by the parser's reader.
#[derive(Debug)]
pub(crate) struct RowText<R> {
    rows: R,
    shown: Vec<Field>,
    string_limit: Vec<usize>,
}

/// What the checks need of rows with names.
#[derive(Debug, Default)]
pub(crate) struct RowTotals {
    pub(crate) max_string: Option<u32>,
}

impl Totals for RowTotals {
    fn add(&mut self, later: Self) -> Result<()> {
        self.max_string = self.max_string.max(later.max_string);
        Ok(())
    }
}

impl<R: Rows> RowText<R> {
    pub(crate) fn new(rows: R, schema: &Schema) -> Self {
        let (list, numbers, strings): (&str, &[&str], &[&str]) = match R::SECTION {
            "locations" => {
                ("location_fields", &["object_index", "script_id", "script_object_index", "line", "column"], &[])
            }
            "samples" => ("sample_fields", &["timestamp_us", "last_assigned_id"], &[]),
            _ => (
                "trace_function_info_fields",
                &["function_id", "script_id", "line", "column"],
                &["name", "script_name"],
            ),
        };
        let shown = with_strings(schema, list, numbers, strings, Use::Label);
        let is_string = |&at: &usize| matches!(shown[at], Field::String(_));
        let string_limit = (0..shown.len()).filter(is_string).collect();
        Self { rows, shown, string_limit }
    }
}

fn with_strings(schema: &Schema, list: &str, numbers: &[&str], strings: &[&str], what: Use) -> Vec<Field> {
    let names = schema.field_names(list);
    let mut fields = shown(schema, list, numbers);
    for (field, name) in fields.iter_mut().zip(&names) {
        if strings.contains(&name.as_str()) {
            *field = Field::String(what);
        }
    }
    fields
}

impl<R: Rows> Rewrite for RowText<R> {
    type Totals = RowTotals;

    fn section(&self) -> &'static str {
        R::SECTION
    }

    fn fields(&self) -> usize {
        self.rows.fields()
    }

    fn record(&self, values: &[i64], out: &mut Rewritten<RowTotals>) -> std::result::Result<(), BadField> {
        self.rows.row(values)?;
        let strings = self.string_limit.iter().filter_map(|&at| u32::try_from(values[at]).ok());
        out.totals.max_string = out.totals.max_string.max(strings.max());
        for (&field, &value) in self.shown.iter().zip(values) {
            out.field(field, value);
        }
        Ok(())
    }
}

/// A section about scopes, checked by the parser's reader. Its rows are kept for the checks across sections.
#[derive(Debug)]
pub(crate) struct ScopeText<R> {
    rows: R,
    shown: Vec<Field>,
}

impl<R: Rows> ScopeText<R> {
    pub(crate) fn new(rows: R, schema: &Schema) -> Self {
        let (list, numbers, strings): (&str, &[&str], &[&str]) = match R::SECTION {
            "scopes" => (
                "scope_fields",
                &["script_node_index", "scope_id", "depth", "scope_context_vars_count", "scope_uses_count"],
                &[],
            ),
            "scope_context_vars" => ("scope_context_var_fields", &[], &["name"]),
            _ => ("scope_use_fields", &["declaring_scope_id", "slot_index"], &[]),
        };
        Self { rows, shown: with_strings(schema, list, numbers, strings, Use::Name) }
    }
}

/// All rows, in order.
#[derive(Debug)]
pub(crate) struct KeptRows<T>(pub(crate) Vec<T>);

impl<T> Default for KeptRows<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Send> Totals for KeptRows<T> {
    fn add(&mut self, later: Self) -> Result<()> {
        self.0.extend(later.0);
        Ok(())
    }
}

impl<R: Rows> Rewrite for ScopeText<R> {
    type Totals = KeptRows<R::Row>;

    fn section(&self) -> &'static str {
        R::SECTION
    }

    fn fields(&self) -> usize {
        self.rows.fields()
    }

    fn record(&self, values: &[i64], out: &mut Rewritten<KeptRows<R::Row>>) -> std::result::Result<(), BadField> {
        out.totals.0.push(self.rows.row(values)?);
        for (&field, &value) in self.shown.iter().zip(values) {
            out.field(field, value);
        }
        Ok(())
    }
}
