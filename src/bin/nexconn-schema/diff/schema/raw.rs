//! Compares the published documents as they are, without overlay and additions.
//!
//! Finds the changes the overlay hides from the generator, and those without an effect on the types.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use serde_json::{Map, Value};

use super::keywords::rule_of;
use super::listed::{Listed, parts};
use super::same::{canonical, undescribed};
use crate::diff::change::{Change, Facet, Subject};
use crate::diff::rules::Rule;
use crate::diff::vocabulary::{BRANCHES, has_named, has_schema, is_internal};
use crate::generate::document::escape;

/// Keywords whose combination decides the type of a value.
const TYPE: [&str; 4] = ["$ref", "const", "enum", "type"];

/// Returns every change between two documents.
pub(crate) fn changes(old: &Value, new: &Value, root: &Subject) -> Vec<Change> {
    let mut walk = Walk { root, changes: Vec::new() };
    walk.schema(old, new, "");
    walk.changes
}

struct Walk<'a> {
    root: &'a Subject,
    changes: Vec<Change>,
}

impl Walk<'_> {
    fn push(&mut self, rule: Rule, facet: Facet, pointer: &str, [old, new]: [Option<&Value>; 2], rest: &str) {
        let mut change = Change::new(rule, self.root.clone());
        change.facet = facet;
        change = change.old(pointer.to_owned(), rest).new_at(pointer.to_owned(), rest);
        (change.before, change.after) =
            (Some(old.cloned().unwrap_or_default()), Some(new.cloned().unwrap_or_default()));
        self.changes.push(change);
    }

    fn schema(&mut self, old: &Value, new: &Value, pointer: &str) {
        if old == new {
            return;
        }
        let (Some(before), Some(after)) = (old.as_object(), new.as_object()) else {
            return self.push(Rule::ValidationChanged, Facet::Node, pointer, [Some(old), Some(new)], "");
        };
        let differs = |keyword: &&&str| before.get(**keyword) != after.get(**keyword);
        let is_type = TYPE.iter().filter(differs).any(|keyword| !has_lists_of_values(keyword, before, after));
        if is_type || BRANCHES.iter().any(|keyword| before.contains_key(*keyword) != after.contains_key(*keyword)) {
            // Several keywords may describe the same values differently.
            let rule = if canonical(old) == canonical(new) { Rule::Restated } else { Rule::TypeChanged };
            self.push(rule, Facet::Node, pointer, [Some(old), Some(new)], "");
            return;
        }
        let keywords: BTreeSet<_> = before.keys().chain(after.keys()).collect();
        for keyword in keywords.into_iter().filter(|keyword| before.get(*keyword) != after.get(*keyword)) {
            self.keyword(keyword, before, after, pointer);
        }
    }

    fn keyword(&mut self, keyword: &str, before: &Map<String, Value>, after: &Map<String, Value>, pointer: &str) {
        let (old, new) = (before.get(keyword), after.get(keyword));
        let rest = format!("/{}", escape(keyword));
        let below = format!("{pointer}{rest}");
        match (keyword, old, new) {
            (_, Some(Value::Object(old)), Some(Value::Object(new))) if has_named(keyword) => {
                self.named(keyword, [old, new], after, pointer);
            }
            (_, Some(old), Some(new)) if has_schema(keyword) && old.is_object() && new.is_object() => {
                self.schema(old, new, &below);
            }
            (_, Some(Value::Array(old)), Some(Value::Array(new))) if BRANCHES.contains(&keyword) => {
                self.branches([old, new], keyword, pointer);
            }
            ("enum", Some(Value::Array(old)), Some(Value::Array(new))) => self.values([old, new], pointer),
            ("required", ..) => self.required([old, new], pointer, [before, after]),
            // The comparison of the types reports these.
            _ if is_internal(keyword) => {}
            _ => {
                let (rule, facet) = rule_of(keyword, old, new);
                self.push(rule, facet, pointer, [old, new], &rest);
            }
        }
    }

    fn named(
        &mut self,
        keyword: &str,
        [old, new]: [&Map<String, Value>; 2],
        after: &Map<String, Value>,
        pointer: &str,
    ) {
        let names: BTreeSet<_> = old.keys().chain(new.keys()).collect();
        let required: HashSet<_> = list(after.get("required")).iter().filter_map(Value::as_str).collect();
        for name in names {
            let below = format!("{pointer}/{keyword}/{}", escape(name));
            let (rule, facet) = match (old.get(name), new.get(name), keyword) {
                (Some(old), Some(new), _) => {
                    self.schema(old, new, &below);
                    continue;
                }
                (Some(_), None, "properties") => (Rule::PropertyRemoved, Facet::Property(name.clone())),
                (None, _, "properties") if required.contains(name.as_str()) => {
                    (Rule::RequiredPropertyAdded, Facet::Property(name.clone()))
                }
                (None, _, "properties") => (Rule::OptionalPropertyAdded, Facet::Property(name.clone())),
                (Some(_), None, "patternProperties") | (None, _, "patternProperties") => {
                    (Rule::ValidationChanged, Facet::Keyword(keyword.to_owned()))
                }
                (Some(_), None, _) => (Rule::TypeRemoved, Facet::None),
                (None, ..) => (Rule::TypeAdded, Facet::None),
            };
            let mut change = Change::new(rule, self.root.clone());
            (change.before, change.after) =
                (Some(old.get(name).cloned().unwrap_or_default()), Some(new.get(name).cloned().unwrap_or_default()));
            if matches!(facet, Facet::Keyword(_)) {
                change = change.old(pointer.to_owned(), "").new_at(pointer.to_owned(), "");
            } else if old.contains_key(name) {
                change = change.old(below, "").beside(pointer);
            } else {
                change = change.new_at(below, "").beside(pointer);
            }
            change.facet = facet;
            self.changes.push(change);
        }
    }

    fn values(&mut self, [old, new]: [&[Value]; 2], pointer: &str) {
        for (rule, own, other, is_old) in
            [(Rule::EnumValueRemoved, old, new, true), (Rule::EnumValueAdded, new, old, false)]
        {
            let other: HashSet<_> = other.iter().collect();
            let own: Vec<_> = own.iter().enumerate().filter(|(_, value)| !other.contains(value)).collect();
            for values in parts(&own) {
                let Listed { first, spot, shown } = Listed::of(values);
                let mut change = Change::new(rule, self.root.clone());
                change.facet = Facet::Value(first.clone());
                let (old_spot, new_spot) = if is_old { (spot.as_str(), "/enum") } else { ("/enum", spot.as_str()) };
                change = change.old(pointer.to_owned(), old_spot).new_at(pointer.to_owned(), new_spot);
                let values = if is_old { [shown, Value::Null] } else { [Value::Null, shown] };
                [change.before, change.after] = values.map(Some);
                self.changes.push(change);
            }
        }
        let (was, is): (HashSet<_>, HashSet<_>) = (old.iter().collect(), new.iter().collect());
        let kept = old.iter().filter(|value| is.contains(value));
        if !kept.eq(new.iter().filter(|value| was.contains(value))) {
            let shown = [Value::from(old), Value::from(new)];
            self.push(Rule::EnumReordered, Facet::None, pointer, [Some(&shown[0]), Some(&shown[1])], "/enum");
        }
    }

    fn required(&mut self, [old, new]: [Option<&Value>; 2], pointer: &str, [before, after]: [&Map<String, Value>; 2]) {
        let (was, is) = (list(old), list(new));
        let (before_set, after_set): (HashSet<_>, HashSet<_>) = (was.iter().collect(), is.iter().collect());
        let removed = was.iter().filter(|name| !after_set.contains(name));
        let changed = removed.chain(is.iter().filter(|name| !before_set.contains(name)));
        let changed: Vec<_> = changed.filter_map(Value::as_str).collect();
        if changed.is_empty() {
            self.push(Rule::Restated, Facet::None, pointer, [old, new], "/required");
        }
        for name in changed {
            // An added or removed property is one change with its requirement.
            let has = |node: &Map<String, Value>| node.get("properties").is_some_and(|all| all.get(name).is_some());
            if has(before) != has(after) {
                continue;
            }
            let is_required = after_set.contains(&Value::from(name));
            let rule = if is_required { Rule::PropertyBecameRequired } else { Rule::PropertyBecameOptional };
            let facet = Facet::Keyword("required".to_owned());
            self.push(rule, facet, pointer, [old, new], "/required");
        }
    }

    fn branches(&mut self, [old, new]: [&[Value]; 2], keyword: &str, pointer: &str) {
        let order = |branches: &[Value]| branches.iter().map(undescribed).collect::<Vec<_>>();
        let (was, is) = (order(old), order(new));
        // Equal branches are paired one by one: `oneOf` counts them.
        let mut left: HashMap<&Value, VecDeque<usize>> = HashMap::new();
        for (index, branch) in was.iter().enumerate() {
            left.entry(branch).or_default().push_back(index);
        }
        let mut added = Vec::new();
        for (index, branch) in is.iter().enumerate() {
            match left.get_mut(branch).and_then(VecDeque::pop_front) {
                Some(other) => self.schema(&old[other], &new[index], &format!("{pointer}/{keyword}/{index}")),
                None => added.push(index),
            }
        }
        let mut gone: Vec<_> = left.into_values().flatten().collect();
        gone.sort_unstable();
        if gone.len() == 1 && added.len() == 1 && gone == added {
            let index = gone[0];
            return self.schema(&old[index], &new[index], &format!("{pointer}/{keyword}/{index}"));
        }
        if gone.is_empty() && added.is_empty() && was == is {
            return;
        }
        if gone.is_empty() && added.is_empty() {
            let shown = [Value::from(old), Value::from(new)];
            let rest = format!("/{keyword}");
            return self.push(Rule::BranchesReordered, Facet::None, pointer, [Some(&shown[0]), Some(&shown[1])], &rest);
        }
        for (rule, indexes, own, is_old) in
            [(Rule::BranchRemoved, gone, old, true), (Rule::BranchAdded, added, new, false)]
        {
            for index in indexes {
                let below = format!("{pointer}/{keyword}/{index}");
                let mut change = Change::new(rule, self.root.clone());
                change.facet = Facet::Branch(index);
                change = if is_old { change.old(below, "") } else { change.new_at(below, "") }.beside(pointer);
                let shown = [Some(own[index].clone()), Some(Value::Null)];
                [change.before, change.after] = if is_old { shown } else { [shown[1].clone(), shown[0].clone()] };
                self.changes.push(change);
            }
        }
    }
}

/// Whether only values of an enum differ.
fn has_lists_of_values(keyword: &str, before: &Map<String, Value>, after: &Map<String, Value>) -> bool {
    keyword == "enum" && [before, after].iter().all(|node| node.get(keyword).is_some_and(Value::is_array))
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
