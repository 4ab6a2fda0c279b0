//! Random documents for the generator.

use serde_json::{Map, Value, json};

use super::rng::Rng;

/// Names of properties.
pub(super) const KEYS: [&str; 17] = [
    "id",
    "name",
    "size",
    "color",
    "tags",
    "owner",
    "limit",
    "note",
    "parent",
    "is_new",
    "level",
    "data",
    "choice",
    "created-at",
    "type",
    "new",
    "self",
];

/// Names of definitions, beside those with a meaning below.
pub(super) const NAMES: [&str; 6] = ["Crate", "Label", "Parcel", "Stamp", "Ticket", "Tray"];

/// The values of enums.
pub(super) const VALUES: [&str; 7] = ["red", "green", "blue", "dark red", "x-1", "auto", "none"];

/// A document with a titled root and some definitions.
pub(super) fn document(rng: &mut Rng) -> Value {
    let mut definitions = Map::new();
    let known = ["Address", "Code", "Codes", "Color", "Content", "Leaf", "Shape"];
    let chosen: Vec<&str> = known.into_iter().filter(|_| rng.once_in(2)).collect();
    let mut names: Vec<String> = chosen.iter().map(|name| (*name).to_owned()).collect();
    if chosen.contains(&"Shape") {
        names.extend(["Circle".to_owned(), "Square".to_owned()]);
    }
    for name in &names {
        definitions.insert(name.clone(), definition(name, &names, rng));
    }
    let mut root = object(&names, rng, 0);
    root["title"] = (*rng.pick(&["Order", "Create Parcel Request", "Thing"])).into();
    root["$schema"] = "http://json-schema.org/draft-07/schema#".into();
    if !definitions.is_empty() {
        root["definitions"] = definitions.into();
    }
    root
}

fn definition(name: &str, names: &[String], rng: &mut Rng) -> Value {
    match name {
        "Color" if rng.once_in(3) => json!({ "oneOf": constants(&values(rng, 2)) }),
        "Color" => json!({ "type": "string", "enum": values(rng, 2) }),
        // Definitions without a type.
        "Code" => scalar(rng),
        "Codes" => json!({ "type": "array", "items": scalar(rng) }),
        "Leaf" => {
            let mut leaf = object(&[], rng, 2);
            leaf["properties"]["leaves"] = json!({ "type": "array", "items": { "$ref": "#/definitions/Leaf" } });
            leaf["properties"]["next"] = json!({ "$ref": "#/definitions/Leaf" });
            leaf
        }
        "Content" => {
            let mut branches = vec![json!({ "type": "string" })];
            let others = [
                json!({ "type": "array", "items": scalar(rng) }),
                json!({ "type": "integer" }),
                json!({ "type": "boolean" }),
            ];
            let chosen: Vec<_> = others.into_iter().filter(|_| rng.once_in(2)).collect();
            branches.extend(chosen);
            if names.iter().any(|name| name == "Address") || branches.len() < 2 {
                let object = reference(names, "Address").unwrap_or(json!({ "type": "array" }));
                branches.push(object);
            }
            json!({ *rng.pick(&["anyOf", "oneOf"]): branches })
        }
        "Shape" => {
            json!({ "oneOf": [{ "$ref": "#/definitions/Circle" }, { "$ref": "#/definitions/Square" }] })
        }
        "Circle" | "Square" => {
            let tag = name.to_lowercase();
            let mut shape = object(&[], rng, 2);
            shape["properties"]["type"] =
                if rng.once_in(2) { json!({ "const": tag }) } else { json!({ "enum": [tag] }) };
            require(&mut shape, "type");
            shape
        }
        _ => object(&[], rng, 1),
    }
}

fn require(object: &mut Value, key: &str) {
    let required = object.as_object_mut().unwrap().entry("required").or_insert(json!([])).as_array_mut().unwrap();
    if !required.iter().any(|name| name == key) {
        required.push(key.into());
    }
}

fn constants(values: &[Value]) -> Vec<Value> {
    values.iter().map(|value| json!({ "const": value })).collect()
}

