//! The branches of a union, by the kind of their values.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::tree::resolved;
use crate::generate::naming::marks::AT;
use crate::generate::node::{self, Kind};
use crate::generate::vocabulary;

/// Maximum nesting of unions within unions.
const MAX_DEPTH: usize = 32;

/// The kind of values of a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Any,
    Null,
    Boolean,
    Number,
    String,
    Array,
    /// An object with properties.
    Object,
    /// Any object, or one whose values share a schema.
    Map,
    /// A union among which this one doesn't look.
    Union,
}

pub(super) struct Branch {
    pub(super) node: Value,
    pub(super) class: Class,
}

/// Adds a branch, or the branches of a union within a union and of several types.
pub(super) fn expand(root: &Value, branch: Value, inherited: Option<&str>, into: &mut Vec<Branch>) {
    Expansion { root, seen: BTreeSet::new(), into }.add(branch, inherited, 0);
}

struct Expansion<'a> {
    root: &'a Value,
    /// The unions replaced by their branches, so each is read once.
    seen: BTreeSet<String>,
    into: &'a mut Vec<Branch>,
}

impl Expansion<'_> {
    fn add(&mut self, branch: Value, inherited: Option<&str>, depth: usize) {
        let root = self.root;
        let target = resolved(root, &branch);
        let is_bare = target.as_object().is_some_and(|target| {
            target
                .keys()
                .all(|keyword| ["anyOf", "oneOf", "type"].contains(&keyword.as_str()) || !vocabulary::is_shape(keyword))
        });
        if let (Some((_, branches)), true) = (node::branches(target), is_bare)
            && depth < MAX_DEPTH
        {
            if branch["$ref"].as_str().is_some_and(|reference| !self.seen.insert(reference.to_owned())) {
                return;
            }
            let own = target["type"].as_str();
            for inner in branches.iter().cloned() {
                self.add(inner, own, depth + 1);
            }
            return;
        }
        if let Some((inner, true)) = nullable(target) {
            self.into.push(Branch { node: serde_json::json!({ "type": "null" }), class: Class::Null });
            return self.add(inner.clone(), None, depth + 1);
        }
        let names = target["type"].as_array().cloned().unwrap_or_default();
        if names.len() > 1 && target.get("enum").is_none() {
            for name in &names {
                let of_type = of_type(target, name.as_str().unwrap_or_default());
                self.add(of_type, None, depth + 1);
            }
            return;
        }
        let class = class(root, target, inherited, &mut BTreeSet::new());
        if class == Class::Null {
            // The same behind a reference, too.
            return self.into.push(Branch { node: serde_json::json!({ "type": "null" }), class });
        }
        let mut node = branch;
        if let (Value::Object(map), Some(name)) = (&mut node, implied(class))
            && !["$ref", "allOf", "anyOf", "enum", "oneOf", "type", "const"]
                .iter()
                .any(|keyword| map.contains_key(*keyword))
        {
            map.insert("type".to_owned(), name.into());
        }
        self.into.push(Branch { node, class });
    }
}

/// Returns X of `anyOf: [X, null]`.
fn nullable(node: &Value) -> Option<(&Value, bool)> {
    let inner = node::without_null(node);
    (!std::ptr::eq(inner, node)).then_some((inner, true))
}

/// Returns the node with one of its types and the keywords about it.
fn of_type(node: &Value, name: &str) -> Value {
    let keywords = node.as_object().into_iter().flatten();
    let kept = keywords.filter(|(keyword, _)| {
        vocabulary::find(keyword).is_none_or(|known| known.about.is_none()) || vocabulary::is_about(keyword, name)
    });
    let mut kept: Map<_, _> = kept.map(|(keyword, value)| (keyword.clone(), value.clone())).collect();
    kept.insert("type".to_owned(), name.into());
    kept.remove("definitions");
    kept.remove("title");
    kept.into()
}

/// Returns the type of branches without one.
fn implied(class: Class) -> Option<&'static str> {
    match class {
        Class::Array => Some("array"),
        Class::Number => Some("number"),
        Class::String => Some("string"),
        Class::Object | Class::Map => Some("object"),
        Class::Any | Class::Boolean | Class::Null | Class::Union => None,
    }
}

