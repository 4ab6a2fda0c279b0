//! The types of a checked document, as data.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::document::{Document, escape, pascal_case};
use super::failure::{Failure, Failures};
use super::node::{self, Kind};
use super::notes;

/// All types, by name.
pub(crate) struct Model {
    pub(crate) types: BTreeMap<String, Type>,
}

/// A named type.
pub(crate) struct Type {
    pub(crate) metadata: Metadata,
    pub(crate) shape: Shape,
}

/// A node's annotations.
#[derive(Clone, Default)]
pub(crate) struct Metadata {
    pub(crate) description: String,
    /// `published`, or the `x-origin` of a node of the additions.
    pub(crate) origin: String,
    /// File and pointer.
    pub(crate) place: String,
    /// Bounds, pattern, format and default, as Markdown sentences.
    pub(crate) notes: Vec<String>,
    pub(crate) deprecated: bool,
}

pub(crate) enum Shape {
    Struct(Struct),
    Enumeration(Vec<EnumValue>),
    Union(Union),
}

/// An object with properties.
pub(crate) struct Struct {
    /// Names and values of constant properties, such as the tag of a union.
    pub(crate) constants: Vec<(String, String)>,
    /// The properties with fields.
    pub(crate) properties: Vec<Property>,
    /// The constructor's arguments, in order.
    pub(crate) arguments: Vec<String>,
}

#[allow(clippy::struct_excessive_bools, reason = "each is read from a keyword of its own")]
pub(crate) struct Property {
    pub(crate) key: String,
    pub(crate) metadata: Metadata,
    pub(crate) required: bool,
    /// Whether the schema requires it and forbids null. The field is optional anyway if it has `"x-lenient": true`.
    pub(crate) expected: bool,
    /// The value set by the constructor: the only value of an optional property, or the `x-preset` of an enum.
    pub(crate) preset: Option<String>,
    /// Whether there's a setter. `"x-setter": false` omits it if its name is taken.
    pub(crate) setter: bool,
    /// Whether the value is boxed: objects, tagged unions, and values with `"x-boxed": true`.
    pub(crate) boxed: bool,
    /// The JSON texts of the numbers and booleans it lists.
    pub(crate) listed: Vec<String>,
    /// Whether the string holds JSON (`"x-json-text": true`). Some servers send the value instead.
    pub(crate) json_text: bool,
}

pub(crate) struct EnumValue {
    pub(crate) value: String,
    pub(crate) variant: String,
    pub(crate) description: String,
}

/// A choice between disjoint branches.
pub(crate) struct Union {
    /// The property to identify object branches by.
    pub(crate) tag: Option<String>,
    pub(crate) branches: Vec<Branch>,
    /// The object type of objects without a tag.
    pub(crate) untagged: Option<String>,
    /// A property, and the type of objects without another one.
    pub(crate) only: Option<(String, String)>,
    /// Other tags of servers, and the tags they replace: `x-aliases`.
    pub(crate) aliases: BTreeMap<String, String>,
    /// The object type of strings, and the property for the string.
    pub(crate) string: Option<(String, String)>,
    /// Whether objects are told apart by the best match of their properties.
    pub(crate) is_matched: bool,
    /// Whether it's the root: no object around it keeps other values.
    pub(crate) is_root: bool,
}

impl Union {
    /// Returns true if it has the variant `Unknown`.
    pub(crate) fn has_unknown(&self) -> bool {
        self.tag.is_some() || self.is_root
    }
}

pub(crate) struct Branch {
    pub(crate) variant: String,
    pub(crate) metadata: Metadata,
    pub(crate) holds: Holds,
    /// Whether the value is boxed (`"x-boxed": true`), because it's much larger than the others.
    pub(crate) boxed: bool,
}

/// The content of a branch.
pub(crate) enum Holds {
    /// An object type and its tags.
    Object(String, Vec<String>),
    /// A union within a union of kinds, and its kinds.
    Union(String, Vec<Kind>),
    /// A string enum.
    Enumeration(String),
    /// A value with a standard type, chosen by typify.
    Plain(Kind),
}

