//! Runs typify, which chooses the Rust type and the identifier of each property. That's its whole part: the structs
//! around them, `Option` and `Box`, unions, open enums, setters and the codec are ours.
//!
//! typify's struct items aren't kept: attributes, docs, derives, visibility, presence and the order of the fields would
//! all be replaced, so editing them takes more code than emitting the struct.
//!
//! typify loses parts of these schemas, so the guards refuse them, or they're removed from its input:
//!
//! | schema | typify's output |
//! |---|---|
//! | overlapping branches of a union | a struct for no valid document |
//! | a definition with the name of an inline type | one type silently replaces the other |
//! | `const` | any value is accepted |
//! | keywords of later drafts (`prefixItems`, `$defs`, …) | ignored, or `Vec<Value>` |
//! | `default`, bounds, `pattern`, `format` | other types and other JSON |

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ::typify::{TypeSpace, TypeSpaceSettings};
use schemars08::schema::Schema;
use serde_json::{Map, Value, json};
use syn::{File, GenericArgument, Ident, Item, PathArguments, Type};

use super::document::{Document, escape, referenced};
use super::failure::{Failure, Failures};
use super::model::{self, Model, Shape};
use super::{names, node};

/// The fields of each type.
pub(crate) type Shapes = BTreeMap<String, Fields>;

/// The fields of a type, by property. Of a few fields, a hash map is smaller than a B-tree.
pub(crate) type Fields = HashMap<String, Field>;

/// A field of a struct.
pub(crate) struct Field {
    pub(crate) ident: Ident,
    /// The type of the value, without `Option` and `Box`.
    pub(crate) ty: Box<Type>,
}

/// Number of types per run. typify's output is much larger than the schema, so it's for a part of the document.
const TYPES_PER_RUN: usize = 100;

/// Runs typify on the document's objects and parses its output.
pub(crate) fn run(document: &Document, model: &Model) -> Result<Shapes, Failures> {
    let mut shapes = Shapes::new();
    let types: Vec<_> = model.types.iter().collect();
    for types in types.chunks(TYPES_PER_RUN) {
        let definitions = types.iter().filter_map(|(name, ty)| plain_definition(document, name, ty)).collect();
        let tokens = translate(definitions).map_err(|error| refused(document, &error))?;
        let file: File = syn::parse2(tokens).map_err(|error| refused(document, &error.to_string()))?;
        shapes.extend(file.items.iter().filter_map(parse_struct));
    }
    if !document.has_overlay {
        rename_fields(document, model, &mut shapes);
    }
    complete(document, model, &shapes)?;
    Ok(shapes)
}

fn refused(document: &Document, error: &str) -> Failure {
    let help = "this is a bug in the generator: please report it with the schema";
    Failure::new(document.place(""), format!("typify rejected the document: {error}"), help)
}

/// Runs typify on definitions. Types they refer to are replaced by their names.
fn translate(definitions: BTreeMap<String, Value>) -> Result<proc_macro2::TokenStream, String> {
    let mut settings = TypeSpaceSettings::default();
    settings.with_map_type("::std::collections::BTreeMap".to_owned());
    let mut names = BTreeSet::new();
    for node in definitions.values() {
        collect_references(node, &mut names);
    }
    let others: Vec<_> = names.into_iter().filter(|name| !definitions.contains_key(name)).collect();
    for name in &others {
        settings.with_replacement(name, name, std::iter::empty());
    }
    let mut space = TypeSpace::new(&settings);
    let stubs = others.into_iter().map(|name| (name, json!({ "type": "string" })));
    let schemas = definitions
        .into_iter()
        .chain(stubs)
        .map(|(name, node)| serde_json::from_value::<Schema>(node).map(|schema| (name, schema)))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| error.to_string())?;
    space.add_ref_types(schemas).map_err(|error| error.to_string())?;
    Ok(space.to_stream())
}

/// Adds the names of the definitions a node refers to.
fn collect_references(node: &Value, names: &mut BTreeSet<String>) {
    match node {
        Value::Object(map) => {
            names.extend(referenced(node).map(str::to_owned));
            map.values().for_each(|value| collect_references(value, names));
        }
        Value::Array(values) => values.iter().for_each(|value| collect_references(value, names)),
        _ => {}
    }
}

