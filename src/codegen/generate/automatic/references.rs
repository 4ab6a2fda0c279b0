//! What a `$ref` leads to: a type, or something that is written where it is used.
//!
//! Place in the flow: `mod.rs` asks for each `$ref` that it meets. A definition that needs no type, a
//! string or an array of something, is put in the place of the references to it.

use std::rc::Rc;

use serde_json::Value;

use super::class::is_type;
use super::marks::at;
use super::normal::is_annotation;
use super::{DEEPEST, MOST_COPIES, Placed, Position, Stage, size};

/// What a `$ref` may be.
const REFERENCES: &str =
    "use `#/definitions/NAME`, or `#` for the root; what stands elsewhere, make a definition of it";

impl Stage<'_> {
    /// A `$ref` where it is used: to a type, or what the definition says if that needs no type.
    pub(super) fn reference(&mut self, mut node: Value, depth: usize) -> Placed {
        let nothing = Placed { node: Value::Bool(true), nullable: false, height: 0, size: 1 };
        let here = at(&node).to_owned();
        let Some(target) = node["$ref"].as_str().map(str::to_owned) else {
            self.fail(&format!("{here}/$ref"), format!("{} is not a reference", node["$ref"]), REFERENCES);
            return nothing;
        };
        let Some(pointer) = self.resolve(&target, &here) else { return nothing };
        let Some(normal) = self.normal_of(&pointer) else { return nothing };
        if is_type(&pointer, &normal.node) {
            node["$ref"] = match pointer.as_str() {
                "" => "#".into(),
                _ => format!("#/definitions/{}", self.names[&pointer]).into(),
            };
            return Placed { node, nullable: normal.nullable, ..nothing };
        }
        let Some(alias) = self.alias(&pointer, depth + 1) else { return nothing };
        self.copies += alias.size;
        if depth + alias.height > DEEPEST || self.copies > MOST_COPIES {
            let problem = format!("`{target}` leads through too many definitions that need no type of their own");
            self.fail(&format!("{here}/$ref"), problem, "make an object of one of them");
            return nothing;
        }
        let mut placed = (*alias).clone();
        if let (Value::Object(words), Value::Object(placed)) = (node, &mut placed.node) {
            placed.extend(words.into_iter().filter(|(keyword, _)| is_annotation(keyword)));
        }
        placed
    }

    /// A definition that needs no type, as it is used.
    fn alias(&mut self, pointer: &str, depth: usize) -> Option<Rc<Placed>> {
        if let Some(alias) = self.aliases.get(pointer) {
            return Some(Rc::clone(alias));
        }
        if self.open.iter().any(|open| open == pointer) {
            let problem = "this definition leads back to itself without an object between, so that no type can hold it";
            self.fail(pointer, problem, "make an object of it, with a property for what it leads to");
            return None;
        }
        self.open.push(pointer.to_owned());
        let schema = self.schemas.get(pointer).cloned().unwrap_or_default();
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

    /// The pointer of the definition that a `$ref` at `here` leads to; a failure if there is none.
    pub(super) fn resolve(&mut self, reference: &str, here: &str) -> Option<String> {
        if let Some(pointer) = self.pointer(reference).filter(|pointer| self.schemas.contains_key(pointer)) {
            return Some(pointer);
        }
        let place = format!("{here}/$ref");
        match reference.strip_prefix("#/definitions/").filter(|key| !key.contains('/')) {
            Some(_) if self.tolerant => {}
            Some(key) => {
                let problem = format!("there is no definition `{key}`");
                self.fail(&place, problem, "correct the name, or add the definition");
            }
            None => {
                let problem = format!("\"{reference}\" is not a reference to a definition of this document");
                self.fail(&place, problem, REFERENCES);
            }
        }
        None
    }

    /// The pointer in a `$ref` within this document.
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
}
