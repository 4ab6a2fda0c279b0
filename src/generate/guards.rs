//! Checks the complete document: refuses schemas typify or the model would misread.
//!
//! In `schema/`, every keyword must be supported. In other documents, unknown keywords are ignored, as draft-07
//! requires, and keywords of later drafts are refused.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::document::{Document, escape};
use super::failure::{Failure, Failures};
use super::model;
use super::names::{self, Rules};
use super::node::{self, Kind};
use super::vocabulary;

/// Checks the whole document.
pub(crate) fn check(document: &Document, rules: Rules) -> Result<(), Failures> {
    let mut guard = Guard { document, rules, failures: Vec::new() };
    guard.name("", &document.root_name());
    guard.definition("", &document.root);
    if let Some(definitions) = document.root.get("definitions").and_then(Value::as_object) {
        for (name, node) in definitions {
            let pointer = format!("/definitions/{}", escape(name));
            guard.name(&pointer, name);
            if *name == document.root_name() {
                let problem = format!("two types have the name `{name}`; the other one is the root");
                guard.fail(&pointer, problem, "rename the definition, and update its `$ref`s");
            }
            guard.definition(&pointer, node);
        }
    }
    Failures::unless_empty(guard.failures, ())
}

struct Guard<'a> {
    document: &'a Document,
    rules: Rules,
    failures: Vec<Failure>,
}

