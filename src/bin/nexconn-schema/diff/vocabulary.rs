//! Groups of keywords for the comparison. The keywords themselves are in [`crate::generate::vocabulary`].

use crate::generate::vocabulary::{Form, Role, find, later};

fn role(keyword: &str) -> Option<Role> {
    find(keyword).map(|keyword| keyword.role)
}

/// Whether the effect of a keyword on a document isn't known from the keyword alone.
pub(super) fn is_opaque(keyword: &str) -> bool {
    let is_later = || later(keyword).is_some() && !keyword.starts_with('$');
    matches!(keyword, "allOf" | "contentEncoding" | "pattern") || role(keyword) == Some(Role::Validation) || is_later()
}

/// Whether the samples include violators of the keyword, unless the schema has an opaque one.
pub(super) fn is_sampled(keyword: &str) -> bool {
    keyword != "$ref" && !is_opaque(keyword) && matches!(role(keyword), Some(Role::Shape | Role::Bound))
}

/// Whether a keyword doesn't affect validity: it describes, or no draft knows it.
pub(super) fn is_annotation(keyword: &str) -> bool {
    keyword != "$ref" && !is_sampled(keyword) && !is_opaque(keyword)
}

/// Whether a keyword holds schemas without a Rust type.
pub(super) fn is_for_validators(keyword: &str) -> bool {
    keyword == "allOf" || role(keyword) == Some(Role::Validation) && !CONDITION.contains(&keyword)
}

/// Whether a keyword is a bound on size, length, value or uniqueness.
pub(super) fn is_bound(keyword: &str) -> bool {
    role(keyword) == Some(Role::Bound) && !matches!(keyword, "format" | "pattern")
}

/// Whether a keyword is one the overlay adds for the generator. Reports don't show it.
pub(super) fn is_internal(keyword: &str) -> bool {
    keyword == "x-untagged-only" || role(keyword) == Some(Role::Extension)
}

/// Whether a keyword has a schema for each name.
pub(super) fn has_named(keyword: &str) -> bool {
    keyword == "$defs" || find(keyword).is_some_and(|keyword| keyword.form == Form::SchemaMap)
}

/// Whether a keyword has a schema.
pub(super) fn has_schema(keyword: &str) -> bool {
    find(keyword).is_some_and(|keyword| matches!(keyword.form, Form::SchemaOrBoolean | Form::SchemaOrList))
}

/// The keywords with a list of branches.
pub(super) const BRANCHES: [&str; 3] = ["allOf", "anyOf", "oneOf"];

/// The keywords of a condition.
pub(super) const CONDITION: [&str; 3] = ["if", "then", "else"];
