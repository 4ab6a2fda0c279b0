//! Whether two parts of a schema are equal but for annotations and the names of types.

use serde_json::{Map, Value, json};

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

/// The schema in a form shared by some schemas of the same values: without annotations and keywords
/// that restrict nothing, with constants as enums, and with `null` among the types.
pub(crate) fn canonical(schema: &Value) -> Value {
    let Value::Object(map) = undescribed(schema) else { return schema.clone() };
    let mut map = map;
    for keyword in ["anyOf", "oneOf"] {
        let Some([one, other]) = map.get(keyword).and_then(Value::as_array).map(Vec::as_slice) else { continue };
        let null = json!({ "type": "null" });
        let inner = if *one == null { other } else { one };
        if (*one == null || *other == null)
            && map.len() == 1
            && inner.get("type").is_some()
            && inner.get("enum").is_none()
        {
            let mut merged = inner.as_object().cloned().unwrap_or_default();
            let types = merged.get("type").cloned().unwrap_or_default();
            let types = types.as_array().cloned().unwrap_or_else(|| vec![types]);
            merged.insert("type".to_owned(), types.into_iter().chain(["null".into()]).collect());
            map = merged;
            break;
        }
    }
    if let Some(constant) = map.remove("const") {
        map.insert("enum".to_owned(), json!([constant]));
    }
    if let Some(Value::Array(types)) = map.get_mut("type") {
        types.sort_by_key(Value::to_string);
        if let [only] = types.as_slice() {
            let only = only.clone();
            map.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(names)) = map.get_mut("required") {
        names.sort_by_key(Value::to_string);
    }
    let is_string = |values: &Value| values.as_array().is_some_and(|values| values.iter().all(Value::is_string));
    if map.get("type").is_some_and(|kind| kind == "string") && map.get("enum").is_some_and(is_string) {
        map.remove("type");
    }
    if let Some(Value::Array(values)) = map.get_mut("enum") {
        values.sort_by_key(Value::to_string);
    }
    map.retain(|keyword, value| match keyword.as_str() {
        "required" => *value != json!([]),
        "additionalProperties" => *value != json!(true) && *value != json!({}),
        _ => true,
    });
    map.into()
}
