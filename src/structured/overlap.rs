//! Whether a value can match two branches of a strict schema. If not, `oneOf` and `anyOf` mean the same.
//!
//! Objects are closed and require all properties, so two objects with different properties share no value.

use serde_json::{Map, Value};

/// Maximum depth of references and properties. An enum's tag is at most three levels deep.
const MAX_DEPTH: usize = 16;

/// Returns the first two branches of the `anyOf` at the pointer with a possible common value.
pub(crate) fn overlap(root: &Value, pointer: &str) -> Option<(usize, usize)> {
    let branches = root.pointer(pointer)?.get("anyOf")?.as_array()?;
    let pairs = (0..branches.len()).flat_map(|other| (0..other).map(move |one| (one, other)));
    pairs.into_iter().find(|&(one, other)| !exclude(root, &branches[one], &branches[other], MAX_DEPTH))
}

/// Whether no value matches both.
fn exclude(root: &Value, one: &Value, other: &Value, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    for (schema, against) in [(one, other), (other, one)] {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            return target(root, reference).is_some_and(|schema| exclude(root, schema, against, depth));
        }
        if let Some(branches) = schema.get("anyOf").and_then(Value::as_array) {
            return branches.iter().all(|branch| exclude(root, branch, against, depth));
        }
    }
    match (values(one), values(other)) {
        (Some(one), Some(other)) => one.iter().all(|value| !other.contains(value)),
        (Some(values), None) => values.iter().all(|value| !kinds(other).contains(&kind(value))),
        (None, Some(values)) => values.iter().all(|value| !kinds(one).contains(&kind(value))),
        (None, None) => {
            let both: Vec<_> = kinds(one).into_iter().filter(|kind| kinds(other).contains(kind)).collect();
            both.iter().all(|kind| *kind == "object" && objects_exclude(root, one, other, depth))
        }
    }
}

fn objects_exclude(root: &Value, one: &Value, other: &Value, depth: usize) -> bool {
    let (Some(one), Some(other)) = (properties(one), properties(other)) else { return false };
    let same = one.len() == other.len() && one.keys().all(|name| other.contains_key(name));
    !same || one.iter().any(|(name, schema)| exclude(root, schema, &other[name], depth))
}

fn properties(schema: &Value) -> Option<&Map<String, Value>> {
    schema.get("properties")?.as_object()
}

/// Returns the target of a reference. Percent-encoded names aren't found, and count as unknown.
fn target<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    root.pointer(reference.strip_prefix('#')?)
}

/// Returns the allowed values, if they're listed.
fn values(schema: &Value) -> Option<Vec<&Value>> {
    match (schema.get("const"), schema.get("enum")) {
        (Some(value), _) => Some(vec![value]),
        (None, Some(Value::Array(values))) => Some(values.iter().collect()),
        _ => None,
    }
}

/// Returns the types of the allowed values. Integers count as numbers.
fn kinds(schema: &Value) -> Vec<&str> {
    let names = match schema.get("type") {
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        Some(name) => name.as_str().into_iter().collect(),
        None => vec!["null", "boolean", "number", "string", "array", "object"],
    };
    names.into_iter().map(|name| if name == "integer" { "number" } else { name }).collect()
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
