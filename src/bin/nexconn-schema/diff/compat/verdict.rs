//! The wire verdict of each change, on two schemas without another difference.
//!
//! A verdict on the whole schemas would blame each change for all the others.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread;

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::check::{self, Compatibility, check};
use super::instance;
use super::schemas::entry;
use super::slice::slice;
use super::validate::{build, validator};
use crate::diff::change::{At, Change, Facet};
use crate::diff::finding::{Example, Verdict, Wire};
use crate::diff::vocabulary::CONDITION;
use crate::generate::document::{escape, parent_and_key};
use crate::generate::node;
use crate::stack::STACK_SIZE;

/// Maximum number of changes with examples of the whole document; with more, they're of the changed type.
const MAX_WHOLE: usize = 40;
/// Maximum size of both schemas for these, in bytes.
const MAX_BYTES: usize = 512 * 1024;
/// Maximum number of definitions of both schemas for these.
const MAX_DEFINITIONS: usize = 1_000;
/// Number of values of one enum with verdicts of their own; further ones break as the first one does.
const MAX_VALUES: usize = 20;

/// The wire verdict of each change, computed on all processors.
pub(crate) fn verdicts(changes: &[&Change], old: &Value, new: &Value) -> Vec<Wire> {
    let mut wires = vec![Wire::default(); changes.len()];
    let doubtful = changes.iter().enumerate().filter(|(_, change)| !is_fine(change, old, new));
    let doubtful: Vec<_> = doubtful.map(|(index, change)| (index, *change)).collect();
    if doubtful.is_empty() {
        return wires;
    }
    let is_whole = doubtful.len() <= MAX_WHOLE && {
        let bytes = [old, new].map(|root| root.to_string().len()).into_iter().sum::<usize>();
        bytes <= MAX_BYTES && definitions(old) + definitions(new) <= MAX_DEFINITIONS
    };
    let is_single = doubtful.len() == 1;
    decide(&mut wires, doubtful, [old, new], is_whole);
    if is_whole && !is_single {
        settle("old_to_new", &mut wires, changes, [old, new]);
        settle("new_to_old", &mut wires, changes, [new, old]);
    }
    verify(&mut wires, old, new);
    wires
}

fn definitions(root: &Value) -> usize {
    root["definitions"].as_object().map_or(0, Map::len)
}

/// Computes the verdicts, those of many values of one enum only once.
fn decide(wires: &mut [Wire], mut left: Vec<(usize, &Change)>, [old, new]: [&Value; 2], is_whole: bool) {
    let mut groups: HashMap<_, Vec<(usize, &Change)>> = HashMap::new();
    if !is_whole {
        left.retain(|(index, change)| {
            let Facet::Value(_) = change.facet else { return true };
            let pointer = |at: &Option<At>| at.as_ref().map(|(pointer, _)| pointer.clone());
            let group = groups.entry((change.rule, pointer(&change.old), pointer(&change.new))).or_default();
            group.push((*index, *change));
            group.len() <= MAX_VALUES
        });
    }
    decide_each(wires, &left, [old, new], is_whole);
    let mut others = Vec::new();
    for group in groups.into_values().filter(|group| group.len() > MAX_VALUES) {
        let (first, rest) = group.split_at(MAX_VALUES);
        let wire = Wire { examples: Vec::new(), ..wires[first[0].0].clone() };
        if first
            .iter()
            .all(|(index, _)| [true, false].map(|way| wires[*index].verdict(way) == wire.verdict(way)) == [true; 2])
            && wire.breaks()
        {
            for (index, _) in rest {
                wires[*index] = wire.clone();
            }
        } else {
            others.extend_from_slice(rest);
        }
    }
    decide_each(wires, &others, [old, new], is_whole);
}

fn decide_each(wires: &mut [Wire], undecided: &[(usize, &Change)], [old, new]: [&Value; 2], is_whole: bool) {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let share = undecided.len().div_ceil(processors).max(1);
    thread::scope(|scope| {
        let verdicts_of = |share: &[(usize, &Change)]| -> Vec<Wire> {
            share.iter().map(|(_, change)| of_change(change, old, new, is_whole)).collect()
        };
        let spawn =
            |share| thread::Builder::new().stack_size(STACK_SIZE).spawn_scoped(scope, move || verdicts_of(share));
        let running = undecided.chunks(share).map(|share| (share, spawn(share)));
        for (share, thread) in running.collect::<Vec<_>>() {
            // A panic or a thread that can't be started proves no compatibility.
            let found = thread.ok().and_then(|thread| thread.join().ok());
            let found = found.unwrap_or_else(|| share.iter().map(|_| Wire::unproven()).collect());
            for ((index, _), wire) in share.iter().zip(found) {
                wires[*index] = wire;
            }
        }
    });
}

