//! typify at work: Rust types and identifiers for the properties that the model has read.
//!
//! Place in the flow: between `model.rs` and `emit/`. typify is given what it does well, objects
//! and arrays and maps and scalars and enums, and nothing that would change a type or the wire
//! behind our back: no unions (they are ours), no defaults, bounds, patterns or formats. They stay
//! in the document, for validators, and in the rustdoc. What comes back is checked: every type and
//! property that went in must come out.

use std::collections::{BTreeMap, BTreeSet};

use ::typify::{TypeSpace, TypeSpaceSettings};
use schemars08::schema::Schema;
use serde_json::{Map, Value, json};
use syn::{Fields, File, GenericArgument, Ident, Item, PathArguments, Type};

use super::document::{Document, escape};
use super::failure::{Failure, Failures};
use super::model::{Model, Shape};
use super::node;

/// What typify made of the objects: for each type, the field of each property.
pub(crate) type Shapes = BTreeMap<String, BTreeMap<String, Field>>;

/// A field of a struct.
pub(crate) struct Field {
    pub(crate) ident: Ident,
    /// The type of the value when there is one: no `Option`, no `Box`.
    pub(crate) ty: Type,
}

/// Gives the objects of the document to typify and reads what it makes of them.
pub(crate) fn run(document: &Document, model: &Model) -> Result<Shapes, Failures> {
    let definitions = plain_definitions(document, model);
    let tokens = translate(definitions, model).map_err(|error| refused(document, &error))?;
    let file: File = syn::parse2(tokens).map_err(|error| refused(document, &error.to_string()))?;
    let shapes = file.items.iter().filter_map(parse_struct).collect();
    complete(document, model, &shapes)?;
    Ok(shapes)
}

fn refused(document: &Document, error: &str) -> Failure {
    let remedy = "a node is of a form that the guards should have refused: please report it with the schema";
    Failure::new(document.place(""), format!("typify does not accept the document: {error}"), remedy)
}

fn translate(definitions: Vec<(String, Value)>, model: &Model) -> Result<proc_macro2::TokenStream, String> {
    let mut settings = TypeSpaceSettings::default();
    settings.with_map_type("::std::collections::BTreeMap".to_owned());
    for (name, ty) in &model.types {
        if !matches!(ty.shape, Shape::Struct(_)) {
            settings.with_replacement(name, name, std::iter::empty());
        }
    }
    let mut space = TypeSpace::new(&settings);
    let schemas = definitions
        .into_iter()
        .map(|(name, node)| serde_json::from_value::<Schema>(node).map(|schema| (name, schema)))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| error.to_string())?;
    space.add_ref_types(schemas).map_err(|error| error.to_string())?;
    Ok(space.to_stream())
}

/// The document as typify gets it: each object with plain properties, the other names as stubs.
fn plain_definitions(document: &Document, model: &Model) -> Vec<(String, Value)> {
    let stub = |name: &String| (name.clone(), json!({ "type": "string" }));
    let mut definitions = Vec::new();
    for (name, ty) in &model.types {
        let node = document.definition(name);
        match &ty.shape {
            Shape::Struct(object) => {
                let keys = object.properties.iter().map(|property| &property.key);
                let properties = keys.map(|key| (key.clone(), plain_value(document, &node["properties"][key])));
                definitions.push((name.clone(), plain_object(&properties.collect())));
            }
            Shape::Enumeration(_) => definitions.push(stub(name)),
            Shape::Union(union) => {
                let (_, nodes) = node::branches(node).unwrap_or_default();
                let properties = union.branches.iter().zip(nodes).filter(|(_, node)| node.get("$ref").is_none());
                let properties = properties.map(|(branch, node)| (branch.variant.clone(), plain_value(document, node)));
                definitions.push(stub(name));
                definitions.push((branches_name(name), plain_object(&properties.collect())));
            }
        }
    }
    definitions
}

/// The object by which the branches of a union that are no references get their types; it is
/// read back and never written down.
pub(crate) fn branches_name(union: &str) -> String {
    format!("{union}BranchesForTypify")
}

fn plain_object(properties: &Map<String, Value>) -> Value {
    let required: Vec<_> = properties.keys().cloned().collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

/// A property without all that typify would turn into another type.
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
            // An object of any content is any JSON to Rust: `json!({…})` is how people write one.
            let values =
                node.get("additionalProperties").filter(|values| values.as_object().is_some_and(|map| !map.is_empty()));
            match values.map_or(Value::Bool(true), |values| plain_value(document, values)) {
                // To typify that would be a map of its own making.
                Value::Bool(any) => any.into(),
                values => json!({ "type": "object", "additionalProperties": values }),
            }
        }
        Some(kind) => json!({ "type": kind.name() }),
        None => Value::Bool(true),
    }
}

fn parse_struct(item: &Item) -> Option<(String, BTreeMap<String, Field>)> {
    let Item::Struct(item) = item else { return None };
    let Fields::Named(fields) = &item.fields else { return None };
    let fields = fields.named.iter().filter_map(|field| {
        let ident = field.ident.clone()?;
        let key = renamed(&field.attrs).unwrap_or_else(|| ident.to_string());
        Some((key, Field { ident, ty: unwrapped(&field.ty) }))
    });
    Some((item.ident.to_string(), fields.collect()))
}

/// The `rename` of a field's serde attribute.
fn renamed(attributes: &[syn::Attribute]) -> Option<String> {
    let mut name = None;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        // Other arguments of the attribute may fail to parse here; only `rename` is of interest.
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

/// The type in an `Option` or a `Box`; paths cut down to their last segment. Any value is one of ours.
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

/// Every property of every object must have a field of its own, and every field a type that there is.
fn complete(document: &Document, model: &Model, shapes: &Shapes) -> Result<(), Failures> {
    let mut failures = Vec::new();
    let known: BTreeSet<&str> = model.types.keys().map(String::as_str).collect();
    for (name, ty) in &model.types {
        let Shape::Struct(object) = &ty.shape else { continue };
        let pointer = document.pointer_of(name);
        let mut taken = BTreeMap::from([("extra".to_owned(), "the map of what the schema does not name")]);
        for property in &object.properties {
            let key = property.key.as_str();
            let field = shapes.get(name).and_then(|fields| fields.get(key));
            if let Some((problem, remedy)) = field_problem(name, key, field, &taken, &known) {
                let place = document.place(&format!("{pointer}/properties/{}", escape(key)));
                failures.push(Failure::new(place, problem, remedy));
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
    let report = "the property is of a form that the guards should have refused: please report it with the schema";
    let Some(field) = field else { return Some((format!("typify made no field `{key}` of `{name}`"), report)) };
    let ident = field.ident.to_string();
    if let Some(other) = taken.get(&ident) {
        let problem = format!("`{key}` would be the field `{ident}`, which is {other} already");
        return Some((problem, "two properties need two names in Rust: the generator must learn to rename one"));
    }
    if ident.starts_with("wire_") {
        let problem = format!("`{key}` would be the field `{ident}`, a name that the decoder uses");
        return Some((problem, "the generator must learn to rename it"));
    }
    let strange = unsupported_type(&field.ty, known)?;
    Some((format!("typify made the type `{strange}` for `{key}` of `{name}`, which nothing names"), report))
}

/// A name within a type that is neither the model's nor a standard one.
fn unsupported_type(ty: &Type, known: &BTreeSet<&str>) -> Option<String> {
    const STANDARD: [&str; 7] = ["bool", "f64", "i64", "BTreeMap", "Json", "String", "Vec"];
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
