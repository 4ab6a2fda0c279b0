//! The schema as one JSON document. It tracks the source file of each part.
//!
//! Messages and rustdoc name the places in the files of `schema/`, not those in the merged document.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::failure::{Failure, Failures};
use super::json;
pub(crate) use super::place::{Place, Text, parent_and_key};
pub(crate) use super::pointer::escape;
use super::wellformed;

/// The JSON Schema draft of every file.
pub(crate) const DRAFT_07: &str = "http://json-schema.org/draft-07/schema#";

/// A schema document and the places of its parts.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    /// The root schema; all other types are in its `definitions`.
    pub(crate) root: Value,
    /// Whether help texts can name the overlay.
    pub(crate) has_overlay: bool,
    places: BTreeMap<String, Place>,
    /// The order of object members in the files, by the hash of their place.
    order: Arc<HashMap<u64, usize>>,
}

impl Document {
    /// Reads the published schema.
    pub(crate) fn parse(published: &Text) -> Result<Self, Failures> {
        let (root, order) = parse_schema(published)?;
        Ok(Self { has_overlay: true, ..Self::of(root, &order, published) })
    }

    /// Reads a draft-07 schema. `$schema` is optional.
    #[allow(dead_code, reason = "the command translates documents first; tests and fuzzing don't")]
    pub(crate) fn parse_plain(schema: &Text) -> Result<Self, Failures> {
        let (root, order) = parse_json(schema)?;
        if root.get("$schema").is_some() {
            check_draft(schema, &root)?;
        }
        Failures::unless_empty(wellformed::check(&schema.name, &root, false), ())?;
        Ok(Self::of(root, &order, schema))
    }

    /// Reads JSON that isn't a draft-07 schema yet.
    pub(crate) fn parse_unchecked(schema: &Text) -> Result<Self, Failures> {
        let (root, order) = parse_json(schema)?;
        Ok(Self::of(root, &order, schema))
    }

    /// Adds a file to the document, at `pointer`.
    pub(crate) fn embed(&mut self, pointer: &str, file: &Text) -> Result<Value, Failures> {
        let (root, order) = parse_json(file)?;
        self.set_order(&file.name, &order);
        self.set_place(pointer.to_owned(), Place::pointer(&file.name, ""));
        Ok(root)
    }

    fn of(root: Value, order: &[String], text: &Text) -> Self {
        let places = BTreeMap::from([(String::new(), Place::pointer(&text.name, ""))]);
        let mut document = Self { root, has_overlay: false, places, order: Arc::default() };
        document.set_order(&text.name, order);
        document
    }

    /// Appends a file's members to the order.
    pub(crate) fn set_order(&mut self, file: &str, pointers: &[String]) {
        let order = Arc::make_mut(&mut self.order);
        for pointer in pointers {
            let rank = order.len();
            order.insert(hash(&Place::pointer(file, pointer)), rank);
        }
    }

    /// Drops the order, which only the generator needs.
    pub(crate) fn drop_order(&mut self) {
        self.order = Arc::default();
    }

    /// Returns the rank of the part at `pointer` in the order of the files. All other parts come last.
    pub(crate) fn rank(&self, pointer: &str) -> usize {
        self.order.get(&hash(&self.place(pointer))).copied().unwrap_or(usize::MAX)
    }

    /// Returns the place in the files of the part at `pointer`.
    pub(crate) fn place(&self, pointer: &str) -> Place {
        let mut prefix = pointer;
        loop {
            if let Some(place) = self.places.get(prefix) {
                return place.below(&pointer[prefix.len()..]);
            }
            prefix = prefix.rsplit_once('/').map_or("", |(parent, _)| parent);
        }
    }

    /// Returns the place with the name of the file alone, unless it's in the schema folder: generated docs don't depend on
    /// where a file was.
    pub(crate) fn named_place(&self, pointer: &str) -> Place {
        let mut place = self.place(pointer);
        if let (false, Some((_, name))) = (self.has_overlay, place.file.rsplit_once(['/', '\\', ':'])) {
            place.file = name.to_owned();
        }
        place
    }

    /// Replaces the root. All parts get the root's place.
    pub(crate) fn with_root(&self, root: Value) -> Self {
        let places = BTreeMap::from([(String::new(), self.place(""))]);
        Self { root, has_overlay: self.has_overlay, places, order: Arc::clone(&self.order) }
    }

