//! Merges `allOf`: one element replaces the node, several objects become one object.

use serde_json::{Map, Value, json};

use super::super::vocabulary::is_shape;
use super::class::never;
use super::marks::{AT, OF, at, bare};
use super::normal::is_annotation;
use super::stage::{Normal, Stage};

/// The help for parts of `allOf` that no value fits together.
pub(crate) const CONFLICT: &str = "make the parts agree, or merge them into one schema";

impl Stage<'_> {
    /// Merges `allOf`. Returns `None` if the node needs further normalization.
    pub(super) fn all_of(&mut self, node: &mut Map<String, Value>, all: Value) -> Option<Normal> {
        let Value::Array(all) = all else {
            let place = format!("{}/allOf", node[AT].as_str().unwrap_or_default());
            self.fail(&place, "`allOf` isn't a list", "write a list of schemas");
            return None;
        };
        let shaped = |part: &Value| part.as_object().is_some_and(|part| part.keys().any(|key| is_shape(key)));
        let (parts, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(shaped);
        let silent = !node.keys().any(|keyword| is_shape(keyword));
        let alone = rest.is_empty() && node.keys().all(|keyword| is_annotation(keyword) || keyword == "type");
        if !rest.is_empty() {
            node.insert("allOf".to_owned(), rest.into());
        }
        if parts.is_empty() {
            return None;
        }
        if let ([part], true) = (parts.as_slice(), alone)
            && !narrows(node, part)
        {
            return parts.into_iter().next().map(|part| self.instead(node, part));
        }
        let mut merged = std::mem::take(node);
        // The rest is for validators, and already checked.
        let rest = merged.remove("allOf");
        let own = self.normal(merged.into());
        let (mut merged, mut nullable) = (own.node, own.nullable || silent);
        if let Some(rest) = rest {
            merged["allOf"] = rest;
        }
        let mut resolved = Vec::new();
        for part in parts {
            let place = at(&part).to_owned();
            let mut normal = self.normal(part);
            let target = normal.node.get("$ref").and_then(Value::as_str).map(str::to_owned);
            if let Some(reference) = target {
                let pointer = self.resolve(&reference, at(&normal.node))?;
                normal = (*self.normal_of(&pointer)?).clone();
            }
            nullable &= normal.nullable;
            resolved.push((normal.node, place));
        }
        if resolved.iter().map(|(part, _)| part).chain([&merged]).any(|part| part.get("properties").is_some()) {
            let rest: Vec<_> =
                resolved.iter_mut().map(|(part, _)| part).chain([&mut merged]).filter_map(closing).collect();
            restrict(&mut merged, rest);
        }
        for (part, place) in resolved {
            self.merge(&mut merged, part, &place);
        }
        Some(Normal { node: merged, nullable })
    }

    /// Replaces a node by another one, but keeps its annotations.
    pub(super) fn instead(&mut self, node: &mut Map<String, Value>, other: Value) -> Normal {
        let mut normal = self.normal(other);
        if let Value::Bool(any) = normal.node {
            normal.node = if any { json!({}) } else { never() };
        }
        if let Value::Object(other) = &mut normal.node {
            other.extend(std::mem::take(node).into_iter().filter(|(keyword, _)| is_annotation(keyword)));
        }
        normal
    }

    /// Merges the part of `allOf` at `from` into the result.
    fn merge(&mut self, into: &mut Value, part: Value, from: &str) {
        let Value::Object(part) = part else { return };
        for (keyword, value) in part.into_iter().filter(|(keyword, _)| !is_annotation(keyword)) {
            match (keyword.as_str(), value) {
                ("properties", Value::Object(properties)) => self.merge_properties(into, properties, from),
                ("required", Value::Array(names)) => {
                    let mut all = into["required"].as_array().cloned().unwrap_or_default();
                    all.extend(names);
                    let mut seen = std::collections::BTreeSet::new();
                    all.retain(|name| seen.insert(name.to_string()));
                    into["required"] = all.into();
                }
                ("allOf", Value::Array(rest)) => restrict(into, rest),
                ("definitions", _) => {}
                (_, value) => match into.get(&keyword) {
                    None => into[keyword] = value,
                    Some(said) if bare(&json!({ "not": said })) == bare(&json!({ "not": &value })) => {}
                    Some(said) if self.merges() && common(&keyword, said, &value).is_some() => {
                        into[&keyword] = common(&keyword, said, &value).unwrap_or_default();
                    }
                    Some(_) if is_shape(&keyword) => {
                        let other = self.document.place(at(into));
                        let problem = format!("`allOf` has conflicting values of `{keyword}`, here and at {other}");
                        self.fail(from, problem, CONFLICT);
                    }
                    Some(_) => restrict(into, vec![json!({ keyword: value })]),
                },
            }
        }
    }

    fn merge_properties(&mut self, into: &mut Value, properties: Map<String, Value>, from: &str) {
        if !into["properties"].is_object() {
            into["properties"] = json!({});
        }
        for (name, property) in properties {
            match into["properties"].get(&name) {
                None => into["properties"][name] = property,
                Some(said) if bare(said) == bare(&property) || is_open(&property) => {}
                Some(said) if is_open(said) => into["properties"][name] = property,
                Some(said) if self.merges() => {
                    let mut both = json!({ AT: at(said), "allOf": [said, property] });
                    if let Some(owner) = said.get(OF) {
                        both[OF] = owner.clone();
                    }
                    into["properties"][name] = both;
                }
                Some(said) => {
                    let other = self.document.place(at(said));
                    let here = if property.is_object() { at(&property).to_owned() } else { from.to_owned() };
                    let problem = format!("`allOf` has two different properties `{name}`; the other one is at {other}");
                    self.fail(&here, problem, "make them equal, or remove one");
                }
            }
        }
    }
}

