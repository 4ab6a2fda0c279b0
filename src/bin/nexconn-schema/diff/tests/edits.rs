//! Random edits of a document, of every kind with a rule.

use serde_json::{Map, Value, json};

use super::documents::{KEYS, NAMES, VALUES, node, property, scalar, values};
use super::rng::Rng;
use crate::generate::document::{escape, parent_and_key};

/// Edits the schema at a pointer; returns `false` if it doesn't apply there.
type Edit = fn(&mut Value, &str, &mut Rng) -> bool;

const EDITS: [(&str, Edit); 32] = [
    ("add a property", add_property),
    ("remove a property", remove_property),
    ("rename a property", rename_property),
    ("require or release a property", toggle_required),
    ("reorder what is required", reorder_required),
    ("describe", describe),
    ("deprecate", deprecate),
    ("annotate", annotate),
    ("another scalar", retype),
    ("something else", replace),
    ("add a value", add_value),
    ("remove a value", remove_value),
    ("reorder values", reorder_values),
    ("relax to a string", relax),
    ("restrict to values", restrict),
    ("another constant", change_constant),
    ("bound", bound),
    ("pattern", pattern),
    ("format", format),
    ("default", default),
    ("nullable", nullable),
    ("close or open", close),
    ("add a branch", add_branch),
    ("remove a branch", remove_branch),
    ("reorder branches", reorder_branches),
    ("one of or any of", swap_union),
    ("rename a definition", rename_definition),
    ("another title", retitle),
    ("add a definition", add_definition),
    ("write a definition out", write_out),
    ("make a list of it", wrap),
    ("words of our own", own_words),
];

/// Makes `count` edits and returns their names.
pub(super) fn apply(document: &mut Value, rng: &mut Rng, count: usize) -> Vec<&'static str> {
    let mut made = Vec::new();
    while made.len() < count {
        let (name, edit) = *rng.pick(&EDITS);
        for _ in 0..20 {
            let mut pointers = Vec::new();
            schemas(document, "", &mut pointers);
            let pointer = rng.pick(&pointers).clone();
            // The generator refuses most edits of a tag.
            let is_tag = ["/kind", "/type"].iter().any(|tag| pointer.ends_with(tag));
            if is_tag && !rng.once_in(4) {
                continue;
            }
            let mut changed = document.clone();
            if edit(&mut changed, &pointer, rng) && changed != *document {
                *document = changed;
                made.push(name);
                break;
            }
        }
    }
    made
}

/// The pointers of all schemas in a document.
fn schemas(node: &Value, pointer: &str, found: &mut Vec<String>) {
    if !node.is_object() {
        return;
    }
    found.push(pointer.to_owned());
    for keyword in ["properties", "definitions"] {
        for (name, child) in node[keyword].as_object().into_iter().flatten() {
            schemas(child, &format!("{pointer}/{keyword}/{}", escape(name)), found);
        }
    }
    for keyword in ["items", "additionalProperties"] {
        schemas(&node[keyword], &format!("{pointer}/{keyword}"), found);
    }
    for keyword in ["anyOf", "oneOf"] {
        for (index, child) in node[keyword].as_array().into_iter().flatten().enumerate() {
            schemas(child, &format!("{pointer}/{keyword}/{index}"), found);
        }
    }
}

fn names(document: &Value) -> Vec<String> {
    document["definitions"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
}

fn at<'a>(document: &'a mut Value, pointer: &str) -> &'a mut Value {
    document.pointer_mut(pointer).unwrap()
}

/// The properties of an object.
fn properties<'a>(document: &'a mut Value, pointer: &str) -> Option<&'a mut Map<String, Value>> {
    at(document, pointer).get_mut("properties")?.as_object_mut()
}

fn keys(document: &mut Value, pointer: &str) -> Vec<String> {
    properties(document, pointer).into_iter().flat_map(|map| map.keys().cloned().collect::<Vec<_>>()).collect()
}

/// The names in `required`, if the node is an object with properties.
fn required<'a>(document: &'a mut Value, pointer: &str) -> &'a mut Vec<Value> {
    let object = at(document, pointer).as_object_mut().unwrap();
    object.entry("required").or_insert(json!([])).as_array_mut().unwrap()
}

/// A list keyword of the node; empty if there is none.
fn list<'a>(document: &'a mut Value, pointer: &str, keywords: &[&str]) -> Option<&'a mut Vec<Value>> {
    let node = at(document, pointer).as_object_mut()?;
    let keyword = keywords.iter().find(|keyword| node.contains_key(**keyword))?;
    node.get_mut(*keyword)?.as_array_mut()
}

