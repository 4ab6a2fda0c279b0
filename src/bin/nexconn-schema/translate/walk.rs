//! The schemas below a schema, in drafts 04 to 2020-12.

use serde_json::{Map, Value};

use crate::generate::document::escape;
use crate::generate::vocabulary::{Below, below};

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

/// Replaces each schema below a keyword. Returns `None` if the value has none.
pub(super) fn replace_below(
    keyword: &str,
    value: &Value,
    at: &str,
    mut replace: impl FnMut(&Value, &str) -> Value,
) -> Option<Value> {
    Some(match (below(keyword, value)?, value) {
        (Below::Named, Value::Object(named)) => {
            let each =
                named.iter().map(|(name, schema)| (name.clone(), replace(schema, &format!("{at}/{}", escape(name)))));
            Value::Object(each.collect())
        }
        (Below::List, Value::Array(schemas)) => {
            schemas.iter().enumerate().map(|(index, schema)| replace(schema, &format!("{at}/{index}"))).collect()
        }
        _ => replace(value, at),
    })
}
