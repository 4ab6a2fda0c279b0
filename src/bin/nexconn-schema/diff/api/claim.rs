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
pub(crate) struct Claim {
    /// Exactly these paths.
    paths: BTreeSet<String>,
    /// All items of these types.
    types: BTreeSet<String>,
    /// All items of this type, boxed or not.
    held: Option<String>,
    /// Whether only those with a type for a format count.
    is_format: bool,
}

impl Claim {
    pub(crate) fn new(join: &Sides<'_>, change: &Change, rule: Rule) -> Self {
        let types = change.types.iter().cloned().collect();
        let is_format = matches!(rule, Rule::FormatAdded | Rule::FormatChanged | Rule::FormatRemoved);
        let mut claim = Self { paths: BTreeSet::new(), types, held: None, is_format };
        if let Subject::Model { path } = &change.subject {
            claim.paths.insert(path.clone());
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
                [variant].into_iter().chain(&change.others).for_each(|variant| claim.variant(join, &ty, variant));
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
                    claim.paths.extend(["type_", "tag", "Unknown"].map(|method| format!("{ty}::{method}")));
                    claim.held = Some(name.to_owned());
                }
                Rule::VariantsRenamed => {
                    let names = change.variants.iter().flat_map(|(before, after)| [before, after]);
                    names.for_each(|variant| claim.variant(join, &ty, variant));
                }
                Rule::PresetChanged => {
                    for path in join.users.of(name) {
                        claim.constructor(&format!("types::{}", items::owner(path)));
                        claim.paths.insert(path.replace('.', "::"));
                    }
                }
                _ => {}
            },
            _ => {}
        }
        claim
    }

    fn constructor(&mut self, ty: &str) {
        self.paths.insert(format!("{ty}::new"));
        self.paths.insert(format!("{ty} impl Default"));
    }

    fn property(&mut self, join: &Sides<'_>, ty: &str, (old, new): (Option<&str>, Option<&str>), key: &str) {
        let sides = [(join.old, old), (join.new, new)];
        for (view, name) in sides.into_iter().filter_map(|(view, name)| Some((view, name?))) {
            if let Some(field) = view.field(name, key) {
                self.paths.insert(format!("{ty}.{field}"));
                self.paths.insert(format!("{ty}::{field}"));
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
            self.paths.extend(fields.map(|field| format!("{ty}::{field}")));
        }
    }

    fn variant(&mut self, join: &Sides<'_>, ty: &str, variant: &str) {
        let path = format!("{ty}::{variant}");
        if let Some(index) = join.differences.at(&path) {
            let difference = &join.differences.all[index];
            for payload in difference.payloads() {
                let payload = payload.trim_matches(['(', ')']);
                self.paths.insert(format!("{ty} impl From<{payload}>"));
                if payload == "String" {
                    self.paths.insert(format!("{ty} impl From<&str>"));
                }
            }
        }
        self.paths.insert(path);
    }

    /// The claimed differences, in order.
    pub(crate) fn covered(&self, differences: &Differences<'_>) -> BTreeSet<usize> {
        let paths = self.paths.iter().filter_map(|path| differences.at(path));
        let types = self.types.iter().flat_map(|name| differences.of_type(name)).copied();
        let held = self.held.iter().flat_map(|name| differences.boxes_of(name));
        let claimed = paths.chain(types).chain(held);
        claimed.filter(|index| !self.is_format || differences.all[*index].has_foreign_type()).collect()
    }
}