/// A union of inline objects with a constant as the tag.
fn tagged(names: &[String], rng: &mut Rng, depth: usize) -> Value {
    let branches = values(rng, 2).into_iter().map(|tag| {
        let mut branch = object(names, rng, depth + 1);
        branch["properties"]["kind"] = json!({ "const": tag });
        require(&mut branch, "kind");
        branch
    });
    json!({ "oneOf": branches.collect::<Vec<_>>() })
}

fn reference(names: &[String], name: &str) -> Option<Value> {
    names.iter().any(|known| known == name).then(|| json!({ "$ref": format!("#/definitions/{name}") }))
}

/// An object with some properties; below `depth` 2, some of them objects.
pub(super) fn object(names: &[String], rng: &mut Rng, depth: usize) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for _ in 0..=rng.below(5 - depth.min(3)) {
        let key = *rng.pick(&KEYS);
        if !properties.contains_key(key) {
            properties.insert(key.to_owned(), property(names, rng, depth + 1));
            if rng.once_in(2) {
                required.push(key);
            }
        }
    }
    let mut object = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        object["required"] = required.into();
    }
    if rng.once_in(5) {
        object["additionalProperties"] = false.into();
    }
    object
}

/// The schema of a property.
pub(super) fn property(names: &[String], rng: &mut Rng, depth: usize) -> Value {
    let mut node = node(names, rng, depth);
    if node.get("$ref").is_none() {
        if rng.once_in(4) {
            node["description"] = "Something.".into();
        }
        nullable(&mut node, rng, 5);
    } else if rng.once_in(5) {
        node = json!({ "anyOf": [node, { "type": "null" }] });
    }
    node
}

/// Allows `null` at random.
fn nullable(node: &mut Value, rng: &mut Rng, once_in: usize) {
    let is_plain = node["type"].is_string() && node.get("enum").is_none();
    if is_plain && rng.once_in(once_in) {
        node["type"] = json!([node["type"], "null"]);
    }
}

pub(super) fn node(names: &[String], rng: &mut Rng, depth: usize) -> Value {
    if !names.is_empty() && rng.once_in(3) {
        let name = rng.pick(names).clone();
        return json!({ "$ref": format!("#/definitions/{name}") });
    }
    match rng.below(if depth > 2 { 9 } else { 13 }) {
        0..=4 => scalar(rng),
        5 => json!({ "type": "string", "enum": values(rng, 2) }),
        6 => json!({ "const": *rng.pick(&VALUES) }),
        7 => rng.pick(&[json!({}), json!({ "type": "object" }), json!({ "type": "array" })]).clone(),
        8 => json!({ "type": "integer", "enum": [1, 2, 5] }),
        9 => json!({ "type": "array", "items": node(names, rng, depth + 1) }),
        10 => json!({ "type": "object", "additionalProperties": node(names, rng, depth + 1) }),
        11 if depth < 3 => tagged(names, rng, depth),
        _ if rng.once_in(2) => object(names, rng, depth),
        _ => json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": node(names, rng, depth + 1) }] }),
    }
}

pub(super) fn scalar(rng: &mut Rng) -> Value {
    let mut node = json!({ "type": *rng.pick(&["string", "string", "integer", "number", "boolean"]) });
    let may = |rng: &mut Rng| rng.once_in(4);
    match node["type"].as_str().unwrap() {
        "string" => {
            for (keyword, value) in [
                ("minLength", json!(1)),
                ("maxLength", json!(64)),
                ("pattern", json!("^[a-z]+$")),
                ("format", json!("date")),
                ("default", json!("red")),
            ] {
                if rng.once_in(9) {
                    node[keyword] = value;
                }
            }
        }
        "integer" | "number" => {
            for (keyword, value) in [("minimum", json!(1)), ("maximum", json!(100)), ("default", json!(5))] {
                if may(rng) {
                    node[keyword] = value;
                }
            }
        }
        _ if may(rng) => node["default"] = false.into(),
        _ => {}
    }
    node
}

/// Some values of an enum, `least` or more.
pub(super) fn values(rng: &mut Rng, least: usize) -> Vec<Value> {
    let start = rng.below(VALUES.len());
    let count = least + rng.below(3);
    (0..count).map(|index| VALUES[(start + index) % VALUES.len()].into()).collect()
}