    /// Returns the name of the type a `$ref` refers to: a definition, or the root for `#`.
    pub(crate) fn target<'a>(&self, node: &'a Value) -> Option<Cow<'a, str>> {
        match node.get("$ref")?.as_str()? {
            "#" => Some(Cow::Owned(self.root_name())),
            _ => referenced(node).map(Cow::Borrowed),
        }
    }

    /// Returns the schema of a type.
    pub(crate) fn definition(&self, name: &str) -> &Value {
        match self.root["definitions"].get(name) {
            Some(definition) => definition,
            None if name == self.root_name() => &self.root,
            None => &Value::Null,
        }
    }

    /// Returns the pointer of a type's schema.
    pub(crate) fn pointer_of(&self, name: &str) -> String {
        if self.root["definitions"].get(name).is_none() && name == self.root_name() {
            return String::new();
        }
        format!("/definitions/{}", escape(name))
    }

    /// Returns true if the part at `pointer` is from the published file.
    pub(crate) fn is_published(&self, pointer: &str) -> bool {
        self.places.get("").is_some_and(|root| root.file == self.place(pointer).file)
    }

    /// Sets the place of the part at `pointer`.
    pub(crate) fn set_place(&mut self, pointer: String, place: Place) {
        self.places.insert(pointer, place);
    }

    /// Moves the places at and below `from` to `to`.
    pub(crate) fn move_places(&mut self, from: &str, to: &str) {
        let below = format!("{from}/");
        let inner = self.places.range(below.clone()..).map(|(key, _)| key);
        let moved: Vec<_> = inner.take_while(|key| key.starts_with(&below)).cloned().collect();
        for key in moved {
            if let Some(place) = self.places.remove(&key) {
                self.places.insert(format!("{to}{}", &key[from.len()..]), place);
            }
        }
    }

    /// Adds a definition, unless its name is taken.
    pub(crate) fn define(&mut self, name: &str, schema: Value, place: Place) -> Result<(), Failure> {
        let pointer = format!("/definitions/{}", escape(name));
        if name == self.root_name() || self.root.pointer(&pointer).is_some() {
            let taken = if name == self.root_name() { self.place("") } else { self.place(&pointer) };
            return Err(Failure::new(
                place,
                format!("two types have the name `{name}`; the other one is at {taken}"),
                "rename or delete one of them, and update its `$ref`s",
            ));
        }
        match object_at(&mut self.root, "definitions") {
            Some(definitions) => drop(definitions.insert(name.to_owned(), schema)),
            None => {
                return Err(Failure::new(
                    self.place("/definitions"),
                    "`definitions` isn't an object",
                    "write an object of schemas",
                ));
            }
        }
        self.set_place(pointer, place);
        Ok(())
    }

    /// Returns the name of the root type: its title in PascalCase.
    pub(crate) fn root_name(&self) -> String {
        pascal_case(self.root["title"].as_str().unwrap_or_default())
    }
}

fn hash(place: &Place) -> u64 {
    let mut hasher = DefaultHasher::new();
    place.hash(&mut hasher);
    hasher.finish()
}

/// Parses a JSON Schema file and checks that it is an object of draft-07. Also returns the order of its members.
pub(crate) fn parse_schema(text: &Text) -> Result<(Value, Vec<String>), Failures> {
    let (value, order) = parse_json(text)?;
    check_draft(text, &value)?;
    Failures::unless_empty(wellformed::check(&text.name, &value, true), ())?;
    Ok((value, order))
}

fn parse_json(text: &Text) -> Result<(Value, Vec<String>), Failure> {
    let source = text.text.strip_prefix('\u{feff}').unwrap_or(&text.text);
    json::parse_in_order(source).map_err(|error| {
        let (problem, help) = if error.to_string().starts_with("recursion limit exceeded") {
            let column = error.column();
            (
                format!("the document nests more than {} levels deep at column {column}", json::MAX_DEPTH),
                "move the inner parts into definitions",
            )
        } else {
            (format!("invalid JSON: {error}"), "fix the file")
        };
        Failure::new(Place::line(&text.name, error.line()), problem, help)
    })
}

fn check_draft(text: &Text, value: &Value) -> Result<(), Failure> {
    match value.get("$schema").and_then(Value::as_str) {
        Some(draft) if is_draft_07(draft) => Ok(()),
        Some(draft) => Err(Failure::new(
            Place::pointer(&text.name, "/$schema"),
            format!("unsupported draft `{draft}`"),
            format!("convert the schema to draft-07 and set `$schema` to \"{DRAFT_07}\""),
        )),
        None => Err(Failure::new(
            Place::pointer(&text.name, ""),
            "missing `$schema`",
            format!("for draft-07, add \"$schema\": \"{DRAFT_07}\""),
        )),
    }
}

/// Returns true if `$schema` names draft-07: with http or https, with or without `#`.
fn is_draft_07(draft: &str) -> bool {
    let bare =
        |text: &str| text.trim_start_matches("https:").trim_start_matches("http:").trim_end_matches('#').to_owned();
    bare(draft) == bare(DRAFT_07)
}

/// Returns the object at `key`, and creates it if it's missing. Returns `None` if it's another value.
pub(crate) fn object_at<'a>(value: &'a mut Value, key: &str) -> Option<&'a mut Map<String, Value>> {
    value.as_object_mut()?.entry(key).or_insert_with(|| Value::Object(Map::new())).as_object_mut()
}

/// Returns NAME of a `$ref` of the form `#/definitions/NAME`.
pub(crate) fn referenced(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/definitions/").filter(|name| !name.contains(['/', '~', '%']))
}

/// Converts text to PascalCase: `in_progress`, `Create Response Request`, `gpt-5.2` → `InProgress`,
/// `CreateResponseRequest`, `Gpt52`. Unlike heck, it keeps capitals within a word, as in `MCPTool`.
pub(crate) fn pascal_case(text: &str) -> String {
    text.split(|c: char| !c.is_alphanumeric())
        .flat_map(|word| {
            let mut chars = word.chars();
            chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect::<Vec<_>>()
        })
        .collect()
}
