//! The items a schema change accounts for.
//!
//! A change claims only items it can affect, so no finding gets the level of another one.

use std::collections::BTreeSet;

use super::items::{self, Differences};
use super::sides::Sides;
use crate::diff::change::{Change, Subject};
use crate::diff::rules::Rule;
use crate::diff::schema::view::View;
use crate::generate::node;

/// The items a change accounts for.
pub(crate) struct Claim<'a> {
    differences: &'a Differences<'a>,
    /// Exactly these items.
    items: BTreeSet<usize>,
    /// All items of these types.
    types: BTreeSet<String>,
    /// All items of this type, boxed or not.
    held: Option<String>,
    /// Whether only those with a type for a format count.
    is_format: bool,
}

impl<'a> Claim<'a> {
    pub(crate) fn new(join: &'a Sides<'a>, change: &Change, rule: Rule) -> Self {
        let types = change.types.iter().cloned().collect();
        let is_format = matches!(rule, Rule::FormatAdded | Rule::FormatChanged | Rule::FormatRemoved);
        let mut claim = Self { differences: &join.differences, items: BTreeSet::new(), types, held: None, is_format };
        if let Subject::Model { path } = &change.subject {
            claim.item(path);
        }
        let (old, new) = change.subject.names();
        let Some(name) = new.or(old) else { return claim };
        let ty = format!("types::{name}");
        // A format can choose the type of a string or an integer.
        let is_unsigned = [&change.before, &change.after].contains(&&Some("uint64".into()));
        claim.is_format &= !is_unsigned;
        let shapes = rule.shapes_fields() || is_format;
        match &change.subject {
            Subject::Property { key, .. } if shapes => claim.property(join, &ty, (old, new), key),
            Subject::Variant { variant, .. } if shapes => {
                [variant].into_iter().chain(&change.others).for_each(|variant| claim.variant(&ty, variant));
                // A union with itself inside is boxed.
                claim.held = Some(name.to_owned());
            }
            Subject::Type { .. } => match rule {
                Rule::TypeAdded | Rule::TypeRemoved => drop(claim.types.insert(name.to_owned())),
                Rule::TypeChanged => {
                    claim.types.insert(name.to_owned());
                    claim.held = Some(name.to_owned());
                }
                Rule::ArgumentsReordered | Rule::ConstructorChanged => {
                    claim.constructor(&ty);
                    claim.moved_arguments(&ty, [(join.old, old), (join.new, new)]);
                }
                Rule::TagChanged => {
                    for method in ["type_", "tag", "Unknown"] {
                        claim.item(&format!("{ty}::{method}"));
                    }
                    claim.held = Some(name.to_owned());
                }
                Rule::VariantsRenamed => {
                    let names = change.variants.iter().flat_map(|(before, after)| [before, after]);
                    names.for_each(|variant| claim.variant(&ty, variant));
                }
                Rule::PresetChanged => {
                    for path in join.users.of(name) {
                        claim.constructor(&format!("types::{}", items::owner(path)));
                        claim.item(&path.replace('.', "::"));
                    }
                }
                _ => {}
            },
            _ => {}
        }
        claim
    }

    /// Claims the item at a path, if it differs.
    fn item(&mut self, path: &str) {
        self.items.extend(self.differences.at(path));
    }

    fn constructor(&mut self, ty: &str) {
        self.item(&format!("{ty}::new"));
        self.item(&format!("{ty} impl Default"));
    }

    fn property(&mut self, join: &Sides<'_>, ty: &str, (old, new): (Option<&str>, Option<&str>), key: &str) {
        let sides = [(join.old, old), (join.new, new)];
        for (view, name) in sides.into_iter().filter_map(|(view, name)| Some((view, name?))) {
            if let Some(field) = view.field(name, key) {
                self.item(&format!("{ty}.{field}"));
                self.item(&format!("{ty}::{field}"));
            }
            if view.record(name).is_some_and(|record| record.arguments.iter().any(|argument| argument == key)) {
                self.constructor(ty);
            }
        }
        let is_required = |(view, name): (&View<'_>, Option<&str>)| {
            name.is_some_and(|name| node::strings(&view.node(name)["required"]).contains(&key))
        };
        if sides.into_iter().any(is_required) {
            self.moved_arguments(ty, sides);
        }
    }

    /// The properties that move between the constructor and setters with the number of required ones.
    fn moved_arguments(&mut self, ty: &str, sides: [(&View<'_>, Option<&str>); 2]) {
        let [before, after] = sides.map(|(view, name)| {
            let arguments = name.and_then(|name| view.record(name)).map(|record| record.arguments.as_slice());
            arguments.unwrap_or_default()
        });
        if before == after {
            return;
        }
        self.constructor(ty);
        let (was, is): (BTreeSet<_>, BTreeSet<_>) = (before.iter().collect(), after.iter().collect());
        for key in was.symmetric_difference(&is) {
            let fields = sides.into_iter().filter_map(|(view, name)| view.field(name?, key));
            fields.for_each(|field| self.item(&format!("{ty}::{field}")));
        }
    }

    fn variant(&mut self, ty: &str, variant: &str) {
        let Some(index) = self.differences.at(&format!("{ty}::{variant}")) else { return };
        self.items.insert(index);
        let differences = self.differences;
        for payload in differences.all[index].payloads() {
            let payload = payload.trim_matches(['(', ')']);
            self.item(&format!("{ty} impl From<{payload}>"));
            if payload == "String" {
                self.item(&format!("{ty} impl From<&str>"));
            }
        }
    }

    /// The claimed differences, in order.
    pub(crate) fn covered(self) -> BTreeSet<usize> {
        let Self { differences, mut items, types, held, is_format } = self;
        items.extend(types.iter().flat_map(|name| differences.of_type(name)));
        items.extend(held.iter().flat_map(|name| differences.boxes_of(name)));
        items.retain(|index| !is_format || differences.all[*index].has_foreign_type());
        items
    }
}
