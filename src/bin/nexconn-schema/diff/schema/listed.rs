//! Compares the values of two enums.

use serde_json::Value;

use super::view::View;
use super::walk::{Pair, Walk};
use crate::diff::change::{Facet, Subject};
use crate::diff::rules::Rule;
use crate::generate::model::Shape;

impl<'a> Walk<'a> {
    /// Compares two lists of values.
    pub(crate) fn listed(&mut self, pair: &Pair<'a>, old: &'a Value, new: &'a Value) {
        let slice = |node: &'a Value| node.as_array().map(Vec::as_slice).unwrap_or_default();
        let (before, after) = (slice(old), slice(new));
        let is_type = matches!(pair.subject, Subject::Type { .. });
        if before.len() == 1 && after.len() == 1 && before != after && !is_type {
            self.push(pair.change(Rule::ConstantChanged, Facet::Keyword("enum".to_owned()), "/enum/0", "/enum/0"));
            return;
        }
        let variant = |view: &View<'_>, name: Option<&str>, value: &Value| -> Option<String> {
            let Shape::Enumeration(values) = &view.ty(name?)?.shape else { return None };
            let found = values.iter().find(|listed| *value == listed.value.as_str());
            Some(found.map_or("Unknown", |found| &found.variant).to_owned())
        };
        let about = |variant: Option<String>| -> Subject {
            match (&pair.subject, variant) {
                (Subject::Type { .. }, Some(variant)) => pair.subject.variant(&variant),
                (subject, _) => subject.clone(),
            }
        };
        for (index, value) in before.iter().enumerate().filter(|(_, value)| !value.is_null() && !after.contains(value))
        {
            let mut change =
                pair.change(Rule::EnumValueRemoved, Facet::Value(value.clone()), &format!("/enum/{index}"), "/enum");
            change.subject = about(variant(self.old, pair.subject.names().0, value));
            change.before = Some(value.clone());
            change.after = Some(Value::Null);
            self.push(change);
        }
        for (index, value) in after.iter().enumerate().filter(|(_, value)| !value.is_null() && !before.contains(value))
        {
            let mut change =
                pair.change(Rule::EnumValueAdded, Facet::Value(value.clone()), "/enum", &format!("/enum/{index}"));
            change.subject = about(variant(self.new, pair.subject.names().1, value));
            change.before = Some(Value::Null);
            change.after = Some(value.clone());
            self.push(change);
        }
        let kept = |values: &'a [Value], other: &[Value]| -> Vec<&'a Value> {
            values.iter().filter(|value| other.contains(value)).collect()
        };
        if kept(before, after) != kept(after, before) {
            self.push(pair.change(Rule::EnumReordered, Facet::None, "/enum", "/enum"));
        }
    }
}