impl Model {
    /// Reads a document. The guards have checked it.
    pub(crate) fn read(document: &Document, default_origin: &str) -> Result<Self, Failures> {
        let reader = Reader { document, default_origin };
        let mut types = Vec::new();
        let mut failures = Vec::new();
        let definitions = document.root["definitions"].as_object();
        let named = definitions
            .into_iter()
            .flatten()
            .map(|(name, node)| (name.clone(), format!("/definitions/{}", escape(name)), node));
        for (name, pointer, node) in named.chain([(document.root_name(), String::new(), &document.root)]) {
            match reader.shape(&pointer, node) {
                Ok(shape) => types.push((name, Type { metadata: reader.metadata(&pointer, node), shape })),
                Err(failure) => failures.push(failure),
            }
        }
        // Collecting them makes a more compact map than inserting each.
        Failures::unless_empty(failures, Self { types: types.into_iter().collect() })
    }
}

struct Reader<'a> {
    document: &'a Document,
    /// The origin of parts without `x-origin`.
    default_origin: &'a str,
}

impl Reader<'_> {
    fn shape(&self, pointer: &str, node: &Value) -> Result<Shape, Failure> {
        if node::branches(node).is_some() {
            self.union(pointer, node).map(Shape::Union)
        } else if let Some(values) = node::values(node) {
            self.enumeration(pointer, node, &values).map(Shape::Enumeration)
        } else {
            Ok(Shape::Struct(self.object(pointer, node)))
        }
    }

    fn object(&self, pointer: &str, node: &Value) -> Struct {
        let is_required: BTreeSet<_> = node::strings(&node["required"]).into_iter().collect();
        let mut object = Struct { constants: Vec::new(), properties: Vec::new(), arguments: Vec::new() };
        let at = |key: &str| format!("{pointer}/properties/{}", escape(key));
        let mut nodes: Vec<_> = node["properties"].as_object().into_iter().flatten().collect();
        nodes.sort_by_cached_key(|(key, _)| self.document.rank(&at(key)));
        for (key, property) in nodes {
            let only = node::only_value(property).map(str::to_owned);
            match only {
                Some(value) if is_required.contains(key.as_str()) => object.constants.push((key.clone(), value)),
                only => {
                    let expected = is_required.contains(key.as_str()) && !node::nullable(property);
                    object.properties.push(Property {
                        key: key.clone(),
                        metadata: self.metadata(&at(key), property),
                        required: expected && property["x-lenient"] != true,
                        expected,
                        preset: only.or_else(|| self.default_tag(property)),
                        setter: property["x-setter"] != false,
                        boxed: property["x-boxed"] == true || self.boxed(node::without_null(property)),
                        listed: node::other_values(property),
                        json_text: property["x-json-text"] == true,
                    });
                }
            }
        }
        object.arguments = arguments(node, &object.properties, &is_required);
        let position = |property: &Property| object.arguments.iter().position(|key| *key == property.key);
        object.properties.sort_by_key(|property| position(property).unwrap_or(usize::MAX));
        object.properties.shrink_to_fit();
        object
    }

    /// Returns the default of a tag with several values.
    fn default_tag(&self, node: &Value) -> Option<String> {
        let target = self.document.definition(&self.document.target(node)?);
        node::values(target)?;
        target["x-preset"].as_str().map(str::to_owned)
    }

    fn boxed(&self, node: &Value) -> bool {
        let Some(name) = self.document.target(node) else { return false };
        let target = self.document.definition(&name);
        node::is_boxed(target) || node::branches(target).is_some() && node::holds_itself(self.document, &name)
    }

    fn enumeration(&self, pointer: &str, node: &Value, values: &[&str]) -> Result<Vec<EnumValue>, Failure> {
        let mut read: Vec<EnumValue> = Vec::with_capacity(values.len());
        let mut taken: BTreeMap<String, &str> = BTreeMap::new();
        // The `Unknown` variant holds "unknown", unless `x-names` gives it a name.
        for value in values.iter().copied() {
            let variant = node["x-names"][value].as_str().map_or_else(|| pascal_case(value), str::to_owned);
            if variant == "Unknown" {
                continue;
            }
            let twin = taken.insert(variant.clone(), value);
            if twin.is_some()
                || !variant.starts_with(|c: char| c.is_ascii_alphabetic() || !self.document.has_overlay)
                || syn::parse_str::<syn::Ident>(&variant).is_err()
            {
                let problem = match twin {
                    Some(twin) => {
                        format!("the values \"{twin}\" and \"{value}\" would have the same name `{variant}`")
                    }
                    None => format!("the value \"{value}\" would have the name `{variant}`"),
                };
                let help = if self.document.has_overlay {
                    "name it in `x-names`; for a published enum, add a `[[repair]]` to the overlay"
                } else {
                    "name it in `x-names`"
                };
                return Err(Failure::new(self.document.place(pointer), problem, help));
            }
            let description = node["x-enum-descriptions"][value].as_str().unwrap_or_default().to_owned();
            read.push(EnumValue { value: value.to_owned(), variant, description });
        }
        Ok(read)
    }

    fn union(&self, pointer: &str, node: &Value) -> Result<Union, Failure> {
        let tag = node["x-tag"].as_str();
        let (keyword, nodes) = node::branches(node).unwrap_or_default();
        let prefix = node["x-tag-prefix"].as_str().unwrap_or_default();
        let mut branches: Vec<Branch> = Vec::new();
        let mut taken = BTreeSet::from(["Unknown".to_owned()]);
        for (index, branch) in nodes.iter().enumerate() {
            let at = format!("{pointer}/{keyword}/{index}");
            let holds = self.holds(&at, branch, tag)?;
            let variant = match (branch["x-variant"].as_str(), &holds) {
                (Some(name), _) => name.to_owned(),
                (None, Holds::Object(_, tags)) if tags.len() == 1 => {
                    pascal_case(tags[0].strip_prefix(prefix).unwrap_or(&tags[0]))
                }
                (None, Holds::Object(..) | Holds::Union(..) | Holds::Enumeration(_) | Holds::Plain(_)) => {
                    let help = "name it with `x-variant`; for a published union, with `variants` in its `[[name]]`";
                    return Err(Failure::new(self.document.place(&at), "this branch of a union has no name", help));
                }
            };
            if syn::parse_str::<syn::Ident>(&variant).is_err() {
                let help = "name it with `x-variant`, in PascalCase";
                return Err(Failure::new(
                    self.document.place(&at),
                    format!("`{variant}` isn't a valid variant name"),
                    help,
                ));
            }
            if !taken.insert(variant.clone()) {
                let help = "give one of them another `x-variant`";
                return Err(Failure::new(
                    self.document.place(&at),
                    format!("two variants have the name `{variant}`"),
                    help,
                ));
            }
            let boxed = branch["x-boxed"] == true;
            branches.push(Branch { variant, metadata: self.branch_metadata(&at, branch), holds, boxed });
        }
        let untagged = node["x-untagged"].as_str().map(str::to_owned);
        let pair = |keyword: &str| match node::strings(&node[keyword]).as_slice() {
            [first, second] => Some(((*first).to_owned(), (*second).to_owned())),
            _ => None,
        };
        let (only, string) = (pair("x-untagged-only"), pair("x-string"));
        let aliases = node["x-aliases"].as_object().into_iter().flatten();
        let aliases = aliases.filter_map(|(alias, tag)| Some((alias.clone(), tag.as_str()?.to_owned()))).collect();
        let is_matched = tag.is_none() && node["x-match"] == true;
        let (tag, is_root) = (tag.map(str::to_owned), pointer.is_empty());
        Ok(Union { tag, branches, untagged, only, aliases, string, is_matched, is_root })
    }

    fn holds(&self, pointer: &str, branch: &Value, tag: Option<&str>) -> Result<Holds, Failure> {
        let Some(name) = self.document.target(branch) else {
            return node::kind(branch).map(Holds::Plain).ok_or_else(|| {
                Failure::new(self.document.place(pointer), "this branch accepts any value", "set its `type`")
            });
        };
        let target = self.document.definition(&name);
        if node::branches(target).is_some() {
            let kinds = node::kinds(self.document, target);
            return Ok(Holds::Union(name.into_owned(), kinds.into_iter().collect()));
        }
        if node::values(target).is_some() {
            return Ok(Holds::Enumeration(name.into_owned()));
        }
        let tags: Vec<_> = tag.map(|tag| node::tags(self.document, &name, tag)).unwrap_or_default();
        if let (Some(tag), true) = (tag, tags.is_empty()) {
            let problem = format!("`{name}` has no `{tag}` to identify it in this union");
            let help = format!("give `{name}` a property `{tag}` with an `enum` of one value");
            return Err(Failure::new(self.document.place(pointer), problem, help));
        }
        let tags = tags.into_iter().map(str::to_owned).collect();
        Ok(Holds::Object(name.into_owned(), tags))
    }

    /// Returns a branch's annotations, or those of the type it refers to.
    fn branch_metadata(&self, pointer: &str, branch: &Value) -> Metadata {
        let Some(name) = self.document.target(branch) else { return self.metadata(pointer, branch) };
        let target_pointer = self.document.pointer_of(&name);
        let target = self.metadata(&target_pointer, self.document.definition(&name));
        match branch["description"].as_str() {
            Some(description) => Metadata { description: description.to_owned(), ..target },
            None => target,
        }
    }

    /// Returns the bounds of a node, those of the overlay in a sentence of their own.
    fn bounds(&self, pointer: &str, node: &Value) -> Vec<String> {
        let is_repaired = |keyword: &str| self.document.place(&format!("{pointer}/{keyword}")).spot.starts_with(':');
        let is_added = self.document.place(pointer).spot.starts_with(':');
        let published = notes::bounds(node, |keyword| is_added || !is_repaired(keyword));
        let repaired = notes::bounds(node, |keyword| !is_added && is_repaired(keyword));
        let repaired =
            repaired.map(|sentence| format!("{}, not published by the gateway.", sentence.trim_end_matches('.')));
        published.into_iter().chain(repaired).collect()
    }

    /// Returns the `x-origin` of a node or of its nearest ancestor. Parts without one are published.
    fn origin(&self, pointer: &str) -> Option<&str> {
        let mut node = &self.document.root;
        let mut origin = node["x-origin"].as_str();
        let mut rest = pointer;
        while !rest.is_empty() {
            let (step, after) = rest.split_at(rest.match_indices('/').nth(1).map_or(rest.len(), |(end, _)| end));
            let Some(inner) = node.pointer(step) else { break };
            (node, rest) = (inner, after);
            origin = node["x-origin"].as_str().or(origin);
        }
        origin
    }

    fn metadata(&self, pointer: &str, node: &Value) -> Metadata {
        let inner = node::without_null(node);
        let described = |node: &Value| node["description"].as_str().map(str::to_owned);
        let target = self.document.target(inner).map(|name| self.document.definition(&name));
        let description = described(node).or_else(|| described(inner)).or_else(|| target.and_then(described));
        let origin = inner["x-origin"].as_str().or_else(|| self.origin(pointer)).unwrap_or(self.default_origin);
        Metadata {
            description: description.unwrap_or_default(),
            origin: origin.to_owned(),
            place: self.document.named_place(pointer).to_string(),
            notes: self
                .bounds(pointer, inner)
                .into_iter()
                .chain(notes::default_value(node).or_else(|| notes::default_value(inner)))
                .collect(),
            deprecated: node["deprecated"] == true || inner["deprecated"] == true,
        }
    }
}

