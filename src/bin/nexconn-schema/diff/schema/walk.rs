//! The traversal of two schemas side by side: where it is, and the changes it has found.

use serde_json::Value;

use super::names::Names;
use super::view::View;
use crate::diff::change::{Change, Facet, Subject};
use crate::diff::rules::Rule;

/// The walk over both documents.
pub(crate) struct Walk<'a> {
    pub(crate) old: &'a View<'a>,
    pub(crate) new: &'a View<'a>,
    pub(crate) names: &'a Names,
    pub(crate) changes: Vec<Change>,
}

/// The same schema on both sides.
#[derive(Clone)]
pub(crate) struct Pair<'a> {
    pub(crate) old: &'a Value,
    pub(crate) new: &'a Value,
    pub(crate) old_pointer: String,
    pub(crate) new_pointer: String,
    pub(crate) subject: Subject,
}

impl<'a> Pair<'a> {
    /// The schemas one step further in.
    pub(crate) fn step(&self, old: &'a Value, old_step: &str, new: &'a Value, new_step: &str) -> Self {
        Self {
            old,
            new,
            old_pointer: format!("{}{old_step}", self.old_pointer),
            new_pointer: format!("{}{new_step}", self.new_pointer),
            subject: self.subject.clone(),
        }
    }

    /// A change of this schema; the spots are the pointers to it from the schema.
    pub(crate) fn change(&self, rule: Rule, facet: Facet, old_spot: &str, new_spot: &str) -> Change {
        let mut change = Change::new(rule, self.subject.clone())
            .old(self.old_pointer.clone(), old_spot)
            .new_at(self.new_pointer.clone(), new_spot);
        change.facet = facet;
        change
    }
}

impl Walk<'_> {
    pub(crate) fn push(&mut self, mut change: Change) {
        let value = |view: &View<'_>, spot: &Option<(String, String)>| {
            let (pointer, spot) = spot.as_ref()?;
            view.document.root.pointer(&format!("{pointer}{spot}")).cloned()
        };
        change.before = change.before.or_else(|| value(self.old, &change.old));
        change.after = change.after.or_else(|| value(self.new, &change.new));
        self.changes.push(change);
    }
}
