//! From a JSON Pointer to its line in the file.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::ops::Range;

use jsonc_parser::ast::{Object, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, ParseResult, parse_to_ast};

use crate::diff::finding::Location;
use crate::generate::document::{Place, escape, parent_and_key};

/// The texts of one side, by the names of the files.
pub(crate) struct Lines<'a> {
    texts: &'a BTreeMap<String, String>,
    /// Parsed when they're first asked for; `None` for TOML, whose locations are lines.
    parsed: BTreeMap<&'a str, OnceCell<Option<ParseResult<'a>>>>,
    /// The offsets of the lines.
    starts: BTreeMap<&'a str, Vec<usize>>,
    /// The members of large objects, by file and offset of the object.
    members: RefCell<BTreeMap<(&'a str, usize), Members>>,
}

/// The indexes of the members of an object, by name.
type Members = HashMap<String, usize>;

/// Maximum length of a shown line, in bytes. Columns of longer lines are not counted.
const MAX_LINE: usize = 1_000;
/// Maximum number of references to follow for one pointer.
const MAX_HOPS: usize = 32;
/// Number of members from which on an object has an index.
const MIN_INDEXED: usize = 16;

/// The keywords in the file for one the generator made of it.
const SYNONYMS: [(&str, &str); 11] = [
    ("enum", "const"),
    ("anyOf", "oneOf"),
    ("anyOf", "allOf"),
    ("oneOf", "anyOf"),
    ("oneOf", "allOf"),
    ("allOf", "oneOf"),
    ("allOf", "anyOf"),
    ("additionalItems", "unevaluatedItems"),
    ("additionalProperties", "unevaluatedProperties"),
    ("dependencies", "dependentRequired"),
    ("dependencies", "dependentSchemas"),
];

impl<'a> Lines<'a> {
    pub(crate) fn new(texts: &'a BTreeMap<String, String>) -> Self {
        let parsed = texts.keys().map(|name| (name.as_str(), OnceCell::new())).collect();
        let starts = |text: &str| [0].into_iter().chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let starts = texts.iter().map(|(name, text)| (name.as_str(), starts(text))).collect();
        Self { texts, parsed, starts, members: RefCell::default() }
    }

    /// The location of a place, with line and column if they can be found.
    pub(crate) fn location(&self, place: &Place) -> Location {
        let mut location = Location {
            file: place.file.clone(),
            pointer: String::new(),
            line: None,
            column: None,
            range: None,
            shown: None,
        };
        let Some(pointer) = place.spot.strip_prefix('#') else {
            // A line of a TOML file.
            location.line = place.spot.trim_start_matches(':').parse().ok();
            return location;
        };
        pointer.clone_into(&mut location.pointer);
        let Some((file, value)) = self.root(&place.file) else { return location };
        let (Some(text), Some(starts)) = (self.texts.get(file), self.starts.get(file)) else { return location };
        let (range, existing) = self.find(file, value, pointer);
        location.pointer = existing;
        let line = starts.partition_point(|start| *start <= range.start);
        let start = starts.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let end = starts.get(line).map_or(text.len(), |next| next - 1);
        location.line = Some(line);
        if end - start <= MAX_LINE {
            location.column = text.get(start..range.start).map(|before| before.chars().count() + 1);
            location.shown = Some(start..end);
        }
        location.range = Some(range);
        location
    }

    /// The place the schema at a place refers to, if it's a reference.
    pub(crate) fn target(&self, place: &Place) -> Option<Place> {
        let (file, mut node) = self.root(&place.file)?;
        for token in place.spot.strip_prefix('#')?.split('/').skip(1) {
            node = self.child(file, node, &parent_and_key(token).1)?.2;
        }
        Some(Place::pointer(file, self.reference(file, node)?))
    }

    /// Whether the file has the part at a place, under this pointer.
    pub(crate) fn is_there(&self, place: &Place) -> bool {
        let pointer = place.spot.strip_prefix('#');
        let found = self.root(&place.file).zip(pointer).map(|((file, mut node), pointer)| {
            pointer.split('/').skip(1).map(|token| parent_and_key(token).1).all(|key| {
                let child = self.child(file, node, &key).filter(|(_, name, _)| *name == key);
                child.map(|(_, _, inner)| node = inner).is_some()
            })
        });
        found.unwrap_or_default()
    }

