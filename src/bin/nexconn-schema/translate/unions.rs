//! Makes the branches of each union disjoint by kind, except objects, which are told apart by their properties.
//!
//! | branches | one branch |
//! |---|---|
//! | a string enum beside strings | the enum, which is open |
//! | an integer beside a number | the number |
//! | `true` beside a boolean | the boolean |
//! | several arrays or maps | one of the union of their items |
//!
//! A union beside properties becomes a union of objects that all have them.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::branch::{Branch, Class, expand, is_exact, values};
use super::tree::{self, resolved, restrict};
use super::warnings::Warnings;
use crate::generate::Document;
use crate::generate::naming::marks::{AT, at, bare};
use crate::generate::node;
use crate::generate::vocabulary::{self, is_shape};

/// Maximum number of branches that properties beside a union are copied to.
const MAX_COPIES: usize = 24;

/// The keywords of an object that may stand beside a union.
const OBJECT: [&str; 6] =
    ["additionalProperties", "dependencies", "patternProperties", "properties", "propertyNames", "required"];

/// Merges the overlapping branches of all unions.
pub(super) fn merge(root: &mut Value, raw: &Document, warnings: &mut Warnings) {
    let mut has_union = false;
    tree::each_schema(root, &mut |node| {
        split_values(node);
        has_union |= ["allOf", "anyOf", "oneOf"].iter().any(|keyword| node.get(keyword).is_some());
    });
    if has_union {
        let original = root.clone();
        let mut pass = Pass { root: &original, raw, warnings, is_copy: false };
        tree::each_schema(root, &mut |node| pass.node(node));
    }
    open_definitions(root);
}

/// Opens the enums to which all references are open.
fn open_definitions(root: &mut Value) {
    let (mut open, mut closed) = (BTreeSet::new(), BTreeSet::new());
    tree::each_schema(root, &mut |node| {
        if let Some(reference) = node["$ref"].as_str() {
            let targets = if node["x-open"] == true { &mut open } else { &mut closed };
            targets.insert(reference.to_owned());
        }
    });
    for reference in open.difference(&closed) {
        let definition = reference.strip_prefix('#').and_then(|pointer| root.pointer_mut(pointer));
        if let Some(Value::Object(definition)) = definition
            && definition.contains_key("enum")
        {
            definition.insert("x-open".to_owned(), true.into());
        }
    }
}

struct Pass<'a> {
    root: &'a Value,
    raw: &'a Document,
    warnings: &'a mut Warnings,
    /// Whether the nodes are branches of a union of another definition.
    is_copy: bool,
}

