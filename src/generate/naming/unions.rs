//! Names the variants of enums and unions after their own value, tag, definition or kind, independent of each other.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::super::document::pascal_case;
use super::super::names;
use super::super::node::{self, Kind};
use super::class::{Class, class};
use super::marks::at;
use super::normal::is_annotation;
use super::stage::{Position, Stage};

/// Returns true if the model accepts a name for a variant.
fn is_variant(name: &str) -> bool {
    name.len() <= names::MAX_AUTOMATIC_NAME
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(names::is_letter)
        && syn::parse_str::<syn::Ident>(name).is_ok()
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
        // The best match decides if objects without the tag are a branch, too.
        let is_matched = node["x-match"] == true;
        let is_loose = branches.iter().zip(&objects).any(|(branch, object)| object.is_none() && self.is_object(branch));
        if let (None, true, Some(tag)) = (node.get("x-tag"), unnamed, common_tag(&objects, is_matched))
            && !(is_matched && is_loose)
        {
            node["x-tag"] = tag.into();
        }
        let tag = node["x-tag"].as_str().map(str::to_owned);
        let (mut written, mut names) = (Vec::new(), Names { is_ours: self.document.has_overlay, ..Names::default() });
        for (mut branch, object) in branches.into_iter().zip(objects) {
            let values = tag.as_ref().and_then(|tag| object.as_ref()?.get(tag)).map_or(&[][..], Vec::as_slice);
            let usual = match values {
                [value] => Some(pascal_case(value.strip_prefix(&prefix).unwrap_or(value))),
                _ => None,
            };
            let variant = match (branch["x-variant"].as_str(), &usual) {
                (Some(variant), _) => Some(variant.to_owned()),
                (None, Some(usual)) if is_variant(usual) && usual != "Unknown" => Some(usual.clone()),
                (None, Some(_)) => values.first().map(|value| names::of_part(value)),
                (None, None) => self.own_name(&branch, values, &names),
            };
            let variant = variant.map(|variant| names.take(&variant, &branch));
            if let (Some(variant), Value::Object(branch)) = (&variant, &mut branch)
                && (usual.as_ref() != Some(variant))
            {
                branch.insert("x-variant".to_owned(), variant.clone().into());
            }
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

    /// Returns the required properties of an object branch that list their values; `None` for other branches.
    fn constants(&mut self, branch: &Value) -> Option<BTreeMap<String, Vec<String>>> {
        let branch = self.target(branch)?;
        if class(&branch) != Class::Object {
            return None;
        }
        let required = node::strings(&branch["required"]).into_iter();
        let constants = required.filter_map(|key| {
            let values = self.listed(branch["properties"].get(key)?)?;
            Some((key.to_owned(), values))
        });
        Some(constants.collect())
    }

    /// Returns the normal form of the schema that a branch refers to.
    fn target(&mut self, branch: &Value) -> Option<Value> {
        let mut branch = branch.clone();
        for _ in 0..64 {
            let Some(reference) = branch["$ref"].as_str() else { break };
            let pointer = self.pointer(reference).filter(|pointer| self.schemas.contains_key(pointer))?;
            branch = self.normal_of(&pointer)?.node.clone();
        }
        Some(branch)
    }

    /// Returns true if values of a branch may be objects.
    fn is_object(&mut self, branch: &Value) -> bool {
        let Some(target) = self.target(branch) else { return true };
        node::branches(&target).is_some() || node::kind(&target).is_none_or(|kind| kind == Kind::Object)
    }

    fn leads_somewhere(&self, reference: &str) -> bool {
        self.pointer(reference).is_some_and(|pointer| self.schemas.contains_key(&pointer))
    }

    /// Returns the values of a string property.
    fn listed(&self, property: &Value) -> Option<Vec<String>> {
        let target = property["$ref"].as_str().and_then(|reference| self.pointer(reference));
        let property = target.and_then(|pointer| self.schemas.get(&pointer)).map_or(property, |schema| schema);
        match property["const"].as_str() {
            Some(value) => Some(vec![value.to_owned()]),
            None => property["enum"].as_array()?.iter().map(|value| value.as_str().map(str::to_owned)).collect(),
        }
    }

    /// Returns the name of a branch by its definition, title, tag, required property or kind.
    fn own_name(&self, branch: &Value, tags: &[String], others: &Names) -> Option<String> {
        if let Some(reference) = branch["$ref"].as_str() {
            let name = self.names.get(&self.pointer(reference)?)?;
            return Some(if name == "Unknown" { "UnknownValue".to_owned() } else { name.clone() });
        }
        if let Some(title) = branch["title"].as_str().filter(|title| title.chars().any(char::is_alphanumeric)) {
            return Some(names::of_part(title));
        }
        if let Some(tag) = tags.first() {
            return Some(names::of_part(tag));
        }
        let kind = match class(branch) {
            Class::Enumeration => Kind::String,
            Class::Union => return None,
            Class::Object if !others.is_ours => {
                return Some(self.first_property(branch, others).unwrap_or_else(|| "Object".to_owned()));
            }
            _ => node::kind(branch)?,
        };
        Some(pascal_case(kind.name()))
    }

    /// Returns the name of the first required property the objects before lack. If there's none, of the first
    /// property they lack.
    fn first_property(&self, branch: &Value, others: &Names) -> Option<String> {
        let required = node::strings(&branch["required"]);
        let mut properties: Vec<_> = branch["properties"].as_object()?.iter().collect();
        properties.sort_by_cached_key(|(key, property)| {
            (!required.contains(&key.as_str()), self.document.rank(at(property)))
        });
        let is_known = |key: &str| others.properties.contains(key);
        let is_told = |key: &str| required.contains(&key) || !others.properties.is_empty();
        let key = properties.into_iter().map(|(key, _)| key).find(|key| is_told(key) && !is_known(key))?;
        Some(names::of_part(key)).filter(|name| is_variant(name))
    }
}

/// The names of the variants so far.
#[derive(Default)]
struct Names {
    /// Whether equal names are an error.
    is_ours: bool,
    taken: BTreeSet<String>,
    /// The properties of the objects so far.
    properties: BTreeSet<String>,
}

impl Names {
    /// Returns the name of a branch, with a number if it's taken.
    fn take(&mut self, name: &str, branch: &Value) -> String {
        let is_free = |name: &str| self.is_ours || (name != "Unknown" && !self.taken.contains(name));
        let name = names::numbered(name, is_free);
        self.taken.insert(name.clone());
        self.properties.extend(branch["properties"].as_object().into_iter().flat_map(Map::keys).cloned());
        name
    }
}

/// Returns the property that identifies all objects: `type` or `kind` if possible, otherwise the first by name. One with
/// a single value in each object comes first. Returns one with equal values only if there's no other.
fn common_tag(objects: &[Option<BTreeMap<String, Vec<String>>>], is_matched: bool) -> Option<String> {
    let objects: Vec<_> = objects.iter().flatten().collect();
    let (first, others) = objects.split_first()?;
    let common: Vec<_> = first.keys().filter(|key| others.iter().all(|object| object.contains_key(*key))).collect();
    let single = |key: &str| objects.iter().all(|object| object[key].len() == 1);
    let distinct = |key: &str| {
        let mut values = BTreeSet::new();
        objects.iter().flat_map(|object| &object[key]).all(|value| values.insert(value))
    };
    let (distinguishing, ambiguous): (Vec<_>, Vec<_>) = common.into_iter().partition(|key| distinct(key));
    let (constant, mut listed): (Vec<_>, Vec<_>) = distinguishing.into_iter().partition(|key| single(key));
    listed.retain(|_| !others.is_empty());
    let ambiguous: Vec<_> = ambiguous.into_iter().filter(|key| !is_matched && single(key)).collect();
    let preferred = |keys: &[&String]| {
        let known = ["type", "kind"].into_iter().find(|known| keys.iter().any(|key| key == known));
        known.map(str::to_owned).or_else(|| keys.first().map(|key| (*key).clone()))
    };
    preferred(&constant).or_else(|| preferred(&listed)).or_else(|| preferred(&ambiguous))
}

impl Stage<'_> {
    /// Names the enum values that aren't valid names, and distinguishes those with equal names.
    pub(super) fn name_values(&self, node: &mut Value) {
        let mut given = node["x-names"].as_object().cloned().unwrap_or_default();
        let mut taken = BTreeSet::new();
        for value in node::values(node).unwrap_or_default() {
            let usual = pascal_case(value);
            let valid = if is_variant(&usual) { usual.clone() } else { names::of_part(value) };
            let name = given.get(value).and_then(Value::as_str).map_or(valid, str::to_owned);
            let is_free = |name: &str| self.document.has_overlay || !taken.contains(name);
            let name = names::distinct(&name, value, is_free);
            taken.insert(name.clone());
            if name != usual {
                given.entry(value).or_insert(name.into());
            }
        }
        if !given.is_empty() {
            node["x-names"] = given.into();
        }
    }
}
