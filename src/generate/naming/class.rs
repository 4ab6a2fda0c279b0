//! What kind of type a node in normal form becomes.
//!
//! Place in the flow: `mod.rs`, `references.rs` and `unions.rs` ask before they name or place a node.

use serde_json::Value;

use super::super::node::{self, Kind};

/// What kind of type a node is.
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

/// What this node is.
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

/// Whether a definition, or the root, is a type, and not something that is written where it is used.
pub(super) fn is_type(pointer: &str, node: &Value) -> bool {
    match class(node) {
        Class::Object => true,
        Class::Union | Class::Enumeration => !pointer.is_empty(),
        Class::Plain => node::kind(node) == Some(Kind::Object) && node.get("enum").is_none(),
        Class::Reference | Class::Array | Class::Map => false,
    }
}