impl Pass<'_> {
    fn node(&mut self, node: &mut Value) {
        if node.get("$ref").is_some() || !node.is_object() {
            return;
        }
        self.keep_one(node);
        self.distribute_parts(node);
        let Some(keyword) = ["anyOf", "oneOf"].into_iter().find(|keyword| node.get(keyword).is_some()) else { return };
        let Some(branches) = node[keyword].as_array().cloned() else { return };
        if only_validates(node, keyword, &branches) {
            return;
        }
        if let [only] = branches.as_slice() {
            let only = only.clone();
            remove(node, keyword);
            return push_part(node, only);
        }
        let inherited = node["type"].as_str().map(str::to_owned);
        let mut expanded = Vec::new();
        for branch in branches {
            let is_reference = branch.get("$ref").is_some();
            let start = expanded.len();
            expand(self.root, branch, inherited.as_deref(), &mut expanded);
            if is_reference {
                self.copies(&mut expanded[start..]);
            }
        }
        let is_object = |branch: &Branch| matches!(branch.class, Class::Object | Class::Map | Class::Null);
        if OBJECT.iter().any(|keyword| node.get(keyword).is_some()) {
            if expanded.len() <= MAX_COPIES && expanded.iter().all(is_object) {
                self.distribute(node, keyword, expanded);
            } else {
                self.ignore(node, keyword, "a union beside properties, and not all its branches are objects");
            }
            return;
        }
        if node.get("enum").is_some() || node.get("const").is_some() || node.get("items").is_some() {
            return restrict(node, keyword);
        }
        self.rebuild(node, keyword, expanded);
    }

    /// Merges the unions within branches of another definition. Its references are left alone, or it might never end.
    fn copies(&mut self, branches: &mut [Branch]) {
        if self.is_copy {
            return;
        }
        self.is_copy = true;
        for branch in branches.iter_mut().filter(|branch| branch.node.get("$ref").is_none()) {
            tree::each_schema(&mut branch.node, &mut |node| self.node(node));
        }
        self.is_copy = false;
    }

    /// Keeps one of `anyOf` and `oneOf`.
    fn keep_one(&mut self, node: &mut Value) {
        let (Some(any), Some(one)) = (node["anyOf"].as_array(), node["oneOf"].as_array()) else { return };
        let is_less = only_validates(&json!({}), "anyOf", any);
        let keyword = if is_less { "anyOf" } else { "oneOf" };
        if is_less || only_validates(&json!({}), "anyOf", one) {
            restrict(node, keyword);
        } else {
            self.ignore(node, keyword, "a second union");
        }
    }

    /// Leaves a union to validators.
    fn ignore(&mut self, node: &mut Value, keyword: &str, problem: &str) {
        let place = self.raw.place(at(node)).below(&format!("/{keyword}"));
        self.warnings.add(place, &format!("{problem}: it has no Rust type"), "merge it into the branches");
        restrict(node, keyword);
    }

    /// Copies the properties beside a union to its branches.
    fn distribute(&mut self, node: &mut Value, keyword: &str, branches: Vec<Branch>) {
        let mut base = Map::new();
        let Value::Object(map) = &mut *node else { return };
        for keyword in OBJECT.iter().chain(&["type"]) {
            base.extend(map.remove_entry(*keyword));
        }
        base.entry("type").or_insert_with(|| "object".into());
        base.insert(AT.to_owned(), map.get(AT).cloned().unwrap_or_default());
        let parts = map.remove("allOf");
        let parts = parts.as_ref().and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let base = [&[Value::Object(base)], parts].concat();
        self.rebuild(node, keyword, copied(branches, &base));
    }

    /// Moves the union among the parts of `allOf` around them.
    fn distribute_parts(&mut self, node: &mut Value) {
        let Some(parts) = node["allOf"].as_array().cloned() else { return };
        if node.get("anyOf").is_some() || node.get("oneOf").is_some() {
            return;
        }
        let union = |part: &Value| {
            let target = resolved(self.root, part);
            let (keyword, branches) = node::branches(target)?;
            let is_bare = OBJECT.iter().chain(&["allOf", "enum", "items"]).all(|beside| target.get(beside).is_none());
            (is_bare && !only_validates(target, keyword, branches) && branches.len() > 1)
                .then(|| (keyword, branches.to_vec()))
        };
        let unions: Vec<_> = parts.iter().map(union).collect();
        let Some(first) = unions.iter().position(Option::is_some) else { return };
        if parts.len() == 1 && !OBJECT.iter().any(|beside| node.get(beside).is_some()) {
            return;
        }
        let mut rest = parts.clone();
        let part = rest.remove(first);
        let Some((keyword, branches)) = unions.into_iter().nth(first).flatten() else { return };
        let mut expanded = Vec::new();
        for branch in branches {
            expand(self.root, branch, None, &mut expanded);
        }
        let is_object = |branch: &Branch| matches!(branch.class, Class::Object | Class::Map);
        node["allOf"] = rest.into();
        if expanded.len() <= MAX_COPIES && expanded.iter().all(is_object) {
            self.distribute(node, keyword, expanded);
        } else {
            let place = self.raw.place(at(&part));
            self.warnings.add(place, "a union among the parts of `allOf`: it has no Rust type", "merge the parts");
            tree::restrict_to(node, &part);
        }
    }

    /// Writes the branches, at most one of each kind but object.
    fn rebuild(&mut self, node: &mut Value, keyword: &str, branches: Vec<Branch>) {
        if let Some(any) = branches.iter().find(|branch| branch.class == Class::Any) {
            let place = self.raw.place(at(&any.node));
            self.warnings.json(place, "this branch of a union accepts any value", "give it a `type`");
            let rest = without_definitions(node);
            tree::empty(node);
            return tree::restrict_to(node, &rest);
        }
        let mut merged: Vec<Branch> = Vec::new();
        let mut is_wider = false;
        let original = json!({ keyword: branches.iter().map(|branch| &branch.node).collect::<Vec<_>>() });
        for branch in branches {
            let same = |other: &&mut Branch| {
                other.class == branch.class
                    && (branch.class != Class::Object || bare(&other.node) == bare(&branch.node))
            };
            match merged.iter_mut().find(same) {
                Some(other) if branch.class == Class::Object || bare(&other.node) == bare(&branch.node) => {}
                Some(other) => {
                    is_wider |= !is_exact(self.root, keyword, other, &branch);
                    self.merge_into(other, &branch);
                }
                None => merged.push(branch),
            }
        }
        let objects = merged.iter().filter(|branch| matches!(branch.class, Class::Object | Class::Map)).count();
        if objects > 1 {
            node["x-match"] = true.into();
        }
        if is_wider {
            tree::restrict_to(node, &original);
        }
        if let [_] = merged.as_slice() {
            remove(node, keyword);
            for branch in merged {
                push_part(node, branch.node);
            }
            return;
        }
        node[keyword] = merged.into_iter().map(|branch| branch.node).collect();
        if node.get("type").is_some_and(Value::is_string) {
            remove(node, "type");
        }
    }

    fn merge_into(&mut self, into: &mut Branch, branch: &Branch) {
        let (left, right) = (resolved(self.root, &into.node), resolved(self.root, &branch.node));
        let mark = at(&into.node).to_owned();
        let merged = match into.class {
            Class::String => {
                let (some, more) = (values(left), values(right));
                match (some, more) {
                    (Some(values), None) => opened(&into.node, values),
                    (None, Some(values)) => opened(&branch.node, values),
                    (None, None) => json!({ "type": "string" }),
                    (Some(some), Some(more)) => {
                        let new = more.iter().filter(|value| !some.contains(value));
                        let values: Vec<_> = some.iter().chain(new).collect();
                        json!({ "type": "string", "enum": values })
                    }
                }
            }
            Class::Number => {
                let is_integer = |node: &Value| {
                    let values = values(node);
                    node["type"] == "integer"
                        || values.is_some_and(|values| values.iter().all(|value| value.is_i64() || value.is_u64()))
                };
                let name = if is_integer(left) && is_integer(right) { "integer" } else { "number" };
                json!({ "type": name })
            }
            Class::Boolean => json!({ "type": "boolean" }),
            Class::Array => self.combined("items", "array", left, right),
            Class::Map => self.combined("additionalProperties", "object", left, right),
            Class::Any | Class::Null | Class::Object | Class::Union => return,
        };
        into.node = merged;
        into.node[AT] = mark.into();
    }

    /// Returns an array or map of the union of two items.
    fn combined(&mut self, keyword: &str, name: &str, left: &Value, right: &Value) -> Value {
        let (left, right) = (&left[keyword], &right[keyword]);
        if !left.is_object() || !right.is_object() {
            return json!({ "type": name });
        }
        let mut items = json!({ AT: at(left), "anyOf": [left, right] });
        if bare(left) == bare(right) {
            items = left.clone();
        }
        self.node(&mut items);
        json!({ "type": name, keyword: items })
    }
}