impl Stage<'_> {
    /// Whether parts of `allOf` may refine each other's properties. In the schema folder, that's an error.
    fn merges(&self) -> bool {
        !self.document.has_overlay
    }
}

/// Returns true if a node has one type, and the only part of its `allOf` has another one, or allows null as well.
fn narrows(node: &Map<String, Value>, part: &Value) -> bool {
    let Some(Value::String(own)) = node.get("type") else { return false };
    match &part["type"] {
        Value::String(name) => name != own,
        Value::Array(names) => names.iter().all(|name| name == own || name == "null"),
        _ => false,
    }
}

/// Returns true if a schema accepts any value.
fn is_open(node: &Value) -> bool {
    *node == true || node.as_object().is_some_and(|node| node.keys().all(|keyword| is_annotation(keyword)))
}

/// Returns the value of a keyword that means the same as two values together, if there's one.
fn common(keyword: &str, left: &Value, right: &Value) -> Option<Value> {
    match (keyword, left, right) {
        ("type", Value::String(left), Value::String(right)) => {
            let is_pair = |a: &str, b: &str| left == a && right == b || left == b && right == a;
            is_pair("integer", "number").then(|| "integer".into())
        }
        ("enum", Value::Array(left), Value::Array(right)) => {
            let both: Vec<_> = left.iter().filter(|value| right.contains(value)).cloned().collect();
            (!both.is_empty()).then(|| both.into())
        }
        ("items" | "additionalProperties", Value::Object(_), Value::Object(_)) => {
            Some(json!({ AT: at(left), "allOf": [left, right] }))
        }
        ("additionalProperties", Value::Bool(false), _) | ("additionalProperties", _, Value::Bool(true)) => {
            Some(left.clone())
        }
        ("additionalProperties", ..) => Some(right.clone()),
        _ => None,
    }
}

/// Adds keywords for validators.
fn restrict(node: &mut Value, rest: Vec<Value>) {
    if !rest.is_empty() {
        let mut all = node["allOf"].as_array().cloned().unwrap_or_default();
        all.extend(rest);
        node["allOf"] = all.into();
    }
}

/// Removes the rules of a part for properties it doesn't name: in the merged object, they would apply to the
/// properties of other parts.
fn closing(part: &mut Value) -> Option<Value> {
    let node = part.as_object_mut()?;
    let is_open =
        |value: &Value| *value == true || value.as_object().is_some_and(|map| map.keys().all(|key| key == AT));
    let rest = node.remove("additionalProperties").filter(|rest| !is_open(rest))?;
    let named = node.get("properties").and_then(Value::as_object).into_iter().flatten();
    let named: Map<_, _> = named.map(|(name, _)| (name.clone(), json!({}))).collect();
    let mut closing = json!({ "properties": named, "additionalProperties": rest });
    if let Some(patterns) = node.get("patternProperties") {
        closing["patternProperties"] = patterns.clone();
    }
    Some(closing)
}