/// Drops the examples that don't show a break between the two whole schemas.
fn verify(wires: &mut [Wire], old: &Value, new: &Value) {
    let mut validators: HashMap<(bool, String), Option<Arc<Validator>>> = HashMap::new();
    for wire in wires {
        wire.examples.retain(|Example { direction, schema, document }| {
            let mut is_valid = |is_old: bool| -> Option<bool> {
                let root = if is_old { old } else { new };
                let node = root.pointer(schema)?;
                if let Some(schema) = instance::reduced(root, node, document) {
                    return build(&schema).map(|validator| validator.is_valid(document));
                }
                let found = validators.entry((is_old, schema.clone())).or_insert_with(|| match schema.as_str() {
                    "" => validator(root),
                    schema => root.pointer(schema).and_then(|_| validator(&entry(root, schema))),
                });
                found.as_ref().map(|validator| validator.is_valid(document))
            };
            let is_old = *direction == "old_to_new";
            is_valid(is_old) == Some(true) && is_valid(!is_old) == Some(false)
        });
    }
}

/// Decides about all changes together, because one may compensate or require another.
fn settle(direction: &'static str, wires: &mut [Wire], changes: &[&Change], [from, to]: [&Value; 2]) {
    let is_old = direction == "old_to_new";
    // Definitions the root doesn't reach are checked by themselves.
    let in_root = |index: &usize| {
        let change = changes[*index];
        let at = if is_old { &change.old } else { &change.new };
        let pointer = at.as_ref().map(|(pointer, _)| pointer).or(change.around.as_ref());
        pointer.is_some_and(|pointer| check::reaches(from, pointer))
    };
    let broken = (0..wires.len()).filter(|index| wires[*index].verdict(is_old) == Verdict::Breaks).filter(in_root);
    let broken: Vec<_> = broken.collect();
    if broken.is_empty() {
        return;
    }
    let shown = |wire: &Wire| wire.examples.iter().position(|own| own.direction == direction && own.schema.is_empty());
    let examples: Vec<_> = broken.iter().filter_map(|index| Some((*index, shown(&wires[*index])?))).collect();
    let documents: Vec<_> = examples.iter().map(|(index, at)| wires[*index].examples[*at].document.clone()).collect();
    let refused = check::refused(from, to, &documents.iter().collect::<Vec<_>>());
    if examples.len() < broken.len() || refused.contains(&false) {
        match check(from, to, "") {
            Compatibility::Fits => broken.iter().for_each(|index| wires[*index].clear(direction)),
            Compatibility::Breaks(document) => {
                for ((index, at), _) in examples.iter().zip(refused).filter(|(_, refused)| !refused) {
                    wires[*index].examples[*at].document = document.clone();
                }
            }
            Compatibility::Unproven => {}
        }
    }
}

/// The keywords by which an object may reject an unnamed property.
const CLOSING: [&str; 7] =
    ["additionalProperties", "dependencies", "if", "maxProperties", "not", "patternProperties", "propertyNames"];

/// Whether no document breaks: an optional property of an open object, which clients without it don't send.
fn is_fine(change: &Change, old: &Value, new: &Value) -> bool {
    let (root, around) = match (&change.facet, &change.old, &change.around) {
        (Facet::None, ..) => return true,
        (Facet::Property(_), None, Some(around)) => (old, around),
        (Facet::Property(_), Some(_), Some(around)) => (new, around),
        _ => return false,
    };
    let has = match (&change.old, &change.new) {
        (Some((pointer, _)), _) => required(old, pointer),
        (_, Some((pointer, _))) => required(new, pointer),
        _ => true,
    };
    let object = root.pointer(around).unwrap_or(&Value::Null);
    !has && !CLOSING.iter().any(|keyword| object.get(keyword).is_some_and(|value| *value != true))
}

