//! Whether a value can fit two branches of a strict schema: where not, `oneOf` and `anyOf` are the
//! same.
//!
//! Place in the flow: asked by `closing.rs` about the finished schema. All objects are closed by
//! then, and all their properties required, so that two of different properties share no value.

use serde_json::{Map, Value};

/// How far references and properties are followed; an enum's tag is at most three steps away.
const STEPS: usize = 16;

/// The first two branches of the `anyOf` at the pointer that are not known to exclude one another.
pub(crate) fn overlap(root: &Value, pointer: &str) -> Option<(usize, usize)> {
    let branches = root.pointer(pointer)?.get("anyOf")?.as_array()?;
    let pairs = (0..branches.len()).flat_map(|other| (0..other).map(move |one| (one, other)));
    pairs.into_iter().find(|&(one, other)| !exclude(root, &branches[one], &branches[other], STEPS))
}

/// Whether it is certain that no value fits both.
fn exclude(root: &Value, one: &Value, other: &Value, steps: usize) -> bool {
    let Some(steps) = steps.checked_sub(1) else { return false };
    for (schema, against) in [(one, other), (other, one)] {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            return target(root, reference).is_some_and(|schema| exclude(root, schema, against, steps));
        }
        if let Some(branches) = schema.get("anyOf").and_then(Value::as_array) {
            return branches.iter().all(|branch| exclude(root, branch, against, steps));
        }
    }
    match (values(one), values(other)) {
        (Some(one), Some(other)) => one.iter().all(|value| !other.contains(value)),
        (Some(values), None) => values.iter().all(|value| !kinds(other).contains(&kind(value))),
        (None, Some(values)) => values.iter().all(|value| !kinds(one).contains(&kind(value))),
        (None, None) => {
            let both: Vec<_> = kinds(one).into_iter().filter(|kind| kinds(other).contains(kind)).collect();
            both.iter().all(|kind| *kind == "object" && objects_exclude(root, one, other, steps))
        }
    }
}

fn objects_exclude(root: &Value, one: &Value, other: &Value, steps: usize) -> bool {
    let (Some(one), Some(other)) = (properties(one), properties(other)) else { return false };
    let same = one.len() == other.len() && one.keys().all(|name| other.contains_key(name));
    !same || one.iter().any(|(name, schema)| exclude(root, schema, &other[name], steps))
}

fn properties(schema: &Value) -> Option<&Map<String, Value>> {
    schema.get("properties")?.as_object()
}

/// The definition; the names that need percent-encoding are not found, and count as unknown.
fn target<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    root.pointer(reference.strip_prefix('#')?)
}

/// The values that fit, where they are listed.
fn values(schema: &Value) -> Option<Vec<&Value>> {
    match (schema.get("const"), schema.get("enum")) {
        (Some(value), _) => Some(vec![value]),
        (None, Some(Value::Array(values))) => Some(values.iter().collect()),
        _ => None,
    }
}

/// The types of the values that fit; integers count as numbers.
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
