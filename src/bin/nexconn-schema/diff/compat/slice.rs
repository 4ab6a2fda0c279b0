//! The part of a document behind one change.
//!
//! Checking each change on the whole document would cost the size of the document for each.

use std::collections::{BTreeSet, VecDeque};

use serde_json::{Map, Value, json};

use super::schemas::{definition, list, references};
use crate::diff::change::Facet;
use crate::generate::place::parent_and_key;

/// Maximum number of schemas and values in a slice, and of references between the change and a definition.
/// Definitions beyond these limits accept any value.
const MAX_NODES: usize = 1_000;
const MAX_HOPS: usize = 6;
/// Number of values to keep of a longer enum, beside the changed one.
const MAX_VALUES: usize = 4;
/// Number of properties from which on those a document can lack are left out.
const MIN_PRUNED: usize = 4;

/// Keywords for dependencies between properties.
const DEPENDENT: [&str; 9] =
    ["allOf", "dependencies", "else", "if", "maxProperties", "minProperties", "not", "propertyNames", "then"];

/// Returns the part behind a change at a pointer: the definition around it as the root, or the root.
///
/// Pointers of the whole document lead to the same schemas, unless these were left out.
pub(super) fn slice(root: &Value, pointer: &str, facet: &Facet) -> Value {
    let inner = pointer.strip_prefix("/definitions/");
    let (token, path) = inner.map_or(("", pointer), |inner| inner.split_at(inner.find('/').unwrap_or(inner.len())));
    let start = if inner.is_some() { root.pointer(&format!("/definitions/{token}")) } else { Some(root) };
    let steps: Vec<String> = path.split('/').skip(1).map(|token| parent_and_key(token).1).collect();
    let kept = pruned(start.unwrap_or(&Value::Null), Some((&steps, facet)));
    let mut cut = Cut { root, definitions: Map::new(), left: MAX_NODES };
    let name = inner.map(|_| parent_and_key(token).1);
    cut.left = cut.left.saturating_sub(size(&kept));
    let open = references(&kept).into_iter().filter_map(definition).map(|name| (name, 1)).collect();
    let mut schema = match &name {
        Some(name) => {
            cut.definitions.insert(name.clone(), kept);
            json!({ "$ref": format!("#/definitions/{token}") })
        }
        None => kept,
    };
    cut.fill(open);
    if let (Some(schema), false) = (schema.as_object_mut(), cut.definitions.is_empty()) {
        schema.insert("definitions".to_owned(), cut.definitions.into());
    }
    schema
}

struct Cut<'a> {
    root: &'a Value,
    definitions: Map<String, Value>,
    left: usize,
}

impl Cut<'_> {
    /// Adds the definitions and those they refer to, the nearest first.
    fn fill(&mut self, mut open: VecDeque<(String, usize)>) {
        while let Some((name, hops)) = open.pop_front() {
            if self.definitions.contains_key(&name) {
                continue;
            }
            let Some(node) = self.root["definitions"].get(&name) else { continue };
            if self.left == 0 || hops > MAX_HOPS {
                self.definitions.insert(name, true.into());
                continue;
            }
            let kept = pruned(node, None);
            self.left = self.left.saturating_sub(size(&kept));
            open.extend(references(&kept).into_iter().filter_map(definition).map(|name| (name, hops + 1)));
            self.definitions.insert(name, kept);
        }
    }
}

/// The schema without unneeded parts. With a path, the parts on it are kept.
fn pruned(node: &Value, path: Option<(&[String], &Facet)>) -> Value {
    let Value::Object(map) = node else { return node.clone() };
    let step = path.and_then(|(steps, facet)| Some((steps.split_first()?, facet)));
    let mut kept = Map::new();
    for (keyword, value) in map.iter().filter(|(keyword, _)| *keyword != "definitions") {
        let below = step.filter(|((first, _), _)| *first == keyword).map(|((_, rest), facet)| (rest, facet));
        let value = match (keyword.as_str(), value) {
            ("properties", Value::Object(properties)) => properties_of(node, properties, path, below),
            ("enum", Value::Array(values)) => values_of(values, path),
            ("anyOf" | "oneOf" | "allOf", Value::Array(branches)) => {
                let at = below.and_then(|(rest, facet)| Some((rest.split_first()?, facet)));
                let branches = branches.iter().enumerate().map(|(index, branch)| {
                    let on_path = at.filter(|((first, _), _)| **first == index.to_string());
                    pruned(branch, on_path.map(|((_, rest), facet)| (rest, facet)))
                });
                branches.collect()
            }
            ("items" | "additionalProperties", Value::Object(_)) => pruned(value, below),
            _ => value.clone(),
        };
        kept.insert(keyword.clone(), value);
    }
    kept.into()
}

/// The properties on the path, the required ones and one other.
fn properties_of(
    node: &Value,
    properties: &Map<String, Value>,
    path: Option<(&[String], &Facet)>,
    below: Option<(&[String], &Facet)>,
) -> Value {
    let at = below.and_then(|(rest, facet)| Some((rest.split_first()?, facet)));
    let inner = |name: &String, value: &Value| {
        let on_path = at.filter(|((first, _), _)| *first == name);
        pruned(value, on_path.map(|((_, rest), facet)| (rest, facet)))
    };
    let is_whole = properties.len() < MIN_PRUNED || DEPENDENT.iter().any(|keyword| node.get(keyword).is_some());
    // Branches of a union are told apart by all their properties, and a closed object by the names.
    if is_whole || node["additionalProperties"] == false {
        return properties.iter().map(|(name, value)| (name.clone(), inner(name, value))).collect();
    }
    let changed = match path {
        Some((_, Facet::Property(key) | Facet::Required(key))) => Some(key.as_str()),
        _ => None,
    };
    let mut names: BTreeSet<&str> = list(node, "required").iter().filter_map(Value::as_str).collect();
    names.extend(changed);
    names.extend(at.map(|((first, _), _)| first.as_str()));
    let other = properties.keys().map(String::as_str).find(|name| !names.contains(name));
    names.extend(other);
    let kept = names.into_iter().filter_map(|name| properties.get_key_value(name));
    kept.map(|(name, value)| (name.clone(), inner(name, value))).collect()
}

/// The changed value and a few others.
fn values_of(values: &[Value], path: Option<(&[String], &Facet)>) -> Value {
    match path {
        Some(([], Facet::Value(changed))) => {
            let others = values.iter().filter(|value| *value != changed).take(MAX_VALUES);
            others.chain(values.iter().filter(|value| *value == changed).take(1)).cloned().collect()
        }
        None if values.len() > MAX_NODES => values[..MAX_NODES].into(),
        _ => values.into(),
    }
}

/// The number of schemas and values in a schema.
fn size(node: &Value) -> usize {
    match node {
        Value::Object(map) => 1 + map.values().map(size).sum::<usize>(),
        Value::Array(values) => 1 + values.iter().map(size).sum::<usize>(),
        _ => 1,
    }
}