/// Returns the schema alone.
fn without_definitions(node: &Value) -> Value {
    let keywords = node.as_object().into_iter().flatten();
    let kept = keywords.filter(|(keyword, _)| !["$schema", "definitions", "title"].contains(&keyword.as_str()));
    kept.map(|(keyword, value)| (keyword.clone(), value.clone())).collect::<Map<_, _>>().into()
}

/// Returns an enum beside strings: `x-open` tells validators that it accepts any string. Its one value isn't a constant.
fn opened(node: &Value, values: &[Value]) -> Value {
    if values.len() < 2 {
        return json!({ "type": "string" });
    }
    let mut node = node.clone();
    node["x-open"] = true.into();
    node
}

/// Returns true if no branch has a shape: the union is for validators only.
fn only_validates(node: &Value, keyword: &str, branches: &[Value]) -> bool {
    let shapeless = |branch: &Value| {
        branch.as_object().is_some_and(|branch| {
            branch.keys().all(|keyword| keyword == "required" || !is_shape(keyword))
                && branch.keys().any(|keyword| keyword != AT && !vocabulary::is_annotation(keyword))
        })
    };
    !branches.is_empty() && branches.iter().all(shapeless) && (keyword == "anyOf" || node.get("anyOf").is_none())
}

/// Adds these parts to each branch.
fn copied(branches: Vec<Branch>, base: &[Value]) -> Vec<Branch> {
    let copies = branches.into_iter().map(|branch| {
        if branch.class == Class::Null {
            return branch;
        }
        let title = branch.node.get("title").cloned();
        let target = branch.node["$ref"].as_str().and_then(|target| target.strip_prefix("#/definitions/"));
        let title = title.or_else(|| target.map(Into::into));
        let (mark, parts) = (at(&branch.node).to_owned(), [base, &[branch.node]].concat());
        let mut node = json!({ AT: mark, "allOf": parts });
        if let Some(title) = title {
            node["title"] = title;
        }
        Branch { node, class: Class::Object }
    });
    copies.collect()
}

/// Makes a union of an enum whose values have several types.
fn split_values(node: &mut Value) {
    let is_of_one = |values: &[Value]| {
        values.iter().filter(|value| !value.is_null()).all(Value::is_string)
            || values.iter().filter(|value| !value.is_null()).all(Value::is_number)
            || values.iter().filter(|value| !value.is_null()).all(Value::is_boolean)
    };
    let has_union = ["allOf", "anyOf", "oneOf"].iter().any(|keyword| node.get(keyword).is_some());
    let Some(values) = node["enum"].as_array().filter(|values| !has_union && !is_of_one(values)) else { return };
    if values.iter().any(|value| value.is_array() || value.is_object()) {
        return;
    }
    let mark = at(node).to_owned();
    let of = |is_of: fn(&Value) -> bool, name: &str| {
        let values: Vec<_> = values.iter().filter(|value| is_of(value)).collect();
        (!values.is_empty()).then(|| json!({ AT: mark, "type": name, "enum": values }))
    };
    let is_whole = values.iter().all(|value| !value.is_f64());
    let parts = [
        of(Value::is_string, "string"),
        of(Value::is_number, if is_whole { "integer" } else { "number" }),
        of(Value::is_boolean, "boolean"),
        values.iter().any(Value::is_null).then(|| json!({ AT: mark, "type": "null" })),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    remove(node, "enum");
    remove(node, "type");
    node["anyOf"] = parts.into();
}

fn push_part(node: &mut Value, part: Value) {
    let mut parts = node["allOf"].as_array().cloned().unwrap_or_default();
    parts.push(part);
    node["allOf"] = parts.into();
}

fn remove(node: &mut Value, keyword: &str) {
    node.as_object_mut().map(|node| node.remove(keyword));
}
