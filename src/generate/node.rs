//! Predicates on one schema node.

use std::collections::BTreeSet;

use serde_json::Value;

use super::document::Document;
pub(crate) use super::kind::Kind;

/// Returns the branches of a union. `[X, {"type": "null"}]` isn't a union but a nullable X.
pub(crate) fn branches(node: &Value) -> Option<(&'static str, &[Value])> {
    let keyword = ["oneOf", "anyOf"].into_iter().find(|keyword| node.get(keyword).is_some())?;
    let branches = node[keyword].as_array()?;
    (!matches!(branches.as_slice(), [_, null] | [null, _] if is_null(null))).then_some((keyword, branches))
}

/// Returns X of `anyOf: [X, null]`, or the node itself.
///
/// Nullable and optional properties are the same in Rust: `null` counts as absent.
pub(crate) fn without_null(node: &Value) -> &Value {
    let pair = node.get("anyOf").or_else(|| node.get("oneOf")).and_then(Value::as_array).map(Vec::as_slice);
    match pair {
        Some([inner, null] | [null, inner]) if is_null(null) => inner,
        _ => node,
    }
}

/// Returns true if the schema accepts `null`.
pub(crate) fn nullable(node: &Value) -> bool {
    !std::ptr::eq(without_null(node), node)
        || node["type"].as_array().is_some_and(|types| types.contains(&"null".into()))
}

fn is_null(node: &Value) -> bool {
    node["type"] == "null"
}

/// Returns the names in `type`, without `null`.
pub(crate) fn types(node: &Value) -> Vec<&str> {
    let names = match &node["type"] {
        Value::String(name) => vec![name.as_str()],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    names.into_iter().filter(|name| *name != "null").collect()
}

/// Returns the kind of value of a node without `$ref`; `None` for any value, or several kinds.
pub(crate) fn kind(node: &Value) -> Option<Kind> {
    match types(node).as_slice() {
        [name] => Kind::from_name(name),
        [] if node.get("properties").is_some() => Some(Kind::Object),
        [] if values(node).is_some() => Some(Kind::String),
        _ => None,
    }
}

/// Returns the kinds of value of a branch, and follows references.
pub(crate) fn kinds(document: &Document, node: &Value) -> BTreeSet<Kind> {
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut left = vec![node];
    while let Some(node) = left.pop() {
        if let Some(name) = document.target(node) {
            if seen.insert(name.clone()) {
                left.push(document.definition(&name));
            }
        } else if let Some((_, branches)) = branches(node) {
            left.extend(branches);
        } else {
            found.extend(kind(node));
        }
    }
    found
}

/// Returns true if values of the type are always boxed: objects and tagged unions, which nest and are large.
pub(crate) fn is_boxed(target: &Value) -> bool {
    target.get("x-tag").is_some() || kind(target) == Some(Kind::Object)
}

/// Returns true if a union of kinds would contain itself without a pointer.
pub(crate) fn holds_itself(document: &Document, union: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut left = vec![document.definition(union)];
    while let Some(node) = left.pop() {
        let held: Vec<_> = if let Some((_, branches)) = branches(node) {
            branches.iter().filter_map(|branch| document.target(branch)).collect()
        } else {
            let properties = node["properties"].as_object().into_iter().flat_map(|map| map.values());
            let targets = properties.filter_map(|property| document.target(without_null(property)));
            targets.filter(|name| !is_boxed(document.definition(name))).collect()
        };
        for name in held {
            if name == union {
                return true;
            }
            if seen.insert(name.clone().into_owned()) {
                left.push(document.definition(&name));
            }
        }
    }
    false
}

/// Returns the values of a string enum.
pub(crate) fn values(node: &Value) -> Option<Vec<&str>> {
    node.get("enum")?.as_array()?.iter().filter(|value| !value.is_null()).map(Value::as_str).collect()
}

/// Returns the JSON texts of an enum's values if none is a string.
pub(crate) fn other_values(node: &Value) -> Vec<String> {
    let values = node["enum"].as_array().filter(|values| !values.iter().any(Value::is_string));
    values.into_iter().flatten().map(Value::to_string).collect()
}

/// Returns the only value of a string constant.
pub(crate) fn only_value(node: &Value) -> Option<&str> {
    match values(node)?.as_slice() {
        [value] => Some(value),
        _ => None,
    }
}

/// Returns the items of an array of strings.
pub(crate) fn strings(node: &Value) -> Vec<&str> {
    node.as_array().map(|names| names.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
}

/// Returns true if two arguments of this schema could be swapped: strings and numbers.
pub(crate) fn is_scalar(node: &Value) -> bool {
    let node = without_null(node);
    let kind = kind(node);
    node.get("$ref").is_none()
        && values(node).is_none()
        && matches!(kind, Some(Kind::String | Kind::Integer | Kind::Number))
}

/// Returns true if a field can start empty, for a setter to fill: scalars, booleans and arrays.
pub(crate) fn has_empty(node: &Value) -> bool {
    is_scalar(node) || node.get("$ref").is_none() && matches!(kind(node), Some(Kind::Boolean | Kind::Array))
}

/// Returns the values of the property `tag` by which an object type is identified in a union.
pub(crate) fn tags<'a>(document: &'a Document, definition: &str, tag: &str) -> Vec<&'a str> {
    let node = without_null(&document.definition(definition)["properties"][tag]);
    let node = document.target(node).map_or(node, |name| document.definition(&name));
    values(node).unwrap_or_default()
}
