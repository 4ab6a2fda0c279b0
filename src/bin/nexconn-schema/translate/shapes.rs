//! Gives maps and unsigned integers their types, and warns of the parts that become `Json`.

use serde_json::{Value, json};

use super::tree::{self, restrict};
use super::warnings::Warnings;
use crate::generate::Document;
use crate::generate::document::escape;
use crate::generate::naming::marks::{AT, at, bare};

/// The number after the largest `i64`.
const AFTER_I64: f64 = 9_223_372_036_854_775_808.0;

const HELP: &str = "change the schema to give them a type";

/// Chooses the types, and warns.
pub(super) fn choose(root: &mut Value, raw: &Document, warnings: &mut Warnings) {
    tree::each_schema(root, &mut |node| {
        if !node.is_object() {
            return;
        }
        map(node);
        unsigned(node);
        warn(node, raw, warnings);
    });
}

/// Makes a map of an object whose only properties have one pattern.
fn map(node: &mut Value) {
    let is_closed = node["additionalProperties"] == false;
    let Some(patterns) = node["patternProperties"].as_object().filter(|_| node.get("properties").is_none()) else {
        return;
    };
    let mut schemas = patterns.values();
    let Some(first) = schemas.next() else { return };
    let is_open = node.get("additionalProperties").is_none() && patterns.len() == 1;
    if (!is_closed && !is_open) || !schemas.all(|other| bare(other) == bare(first)) {
        return;
    }
    let first = first.clone();
    if is_closed {
        let rules = json!({ "patternProperties": node["patternProperties"], "additionalProperties": false });
        node["allOf"] = json!([rules]);
        restrict(node, "allOf");
    }
    if is_open {
        // Validators don't check the others.
        node["x-open"] = true.into();
    }
    restrict(node, "patternProperties");
    node["type"] = "object".into();
    node["additionalProperties"] = first;
}

/// Chooses `u64` or `f64` for integers beyond `i64`.
fn unsigned(node: &mut Value) {
    if node["type"] != "integer" {
        return;
    }
    let bound = |keyword: &str| node[keyword].as_f64();
    let maximum = bound("maximum").or_else(|| bound("exclusiveMaximum"));
    let minimum = bound("minimum").or_else(|| bound("exclusiveMinimum"));
    let is_unsigned = minimum.is_none_or(|minimum| minimum >= 0.0);
    // As a float, the largest `i64` would be the number after it.
    let fits = ["maximum", "exclusiveMaximum"].iter().any(|keyword| node[*keyword].is_i64());
    let is_large = !fits && maximum.is_some_and(|maximum| maximum >= AFTER_I64);
    if is_unsigned
        && (node["format"] == "uint64" || (is_large && minimum.is_some() && maximum <= Some(AFTER_I64 * 2.0)))
    {
        node["format"] = "uint64".into();
        return;
    }
    if node["format"] == "uint64" {
        // The bounds allow other numbers.
        restrict(node, "format");
    }
    if is_large || minimum.is_some_and(|minimum| minimum < -AFTER_I64) {
        node["type"] = "number".into();
    }
}

/// Warns of typed parts without a Rust type.
fn warn(node: &Value, raw: &Document, warnings: &mut Warnings) {
    let has_properties = node["properties"].as_object().is_some_and(|properties| !properties.is_empty());
    let mut json = |keyword: &str, problem: &str| {
        // The keyword may have another name in the file, such as `unevaluatedProperties`.
        let place = match at(&node[keyword]) {
            "" => raw.place(at(node)).below(&format!("/{}", escape(keyword))),
            own => raw.place(own),
        };
        warnings.add(place, problem, HELP);
    };
    if node["patternProperties"].as_object().is_some_and(|patterns| patterns.values().any(is_typed)) {
        json("patternProperties", "properties with a pattern have no fields, so they become `Json` in `extra`");
    }
    if has_properties && is_typed(&node["additionalProperties"]) {
        json("additionalProperties", "other properties have no fields, so they become `Json` in `extra`");
    }
    let kinds = node["enum"].as_array().into_iter().flatten();
    let is_mixed = node.get("type").is_none() && kinds.clone().any(|value| value.is_array() || value.is_object());
    if is_mixed {
        json("enum", "the values are arrays or objects, so they become `Json`");
    }
    if node["items"].as_array().is_some_and(|items| items.iter().any(is_typed)) {
        let place = raw.place(at(node));
        warnings.add(place, "the items have schemas by position, so they become `Json`", HELP);
    }
}

/// Returns true if a schema has more than annotations.
fn is_typed(schema: &Value) -> bool {
    schema.as_object().is_some_and(|schema| !tree::is_any(schema) && schema.keys().any(|keyword| keyword != AT))
}
