//! Compares the keywords of one schema, one by one.
//!
//! Callers name the keywords they have compared themselves.

use serde_json::{Map, Value, json};

use super::same;
use super::walk::{Pair, Walk};
use crate::diff::change::Facet;
use crate::diff::rules::Rule;
use crate::diff::vocabulary::{CONDITION, is_annotation, is_bound, is_for_validators, is_internal};
use crate::generate::document::escape;
use crate::generate::node;

/// The pointer from a schema to the one beside its `null`.
pub(crate) fn inner_step(outer: &Value, inner: &Value) -> String {
    for keyword in ["anyOf", "oneOf"] {
        let branches = outer[keyword].as_array().into_iter().flatten().enumerate();
        if let Some((index, _)) = branches.into_iter().find(|(_, branch)| std::ptr::eq(*branch, inner)) {
            return format!("/{keyword}/{index}");
        }
    }
    String::new()
}

/// A keyword of a schema or of the one beside its `null`, and the pointer to it.
fn found<'a>(node: &'a Value, keyword: &str) -> Option<(&'a Value, String)> {
    let inner = node::without_null(node);
    let is_wrapped = !std::ptr::eq(inner, node);
    match node.get(keyword) {
        Some(value) if !(is_wrapped && matches!(keyword, "anyOf" | "oneOf")) => Some((value, String::new())),
        _ => Some((inner.get(keyword)?, inner_step(node, inner))),
    }
}

fn spot(found: Option<&(&Value, String)>, keyword: &str) -> String {
    found.map_or_else(String::new, |(_, step)| format!("{step}/{keyword}"))
}

/// Compares all keywords except those the caller has compared.
pub(crate) fn keywords<'a>(walk: &mut Walk<'a>, pair: &Pair<'a>, compared: &[&str]) {
    let mut all: Vec<&str> = Vec::new();
    for node in [pair.old, node::without_null(pair.old), pair.new, node::without_null(pair.new)] {
        all.extend(node.as_object().into_iter().flatten().map(|(keyword, _)| keyword.as_str()));
    }
    all.sort_unstable();
    all.dedup();
    // Definitions are compared as types, and the names of variants with the union around them.
    let is_compared = |keyword: &str| {
        matches!(keyword, "definitions" | "x-variant") || compared.contains(&keyword) || CONDITION.contains(&keyword)
    };
    for keyword in all.into_iter().filter(|keyword| !is_compared(keyword)) {
        let (old, new) = (found(pair.old, keyword), found(pair.new, keyword));
        let (before, after) = (old.as_ref().map(|(value, _)| *value), new.as_ref().map(|(value, _)| *value));
        let is_renamed_root = keyword == "title" && pair.subject.names().0 != pair.subject.names().1;
        if before == after || is_renamed_root {
            continue;
        }
        if let ("enum", Some(before), Some(after)) = (keyword, before, after) {
            walk.listed(pair, before, after);
            continue;
        }
        let Some((rule, facet)) = rule_and_facet(walk, keyword, before, after) else { continue };
        // Users don't know the keywords of the overlay.
        let is_shown = !is_internal(keyword);
        let at = |found: Option<&(&Value, String)>| if is_shown { spot(found, keyword) } else { String::new() };
        let value = |value: Option<&Value>| value.filter(|_| is_shown).cloned().unwrap_or_default();
        if let ("allOf", Some(before), Some(after)) = (keyword, before, after)
            && let Some(member) = changed_member(before, after)
        {
            let [old, new] = [&old, &new].map(|found| format!("{}{member}", spot(found.as_ref(), keyword)));
            walk.push(pair.change(rule, facet, &old, &new));
            continue;
        }
        let mut change = pair.change(rule, facet, &at(old.as_ref()), &at(new.as_ref()));
        (change.before, change.after) = (Some(value(before)), Some(value(after)));
        walk.push(change);
    }
    condition(walk, pair);
}

/// The pointer to the only different member of two lists, or to its only different keyword.
fn changed_member(before: &Value, after: &Value) -> Option<String> {
    let (before, after) = (before.as_array()?, after.as_array()?);
    let mut different = before.iter().zip(after).enumerate().filter(|(_, (before, after))| before != after);
    let (index, (old, new)) = different.next().filter(|_| before.len() == after.len())?;
    if different.next().is_some() {
        return None;
    }
    let (old, new) = (old.as_object()?, new.as_object()?);
    let mut keywords = old.keys().chain(new.keys()).filter(|keyword| old.get(*keyword) != new.get(*keyword));
    let first = keywords.next()?;
    let is_only = keywords.all(|keyword| keyword == first) && old.contains_key(first) && new.contains_key(first);
    Some(if is_only { format!("/{index}/{}", escape(first)) } else { format!("/{index}") })
}

