//! Resolves `$ref`s to types, or inlines definitions without a type.
//!
//! Referenced schemas outside `definitions`, such as `#/properties/address`, get the name of their position.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::rc::Rc;

use serde_json::{Map, Value};

use super::super::names;
use super::super::pointer::unescape;
use super::super::vocabulary::{self, Below};
use super::class::{is_type, size};
use super::marks::{self, at};
use super::normal::is_annotation;
use super::stage::{MAX_COPIES, MAX_HEIGHT, Placed, Position, Stage, finished};

/// The help for invalid `$ref`s.
const REFERENCES: &str = "use `#/definitions/NAME`, `#` for the root, or the pointer of another schema in this file";

impl Stage<'_> {
    /// Adds referenced schemas outside `definitions`.
    pub(super) fn parts(&mut self) {
        let mut left = Vec::new();
        self.schemas.values().for_each(|schema| gather(schema, &mut left));
        while let Some(reference) = left.pop() {
            let Some(pointer) = self.pointer(&reference).filter(|pointer| !self.schemas.contains_key(pointer)) else {
                continue;
            };
            let mut around = pointer.rmatch_indices('/').map(|(end, _)| &pointer[..end]);
            let Some(outer) = around.find(|outer| self.schemas.contains_key(*outer)).map(str::to_owned) else {
                continue;
            };
            let Some(part) = schema_at(&self.schemas[&outer], &pointer[outer.len()..]).cloned() else { continue };
            let name = format!("{}{}", self.names[&outer], part_name(&pointer[outer.len()..]));
            self.names.insert(pointer.clone(), names::of_type(&name));
            self.schemas.insert(pointer, Cow::Owned(part));
        }
    }

    /// Resolves a `$ref` to a type, or to the content of a definition without a type.
    pub(super) fn reference(&mut self, mut node: Value, depth: usize) -> Placed {
        let any = Placed { node: Value::Bool(true), nullable: false, height: 0, size: 1 };
        let here = at(&node).to_owned();
        let Some(target) = node["$ref"].as_str().map(str::to_owned) else {
            self.fail(&format!("{here}/$ref"), format!("{} isn't a reference", node["$ref"]), REFERENCES);
            return any;
        };
        let Some(pointer) = self.resolve(&target, &here) else { return any };
        let nullable = if let Some(nullable) = self.written.get(&pointer) {
            Some(*nullable)
        } else {
            let Some(normal) = self.normal_of(&pointer) else { return any };
            is_type(&normal.node).then_some(normal.nullable)
        };
        if let Some(nullable) = nullable {
            node["$ref"] = match pointer.as_str() {
                "" => "#".into(),
                _ => format!("#/definitions/{}", self.names[&pointer]).into(),
            };
            return Placed { node, nullable, ..any };
        }
        let Some(alias) = self.alias(&pointer, depth + 1) else { return any };
        self.copies += alias.size;
        if depth + alias.height > MAX_HEIGHT || self.copies > MAX_COPIES {
            let problem = format!("`{target}` leads through too many definitions without a Rust type");
            self.fail(&format!("{here}/$ref"), problem, "turn one of them into an object");
            return any;
        }
        let mut placed = (*alias).clone();
        if let (Value::Object(annotations), Value::Object(placed)) = (node, &mut placed.node) {
            placed.extend(annotations.into_iter().filter(|(keyword, _)| is_annotation(keyword)));
        }
        placed
    }

    /// Returns a definition without a type, for inlining.
    fn alias(&mut self, pointer: &str, depth: usize) -> Option<Rc<Placed>> {
        if let Some(alias) = self.aliases.get(pointer) {
            return Some(Rc::clone(alias));
        }
        if self.open.iter().any(|open| open == pointer) {
            let problem = "this definition contains itself without an object in between";
            self.fail(pointer, problem, "turn it into an object with a property for the inner value");
            return None;
        }
        self.open.push(pointer.to_owned());
        let mut schema = self.schemas.get(pointer).cloned().unwrap_or_default().into_owned();
        marks::mark(&mut schema, pointer);
        let name = self.names[pointer].clone();
        let mut placed = self.value(schema, &name, depth, Position::Elsewhere);
        self.open.pop();
        if let Value::Object(node) = &mut placed.node {
            node.remove("title");
        }
        placed.size = size(&placed.node);
        let placed = Rc::new(placed);
        self.aliases.insert(pointer.to_owned(), Rc::clone(&placed));
        Some(placed)
    }

    /// Returns the pointer a `$ref` at `here` refers to. Fails if there's no such schema.
    pub(super) fn resolve(&mut self, reference: &str, here: &str) -> Option<String> {
        if let Some(pointer) = self.pointer(reference).filter(|pointer| self.schemas.contains_key(pointer)) {
            return Some(pointer);
        }
        let place = format!("{here}/$ref");
        match reference.strip_prefix("#/definitions/").filter(|key| !key.contains('/')) {
            Some(_) if self.tolerant => {}
            Some(key) => {
                let problem = format!("unknown definition `{key}`");
                self.fail(&place, problem, "correct the name, or add the definition");
            }
            None => {
                let problem = format!("\"{reference}\" isn't a reference to a schema of this document");
                self.fail(&place, problem, REFERENCES);
            }
        }
        None
    }

    /// Returns the pointer of a `$ref` within this document.
    pub(super) fn pointer(&self, reference: &str) -> Option<String> {
        let fragment = reference.strip_prefix('#')?;
        if self.schemas.contains_key(fragment) || !fragment.contains('%') {
            return Some(fragment.to_owned());
        }
        let mut bytes = Vec::new();
        let mut rest = fragment.bytes();
        while let Some(byte) = rest.next() {
            if byte == b'%' {
                let (high, low) = (char::from(rest.next()?).to_digit(16)?, char::from(rest.next()?).to_digit(16)?);
                bytes.push(u8::try_from(high * 16 + low).ok()?);
            } else {
                bytes.push(byte);
            }
        }
        String::from_utf8(bytes).ok()
    }

    /// Updates the references in keywords for validators.
    pub(super) fn validators(&mut self, node: &mut Value, done: &[&str]) {
        let Value::Object(map) = node else { return };
        let mut children = Vec::new();
        for (keyword, value) in map.iter_mut() {
            if !done.contains(&keyword.as_str()) && vocabulary::below(keyword, value).is_some() {
                children.push((keyword.clone(), value.take()));
            }
        }
        for (keyword, value) in children {
            let mut around = Map::from_iter([(keyword.clone(), value)]);
            marks::each_below(&mut around, "", |child, _| self.update_references(child));
            map.extend(around);
        }
    }

    fn update_references(&mut self, node: &mut Value) {
        if node.get("$ref").is_some() {
            let placed = self.reference(node.take(), 0);
            *node = finished(placed);
        } else {
            self.validators(node, &[]);
        }
    }
}

