//! The fixed list of edits of one schema.

use serde_json::{Value, json};

use crate::generate::document::escape;

pub(super) struct Edit {
    pub(super) name: &'static str,
    /// The edited schema.
    pub(super) pointer: String,
    /// The added or removed property, branch or value, if it isn't the schema itself.
    pub(super) part: Option<String>,
    /// The schema after the edit.
    node: Value,
}

impl Edit {
    /// The edited document.
    pub(super) fn apply(&self, document: &Value) -> Value {
        let mut document = document.clone();
        *document.pointer_mut(&self.pointer).unwrap() = self.node.clone();
        document
    }
}

/// Pointers of all schemas.
fn schemas(node: &Value, pointer: &str, found: &mut Vec<String>) {
    let Some(map) = node.as_object() else { return };
    found.push(pointer.to_owned());
    for (keyword, value) in map {
        let below = format!("{pointer}/{}", escape(keyword));
        match (keyword.as_str(), value) {
            ("properties" | "definitions", Value::Object(named)) => {
                for (name, schema) in named {
                    schemas(schema, &format!("{below}/{}", escape(name)), found);
                }
            }
            ("anyOf" | "oneOf" | "allOf", Value::Array(branches)) => {
                for (index, branch) in branches.iter().enumerate() {
                    schemas(branch, &format!("{below}/{index}"), found);
                }
            }
            ("items" | "additionalProperties", Value::Object(_)) => schemas(value, &below, found),
            _ => {}
        }
    }
}

/// Collects the edits of one schema.
struct Edits<'a> {
    document: &'a Value,
    pointer: &'a str,
    node: &'a Value,
    found: Vec<Edit>,
}

impl Edits<'_> {
    fn add(&mut self, name: &'static str, part: Option<String>, change: impl FnOnce(&mut Value)) {
        let mut node = self.node.clone();
        change(&mut node);
        if node != *self.node {
            self.found.push(Edit { name, pointer: self.pointer.to_owned(), part, node });
        }
    }

    fn types(&mut self, node: &Value) {
        let other = if node["type"] == "integer" { "string" } else { "integer" };
        self.add("type changed", None, |node| node["type"] = other.into());
        match &node["type"] {
            Value::String(kind) => self.add("null allowed", None, |node| node["type"] = json!([kind, "null"])),
            Value::Array(kinds) => {
                self.add("type removed", None, |node| drop(node["type"].as_array_mut().unwrap().pop()));
                let reversed: Value = kinds.iter().rev().cloned().collect();
                self.add("types reordered", None, |node| node["type"] = reversed);
            }
            _ => {}
        }
    }

    fn properties(&mut self, node: &Value) {
        let part = |key: &str| Some(format!("/properties/{}", escape(key)));
        self.add("property added", part("zz_new"), |node| node["properties"]["zz_new"] = json!({ "type": "string" }));
        self.add("required property added", part("zz_new"), |node| {
            node["properties"]["zz_new"] = json!({ "type": "string" });
            toggle(node, "zz_new");
        });
        for key in node["properties"].as_object().unwrap().keys() {
            self.add("property removed", part(key), |node| {
                node["properties"].as_object_mut().unwrap().remove(key);
                if is_required(node, key) {
                    toggle(node, key);
                }
            });
            self.add("property renamed", part(key), |node| {
                let schema = node["properties"].as_object_mut().unwrap().remove(key).unwrap();
                let name = format!("{key}_zz");
                node["properties"][&name] = schema;
                if is_required(node, key) {
                    toggle(node, key);
                    toggle(node, &name);
                }
            });
            self.add("required toggled", part(key), |node| toggle(node, key));
        }
        self.add("required reordered", None, |node| reverse(node, "required"));
        self.add("closed or opened", None, |node| {
            node["additionalProperties"] = (node["additionalProperties"] == json!(false)).into();
        });
        self.add("other values restricted", None, |node| node["additionalProperties"] = json!({ "type": "string" }));
    }

    fn values(&mut self, listed: &[Value]) {
        self.add("value added", None, |node| node["enum"].as_array_mut().unwrap().push("zz_new".into()));
        for index in 0..listed.len() {
            self.add("value removed", None, |node| {
                let values = node["enum"].as_array_mut().unwrap();
                values.remove(index);
                if values.is_empty() {
                    node.as_object_mut().unwrap().remove("enum");
                }
            });
        }
        self.add("values reordered", None, |node| reverse(node, "enum"));
        self.add("values opened", None, |node| drop(node.as_object_mut().unwrap().remove("enum")));
    }

    fn branches(&mut self, keyword: &'static str, branches: &[Value]) {
        let part = |index: usize| Some(format!("/{keyword}/{index}"));
        self.add("branch added", part(branches.len()), |node| {
            node[keyword].as_array_mut().unwrap().push(json!({ "type": "boolean" }));
        });
        for index in 0..branches.len() {
            // Which one of equal branches is gone is all the same.
            let last = branches.iter().rposition(|other| *other == branches[index]).unwrap();
            self.add("branch removed", part(last), |node| drop(node[keyword].as_array_mut().unwrap().remove(index)));
        }
        self.add("branches reordered", None, |node| reverse(node, keyword));
    }

    /// Refers to other definitions that end: values of circles would grow without end.
    fn references(&mut self, node: &Value) {
        let definitions = self.document["definitions"].as_object().into_iter().flatten();
        let ends = definitions.filter(|(_, schema)| !schema.to_string().contains("$ref"));
        let targets: Vec<_> = ends.map(|(name, _)| format!("#/definitions/{name}")).collect();
        for target in targets.into_iter().filter(|target| node["$ref"] != target.as_str()) {
            self.add("reference changed", None, |node| node["$ref"] = target.into());
        }
    }

    fn keywords(&mut self, node: &Value) {
        let kinds = match &node["type"] {
            Value::Array(kinds) => kinds.clone(),
            kind => vec![kind.clone()],
        };
        for (kind, keyword, value) in [
            ("string", "minLength", json!(3)),
            ("string", "maxLength", json!(2)),
            ("string", "pattern", json!("^zz$")),
            ("string", "format", json!("date")),
            ("integer", "minimum", json!(7)),
            ("integer", "maximum", json!(3)),
            ("number", "minimum", json!(0.5)),
            ("number", "maximum", json!(0.25)),
            ("array", "minItems", json!(2)),
            ("array", "maxItems", json!(1)),
        ] {
            if kinds.iter().any(|own| own == kind) && node.get("enum").is_none() {
                self.add("bound, pattern or format set", None, |node| node[keyword] = value);
            }
        }
        for keyword in [
            "default",
            "minimum",
            "maximum",
            "minLength",
            "maxLength",
            "minItems",
            "maxItems",
            "pattern",
            "format",
            "title",
        ] {
            self.add("keyword removed", None, |node| drop(node.as_object_mut().unwrap().remove(keyword)));
        }
        self.add("default set", None, |node| node["default"] = json!("zz"));
        self.add("title set", None, |node| node["title"] = json!("Zz Title"));
        self.add("described", None, |node| node["description"] = json!("Zz."));
    }
}

