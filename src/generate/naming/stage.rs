//! Walks the document and names types: a queue of types, and each value in place.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::super::document::{Document, Place, escape};
use super::super::failure::{Failure, Failures};
use super::super::names;
use super::super::node;
use super::class::{Class, class, is_type, never};
use super::marks::{self, AT, OF, at};

/// Maximum nesting of unnamed types, such as arrays of arrays.
pub(super) const MAX_HEIGHT: usize = 64;

/// Maximum number of nodes added by inlining definitions.
pub(super) const MAX_COPIES: usize = 200_000;

/// The keywords with definitions.
const LISTS: [&str; 2] = ["definitions", "$defs"];

/// Properties whose setters would clash with functions of every object.
const NO_SETTER: [&str; 7] = ["from_bool", "from_fields", "from_map", "from_number", "from_seq", "from_text", "new"];

/// An unnamed part and its new name.
pub(crate) struct Naming {
    pub(crate) place: Place,
    /// Its kind: object, enum or union.
    pub(crate) what: &'static str,
    pub(crate) name: String,
}

impl Naming {
    /// Returns the failure for a part without a name in the overlay.
    pub(crate) fn failure(self, published: &str) -> Failure {
        let Self { place, what, name } = self;
        let at = place.spot.trim_start_matches('#');
        let help = if place.file == published {
            format!(
                "to keep this name, paste into overlay.toml:\n\n\
                 [[name]]\nat = {at:?}\nis = {name:?}\nwhy = \"An anonymous {what}.\"\n"
            )
        } else {
            format!("move it to the definition `{name}`")
        };
        Failure::new(place, format!("this {what} has no name; using `{name}`"), help)
    }
}

/// Returns the normalized document, and the new names.
///
/// With `tolerant`, `$ref`s to unknown definitions accept any value. The guards have reported them.
pub(crate) fn name(document: &Document, tolerant: bool) -> Result<(Document, Vec<Naming>), Failures> {
    let mut stage = Stage::new(document, tolerant);
    if !stage.failures.is_empty() {
        return Err(Failures(stage.failures));
    }
    let root = stage.run();
    let mut failures: Vec<Failure> = Vec::new();
    for failure in stage.failures {
        if failures.last() != Some(&failure) {
            failures.push(failure);
        }
    }
    Failures::unless_empty(failures, (marks::settle(root, document), stage.namings))
}

/// A node in normal form.
#[derive(Clone)]
pub(super) struct Normal {
    /// The node without `null`.
    pub(super) node: Value,
    /// Whether `null` was accepted as well.
    pub(super) nullable: bool,
}

/// The position of a node.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    /// A property, which may be constant.
    Property,
    Elsewhere,
}

/// A node, ready for its position.
#[derive(Clone)]
pub(super) struct Placed {
    pub(super) node: Value,
    pub(super) nullable: bool,
    /// Its nesting depth.
    pub(super) height: usize,
    /// Its number of values, if it's an alias.
    pub(super) size: usize,
}

pub(super) struct Stage<'a> {
    pub(super) document: &'a Document,
    pub(super) tolerant: bool,
    /// The original root and definitions, by pointer.
    pub(super) schemas: BTreeMap<String, Cow<'a, Value>>,
    /// Their names.
    pub(super) names: BTreeMap<String, String>,
    /// Cached normal forms of the schemas that aren't written yet.
    pub(super) normals: HashMap<String, Rc<Normal>>,
    /// Whether the types that are written accept null as well.
    pub(super) written: HashMap<String, bool>,
    /// Pointers in progress, to detect cycles.
    pub(super) open: Vec<String>,
    /// Definitions to inline.
    pub(super) aliases: HashMap<String, Rc<Placed>>,
    pub(super) copies: usize,
    /// The position of each type.
    pub(super) types: HashMap<String, String>,
    /// The queue of types to write, with their positions: definitions, and parts of them with their schemas.
    pub(super) queue: VecDeque<(String, String, Option<Value>)>,
    pub(super) namings: Vec<Naming>,
    pub(super) failures: Vec<Failure>,
}

impl<'a> Stage<'a> {
    pub(super) fn new(document: &'a Document, tolerant: bool) -> Self {
        let mut stage = Self {
            document,
            tolerant,
            schemas: BTreeMap::new(),
            names: BTreeMap::new(),
            normals: HashMap::new(),
            written: HashMap::new(),
            open: Vec::new(),
            aliases: HashMap::new(),
            copies: 0,
            types: HashMap::new(),
            queue: VecDeque::new(),
            namings: Vec::new(),
            failures: Vec::new(),
        };
        stage.root();
        for list in LISTS {
            stage.definitions(list);
        }
        stage.parts();
        stage.distinguish_names();
        stage
    }

