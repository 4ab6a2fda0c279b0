//! Keeps the values in the arrays and maps of a root that isn't an object.
//!
//! An object keeps the text of a value that its field doesn't hold, such as a null among strings. Above all objects, the
//! elements themselves have to hold it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::tree;
use super::warnings::Warnings;
use crate::generate::Document;
use crate::generate::naming::marks::at;

const HELP: &str = "make the root an object to give them a type";

/// Makes `Json` of the elements of the root that may be null, or have keys of several types.
pub(super) fn keep(root: &mut Value, raw: &Document, warnings: &mut Warnings) {
    let (mut left, mut seen) = (vec![String::new()], BTreeSet::new());
    while let Some(pointer) = left.pop() {
        let Some(pointer) = target(root, &pointer).filter(|pointer| seen.insert(pointer.clone())) else { continue };
        let Some(node) = root.pointer(&pointer) else { continue };
        for union in ["allOf", "anyOf", "oneOf"] {
            let count = node[union].as_array().map_or(0, Vec::len);
            left.extend((0..count).map(|index| format!("{pointer}/{union}/{index}")));
        }
        let is_object = node.get("properties").is_some();
        for keyword in ["items", "additionalProperties"] {
            let below = format!("{pointer}/{keyword}");
            let Some(element) = root.pointer(&below).filter(|element| element.is_object() && !is_object) else {
                continue;
            };
            let is_open =
                keyword == "additionalProperties" && root.pointer(&pointer).is_some_and(|map| map["x-open"] == true);
            if is_open || is_nullable(root, &below) {
                let place = raw.place(at(element));
                let problem = "an element of the root may be of another type";
                warnings.json(place, problem, HELP);
                let Some(element) = root.pointer_mut(&below) else { continue };
                let rest = element.clone();
                tree::empty(element);
                if !is_open {
                    tree::restrict_to(element, &rest);
                }
            } else {
                left.push(below);
            }
        }
    }
}

/// The pointer of the schema behind references.
fn target(root: &Value, pointer: &str) -> Option<String> {
    let (mut pointer, mut seen) = (pointer.to_owned(), BTreeSet::new());
    while let Some(reference) = root.pointer(&pointer)?["$ref"].as_str() {
        let next = reference.strip_prefix('#')?.to_owned();
        if !seen.insert(next.clone()) {
            return None;
        }
        pointer = next;
    }
    Some(pointer)
}

/// Whether a schema accepts null beside other values.
pub(super) fn is_nullable(root: &Value, pointer: &str) -> bool {
    let Some(node) = target(root, pointer).and_then(|pointer| root.pointer(&pointer)) else { return false };
    let list = |keyword: &str| node[keyword].as_array().into_iter().flatten();
    list("type").any(|name| name == "null")
        || node["type"] == "null"
        || list("enum").any(Value::is_null)
        || list("anyOf").chain(list("oneOf")).any(|branch| tree::resolved(root, branch)["type"] == "null")
}
