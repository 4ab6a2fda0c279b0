//! One side: the merged document with the types generated from it.

use serde_json::Value;

use crate::generate::Api;
use crate::generate::document::Document;
use crate::generate::model::{Model, Shape, Struct, Type};

/// One side.
pub(crate) struct View<'a> {
    pub(crate) document: &'a Document,
    pub(crate) model: &'a Model,
    api: &'a Api,
}

impl<'a> View<'a> {
    pub(crate) fn new(api: &'a Api) -> Self {
        Self { document: &api.document, model: &api.model, api }
    }

    pub(crate) fn listing(&self) -> &'a str {
        &self.api.listing
    }

    /// The location of the type in the merged document.
    pub(crate) fn pointer(&self, name: &str) -> String {
        self.document.pointer_of(name)
    }

    /// The schema of a type; `null` if there is no such type.
    pub(crate) fn node(&self, name: &str) -> &'a Value {
        self.document.definition(name)
    }

    /// The location in the files; without the name of the published one, which differs between the sides.
    pub(crate) fn place(&self, pointer: &str) -> String {
        let place = self.document.place(pointer);
        if place.file == self.document.place("").file { place.spot } else { place.to_string() }
    }

    /// The location of the type in the files.
    pub(crate) fn place_of(&self, name: &str) -> String {
        self.place(&self.pointer(name))
    }

    /// Whether the type is a definition of the published document.
    pub(crate) fn is_definition(&self, name: &str) -> bool {
        let place = self.document.place(&self.pointer(name));
        let key = ["#/definitions/", "#/$defs/"].into_iter().find_map(|list| place.spot.strip_prefix(list));
        key.is_some_and(|key| !key.contains('/'))
    }

    pub(crate) fn ty(&self, name: &str) -> Option<&'a Type> {
        self.model.types.get(name)
    }

    pub(crate) fn record(&self, name: &str) -> Option<&'a Struct> {
        match &self.ty(name)?.shape {
            Shape::Struct(record) => Some(record),
            Shape::Enumeration(_) | Shape::Union(_) => None,
        }
    }

    /// The field of a property.
    pub(crate) fn field(&self, name: &str, key: &str) -> Option<&'a str> {
        let fields = self.api.fields.get(name)?;
        let index = fields.binary_search_by(|(property, _)| property.as_str().cmp(key)).ok()?;
        Some(&fields[index].1)
    }
}
