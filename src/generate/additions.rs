//! Merges `schema/additions/*.json`, the types the published page lacks, into the document.
//!
//! An existing property or definition is an error: additions never override.

use serde_json::Value;

use super::digest::digest;
use super::document::{Document, Place, Text, escape, object_at, parse_schema};
use super::failure::{Failure, Failures};

/// The keywords of an additions file.
const KEYWORDS: [&str; 4] = ["$schema", "description", "properties", "definitions"];

/// The origins of additions. Published parts have no `x-origin`.
const ORIGINS: [&str; 4] = ["example", "captured", "openai-2026-04", "openai-later"];

/// Merges one file into the document.
///
/// Besides draft-07, additions use these keywords:
///
/// | keyword | on | meaning |
/// |---|---|---|
/// | `x-origin` | definitions and properties | the source, one of [`ORIGINS`]; required |
/// | `x-aliases` | a union | other tags of servers, and the tags they replace |
/// | `x-arguments` | an object | the constructor's arguments, if they aren't the `required` properties |
/// | `x-setter` | a property | `false`: no setter, because its name is taken |
/// | `x-boxed` | a property, or a branch of a union | `true`: boxed, because it's large or rare |
/// | `x-lenient` | a required property | `true`: optional in Rust |
/// | `x-json-text` | a string | `true`: holds JSON as text |
/// | `x-enum-descriptions` | a string enum | the values' descriptions |
/// | `x-names` | a string enum | variant names of values without one |
/// | `x-preset` | a string enum | the value set by constructors if the enum is required |
/// | `x-string` | a union | the object type and the property for a plain string |
/// | `x-tag` | a union | the property that identifies its objects |
/// | `x-tag-prefix` | a union | the part of the tag to omit from variant names |
/// | `x-variant` | a branch of a union | the variant's name, if the tag doesn't give one |
///
/// `description`, `x-boxed`, `x-origin` and `x-variant` may stand next to a `$ref`.
pub(crate) fn merge(document: &mut Document, text: &Text) -> Result<(), Failures> {
    let (file, order) = parse_schema(text)?;
    document.set_order(&text.name, &order);
    let mut failures = Vec::new();
    check_origins(text, "", &file, &mut failures);
    let Value::Object(file) = file else { return Ok(()) };
    for (keyword, value) in file {
        match (keyword.as_str(), value) {
            ("properties", Value::Object(properties)) => {
                for (name, schema) in properties {
                    failures.extend(add_property(document, text, &name, schema).err());
                }
            }
            ("definitions", Value::Object(definitions)) => {
                for (name, schema) in definitions {
                    let place = Place::pointer(&text.name, &format!("/definitions/{}", escape(&name)));
                    failures.extend(document.define(&name, schema, place).err());
                }
            }
            (keyword @ ("properties" | "definitions"), _) => failures.push(Failure::new(
                Place::pointer(&text.name, &format!("/{keyword}")),
                format!("`{keyword}` isn't an object"),
                "write an object of schemas",
            )),
            (known, _) if KEYWORDS.contains(&known) => {}
            (unknown, _) => failures.push(Failure::new(
                Place::pointer(&text.name, &format!("/{}", escape(unknown))),
                format!("unknown keyword `{unknown}` in an additions file"),
                format!("use only {}", KEYWORDS.join(", ")),
            )),
        }
    }
    Failures::unless_empty(failures, ())
}

fn add_property(document: &mut Document, text: &Text, name: &str, schema: Value) -> Result<(), Failure> {
    let pointer = format!("/properties/{}", escape(name));
    let place = Place::pointer(&text.name, &pointer);
    let known = document.root.pointer(&pointer).map(|known| (known.clone(), document.place(&pointer)));
    let is_published = known.is_some() && document.is_published(&pointer);
    let failure = known.map(|(known, taken)| {
        if is_published {
            return published(&place, name, &known, &schema, &taken);
        }
        let problem = format!("the property `{name}` is already added at {taken}");
        Failure::new(place.clone(), problem, format!("delete `{name}` here"))
    });
    // A lenient caller continues with the additions' types.
    if let Some(properties) = object_at(&mut document.root, "properties") {
        properties.insert(name.to_owned(), schema);
    }
    document.set_place(pointer, place);
    failure.map_or(Ok(()), Err)
}

/// The failure of a published property without a replacement in the overlay.
fn published(place: &Place, name: &str, published: &Value, ours: &Value, taken: &Place) -> Failure {
    let problem = format!("the property `{name}` is published now, at {taken}");
    if digest(published) == digest(&without_extensions(ours)) {
        return Failure::new(place.clone(), problem, "delete it here; the published schema is the same");
    }
    let help = format!(
        "to use the published schema, delete the property here; to keep the type from the additions, paste into \
         overlay.toml:\n\n[[replace]]\nat = {at:?}\npublished = {digest:?}\nwhy = \"Keeps the type from the additions.\"\n",
        at = format!("/properties/{}", escape(name)),
        digest = digest(published),
    );
    Failure::new(place.clone(), problem, help)
}

/// A schema without our own keywords.
fn without_extensions(schema: &Value) -> Value {
    match schema {
        Value::Object(object) => {
            let kept = object.iter().filter(|(key, _)| !key.starts_with("x-"));
            kept.map(|(key, value)| (key.clone(), without_extensions(value))).collect()
        }
        Value::Array(values) => values.iter().map(without_extensions).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => schema.clone(),
    }
}

/// Checks that every definition and property has an origin. Otherwise, its rustdoc would call it published.
fn check_origins(text: &Text, pointer: &str, node: &Value, failures: &mut Vec<Failure>) {
    for group in ["properties", "definitions"] {
        for (name, child) in node[group].as_object().into_iter().flatten() {
            let at = format!("{pointer}/{group}/{}", escape(name));
            let origin = child["x-origin"].as_str();
            if !origin.is_some_and(|origin| ORIGINS.contains(&origin)) {
                let problem = match origin {
                    Some(origin) => format!("\"{origin}\" isn't a valid origin"),
                    None => "missing `x-origin`".to_owned(),
                };
                let help = format!("set `x-origin` to one of {}", ORIGINS.join(", "));
                failures.push(Failure::new(Place::pointer(&text.name, &at), problem, help));
            }
            check_origins(text, &at, child, failures);
        }
    }
}