/// Returns the constructor's arguments: `x-arguments`, or the required properties in their order.
///
/// Three or more required strings and numbers are left to setters, because a caller could swap them.
fn arguments(node: &Value, properties: &[Property], required: &BTreeSet<&str>) -> Vec<String> {
    let is_open = |key: &str| properties.iter().any(|property| property.key == key && property.preset.is_none());
    let keys: Vec<_> = if let Some(keys) = node.get("x-arguments") {
        node::strings(keys).into_iter().filter(|key| is_open(key)).collect()
    } else {
        let keys = properties.iter().map(|property| property.key.as_str());
        let mut keys: Vec<_> = keys.filter(|key| required.contains(key) && is_open(key)).collect();
        if scalars(node, &keys) >= MIN_SWAPPABLE {
            keys.retain(|key| !node::is_scalar(&node["properties"][key]));
        }
        keys
    };
    keys.into_iter().map(str::to_owned).collect()
}

/// This many strings and numbers in one argument list invite mistakes.
pub(crate) const MIN_SWAPPABLE: usize = 3;

/// Returns the number of strings and numbers among these properties.
pub(crate) fn scalars(node: &Value, keys: &[&str]) -> usize {
    keys.iter().filter(|key| node::is_scalar(&node["properties"][**key])).count()
}
