//! Marks on the nodes of a document, so that each can be moved and still says where it stood.
//!
//! Place in the flow: `mod.rs` marks the document before it changes anything, and takes the marks
//! away at the end; what they say becomes the places of the new document.

use serde_json::{Map, Value};

use super::super::document::{Document, Place, escape};
use super::super::vocabulary::{self, Form};

/// The keyword of a mark: the pointer of the node in the document as it was. No schema has such a keyword.
pub(super) const AT: &str = "\u{0}at";

/// The keyword of a property that an object has from another one: the name of that one.
pub(super) const OF: &str = "\u{0}of";

/// What of a schema stands below one of its keywords.
pub(super) enum Below {
    /// One schema.
    One,
    /// An array of schemas.
    List,
    /// An object of schemas.
    Named,
}

/// The schemas below a keyword, if there are any.
pub(super) fn below(keyword: &str, value: &Value) -> Option<Below> {
    // Later drafts call `definitions` so.
    let keyword = if keyword == "$defs" { "definitions" } else { keyword };
    let form = if keyword == "dependencies" { Form::SchemaMap } else { vocabulary::find(keyword)?.form };
    match (form, value) {
        (Form::Schemas | Form::SchemaOrList, Value::Array(_)) => Some(Below::List),
        (Form::SchemaMap, Value::Object(_)) => Some(Below::Named),
        (Form::SchemaOrBoolean | Form::SchemaOrList, Value::Object(_)) => Some(Below::One),
        _ => None,
    }
}

/// Calls `visit` with each schema just below a node, and with its pointer.
pub(super) fn each_below(node: &mut Map<String, Value>, pointer: &str, mut visit: impl FnMut(&mut Value, &str)) {
    for (keyword, value) in node {
        let at = || format!("{pointer}/{}", escape(keyword));
        match (below(keyword, value), value) {
            (Some(Below::One), value) => visit(value, &at()),
            (Some(Below::List), Value::Array(values)) => {
                for (index, value) in values.iter_mut().enumerate() {
                    visit(value, &format!("{}/{index}", at()));
                }
            }
            (Some(Below::Named), Value::Object(values)) => {
                for (name, value) in values {
                    visit(value, &format!("{}/{}", at(), escape(name)));
                }
            }
            _ => {}
        }
    }
}

/// Marks a node and all below it.
pub(super) fn mark(node: &mut Value, pointer: &str) {
    let Value::Object(map) = node else { return };
    each_below(map, pointer, mark);
    map.insert(AT.to_owned(), pointer.into());
}

/// The mark of a node.
pub(super) fn at(node: &Value) -> &str {
    node[AT].as_str().unwrap_or_default()
}

/// Takes the marks away, and tells the new document where the moved parts stood in the old one.
pub(super) fn settle(root: Value, old: &Document) -> Document {
    let mut root = root;
    let mut moved = Vec::new();
    unmark(&mut root, "", &old.place(""), old, &mut moved);
    let mut document = old.with_root(root);
    for (pointer, place) in moved {
        document.set_place(pointer, place);
    }
    document
}

/// `expected` is the place of the node if it has not moved within what is around it.
fn unmark(node: &mut Value, pointer: &str, expected: &Place, old: &Document, moved: &mut Vec<(String, Place)>) {
    let Value::Object(map) = node else { return };
    map.remove(OF);
    let place = match map.remove(AT) {
        Some(Value::String(at)) => old.place(&at),
        _ => expected.clone(),
    };
    if place != *expected {
        moved.push((pointer.to_owned(), place.clone()));
    }
    let length = pointer.len();
    each_below(map, pointer, |child, at| unmark(child, at, &place.below(&at[length..]), old, moved));
}

/// The same node without marks, to compare it with another.
pub(super) fn bare(node: &Value) -> Value {
    let mut node = node.clone();
    strip(&mut node);
    node
}

fn strip(node: &mut Value) {
    let Value::Object(map) = node else { return };
    map.remove(OF);
    map.remove(AT);
    each_below(map, "", |child, _| strip(child));
}
