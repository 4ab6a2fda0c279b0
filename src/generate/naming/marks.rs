//! Marks each node with its position, so nodes can move and keep their places.

use serde_json::{Map, Value};

use super::super::document::{Document, Place, escape};
use super::super::vocabulary::{Below, below};

/// The keyword of a mark: the node's pointer in the original document. Schemas have no such keyword.
pub(crate) const AT: &str = "\u{0}at";

/// The keyword for properties inherited from another object: that object's name.
pub(super) const OF: &str = "\u{0}of";

/// Calls `visit` with each child schema and its pointer.
pub(crate) fn each_below(node: &mut Map<String, Value>, pointer: &str, mut visit: impl FnMut(&mut Value, &str)) {
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

/// Marks a node and its descendants.
pub(crate) fn mark(node: &mut Value, pointer: &str) {
    let Value::Object(map) = node else { return };
    each_below(map, pointer, mark);
    map.insert(AT.to_owned(), pointer.into());
}

/// Returns the mark of a node.
pub(crate) fn at(node: &Value) -> &str {
    node[AT].as_str().unwrap_or_default()
}

/// Removes the marks, and records the original places of moved parts in the new document.
pub(crate) fn settle(root: Value, old: &Document) -> Document {
    let mut root = root;
    let mut moved = Vec::new();
    unmark(&mut root, "", &old.place(""), old, &mut moved);
    let mut document = old.with_root(root);
    for (pointer, place) in moved {
        document.set_place(pointer, place);
    }
    document
}

/// `expected` is the place of the node if it hasn't moved within its parent.
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

/// Returns the node without marks, for comparisons.
pub(crate) fn bare(node: &Value) -> Value {
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
