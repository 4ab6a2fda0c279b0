//! The simplest value of a schema, for the equal parts.

use std::cell::OnceCell;

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::sample::{Above, Sampler, overlaid};
use super::schemas::{kinds, list, listed, restricted};
use super::shapes::excludes;
use super::validate::build;
use super::{numbers, strings};
use crate::diff::vocabulary::is_annotation;

impl<'a> Sampler<'_, 'a> {
    /// A simplest value of a node; `None` if there is none, or it would never end.
    pub(super) fn simple(&mut self, node: &'a Value) -> Option<Value> {
        let node = self.schemas.sent(node)?;
        let address = std::ptr::from_ref(node).addr();
        if let Some(value) = self.simplest.get(&address) {
            return Some(value.clone());
        }
        let nested = self.above.iter().filter(|above| above.beside.is_none() && std::ptr::eq(above.node, node)).count();
        if nested > 1 || !self.visit(Above::new(node, None)) {
            return None;
        }
        let value = self.simple_value(node);
        self.above.pop();
        if let Some(value) = &value {
            self.simplest.insert(address, value.clone());
        }
        value
    }

    fn simple_value(&mut self, node: &'a Value) -> Option<Value> {
        if let Some(values) = listed(node) {
            return values.iter().find(|value| !value.is_null()).or(values.first()).cloned();
        }
        let mut parts = Vec::new();
        for keyword in ["anyOf", "oneOf"] {
            if let Some(branches) = node.get(keyword).and_then(Value::as_array) {
                let values = branches.iter().filter_map(|branch| Some((branch, self.simple(branch)?)));
                let mut values: Vec<_> = values.collect();
                values.sort_by_key(|(_, value)| value.is_null());
                let is_any = keyword == "anyOf";
                let union = OnceCell::new();
                let is_one = |value| {
                    let union: &Option<Validator> = union.get_or_init(|| self.one_of(branches));
                    union.as_ref().is_none_or(|union| union.is_valid(value))
                };
                let found = values
                    .iter()
                    .find(|(branch, value)| is_any || self.is_alone(branch, branches) || is_one(value))
                    .map(|(_, value)| value.clone());
                self.incomplete |= !is_any && found.is_none();
                parts.push(found?);
            }
        }
        for branch in list(node, "allOf") {
            parts.push(self.simple(branch)?);
        }
        let kind = kinds(node).into_iter().find(|kind| *kind != "null").unwrap_or("null");
        let own = if parts.is_empty() || node.get("properties").is_some() { self.simple_own(node, kind) } else { None };
        let mut samples = own.into_iter().chain(parts);
        let first = samples.next()?;
        Some(samples.fold(first, overlaid))
    }

    /// Whether the other branches reject every value of one.
    fn is_alone(&self, branch: &Value, branches: &[Value]) -> bool {
        let mut others = branches.iter().filter(|other| !std::ptr::eq(*other, branch));
        others.all(|other| excludes([self.schemas.from; 2], branch, other))
    }

    /// A validator of exactly one of the branches.
    fn one_of(&self, branches: &[Value]) -> Option<Validator> {
        let mut node = Map::from_iter([("oneOf".to_owned(), Value::from(branches))]);
        node.extend(self.schemas.from.get("definitions").map(|all| ("definitions".to_owned(), all.clone())));
        build(&restricted(&Value::Object(node)))
    }

    fn simple_own(&mut self, node: &'a Value, kind: &str) -> Option<Value> {
        match kind {
            "boolean" => Some(json!(false)),
            "integer" | "number" => first_valid(node, &numbers::samples(node, &[], kind == "integer")),
            "string" => {
                let strings: Vec<Value> = strings::samples(node, &[]).0.into_iter().map(Value::from).collect();
                first_valid(node, &strings)
            }
            "array" => {
                let least = self.counts(node, &[], ["minItems", "minItems"]);
                let least =
                    if node.get("minItems").is_some_and(|least| least != 0) { *least.iter().rev().nth(1)? } else { 0 };
                let contained = node.get("contains").and_then(|contained| self.simple(contained));
                if least == 0 {
                    return Some(contained.into_iter().collect());
                }
                let arrays = self.arrays(node, &[]);
                arrays
                    .into_iter()
                    .map(|sample| sample.value)
                    .find(|value| value.as_array().is_some_and(|items| items.len() >= least))
            }
            "object" => self.simple_object(node),
            _ => Some(Value::Null),
        }
    }
}

/// The first value the schema itself accepts.
fn first_valid(node: &Value, values: &[Value]) -> Option<Value> {
    let unions = ["anyOf", "oneOf", "allOf"];
    let own: Map<String, Value> = node
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, _)| !is_annotation(key) && !unions.contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let validator = (own.len() > 1).then(|| build(&Value::Object(own)));
    let valid = |value: &&Value| validator.as_ref().and_then(Option::as_ref).is_none_or(|own| own.is_valid(value));
    values.iter().find(valid).cloned()
}