fn is_property(pointer: &str) -> bool {
    parent_and_key(parent_and_key(pointer).0).1 == "properties"
}

fn is_string(node: &Value) -> bool {
    node["type"] == "string" && node.get("enum").is_none()
}

fn add_property(document: &mut Value, pointer: &str, rng: &mut Rng) -> bool {
    let names = names(document);
    let key = (*rng.pick(&KEYS)).to_owned();
    let added = property(&names, rng, 1);
    let Some(properties) = properties(document, pointer) else { return false };
    if properties.contains_key(&key) {
        return false;
    }
    properties.insert(key.clone(), added);
    if rng.once_in(2) {
        required(document, pointer).push(key.into());
    }
    true
}

fn remove_property(document: &mut Value, pointer: &str, rng: &mut Rng) -> bool {
    let keys = keys(document, pointer);
    if keys.len() < 2 {
        return false;
    }
    let key = rng.pick(&keys).clone();
    properties(document, pointer).unwrap().remove(&key);
    required(document, pointer).retain(|name| *name != key.as_str());
    true
}

fn rename_property(document: &mut Value, pointer: &str, rng: &mut Rng) -> bool {
    let keys = keys(document, pointer);
    let new = (*rng.pick(&KEYS)).to_owned();
    if keys.is_empty() || keys.contains(&new) {
        return false;
    }
    let old = rng.pick(&keys).clone();
    let properties = properties(document, pointer).unwrap();
    let property = properties.remove(&old).unwrap();
    properties.insert(new.clone(), property);
    for name in required(document, pointer).iter_mut().filter(|name| **name == old.as_str()) {
        *name = new.clone().into();
    }
    true
}

fn toggle_required(document: &mut Value, pointer: &str, rng: &mut Rng) -> bool {
    let keys = keys(document, pointer);
    if keys.is_empty() {
        return false;
    }
    let key = rng.pick(&keys).clone();
    let required = required(document, pointer);
    match required.iter().position(|name| *name == key.as_str()) {
        Some(index) => drop(required.remove(index)),
        None => required.push(key.into()),
    }
    true
}

fn reorder_required(document: &mut Value, pointer: &str, rng: &mut Rng) -> bool {
    rotate(list(document, pointer, &["required"]), rng)
}

fn rotate(list: Option<&mut Vec<Value>>, rng: &mut Rng) -> bool {
    let Some(list) = list.filter(|list| list.len() > 1) else { return false };
    let by = 1 + rng.below(list.len() - 1);
    list.rotate_left(by);
    true
}

fn describe(document: &mut Value, pointer: &str, _: &mut Rng) -> bool {
    let node = at(document, pointer);
    let is_bare = node.get("$ref").is_none();
    if is_bare {
        node["description"] = "Something else.".into();
    }
    is_bare
}

fn deprecate(document: &mut Value, pointer: &str, _: &mut Rng) -> bool {
    let node = at(document, pointer);
    let is_bare = node.get("$ref").is_none();
    if is_bare {
        node["deprecated"] = true.into();
    }
    is_bare
}

fn annotate(document: &mut Value, pointer: &str, _: &mut Rng) -> bool {
    let node = at(document, pointer);
    let is_bare = node.get("$ref").is_none();
    if is_bare {
        node["examples"] = json!(["red"]);
    }
    is_bare
}

fn retype(document: &mut Value, pointer: &str, rng: &mut Rng) -> bool {
    let node = at(document, pointer);
    let is_scalar = ["boolean", "integer", "number", "string"].iter().any(|kind| node["type"] == *kind);
    if is_scalar && node.get("enum").is_none() {
        *node = scalar(rng);
    }
    is_scalar
}

fn replace(document: &mut Value, pointer: &str, rng: &mut Rng) -> bool {
    let names = names(document);
    let is_inner = is_property(pointer) || pointer.ends_with("/items") || pointer.ends_with("/additionalProperties");
    if is_inner {
        *at(document, pointer) = node(&names, rng, 1);
    }
    is_inner
}

fn add_value(document: &mut Value, pointer: &str, rng: &mut Rng) -> bool {
    let value = Value::from(*rng.pick(&VALUES));
    let node = at(document, pointer);
    if node.get("const").is_some() {
        *node = json!({ "enum": [node["const"], value] });
        return true;
    }
    let is_whole = node["type"] == "integer";
    let Some(values) = list(document, pointer, &["enum"]).filter(|values| !values.contains(&value)) else {
        return false;
    };
    let at = rng.below(values.len() + 1);
    values.insert(at, if is_whole { json!(7) } else { value });
    true
}

