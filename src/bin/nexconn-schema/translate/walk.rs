//! The schemas below each keyword of drafts 04 to 2020-12.

use serde_json::{Map, Value};

use crate::generate::document::escape;

/// The schemas below a keyword.
pub(super) enum Below {
    /// One schema.
    One,
    /// A list of schemas.
    List,
    /// An object of schemas.
    Named,
}

/// Returns the kind of schemas below a keyword.
pub(super) fn below(keyword: &str, value: &Value) -> Option<Below> {
    match (keyword, value) {
        ("$defs" | "definitions" | "dependencies" | "dependentSchemas" | "patternProperties" | "properties", _) => {
            value.is_object().then_some(Below::Named)
        }
        ("allOf" | "anyOf" | "oneOf" | "prefixItems" | "items", Value::Array(_)) => Some(Below::List),
        (
            "additionalItems"
            | "additionalProperties"
            | "contains"
            | "else"
            | "if"
            | "items"
            | "not"
            | "propertyNames"
            | "then"
            | "unevaluatedItems"
            | "unevaluatedProperties",
            Value::Object(_) | Value::Bool(_),
        ) => Some(Below::One),
        _ => None,
    }
}

/// Calls `visit` with each child schema and its pointer.
pub(super) fn each_below<'a>(node: &'a Map<String, Value>, pointer: &str, mut visit: impl FnMut(&'a Value, String)) {
    for (keyword, value) in node {
        let at = || format!("{pointer}/{}", escape(keyword));
        match (below(keyword, value), value) {
            (Some(Below::One), _) => visit(value, at()),
            (Some(Below::List), Value::Array(values)) => {
                values.iter().enumerate().for_each(|(index, value)| visit(value, format!("{}/{index}", at())));
            }
            (Some(Below::Named), Value::Object(values)) => {
                values.iter().for_each(|(name, value)| visit(value, format!("{}/{}", at(), escape(name))));
            }
            _ => {}
        }
    }
}
