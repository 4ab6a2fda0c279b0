//! Compares the values of two enums.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::view::View;
use super::walk::{Pair, Walk};
use crate::diff::change::{Facet, Subject};
use crate::diff::rules::Rule;
use crate::generate::model::Shape;

/// Number of added or removed values of one enum from which on only the first ones are changes of their own.
pub(crate) const MAX_VALUES: usize = 1_000;
/// Number of these.
const MAX_SINGLE: usize = 20;

/// The values of each change: single ones, and the others of a large enum.
pub(super) fn parts<T>(values: &[T]) -> impl Iterator<Item = &[T]> {
    let count = if values.len() > MAX_VALUES { MAX_SINGLE } else { values.len() };
    let (single, others) = values.split_at(count);
    single.chunks(1).chain((!others.is_empty()).then_some(others))
}

/// The values of a change.
pub(super) struct Listed<'a> {
    pub(super) first: &'a Value,
    /// The pointer to the value, or to the list if there are several.
    pub(super) spot: String,
    pub(super) shown: Value,
}

impl<'a> Listed<'a> {
    /// `values` have their indexes, and aren't empty.
    pub(super) fn of(values: &[(usize, &'a Value)]) -> Self {
        match values {
            [(index, only)] => Self { first: only, spot: format!("/enum/{index}"), shown: (*only).clone() },
            all => Self {
                first: all.first().map_or(&Value::Null, |(_, first)| first),
                spot: "/enum".to_owned(),
                shown: all.iter().map(|(_, value)| (*value).clone()).collect(),
            },
        }
    }
}

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
        let removed = before.iter().enumerate().filter(|(_, value)| !value.is_null() && !is.contains(value)).collect();
        let added = after.iter().enumerate().filter(|(_, value)| !value.is_null() && !was.contains(value)).collect();
        let sides: [(_, Vec<_>, _); 2] =
            [(Rule::EnumValueRemoved, removed, &old_variants), (Rule::EnumValueAdded, added, &new_variants)];
        for (rule, values, variants) in sides {
            for values in parts(&values) {
                let Listed { first, spot, shown } = Listed::of(values);
                let is_old = rule == Rule::EnumValueRemoved;
                let (old_spot, new_spot) = if is_old { (spot.as_str(), "/enum") } else { ("/enum", spot.as_str()) };
                let mut change = pair.change(rule, Facet::Value(first.clone()), old_spot, new_spot);
                change.subject = subject(variants, first);
                let others = values.iter().skip(1).map(|(_, value)| subject(variants, value));
                change.others = others.filter_map(Subject::into_variant).collect();
                let values = if is_old { [shown, Value::Null] } else { [Value::Null, shown] };
                [change.before, change.after] = values.map(Some);
                self.push(change);
            }
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