fn remove_value(document: &mut Value, pointer: &str, rng: &mut Rng) -> bool {
    let Some(values) = list(document, pointer, &["enum"]).filter(|values| values.len() > 1) else { return false };
    let at = rng.below(values.len());
    values.remove(at);
    true
}

fn reorder_values(document: &mut Value, pointer: &str, rng: &mut Rng) -> bool {
    rotate(list(document, pointer, &["enum"]), rng)
}

fn relax(document: &mut Value, pointer: &str, _: &mut Rng) -> bool {
    let node = at(document, pointer);
    let is_listed = node.get("enum").is_some() || node.get("const").is_some();
    if is_listed {
        *node = json!({ "type": "string" });
    }
    is_listed
}

fn restrict(document: &mut Value, pointer: &str, rng: &mut Rng) -> bool {
    let node = at(document, pointer);
    let is_string = is_string(node);
    if is_string {
        *node = json!({ "type": "string", "enum": values(rng, 1) });
    }
    is_string
}

fn change_constant(document: &mut Value, pointer: &str, rng: &mut Rng) -> bool {
    let node = at(document, pointer);
    let is_constant = node.get("const").is_some();
    if is_constant {
        node["const"] = (*rng.pick(&VALUES)).into();
    }
    is_constant
}

/// Adds, changes or removes a keyword.
fn keyword(node: &mut Value, keyword: &str, some: &[Value], rng: &mut Rng) -> bool {
    if node.get(keyword).is_some() && rng.once_in(3) {
        node.as_object_mut().unwrap().remove(keyword);
    } else {
        node[keyword] = rng.pick(some).clone();
    }
    true
}

fn bound(document: &mut Value, pointer: &str, rng: &mut Rng) -> bool {
    let node = at(document, pointer);
    if node.get("enum").is_some() {
        return false;
    }
    let [small, large]: [&[Value]; 2] = [&[json!(1), json!(2)], &[json!(50), json!(100)]];
    match node["type"].as_str() {
        Some("string") if rng.once_in(2) => keyword(node, "minLength", small, rng),
        Some("string") => keyword(node, "maxLength", large, rng),
        Some("array") => keyword(node, "minItems", small, rng),
        Some("integer" | "number") if rng.once_in(2) => keyword(node, "minimum", small, rng),
        Some("integer" | "number") => keyword(node, "maximum", large, rng),
        _ => false,
    }
}

fn pattern(document: &mut Value, pointer: &str, rng: &mut Rng) -> bool {
    let node = at(document, pointer);
    is_string(node) && keyword(node, "pattern", &[json!("^[a-z]+$"), json!("^[a-z0-9-]*$")], rng)
}

fn format(document: &mut Value, pointer: &str, rng: &mut Rng) -> bool {
    let node = at(document, pointer);
    is_string(node) && keyword(node, "format", &[json!("date"), json!("date-time"), json!("uri")], rng)
}

fn default(document: &mut Value, pointer: &str, rng: &mut Rng) -> bool {
    let node = at(document, pointer);
    match node["type"].as_str().filter(|_| node.get("enum").is_none()) {
        Some("string") => keyword(node, "default", &[json!("red"), json!("auto")], rng),
        Some("integer" | "number") => keyword(node, "default", &[json!(5), json!(7)], rng),
        Some("boolean") => keyword(node, "default", &[json!(true), json!(false)], rng),
        _ => false,
    }
}

fn nullable(document: &mut Value, pointer: &str, rng: &mut Rng) -> bool {
    let node = at(document, pointer);
    if !is_property(pointer) {
        return false;
    }
    match &node["type"] {
        Value::String(kind) if node.get("enum").is_none() && rng.once_in(2) => node["type"] = json!([kind, "null"]),
        Value::Array(kinds) => node["type"] = kinds[0].clone(),
        _ if node.get("anyOf").is_none() && node.get("oneOf").is_none() => {
            *node = json!({ "anyOf": [node, { "type": "null" }] });
        }
        _ => return false,
    }
    true
}

fn close(document: &mut Value, pointer: &str, _: &mut Rng) -> bool {
    let node = at(document, pointer);
    if node.get("properties").is_none() {
        return false;
    }
    if node.get("additionalProperties").is_some() {
        node.as_object_mut().unwrap().remove("additionalProperties");
    } else {
        node["additionalProperties"] = false.into();
    }
    true
}

fn is_tagged(document: &Value, pointer: &str) -> bool {
    pointer == "/definitions/Shape"
        || document.pointer(pointer).is_some_and(|node| node["oneOf"][0]["$ref"] == "#/definitions/Circle")
}

