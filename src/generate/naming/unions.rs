//! Names the variants of enums and unions after their own value, tag, definition or kind, independent of each other.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::super::document::pascal_case;
use super::super::names;
use super::super::node::{self, Kind};
use super::class::{Class, class};
use super::normal::is_annotation;
use super::stage::{Position, Stage};

/// Returns true if the model accepts a name for a variant.
fn is_variant(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && syn::parse_str::<syn::Ident>(name).is_ok()
}

impl Stage<'_> {
    /// Returns the branches of a union with names.
    pub(super) fn variants(&mut self, name: &str, node: &mut Value) {
        let Some((keyword, branches)) = node::branches(node) else { return };
        let mut branches = self.flat(branches.to_vec(), 0);
        if self.tolerant {
            branches.retain(|branch| branch["$ref"].as_str().is_none_or(|reference| self.leads_somewhere(reference)));
        }
        let prefix = node["x-tag-prefix"].as_str().unwrap_or_default().to_owned();
        let objects: Vec<_> = branches.iter().map(|branch| self.constants(branch)).collect();
        let unnamed = branches.iter().any(|branch| branch.get("x-variant").is_none());
        if let (None, true, Some(tag)) = (node.get("x-tag"), unnamed, common_tag(&objects)) {
            node["x-tag"] = tag.into();
        }
        let tag = node["x-tag"].as_str().map(str::to_owned);
        let mut written = Vec::new();
        for (mut branch, object) in branches.into_iter().zip(objects) {
            let value = tag.as_ref().and_then(|tag| object.as_ref()?.get(tag));
            let variant = match (branch["x-variant"].as_str(), value) {
                (Some(variant), _) => Some(variant.to_owned()),
                (None, Some(value)) => {
                    let usual = pascal_case(value.strip_prefix(&prefix).unwrap_or(value));
                    if is_variant(&usual) && usual != "Unknown" {
                        Some(usual)
                    } else {
                        let variant = names::of_part(value);
                        branch["x-variant"] = variant.clone().into();
                        Some(variant)
                    }
                }
                (None, None) => self.own_name(&branch).inspect(|variant| {
                    if let Value::Object(branch) = &mut branch {
                        branch.insert("x-variant".to_owned(), variant.clone().into());
                    }
                }),
            };
            let of_type = format!("{name}{}", variant.unwrap_or_else(|| "Variant".to_owned()));
            written.push(self.value(branch, &of_type, 0, Position::Elsewhere).node);
        }
        node[keyword] = written.into();
    }

    /// Returns the normalized branches. An unnamed union within a union is replaced by its branches.
    fn flat(&mut self, branches: Vec<Value>, depth: usize) -> Vec<Value> {
        let mut flat = Vec::new();
        for branch in branches {
            let mut branch = self.normal(branch).node;
            let bare = |branch: &Map<String, Value>| {
                branch.keys().all(|keyword| is_annotation(keyword) || matches!(keyword.as_str(), "anyOf" | "oneOf"))
                    && !branch.contains_key("x-variant")
            };
            let keyword = node::branches(&branch).map(|(keyword, _)| keyword);
            match keyword {
                Some(keyword) if depth < 64 && branch.as_object().is_some_and(bare) => {
                    if let Value::Array(inner) = branch[keyword].take() {
                        flat.extend(self.flat(inner, depth + 1));
                    }
                }
                _ => flat.push(branch),
            }
        }
        flat
    }

    /// Returns the required constant properties of an object branch; `None` for other branches.
    fn constants(&mut self, branch: &Value) -> Option<BTreeMap<String, String>> {
        let mut branch = branch.clone();
        for _ in 0..64 {
            let Some(reference) = branch["$ref"].as_str() else { break };
            let pointer = self.pointer(reference).filter(|pointer| self.schemas.contains_key(pointer))?;
            branch = self.normal_of(&pointer)?.node.clone();
        }
        if class(&branch) != Class::Object {
            return None;
        }
        let required = node::strings(&branch["required"]).into_iter();
        let constants = required.filter_map(|key| {
            let value = self.constant(branch["properties"].get(key)?)?;
            Some((key.to_owned(), value))
        });
        Some(constants.collect())
    }

    fn leads_somewhere(&self, reference: &str) -> bool {
        self.pointer(reference).is_some_and(|pointer| self.schemas.contains_key(&pointer))
    }

    /// Returns the only value of a string property.
    fn constant(&self, property: &Value) -> Option<String> {
        let target = property["$ref"].as_str().and_then(|reference| self.pointer(reference));
        let property = target.and_then(|pointer| self.schemas.get(&pointer)).unwrap_or(property);
        match (property["const"].as_str(), property["enum"].as_array().map(Vec::as_slice)) {
            (Some(value), _) => Some(value.to_owned()),
            (None, Some([Value::String(value)])) => Some(value.clone()),
            _ => None,
        }
    }

    /// Returns the name of a branch by its definition, title or kind.
    fn own_name(&self, branch: &Value) -> Option<String> {
        if let Some(reference) = branch["$ref"].as_str() {
            let name = self.names.get(&self.pointer(reference)?)?;
            return Some(if name == "Unknown" { "UnknownValue".to_owned() } else { name.clone() });
        }
        if let Some(title) = branch["title"].as_str().filter(|title| title.chars().any(char::is_alphanumeric)) {
            return Some(names::of_part(title));
        }
        let kind = match class(branch) {
            Class::Enumeration => Kind::String,
            Class::Union => return None,
            _ => node::kind(branch)?,
        };
        Some(pascal_case(kind.name()))
    }
}

/// Returns the property to identify all objects by: `type` or `kind` if possible, otherwise the first by name. Returns
/// one with equal values only if there's no other.
fn common_tag(objects: &[Option<BTreeMap<String, String>>]) -> Option<String> {
    let objects: Vec<_> = objects.iter().flatten().collect();
    let (first, others) = objects.split_first()?;
    let common: Vec<_> = first.keys().filter(|key| others.iter().all(|object| object.contains_key(*key))).collect();
    let distinct = |key: &str| {
        let mut values = BTreeSet::new();
        objects.iter().all(|object| values.insert(&object[key]))
    };
    let (telling, silent): (Vec<_>, Vec<_>) = common.into_iter().partition(|key| distinct(key));
    let preferred = |keys: &[&String]| {
        let known = ["type", "kind"].into_iter().find(|known| keys.iter().any(|key| key == known));
        known.map(str::to_owned).or_else(|| keys.first().map(|key| (*key).clone()))
    };
    preferred(&telling).or_else(|| preferred(&silent))
}

impl Stage<'_> {
    /// Names the enum values without a valid name.
    pub(super) fn name_values(node: &mut Value) {
        let unnamed =
            node::values(node).unwrap_or_default().into_iter().filter(|value| !is_variant(&pascal_case(value)));
        let unnamed: Vec<_> = unnamed.map(str::to_owned).collect();
        if unnamed.is_empty() {
            return;
        }
        let mut given = node["x-names"].as_object().cloned().unwrap_or_default();
        for value in unnamed {
            let name = names::of_part(&value);
            given.entry(value).or_insert(name.into());
        }
        node["x-names"] = given.into();
    }
}
