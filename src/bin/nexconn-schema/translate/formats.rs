//! Rust types for the formats of strings, as asked for on the command line.
//!
//! A value may not parse, so the field of a property is an `Option`, whether it's required or not. A string in a union
//! stays a `String`.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;
use syn::{GenericArgument, Path, PathArguments, Type};

use super::warnings::Warnings;
use crate::generate::model::{Holds, Shape};
use crate::generate::node::{self, Kind};
use crate::generate::typify::{Fields, branches_name};
use crate::generate::{Document, Generated};

/// The Rust types by format.
#[derive(Clone, Debug, Default)]
pub(crate) struct Formats(BTreeMap<String, String>);

/// The generator's own types: they're read from other JSON.
const OWN: [&str; 9] = ["BTreeMap", "Box", "Json", "Option", "String", "Vec", "bool", "f64", "i64"];

impl Formats {
    pub(crate) const EMPTY: Self = Self(BTreeMap::new());

    /// Collects the mappings. Fails if a format has two types.
    pub(crate) fn new(mappings: &[(String, String)]) -> Result<Self, String> {
        let mut types: BTreeMap<String, String> = BTreeMap::new();
        for (format, ty) in mappings {
            if let Some(other) = types.insert(format.clone(), ty.clone()).filter(|other| other != ty) {
                return Err(format!("the format `{format}` has two types: `{other}` and `{ty}`"));
            }
        }
        Ok(Self(types))
    }

    /// Parses `FORMAT=RUST_TYPE`.
    pub(crate) fn parse(mapping: &str) -> Result<(String, String), String> {
        let Some((format, ty)) = mapping.split_once('=').filter(|(format, _)| !format.is_empty()) else {
            return Err("expected FORMAT=RUST_TYPE, such as `date-time=jiff::Timestamp`".to_owned());
        };
        let path = path(ty).ok_or_else(|| format!("`{ty}` isn't a path to a Rust type"))?;
        let last = path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        if path.segments.len() == 1 {
            return Err(format!(
                "`{ty}` isn't in scope of the generated file; write its full path, such as `crate::{ty}`"
            ));
        }
        if OWN.contains(&last.as_str()) || last == "u64" {
            return Err(format!("`{ty}` has JSON of its own; use a type that's written as a string"));
        }
        Ok((format.to_owned(), ty.to_owned()))
    }

    fn of(&self, node: &Value) -> Option<Path> {
        path(self.0.get(node["format"].as_str()?)?)
    }

    /// Returns the formats absent from the document.
    pub(crate) fn unused(&self, document: &Document) -> Vec<&str> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let mut found = BTreeSet::new();
        let mut left = vec![&document.root];
        while let Some(value) = left.pop() {
            found.extend(value["format"].as_str());
            match value {
                Value::Object(map) => left.extend(map.values()),
                Value::Array(values) => left.extend(values),
                _ => {}
            }
        }
        self.0.keys().map(String::as_str).filter(|format| !found.contains(format)).collect()
    }

    /// Replaces the types of fields. Warns of strings that keep theirs.
    pub(super) fn apply(&self, generated: &mut Generated, warnings: &mut Warnings) {
        if self.0.is_empty() {
            return;
        }
        let mut used = BTreeSet::new();
        let Generated { document, model, shapes, .. } = generated;
        for (name, ty) in &mut model.types {
            let node = document.definition(name);
            match &mut ty.shape {
                Shape::Struct(object) => {
                    let Some(fields) = shapes.get_mut(name) else { continue };
                    for property in &mut object.properties {
                        let Some(field) = fields.get_mut(&property.key) else { continue };
                        if self.replace(&mut field.ty, &node["properties"][&property.key], &mut used) {
                            property.required = false;
                        }
                    }
                }
                Shape::Union(union) => {
                    let (keyword, nodes) = node::branches(node).unwrap_or_default();
                    let mut fields: Option<&mut Fields> = shapes.get_mut(&branches_name(name));
                    for (index, (branch, node)) in union.branches.iter().zip(nodes).enumerate() {
                        if matches!(branch.holds, Holds::Plain(Kind::String)) {
                            let at = format!("{}/{keyword}/{index}", document.pointer_of(name));
                            self.warn_of_branch(document, node, &at, warnings);
                        } else if let Some(field) = fields.as_mut().and_then(|fields| fields.get_mut(&branch.variant)) {
                            self.replace(&mut field.ty, node, &mut used);
                        }
                    }
                }
                Shape::Enumeration(_) => {}
            }
        }
        generated.codecs.extend(used.iter().filter_map(|ty| -> Option<TokenStream> {
            let (path, expected) = (path(ty)?, format!("a string that parses as `{ty}`"));
            Some(quote! { codec::format_type! { #path, #expected } })
        }));
    }

    /// Replaces the type of a value, or the one in its arrays and maps. Returns true if it's the type of the value itself.
    fn replace(&self, ty: &mut Type, node: &Value, used: &mut BTreeSet<String>) -> bool {
        let node = node::without_null(node);
        let Type::Path(written) = ty else { return false };
        let Some(last) = written.path.segments.last_mut() else { return false };
        let below = match last.ident.to_string().as_str() {
            "String" => {
                let Some(path) = self.of(node) else { return false };
                used.extend(node["format"].as_str().and_then(|format| self.0.get(format)).cloned());
                written.path = path;
                return true;
            }
            "Vec" => "items",
            "BTreeMap" => "additionalProperties",
            _ => return false,
        };
        if let PathArguments::AngleBracketed(arguments) = &mut last.arguments
            && let Some(GenericArgument::Type(inner)) = arguments.args.last_mut()
        {
            self.replace(inner, &node[below], used);
        }
        false
    }

    fn warn_of_branch(&self, document: &Document, node: &Value, at: &str, warnings: &mut Warnings) {
        if self.of(node).is_some() {
            let problem = "a string in a union stays a `String`, whatever its format";
            warnings.add(
                document.place(at),
                problem,
                "describe it outside of a union to give it the type of its format",
            );
        }
    }
}

fn path(ty: &str) -> Option<Path> {
    let Type::Path(ty) = syn::parse_str::<Type>(ty).ok()? else { return None };
    ty.qself.is_none().then_some(ty.path)
}
