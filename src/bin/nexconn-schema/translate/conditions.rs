//! Warns of properties named only in conditions: you find them in `extra`, because objects have no fields for them.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Map, Value};

use super::tree::resolved;
use super::walk;
use super::warnings::Warnings;
use crate::generate::Document;
use crate::generate::naming::marks::at;
use crate::generate::vocabulary::is_shape;

/// Maximum nesting of `allOf`.
const MAX_DEPTH: usize = 32;

/// Keywords with other schemas for the same object.
const SAME: [&str; 3] = ["allOf", "anyOf", "oneOf"];
const CONDITIONS: [&str; 3] = ["then", "else", "dependencies"];

/// Warns at each schema with such properties.
pub(super) fn warn(root: &Value, raw: &Document, warnings: &mut Warnings) {
    let mut left = vec![(root, false)];
    while let Some((node, is_part)) = left.pop() {
        let Value::Object(map) = node else { continue };
        if !is_part {
            object(root, node, raw, warnings);
        }
        walk::each_below(map, "", |child, pointer| {
            let keyword = pointer.split('/').nth(1).unwrap_or_default();
            if !CONDITIONS.contains(&keyword) && !["if", "not"].contains(&keyword) {
                left.push((child, keyword == "allOf"));
            }
        });
    }
}

/// Warns about one object.
fn object(root: &Value, node: &Value, raw: &Document, warnings: &mut Warnings) {
    let mut conditions = Vec::new();
    conditional(node, 0, &mut conditions);
    if conditions.is_empty() {
        return;
    }
    let mut known: BTreeSet<_> = properties(root, node, &SAME).map(|(name, _)| name).collect();
    let all = [&SAME[..], &CONDITIONS].concat();
    for condition in conditions {
        let found = properties(root, condition, &all);
        let typed = found.filter(|(_, schema)| is_typed(schema)).map(|(name, _)| name);
        let new: Vec<_> = typed.filter(|name| known.insert(name)).map(|name| format!("{name:?}")).collect();
        if !new.is_empty() {
            let problem = format!("only a condition names {}, so it becomes `Json` in `extra`", new.join(" and "));
            warnings.add(raw.place(at(condition)), &problem, "name it in the `properties` of the object");
        }
    }
}

/// Collects the schemas of conditions.
fn conditional<'a>(node: &'a Value, depth: usize, found: &mut Vec<&'a Value>) {
    if node.get("if").is_some() {
        found.extend(["then", "else"].into_iter().filter_map(|keyword| node.get(keyword)));
    }
    found.extend(node["dependencies"].as_object().into_iter().flat_map(Map::values).filter(|value| value.is_object()));
    if depth < MAX_DEPTH {
        let parts = node["allOf"].as_array().into_iter().flatten();
        parts.for_each(|part| conditional(part, depth + 1, found));
    }
}

/// Returns the properties of a schema, and of those below these keywords for the same object.
fn properties<'a>(
    root: &'a Value,
    node: &'a Value,
    keywords: &[&str],
) -> impl Iterator<Item = (&'a String, &'a Value)> {
    let (mut left, mut seen, mut nodes) = (vec![node], HashSet::new(), Vec::new());
    while let Some(node) = left.pop() {
        let node = resolved(root, node);
        if !seen.insert(std::ptr::from_ref(node)) {
            continue;
        }
        nodes.push(node);
        for keyword in keywords {
            match node.get(*keyword) {
                Some(Value::Array(parts)) => left.extend(parts),
                Some(Value::Object(parts)) if *keyword == "dependencies" => left.extend(parts.values()),
                Some(part) => left.push(part),
                None => {}
            }
        }
    }
    nodes.into_iter().flat_map(|node| node["properties"].as_object().into_iter().flatten())
}

/// Returns true if a property would have a type.
fn is_typed(schema: &Value) -> bool {
    schema.as_object().is_some_and(|schema| schema.keys().any(|keyword| is_shape(keyword)))
}
