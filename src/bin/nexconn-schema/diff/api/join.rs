//! Joins differences of the API to the schema changes behind them.
//!
//! A difference without a cause stays unclassified.

use std::collections::HashMap;

use serde_json::Value;

use super::boxing;
use super::claim::Claim;
use super::fold;
use super::items::Difference;
use super::sides::{Joined, Sides};
use crate::diff::change::{Change, Subject};
use crate::diff::finding::{Finding, Level, Unclassified, Wire};
use crate::diff::rules::Rule;
use crate::diff::schema::names::masked;
use crate::diff::schema::view::View;
use crate::diff::vocabulary::is_internal;
use crate::generate::node;

impl Sides<'_> {
    /// Joins the differences to the changes; the second part is unclassified.
    pub(crate) fn explain(&self, changes: Vec<Change>) -> (Vec<Joined>, Vec<Unclassified>) {
        let hints = self.hints(&changes);
        let changes = fold::renames(fold::types(changes, self.old, self.new));
        let differences = &self.differences.all;
        let mut explained = vec![false; differences.len()];
        let mut joined = Vec::new();
        let mut unclassified = Vec::new();
        for mut change in changes {
            let rule = change.rule;
            let mut claimed = Vec::new();
            for index in Claim::new(self, &change, rule).covered() {
                explained[index] = true;
                claimed.push(&differences[index]);
            }
            let mut finding = self.finding(&change, rule, &claimed);
            finding.hint = hints.get(&change.subject).cloned();
            // The finding has them.
            (change.before, change.after, change.others) = (None, None, Vec::new());
            joined.push(Joined { change, finding });
        }
        let is_left = |difference: &&Difference<'_>| !boxing::explain(self, difference, &mut joined);
        let rest = differences.iter().zip(explained).filter(|(_, explained)| !explained).map(|(left, _)| left);
        let rest: Vec<_> = rest.filter(is_left).collect();
        unclassified.extend(rest.into_iter().map(|difference| Unclassified {
            pointer: None,
            rust_path: Some(difference.shown_path().to_owned()),
            before: difference.before.map(str::to_owned),
            after: difference.after.map(str::to_owned),
            semver: difference.level(),
        }));
        (joined, unclassified)
    }

    /// Hints at renames: a removed and an added property with the same schema.
    fn hints(&self, changes: &[Change]) -> HashMap<Subject, String> {
        // The schema of a property and of the type it refers to, without annotations and names.
        let bare = |view: &View<'_>, value: &Option<Value>| {
            let value = value.as_ref().unwrap_or(&Value::Null);
            let target = view.document.target(node::without_null(value));
            let target = target.map(|name| masked(view.document.definition(&name)));
            format!("{} {}", masked(value), target.unwrap_or_default())
        };
        let of = |change: &Change, schema: String| (change.subject.names().1.map(str::to_owned), schema);
        let is_new =
            |change: &&Change| matches!(change.rule, Rule::OptionalPropertyAdded | Rule::RequiredPropertyAdded);
        // The first of several wins.
        let new: HashMap<_, _> = changes
            .iter()
            .rev()
            .filter(is_new)
            .map(|change| (of(change, bare(self.new, &change.after)), change))
            .collect();
        let mut hints = HashMap::new();
        for gone in changes.iter().filter(|change| change.rule == Rule::PropertyRemoved) {
            let twin = new.get(&of(gone, bare(self.old, &gone.before)));
            if let (Some(twin), Subject::Property { key: before, .. }) = (twin, &gone.subject)
                && let Subject::Property { key: after, .. } = &twin.subject
            {
                hints.insert(gone.subject.clone(), format!("possibly renamed to `{after}`"));
                hints.insert(twin.subject.clone(), format!("possibly renamed from `{before}`"));
            }
        }
        hints
    }

    fn finding(&self, change: &Change, rule: Rule, claimed: &[&Difference<'_>]) -> Finding {
        let mut rust_path = self.rust_path(change);
        let first = claimed.first().filter(|_| rule != Rule::VariantsRenamed);
        let main = claimed.iter().find(|found| found.path == rust_path).or(first);
        let (before, after) = if let Some(main) = main {
            main.shown_path().clone_into(&mut rust_path);
            (main.before.map(str::to_owned), main.after.map(str::to_owned))
        } else {
            (change.before.as_ref().and_then(shown), change.after.as_ref().and_then(shown))
        };
        let mut semver = claimed.iter().map(|found| found.level()).max().unwrap_or(Level::Patch);
        // A name may be that of another item now, so the items can look the same.
        if !change.renames.is_empty() || matches!(rule, Rule::FieldRenamed | Rule::VariantsRenamed) {
            semver = Level::Major;
        }
        let used_by = match &change.subject {
            Subject::Type { new: Some(name), .. } | Subject::Variant { new: Some(name), .. } => {
                self.users.of(name).iter().map(|path| (*path).to_owned()).collect()
            }
            _ => Vec::new(),
        };
        Finding {
            rule,
            pointer: self.pointer(change),
            rust_path,
            before,
            after,
            semver,
            wire: Wire::default(),
            runtime: rule.runtime(),
            hint: None,
            old: None,
            new: None,
            enclosing: None,
            schema_before: change.before.as_ref().filter(|value| !value.is_null()).map(without_internal),
            schema_after: change.after.as_ref().filter(|value| !value.is_null()).map(without_internal),
            items: claimed.iter().map(|found| found.item()).collect(),
            renames: change.renames.clone(),
            used_by,
        }
    }

    /// The pointer of the changed schema in the file.
    fn pointer(&self, change: &Change) -> String {
        let spot = |view: &View<'_>, at: &(String, String)| {
            let place = view.document.place(&at.0);
            place.spot.strip_prefix('#').map_or_else(|| at.0.clone(), str::to_owned)
        };
        let new = change.new.as_ref().map(|at| spot(self.new, at));
        new.or_else(|| change.old.as_ref().map(|at| spot(self.old, at))).unwrap_or_default()
    }

    /// The item a change is about.
    fn rust_path(&self, change: &Change) -> String {
        let (old, new) = change.subject.names();
        let ty = format!("types::{}", new.or(old).unwrap_or_default());
        match &change.subject {
            Subject::Property { key, .. } => {
                let field = new.and_then(|name| self.new.field(name, key));
                let field = field.or_else(|| old.and_then(|name| self.old.field(name, key)));
                field.map_or(ty.clone(), |field| format!("{ty}.{field}"))
            }
            Subject::Variant { variant, .. } => format!("{ty}::{variant}"),
            Subject::Type { .. } if change.is_constructor => format!("{ty}::new"),
            Subject::Type { .. } => ty,
            Subject::Model { path } => path.clone(),
        }
    }
}

/// A part of a schema for a report.
fn shown(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(without_internal(other).to_string()),
    }
}

/// A part of a schema without the keywords of the overlay.
fn without_internal(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.iter().filter(|(key, _)| !is_internal(key));
            kept.map(|(key, value)| (key.clone(), without_internal(value))).collect()
        }
        Value::Array(values) => values.iter().map(without_internal).collect(),
        other => other.clone(),
    }
}