/// Returns typify's input for a type: an object with simplified properties. Enums need none.
fn plain_definition(document: &Document, name: &str, ty: &model::Type) -> Option<(String, Value)> {
    let node = document.definition(name);
    match &ty.shape {
        Shape::Struct(object) => {
            let keys = object.properties.iter().map(|property| &property.key);
            let properties = keys.map(|key| (key.clone(), plain_value(document, &node["properties"][key])));
            Some((name.to_owned(), plain_object(&properties.collect())))
        }
        Shape::Enumeration(_) => None,
        Shape::Union(union) => {
            let (_, nodes) = node::branches(node).unwrap_or_default();
            let properties = union.branches.iter().zip(nodes).filter(|(_, node)| node.get("$ref").is_none());
            let properties = properties.map(|(branch, node)| (branch.variant.clone(), plain_value(document, node)));
            Some((branches_name(name), plain_object(&properties.collect())))
        }
    }
}

/// Returns the name of a helper object. It gives types to a union's inline branches, and isn't emitted.
pub(crate) fn branches_name(union: &str) -> String {
    format!("{union}BranchesForTypify")
}

fn plain_object(properties: &Map<String, Value>) -> Value {
    let required: Vec<_> = properties.keys().cloned().collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

/// Removes all keywords with an effect on typify's choice of type.
fn plain_value(document: &Document, node: &Value) -> Value {
    let node = node::without_null(node);
    if let Some(name) = document.target(node) {
        return json!({ "$ref": format!("#/definitions/{name}") });
    }
    match node::kind(node) {
        Some(node::Kind::Array) => {
            let items = node.get("items").map_or(Value::Bool(true), |items| plain_value(document, items));
            json!({ "type": "array", "items": items })
        }
        Some(node::Kind::Object) => {
            // Free-form objects become `Json`, which you can build with `json!({…})`.
            let values =
                node.get("additionalProperties").filter(|values| values.as_object().is_some_and(|map| !map.is_empty()));
            match values.map_or(Value::Bool(true), |values| plain_value(document, values)) {
                // typify would make a map type of its own.
                Value::Bool(any) => any.into(),
                values => json!({ "type": "object", "additionalProperties": values }),
            }
        }
        Some(node::Kind::Integer) if node["format"] == "uint64" => json!({ "type": "integer", "format": "uint64" }),
        Some(kind) => json!({ "type": kind.name() }),
        None => Value::Bool(true),
    }
}

fn parse_struct(item: &Item) -> Option<(String, Fields)> {
    let Item::Struct(item) = item else { return None };
    let syn::Fields::Named(fields) = &item.fields else { return None };
    let fields = fields.named.iter().filter_map(|field| {
        let ident = field.ident.clone()?;
        let key = renamed(&field.attrs).unwrap_or_else(|| ident.to_string());
        Some((key, Field { ident, ty: Box::new(unwrapped(&field.ty)) }))
    });
    Some((item.ident.to_string(), fields.collect()))
}

/// Returns the `rename` of a field's serde attribute.
fn renamed(attributes: &[syn::Attribute]) -> Option<String> {
    let mut name = None;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        // Other arguments of the attribute may fail to parse; only `rename` matters.
        let _ = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("rename") {
                name = Some(meta.value()?.parse::<syn::LitStr>()?.value());
            } else if meta.input.peek(syn::Token![=]) {
                meta.value()?.parse::<syn::Expr>()?;
            }
            Ok(())
        });
    }
    name
}

/// Removes `Option` and `Box`, shortens paths to their last segment, and replaces `Value` by `Json`.
fn unwrapped(ty: &Type) -> Type {
    let Type::Path(path) = ty else { return ty.clone() };
    let Some(last) = path.path.segments.last() else { return ty.clone() };
    let mut last = last.clone();
    if last.ident == "Value" {
        last.ident = syn::Ident::new("Json", last.ident.span());
    }
    if let PathArguments::AngleBracketed(arguments) = &mut last.arguments {
        for argument in &mut arguments.args {
            if let GenericArgument::Type(inner) = argument {
                *inner = unwrapped(inner);
                if last.ident == "Option" || last.ident == "Box" {
                    return inner.clone();
                }
            }
        }
        arguments.colon2_token = None;
    }
    Type::Path(syn::TypePath { attrs: Vec::new(), qself: None, path: last.into() })
}

