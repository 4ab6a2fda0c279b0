//! The part of a schema for one document. Validating with it costs no more than the document.

use serde_json::{Map, Value};

use super::schemas::{references, resolve};

/// Maximum depth of the schemas for one document.
const MAX_DEPTH: usize = 100;
/// Keywords whose schemas apply to parts a document doesn't determine. They're kept if they have no references.
const INDIRECT: [&str; 6] =
    ["additionalItems", "contains", "definitions", "dependencies", "patternProperties", "propertyNames"];

/// Returns a schema without references. It accepts the document if and only if `node` does.
///
/// Returns `None` if it can't be determined.
pub(super) fn reduced(root: &Value, node: &Value, document: &Value) -> Option<Value> {
    below(root, node, document, 0)
}

fn below(root: &Value, node: &Value, document: &Value, depth: usize) -> Option<Value> {
    let Value::Object(map) = resolve(root, node)? else { return Some(node.clone()) };
    if depth > MAX_DEPTH {
        return None;
    }
    let inner = |schema: &Value, document: &Value| below(root, schema, document, depth + 1);
    let mut kept = Map::new();
    for (keyword, value) in map {
        let value = match (keyword.as_str(), value) {
            ("definitions" | "properties" | "additionalProperties" | "$id" | "$schema", _) => continue,
            (keyword, value) if INDIRECT.contains(&keyword) => {
                // Other properties are those without a pattern, too.
                let is_alone = keyword != "patternProperties" || !map.contains_key("additionalProperties");
                Some(value.clone()).filter(|value| is_alone && references(value).is_empty())?
            }
            ("enum", Value::Array(values)) => Value::Array(
                values.iter().find(|value| *value == document).or(values.first()).into_iter().cloned().collect(),
            ),
            ("required", Value::Array(names)) => {
                let is_missing = |name: &&Value| name.as_str().is_some_and(|name| document.get(name).is_none());
                names.iter().filter(is_missing).take(1).cloned().collect()
            }
            ("items", Value::Array(_)) => return None,
            ("items", schema) => match document.as_array().map(Vec::as_slice) {
                None | Some([]) => continue,
                Some(items) => Value::Array(items.iter().map(|item| inner(schema, item)).collect::<Option<_>>()?),
            },
            ("anyOf" | "oneOf" | "allOf", Value::Array(branches)) => {
                Value::Array(branches.iter().map(|branch| inner(branch, document)).collect::<Option<_>>()?)
            }
            ("not" | "if" | "then" | "else", schema) => inner(schema, document)?,
            _ => value.clone(),
        };
        kept.insert(keyword.clone(), value);
    }
    let named = map.get("properties").and_then(Value::as_object);
    let others = map.get("additionalProperties");
    let mut properties = Map::new();
    for (name, value) in document.as_object().into_iter().flatten() {
        if let Some(schema) = named.and_then(|named| named.get(name)).or(others) {
            properties.insert(name.clone(), inner(schema, value)?);
        }
    }
    kept.insert("properties".to_owned(), properties.into());
    Some(kept.into())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use serde_json::json;

    use super::super::validate::build;
    use super::reduced;

    #[test]
    fn patterns_are_kept_unless_they_refer_to_schemas_or_exclude_other_properties() {
        let node = json!({ "type": "object", "patternProperties": { "^x": { "type": "integer" } } });
        for (document, is_valid) in
            [(json!({ "x": 1 }), true), (json!({ "x": "a" }), false), (json!({ "a": "b" }), true)]
        {
            let schema = reduced(&node, &node, &document).unwrap();
            assert_eq!(build(&schema).unwrap().is_valid(&document), is_valid, "{document}");
        }
        for more in [
            json!({ "patternProperties": { "^x": { "type": "integer" } }, "additionalProperties": { "type": "string" } }),
            json!({ "patternProperties": { "^x": { "$ref": "#" } } }),
        ] {
            assert_eq!(reduced(&more, &more, &json!({ "x": 1 })), None, "{more}");
        }
    }
}
