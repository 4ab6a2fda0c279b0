//! Documents that differ although no type and no value does: the same said in another way.
//!
//! Place in the flow: `mod.rs` asks where nothing else has changed, so that no edit of a document goes
//! without a word; keys in another order are no edit.

use serde_json::Value;

use super::super::generate::document::escape;
use super::super::side::Side;
use super::change::{Change, Subject};
use super::rules::Rule;
use super::view::View;

/// The change, if the documents are not equal. It has no rule if the difference is in what types are made of.
pub(super) fn find(sides: [&Side; 2], views: [&View<'_>; 2]) -> Option<Change> {
    let [old, new] = [(sides[0], views[0]), (sides[1], views[1])].map(|(side, view)| {
        let text = side.texts.get(&view.document.place("").file)?;
        serde_json::from_str::<Value>(text).ok()
    });
    let (old, new) = (old?, new?);
    let pointer = first(&old, &new)?;
    let name = |view: &View<'_>| Some(view.document.root_name());
    let mut change = Change::new(Rule::Restated, Subject::Type { old: name(views[0]), new: name(views[1]) });
    if views[0].document.root != views[1].document.root {
        change.rule = None;
    }
    let shown = |document: &Value| Some(document.pointer(&pointer).cloned().unwrap_or_default());
    (change.before, change.after) = (shown(&old), shown(&new));
    Some(change.old(pointer.clone(), "").new_at(pointer, ""))
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
