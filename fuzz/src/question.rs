//! Makes questions from a fuzzer's bytes, mostly valid ones, sometimes any text.

use arbitrary::{Result, Unstructured};
use serde_json::{Map, Value, json};

const ASKS: [&str; 18] = [
    "summary",
    "node",
    "references",
    "retainers",
    "dominated",
    "dominatorPath",
    "retainingPaths",
    "classes",
    "classInstances",
    "strings",
    "deadVariables",
    "allocations",
    "allocationStack",
    "samples",
    "filter",
    "filter",
    "report",
    "diff",
];

const FILTERS: [&str; 11] = [
    "duplicatedStrings",
    "objectsRetainedByDetachedDomNodes",
    "objectsRetainedByContexts",
    "objectsRetainedByConsole",
    "objectsRetainedByEventHandlers",
    "sharedNativeContext",
    "noNativeContext",
    "nativeContext_7",
    "nativeContext_18446744073709551616",
    "__proto__",
    "",
];

const PATTERNS: [&str; 16] = [
    "Session",
    "",
    "constructor",
    "^(a|b)*$",
    "[",
    "(?=x)",
    "\\u{110000}",
    "[^]",
    "a{99999}",
    "(((((((a?){50}){50}){50}",
    "\\p{L}+",
    "\\",
    "[&&~~]",
    "x{,3}",
    "\\bO",
    "größe",
];

/// The text of a question.
///
/// # Errors
/// When the fuzzer's bytes are used up.
pub(crate) fn question(bytes: &mut Unstructured<'_>) -> Result<String> {
    if bytes.ratio(1, 16)? {
        return bytes.arbitrary();
    }
    let ask = *bytes.choose(&ASKS)?;
    let mut question = Map::from_iter([("ask".to_owned(), json!(ask))]);
    let required: &[&str] = match ask {
        "node" | "references" | "retainers" | "dominated" | "dominatorPath" | "allocationStack" => &["id"],
        "retainingPaths" => &["of"],
        "classInstances" => &["class"],
        _ => &[],
    };
    for name in required {
        question.insert((*name).to_owned(), field(bytes, name)?);
    }
    let optional: &[&str] = match ask {
        "filter" => &[
            "id",
            "name",
            "type",
            "class",
            "script",
            "selfSize",
            "retainedSize",
            "distance",
            "detached",
            "edgeName",
            "retainedBy",
            "referencedFrom",
            "allocated",
            "filter",
            "mineOnly",
            "edges",
            "references",
            "retainers",
            "sort",
            "order",
            "limit",
            "offset",
        ],
        "classes" => &["name", "filter", "sort", "order", "limit", "offset"],
        "classInstances" => &["sort", "order", "limit", "offset"],
        "report" => &["limit", "showStrings"],
        "diff" => &["mode", "paths", "limit", "offset"],
        "retainingPaths" => &["limit"],
        _ => &["limit", "offset"],
    };
    for _ in 0..bytes.int_in_range(0..=4)? {
        let name = *bytes.choose(optional)?;
        question.insert(name.to_owned(), field(bytes, name)?);
    }
    Ok(Value::Object(question).to_string())
}

fn field(bytes: &mut Unstructured<'_>, name: &str) -> Result<Value> {
    if bytes.ratio(1, 24)? {
        return Ok(bytes.choose(&[json!(null), json!(-1), json!(1e300), json!([]), json!({}), json!("x")])?.clone());
    }
    Ok(match name {
        "id" | "retainedBy" | "referencedFrom" => id(bytes)?,
        "of" | "class" if bytes.ratio(1, 2)? => id(bytes)?,
        "of" | "class" | "name" | "edgeName" | "script" => text(bytes)?,
        "type" => json!(["object", "string", *bytes.choose(&["native", "news"])?]),
        "selfSize" | "retainedSize" | "distance" => json!({ "min": number(bytes)?, "max": number(bytes)? }),
        "allocated" => json!({ "after": number(bytes)?, "upTo": number(bytes)? }),
        "filter" => json!(*bytes.choose(&FILTERS)?),
        "detached" | "edges" | "showStrings" | "paths" => json!(bytes.arbitrary::<bool>()?),
        "mineOnly" => bytes.choose(&[json!(true), json!(false), json!("auto")])?.clone(),
        "references" | "retainers" => json!({ "depth": bytes.int_in_range(1..=20)?, "limit": 1000 }),
        "sort" => json!(*bytes.choose(&["retainedSize", "selfSize", "ratio", "distance", "id", "count", "name"])?),
        "order" => json!(*bytes.choose(&["ascending", "descending"])?),
        "mode" => json!(*bytes.choose(&["classes", "new", "grown", "freed"])?),
        _ => number(bytes)?,
    })
}

/// Mostly an id of a small snapshot.
fn id(bytes: &mut Unstructured<'_>) -> Result<Value> {
    Ok(if bytes.ratio(1, 16)? { number(bytes)? } else { json!(bytes.int_in_range(0..=46)?) })
}

fn number(bytes: &mut Unstructured<'_>) -> Result<Value> {
    let extremes = [json!(0), json!(1), json!(7), json!(100_000), json!(u32::MAX), json!(1u64 << 53), json!(u64::MAX)];
    Ok(bytes.choose(&extremes)?.clone())
}

fn text(bytes: &mut Unstructured<'_>) -> Result<Value> {
    let pattern = *bytes.choose(&PATTERNS)?;
    Ok(match bytes.int_in_range(0..=3)? {
        0 => json!(pattern),
        1 => json!({ "exact": pattern }),
        2 => json!({ "contains": pattern }),
        _ => json!({ "regex": pattern, "flags": *bytes.choose(&["", "i", "ims", "v"])? }),
    })
}
