//! Compares the values of two enums.

use std::collections::{HashMap, HashSet};

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
        let (old_name, new_name) = pair.subject.names();
        let (old_variants, new_variants) = (variants(self.old, old_name), variants(self.new, new_name));
        let subject = |variants: &Option<HashMap<&str, &str>>, value: &Value| -> Subject {
            match (&pair.subject, variants) {
                (Subject::Type { .. }, Some(variants)) => {
                    let variant = value.as_str().and_then(|value| variants.get(value));
                    pair.subject.variant(variant.copied().unwrap_or("Unknown"))
                }
                (subject, _) => subject.clone(),
            }
        };
        let (was, is): (HashSet<_>, HashSet<_>) = (before.iter().collect(), after.iter().collect());
        let removed = before.iter().enumerate().filter(|(_, value)| !value.is_null() && !is.contains(value));
        for (index, value) in removed {
            let facet = Facet::Value(value.clone());
            let mut change = pair.change(Rule::EnumValueRemoved, facet, &format!("/enum/{index}"), "/enum");
            change.subject = subject(&old_variants, value);
            (change.before, change.after) = (Some(value.clone()), Some(Value::Null));
            self.push(change);
        }
        let added = after.iter().enumerate().filter(|(_, value)| !value.is_null() && !was.contains(value));
        for (index, value) in added {
            let facet = Facet::Value(value.clone());
            let mut change = pair.change(Rule::EnumValueAdded, facet, "/enum", &format!("/enum/{index}"));
            change.subject = subject(&new_variants, value);
            (change.before, change.after) = (Some(Value::Null), Some(value.clone()));
            self.push(change);
        }
        let kept = before.iter().filter(|value| is.contains(value));
        if !kept.eq(after.iter().filter(|value| was.contains(value))) {
            self.push(pair.change(Rule::EnumReordered, Facet::None, "/enum", "/enum"));
        }
    }
}

/// The variants of an enum by value; `None` if the type isn't an enum.
fn variants<'a>(view: &View<'a>, name: Option<&str>) -> Option<HashMap<&'a str, &'a str>> {
    match &view.ty(name?)?.shape {
        Shape::Enumeration(values) => {
            Some(values.iter().map(|listed| (listed.value.as_str(), listed.variant.as_str())).collect())
        }
        Shape::Struct(_) | Shape::Union(_) => None,
    }
}