/// Compares `if` with its branches.
fn condition<'a>(walk: &mut Walk<'a>, pair: &Pair<'a>) {
    let gathered = |node: &Value| -> Value {
        let node = node::without_null(node);
        let parts = CONDITION.iter().filter_map(|keyword| Some(((*keyword).to_owned(), node.get(keyword)?.clone())));
        parts.collect::<Map<_, _>>().into()
    };
    let (before, after) = (gathered(pair.old), gathered(pair.new));
    let renamed = same::renamed(&before, walk.names);
    if renamed == after {
        return;
    }
    let is_same = same::undescribed(&renamed) == same::undescribed(&after);
    let rule = if is_same { Rule::AnnotationChanged } else { Rule::ValidationChanged };
    let facet = if is_same { Facet::None } else { Facet::Condition };
    let at = |node: &'a Value| {
        let keyword = CONDITION.into_iter().find(|keyword| found(node, keyword).is_some());
        keyword.map_or_else(String::new, |keyword| spot(found(node, keyword).as_ref(), keyword))
    };
    let mut change = pair.change(rule, facet, &at(pair.old), &at(pair.new));
    let shown = |value: Value| if value == json!({}) { Value::Null } else { value };
    (change.before, change.after) = (Some(shown(before)), Some(shown(after)));
    walk.push(change);
}

/// The rule and facet of a keyword; `None` if only types in it are renamed.
fn rule_and_facet(
    walk: &Walk<'_>,
    keyword: &str,
    before: Option<&Value>,
    after: Option<&Value>,
) -> Option<(Rule, Facet)> {
    let (true, Some(before), Some(after)) = (is_for_validators(keyword), before, after) else {
        return Some(rule_of(keyword, before, after));
    };
    let (old, new) = (json!({ keyword: same::renamed(before, walk.names) }), json!({ keyword: after }));
    if old == new {
        None
    } else if same::undescribed(&old) == same::undescribed(&new) {
        Some((Rule::AnnotationChanged, Facet::None))
    } else {
        Some(rule_of(keyword, Some(before), Some(after)))
    }
}

/// The rule and facet of a changed keyword.
pub(crate) fn rule_of(keyword: &str, before: Option<&Value>, after: Option<&Value>) -> (Rule, Facet) {
    let by_presence = |added: Rule, changed: Rule, removed: Rule| match (before, after) {
        (None, _) => added,
        (_, None) => removed,
        _ => changed,
    };
    let facet = Facet::Keyword(keyword.to_owned());
    match keyword {
        "description" | "x-enum-descriptions" => (Rule::DescriptionChanged, Facet::None),
        "deprecated" => (Rule::DeprecationChanged, Facet::None),
        "$comment" | "$id" | "$schema" | "contentEncoding" | "contentMediaType" | "examples" | "readOnly" | "title"
        | "writeOnly" => (Rule::AnnotationChanged, Facet::None),
        "x-setter" => (Rule::SetterChanged, Facet::None),
        "default" => (by_presence(Rule::DefaultAdded, Rule::DefaultChanged, Rule::DefaultRemoved), Facet::None),
        "pattern" => (by_presence(Rule::PatternAdded, Rule::PatternChanged, Rule::PatternRemoved), facet),
        "format" => (by_presence(Rule::FormatAdded, Rule::FormatChanged, Rule::FormatRemoved), facet),
        _ if is_bound(keyword) => (by_presence(Rule::BoundAdded, Rule::BoundChanged, Rule::BoundRemoved), facet),
        "const" | "enum" | "type" => (Rule::ValidationChanged, facet),
        _ if is_for_validators(keyword) => (Rule::ValidationChanged, facet),
        // A keyword for other types, or one without a meaning for this type.
        keyword if !is_annotation(keyword) => (rule_of_misplaced(keyword, before, after), facet),
        _ => (Rule::AnnotationChanged, Facet::None),
    }
}

/// The rule for a keyword without an effect on Rust types: `additionalProperties: true` and `required: []` restrict
/// nothing.
fn rule_of_misplaced(keyword: &str, before: Option<&Value>, after: Option<&Value>) -> Rule {
    let restricts = |value: Option<&Value>| match (keyword, value) {
        (_, None) | ("additionalProperties", Some(Value::Bool(true))) => false,
        ("required", Some(Value::Array(names))) => !names.is_empty(),
        ("additionalProperties" | "items", Some(Value::Object(map))) => !map.is_empty(),
        _ => true,
    };
    if restricts(before) || restricts(after) { Rule::ValidationChanged } else { Rule::Restated }
}

impl<'a> Walk<'a> {
    pub(crate) fn additional_properties(&mut self, pair: &Pair<'a>) {
        let (old, new) = (pair.old.get("additionalProperties"), pair.new.get("additionalProperties"));
        let is_open = |node: Option<&Value>| {
            node.is_none_or(|node| *node == true || node.as_object().is_some_and(serde_json::Map::is_empty))
        };
        if old == new || is_open(old) && is_open(new) {
            return;
        }
        let facet = Facet::Keyword("additionalProperties".to_owned());
        let spot = "/additionalProperties";
        let is_closed = |node: Option<&Value>| node == Some(&Value::Bool(false));
        let rule = match (is_open(new) || is_closed(old), is_open(old) || is_closed(new)) {
            (true, _) => Rule::ObjectOpened,
            (false, true) => Rule::ObjectClosed,
            // One schema for unnamed properties became another.
            (false, false) => Rule::ValidationChanged,
        };
        self.push(pair.change(rule, facet, spot, spot));
    }
}