/// Returns the class of a schema. Parts without a type have the type around them, or the one their keywords are about.
fn class(root: &Value, node: &Value, inherited: Option<&str>, seen: &mut BTreeSet<String>) -> Class {
    let node = resolved(root, node);
    let has = |keyword: &str| node.get(keyword).is_some();
    if has("anyOf") || has("oneOf") {
        return Class::Union;
    }
    if let Some(parts) = node["allOf"].as_array()
        && !has("type")
        && !has("properties")
    {
        let mut classes = Vec::new();
        for part in parts {
            // Each definition once, however many parts refer to it.
            if part["$ref"].as_str().is_none_or(|reference| seen.insert(reference.to_owned())) {
                classes.push(class(root, part, None, seen));
            }
        }
        // One part may name the properties, and another one only the type.
        let has_properties = classes.contains(&Class::Object);
        let first = if has_properties { Some(Class::Object) } else { classes.into_iter().find(|it| *it != Class::Any) };
        return first.unwrap_or(Class::Any);
    }
    let values = node["enum"].as_array().map(Vec::as_slice);
    let values = values.or_else(|| node.get("const").map(std::slice::from_ref)).unwrap_or_default();
    let listed = values.iter().find(|value| !value.is_null());
    let about = |name: &str| {
        let mut keywords = node.as_object().into_iter().flat_map(Map::keys);
        keywords.any(|keyword| vocabulary::is_about(keyword, name))
    };
    let implied = || ["object", "array", "string", "number"].into_iter().find(|name| about(name));
    let own = match &node["type"] {
        Value::String(name) => Some(name.as_str()),
        Value::Array(names) => names.iter().filter_map(Value::as_str).find(|name| *name != "null"),
        _ => None,
    };
    match own.or_else(|| listed.map(type_of)).or(inherited).or_else(implied) {
        Some("null") => Class::Null,
        Some("array") => Class::Array,
        Some("object") if has("properties") || has("required") || has("allOf") => Class::Object,
        Some("object") => Class::Map,
        Some(name) => match Kind::from_name(name) {
            Some(Kind::Boolean) => Class::Boolean,
            Some(Kind::Integer | Kind::Number) => Class::Number,
            Some(Kind::String) => Class::String,
            Some(Kind::Array | Kind::Object) | None => Class::Any,
        },
        None if !values.is_empty() => Class::Null,
        None => Class::Any,
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Returns true if two merged branches accept the same values as the union of them.
pub(super) fn is_exact(root: &Value, keyword: &str, left: &Branch, right: &Branch) -> bool {
    let class = left.class;
    let (left, right) = (resolved(root, &left.node), resolved(root, &right.node));
    let has_only = |node: &Value, keywords: &[&str]| {
        let is_silent = |keyword: &str| keyword == AT || vocabulary::is_annotation(keyword);
        let mut all = node.as_object().into_iter().flat_map(Map::keys);
        all.all(|keyword| is_silent(keyword) || keywords.contains(&keyword.as_str()))
    };
    let is_all = |node: &Value| match class {
        Class::Number => node["type"] == "number" && has_only(node, &["type"]),
        _ => has_only(node, &["type"]),
    };
    let are_values = has_only(left, &["const", "enum", "type"]) && has_only(right, &["const", "enum", "type"]);
    let (some, more) = (values(left).unwrap_or_default(), values(right).unwrap_or_default());
    // The enum is open.
    if class == Class::String && some.is_empty() != more.is_empty() {
        return true;
    }
    if keyword == "anyOf" {
        return is_all(left) || is_all(right) || class == Class::String && are_values;
    }
    let is_disjoint = !more.iter().any(|value| some.contains(value));
    class == Class::String && are_values && !some.is_empty() && !more.is_empty() && is_disjoint
}

/// Returns the listed values of a schema.
pub(super) fn values(node: &Value) -> Option<&[Value]> {
    node["enum"].as_array().map(Vec::as_slice).or_else(|| node.get("const").map(std::slice::from_ref))
}
