//! Changes without an effect on documents: of keywords of later drafts, and beside a reference up to draft-07.
//! Validators ignore both.

use std::collections::BTreeSet;

use serde_json::Value;

use super::change::{At, Change, Facet};
use crate::translate::{Draft, each_schema};

/// Marks the changes without an effect.
pub(super) fn mark(changes: &mut [Change], [before, after]: [&mut Value; 2]) {
    ignore_beside_references(changes, [before, after]);
    ignore_later(changes, [before, after]);
}

/// Marks changes beside unchanged references.
fn ignore_beside_references(changes: &mut [Change], roots: [&Value; 2]) {
    let sides = roots.map(|root| {
        let reads = Draft::of(root).map_or(true, Draft::reads_beside_references);
        (!reads).then(|| Side { root, targets: targets(root) })
    });
    let [Some(before), Some(after)] = sides else { return };
    for change in changes.iter_mut().filter(|change| change.facet != Facet::None) {
        let (old, new) = (change.old.as_ref(), change.new.as_ref());
        let same = || match (old, new) {
            (Some((old, _)), Some((new, _))) => {
                let (old, new) = (before.reference(old), after.reference(new));
                old.is_some() && old == new
            }
            _ => false,
        };
        let is_below = |side: &Side<'_>, at: Option<&At>| at.is_none_or(|(pointer, _)| side.is_beside(pointer));
        let is_placed = old.is_some() || new.is_some();
        if same() || is_placed && is_below(&before, old) && is_below(&after, new) {
            change.facet = Facet::None;
        }
    }
}

struct Side<'a> {
    root: &'a Value,
    /// The targets of all references.
    targets: BTreeSet<String>,
}

impl Side<'_> {
    /// Returns the reference of the schema at a pointer, if no other reference leads to the parts beside it.
    fn reference(&self, pointer: &str) -> Option<&str> {
        let below = format!("{pointer}/");
        let is_used = self.targets.range(below.clone()..).next().is_some_and(|target| target.starts_with(&below));
        self.root.pointer(pointer)?["$ref"].as_str().filter(|_| !is_used)
    }

    /// Whether a pointer leads through a schema with a reference.
    fn is_beside(&self, pointer: &str) -> bool {
        let mut parts = pointer.match_indices('/');
        parts.any(|(end, _)| {
            let is_definition = ["/definitions/", "/$defs/"].iter().any(|list| pointer[end..].starts_with(list));
            !is_definition && self.reference(&pointer[..end]).is_some()
        })
    }
}

/// Returns the pointers of all references.
fn targets(root: &Value) -> BTreeSet<String> {
    let (mut left, mut found) = (vec![root], BTreeSet::new());
    while let Some(value) = left.pop() {
        found.extend(value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')).map(str::to_owned));
        match value {
            Value::Object(map) => left.extend(map.values()),
            Value::Array(values) => left.extend(values),
            _ => {}
        }
    }
    found
}

/// Removes the keywords of later drafts than the named ones, and marks changes within them.
fn ignore_later(changes: &mut [Change], [before, after]: [&mut Value; 2]) {
    let drafts = [Draft::named(before), Draft::named(after)];
    let has = |root: &Value, at: &Option<At>| at.as_ref().is_some_and(|(pointer, _)| root.pointer(pointer).is_some());
    let is_placed = |[before, after]: [&Value; 2], change: &Change| has(before, &change.old) || has(after, &change.new);
    let placed: Vec<_> = changes.iter().map(|change| is_placed([before, after], change)).collect();
    for (root, draft) in [&mut *before, &mut *after].into_iter().zip(drafts) {
        let ignored = |keyword: &str| draft.is_some_and(|draft| draft.ignores(keyword));
        each_schema(root, &mut |node| {
            node.as_object_mut().into_iter().for_each(|map| map.retain(|keyword, _| !ignored(keyword)));
        });
    }
    for (change, was_placed) in changes.iter_mut().zip(placed) {
        if was_placed && !is_placed([before, after], change) {
            change.facet = Facet::None;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::diff::change::Subject;
    use crate::diff::schema::raw;

    #[test]
    fn parts_beside_a_reference_count_if_a_draft_reads_them_or_another_reference_leads_there() {
        let type_of_a = |name: &str| json!({ "a": { "type": name } });
        for (draft, other, is_ignored) in [
            ("http://json-schema.org/draft-07/schema#", "#/definitions/D", true),
            ("http://json-schema.org/draft-07/schema#", "#/properties/p/properties/a", false),
            ("https://json-schema.org/draft/2019-09/schema", "#/definitions/D", false),
        ] {
            let root = |name: &str| {
                let p = json!({ "$ref": "#/definitions/D", "properties": type_of_a(name) });
                json!({ "$schema": draft, "properties": { "p": p, "q": { "$ref": other } }, "definitions": { "D": {} } })
            };
            let (mut old, mut new) = (root("string"), root("integer"));
            let mut changes = raw::changes(&old, &new, &Subject::Type { old: None, new: None });
            assert_eq!(changes.len(), 1);
            mark(&mut changes, [&mut old, &mut new]);
            assert_eq!(changes[0].facet == Facet::None, is_ignored, "{draft}, {other}");
        }
    }
}