    /// Collects the definitions.
    fn definitions(&mut self, list: &str) {
        match self.document.root.get(list) {
            Some(Value::Object(definitions)) => {
                for (key, schema) in definitions {
                    let pointer = format!("/{list}/{}", escape(key));
                    self.names.insert(pointer.clone(), names::of_type(key));
                    self.schemas.insert(pointer, Cow::Borrowed(schema));
                }
            }
            Some(_) => {
                let problem = format!("`{list}` isn't an object");
                self.fail(&format!("/{list}"), problem, "write an object of schemas");
            }
            None => {}
        }
    }

    /// Checks that the root has a name.
    fn root(&mut self) {
        let root = match &self.document.root {
            Value::Object(root) => {
                let kept = root.iter().filter(|(keyword, _)| !LISTS.contains(&keyword.as_str()));
                kept.map(|(keyword, value)| (keyword.clone(), value.clone())).collect()
            }
            root => root.clone(),
        };
        let title = root["title"].as_str().unwrap_or_default();
        let name = names::of_type(title);
        if !title.chars().any(char::is_alphanumeric) {
            let (pointer, problem) = match root.get("title") {
                Some(title) => ("/title", format!("the title {title} isn't usable as a name")),
                None => ("", "missing `title`, which names the root type".to_owned()),
            };
            self.fail(pointer, problem, "add a `title` of letters and digits, such as \"Create Response Request\"");
        }
        self.names.insert(String::new(), name);
        self.schemas.insert(String::new(), Cow::Owned(root));
    }

    /// Writes the new document.
    pub(super) fn run(&mut self) -> Value {
        let pointers: Vec<_> = self.schemas.keys().cloned().collect();
        for pointer in pointers {
            let Some(normal) = self.normal_of(&pointer) else { continue };
            if !is_type(&normal.node) {
                if pointer.is_empty() {
                    let help = "set \"type\": \"object\" and list its `properties`; wrap anything else in a property";
                    self.fail("", "the root of the schema isn't an object", help);
                }
                continue;
            }
            let name = self.names[&pointer].clone();
            if self.register(&name, &pointer) {
                self.queue.push_back((name, pointer, None));
            }
        }
        let mut root = Value::Null;
        let mut definitions = Map::new();
        while let Some((name, pointer, node)) = self.queue.pop_front() {
            let Some(node) = node.or_else(|| self.take_normal(&pointer)) else { continue };
            let schema = self.body(&name, node);
            if pointer.is_empty() {
                root = schema;
            } else {
                definitions.insert(name, schema);
            }
        }
        if super::super::document::pascal_case(root["title"].as_str().unwrap_or_default()) != self.names[""] {
            root["title"] = self.names[""].clone().into();
        }
        if !definitions.is_empty() {
            root["definitions"] = definitions.into();
        }
        root
    }

    /// Takes the normal form of a type from the cache, to be written: large documents take much memory.
    fn take_normal(&mut self, pointer: &str) -> Option<Value> {
        let normal = self.normal_of(pointer)?;
        self.normals.remove(pointer);
        self.written.insert(pointer.to_owned(), normal.nullable);
        Some(Rc::try_unwrap(normal).map_or_else(|normal| normal.node.clone(), |normal| normal.node))
    }

    /// Names the part at `pointer`. Fails and returns false if the name is taken.
    pub(super) fn register(&mut self, name: &str, pointer: &str) -> bool {
        let Some(other) = self.types.insert(name.to_owned(), pointer.to_owned()) else { return true };
        let problem = format!("two types have the name `{name}`; the other one is at {}", self.document.place(&other));
        let help =
            "rename one of them: a definition is named by its key, an unnamed part after its parent and property";
        self.fail(pointer, problem, help);
        false
    }

    /// Returns the schema of a type.
    pub(super) fn body(&mut self, name: &str, mut node: Value) -> Value {
        Self::own(&mut node, name);
        match class(&node) {
            Class::Union => self.variants(name, &mut node),
            Class::Enumeration => self.name_values(&mut node),
            _ => self.object(name, &mut node),
        }
        self.validators(&mut node, &["anyOf", "oneOf", "properties"]);
        node
    }

    pub(super) fn object(&mut self, name: &str, node: &mut Value) {
        let required: Vec<_> = node::strings(&node["required"]).into_iter().map(str::to_owned).collect();
        let Some(node) = node.as_object_mut() else { return };
        let mut properties = match node.remove("properties") {
            Some(Value::Object(properties)) => properties,
            _ => Map::new(),
        };
        for key in required {
            // Required properties without a schema accept any value.
            properties.entry(key).or_insert_with(|| json!({}));
        }
        let mut written = Map::new();
        let mut properties: Vec<_> = properties.into_iter().collect();
        if !self.document.has_overlay {
            // If two types would have the same name, the first one in the document keeps it.
            properties.sort_by_cached_key(|(_, property)| self.document.rank(at(property)));
        }
        for (key, mut property) in properties {
            if let Value::Bool(any) = property {
                property = if any { json!({}) } else { never() };
            }
            let owner = property[OF].as_str().unwrap_or(name).to_owned();
            let placed = self.value(property, &format!("{owner}{}", names::of_part(&key)), 0, Position::Property);
            let mut property = finished(placed);
            if NO_SETTER.contains(&names::of_field(&key).as_str())
                && let Value::Object(property) = &mut property
            {
                property.entry("x-setter").or_insert(false.into());
            }
            written.insert(key, property);
        }
        node.insert("properties".to_owned(), written.into());
    }

