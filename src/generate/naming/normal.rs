//! Normalizes a single node, without its children. The set of valid values stays the same.
//!
//! Examples: `const` becomes an `enum` of one value, several types become `anyOf`, `oneOf` of constant strings becomes
//! an `enum`, and `null` is removed and recorded. Branches that only combine `required` properties move into `allOf`,
//! for validators.

use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::super::failure::Failure;
use super::super::node;
use super::super::vocabulary::{self, is_shape};
use super::marks::{self, AT, OF, at};
use super::stage::{Normal, Stage};

/// Maximum length of a chain of definitions through `allOf`.
const MAX_CHAIN: usize = 64;

/// Returns true if a keyword doesn't affect validity. Marks don't.
pub(super) fn is_annotation(keyword: &str) -> bool {
    keyword == AT || keyword == OF || vocabulary::is_annotation(keyword)
}

impl Stage<'_> {
    /// Returns the normal form of a definition or the root, which is cached.
    pub(super) fn normal_of(&mut self, pointer: &str) -> Option<Rc<Normal>> {
        if let Some(normal) = self.normals.get(pointer) {
            return Some(Rc::clone(normal));
        }
        let mut schema = self.schemas.get(pointer)?.clone().into_owned();
        marks::mark(&mut schema, pointer);
        if self.open.iter().any(|open| open == pointer) || self.open.len() >= MAX_CHAIN {
            let problem = if self.open.len() >= MAX_CHAIN {
                format!("more than {MAX_CHAIN} definitions follow each other through `allOf` or aliases")
            } else {
                "this definition only refers to itself".to_owned()
            };
            self.fail(pointer, problem, "define it in one place");
            return None;
        }
        self.open.push(pointer.to_owned());
        let mut normal = self.normal(schema);
        self.open.pop();
        Self::own(&mut normal.node, &self.names[pointer].clone());
        let normal = Rc::new(normal);
        self.normals.insert(pointer.to_owned(), Rc::clone(&normal));
        Some(normal)
    }

    /// Marks the properties of a node with their type.
    pub(super) fn own(node: &mut Value, name: &str) {
        let properties = node.get_mut("properties").and_then(Value::as_object_mut);
        for property in properties.into_iter().flat_map(Map::values_mut) {
            if let Value::Object(property) = property {
                property.entry(OF).or_insert_with(|| name.into());
            }
        }
    }

    /// Returns the normal form of a node.
    pub(super) fn normal(&mut self, node: Value) -> Normal {
        let Value::Object(mut node) = node else { return Normal { node, nullable: false } };
        if node.contains_key("$ref") {
            // draft-07 ignores keywords next to `$ref`.
            node.retain(|keyword, _| keyword == "$ref" || is_annotation(keyword));
            return Normal { node: node.into(), nullable: false };
        }
        if let Some(constant) = node.remove("const") {
            node.insert("enum".to_owned(), json!([constant]));
        }
        if let Some(all) = node.remove("allOf")
            && let Some(normal) = self.all_of(&mut node, all)
        {
            return normal;
        }
        let mut nullable = false;
        for keyword in ["anyOf", "oneOf"] {
            if let Some(Value::Array(branches)) = node.remove(keyword)
                && let Some(normal) = self.union(&mut node, keyword, branches, &mut nullable)
            {
                return normal;
            }
        }
        let mut node = Value::Object(node);
        self.values(&mut node, &mut nullable);
        types(&mut node, &mut nullable);
        Normal { node, nullable }
    }

    /// Normalizes the branches of a union. Returns `None` if the node needs further normalization.
    fn union(
        &mut self,
        node: &mut Map<String, Value>,
        keyword: &str,
        branches: Vec<Value>,
        nullable: &mut bool,
    ) -> Option<Normal> {
        let shapeless = |branch: &Value| {
            let Value::Object(branch) = branch else { return false };
            branch.keys().all(|keyword| keyword == "required" || !is_shape(keyword))
                && branch.keys().any(|keyword| !is_annotation(keyword))
        };
        if !branches.is_empty() && branches.iter().all(shapeless) {
            let mut all = node.get("allOf").and_then(Value::as_array).cloned().unwrap_or_default();
            all.push(json!({ AT: node.get(AT), keyword: branches }));
            node.insert("allOf".to_owned(), all.into());
            return None;
        }
        let count = branches.len();
        *nullable |= branches.iter().any(|branch| self.admits_null(branch));
        let mut branches: Vec<_> = branches.into_iter().filter(|branch| !is_null(branch)).collect();
        if !node.contains_key("enum") && !branches.is_empty() && branches.iter().all(is_constant) {
            constants(node, branches);
            return None;
        }
        if branches.is_empty() {
            node.insert("type".to_owned(), json!(["null"]));
        } else if branches.len() == 1 && count > 1 {
            let alone = node.keys().all(|keyword| is_annotation(keyword) || keyword == "type");
            let branch = branches.swap_remove(0);
            if alone {
                let normal = self.instead(node, branch);
                return Some(Normal { nullable: true, ..normal });
            }
            node.insert(keyword.to_owned(), json!([branch]));
        } else {
            node.insert(keyword.to_owned(), branches.into());
        }
        None
    }

    /// Returns true if a branch is `null`, directly or by reference.
    fn admits_null(&self, branch: &Value) -> bool {
        let target = branch.get("$ref").and_then(Value::as_str).and_then(|reference| self.pointer(reference));
        let node = target.and_then(|pointer| self.schemas.get(&pointer)).map_or(branch, |schema| schema);
        let list = |keyword: &str| node[keyword].as_array().into_iter().flatten();
        is_null(node)
            || list("type").any(|name| name == "null")
            || (list("enum").any(Value::is_null) && node.get("type").is_none())
            || list("anyOf").chain(list("oneOf")).any(is_null)
    }

    /// Normalizes `enum`: separates `null`, and finds the common type of the values.
    fn values(&mut self, node: &mut Value, nullable: &mut bool) {
        let Some(values) = node.get("enum") else { return };
        let place = format!("{}/enum", at(node));
        let Some(values) = values.as_array() else {
            return self.fail(&place, "`enum` isn't a list", "write a list of values");
        };
        let types = node::types(node);
        let untyped = node.get("type").is_none();
        let has_null = values.iter().any(Value::is_null) && (untyped || node::nullable(node) || is_null(node));
        let fits = |value: &&Value| !value.is_null() && (untyped || types.iter().any(|name| is_of(value, name)));
        let mut kept: Vec<_> = values.iter().filter(fits).cloned().collect();
        kept.shrink_to_fit();
        let whole = |value: &Value| value.is_i64() || value.is_u64();
        let common = match kept.as_slice() {
            values if values.iter().all(Value::is_string) => Some("string"),
            values if values.iter().all(Value::is_boolean) => Some("boolean"),
            values if values.iter().all(whole) && !types.contains(&"number") => Some("integer"),
            values if values.iter().all(Value::is_number) => {
                Some(if types == ["integer"] { "integer" } else { "number" })
            }
            _ => None,
        };
        *nullable |= has_null;
        if kept.is_empty() && has_null {
            node["type"] = json!(["null"]);
            node.as_object_mut().map(|node| node.remove("enum"));
        } else if kept.is_empty() {
            self.fail(&place, "no value is valid here", "list values of the node's `type`");
        } else {
            match common {
                Some("string") if untyped => {}
                Some(name) => node["type"] = name.into(),
                None => drop(node.as_object_mut().map(|node| node.remove("type"))),
            }
            node["enum"] = kept.into();
        }
    }
}

