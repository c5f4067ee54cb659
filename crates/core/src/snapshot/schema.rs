//! `snapshot.meta` → [`Schema`]: the position of each field and the meaning of each type number.
//!
//! Everything is found by name, never by position: V8 adds fields, drops them and reorders the type
//! lists between versions. Known names become enums; unknown ones are kept for display only.

use crate::snapshot::error::{Code, Error, Result};
use serde_json::Value;

/// The type of a node. `Other` is a type that the file declares and this version does not know;
/// `Undeclared` is a type number outside the file's own list, as V8 6.2 writes for symbols.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[repr(u8)]
#[allow(missing_docs, reason = "the variants are V8's own names, spelled out in NodeKind::NAMES")]
pub enum NodeKind {
    Hidden,
    Array,
    String,
    Object,
    Code,
    Closure,
    RegExp,
    Number,
    Native,
    Synthetic,
    ConcatenatedString,
    SlicedString,
    Symbol,
    BigInt,
    ObjectShape,
    WasmObject,
    Other,
    Undeclared,
}

impl NodeKind {
    const NAMES: [(&'static str, NodeKind); 16] = [
        ("hidden", NodeKind::Hidden),
        ("array", NodeKind::Array),
        ("string", NodeKind::String),
        ("object", NodeKind::Object),
        ("code", NodeKind::Code),
        ("closure", NodeKind::Closure),
        ("regexp", NodeKind::RegExp),
        ("number", NodeKind::Number),
        ("native", NodeKind::Native),
        ("synthetic", NodeKind::Synthetic),
        ("concatenated string", NodeKind::ConcatenatedString),
        ("sliced string", NodeKind::SlicedString),
        ("symbol", NodeKind::Symbol),
        ("bigint", NodeKind::BigInt),
        ("object shape", NodeKind::ObjectShape),
        ("wasm object", NodeKind::WasmObject),
    ];

    /// Whether it is a string, flat or not.
    pub const fn is_string(self) -> bool {
        matches!(self, NodeKind::String | NodeKind::ConcatenatedString | NodeKind::SlicedString)
    }

    /// Whether V8 has a type of this name, in any version.
    pub(crate) fn is_known(name: &str) -> bool {
        Self::NAMES.iter().any(|(known, _)| *known == name)
    }

    fn by_name(name: &str) -> NodeKind {
        Self::NAMES.iter().find(|(known, _)| *known == name).map_or(NodeKind::Other, |&(_, kind)| kind)
    }
}

/// The type of an edge, which fits the three bits that [`crate::snapshot::columns::Edges`] has for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[repr(u8)]
#[allow(missing_docs, reason = "the variants are V8's own names, spelled out in EdgeKind::NAMES")]
pub enum EdgeKind {
    Context,
    Element,
    Property,
    Internal,
    Hidden,
    Shortcut,
    Weak,
    /// A type that this version does not know, or one outside the file's list: strong, with a string name.
    Other,
}

impl EdgeKind {
    /// V8's names, in the order of the variants.
    pub const NAMES: [&'static str; 8] =
        ["context", "element", "property", "internal", "hidden", "shortcut", "weak", "other"];

    const ALL: [EdgeKind; 8] = [
        EdgeKind::Context,
        EdgeKind::Element,
        EdgeKind::Property,
        EdgeKind::Internal,
        EdgeKind::Hidden,
        EdgeKind::Shortcut,
        EdgeKind::Weak,
        EdgeKind::Other,
    ];

    /// The kind with these three bits.
    #[inline(always)]
    pub const fn from_bits(bits: u32) -> EdgeKind {
        Self::ALL[(bits & 7) as usize]
    }

    /// V8's name; `other` for unknown ones.
    pub const fn as_str(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// Whether `name_or_index` is a number rather than a string.
    #[inline(always)]
    pub const fn is_indexed(self) -> bool {
        matches!(self, EdgeKind::Element | EdgeKind::Hidden)
    }

    fn by_name(name: &str) -> EdgeKind {
        Self::NAMES[..7].iter().position(|known| *known == name).map_or(EdgeKind::Other, |i| Self::ALL[i])
    }
}

/// Positions of the fields of a node record.
#[derive(Clone, Debug)]
pub struct NodeFields {
    /// Numbers per record.
    pub count: usize,
    pub(crate) kind: usize,
    /// Position of the name.
    pub name: usize,
    pub(crate) id: usize,
    pub(crate) self_size: usize,
    pub(crate) edge_count: usize,
    pub(crate) trace_node_id: Option<usize>,
    pub(crate) detachedness: Option<usize>,
}

/// Positions of the fields of an edge record.
#[derive(Clone, Debug)]
pub struct EdgeFields {
    /// Numbers per record.
    pub count: usize,
    pub(crate) kind: usize,
    /// Position of the name or index.
    pub name_or_index: usize,
    pub(crate) to_node: usize,
}

/// Positions of the fields of a location record.
#[derive(Clone, Debug)]
pub struct LocationFields {
    /// Numbers per record.
    pub count: usize,
    pub(crate) object_index: usize,
    pub(crate) script_id: usize,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// Positions of the fields of a trace function record.
#[derive(Clone, Debug)]
pub struct FunctionFields {
    /// Numbers per record.
    pub count: usize,
    pub(crate) name: usize,
    pub(crate) script_name: usize,
    pub(crate) script_id: usize,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// Positions of the fields of the sections about scopes.
#[derive(Clone, Copy, Debug)]
pub struct ScopeFields {
    /// `scopes`: numbers per record, script, id, depth, variables, uses.
    pub(crate) scope: [usize; 6],
    /// `scope_context_vars`: numbers per record, name.
    pub(crate) variable: [usize; 2],
    /// `scope_uses`: numbers per record, declaring scope, slot.
    pub(crate) usage: [usize; 3],
}

/// The header of a snapshot, resolved.
#[derive(Clone, Debug)]
pub struct Schema {
    /// `snapshot.meta` of the file, as JSON text.
    pub meta_json: String,
    /// Node fields.
    pub node: NodeFields,
    /// Edge fields.
    pub edge: EdgeFields,
    /// Location fields, if declared.
    pub location: Option<LocationFields>,
    /// Trace function fields, if declared.
    pub function: Option<FunctionFields>,
    /// Numbers per sample and the positions of timestamp and last id, if declared.
    pub sample: Option<(usize, usize, usize)>,
    /// Fields of the sections about scopes, when all three are declared with all that is needed.
    pub scope: Option<ScopeFields>,
    /// The file's names of node types, by type number.
    pub node_type_names: Vec<String>,
    /// What they mean.
    pub node_kinds: [NodeKind; 256],
    /// The file's names of edge types, by type number.
    pub edge_type_names: Vec<String>,
    pub(crate) edge_kinds: [EdgeKind; 256],
    /// `node_count` as claimed by the header.
    pub node_count: Option<u64>,
    /// `edge_count` as claimed by the header.
    pub edge_count: Option<u64>,
    /// `trace_function_count` as claimed by the header; DevTools reads the tree only if it is not 0.
    pub trace_function_count: u64,
    /// Bytes outside the heap that V8 counted.
    pub extra_native_bytes: u64,
    /// The root: `root_index`, not divided by the field count; 0 if absent, as in all snapshots of V8.
    pub root_index: u64,
    /// Whether heapray has redacted the file: data keys are hidden in it, and no other names are.
    pub is_redacted: bool,
    /// Whether the allocations are those of a sampling profile, which has no objects.
    pub is_sampled: bool,
}

/// The member of the header that says that heapray has redacted the file.
pub(crate) const REDACTED: &str = "redacted";
/// The member of `meta` that says that a recording was made of a sampling profile.
const SAMPLED: &str = "sampled";

/// More fields than any V8 has; keeps one record small.
const MAX_FIELDS: usize = 32;

impl Schema {
    /// Reads the text of the `snapshot` member.
    ///
    /// # Errors
    /// [`Code::Header`] if a field or type list is missing or has the wrong type.
    pub fn parse(text: &[u8]) -> Result<Schema> {
        let header: Value =
            serde_json::from_slice(text).map_err(|error| header_error("a JSON object", error.to_string()))?;
        let Some(meta) = header.get("meta") else {
            return Err(header_error("snapshot.meta", "a header without it"));
        };
        let node_names = names(meta, "node_fields")?;
        let node = NodeFields {
            count: node_names.len(),
            kind: position(&node_names, "node_fields", "type")?,
            name: position(&node_names, "node_fields", "name")?,
            id: position(&node_names, "node_fields", "id")?,
            self_size: position(&node_names, "node_fields", "self_size")?,
            edge_count: position(&node_names, "node_fields", "edge_count")?,
            trace_node_id: find(&node_names, "trace_node_id"),
            detachedness: find(&node_names, "detachedness"),
        };
        let edge_names = names(meta, "edge_fields")?;
        let edge = EdgeFields {
            count: edge_names.len(),
            kind: position(&edge_names, "edge_fields", "type")?,
            name_or_index: position(&edge_names, "edge_fields", "name_or_index")?,
            to_node: position(&edge_names, "edge_fields", "to_node")?,
        };
        let node_type_names = type_names(meta, "node_types", node.kind)?;
        let edge_type_names = type_names(meta, "edge_types", edge.kind)?;
        let mut node_kinds = [NodeKind::Undeclared; 256];
        for (kind, name) in node_kinds.iter_mut().zip(&node_type_names) {
            *kind = NodeKind::by_name(name);
        }
        let mut edge_kinds = [EdgeKind::Other; 256];
        for (kind, name) in edge_kinds.iter_mut().zip(&edge_type_names) {
            *kind = EdgeKind::by_name(name);
        }
        let is_set = |object: &Value, name| object.get(name).is_some_and(|value| *value == Value::Bool(true));
        Ok(Schema {
            meta_json: meta.to_string(),
            location: location_fields(meta)?,
            function: function_fields(meta)?,
            sample: sample_fields(meta)?,
            scope: scope_fields(meta)?,
            node_type_names,
            node_kinds,
            edge_type_names,
            edge_kinds,
            node_count: count(&header, "node_count")?,
            edge_count: count(&header, "edge_count")?,
            trace_function_count: count(&header, "trace_function_count")?.unwrap_or(0),
            extra_native_bytes: count(&header, "extra_native_bytes")?.unwrap_or(0),
            root_index: count(&header, "root_index")?.unwrap_or(0),
            is_redacted: is_set(&header, REDACTED),
            is_sampled: is_set(meta, SAMPLED),
            node,
            edge,
        })
    }

    /// Whether the header declares the fields of a section.
    pub fn declares(&self, section: &str) -> bool {
        match section {
            "locations" => self.location.is_some(),
            "samples" => self.sample.is_some(),
            "trace_function_infos" => self.function.is_some(),
            "scopes" | "scope_context_vars" | "scope_uses" => self.scope.is_some(),
            _ => true,
        }
    }

    /// The names in one of the header's lists of fields, in order; none if it has no such list.
    pub fn field_names(&self, list: &str) -> Vec<String> {
        let meta: Value = serde_json::from_str(&self.meta_json).unwrap_or(Value::Null);
        optional_names(&meta, list).ok().flatten().unwrap_or_default()
    }

    /// Type names in the file that this version does not know.
    pub fn unknown_types(&self) -> Vec<String> {
        let nodes = self.node_type_names.iter().filter(|name| NodeKind::by_name(name) == NodeKind::Other);
        let edges = self.edge_type_names.iter().filter(|name| EdgeKind::by_name(name) == EdgeKind::Other);
        nodes.map(|name| format!("node type {name}")).chain(edges.map(|name| format!("edge type {name}"))).collect()
    }

    /// Field names in the file that this version does not know.
    pub fn unknown_fields(&self) -> Vec<String> {
        const NODE: [&str; 7] = ["type", "name", "id", "self_size", "edge_count", "trace_node_id", "detachedness"];
        const EDGE: [&str; 3] = ["type", "name_or_index", "to_node"];
        let mut unknown = Vec::new();
        for (list, known) in [("node_fields", &NODE[..]), ("edge_fields", &EDGE[..])] {
            for name in self.field_names(list) {
                if !known.contains(&name.as_str()) {
                    unknown.push(format!("{} field {name}", &list[..4]));
                }
            }
        }
        unknown
    }
}

#[cold]
fn header_error(expected: impl Into<String>, found: impl Into<String>) -> Error {
    Error::new(Code::Header, expected, found).in_section("snapshot")
}

fn names(meta: &Value, list: &str) -> Result<Vec<String>> {
    let found = optional_names(meta, list)?;
    found.ok_or_else(|| header_error(format!("meta.{list}"), "none"))
}

fn optional_names(meta: &Value, list: &str) -> Result<Option<Vec<String>>> {
    let Some(value) = meta.get(list) else { return Ok(None) };
    let wrong = |found: String| header_error(format!("meta.{list} to be an array of 1 to {MAX_FIELDS} names"), found);
    let array = value.as_array().ok_or_else(|| wrong(kind_of(value).to_owned()))?;
    if array.is_empty() || array.len() > MAX_FIELDS {
        return Err(wrong(format!("{} of them", array.len())));
    }
    let strings: Option<Vec<String>> = array.iter().map(|name| name.as_str().map(str::to_owned)).collect();
    strings.map(Some).ok_or_else(|| wrong("other values".to_owned()))
}

fn find(names: &[String], name: &str) -> Option<usize> {
    names.iter().position(|candidate| candidate == name)
}

fn position(names: &[String], list: &str, name: &str) -> Result<usize> {
    find(names, name).ok_or_else(|| header_error(format!("\"{name}\" in meta.{list}"), names.join(", ")))
}

/// `node_types` has one entry per field in old versions of V8 and another length in new ones. Only the
/// entry at the position of `type` is a list of names, but a file may also have it at position 0.
fn type_names(meta: &Value, list: &str, at: usize) -> Result<Vec<String>> {
    let value = meta.get(list).ok_or_else(|| header_error(format!("meta.{list}"), "none"))?;
    let array = value.as_array().ok_or_else(|| header_error(format!("meta.{list} to be an array"), kind_of(value)))?;
    let types = array
        .get(at)
        .and_then(Value::as_array)
        .ok_or_else(|| header_error(format!("meta.{list}[{at}] to be an array of names"), "something else"))?;
    if types.len() > 256 {
        return Err(header_error(format!("at most 256 names in meta.{list}[{at}]"), types.len().to_string()));
    }
    let strings: Option<Vec<String>> = types.iter().map(|name| name.as_str().map(str::to_owned)).collect();
    strings.ok_or_else(|| header_error(format!("meta.{list}[{at}] to hold names"), "other values"))
}

fn location_fields(meta: &Value) -> Result<Option<LocationFields>> {
    let Some(names) = optional_names(meta, "location_fields")? else { return Ok(None) };
    Ok(Some(LocationFields {
        count: names.len(),
        object_index: position(&names, "location_fields", "object_index")?,
        script_id: position(&names, "location_fields", "script_id")?,
        line: position(&names, "location_fields", "line")?,
        column: position(&names, "location_fields", "column")?,
    }))
}

fn function_fields(meta: &Value) -> Result<Option<FunctionFields>> {
    let Some(names) = optional_names(meta, "trace_function_info_fields")? else { return Ok(None) };
    let at = |name| position(&names, "trace_function_info_fields", name);
    Ok(Some(FunctionFields {
        count: names.len(),
        name: at("name")?,
        script_name: at("script_name")?,
        script_id: at("script_id")?,
        line: at("line")?,
        column: at("column")?,
    }))
}

fn sample_fields(meta: &Value) -> Result<Option<(usize, usize, usize)>> {
    let Some(names) = optional_names(meta, "sample_fields")? else { return Ok(None) };
    let timestamp = position(&names, "sample_fields", "timestamp_us")?;
    let last_id = position(&names, "sample_fields", "last_assigned_id")?;
    Ok(Some((names.len(), timestamp, last_id)))
}

/// These sections are recent, and their fields may change: if one is missing, all sections are skipped.
fn scope_fields(meta: &Value) -> Result<Option<ScopeFields>> {
    const SCOPE: [&str; 5] = ["script_node_index", "scope_id", "depth", "scope_context_vars_count", "scope_uses_count"];
    let scope = places(meta, "scope_fields", SCOPE)?;
    let variable = places(meta, "scope_context_var_fields", ["name"])?;
    let usage = places(meta, "scope_use_fields", ["declaring_scope_id", "slot_index"])?;
    let (Some((scopes, [script, id, depth, variables, uses])), Some((names, [name])), Some((each, [by, slot]))) =
        (scope, variable, usage)
    else {
        return Ok(None);
    };
    Ok(Some(ScopeFields {
        scope: [scopes, script, id, depth, variables, uses],
        variable: [names, name],
        usage: [each, by, slot],
    }))
}

/// The length of a list of fields, and the positions of some of them.
fn places<const N: usize>(meta: &Value, list: &str, fields: [&str; N]) -> Result<Option<(usize, [usize; N])>> {
    let Some(names) = optional_names(meta, list)? else { return Ok(None) };
    let mut places = [0; N];
    for (place, field) in places.iter_mut().zip(fields) {
        let Some(at) = find(&names, field) else { return Ok(None) };
        *place = at;
    }
    Ok(Some((names.len(), places)))
}

/// A whole number of the header, if present. `null` counts as absent.
fn count(header: &Value, name: &str) -> Result<Option<u64>> {
    match header.get(name) {
        None => Ok(None),
        Some(Value::Null) => Ok(None),
        Some(value) => match value.as_u64() {
            Some(number) => Ok(Some(number)),
            None => Err(header_error(format!("snapshot.{name} to be a whole number"), value.to_string())),
        },
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