    /// Converts a node in place. `name` is the name of its type, if it needs one.
    pub(super) fn value(&mut self, node: Value, name: &str, depth: usize, position: Position) -> Placed {
        let pointer = at(&node).to_owned();
        let plain = |node| Placed { node, nullable: false, height: 0, size: 1 };
        if depth > MAX_HEIGHT {
            let problem = format!("arrays, maps and references nest more than {MAX_HEIGHT} levels deep here");
            self.fail(&pointer, problem, "turn one of the levels into an object");
            return plain(Value::Bool(true));
        }
        let Normal { mut node, nullable } = self.normal(node);
        let class = class(&node);
        let constant = position == Position::Property && !nullable && node::only_value(&node).is_some();
        let child = match class {
            Class::Reference => {
                let mut placed = self.reference(node, depth);
                placed.nullable |= nullable;
                return placed;
            }
            Class::Union | Class::Enumeration | Class::Object if !constant => {
                return Placed { nullable, ..plain(self.extract_definition(node, name, class)) };
            }
            Class::Array => Some(("items", "Item")),
            Class::Map => Some(("additionalProperties", "Value")),
            _ => None,
        };
        if node["items"] == false {
            node["items"] = never();
        }
        let child = child.filter(|(keyword, _)| node[*keyword].is_object());
        let mut placed = Placed { nullable, ..plain(Value::Null) };
        if let Some((keyword, suffix)) = child {
            let inner = self.value(node[keyword].take(), &format!("{name}{suffix}"), depth + 1, Position::Elsewhere);
            placed.height = inner.height + 1;
            node[keyword] = finished(inner);
        }
        self.validators(&mut node, &child.map_or([""], |(keyword, _)| [keyword]));
        Placed { node, ..placed }
    }

    /// Moves a node to the definitions and returns a reference.
    pub(super) fn extract_definition(&mut self, node: Value, name: &str, class: Class) -> Value {
        let pointer = at(&node).to_owned();
        let name = self.free_name(name, &pointer);
        let mut reference = json!({ "$ref": format!("#/definitions/{name}") });
        for keyword in node.as_object().into_iter().flat_map(Map::keys) {
            let is_about_place = [AT, "default", "deprecated", "description", "x-origin", "x-setter", "x-variant"]
                .contains(&keyword.as_str());
            if is_about_place {
                reference[keyword] = node[keyword].clone();
            }
        }
        if self.types.get(&name).is_some_and(|other| *other == pointer) || !self.register(&name, &pointer) {
            return reference;
        }
        let what = match class {
            Class::Union => "union",
            Class::Enumeration => "enum",
            _ => "object",
        };
        self.namings.push(Naming { place: self.document.place(&pointer), what, name: name.clone() });
        let mut node = node;
        if let Value::Object(map) = &mut node {
            map.remove("x-variant");
            map.remove("x-setter");
            if let Some(origin) = self.origin(&pointer) {
                map.entry("x-origin").or_insert(origin);
            }
        }
        self.queue.push_back((name, pointer, Some(node)));
        reference
    }

    /// Returns the `x-origin` of the nearest ancestor.
    pub(super) fn origin(&self, pointer: &str) -> Option<Value> {
        let mut around = pointer;
        loop {
            let origin = self.document.root.pointer(around).and_then(|node| node.get("x-origin"));
            if origin.is_some() {
                return origin.cloned();
            }
            around = around.rsplit_once('/')?.0;
        }
    }
}

/// Returns the node with `null` restored.
pub(super) fn finished(placed: Placed) -> Value {
    let Placed { mut node, nullable, .. } = placed;
    let Value::Object(map) = &mut node else { return node };
    if !nullable {
        return node;
    }
    if let Some(reference) = map.remove("$ref") {
        map.insert("anyOf".to_owned(), json!([{ "$ref": reference }, { "type": "null" }]));
        return node;
    }
    if let Some(Value::Array(values)) = map.get_mut("enum") {
        values.push(Value::Null);
    }
    if let Some(Value::String(name)) = map.get("type") {
        let types = json!([name, "null"]);
        map.insert("type".to_owned(), types);
    }
    node
}