/// Returns all `$ref`s in a schema.
fn gather(schema: &Value, found: &mut Vec<String>) {
    let mut names = BTreeSet::new();
    let mut left = vec![schema];
    while let Some(value) = left.pop() {
        match value {
            Value::Object(map) => {
                names.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
                left.extend(map.values());
            }
            Value::Array(values) => left.extend(values),
            _ => {}
        }
    }
    found.extend(names);
}

/// Returns the schema at a pointer, if there's one.
fn schema_at<'a>(schema: &'a Value, pointer: &str) -> Option<&'a Value> {
    let (mut node, mut steps) = (schema, pointer.split('/').skip(1).map(unescape));
    while let Some(keyword) = steps.next() {
        let value = node.get(&keyword)?;
        node = match vocabulary::below(&keyword, value)? {
            Below::One => value,
            Below::List => value.get(steps.next()?.parse::<usize>().ok()?)?,
            Below::Named => value.get(steps.next()?)?,
        };
    }
    node.is_object().then_some(node)
}

/// Returns the suffix the path to a part adds to its parent's name.
fn part_name(pointer: &str) -> String {
    let mut name = String::new();
    let mut steps = pointer.split('/').skip(1);
    while let Some(step) = steps.next() {
        match step {
            "properties" => name += &names::of_part(&unescape(steps.next().unwrap_or_default())),
            "items" => name += "Item",
            "additionalProperties" => name += "Value",
            other => name += &names::of_part(&unescape(other)),
        }
    }
    name
}
