//! `schema/additions/*.json`: what the published page lacks, merged into the document.
//!
//! Place in the flow: after `overlay.rs` has named the published parts, before `guards.rs`. Each
//! file's `properties` join those of the root and its `definitions` join the document's. Nothing is
//! overridden: a property that is published now, or a name that is taken, is an error that says
//! what to delete.
//!
//! Beside those of draft-07, the additions use keywords of our own:
//!
//! | keyword | on | what it says |
//! |---|---|---|
//! | `x-origin` | every definition and property | where it comes from, see [`ORIGINS`] |
//! | `x-arguments` | an object | what the constructor asks for, where that is more than `required` |
//! | `x-setter` | a property | `false`: no setter, because its name has another use |
//! | `x-boxed` | a property, or a branch of a union | `true`: kept behind a pointer, because it is large or rare |
//! | `x-enum-descriptions` | a string enum | what each value means |
//! | `x-names` | a string enum | the variants of values that make no good name |
//! | `x-preset` | a string enum | the value that a constructor sets where the enum is required |
//! | `x-tag` | a union | the property that tells its objects apart |
//! | `x-tag-prefix` | a union | what is left out of a tag to make the name of its variant |
//! | `x-variant` | a branch of a union | the name of its variant, where the tag does not give it |
//!
//! A `$ref` may have `description`, `x-boxed`, `x-origin` and `x-variant` beside it; they say something about
//! the place and change nothing about the values.

use serde_json::Value;

use super::digest::digest;
use super::document::{Document, Place, Text, escape, object_at, parse_schema};
use super::failure::{Failure, Failures};

/// The keywords of an additions file.
const KEYWORDS: [&str; 4] = ["$schema", "description", "properties", "definitions"];

/// Where a node of the additions may come from; what is published needs no word.
const ORIGINS: [&str; 4] = ["example", "captured", "openai-2026-04", "openai-later"];

/// Merges one file into the document.
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
                format!("`{keyword}` is not an object"),
                "each of its properties is a schema",
            )),
            (known, _) if KEYWORDS.contains(&known) => {}
            (unknown, _) => failures.push(Failure::new(
                Place::pointer(&text.name, &format!("/{}", escape(unknown))),
                format!("an additions file has no `{unknown}`"),
                format!("it has {}; move the rest into a definition", KEYWORDS.join(", ")),
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
    let failure = known.map(|(known, taken)| match is_published {
        true => published(&place, name, &known, &schema, &taken),
        false => Failure::new(
            place.clone(),
            format!("the property `{name}` is added already, at {taken}"),
            format!("delete `{name}` here"),
        ),
    });
    // A lenient caller goes on with the types of the additions.
    if let Some(properties) = object_at(&mut document.root, "properties") {
        properties.insert(name.to_owned(), schema);
    }
    document.set_place(pointer, place);
    failure.map_or(Ok(()), Err)
}

/// The failure of a property that is published and that the overlay doesn't replace.
fn published(place: &Place, name: &str, published: &Value, ours: &Value, taken: &Place) -> Failure {
    let problem = format!("the property `{name}` is published now, at {taken}");
    if digest(published) == digest(&without_extensions(ours)) {
        return Failure::new(place.clone(), problem, format!("delete `{name}` here; the published schema is the same"));
    }
    let remedy = format!(
        "to use the published schema, delete `{name}` here; to keep the type from the additions, paste into overlay.toml:\n\n\
         [[replace]]\nat = {at:?}\npublished = {digest:?}\nwhy = \"The additions have names for its parts.\"\n",
        at = format!("/properties/{}", escape(name)),
        digest = digest(published),
    );
    Failure::new(place.clone(), problem, remedy)
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

/// Every definition and every property says where it comes from; without that its rustdoc would
/// call it published.
fn check_origins(text: &Text, pointer: &str, node: &Value, failures: &mut Vec<Failure>) {
    for group in ["properties", "definitions"] {
        for (name, child) in node[group].as_object().into_iter().flatten() {
            let at = format!("{pointer}/{group}/{}", escape(name));
            let origin = child["x-origin"].as_str();
            if !origin.is_some_and(|origin| ORIGINS.contains(&origin)) {
                let problem = match origin {
                    Some(origin) => format!("\"{origin}\" is no origin"),
                    None => "this does not say where it comes from".to_owned(),
                };
                let remedy = format!("add `x-origin`: one of {}", ORIGINS.join(", "));
                failures.push(Failure::new(Place::pointer(&text.name, &at), problem, remedy));
            }
            check_origins(text, &at, child, failures);
        }
    }
}
