//! Changes valid snapshots as a faulty writer or an attacker could.

use crate::heap;
use arbitrary::{Result, Unstructured};
use heapray_core::parse::document::SECTIONS;
use serde_json::{Map, Number, Value, json};

const FIELD_LISTS: [&str; 9] = [
    "node_fields",
    "edge_fields",
    "location_fields",
    "sample_fields",
    "trace_function_info_fields",
    "trace_node_fields",
    "scope_fields",
    "scope_context_var_fields",
    "scope_use_fields",
];

/// Numbers at the limits of columns and counters.
const EXTREMES: [&str; 22] = [
    "-1",
    "0",
    "1",
    "7",
    "255",
    "256",
    "65535",
    "268435455",
    "268435456",
    "2147483647",
    "2147483648",
    "4294967294",
    "4294967295",
    "4294967296",
    "9007199254740991",
    "9007199254740992",
    "9223372036854775807",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "1e300",
    "0.5",
];

/// A small snapshot with up to six changes, as a file.
///
/// # Errors
/// When the fuzzer's bytes are used up.
pub fn changed_snapshot(bytes: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let file = heap::snapshot(bytes)?;
    let Ok(Value::Object(mut members)) = serde_json::from_slice(&file) else { return Ok(file) };
    for _ in 0..bytes.int_in_range(0..=6)? {
        change(bytes, &mut members)?;
    }
    write(bytes, &members)
}

fn change(bytes: &mut Unstructured<'_>, members: &mut Map<String, Value>) -> Result<()> {
    match bytes.int_in_range(0..=9)? {
        0 => change_header(bytes, members),
        1 => change_fields(bytes, members),
        2 => change_types(bytes, members),
        3 => {
            members.remove(*bytes.choose(&SECTIONS)?);
            Ok(())
        }
        4 => {
            let value = strange_value(bytes)?;
            members.insert((*bytes.choose(&SECTIONS)?).to_owned(), value);
            Ok(())
        }
        5 => {
            members.insert("news".to_owned(), strange_value(bytes)?);
            Ok(())
        }
        6 => change_length(bytes, members),
        _ => change_number(bytes, members),
    }
}

fn extreme(bytes: &mut Unstructured<'_>) -> Result<Value> {
    let text = *bytes.choose(&EXTREMES)?;
    Ok(serde_json::from_str::<Number>(text).map_or(Value::Null, Value::Number))
}

fn strange_value(bytes: &mut Unstructured<'_>) -> Result<Value> {
    Ok(match bytes.int_in_range(0..=6)? {
        0 => Value::Null,
        1 => json!([]),
        2 => json!({}),
        3 => json!("]"),
        4 => json!([[[[]]], {"a": ["\"", {}]}]),
        5 => json!(true),
        _ => extreme(bytes)?,
    })
}

fn change_header(bytes: &mut Unstructured<'_>, members: &mut Map<String, Value>) -> Result<()> {
    let names = ["node_count", "edge_count", "trace_function_count", "extra_native_bytes", "root_index", "meta"];
    let name = *bytes.choose(&names)?;
    let value = if bytes.ratio(1, 4)? { strange_value(bytes)? } else { extreme(bytes)? };
    if let Some(header) = members.get_mut("snapshot").and_then(Value::as_object_mut) {
        header.insert(name.to_owned(), value);
    }
    Ok(())
}

/// Adds, drops, doubles or swaps fields without the numbers, so that these change their meaning.
fn change_fields(bytes: &mut Unstructured<'_>, members: &mut Map<String, Value>) -> Result<()> {
    let list = *bytes.choose(&FIELD_LISTS)?;
    let Some(fields) = members
        .get_mut("snapshot")
        .and_then(|header| header.get_mut("meta")?.get_mut(list))
        .and_then(Value::as_array_mut)
        .filter(|fields| !fields.is_empty())
    else {
        return Ok(());
    };
    let at = bytes.choose_index(fields.len())?;
    match bytes.int_in_range(0..=4)? {
        0 => drop(fields.remove(at)),
        1 => fields.insert(at, json!("news")),
        2 => fields.insert(at, fields[at].clone()),
        3 => {
            let other = bytes.choose_index(fields.len())?;
            fields.swap(at, other);
        }
        _ => fields[at] = strange_value(bytes)?,
    }
    Ok(())
}

fn change_types(bytes: &mut Unstructured<'_>, members: &mut Map<String, Value>) -> Result<()> {
    let list = *bytes.choose(&["node_types", "edge_types"])?;
    let Some(types) = members.get_mut("snapshot").and_then(|header| header.get_mut("meta")?.get_mut(list)) else {
        return Ok(());
    };
    if bytes.ratio(1, 4)? {
        *types = strange_value(bytes)?;
        return Ok(());
    }
    let Some(names) = types.get_mut(0).and_then(Value::as_array_mut).filter(|names| !names.is_empty()) else {
        return Ok(());
    };
    let (at, other) = (bytes.choose_index(names.len())?, bytes.choose_index(names.len())?);
    match bytes.int_in_range(0..=3)? {
        0 => names.swap(at, other),
        1 => names.truncate(at),
        2 => names.resize(*bytes.choose(&[255, 256, 257])?, json!("news")),
        _ => names[at] = json!("news"),
    }
    Ok(())
}

/// A list that is longer or shorter than it should be.
fn change_length(bytes: &mut Unstructured<'_>, members: &mut Map<String, Value>) -> Result<()> {
    let Some(list) = members.get_mut(*bytes.choose(&SECTIONS[1..])?).and_then(Value::as_array_mut) else {
        return Ok(());
    };
    if bytes.ratio(1, 2)? {
        list.truncate(bytes.choose_index(list.len().max(1))?);
    } else if let Some(last) = list.last().cloned() {
        let more = bytes.int_in_range(1..=8)?;
        list.extend(std::iter::repeat_n(last, more));
    }
    Ok(())
}

fn change_number(bytes: &mut Unstructured<'_>, members: &mut Map<String, Value>) -> Result<()> {
    let Some(list) = members.get_mut(*bytes.choose(&SECTIONS[1..])?).and_then(Value::as_array_mut) else {
        return Ok(());
    };
    if list.is_empty() {
        return Ok(());
    }
    let at = bytes.choose_index(list.len())?;
    list[at] = match bytes.int_in_range(0..=3)? {
        0 => strange_value(bytes)?,
        1 => json!(bytes.int_in_range(0..=200)?),
        _ => extreme(bytes)?,
    };
    Ok(())
}

/// The members in any order, in V8's layout or with white space, sometimes one of them twice.
fn write(bytes: &mut Unstructured<'_>, members: &Map<String, Value>) -> Result<Vec<u8>> {
    let mut names: Vec<&String> = members.keys().collect();
    // serde_json sorts members, and V8 writes the header first.
    names.sort_by_key(|name| SECTIONS.iter().position(|section| section == *name));
    if bytes.ratio(1, 4)? && names.len() > 1 {
        let at = bytes.choose_index(names.len())?;
        names.rotate_left(at);
    }
    if bytes.ratio(1, 16)? && !names.is_empty() {
        names.push(names[bytes.choose_index(names.len())?]);
    }
    let pretty = bytes.ratio(1, 8)?;
    let text = |value: &Value| if pretty { format!("{value:#}") } else { value.to_string() };
    let members: Vec<String> = names.iter().map(|name| format!("{name:?}:{}", text(&members[*name]))).collect();
    let mut file = format!("{{{}}}", members.join(",\n")).into_bytes();
    if bytes.ratio(1, 16)? {
        file.truncate(bytes.choose_index(file.len())?);
    }
    Ok(file)
}
