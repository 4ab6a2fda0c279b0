//! Values that servers send in place of those that the schema says: for each property of each event and item, from the
//! merged schema that the build leaves.

use std::collections::BTreeSet;

use nexconn_responses::types::{JsonText, OutputItem, StreamEvent};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// How deeply samples have their optional properties.
const DEPTH: usize = 3;

struct Schema(Value);

impl Schema {
    fn read() -> Self {
        let text = include_str!(concat!(env!("OUT_DIR"), "/schema.json"));
        Self(serde_json::from_str(text).unwrap())
    }

    fn definition<'a>(&'a self, node: &'a Value) -> &'a Value {
        let name = node["$ref"].as_str().and_then(|name| name.strip_prefix("#/definitions/"));
        name.map_or(node, |name| &self.0["definitions"][name])
    }

    /// The branches that aren't null, of a union or of any other node.
    fn branches<'a>(&'a self, node: &'a Value) -> Vec<&'a Value> {
        let node = self.definition(node);
        match node["oneOf"].as_array().or(node["anyOf"].as_array()) {
            Some(branches) => branches.iter().flat_map(|branch| self.branches(branch)).collect(),
            None if node["type"] == "null" => Vec::new(),
            None => vec![node],
        }
    }

    fn is_nullable(&self, node: &Value) -> bool {
        let branches = node["oneOf"].as_array().or(node["anyOf"].as_array());
        let is_null = |node: &Value| {
            node["type"] == "null" || node["type"].as_array().is_some_and(|types| types.contains(&json!("null")))
        };
        is_null(node) || branches.into_iter().flatten().any(is_null)
    }

    /// The JSON types that a property may have; none for any.
    fn types(&self, node: &Value) -> BTreeSet<String> {
        let types = self.branches(node).into_iter().flat_map(|branch| match &branch["type"] {
            Value::String(name) => vec![name.clone()],
            Value::Array(names) => names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ if branch.get("properties").is_some() => vec!["object".to_owned()],
            _ if branch.get("enum").is_some() => vec!["string".to_owned()],
            _ => vec!["any".to_owned()],
        });
        types.collect()
    }

    /// A value as the schema says, with all properties of the first levels.
    fn sample(&self, node: &Value, depth: usize) -> Value {
        let Some(node) = self.branches(node).first().copied() else { return Value::Null };
        if let Some(first) = node["enum"].as_array().and_then(|values| values.first()) {
            return first.clone();
        }
        let name = node["type"].as_array().and_then(|names| names.first()).unwrap_or(&node["type"]);
        match name.as_str() {
            Some("string") => json!("x"),
            Some("boolean") => json!(true),
            Some("integer") => json!(1),
            Some("number") => json!(1.5),
            Some("array") if depth < DEPTH => json!([self.sample(&node["items"], depth + 1)]),
            Some("array") => json!([]),
            _ => {
                let properties = node["properties"].as_object().into_iter().flatten();
                let chosen = properties.filter(|(key, _)| depth < DEPTH || required(node).contains(key.as_str()));
                chosen.map(|(key, node)| (key.clone(), self.sample(node, depth + 1))).collect::<Map<_, _>>().into()
            }
        }
    }
}

fn required(node: &Value) -> BTreeSet<&str> {
    node["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Whether a value of this type is allowed where these are. A string may be any of an enum.
fn allows(types: &BTreeSet<String>, value: &Value) -> bool {
    let name = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) if types.contains("integer") => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    types.contains("any") || types.contains(name)
}

/// Checks all values of a property, and that of none, for all variants of a union. Returns how many.
fn check<T: JsonText + DeserializeOwned + PartialEq + std::fmt::Debug>(
    union: &str,
    tag: fn(&T) -> Option<&str>,
) -> usize {
    let schema = Schema::read();
    let union = schema.0["definitions"][union].clone();
    let mut count = 0;
    for variant in schema.branches(&union) {
        let sample = schema.sample(variant, 0);
        let pointers = |value: &T| value.mismatches().into_iter().map(|mismatch| mismatch.pointer).collect::<Vec<_>>();
        assert_eq!(pointers(&T::from_json(&sample.to_string()).unwrap()), [""; 0], "{sample}");
        for (key, node) in variant["properties"].as_object().into_iter().flatten().filter(|(key, _)| *key != "type") {
            let types = schema.types(node);
            let others = [Value::Null, json!(true), json!(7), json!(2.5), json!("y"), json!([]), json!({})];
            for other in others.iter().map(Some).chain([None]) {
                let mut object = sample.as_object().unwrap().clone();
                match other {
                    Some(other) => object.insert(key.clone(), other.clone()),
                    None => object.remove(key),
                };
                let value = Value::from(object);
                let typed = T::from_json(&value.to_string()).unwrap();
                assert_eq!(tag(&typed), sample["type"].as_str(), "{value}");
                assert!(!format!("{typed:?}").starts_with("Unknown("), "{value}");
                assert_eq!(serde_json::from_str::<Value>(&typed.to_json()).unwrap(), value);
                let is_mismatch = match other {
                    None | Some(Value::Null) => required(variant).contains(key.as_str()) && !schema.is_nullable(node),
                    Some(Value::Number(number)) if number.is_f64() && !types.contains("number") => {
                        !types.contains("any")
                    }
                    Some(other) => !allows(&types, other),
                };
                let listed = pointers(&typed).iter().any(|pointer| *pointer == format!("/{key}"));
                assert_eq!(listed, is_mismatch, "/{key} of {value}: {:?}", typed.mismatches());
                assert_eq!(serde_json::from_value::<T>(value).unwrap(), typed);
                count += 1;
            }
        }
    }
    count
}

#[test]
fn an_event_with_any_value_in_a_property_is_typed_and_comes_out_the_same() {
    assert!(check("StreamEvent", StreamEvent::type_) > 1_500);
}

#[test]
fn an_item_with_any_value_in_a_property_is_typed_and_comes_out_the_same() {
    assert!(check("OutputItem", OutputItem::type_) > 1_000);
}