fn is_required(node: &Value, key: &str) -> bool {
    node["required"].as_array().is_some_and(|names| names.iter().any(|name| name == key))
}

/// Requires a property, or no longer.
fn toggle(node: &mut Value, key: &str) {
    let mut names = node["required"].as_array().cloned().unwrap_or_default();
    if is_required(node, key) {
        names.retain(|name| name != key);
    } else {
        names.push(key.into());
    }
    node["required"] = names.into();
}

fn reverse(node: &mut Value, keyword: &str) {
    if let Some(Value::Array(values)) = node.get_mut(keyword) {
        values.reverse();
    }
}

/// All edits of one schema.
fn edits_of(document: &Value, pointer: &str) -> Vec<Edit> {
    let node = document.pointer(pointer).unwrap();
    let mut edits = Edits { document, pointer, node, found: Vec::new() };
    if node.get("type").is_some() {
        edits.types(node);
    }
    if node.get("properties").is_some() {
        edits.properties(node);
    }
    if let Some(listed) = node["enum"].as_array() {
        edits.values(listed);
    }
    for keyword in ["anyOf", "oneOf", "allOf"] {
        if let Some(branches) = node[keyword].as_array() {
            edits.branches(keyword, branches);
        }
    }
    if node.get("$ref").is_some() {
        edits.references(node);
    } else {
        edits.keywords(node);
    }
    edits.found
}

/// Every edit of every schema of a document.
pub(super) fn all_edits(document: &Value) -> Vec<Edit> {
    let mut pointers = Vec::new();
    schemas(document, "", &mut pointers);
    pointers.iter().flat_map(|pointer| edits_of(document, pointer)).collect()
}