fn add_branch(document: &mut Value, pointer: &str, rng: &mut Rng) -> bool {
    if is_tagged(document, pointer) {
        let line = json!({ "type": "object", "properties": { "type": { "const": "line" }, "length": scalar(rng) },
                           "required": ["type"] });
        document["definitions"]["Line"] = line;
        let branch = json!({ "$ref": "#/definitions/Line" });
        let Some(branches) = list(document, pointer, &["anyOf", "oneOf"]) else { return false };
        let is_new = !branches.contains(&branch);
        branches.push(branch);
        return is_new;
    }
    let added = rng.pick(&[json!({ "type": "integer" }), json!({ "type": "boolean" })]).clone();
    let Some(branches) = list(document, pointer, &["anyOf", "oneOf"]) else { return false };
    let is_new = branches.iter().all(|branch| branch["type"] != added["type"]);
    branches.push(added);
    is_new
}

fn remove_branch(document: &mut Value, pointer: &str, rng: &mut Rng) -> bool {
    let branches = list(document, pointer, &["anyOf", "oneOf"]);
    let Some(branches) = branches.filter(|branches| branches.len() > 2) else { return false };
    let at = rng.below(branches.len());
    branches.remove(at);
    true
}

fn reorder_branches(document: &mut Value, pointer: &str, rng: &mut Rng) -> bool {
    rotate(list(document, pointer, &["anyOf", "oneOf"]), rng)
}

fn swap_union(document: &mut Value, pointer: &str, _: &mut Rng) -> bool {
    let node = at(document, pointer).as_object_mut().unwrap();
    if let Some(branches) = node.remove("anyOf") {
        node.insert("oneOf".to_owned(), branches);
    } else if let Some(branches) = node.remove("oneOf") {
        node.insert("anyOf".to_owned(), branches);
    }
    true
}

fn rename_definition(document: &mut Value, pointer: &str, rng: &mut Rng) -> bool {
    let (parent, old) = parent_and_key(pointer);
    let new = (*rng.pick(&NAMES)).to_owned();
    if parent != "/definitions" || document["definitions"].get(&new).is_some() {
        return false;
    }
    let definitions = document["definitions"].as_object_mut().unwrap();
    let definition = definitions.remove(&old).unwrap();
    definitions.insert(new.clone(), definition);
    redirect(document, &format!("#/definitions/{old}"), &format!("#/definitions/{new}"));
    true
}

fn redirect(node: &mut Value, from: &str, to: &str) {
    match node {
        Value::Object(map) => {
            for (key, value) in map {
                if key == "$ref" && value == from {
                    *value = to.into();
                } else {
                    redirect(value, from, to);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| redirect(item, from, to)),
        _ => {}
    }
}

fn retitle(document: &mut Value, _: &str, rng: &mut Rng) -> bool {
    document["title"] = (*rng.pick(&["Order", "Create Parcel Request", "Thing", "Update"])).into();
    true
}

fn add_definition(document: &mut Value, _: &str, rng: &mut Rng) -> bool {
    let name = *rng.pick(&NAMES);
    if document["definitions"].get(name).is_some() {
        return false;
    }
    document["definitions"][name] = super::documents::object(&[], rng, 2);
    true
}

fn write_out(document: &mut Value, pointer: &str, _: &mut Rng) -> bool {
    let Some(reference) = at(document, pointer)["$ref"].as_str().map(str::to_owned) else { return false };
    let definition = document.pointer(reference.trim_start_matches('#')).unwrap().clone();
    let is_recursive = definition.to_string().contains(&reference);
    *at(document, pointer) = definition;
    !is_recursive
}

fn wrap(document: &mut Value, pointer: &str, _: &mut Rng) -> bool {
    if !is_property(pointer) {
        return false;
    }
    let node = at(document, pointer);
    *node = match node.get("items").filter(|items| items.is_object()) {
        Some(items) => items.clone(),
        None => json!({ "type": "array", "items": node }),
    };
    true
}

/// The keywords of the overlay.
fn own_words(document: &mut Value, pointer: &str, rng: &mut Rng) -> bool {
    let keys = keys(document, pointer);
    let node = at(document, pointer);
    if node.get("$ref").is_some() {
        return false;
    }
    if !keys.is_empty() {
        let chosen: Vec<_> = keys.into_iter().filter(|_| rng.once_in(2)).collect();
        node["x-arguments"] = chosen.into();
    } else if let Some(value) = node["enum"][0].as_str().map(str::to_owned).filter(|_| node["enum"][1].is_string()) {
        node["x-names"] = json!({ value: "First" });
    } else if is_property(pointer) {
        node["x-setter"] = false.into();
    } else {
        return false;
    }
    true
}
