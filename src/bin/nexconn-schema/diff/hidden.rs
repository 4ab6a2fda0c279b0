//! Changes of the published document the comparison of the merged documents doesn't report.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value, json};

use super::api::sides::Joined;
use super::change::{At, Change, Facet, Subject};
use super::compat;
use super::finding::{Finding, Level};
use super::ignored;
use super::report::locate::Lines;
use super::rules::Rule;
use super::schema::names::Names;
use super::schema::raw;
use super::schema::view::View;
use super::vocabulary::{is_annotation, is_bound};
use crate::generate::document::{Place, escape, parent_and_key};
use crate::generate::node;
use crate::snapshot::Side;
use crate::translate::{Draft, exclusive};

/// The published document of one side.
struct Published<'a> {
    view: &'a View<'a>,
    file: String,
    root: Value,
    restrictions: Restrictions,
    /// The pointers about which the report has a finding.
    covered: BTreeSet<String>,
}

/// The keywords by which schemas of a merged document restrict values, by pointer.
pub(super) type Restrictions = HashMap<String, Map<String, Value>>;

/// Returns the restrictions of the changed schemas on each side.
pub(super) fn restrictions(joined: &[Joined], views: &[View<'_>; 2]) -> [Restrictions; 2] {
    let mut found = [Restrictions::new(), Restrictions::new()];
    for Joined { change, .. } in joined {
        let (Some((old, _)), Some((new, _))) = (&change.old, &change.new) else { continue };
        for ((found, view), pointer) in found.iter_mut().zip(views).zip([old, new]) {
            // An enum has a change for each of its values.
            if !found.contains_key(pointer) {
                let node = view.document.root.pointer(pointer).map(node::without_null).and_then(Value::as_object);
                let restricts = |keyword: &str| is_bound(keyword) || matches!(keyword, "enum" | "pattern" | "format");
                let kept = node.into_iter().flatten().filter(|(keyword, _)| restricts(keyword));
                let kept: Map<_, _> = kept.map(|(keyword, value)| (keyword.clone(), value.clone())).collect();
                found.extend((!kept.is_empty()).then(|| (pointer.clone(), kept)));
            }
        }
    }
    found
}

impl<'a> Published<'a> {
    fn of(side: &Side, view: &'a View<'a>, restrictions: Restrictions) -> Option<Self> {
        let file = view.document.place("").file;
        let mut root = serde_json::from_str(side.texts.get(&file)?).ok()?;
        exclude_bounds(&mut root);
        Some(Self { view, file, root, restrictions, covered: BTreeSet::new() })
    }

    /// The pointer in the published document, if the part is in it.
    fn pointer(&self, merged: &str) -> Option<String> {
        let place = self.view.document.place(merged);
        let pointer = place.spot.strip_prefix('#').filter(|_| place.file == self.file)?;
        Some(pointer.to_owned())
    }

    fn cover(&mut self, change: &Change, at: Option<&At>) {
        let Some((pointer, rest)) = at else { return };
        let covered = match &change.facet {
            Facet::Node | Facet::Property(_) | Facet::Branch(_) => Some(pointer.clone()),
            Facet::Required(_) => Some(format!("{}/required", parent_and_key(parent_and_key(pointer).0).0)),
            Facet::None if matches!(change.rule, Rule::TypeAdded | Rule::TypeRemoved) => Some(pointer.clone()),
            Facet::Keyword(keyword) if rest.is_empty() => Some(format!("{pointer}/{keyword}")),
            Facet::None | Facet::Keyword(_) | Facet::Value(_) | Facet::Condition => {
                Some(format!("{pointer}{rest}")).filter(|_| !rest.is_empty())
            }
        };
        let is_nullable = matches!(change.rule, Rule::NullableAdded | Rule::NullableRemoved);
        let of_openapi = is_nullable.then(|| format!("{pointer}/nullable"));
        let covered = covered.into_iter().chain(of_openapi).filter_map(|pointer| self.pointer(&pointer));
        let covered: Vec<_> = covered.collect();
        self.covered.extend(covered);
    }

    fn covers(&self, at: Option<&At>) -> bool {
        let Some((pointer, rest)) = at else { return false };
        let pointer = format!("{pointer}{rest}");
        let mut outer = pointer.match_indices('/').map(|(end, _)| &pointer[..end]);
        let below = format!("{pointer}/");
        self.covered.contains(&pointer)
            || outer.any(|outer| self.covered.contains(outer))
            || self.covered.range(below.clone()..).next().is_some_and(|known| known.starts_with(&below))
    }

    /// Whether the merged schema restricts values more than the published one.
    fn restricts(&self, merged: &str) -> bool {
        let Some(restrictions) = self.restrictions.get(merged) else { return false };
        let Some(published) = self.pointer(merged).and_then(|pointer| self.root.pointer(&pointer)) else {
            return false;
        };
        let published = node::without_null(published);
        restrictions.iter().any(|(keyword, value)| {
            // A constant is an enum of one value to the generator.
            let is_constant = keyword == "enum" && published.get("const").is_some();
            !is_constant && published.get(keyword) != Some(value)
        })
    }

    fn definition(&self, name: &str) -> Option<String> {
        let pointer = self.pointer(&self.view.pointer(name))?;
        pointer.strip_prefix("/definitions/").filter(|key| !key.contains('/')).map(str::to_owned)
    }
}

/// Returns a finding for every change of the published documents outside `joined`.
///
/// The verdict of a change is also about the published schema if the overlay restricts it.
pub(super) fn findings(
    [old, new]: [&Side; 2],
    views: &[View<'_>; 2],
    names: &Names,
    joined: &mut [Joined],
    moved: &[Vec<String>; 2],
    restrictions: [Restrictions; 2],
) -> Vec<Finding> {
    let [of_old, of_new] = restrictions;
    let published = Published::of(old, &views[0], of_old).zip(Published::of(new, &views[1], of_new));
    let Some((mut before, mut after)) = published else { return Vec::new() };
    if before.root == after.root {
        return Vec::new();
    }
    let renamed = rename_definitions(&mut before, &after, names);
    cover([&mut before, &mut after], joined, moved, &renamed);
    let root = Subject::Type { old: Some(views[0].document.root_name()), new: Some(views[1].document.root_name()) };
    let mut changes = raw::changes(&before.root, &after.root, &root);
    join_restricted(joined, &changes, [&before, &after]);
    changes.retain(|change| !before.covers(change.old.as_ref()) && !after.covers(change.new.as_ref()));
    ignored::mark(&mut changes, [&mut before.root, &mut after.root]);
    move_all_references([&mut before.root, &mut after.root], &mut changes);
    let wires = compat::verdicts(&changes.iter().collect::<Vec<_>>(), &before.root, &after.root);
    // The documents and the syntax trees of their texts aren't needed at the same time.
    let files = [before.file, after.file];
    drop((before.root, after.root));
    let [old_lines, new_lines] = [old, new].map(|side| Lines::new(&side.texts));
    let old_names: BTreeMap<_, _> = renamed.iter().map(|(old, new)| (new.as_str(), old.as_str())).collect();
    let old_name = |key: &str| old_names.get(key).copied();
    let findings = changes.into_iter().zip(wires).map(|(change, wire)| {
        let old = change.old.as_ref().map(|(pointer, rest)| (with_name(pointer, old_name), rest));
        let base = change.new.as_ref().map(|(pointer, _)| pointer).or(old.as_ref().map(|(pointer, _)| pointer));
        let place = |file: &str, pointer: &str, rest: &str| Place::pointer(file, &format!("{pointer}{rest}"));
        Finding {
            rule: change.rule,
            pointer: base.cloned().unwrap_or_default(),
            rust_path: format!("types::{}", views[1].document.root_name()),
            before: change.before.as_ref().filter(|value| !value.is_null()).map(shown),
            after: change.after.as_ref().filter(|value| !value.is_null()).map(shown),
            semver: Level::Patch,
            wire,
            runtime: change.rule.runtime(),
            hint: None,
            old: old.as_ref().map(|(pointer, rest)| old_lines.location(&place(&files[0], pointer, rest))),
            new: change.new.as_ref().map(|(pointer, rest)| new_lines.location(&place(&files[1], pointer, rest))),
            enclosing: change.around.as_ref().map(|pointer| new_lines.location(&place(&files[1], pointer, ""))),
            schema_before: change.before.clone().filter(|value| !value.is_null()),
            schema_after: change.after.clone().filter(|value| !value.is_null()),
            items: Vec::new(),
            renames: Vec::new(),
            used_by: Vec::new(),
        }
    });
    findings.collect()
}

/// Moves the references of documents whose draft reads keywords beside them. At the changed places, also those without
/// other keywords, so both documents have the same form.
fn move_all_references([before, after]: [&mut Value; 2], changes: &mut [Change]) {
    let moves = [&*before, &*after].map(|root| Draft::of(root).is_ok_and(Draft::reads_beside_references));
    for (root, moves_all, is_old) in [(before, moves[0], true), (after, moves[1], false)] {
        if moves_all {
            move_references(root);
        }
        let places = changes.iter().filter_map(|change| if is_old { change.old.as_ref() } else { change.new.as_ref() });
        for (pointer, _) in places.filter(|_| moves.contains(&true)) {
            let node = root.pointer_mut(pointer);
            node.filter(|node| moves_all || has_only_reference(node)).into_iter().for_each(move_reference);
        }
    }
    for change in changes.iter_mut().filter(|change| change.facet == Facet::Keyword("$ref".to_owned())) {
        change.facet = Facet::Node;
    }
}

/// Writes the exclusive bounds of draft-04 as later drafts do.
fn exclude_bounds(node: &mut Value) {
    match node {
        Value::Object(map) => {
            exclusive(map, "minimum", "exclusiveMinimum");
            exclusive(map, "maximum", "exclusiveMaximum");
            map.values_mut().for_each(exclude_bounds);
        }
        Value::Array(values) => values.iter_mut().for_each(exclude_bounds),
        _ => {}
    }
}

/// Moves references with keywords beside them into `allOf`: in draft-07, which the verdicts are about, the keywords
/// wouldn't count.
fn move_references(node: &mut Value) {
    match node {
        Value::Object(map) => {
            map.values_mut().for_each(move_references);
            if !has_only_reference(node) {
                move_reference(node);
            }
        }
        Value::Array(values) => values.iter_mut().for_each(move_references),
        _ => {}
    }
}

/// Whether a schema has no keywords with a meaning beside a reference.
fn has_only_reference(node: &Value) -> bool {
    node.as_object().is_some_and(|map| map.keys().all(|keyword| keyword == "$ref" || is_annotation(keyword)))
}

fn move_reference(node: &mut Value) {
    if let Value::Object(map) = node
        && map.get("$ref").is_some_and(Value::is_string)
        && !map.contains_key("allOf")
        && let Some(reference) = map.remove("$ref")
    {
        map.insert("allOf".to_owned(), json!([{ "$ref": reference }]));
    }
}

/// Notes the parts of both documents about which there are findings.
fn cover(
    [before, after]: [&mut Published<'_>; 2],
    joined: &[Joined],
    moved: &[Vec<String>; 2],
    renamed: &BTreeMap<String, String>,
) {
    for Joined { change, .. } in joined {
        before.cover(change, change.old.as_ref());
        after.cover(change, change.new.as_ref());
        for name in &change.types {
            before.covered.extend(before.pointer(&before.view.pointer(name)));
            after.covered.extend(after.pointer(&after.view.pointer(name)));
        }
    }
    before.covered.extend(moved[0].iter().cloned());
    after.covered.extend(moved[1].iter().cloned());
    // Pointers of the old side have the new names.
    let covered = before.covered.iter().map(|pointer| with_name(pointer, |key| renamed.get(key).map(String::as_str)));
    before.covered = covered.collect();
}

/// Adds the verdicts about published schemas whose values the overlay restricts: a document may have others.
fn join_restricted(joined: &mut [Joined], changes: &[Change], [before, after]: [&Published<'_>; 2]) {
    let mut by_place: HashMap<_, Vec<&Change>> = HashMap::new();
    for raw in changes {
        let place = raw.new.as_ref().map(|(pointer, rest)| (pointer.as_str(), rest.as_str()));
        by_place.entry(place).or_default().push(raw);
    }
    // An enum has a change for each of its values.
    let mut restricted = HashMap::new();
    let mut pairs = Vec::new();
    for (index, Joined { change, .. }) in joined.iter().enumerate() {
        let (Some((old, _)), Some((new, rest))) = (&change.old, &change.new) else { continue };
        let Some(pointer) = after.pointer(new) else { continue };
        let is_restricted =
            restricted.entry((old, new)).or_insert_with(|| before.restricts(old) || after.restricts(new));
        if *is_restricted {
            let same = by_place.get(&Some((pointer.as_str(), rest.as_str())));
            pairs.extend(same.into_iter().flatten().map(|raw| (index, *raw)));
        }
    }
    let changes: Vec<_> = pairs.iter().map(|(_, raw)| *raw).collect();
    for ((index, _), wire) in pairs.iter().zip(compat::verdicts(&changes, &before.root, &after.root)) {
        joined[*index].finding.wire.join(wire);
    }
}

/// Gives the definitions of the old document the names of the new one; returns the renamed keys.
fn rename_definitions(old: &mut Published<'_>, new: &Published<'_>, names: &Names) -> BTreeMap<String, String> {
    let pairs = names.pairs().filter_map(|(before, after)| Some((old.definition(before)?, new.definition(after)?)));
    let renamed: BTreeMap<_, _> = pairs.filter(|(before, after)| before != after).collect();
    if !renamed.is_empty() {
        if let Some(definitions) = old.root.get_mut("definitions").and_then(Value::as_object_mut) {
            let moved: Vec<_> = renamed.iter().filter_map(|(key, new)| Some((new, definitions.remove(key)?))).collect();
            definitions.extend(moved.into_iter().map(|(key, value)| (key.clone(), value)));
        }
        rename_references(&mut old.root, &renamed);
    }
    renamed
}

fn rename_references(node: &mut Value, renamed: &BTreeMap<String, String>) {
    match node {
        Value::Object(map) => {
            for (key, value) in map {
                match value {
                    Value::String(reference) if key == "$ref" => {
                        *reference = with_name(reference, |key| renamed.get(key).map(String::as_str));
                    }
                    value => rename_references(value, renamed),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| rename_references(value, renamed)),
        _ => {}
    }
}

/// `#/definitions/A/rest` with another name of the definition.
fn with_name<'a>(pointer: &str, name: impl Fn(&str) -> Option<&'a str>) -> String {
    let Some((start, rest)) = pointer.split_once("/definitions/") else { return pointer.to_owned() };
    let (key, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    match name(key) {
        Some(name) if matches!(start, "" | "#") => format!("{start}/definitions/{}{rest}", escape(name)),
        _ => pointer.to_owned(),
    }
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
