//! Walks a translated document.

use serde_json::{Map, Value, json};

use crate::generate::naming::marks::{AT, each_below};
use crate::generate::pointer::unescape;
use crate::generate::vocabulary;

/// Maximum number of references to follow.
const MAX_CHAIN: usize = 64;

/// Returns the schema that a node refers to, or the node itself.
pub(super) fn resolved<'a>(root: &'a Value, node: &'a Value) -> &'a Value {
    let mut node = node;
    for _ in 0..MAX_CHAIN {
        let target = match node["$ref"].as_str() {
            None => return node,
            Some("#") => return root,
            Some(reference) => reference.strip_prefix("#/definitions/").map(unescape),
        };
        let Some(target) = target.and_then(|key| root["definitions"].get(key)) else { return node };
        node = target;
    }
    node
}

/// Calls `visit` with each schema, inner ones first.
pub(crate) fn each_schema(node: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    if let Value::Object(map) = node {
        each_below(map, "", |child, _| each_schema(child, visit));
    }
    visit(node);
}

/// Changes references.
pub(super) fn update_references(root: &mut Value, change: &dyn Fn(&str) -> Option<String>) {
    each_schema(root, &mut |node| {
        if let Some(changed) = node.get("$ref").and_then(Value::as_str).and_then(change) {
            node["$ref"] = changed.into();
        }
    });
}

/// Leaves a keyword to validators: the schema accepts the same values, and its Rust type doesn't show it.
pub(super) fn restrict(node: &mut Value, keyword: &str) {
    let value = node.as_object_mut().and_then(|map| map.remove(keyword));
    if let Some(value) = value {
        restrict_to(node, &json!({ keyword: value }));
    }
}

/// Leaves a schema to validators, which check it as well.
pub(super) fn restrict_to(node: &mut Value, schema: &Value) {
    let Value::Object(map) = node else { return };
    let denied = json!({ "not": schema });
    let denied = match map.remove("not") {
        Some(other) => json!({ "anyOf": [other, denied] }),
        None => denied,
    };
    map.insert("not".to_owned(), denied);
}

/// Keeps only annotations: any value is accepted.
pub(super) fn empty(node: &mut Value) {
    let Value::Object(map) = node else { return };
    map.retain(|keyword, _| is_kept(keyword));
}

/// Returns true for the keywords of a schema that accepts any value.
pub(super) fn is_kept(keyword: &str) -> bool {
    keyword == AT || keyword == "definitions" || (vocabulary::is_annotation(keyword) && !keyword.starts_with("x-"))
}

/// Returns true if a schema accepts any value.
pub(super) fn is_any(node: &Map<String, Value>) -> bool {
    node.keys().all(|keyword| is_kept(keyword))
}
