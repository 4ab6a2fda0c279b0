//! Applies `schema/overlay.toml`, which names the anonymous parts of the published schema and repairs it.
//!
//! Pointers are those of the published file. An entry that matches no node, or that the published schema has made
//! redundant, is an error.

mod entries;
mod paste;

use serde_json::{Map, Value, json};
use toml::Spanned;

use super::digest::{digest, is_same};
use super::document::{Document, Place, Text, escape, parent_and_key, referenced};
use super::failure::Failure;
use super::node;
pub(crate) use entries::Overlay;
use entries::{Add, Arguments, Name, Repair, Replace, Root, Untagged};

/// Reads the overlay.
pub(crate) fn parse(text: &Text) -> Result<Overlay, Failure> {
    toml::from_str(&text.text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(&text.text, span.start));
        Failure::new(
            Place::line(&text.name, line),
            format!("invalid overlay: {}", error.message()),
            "see the top of the file for its entries",
        )
    })
}

/// Applies the overlay to the published document. Skips failing entries.
pub(crate) fn apply(document: &mut Document, overlay: &Overlay, text: &Text) -> Vec<Failure> {
    let mut stage = Stage { document, text, failures: Vec::new() };
    if let Some(root) = &overlay.root {
        stage.root(root);
    }
    overlay.repair.iter().for_each(|entry| stage.repair(entry));
    overlay.add.iter().for_each(|entry| stage.add(entry));
    overlay.replace.iter().for_each(|entry| stage.replace(entry));
    overlay.arguments.iter().for_each(|entry| stage.arguments(entry));
    let mut names: Vec<_> = overlay.name.iter().collect();
    names.sort_by_key(|entry| std::cmp::Reverse(entry.get_ref().at.matches('/').count()));
    for entry in names {
        stage.name(entry);
    }
    stage.failures
}

/// Applies the entries for the additions' unions. Call it after the additions are merged.
pub(crate) fn apply_to_unions(document: &mut Document, overlay: &Overlay, text: &Text) -> Vec<Failure> {
    let mut stage = Stage { document, text, failures: Vec::new() };
    overlay.replace.iter().for_each(|entry| stage.is_replaced(entry));
    overlay.name.iter().for_each(|entry| stage.variant_of(entry));
    overlay.untagged.iter().for_each(|entry| stage.untagged(entry));
    stage.failures
}

/// Adds missing required properties to constructor arguments, and removes unknown ones.
pub(crate) fn fit_arguments(node: &mut Value) {
    match node {
        Value::Object(map) => {
            if map.contains_key("x-arguments") {
                let fitting = fitting_arguments(map);
                map.insert("x-arguments".to_owned(), fitting);
            }
            map.values_mut().for_each(fit_arguments);
        }
        Value::Array(nodes) => nodes.iter_mut().for_each(fit_arguments),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn fitting_arguments(object: &Map<String, Value>) -> Value {
    let properties = object.get("properties").and_then(Value::as_object);
    let asked = node::strings(&object["x-arguments"]);
    let required = object.get("required").map(node::strings).unwrap_or_default();
    let is_open = |name: &&str| {
        let property = properties.and_then(|properties| properties.get(*name));
        property.is_some_and(|property| {
            node::only_value(property).is_none() && !node::nullable(property) && !node::has_empty(property)
        })
    };
    let exists = |name: &&str| properties.is_some_and(|properties| properties.contains_key(*name));
    let more = required.into_iter().filter(|name| !asked.contains(name)).filter(is_open);
    asked.iter().copied().filter(exists).chain(more).collect()
}

fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}

struct Stage<'a> {
    document: &'a mut Document,
    text: &'a Text,
    failures: Vec<Failure>,
}

