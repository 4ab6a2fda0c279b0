//! Whether two parts of a schema are equal but for annotations and the names of types.

use serde_json::{Map, Value};

use super::names::Names;
use crate::diff::vocabulary::is_annotation;

/// The part with the names of the new side.
pub(crate) fn renamed(node: &Value, names: &Names) -> Value {
    match node {
        Value::Array(items) => items.iter().map(|item| renamed(item, names)).collect(),
        Value::Object(map) => {
            let value = |key: &str, value: &Value| match value
                .as_str()
                .and_then(|text| text.strip_prefix("#/definitions/"))
            {
                Some(name) if key == "$ref" => format!("#/definitions/{}", names.new_name(name).unwrap_or(name)).into(),
                _ => renamed(value, names),
            };
            map.iter().map(|(key, inner)| (key.clone(), value(key, inner))).collect()
        }
        other => other.clone(),
    }
}

/// The schema without annotations.
pub(crate) fn undescribed(schema: &Value) -> Value {
    let Value::Object(map) = schema else { return schema.clone() };
    let kept = map.iter().filter(|(keyword, _)| !is_annotation(keyword));
    kept.map(|(keyword, value)| (keyword.clone(), below(keyword, value))).collect::<Map<_, _>>().into()
}

/// The value of a keyword without annotations in its schemas.
fn below(keyword: &str, value: &Value) -> Value {
    match (keyword, value) {
        ("const" | "enum" | "required", _) => value.clone(),
        ("dependencies" | "patternProperties" | "properties", Value::Object(named)) => {
            named.iter().map(|(name, schema)| (name.clone(), undescribed(schema))).collect()
        }
        (_, Value::Array(schemas)) => schemas.iter().map(undescribed).collect(),
        _ => undescribed(value),
    }
}
