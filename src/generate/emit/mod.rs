//! Emits the model as Rust source. It uses the library's `codec` module.

mod docs;
mod enums;
mod matching;
mod structs;
mod unions;
mod values;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::File;

use super::document::{Place, pascal_case};
use super::failure::{Failure, Failures};
use super::model::{Model, Shape};
use super::text;
use super::typify::Shapes;

/// Returns the imports and constants. `models` are the page's models, and their place.
pub(crate) fn start(sha256: &str, models: Option<(&[String], Place)>) -> Result<TokenStream, Failures> {
    let mut tokens = preamble(sha256);
    if let Some((models, place)) = models {
        distinct(models, place)?;
        tokens.extend(model_names(models));
    }
    Ok(tokens)
}

/// Returns the code of each type. It's much larger than the schema, so it's made when it's needed.
pub(crate) fn types<'a>(model: &'a Model, shapes: &'a Shapes) -> impl Iterator<Item = TokenStream> + 'a {
    parts(model, shapes, usize::MAX)
}

/// Returns the code of each type without function bodies. Enums are divided: each part has some of the values.
pub(crate) fn outlines<'a>(model: &'a Model, shapes: &'a Shapes) -> impl Iterator<Item = TokenStream> + 'a {
    parts(model, shapes, VALUES_PER_PART).map(without_bodies)
}

/// Number of values in a part of an enum.
const VALUES_PER_PART: usize = 1_000;

fn parts<'a>(model: &'a Model, shapes: &'a Shapes, values_per_part: usize) -> impl Iterator<Item = TokenStream> + 'a {
    model.types.iter().flat_map(move |(name, ty)| {
        let parts = match &ty.shape {
            Shape::Enumeration(values) => values.len().div_ceil(values_per_part).max(1),
            Shape::Struct(_) | Shape::Union(_) => 1,
        };
        (0..parts).flat_map(move |part| match &ty.shape {
            Shape::Struct(object) => vec![structs::emit(name, &ty.metadata, object, shapes)],
            Shape::Enumeration(values) => {
                let values = values.chunks(values_per_part).nth(part).unwrap_or_default();
                enums::emit(name, &ty.metadata, values).into()
            }
            Shape::Union(union) => vec![unions::emit(name, &ty.metadata, union, model, shapes)],
        })
    })
}

/// Parses the code into a syntax tree.
pub(crate) fn parse(code: TokenStream) -> Result<File, Failure> {
    syn::parse2(code).map_err(|error| {
        let help = "this is a bug in the generator: please report it with the schema";
        Failure::new(Place::pointer("the generated code", ""), format!("invalid Rust: {error}"), help)
    })
}

/// Removes function bodies: the public items stay, and parse faster.
fn without_bodies(code: TokenStream) -> TokenStream {
    let mut is_function = false;
    let trees = code.into_iter().map(|tree| match tree {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
            let inner = if is_function { TokenStream::new() } else { without_bodies(group.stream()) };
            is_function = false;
            TokenTree::Group(Group::new(Delimiter::Brace, inner))
        }
        other => {
            is_function |= matches!(&other, TokenTree::Ident(ident) if ident == "fn");
            other
        }
    });
    trees.collect()
}

/// Returns the imports and the schema's constants.
fn preamble(sha256: &str) -> TokenStream {
    quote! {
        use std::collections::BTreeMap;
        use std::convert::Infallible;
        use std::fmt;
        use std::hash::{Hash, Hasher};
        use std::str::FromStr;

        use serde::de::{Deserialize, Deserializer};
        use serde::ser::{Serialize, Serializer};

        use crate::codec;

        /// SHA-256 of the published schema these types come from, in hexadecimal.
        pub const SCHEMA_SHA256: &str = #sha256;
    }
}

/// Returns the module of model IDs.
fn model_names(models: &[String]) -> TokenStream {
    let models = models.iter().map(|model| {
        let doc = docs::line(&format!("The model {}.", text::code(model)));
        let name = format_ident!("{}", constant_name(model));
        quote! { #doc pub const #name: &str = #model; }
    });
    quote! {
        /// IDs of the models the gateway's page lists.
        ///
        /// The list is as old as the schema. Pass any other ID as a string.
        pub mod models {
            #(#models)*
        }
    }
}

/// Checks that the models' constants have different names.
fn distinct(models: &[String], place: Place) -> Result<(), Failure> {
    let twins = models.iter().enumerate().find_map(|(index, model)| {
        let other = models[..index].iter().find(|other| constant_name(other) == constant_name(model))?;
        Some((other, model))
    });
    let Some((left, right)) = twins else { return Ok(()) };
    let problem = format!("the models `{left}` and `{right}` would have the same name `{}`", constant_name(left));
    Err(Failure::new(place, problem, "this is a limit of the generator: please report it"))
}

/// Returns a model's constant: `openai/gpt-5.2-codex` → `GPT_5_2_CODEX`.
fn constant_name(model: &str) -> String {
    let id = model.rsplit_once('/').map_or(model, |(_, id)| id);
    let name: String =
        id.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) { name } else { format!("MODEL_{}", pascal_case(&name)) }
}
