//! Documents that differ although no type and no value does.
//!
//! Keeps every edit of a document in the report; a different order of keys isn't one.

use serde_json::Value;

use super::view::View;
use crate::diff::change::{Change, Subject};
use crate::diff::rules::Rule;
use crate::generate::document::escape;
use crate::snapshot::Side;

/// The change if the documents differ. It has no rule if valid values may differ.
pub(crate) fn find(sides: [&Side; 2], views: [&View<'_>; 2]) -> Option<Change> {
    let [old, new] = [(sides[0], views[0]), (sides[1], views[1])].map(|(side, view)| {
        let text = side.texts.get(&view.document.place("").file)?;
        serde_json::from_str::<Value>(text).ok()
    });
    let (old, new) = (old?, new?);
    let pointer = first(&old, &new)?;
    let name = |view: &View<'_>| Some(view.document.root_name());
    let mut change = Change::new(Rule::Restated, Subject::Type { old: name(views[0]), new: name(views[1]) });
    if unordered(&views[0].document.root) != unordered(&views[1].document.root) {
        change.rule = None;
    }
    let shown = |document: &Value| Some(document.pointer(&pointer).cloned().unwrap_or_default());
    (change.before, change.after) = (shown(&old), shown(&new));
    Some(change.old(pointer.clone(), "").new_at(pointer, ""))
}

/// A schema without the order of constructor arguments, which the items show.
fn unordered(node: &Value) -> Value {
    match node {
        Value::Object(map) => {
            let said = map.iter().filter(|(keyword, _)| *keyword != "x-arguments");
            said.map(|(keyword, value)| match (keyword.as_str(), value) {
                ("required", Value::Array(names)) => {
                    let mut names = names.clone();
                    names.sort_by_key(ToString::to_string);
                    (keyword.clone(), names.into())
                }
                _ => (keyword.clone(), unordered(value)),
            })
            .collect()
        }
        Value::Array(nodes) => nodes.iter().map(unordered).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => node.clone(),
    }
}

/// Where two documents first differ.
fn first(old: &Value, new: &Value) -> Option<String> {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            let keys = old.keys().chain(new.keys());
            keys.into_iter().find_map(|key| {
                let rest = match (old.get(key), new.get(key)) {
                    (Some(old), Some(new)) => first(old, new)?,
                    _ => String::new(),
                };
                Some(format!("/{}{rest}", escape(key)))
            })
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            let mut pairs = old.iter().zip(new).enumerate();
            pairs.find_map(|(index, (old, new))| Some(format!("/{index}{}", first(old, new)?)))
        }
        _ => (old != new).then(String::new),
    }
}