    /// The name of a file and its value.
    fn root(&self, file: &str) -> Option<(&'a str, &Value<'a>)> {
        let (file, parsed) = self.parsed.get_key_value(file)?;
        let text = self.texts.get(*file)?;
        let parse = || parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default()).ok();
        Some((*file, parsed.get_or_init(parse).as_ref()?.value.as_ref()?))
    }

    /// The bytes to mark and the pointer to them: the name of a property, else the value, or the first byte of a
    /// large value. References are followed. Of an invalid pointer, the existing part counts.
    fn find(&self, file: &'a str, root: &Value<'_>, pointer: &str) -> (Range<usize>, String) {
        let mut value = root;
        let mut found = (root.start()..root.start() + 1, String::new());
        let mut left: VecDeque<String> = pointer.split('/').skip(1).map(|token| parent_and_key(token).1).collect();
        let mut hops = 0;
        while let Some(key) = left.pop_front() {
            let Some((range, name, inner)) = self.child(file, value, &key) else {
                let Some(target) = self.reference(file, value).filter(|_| hops < MAX_HOPS) else { break };
                left.push_front(key);
                target[1..].rsplit('/').for_each(|token| left.push_front(parent_and_key(token).1));
                value = root;
                found.1.clear();
                hops += 1;
                continue;
            };
            found = (range, format!("{}/{}", found.1, escape(&name)));
            if name != key {
                break;
            }
            value = inner;
        }
        found
    }

    /// A part of a value: the bytes to mark, its key in the file, and its value.
    fn child<'v, 't>(
        &self,
        file: &'a str,
        value: &'v Value<'t>,
        key: &str,
    ) -> Option<(Range<usize>, String, &'v Value<'t>)> {
        match value {
            Value::Object(object) => self.member(file, object, key).map(|(name, index)| {
                let property = &object.properties[index];
                (property.name.range().start..property.name.range().end, name, &property.value)
            }),
            Value::Array(array) => {
                let element = key.parse().ok().and_then(|index: usize| array.elements.get(index));
                element.map(|value| {
                    let is_large = matches!(value, Value::Object(_) | Value::Array(_));
                    let end = if is_large { value.start() + 1 } else { value.end() };
                    (value.start()..end, key.to_owned(), value)
                })
            }
            _ => None,
        }
    }

    /// The pointer of the schema in the same file a reference leads to.
    fn reference<'v>(&self, file: &'a str, node: &'v Value<'_>) -> Option<&'v str> {
        let Value::Object(object) = node else { return None };
        match &object.properties[self.position(file, object, "$ref")?].value {
            Value::StringLit(text) => text.value.strip_prefix('#').filter(|pointer| pointer.starts_with('/')),
            _ => None,
        }
    }

    /// The index of a member.
    fn position(&self, file: &'a str, object: &Object<'_>, key: &str) -> Option<usize> {
        if object.properties.len() < MIN_INDEXED {
            return object.properties.iter().position(|property| property.name.as_str() == key);
        }
        let mut members = self.members.borrow_mut();
        let index = members.entry((file, object.start())).or_insert_with(|| {
            let names = object.properties.iter().enumerate().rev();
            names.map(|(index, property)| (property.name.as_str().to_owned(), index)).collect()
        });
        index.get(key).copied()
    }

    /// The index of a member, or of the keyword for it in the file, and its name.
    fn member(&self, file: &'a str, object: &Object<'_>, key: &str) -> Option<(String, usize)> {
        let position = |key: &str| self.position(file, object, key);
        let is_tuple = matches!(key, "items" | "additionalItems") && position("prefixItems").is_some();
        let key = match key {
            "items" if is_tuple => "prefixItems",
            "additionalItems" if is_tuple => "items",
            key => key,
        };
        let synonyms = SYNONYMS.iter().filter(|(name, _)| *name == key).map(|(_, synonym)| *synonym);
        let mut names = [key].into_iter().chain(synonyms);
        names.find_map(|name| Some((name.to_owned(), position(name)?)))
    }
}
