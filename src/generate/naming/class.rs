//! Classifies normalized nodes by their kind of type.

use serde_json::{Value, json};

use super::super::node::{self, Kind};

/// The kind of type of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Reference,
    Union,
    Enumeration,
    Object,
    Array,
    Map,
    /// A scalar, or any value.
    Plain,
}

/// Returns the class of a node.
pub(super) fn class(node: &Value) -> Class {
    let kind = node::kind(node);
    if node.get("$ref").is_some() {
        Class::Reference
    } else if node::branches(node).is_some() {
        Class::Union
    } else if kind == Some(Kind::String) && node::values(node).is_some() {
        Class::Enumeration
    } else if kind == Some(Kind::Object) && node.get("properties").is_some() {
        Class::Object
    } else if kind == Some(Kind::Array) {
        Class::Array
    } else if node["additionalProperties"].is_object() {
        Class::Map
    } else {
        Class::Plain
    }
}

/// Returns true if a definition becomes a type. Others are inlined.
pub(super) fn is_type(node: &Value) -> bool {
    match class(node) {
        Class::Object | Class::Union | Class::Enumeration => true,
        Class::Plain => node::kind(node) == Some(Kind::Object) && node.get("enum").is_none(),
        Class::Reference | Class::Array | Class::Map => false,
    }
}

/// Returns the schema `false` as an object, which can have marks and a place.
pub(super) fn never() -> Value {
    json!({ "not": {} })
}

/// Returns the number of values in a node.
pub(super) fn size(node: &Value) -> usize {
    1 + match node {
        Value::Array(values) => values.iter().map(size).sum::<usize>(),
        Value::Object(values) => values.values().map(size).sum(),
        _ => 0,
    }
}
