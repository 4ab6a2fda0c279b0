//! Digests of schemas, for overlay entries that depend on a published part.

use serde_json::Value;

/// Returns 64-bit FNV-1a of a schema in hexadecimal, without its descriptions and the order of its keys.
pub(crate) fn digest(schema: &Value) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in without_descriptions(schema).to_string().bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("{hash:016x}")
}

fn without_descriptions(schema: &Value) -> Value {
    match schema {
        Value::Object(object) => {
            let kept = object.iter().filter(|(key, value)| *key != "description" || !value.is_string());
            kept.map(|(key, value)| (key.clone(), without_descriptions(value))).collect()
        }
        Value::Array(values) => values.iter().map(without_descriptions).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => schema.clone(),
    }
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
}