/// Whether the object around a property requires it.
fn required(root: &Value, pointer: &str) -> bool {
    let (properties, key) = parent_and_key(pointer);
    let object = root.pointer(parent_and_key(properties).0).unwrap_or(&Value::Null);
    node::strings(&object["required"]).contains(&key.as_str())
}

/// The wire verdict in both directions.
fn of_change(change: &Change, old: &Value, new: &Value, is_whole: bool) -> Wire {
    let mut wire = Wire::default();
    let (here, there) = (Spot::of(change.old.as_ref(), change), Spot::of(change.new.as_ref(), change));
    let slices =
        (!is_whole).then(|| [(old, &here), (new, &there)].map(|(root, at)| slice(root, &at.pointer, &change.facet)));
    let [old, new] = slices.as_ref().map_or([old, new], |[old, new]| [old, new]);
    let directions = [
        ("old_to_new", Isolation { root: old, at: &here, other: new, other_at: &there }),
        ("new_to_old", Isolation { root: new, at: &there, other: old, other_at: &here }),
    ];
    for (direction, isolation) in directions {
        let (verdict, example) = isolation.check(&change.facet, is_whole);
        if direction == "old_to_new" {
            wire.old_to_new = verdict;
        } else {
            wire.new_to_old = verdict;
        }
        wire.examples.extend(example.map(|(schema, document)| Example { direction, schema, document }));
    }
    wire
}

/// The changed schema on one side, or the enclosing one if it's missing.
struct Spot {
    pointer: String,
    is_there: bool,
}

impl Spot {
    fn of(at: Option<&At>, change: &Change) -> Self {
        match at {
            Some((pointer, _)) => Self { pointer: pointer.clone(), is_there: true },
            None => Self { pointer: change.around.clone().unwrap_or_default(), is_there: false },
        }
    }
}

/// A side to edit, and the other side with the result.
struct Isolation<'a> {
    root: &'a Value,
    at: &'a Spot,
    other: &'a Value,
    other_at: &'a Spot,
}