/// Returns true if a value has this type of draft-07.
fn is_of(value: &Value, name: &str) -> bool {
    match name {
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|float| float.fract() == 0.0),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

fn is_null(node: &Value) -> bool {
    let is_null = |list: &Value| list.as_array().is_some_and(|list| list.len() == 1 && list[0].is_null());
    node["type"] == "null" || node["type"] == json!(["null"]) || is_null(&node["enum"]) || {
        node.get("const").is_some_and(Value::is_null)
    }
}

/// Returns true if a branch only lists strings.
fn is_constant(branch: &Value) -> bool {
    let Value::Object(keywords) = branch else { return false };
    let listed =
        |list: &Value| list.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(Value::is_string));
    let (constant, values) = (keywords.get("const"), keywords.get("enum"));
    constant.map_or_else(|| values.is_some_and(listed), Value::is_string)
        && keywords.get("type").is_none_or(|name| name == "string")
        && keywords
            .keys()
            .all(|keyword| is_annotation(keyword) || matches!(keyword.as_str(), "const" | "enum" | "type"))
        && !keywords.contains_key("x-variant")
}

/// Converts branches with constant strings to an `enum`.
fn constants(node: &mut Map<String, Value>, branches: Vec<Value>) {
    let mut values = Vec::new();
    let mut descriptions = Map::new();
    for branch in branches {
        let listed = branch.get("const").map_or_else(|| branch["enum"].clone(), |value| json!([value]));
        let words = branch["description"].as_str().or(branch["title"].as_str()).unwrap_or_default();
        for value in node::strings(&listed) {
            if !words.is_empty() {
                descriptions.insert(value.to_owned(), words.into());
            }
            values.push(value.into());
        }
    }
    node.insert("enum".to_owned(), Value::Array(values));
    node.insert("type".to_owned(), "string".into());
    if !descriptions.is_empty() {
        node.entry("x-enum-descriptions").or_insert(descriptions.into());
    }
}