impl Guard<'_> {
    fn fail(&mut self, pointer: &str, problem: impl Into<String>, help: impl Into<String>) {
        self.failures.push(Failure::new(self.document.place(pointer), problem, help));
    }

    /// Returns the help for the additions and other documents, and the one for published nodes.
    fn or_repair(&self, help: &str, node: &str) -> String {
        let more = if self.document.has_overlay {
            format!("; for a published {node}, add a `[[repair]]` to the overlay")
        } else {
            String::new()
        };
        format!("{help}{more}")
    }

    fn name(&mut self, pointer: &str, name: &str) {
        if let Some((problem, help)) = names::fault(name, self.rules) {
            self.fail(pointer, problem, help);
        }
    }

    /// Checks a named type: an object, a string enum or a union.
    fn definition(&mut self, pointer: &str, node: &Value) {
        let Some(keywords) = self.keywords(pointer, node) else { return };
        if node::branches(node).is_some() {
            self.union(pointer, node);
        } else if node::kind(node) == Some(Kind::Object) && !is_map(keywords) {
            self.object(pointer, node);
        } else if node::kind(node) == Some(Kind::String) && node::values(node).is_some() {
            self.enumeration(pointer, node);
        } else {
            let help = "inline it; only objects with properties, string enums and unions have names";
            self.fail(
                pointer,
                "this definition is neither an object with properties, nor a string enum, nor a union",
                help,
            );
        }
    }

    /// Refuses unsupported keywords. Returns `None` if the node isn't a schema.
    fn keywords<'n>(&mut self, pointer: &str, node: &'n Value) -> Option<&'n Map<String, Value>> {
        let Value::Object(keywords) = node else {
            if *node != Value::Bool(true) {
                self.fail(pointer, format!("{node} isn't a schema"), "write a schema object");
            }
            return None;
        };
        for (keyword, value) in keywords {
            let at = format!("{pointer}/{}", escape(keyword));
            match keyword.as_str() {
                "const" => {
                    let help = self.or_repair(&format!("write `\"enum\": [{value}]`"), "node");
                    self.fail(&at, "`const` has no effect on the generated types", help);
                }
                later if vocabulary::later(later).is_some() => {
                    let help = self.or_repair("write it in draft-07", "node");
                    self.fail(&at, format!("`{later}` belongs to a later draft than draft-07"), help);
                }
                "items" if value.is_array() && self.rules == Rules::Ours => {
                    let help = self.or_repair("write one schema for all items", "node");
                    self.fail(&at, "unsupported schema for each position of an array", help);
                }
                known if vocabulary::is_understood(known) => {}
                // draft-07 ignores unknown keywords.
                _ if self.rules == Rules::Automatic => {}
                unknown => {
                    let help = self.or_repair("remove it", "node");
                    self.fail(&at, format!("unsupported keyword `{unknown}`"), help);
                }
            }
        }
        for unknown in node::types(node).into_iter().filter(|name| node::Kind::from_name(name).is_none()) {
            let help = "use one of boolean, integer, number, string, array, object, null";
            self.fail(&format!("{pointer}/type"), format!("unknown type `{unknown}`"), help);
        }
        self.reference(pointer, node);
        Some(keywords)
    }

    fn reference(&mut self, pointer: &str, node: &Value) {
        let Some(reference) = node.get("$ref") else { return };
        let at = format!("{pointer}/$ref");
        match self.document.target(node) {
            None => self.fail(
                &at,
                format!("{reference} isn't a reference within this document"),
                "use `#/definitions/NAME`",
            ),
            Some(name) if self.document.definition(&name).is_null() => {
                self.fail(&at, format!("unknown definition `{name}`"), "correct the name, or add the definition");
            }
            Some(_) => {}
        }
    }

    fn object(&mut self, pointer: &str, node: &Value) {
        let empty = Map::new();
        let properties = node["properties"].as_object().unwrap_or(&empty);
        for (key, property) in properties {
            let at = format!("{pointer}/properties/{}", escape(key));
            if key == "new" && property["x-setter"] != false {
                let help = self.or_repair("set `\"x-setter\": false` there", "property");
                self.fail(&at, "the setter `new` and the constructor would have the same name", help);
            }
            if node::only_value(property).is_some() {
                self.keywords(&at, property);
            } else {
                self.value(&at, property);
            }
        }
        self.constructor(pointer, node, properties);
        for (keyword, names) in [("required", &node["required"]), ("x-arguments", &node["x-arguments"])] {
            for name in node::strings(names).into_iter().filter(|name| !properties.contains_key(*name)) {
                let help = "correct the name, or delete it";
                self.fail(&format!("{pointer}/{keyword}"), format!("unknown property `{name}`"), help);
            }
        }
    }

    /// Checks constructor arguments: they include properties that can't start empty, and at most two strings and
    /// numbers, which callers could swap.
    fn constructor(&mut self, pointer: &str, node: &Value, properties: &Map<String, Value>) {
        let Some(arguments) = node.get("x-arguments").map(node::strings) else { return };
        let at = format!("{pointer}/x-arguments");
        if self.rules == Rules::Ours && model::scalars(node, &arguments) >= model::MIN_SWAPPABLE {
            let problem = "the constructor would take three or more strings and numbers, which are easily swapped";
            self.fail(&at, problem, "leave some to setters");
        }
        for name in node::strings(&node["required"]) {
            let property = properties.get(name).unwrap_or(&Value::Null);
            let target = self.document.target(property);
            let preset = target.is_some_and(|name| self.document.definition(&name).get("x-preset").is_some());
            if !arguments.contains(&name)
                && node::only_value(property).is_none()
                && !node::nullable(property)
                && !node::has_empty(property)
                && !preset
            {
                let problem = format!("the constructor doesn't take `{name}`, which is required and can't be empty");
                self.fail(&at, problem, format!("add `{name}`, or remove it from `required`"));
            }
        }
    }

    /// Checks a node without a type of its own: a scalar, an array, a map, a reference, or any value.
    fn value(&mut self, pointer: &str, node: &Value) {
        let Some(keywords) = self.keywords(pointer, node) else { return };
        let inner = node::without_null(node);
        if !std::ptr::eq(inner, node) {
            let keyword = if node.get("anyOf").is_some() { "anyOf" } else { "oneOf" };
            let index = usize::from(node[keyword][0]["type"] == "null");
            self.value(&format!("{pointer}/{keyword}/{index}"), inner);
        } else if node::branches(node).is_some() {
            self.union(pointer, node);
            self.anonymous(pointer, "union");
        } else if node.get("enum").is_some() && (self.rules == Rules::Ours || node::values(node).is_some()) {
            self.anonymous(pointer, "enum");
        } else if node::types(node).len() > 1 {
            self.anonymous(pointer, "union of kinds");
        } else if node::kind(node) == Some(Kind::Array) {
            if let Some(items) = node.get("items").filter(|items| !items.is_array()) {
                self.value(&format!("{pointer}/items"), items);
            }
        } else if is_map(keywords) {
            self.value(&format!("{pointer}/additionalProperties"), &node["additionalProperties"]);
        } else if node.get("properties").is_some() {
            self.anonymous(pointer, "object");
        }
    }

    fn anonymous(&mut self, pointer: &str, what: &str) {
        let help = if self.document.has_overlay {
            "give it a `[[name]]` in the overlay; in the additions, make it a definition and refer to it"
        } else {
            "make it a definition and refer to it"
        };
        self.fail(pointer, format!("this {what} has no name"), help);
    }

    fn enumeration(&mut self, pointer: &str, node: &Value) {
        let values: BTreeSet<_> = node::values(node).unwrap_or_default().into_iter().collect();
        for keyword in ["x-enum-descriptions", "x-names"] {
            for value in node[keyword].as_object().into_iter().flat_map(Map::keys) {
                if !values.contains(value.as_str()) {
                    let at = format!("{pointer}/{keyword}");
                    self.fail(&at, format!("the enum no longer has the value \"{value}\""), "delete its entry");
                }
            }
        }
    }

    /// Checks that the branches of a union differ by tag, or by kind of JSON value.
    fn union(&mut self, pointer: &str, node: &Value) {
        let Some((keyword, branches)) = node::branches(node) else { return };
        for beside in ["anyOf", "properties", "items", "enum", "required"] {
            if beside != keyword && node.get(beside).is_some() {
                let problem = format!("`{beside}` next to `{keyword}` isn't supported");
                self.fail(pointer, problem, "move it into the branches, or make it a union of its own");
            }
        }
        let mut earlier = Earlier::default();
        for (index, branch) in branches.iter().enumerate() {
            let at = format!("{pointer}/{keyword}/{index}");
            if branch.get("$ref").is_some() {
                self.keywords(&at, branch);
            } else {
                self.value(&at, branch);
            }
            let overlap = earlier.overlap(self.document, node["x-tag"].as_str(), index, branch);
            // The best match tells objects apart.
            let overlap = overlap.filter(|overlap| node["x-match"] != true || overlap.kind != Some(Kind::Object));
            if let Some(Overlap { other, both, .. }) = overlap {
                let problem = format!("the branches {other} and {index} of this union overlap: {both}");
                let help = "give each its own tag, or merge them into one object";
                self.fail(pointer, problem, help);
            }
        }
    }
}