impl Stage<'_> {
    fn fail<T>(&mut self, entry: &Spanned<T>, problem: String, help: impl Into<String>) {
        let place = Place::line(&self.text.name, line_of(&self.text.text, entry.span().start));
        self.failures.push(Failure::new(place, problem, help));
    }

    /// Checks that an entry has a reason.
    fn explained<T>(&mut self, entry: &Spanned<T>, why: &str) {
        if why.trim().is_empty() {
            self.fail(entry, "`why` is empty".to_owned(), "explain why the entry is needed");
        }
    }

    /// Returns the published node of an entry. Fails if there's none.
    fn node<T>(&mut self, entry: &Spanned<T>, at: &str, why: &str) -> Option<&mut Value> {
        self.explained(entry, why);
        if self.document.root.pointer(at).is_none() {
            self.not_found(entry, at);
        }
        self.document.root.pointer_mut(at)
    }

    /// Returns the published node of an entry. Fails if it isn't an object.
    fn schema<T>(&mut self, entry: &Spanned<T>, at: &str, why: &str) -> Option<&mut Map<String, Value>> {
        if self.node(entry, at, why).is_some_and(|node| !node.is_object()) {
            let problem = format!("`{at}` isn't a schema");
            self.fail(entry, problem, "correct `at`");
        }
        self.document.root.pointer_mut(at).and_then(Value::as_object_mut)
    }

    fn not_found<T>(&mut self, entry: &Spanned<T>, at: &str) {
        let mut known = at;
        while self.document.root.pointer(known).is_none() {
            known = known.rsplit_once('/').map_or("", |(parent, _)| parent);
        }
        let known = if known.is_empty() { "the root".to_owned() } else { format!("`{known}`") };
        self.fail(
            entry,
            format!("`{at}` isn't in the published schema; the longest match is {known}"),
            "delete the entry, or correct `at`",
        );
    }

    fn root(&mut self, entry: &Spanned<Root>) {
        let Root { title, why } = entry.get_ref();
        self.explained(entry, why);
        let found = &self.document.root["title"];
        if found != title.as_str() {
            let problem = format!("the published schema's title is {found}, not \"{title}\"");
            let help = "refresh from the page of the Responses endpoint, or, if the page was \
                          renamed, change `title` here and in the library";
            self.failures.push(Failure::new(self.document.place("/title"), problem, help));
        } else if self.document.root["type"] != "object" {
            self.failures.push(Failure::new(
                self.document.place("/type"),
                "the root of the published schema isn't an object",
                "refresh from the page of the Responses endpoint",
            ));
        }
    }

    fn repair(&mut self, entry: &Spanned<Repair>) {
        let Repair { at, expect, value, why } = entry.get_ref();
        let (parent, key) = parent_and_key(at);
        let Some(node) = self.schema(entry, parent, why) else { return };
        let found = node.get(&key).cloned();
        if found.as_ref().is_some_and(|found| is_same(&key, found, value)) {
            let problem = format!("`{at}` is published as {value} now, so the repair isn't needed");
            self.fail(entry, problem, "delete the entry");
            return;
        }
        let is_expected = match (&found, expect) {
            (Some(found), Some(expect)) => is_same(&key, found, expect),
            (found, expect) => found == expect,
        };
        if is_expected {
            node.insert(key, value.clone());
            let line = line_of(&self.text.text, entry.span().start);
            self.document.set_place(at.clone(), Place::line(&self.text.name, line));
        } else {
            let show = |value: &Option<Value>| value.as_ref().map_or("absent".to_owned(), Value::to_string);
            let problem = format!("`{at}` has changed from {} to {}", show(expect), show(&found));
            let help = paste::repair(entry.get_ref(), found.as_ref());
            self.fail(entry, problem, help);
            if let Some(failure) = self.failures.last_mut() {
                failure.unrepaired = Some(parent.to_owned());
            }
        }
    }

    fn add(&mut self, entry: &Spanned<Add>) {
        let Add { at, value, why } = entry.get_ref();
        let (parent, key) = parent_and_key(at);
        let Some(node) = self.schema(entry, parent, why) else { return };
        if let Some(found) = node.get(&key) {
            let problem = format!("`{at}` is published now");
            let help = paste::published(entry.get_ref(), found);
            self.fail(entry, problem, help);
            return;
        }
        node.insert(key, value.clone());
        let line = line_of(&self.text.text, entry.span().start);
        self.document.set_place(at.clone(), Place::line(&self.text.name, line));
    }

    fn replace(&mut self, entry: &Spanned<Replace>) {
        let Replace { at, published, with, why, .. } = entry.get_ref();
        let Some(node) = self.node(entry, at, why) else { return };
        let found = digest(node);
        if let Some(with) = with {
            *node = json!({ "$ref": format!("#/definitions/{with}") });
        } else {
            let (parent, key) = parent_and_key(at);
            let properties = self.document.root.pointer_mut(parent).filter(|_| parent == "/properties");
            if properties.and_then(Value::as_object_mut).and_then(|properties| properties.remove(&key)).is_none() {
                let problem = format!("`{at}` isn't a property of the root, so the additions can't have it");
                self.fail(entry, problem, "name a definition of the additions: `with = \"…\"`");
            }
        }
        if found != *published {
            let problem = format!("the published schema at `{at}` has changed since this entry was written");
            self.fail(entry, problem, paste::replace(entry.get_ref(), &found));
        }
    }

    /// Checks that the additions have the property.
    fn is_replaced(&mut self, entry: &Spanned<Replace>) {
        let Replace { at, with, .. } = entry.get_ref();
        if with.is_none() && self.document.root.pointer(at).is_none() {
            let problem = format!("the additions have no property for `{at}`");
            self.fail(entry, problem, "delete the entry, or add the property to the additions");
        }
    }

    fn arguments(&mut self, entry: &Spanned<Arguments>) {
        let Arguments { at, ask_for, why } = entry.get_ref();
        if let Some(node) = self.schema(entry, at, why) {
            node.insert("x-arguments".to_owned(), ask_for.clone().into());
            let line = line_of(&self.text.text, entry.span().start);
            self.document.set_place(format!("{at}/x-arguments"), Place::line(&self.text.name, line));
        }
    }

    fn name(&mut self, entry: &Spanned<Name>) {
        let Name { at, is: name, why, variant_of, .. } = entry.get_ref();
        let Some(node) = self.node(entry, at, why) else { return };
        if referenced(node).is_some() {
            let problem = format!("`{at}` is a reference now, so it needs no name");
            self.fail(entry, problem, "delete the entry");
            return;
        }
        if !node.is_object() {
            let problem = format!("`{at}` is {node} now, which can't have a name");
            self.fail(entry, problem, "delete the entry, or correct `at`");
            return;
        }
        let target = variant_of.as_ref().unwrap_or(name);
        let mut reference = json!({ "$ref": format!("#/definitions/{target}") });
        if let (Some(description), true) = (node.get("description"), at.contains("/properties/")) {
            reference["description"] = description.clone();
        }
        let mut definition = node.clone();
        if let Err(problem) = entry.get_ref().complete(&mut definition) {
            let help = paste::name(entry.get_ref(), &definition);
            self.fail(entry, problem, help);
        }
        let place = self.document.place(at);
        if let Err(failure) = self.document.define(name, definition, place) {
            self.failures.push(failure);
            return;
        }
        self.document.move_places(at, &format!("/definitions/{}", escape(name)));
        if let Some(node) = self.document.root.pointer_mut(at) {
            *node = reference;
        }
    }

    fn untagged(&mut self, entry: &Spanned<Untagged>) {
        let Untagged { union, means, only, why } = entry.get_ref();
        let pointer = format!("/definitions/{}", escape(union));
        self.explained(entry, why);
        if self.document.root.pointer(&pointer).is_none_or(|node| node.get("x-tag").is_none()) {
            let problem = format!("`{union}` isn't a tagged union of the additions");
            self.fail(entry, problem, "correct `union`, or delete the entry");
            return;
        }
        self.is_variant(entry, means, union);
        if let Some((_, definition)) = only {
            self.is_variant(entry, definition, union);
        }
        let Some(node) = self.document.root.pointer_mut(&pointer) else { return };
        node["x-untagged"] = means.clone().into();
        if let Some((property, definition)) = only {
            node["x-untagged-only"] = json!([property, definition]);
        }
    }

    fn variant_of(&mut self, entry: &Spanned<Name>) {
        if let Some(union) = &entry.get_ref().variant_of {
            self.is_variant(entry, &entry.get_ref().is, union);
        }
    }

    /// Checks that the type is a branch of the union.
    fn is_variant<T>(&mut self, entry: &Spanned<T>, name: &str, union: &str) {
        let union_node = &self.document.root["definitions"][union];
        let branches = node::branches(union_node).map(|(_, branches)| branches).unwrap_or_default();
        if !branches.iter().any(|branch| referenced(branch) == Some(name)) {
            let problem = format!("`{name}` isn't a branch of the union `{union}`");
            self.fail(entry, problem, "correct the name, or add it to the union's `oneOf`");
        }
    }
}

impl Name {
    /// Writes the entry's description, values and variants into the type's schema.
    fn complete(&self, definition: &mut Value) -> Result<(), String> {
        if let Some(description) = &self.description {
            definition["description"] = description.clone().into();
        }
        let published = node::values(definition).unwrap_or_default();
        if let Some(gone) = self.values.keys().find(|value| !published.contains(&value.as_str())) {
            return Err(format!("`{}` no longer has the value \"{gone}\"", self.at));
        }
        if !self.values.is_empty() {
            definition["x-enum-descriptions"] = json!(self.values);
        }
        if self.variants.is_empty() {
            return Ok(());
        }
        let keyword = if definition.get("oneOf").is_some() { "oneOf" } else { "anyOf" };
        let branches = definition.get_mut(keyword).and_then(Value::as_array_mut);
        let Some(branches) = branches.filter(|branches| branches.len() == self.variants.len()) else {
            return Err(format!("`{}` is no longer a union of {} branches", self.at, self.variants.len()));
        };
        for (branch, variant) in branches.iter_mut().zip(&self.variants) {
            if let Some(branch) = branch.as_object_mut() {
                branch.insert("x-variant".to_owned(), variant.clone().into());
            }
        }
        Ok(())
    }
}