/// Renames fields of the same name, reserved ones, and those of which rustc would warn.
///
/// A property that's spelled like its field keeps it, otherwise the first one in the document does. The others spell
/// their signs, and then count.
fn rename_fields(document: &Document, model: &Model, shapes: &mut Shapes) {
    for (name, ty) in &model.types {
        let (Shape::Struct(object), Some(fields)) = (&ty.shape, shapes.get_mut(name)) else { continue };
        let pointer = document.pointer_of(name);
        let mut keys: Vec<_> = object.properties.iter().map(|property| property.key.as_str()).collect();
        keys.sort_by_cached_key(|key| {
            let is_spelled =
                fields.get(*key).is_some_and(|field| field.ident.to_string().trim_end_matches('_') == *key);
            (!is_spelled, document.rank(&format!("{pointer}/properties/{}", escape(key))))
        });
        let mut taken = BTreeSet::new();
        for key in keys {
            let Some(field) = fields.get_mut(key) else { continue };
            let is_free = |name: &str| name != "extra" && !name.starts_with("wire_") && !taken.contains(name);
            let ident = names::free_field(&field.ident.to_string(), key, is_free);
            field.ident = Ident::new(&ident, field.ident.span());
            taken.insert(ident);
        }
    }
}

/// Checks that every property has a field of its own, with a known type.
fn complete(document: &Document, model: &Model, shapes: &Shapes) -> Result<(), Failures> {
    let mut failures = Vec::new();
    let known: BTreeSet<&str> = model.types.keys().map(String::as_str).collect();
    for (name, ty) in &model.types {
        let Shape::Struct(object) = &ty.shape else { continue };
        let pointer = document.pointer_of(name);
        let mut taken = BTreeMap::from([("extra".to_owned(), "the map of unknown properties")]);
        for property in &object.properties {
            let key = property.key.as_str();
            let field = shapes.get(name).and_then(|fields| fields.get(key));
            if let Some((problem, help)) = field_problem(name, key, field, &taken, &known) {
                let place = document.place(&format!("{pointer}/properties/{}", escape(key)));
                failures.push(Failure::new(place, problem, help));
            }
            taken.extend(field.map(|field| (field.ident.to_string(), key)));
        }
    }
    Failures::unless_empty(failures, ())
}

fn field_problem(
    name: &str,
    key: &str,
    field: Option<&Field>,
    taken: &BTreeMap<String, &str>,
    known: &BTreeSet<&str>,
) -> Option<(String, &'static str)> {
    let report = "this is a bug in the generator: please report it with the schema";
    let Some(field) = field else { return Some((format!("typify generated no field `{key}` of `{name}`"), report)) };
    let ident = field.ident.to_string();
    if let Some(other) = taken.get(&ident) {
        let problem = format!("`{key}` would be the field `{ident}`, which is {other} already");
        return Some((problem, "rename one of the properties: the generator can't"));
    }
    if ident.starts_with("wire_") {
        let problem = format!("`{key}` would be the field `{ident}`, which is reserved for the decoder");
        return Some((problem, "rename the property: the generator can't"));
    }
    let unsupported = unsupported_type(&field.ty, known)?;
    Some((format!("typify generated the unknown type `{unsupported}` for `{key}` of `{name}`"), report))
}

/// Returns a name within a type that's neither in the model nor standard.
fn unsupported_type(ty: &Type, known: &BTreeSet<&str>) -> Option<String> {
    const STANDARD: [&str; 8] = ["bool", "f64", "i64", "u64", "BTreeMap", "Json", "String", "Vec"];
    let Type::Path(path) = ty else { return Some("(not a path)".to_owned()) };
    let last = path.path.segments.last()?;
    let name = last.ident.to_string();
    if !STANDARD.contains(&name.as_str()) && !known.contains(name.as_str()) {
        return Some(name);
    }
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(inner) => unsupported_type(inner, known),
        _ => None,
    })
}
