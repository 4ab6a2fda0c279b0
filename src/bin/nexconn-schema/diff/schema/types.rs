//! Compares two documents type by type: properties, enum values, branches, constructors.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use serde_json::Value;

use super::keywords::keywords;
use super::names::Names;
use super::view::View;
use super::walk::{Pair, Walk};
use crate::diff::change::{Change, Facet, Subject};
use crate::diff::rules::Rule;
use crate::generate::document::escape;
use crate::generate::model::{Branch, EnumValue, Holds, Shape, Struct, Union};
use crate::generate::node;

/// Compares the documents.
pub(crate) fn changes(old: &View<'_>, new: &View<'_>, names: &Names) -> Vec<Change> {
    let mut walk = Walk { old, new, names, changes: Vec::new() };
    for (before, after) in names.pairs() {
        walk.ty(before, after);
    }
    for name in old.model.types.keys().filter(|name| names.new_name(name).is_none()) {
        let subject = Subject::Type { old: Some(name.clone()), new: None };
        walk.push(Change::new(Rule::TypeRemoved, subject).old(old.pointer(name), ""));
    }
    for name in new.model.types.keys().filter(|name| names.old_name(name).is_none()) {
        let subject = Subject::Type { old: None, new: Some(name.clone()) };
        walk.push(Change::new(Rule::TypeAdded, subject).new_at(new.pointer(name), ""));
    }
    walk.changes
}

impl<'a> Walk<'a> {
    fn ty(&mut self, before: &str, after: &str) {
        let (Some(old), Some(new)) = (self.old.ty(before), self.new.ty(after)) else { return };
        let pair = Pair {
            old: self.old.node(before),
            new: self.new.node(after),
            old_pointer: self.old.pointer(before),
            new_pointer: self.new.pointer(after),
            subject: Subject::Type { old: Some(before.to_owned()), new: Some(after.to_owned()) },
        };
        if before != after {
            let is_root = pair.new_pointer.is_empty();
            let (rule, spot) = if is_root { (Rule::RootRenamed, "/title") } else { (Rule::TypeRenamed, "") };
            let mut change = pair.change(rule, Facet::None, spot, spot);
            change.before = Some(before.into());
            change.after = Some(after.into());
            self.push(change);
        }
        match (&old.shape, &new.shape) {
            (Shape::Struct(old), Shape::Struct(new)) => self.record(&pair, old, new),
            (Shape::Enumeration(old), Shape::Enumeration(new)) => self.enumeration(&pair, old, new),
            (Shape::Union(old), Shape::Union(new)) => self.union(&pair, old, new),
            _ => self.push(pair.change(Rule::TypeChanged, Facet::Node, "", "")),
        }
    }

    fn record(&mut self, pair: &Pair<'a>, old: &Struct, new: &Struct) {
        let (before, after) = (properties(pair.old), properties(pair.new));
        let required = |node: &'a Value| node::strings(&node["required"]).into_iter().collect::<HashSet<_>>();
        let (old_required, new_required) = (required(pair.old), required(pair.new));
        for key in before.keys().chain(after.keys()).copied().collect::<BTreeSet<_>>() {
            let mut property = pair.clone();
            property.subject = pair.subject.property(key);
            let step = format!("/properties/{}", escape(key));
            match (before.get(key).copied(), after.get(key).copied()) {
                (Some(_), None) => {
                    let mut change = Change::new(Rule::PropertyRemoved, property.subject);
                    change.facet = Facet::Property(key.to_owned());
                    self.push(change.old(format!("{}{step}", pair.old_pointer), "").beside(&pair.new_pointer));
                }
                (None, Some(_)) => {
                    let is_required = new_required.contains(&key);
                    let rule = if is_required { Rule::RequiredPropertyAdded } else { Rule::OptionalPropertyAdded };
                    let mut change = Change::new(rule, property.subject);
                    change.facet = Facet::Property(key.to_owned());
                    self.push(change.new_at(format!("{}{step}", pair.new_pointer), "").beside(&pair.old_pointer));
                }
                (Some(old), Some(new)) => {
                    let property = Pair { subject: property.subject, ..pair.step(old, &step, new, &step) };
                    let required = [old_required.contains(&key), new_required.contains(&key)];
                    if required[0] != required[1] {
                        let rule =
                            if required[1] { Rule::PropertyBecameRequired } else { Rule::PropertyBecameOptional };
                        self.push(property.change(rule, Facet::Required(key.to_owned()), "", ""));
                    }
                    self.field(&property, key);
                    self.value(&property);
                }
                (None, None) => {}
            }
        }
        self.constructor(pair, old, new);
        self.additional_properties(pair);
        keywords(self, pair, &["properties", "required", "additionalProperties", "x-arguments"]);
    }

