//! Digests of schemas, for overlay entries about a published part.

use serde_json::Value;

/// Keywords whose values are sets: their order has no meaning.
const SETS: [&str; 3] = ["enum", "required", "type"];

/// Returns 64-bit FNV-1a of a schema in hexadecimal, without its descriptions, the order of its keys and that of sets.
pub(crate) fn digest(schema: &Value) -> String {
    let mut schema = normal(schema);
    // Another crate may turn on serde_json's `preserve_order`.
    schema.sort_all_objects();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in schema.to_string().bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("{hash:016x}")
}

/// Returns true if two values of a keyword mean the same.
pub(crate) fn is_same(keyword: &str, left: &Value, right: &Value) -> bool {
    sorted(keyword, left) == sorted(keyword, right)
}

fn normal(schema: &Value) -> Value {
    let Value::Object(map) = schema else { return schema.clone() };
    let kept = map.iter().filter(|(keyword, value)| *keyword != "description" || !value.is_string());
    kept.map(|(keyword, value)| (keyword.clone(), normal_value(keyword, value))).collect()
}

fn normal_value(keyword: &str, value: &Value) -> Value {
    match (keyword, value) {
        ("const" | "default" | "enum" | "examples" | "required" | "type", _) => sorted(keyword, value),
        ("$defs" | "definitions" | "dependencies" | "patternProperties" | "properties", Value::Object(named)) => {
            named.iter().map(|(name, schema)| (name.clone(), normal(schema))).collect()
        }
        (_, Value::Array(schemas)) => schemas.iter().map(normal).collect(),
        _ => normal(value),
    }
}

fn sorted(keyword: &str, value: &Value) -> Value {
    let mut value = value.clone();
    if let (true, Value::Array(values)) = (SETS.contains(&keyword), &mut value) {
        values.sort_by_cached_key(Value::to_string);
    }
    value
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn descriptions_do_not_count() {
        let schema =
            json!({ "type": "object", "properties": { "description": { "type": "string", "description": "D." } } });
        let other =
            json!({ "description": "All.", "properties": { "description": { "type": "string" } }, "type": "object" });
        assert_eq!(digest(&schema), digest(&other));
        assert_ne!(digest(&schema), digest(&json!({ "type": "object", "properties": {} })));
        assert_eq!(digest(&json!({})), "08f44b07b5901a25", "digests are in files");
    }

    #[test]
    fn the_order_of_sets_does_not_count() {
        let schema = json!({ "type": ["string", "null"], "enum": ["a", "b", null], "required": ["a", "b"] });
        let other = json!({ "type": ["null", "string"], "enum": [null, "b", "a"], "required": ["b", "a"] });
        assert_eq!(digest(&schema), digest(&other));
        for (one, other) in [
            (json!({ "default": ["a", "b"] }), json!({ "default": ["b", "a"] })),
            (json!({ "default": { "description": "a" } }), json!({ "default": {} })),
            (json!({ "anyOf": [{ "type": "string" }, {}] }), json!({ "anyOf": [{}, { "type": "string" }] })),
            (
                json!({ "properties": { "enum": { "enum": [1] } } }),
                json!({ "properties": { "enum": { "enum": [2] } } }),
            ),
        ] {
            assert_ne!(digest(&one), digest(&other), "{one} {other}");
        }
    }
}
