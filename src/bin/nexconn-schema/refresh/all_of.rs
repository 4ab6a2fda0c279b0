//! `allOf` of OpenAPI request bodies, merged into one object schema.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::generate::document::{escape, referenced};
use crate::terminal::quoted;

/// Keywords without an effect on the values. Those of a branch aren't those of the whole.
const ANNOTATIONS: [&str; 6] = ["title", "description", "deprecated", "example", "examples", "$comment"];

/// Merges the branches of the root's `allOf`, and leaves out definitions without another reference.
pub(super) fn merge_root(root: &mut Map<String, Value>, pointer: &str) -> Result<(), String> {
    let is_reference = follow(root, pointer)?;
    let branches = root.remove("allOf");
    if branches.is_none() && !is_reference {
        return Ok(());
    }
    let definitions = root.get("definitions").cloned().unwrap_or_default();
    let mut merge = Merge { definitions: &definitions, open: Vec::new() };
    merge.branches(root, &branches.unwrap_or_default(), pointer)?;
    if root.contains_key("properties") {
        root.entry("type").or_insert_with(|| "object".into());
    }
    retain_reachable(root);
    Ok(())
}

/// Replaces a reference by its definition and the keywords beside the reference; returns whether there was one.
///
/// An `allOf` of one reference has become the reference.
fn follow(root: &mut Map<String, Value>, pointer: &str) -> Result<bool, String> {
    let mut followed = BTreeSet::new();
    while let Some(Value::String(reference)) = root.remove("$ref") {
        let definitions = root.get("definitions").unwrap_or(&Value::Null);
        let target = referenced(&json!({ "$ref": reference })).map(|name| &definitions[name]);
        let Some(Value::Object(mut target)) = target.cloned() else {
            return Err(format!("`{pointer}`: {} isn't an object schema", quoted(&reference)));
        };
        if !followed.insert(reference) {
            return Err(format!("`{pointer}`: the schema contains itself"));
        }
        target.append(root);
        *root = target;
    }
    Ok(!followed.is_empty())
}

/// Replaces an `allOf` of one branch by the branch.
pub(super) fn unwrap_single(schema: &mut Map<String, Value>) {
    let Some(Value::Array(branches)) = schema.get("allOf") else { return };
    let [Value::Object(branch)] = branches.as_slice() else { return };
    let is_annotation = |key: &&String| ANNOTATIONS.contains(&key.as_str()) || *key == "default" || *key == "allOf";
    let mut branch = branch.clone();
    if schema.keys().all(|key| is_annotation(&key)) {
        schema.remove("allOf");
        branch.append(schema);
        *schema = branch;
    }
}

struct Merge<'a> {
    definitions: &'a Value,
    /// The definitions of the current merge.
    open: Vec<String>,
}

impl Merge<'_> {
    fn branches(&mut self, into: &mut Map<String, Value>, branches: &Value, pointer: &str) -> Result<(), String> {
        for (index, branch) in branches.as_array().into_iter().flatten().enumerate() {
            self.branch(into, branch, &format!("{pointer}/allOf/{index}"))?;
        }
        Ok(())
    }

    fn branch(&mut self, into: &mut Map<String, Value>, branch: &Value, pointer: &str) -> Result<(), String> {
        if let Some(name) = referenced(branch) {
            if self.open.iter().any(|open| open == name) {
                return Err(format!("`{pointer}`: the schema `{name}` contains itself"));
            }
            self.open.push(name.to_owned());
            let target = &self.definitions[name];
            self.branch(into, target, pointer)?;
            self.open.pop();
            return Ok(());
        }
        let Value::Object(branch) = branch else { return Err(format!("`{pointer}`: not an object schema")) };
        for (keyword, value) in branch {
            match (keyword.as_str(), value) {
                ("allOf", branches) => self.branches(into, branches, pointer)?,
                ("properties", Value::Object(properties)) => {
                    let merged = into.entry("properties").or_insert_with(|| Value::Object(Map::new()));
                    let Value::Object(merged) = merged else { continue };
                    for (name, schema) in properties {
                        let known = merged.get(name).filter(|known| *known != schema);
                        if known.is_some() {
                            let name = escape(name);
                            return Err(format!(
                                "`{pointer}/properties/{name}`: another branch has it with another schema"
                            ));
                        }
                        merged.insert(name.clone(), schema.clone());
                    }
                }
                ("required", Value::Array(names)) => {
                    let merged = into.entry("required").or_insert_with(|| Value::Array(Vec::new()));
                    let Value::Array(merged) = merged else { continue };
                    merged.extend(names.iter().filter(|name| !merged.contains(name)).cloned().collect::<Vec<_>>());
                }
                (keyword, _) if ANNOTATIONS.contains(&keyword) => {}
                (keyword, value) => {
                    let merged = into.entry(keyword).or_insert_with(|| value.clone());
                    if merged != value {
                        return Err(format!("`{pointer}/{}`: another branch has {merged}", escape(keyword)));
                    }
                }
            }
        }
        Ok(())
    }
}