    /// Compares the names of the fields of a property.
    fn field(&mut self, property: &Pair<'a>, key: &str) {
        let (Some(old), Some(new)) = property.subject.names() else { return };
        let (Some(before), Some(after)) = (self.old.field(old, key), self.new.field(new, key)) else { return };
        if before != after {
            let mut change = property.change(Rule::FieldRenamed, Facet::None, "", "");
            (change.before, change.after) = (Some(before.into()), Some(after.into()));
            self.push(change);
        }
    }

    /// Compares the constructors, unless a changed property explains the difference.
    fn constructor(&mut self, pair: &Pair<'a>, old: &Struct, new: &Struct) {
        if old.arguments == new.arguments {
            return;
        }
        let (before, after): (HashSet<_>, HashSet<_>) =
            (old.arguments.iter().collect(), new.arguments.iter().collect());
        let kept = old.arguments.iter().filter(|name| after.contains(name));
        let is_reordered = !kept.eq(new.arguments.iter().filter(|name| before.contains(name)));
        let keyword_of = |node: &Value| if node.get("x-arguments").is_some() { "/x-arguments" } else { "/properties" };
        let (old_keyword, keyword) = (keyword_of(pair.old), keyword_of(pair.new));
        if is_reordered {
            self.push(pair.change(Rule::ArgumentsReordered, Facet::None, old_keyword, keyword).constructor());
        }
        if before != after && pair.old.get("x-arguments") != pair.new.get("x-arguments") {
            self.push(pair.change(Rule::ConstructorChanged, Facet::None, old_keyword, keyword).constructor());
        }
    }

    fn enumeration(&mut self, pair: &Pair<'a>, old: &[EnumValue], new: &[EnumValue]) {
        let variants: HashMap<_, _> = new.iter().map(|value| (&value.value, &value.variant)).collect();
        let renamed = old.iter().filter_map(|value| {
            let variant = *variants.get(&value.value)?;
            (*variant != value.variant).then(|| (value.variant.clone(), variant.clone()))
        });
        self.renamed(pair, renamed.collect(), "/x-names");
        if pair.old.get("x-preset") != pair.new.get("x-preset") {
            self.push(pair.change(Rule::PresetChanged, Facet::None, "/x-preset", "/x-preset"));
        }
        keywords(self, pair, &["x-names", "x-preset"]);
    }

    /// Adds one change for all renamed variants.
    fn renamed(&mut self, pair: &Pair<'a>, renamed: Vec<(String, String)>, spot: &str) {
        if !renamed.is_empty() {
            let mut change = pair.change(Rule::VariantsRenamed, Facet::None, spot, spot);
            change.before =
                Some(renamed.iter().map(|(before, _)| before.as_str()).collect::<Vec<_>>().join(", ").into());
            change.after = Some(renamed.iter().map(|(_, after)| after.as_str()).collect::<Vec<_>>().join(", ").into());
            change.variants = renamed;
            self.push(change);
        }
    }