/// Normalizes `type`: separates `null`, and makes a branch of each type.
fn types(node: &mut Value, nullable: &mut bool) {
    let pointer = at(node).to_owned();
    let Value::Object(map) = node else { return };
    if map.get("type").is_some_and(|name| name == "null") {
        map.insert("type".to_owned(), json!(["null"]));
    }
    if let Some(Value::Array(names)) = map.get("type") {
        *nullable |= names.iter().any(|name| name == "null");
        let number = names.iter().any(|name| name == "number");
        let rest = names.iter().filter(|name| *name != "null" && !(number && *name == "integer"));
        let rest: Vec<_> = rest.cloned().collect();
        match rest.as_slice() {
            [] => return,
            [name] => drop(map.insert("type".to_owned(), name.clone())),
            _ if map.contains_key("anyOf") || map.contains_key("oneOf") => drop(map.remove("type")),
            _ => return split(map, &rest, &pointer),
        }
    }
    let Some(name) = map.get("type").and_then(Value::as_str).map(str::to_owned) else { return };
    for keyword in ["additionalProperties", "items", "properties", "required"] {
        if !vocabulary::is_about(keyword, &name) {
            map.remove(keyword);
        }
    }
}

/// Makes a branch of each type, with its keywords.
fn split(map: &mut Map<String, Value>, names: &[Value], pointer: &str) {
    let keywords =
        map.keys().filter(|keyword| vocabulary::find(keyword).is_some_and(|keyword| keyword.about.is_some())).cloned();
    let typed: Vec<_> = keywords.collect::<Vec<_>>().into_iter().filter_map(|key| map.remove_entry(&key)).collect();
    map.remove("type");
    let branches = names.iter().enumerate().map(|(index, name)| {
        let mut branch = Map::new();
        branch.insert("type".to_owned(), name.clone());
        branch.insert(AT.to_owned(), format!("{pointer}/type/{index}").into());
        let about =
            typed.iter().filter(|(keyword, _)| name.as_str().is_some_and(|name| vocabulary::is_about(keyword, name)));
        branch.extend(about.map(|(keyword, value)| (keyword.clone(), value.clone())));
        Value::Object(branch)
    });
    map.insert("anyOf".to_owned(), branches.collect());
}

impl Stage<'_> {
    pub(super) fn fail(&mut self, pointer: &str, problem: impl Into<String>, help: impl Into<String>) {
        self.failures.push(Failure::new(self.document.place(pointer), problem, help));
    }
}
