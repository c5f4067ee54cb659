//! Writes the header with what the analysis knows of it, and nothing else.

use crate::snapshot::schema::{REDACTED, Schema};
use serde_json::{Map, Value};

/// Lists of the header that give the meaning of the numbers in the sections that are kept.
const LISTS: [&str; 11] = [
    "node_fields",
    "node_types",
    "edge_fields",
    "edge_types",
    "trace_function_info_fields",
    "trace_node_fields",
    "sample_fields",
    "location_fields",
    "scope_fields",
    "scope_context_var_fields",
    "scope_use_fields",
];

/// The member `snapshot` of the redacted file, without titles and other members that tools add.
pub(crate) fn header(schema: &Schema) -> Value {
    let meta: Value = serde_json::from_str(&schema.meta_json).unwrap_or(Value::Null);
    let list = |name: &&str| Some(((*name).to_owned(), names(meta.get(name)?)));
    let mut header = Map::new();
    header.insert("meta".to_owned(), Value::Object(LISTS.iter().filter_map(list).collect()));
    let counts = [
        ("node_count", schema.node_count),
        ("edge_count", schema.edge_count),
        ("trace_function_count", Some(schema.trace_function_count)),
        ("extra_native_bytes", Some(schema.extra_native_bytes).filter(|&bytes| bytes > 0)),
        ("root_index", Some(schema.root_index).filter(|&index| index > 0)),
    ];
    header.insert(REDACTED.to_owned(), Value::Bool(true));
    header.extend(counts.into_iter().filter_map(|(name, count)| Some((name.to_owned(), Value::from(count?)))));
    Value::Object(header)
}

/// Names and lists of names. Other values are left out.
fn names(value: &Value) -> Value {
    let name = |value: &Value| if value.is_string() { value.clone() } else { Value::Null };
    let entry = |value: &Value| match value {
        Value::Array(list) => Value::Array(list.iter().map(name).collect()),
        other => name(other),
    };
    match value {
        Value::Array(list) => Value::Array(list.iter().map(entry).collect()),
        _ => Value::Null,
    }
}