impl Isolation<'_> {
    /// Whether this side with the change rejects a document of this side, and which.
    fn check(&self, facet: &Facet, is_whole: bool) -> (Verdict, Option<(String, Value)>) {
        let mut changed = self.root.clone();
        if self.apply(&mut changed, facet).is_none() {
            return (Verdict::Breaks, None);
        }
        let focus = &self.at.pointer;
        let is_inner = focus.starts_with("/definitions/");
        let verdict = if is_inner && !is_whole { Compatibility::Unproven } else { check(self.root, &changed, focus) };
        let definition = focus.strip_prefix("/definitions/").map(|rest| rest.split('/').next().unwrap_or(rest));
        match (verdict, definition) {
            (Compatibility::Breaks(document), _) => (Verdict::Breaks, Some((String::new(), document))),
            (Compatibility::Fits, None) => (Verdict::Ok, None),
            (Compatibility::Unproven, None) => (Verdict::Breaks, None),
            // A definition the root doesn't reach is checked as a document.
            (_, Some(name)) => {
                let pointer = format!("/definitions/{name}");
                match check(&entry(self.root, &pointer), &entry(&changed, &pointer), focus) {
                    Compatibility::Fits => (Verdict::Ok, None),
                    Compatibility::Unproven => (Verdict::Breaks, None),
                    Compatibility::Breaks(document) => (Verdict::Breaks, Some((pointer, document))),
                }
            }
        }
    }

    /// Makes the change; `None` if it's impossible.
    fn apply(&self, root: &mut Value, facet: &Facet) -> Option<()> {
        let other = self.other.pointer(&self.other_at.pointer);
        match facet {
            Facet::None => None,
            Facet::Node => self.put(root, &self.at.pointer, other?.clone()),
            Facet::Keyword(keyword) => self.keywords(root, other?, &[keyword]),
            Facet::Condition => self.keywords(root, other?, &CONDITION),
            Facet::Value(value) => {
                let listed = without_null_mut(root.pointer_mut(&self.at.pointer)?).get_mut("enum")?.as_array_mut()?;
                match listed.iter().position(|other| other == value) {
                    Some(index) => drop(listed.remove(index)),
                    None => listed.push(value.clone()),
                }
                Some(())
            }
            Facet::Required(key) => {
                let (object, _) = parent_and_key(self.at.pointer.strip_suffix(&format!("/{}", escape(key)))?);
                toggle_required(root.pointer_mut(object)?, key)
            }
            Facet::Property(key) => self.property(root, key),
            Facet::Branch(index) => self.branch(root, *index),
        }
    }

    /// Sets the keywords to the values of the other side.
    fn keywords(&self, root: &mut Value, other: &Value, keywords: &[&str]) -> Option<()> {
        let other = node::without_null(other);
        let here = without_null_mut(root.pointer_mut(&self.at.pointer)?).as_object_mut()?;
        for keyword in keywords {
            match other.get(keyword) {
                Some(value) => drop(here.insert((*keyword).to_owned(), value.clone())),
                None => drop(here.remove(*keyword)),
            }
        }
        self.bring_definitions(root);
        Some(())
    }

    fn put(&self, root: &mut Value, pointer: &str, value: Value) -> Option<()> {
        if pointer.is_empty() {
            let definitions = root.get("definitions").cloned();
            *root = value;
            root.as_object_mut()?.extend(definitions.map(|definitions| ("definitions".to_owned(), definitions)));
        } else {
            *root.pointer_mut(pointer)? = value;
        }
        self.bring_definitions(root);
        Some(())
    }

    /// Adds the definitions for references of the other side.
    fn bring_definitions(&self, root: &mut Value) {
        let Some(theirs) = self.other["definitions"].as_object() else { return };
        let Some(root) = root.as_object_mut() else { return };
        let ours = root.entry("definitions").or_insert_with(|| Value::Object(Map::new()));
        if let Some(ours) = ours.as_object_mut() {
            for (name, definition) in theirs.iter().filter(|(name, _)| !ours.contains_key(*name)).collect::<Vec<_>>() {
                ours.insert(name.clone(), definition.clone());
            }
        }
    }

    /// Adds the property of the other side, or removes the own one.
    fn property(&self, root: &mut Value, key: &str) -> Option<()> {
        if self.at.is_there {
            let (object, _) = parent_and_key(parent_and_key(&self.at.pointer).0);
            let object = root.pointer_mut(object)?;
            object.get_mut("properties")?.as_object_mut()?.remove(key);
            if node::strings(&object["required"]).contains(&key) {
                toggle_required(object, key)?;
            }
            return Some(());
        }
        let theirs = self.other.pointer(&self.other_at.pointer)?.clone();
        let their_object = parent_and_key(parent_and_key(&self.other_at.pointer).0).0;
        let is_required = node::strings(&self.other.pointer(their_object)?["required"]).contains(&key);
        let object = root.pointer_mut(&self.at.pointer)?;
        let properties = object.as_object_mut()?.entry("properties").or_insert_with(|| json!({}));
        properties.as_object_mut()?.insert(key.to_owned(), theirs);
        if is_required {
            toggle_required(object, key)?;
        }
        self.bring_definitions(root);
        Some(())
    }

    /// Adds the branch of the other side, or removes the own one.
    fn branch(&self, root: &mut Value, index: usize) -> Option<()> {
        if self.at.is_there {
            let (branches, _) = parent_and_key(&self.at.pointer);
            let branches = root.pointer_mut(branches)?.as_array_mut()?;
            (index < branches.len()).then(|| drop(branches.remove(index)))
        } else {
            let theirs = self.other.pointer(&self.other_at.pointer)?.clone();
            let union = root.pointer_mut(&self.at.pointer)?;
            let keyword = if union.get("oneOf").is_some() { "oneOf" } else { "anyOf" };
            union.get_mut(keyword)?.as_array_mut()?.push(theirs);
            self.bring_definitions(root);
            Some(())
        }
    }
}

fn toggle_required(object: &mut Value, key: &str) -> Option<()> {
    let required = object.as_object_mut()?.entry("required").or_insert_with(|| json!([])).as_array_mut()?;
    match required.iter().position(|name| name == key) {
        Some(index) => drop(required.remove(index)),
        None => required.push(key.into()),
    }
    Some(())
}

/// The schema itself, or the one beside its `null`.
fn without_null_mut(schema: &mut Value) -> &mut Value {
    for keyword in ["anyOf", "oneOf"] {
        let index = schema[keyword].as_array().and_then(|branches| {
            let is_pair = branches.len() == 2 && branches.iter().any(|branch| branch["type"] == "null");
            is_pair.then(|| branches.iter().position(|branch| branch["type"] != "null")).flatten()
        });
        if let Some(index) = index {
            return &mut schema[keyword][index];
        }
    }
    schema
}
