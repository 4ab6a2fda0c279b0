//! Folds changes with one cause into one finding.

use std::collections::HashMap;

use crate::diff::change::{Change, Subject};
use crate::diff::finding::Rename;
use crate::diff::rules::Rule;
use crate::diff::schema::view::View;

/// Folds types added or removed with their property or branch.
pub(crate) fn types(changes: Vec<Change>, old: &View<'_>, new: &View<'_>) -> Vec<Change> {
    let is_type = |change: &Change| matches!(change.rule, Rule::TypeAdded | Rule::TypeRemoved);
    let places = |change: &Change| {
        let before = change.old.as_ref().map(|(pointer, _)| old.place(pointer));
        (before, change.new.as_ref().map(|(pointer, _)| new.place(pointer)))
    };
    let (types, mut rest): (Vec<_>, Vec<_>) = changes.into_iter().partition(is_type);
    let mut around = Around::default();
    for (index, change) in rest.iter().enumerate().filter(|(_, change)| brings_types(change)) {
        let (before, after) = places(change);
        around.old.extend(before.map(|place| (place, index)));
        around.new.extend(after.map(|place| (place, index)));
    }
    let mut kept = Vec::new();
    for change in types {
        let (before, after) = places(&change);
        let nearest = [nearest(&around.old, before.as_deref()), nearest(&around.new, after.as_deref())];
        match nearest.into_iter().flatten().max() {
            Some((_, index)) => {
                let (before, after) = change.subject.names();
                rest[index].types.extend(after.or(before).map(str::to_owned));
            }
            None => kept.push(change),
        }
    }
    rest.extend(kept);
    rest
}

/// The changes by the places where they stand in the files of each side.
#[derive(Default)]
struct Around {
    old: HashMap<String, usize>,
    new: HashMap<String, usize>,
}

/// The nearest change around a place, or at it, with the length of its place.
fn nearest(around: &HashMap<String, usize>, place: Option<&str>) -> Option<(usize, usize)> {
    let mut place = place?;
    loop {
        if let Some(index) = around.get(place) {
            return Some((place.len(), *index));
        }
        place = place.rsplit_once('/')?.0;
    }
}

/// Whether types may come or go with the change.
fn brings_types(change: &Change) -> bool {
    matches!(
        change.rule,
        Rule::PropertyRemoved
            | Rule::OptionalPropertyAdded
            | Rule::RequiredPropertyAdded
            | Rule::BranchAdded
            | Rule::BranchRemoved
            | Rule::BranchChanged
            | Rule::TypeChanged
            | Rule::StringRestrictedToEnum
            | Rule::EnumRelaxedToString
            | Rule::ConstantToEnum
            | Rule::EnumToConstant
    )
}

/// Folds renamed types whose name derives from a renamed type.
pub(crate) fn renames(changes: Vec<Change>) -> Vec<Change> {
    let all: HashMap<_, _> = changes.iter().filter_map(rename).map(|rename| (rename.before, rename.after)).collect();
    // The shortest renamed name from which the name of a type derives.
    let outermost = |inner: &Rename| {
        let starts = inner.before.char_indices().skip(1).map(|(end, _)| inner.before.split_at(end));
        let mut around = starts.filter(|(start, tail)| {
            all.get(*start).is_some_and(|after| inner.after.strip_prefix(after.as_str()) == Some(*tail))
        });
        around.next().map(|(start, _)| start.to_owned())
    };
    let mut kept: Vec<Change> = Vec::new();
    let mut inner: HashMap<String, Vec<Rename>> = HashMap::new();
    for mut change in changes {
        if let Some(own) = rename(&change) {
            if let Some(outer) = outermost(&own) {
                inner.entry(outer).or_default().push(own);
                continue;
            }
            change.renames.push(own);
        }
        kept.push(change);
    }
    for change in &mut kept {
        if let Some(own) = change.renames.first() {
            let inner = inner.remove(&own.before);
            change.renames.extend(inner.into_iter().flatten());
        }
    }
    kept
}

fn rename(change: &Change) -> Option<Rename> {
    match (change.rule, &change.subject) {
        (Rule::RootRenamed | Rule::TypeRenamed, Subject::Type { old: Some(before), new: Some(after) }) => {
            Some(Rename { before: before.clone(), after: after.clone() })
        }
        _ => None,
    }
}
