//! Random values of a schema, as a typed client writes them, and the validator that decides about them.
//!
//! They are made without the comparison's own search for examples; the validator removes invalid ones. A
//! typed client writes the properties its schema names, and leaves out optional ones instead of
//! writing `null`.

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

use super::rng::Rng;

/// Depth from which optional parts are left out.
const MAX_DEPTH: usize = 6;

/// How deep a value nests whose schema asks for one within the other without an end. The validator tries it out.
const MAX_NESTING: usize = 40;

/// Strings of various lengths, for various formats and patterns.
const TEXTS: [&str; 14] = [
    "",
    "a",
    "b",
    "red",
    "abcdefgh",
    "a text of many words, of more than forty characters",
    "x-1",
    "X9",
    "7",
    "2024-02-29",
    "2024-02-29T12:00:00Z",
    "someone@example.com",
    "https://example.com/a",
    "123e4567-e89b-12d3-a456-426614174000",
];

/// A validator of draft 07, formats included; with `uuid`, which that draft lacks and schemas use.
pub(super) fn validator(schema: &Value) -> Validator {
    let is_uuid = |text: &str| {
        let fits =
            |(at, c): (usize, char)| if [8, 13, 18, 23].contains(&at) { c == '-' } else { c.is_ascii_hexdigit() };
        text.len() == 36 && text.chars().enumerate().all(fits)
    };
    let options = jsonschema::options().with_draft(Draft::Draft7).should_validate_formats(true);
    options.with_format("uuid", is_uuid).build(schema).unwrap()
}

/// Returns the valid ones of `tries` random values.
pub(super) fn valid(schema: &Value, rng: &mut Rng, tries: usize) -> Vec<Value> {
    valid_for(schema, &validator(schema), rng, tries)
}

/// Returns those of `tries` random values of a schema that are valid for a validator.
pub(super) fn valid_for(schema: &Value, validator: &Validator, rng: &mut Rng, tries: usize) -> Vec<Value> {
    let values = (0..tries).map(|_| value(schema, schema, rng, 0));
    values.filter(|value| validator.is_valid(value)).collect()
}

fn value(root: &Value, node: &Value, rng: &mut Rng, depth: usize) -> Value {
    if depth > MAX_NESTING {
        return Value::Null;
    }
    if let Some(reference) = node["$ref"].as_str() {
        let target = root.pointer(reference.trim_start_matches('#')).unwrap();
        return value(root, target, rng, depth);
    }
    if let Some(constant) = node.get("const") {
        return constant.clone();
    }
    if let Some(values) = node["enum"].as_array() {
        return rng.pick(values).clone();
    }
    if let Some(branches) = node["anyOf"].as_array().or(node["oneOf"].as_array()) {
        return value(root, rng.pick(branches), rng, depth + 1);
    }
    let kind = match &node["type"] {
        Value::String(kind) => kind.as_str(),
        Value::Array(kinds) => rng.pick(kinds).as_str().unwrap(),
        _ if node.get("properties").is_some() => "object",
        _ => rng.pick(&["null", "boolean", "integer", "number", "string"]),
    };
    match kind {
        "null" => Value::Null,
        "boolean" => rng.once_in(2).into(),
        "number" if rng.once_in(2) => (f64::from(whole(rng)) / 4.0).into(),
        "integer" | "number" => whole(rng).into(),
        "string" => (*rng.pick(&TEXTS)).into(),
        "array" => {
            let most = if depth > MAX_DEPTH { 1 } else { 4 };
            let items = node.get("items").cloned().unwrap_or(json!({}));
            let least = node["minItems"].as_u64().map_or(0, |least| usize::try_from(least).unwrap().min(3));
            (0..least + rng.below(most)).map(|_| value(root, &items, rng, depth + 1)).collect()
        }
        _ => object(root, node, rng, depth),
    }
}

fn whole(rng: &mut Rng) -> i32 {
    *rng.pick(&[-101, -3, -1, 0, 1, 2, 3, 5, 7, 10, 64, 100, 101, 1000, 2001])
}

fn object(root: &Value, node: &Value, rng: &mut Rng, depth: usize) -> Value {
    let mut object = Map::new();
    let required = node["required"].as_array().cloned().unwrap_or_default();
    for (key, property) in node["properties"].as_object().into_iter().flatten() {
        let is_required = required.iter().any(|name| name == key);
        let is_forced = node["x-forced"] == key.as_str();
        if !is_required && !is_forced && (depth > MAX_DEPTH || rng.once_in(2)) {
            continue;
        }
        let value = value(root, property, rng, depth + 1);
        if is_required || !value.is_null() {
            object.insert(key.clone(), value);
        }
    }
    if node["additionalProperties"].is_object() && node.get("properties").is_none() {
        for key in ["a", "b", "x-1"] {
            if depth <= MAX_DEPTH && rng.once_in(2) {
                object.insert(key.to_owned(), value(root, &node["additionalProperties"], rng, depth + 1));
            }
        }
    }
    object.into()
}