    fn union(&mut self, pair: &Pair<'a>, old: &Union, new: &Union) {
        let ((old_keyword, old_nodes), (new_keyword, new_nodes)) =
            (node::branches(pair.old).unwrap_or_default(), node::branches(pair.new).unwrap_or_default());
        let partners = self.partners(old, new);
        let mut renamed = Vec::new();
        for (index, partner) in partners.iter().enumerate() {
            let branch = &old.branches[index];
            let step = format!("/{old_keyword}/{index}");
            let Some(partner) = partner else {
                let mut change = Change::new(Rule::BranchRemoved, pair.subject.variant(&branch.variant));
                change.facet = Facet::Branch(index);
                self.push(change.old(format!("{}{step}", pair.old_pointer), "").beside(&pair.new_pointer));
                continue;
            };
            let other = &new.branches[*partner];
            if branch.variant != other.variant {
                renamed.push((branch.variant.clone(), other.variant.clone()));
            }
            let new_step = format!("/{new_keyword}/{partner}");
            let mut inner = pair.step(&old_nodes[index], &step, &new_nodes[*partner], &new_step);
            inner.subject = pair.subject.variant(&other.variant);
            self.branch(&inner, &branch.holds, &other.holds);
        }
        let kept: HashSet<_> = partners.iter().flatten().copied().collect();
        for index in (0..new.branches.len()).filter(|index| !kept.contains(index)) {
            let mut change = Change::new(Rule::BranchAdded, pair.subject.variant(&new.branches[index].variant));
            change.facet = Facet::Branch(index);
            let pointer = format!("{}/{new_keyword}/{index}", pair.new_pointer);
            self.push(change.new_at(pointer, "").beside(&pair.old_pointer));
        }
        let order: Vec<_> = partners.iter().flatten().collect();
        let (old_spot, new_spot) = (format!("/{old_keyword}"), format!("/{new_keyword}"));
        if !order.is_sorted() {
            self.push(pair.change(Rule::BranchesReordered, Facet::None, &old_spot, &new_spot));
        }
        self.renamed(pair, renamed, "");
        if old.tag != new.tag {
            self.push(pair.change(Rule::TagChanged, Facet::None, "/x-tag", "/x-tag"));
        }
        if (&old.untagged, &old.only) != (&new.untagged, &new.only) {
            self.push(pair.change(Rule::UnionReadingChanged, Facet::None, "/x-untagged", "/x-untagged"));
        }
        if old_keyword != new_keyword {
            self.push(pair.change(Rule::ValidationChanged, Facet::Node, &old_spot, &new_spot));
        }
        let known = ["oneOf", "anyOf", "x-tag", "x-tag-prefix", "x-untagged", "x-untagged-only"];
        keywords(self, pair, &known);
    }

    /// For each old branch the new one: with the same type, else with the same name.
    fn partners(&self, old: &Union, new: &Union) -> Vec<Option<usize>> {
        let held = |holds: &Holds, names: Option<&Names>| match holds {
            Holds::Object(name, _) | Holds::Union(name, _) | Holds::Enumeration(name) => {
                names.map_or(Some(name.as_str()), |names| names.new_name(name)).map(str::to_owned)
            }
            Holds::Plain(kind) => Some(format!("\"{}\"", kind.name())),
        };
        let mut partners: Vec<Option<usize>> = vec![None; old.branches.len()];
        let mut taken = HashSet::new();
        for by_name in [false, true] {
            let key = |branch: &Branch, names: Option<&Names>| {
                if by_name { Some(branch.variant.clone()) } else { held(&branch.holds, names) }
            };
            let mut free: HashMap<_, VecDeque<usize>> = HashMap::new();
            for (at, branch) in new.branches.iter().enumerate().filter(|(at, _)| !taken.contains(at)) {
                if let Some(key) = key(branch, None) {
                    free.entry(key).or_default().push_back(at);
                }
            }
            for (branch, partner) in old.branches.iter().zip(&mut partners).filter(|(_, partner)| partner.is_none()) {
                let key = key(branch, Some(self.names));
                *partner = key.and_then(|key| free.get_mut(&key)?.pop_front());
                taken.extend(*partner);
            }
        }
        partners
    }

    fn branch(&mut self, pair: &Pair<'a>, old: &Holds, new: &Holds) {
        match (old, new) {
            (Holds::Plain(_), Holds::Plain(_)) => self.value(pair),
            (
                Holds::Object(before, _) | Holds::Union(before, _) | Holds::Enumeration(before),
                Holds::Object(after, _) | Holds::Union(after, _) | Holds::Enumeration(after),
            ) if self.names.new_name(before) == Some(after) => keywords(self, pair, &["$ref"]),
            _ => self.push(pair.change(Rule::BranchChanged, Facet::Node, "", "")),
        }
    }
}

fn properties(node: &Value) -> BTreeMap<&str, &Value> {
    node["properties"].as_object().into_iter().flatten().map(|(key, schema)| (key.as_str(), schema)).collect()
}