/// Leaves out definitions without a reference.
fn retain_reachable(root: &mut Map<String, Value>) {
    let Some(Value::Object(definitions)) = root.remove("definitions") else { return };
    let mut reached = BTreeSet::new();
    let mut open: Vec<&Value> = root.values().collect();
    while let Some(value) = open.pop() {
        match value {
            Value::Array(values) => open.extend(values),
            Value::Object(object) => {
                open.extend(object.values());
                let target = object.get("$ref").and_then(Value::as_str);
                let path = target.and_then(|target| target.strip_prefix("#/definitions/")).unwrap_or_default();
                let name = path.split('/').next().unwrap_or_default();
                if let Some((name, definition)) = definitions.get_key_value(name)
                    && reached.insert(name)
                {
                    open.push(definition);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let reached: Map<_, _> =
        reached.into_iter().filter_map(|name| Some((name.clone(), definitions.get(name)?.clone()))).collect();
    if !reached.is_empty() {
        root.insert("definitions".to_owned(), reached.into());
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn merged(root: &Value) -> Result<Value, String> {
        let mut root = root.as_object().unwrap().clone();
        merge_root(&mut root, "#")?;
        Ok(root.into())
    }

    #[test]
    fn object_branches_become_one_object() {
        let root = json!({
            "description": "All.",
            "allOf": [
                { "$ref": "#/definitions/A" },
                { "properties": { "c": { "$ref": "#/definitions/C" } }, "required": ["c", "a"], "description": "C." }
            ],
            "definitions": {
                "A": { "allOf": [{ "$ref": "#/definitions/B" }], "properties": { "a": {} }, "required": ["a"] },
                "B": { "type": "object", "properties": { "b": { "type": "string" } } },
                "C": { "items": { "$ref": "#/definitions/C" } }
            }
        });
        let expected = json!({
            "description": "All.",
            "type": "object",
            "properties": { "a": {}, "b": { "type": "string" }, "c": { "$ref": "#/definitions/C" } },
            "required": ["a", "c"],
            "definitions": { "C": { "items": { "$ref": "#/definitions/C" } } }
        });
        assert_eq!(merged(&root).unwrap(), expected);
    }

    #[test]
    fn conflicts_are_refused_with_the_pointer() {
        for (branches, pointer) in [
            (
                json!([{ "properties": { "a": {} } }, { "properties": { "a": { "type": "string" } } }]),
                "#/allOf/1/properties/a",
            ),
            (json!([{ "type": "object" }, { "type": "string" }]), "#/allOf/1/type"),
            (json!([true]), "#/allOf/0"),
            (json!([{ "$ref": "#/definitions/A" }]), "#/allOf/0/allOf/0"),
        ] {
            let root = json!({
                "allOf": branches, "definitions": { "A": { "allOf": [{ "$ref": "#/definitions/A" }] } }
            });
            let problem = merged(&root).unwrap_err();
            assert!(problem.starts_with(&format!("`{pointer}`: ")), "{problem}");
        }
    }

    #[test]
    fn a_root_that_is_a_reference_is_its_definition() {
        let root = |target: &str| {
            json!({
                "$ref": "#/definitions/A", "description": "D.",
                "definitions": { "A": { "$ref": target, "title": "A" }, "B": { "type": "object", "properties": {} } }
            })
        };
        let expected = json!({ "description": "D.", "title": "A", "type": "object", "properties": {} });
        assert_eq!(merged(&root("#/definitions/B")).unwrap(), expected);
        for target in ["#/definitions/A", "#/definitions/C", "other.json"] {
            assert!(merged(&root(target)).unwrap_err().starts_with("`#`: "));
        }
    }

    #[test]
    fn a_single_branch_is_unwrapped() {
        let mut schema =
            json!({ "allOf": [{ "$ref": "#/definitions/A" }], "description": "D." }).as_object().unwrap().clone();
        unwrap_single(&mut schema);
        assert_eq!(Value::from(schema), json!({ "$ref": "#/definitions/A", "description": "D." }));
    }
}