/// An earlier branch that accepts values of this one.
struct Overlap {
    other: usize,
    both: String,
    /// The kind of these values, if it isn't about a tag.
    kind: Option<Kind>,
}

/// The first branch of each tag and of each kind among the branches so far.
#[derive(Default)]
struct Earlier<'a> {
    tags: BTreeMap<&'a str, usize>,
    /// The kinds of branches with tags.
    tagged: BTreeMap<Kind, usize>,
    /// The kinds of branches without tags.
    plain: BTreeMap<Kind, usize>,
}

impl<'a> Earlier<'a> {
    /// Returns the first overlapping branch, and how it overlaps.
    fn overlap(&mut self, document: &'a Document, tag: Option<&str>, index: usize, branch: &Value) -> Option<Overlap> {
        let tags = match (tag, document.target(branch)) {
            (Some(tag), Some(name)) => node::tags(document, &name, tag),
            _ => Vec::new(),
        };
        let kinds = node::kinds(document, branch);
        let twin = tags.iter().find_map(|value| Some((*self.tags.get(value)?, *value)));
        let mut rivals: Vec<_> = self.plain.iter().collect();
        if tags.is_empty() {
            rivals.extend(&self.tagged);
        }
        let same_kind = rivals.into_iter().find(|(kind, _)| kinds.iter().any(|other| kind.overlaps(*other)));
        let found = match (twin, same_kind) {
            (Some((other, value)), _) => {
                let both = format!("both have the `{}` \"{value}\"", tag.unwrap_or_default());
                Some(Overlap { other, both, kind: None })
            }
            (None, Some((kind, other))) => {
                let both = format!("both accept a value of type {}", kind.name());
                Some(Overlap { other: *other, both, kind: Some(*kind) })
            }
            (None, None) => None,
        };
        let kinds_so_far = if tags.is_empty() { &mut self.plain } else { &mut self.tagged };
        for kind in kinds {
            kinds_so_far.entry(kind).or_insert(index);
        }
        for value in tags {
            self.tags.entry(value).or_insert(index);
        }
        found
    }
}

/// Returns true for an object without `properties`: a map.
fn is_map(keywords: &Map<String, Value>) -> bool {
    keywords.get("additionalProperties").is_some_and(Value::is_object) && !keywords.contains_key("properties")
}
