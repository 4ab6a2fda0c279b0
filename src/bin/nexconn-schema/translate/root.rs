//! Gives the root a name and the form of a type: an object, an enum or a union.

use serde_json::{Map, Value, json};

use super::tree::{resolved, update_references};
use crate::generate::naming::marks::AT;
use crate::generate::{Generated, vocabulary};

/// Maximum number of references from the root on.
const MAX_CHAIN: usize = 64;

/// All JSON types, for a root that may be any value.
const ANY: [&str; 5] = ["object", "array", "string", "number", "boolean"];

/// Names the root: by `name` if there's one, otherwise by its title, the definition it refers to, or `fallback`.
pub(super) fn name(root: &mut Value, name: Option<&str>, fallback: &str) {
    drop_null(root);
    let of_definition = follow(root);
    let is_usable = |title: &&str| title.chars().any(char::is_alphanumeric);
    let title = name.or_else(|| root["title"].as_str()).filter(is_usable).map(str::to_owned);
    let title = title.or(of_definition).unwrap_or_else(|| fallback.to_owned());
    root["title"] = if is_usable(&title.as_str()) { title.into() } else { "Root".into() };
}

/// Drops null among the branches of the root, which has no type for it.
fn drop_null(root: &mut Value) {
    for union in ["anyOf", "oneOf"] {
        let is_null = |branch: &Value| branch["type"] == "null";
        if let Some(Value::Array(branches)) = root.get_mut(union)
            && !branches.iter().all(is_null)
        {
            branches.retain(|branch| !is_null(branch));
        }
    }
}

/// Replaces a root that only refers to a definition by that definition. Returns its name.
fn follow(root: &mut Value) -> Option<String> {
    let mut name = None;
    for _ in 0..MAX_CHAIN {
        let target = root["$ref"].as_str().map(str::to_owned);
        let Some(target) = target.or_else(|| single(root)) else { break };
        let Some(key) = target.strip_prefix("#/definitions/").map(crate::generate::pointer::unescape) else {
            root.as_object_mut().map(|root| root.remove("$ref"));
            break;
        };
        let Some(mut definition) = root["definitions"].as_object_mut().and_then(|all| all.remove(&key)) else { break };
        let definitions = root["definitions"].take();
        if let (Value::Object(definition), Value::Object(root)) = (&mut definition, &*root) {
            let kept = ["title", "description"].into_iter().filter_map(|keyword| root.get_key_value(keyword));
            kept.for_each(|(keyword, value)| drop(definition.insert(keyword.clone(), value.clone())));
        }
        *root = definition;
        root["definitions"] = definitions;
        update_references(root, &|reference| (reference == target).then(|| "#".to_owned()));
        name = Some(key);
    }
    name
}

/// Returns the only reference of a root whose `allOf`, `anyOf` or `oneOf` has no other part.
fn single(root: &Value) -> Option<String> {
    let map = root.as_object()?;
    let mut shapes =
        map.keys().filter(|keyword| *keyword != "definitions" && !vocabulary::is_annotation(keyword) && *keyword != AT);
    let (keyword, None) = (shapes.next()?, shapes.next()) else { return None };
    let ["allOf" | "anyOf" | "oneOf"] = [keyword.as_str()] else { return None };
    let [only] = root[keyword].as_array()?.as_slice() else { return None };
    only["$ref"].as_str().map(str::to_owned)
}

/// Makes a union of one variant of an array, a map or a scalar, which have no type of their own.
pub(super) fn wrap(root: &mut Value) {
    let body = resolved(root, root);
    let has = |keyword: &str| body.get(keyword).is_some();
    let types = crate::generate::node::types(body);
    let is_map = body["additionalProperties"].is_object() && !has("properties");
    let is_named = has("properties")
        || has("required")
        || types == ["object"] && !is_map
        || has("enum")
        || has("const")
        || has("allOf")
        || has("anyOf")
        || has("oneOf")
        || types.len() > 1;
    if is_named && !is_map {
        if types.is_empty() && !has("enum") && !has("const") && !has("allOf") && !has("anyOf") && !has("oneOf") {
            root["type"] = "object".into();
        }
        return;
    }
    let Value::Object(map) = root else { return };
    let at = map.get(AT).cloned().unwrap_or_default();
    let outer = ["$schema", "definitions", "description", "title"];
    let (mut outer, mut inner): (Map<_, _>, Map<_, _>) =
        std::mem::take(map).into_iter().partition(|(keyword, _)| outer.contains(&keyword.as_str()));
    outer.insert(AT.to_owned(), at.clone());
    inner.insert(AT.to_owned(), at);
    if inner.get("type").is_none_or(|name| name == "null") {
        inner.insert("type".to_owned(), json!(ANY));
        inner.remove("title");
        outer.extend(inner);
    } else {
        outer.insert("anyOf".to_owned(), json!([inner]));
    }
    *root = outer.into();
}

/// Adds to the root's docs how you decode null.
pub(super) fn note_null(generated: &mut Generated) {
    let Generated { document, model, .. } = generated;
    if let Some(root) = model.types.get_mut(&document.root_name()) {
        root.metadata.notes.push("Decode an `Option` of it if the document may be null.".to_owned());
    }
}

/// Makes a root of any value.
pub(super) fn any(root: &mut Value) {
    let Value::Object(map) = root else { return };
    map.retain(|keyword, _| ["$schema", "definitions", "description", "title", AT].contains(&keyword.as_str()));
    map.insert("type".to_owned(), json!(ANY));
}
