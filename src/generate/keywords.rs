//! The keywords of JSON Schema, and ours, by what they are to the generator.
//!
//! Place in the flow: in `schema/`, `guards.rs` refuses what is in none of these lists.

/// Keywords that say something about a value without changing its Rust type, or are read by the model.
pub(super) const UNDERSTOOD: [&str; 35] = [
    "$comment",
    "$id",
    "$ref",
    "$schema",
    "additionalProperties",
    "anyOf",
    "default",
    "definitions",
    "deprecated",
    "description",
    "enum",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "oneOf",
    "pattern",
    "properties",
    "readOnly",
    "required",
    "title",
    "type",
    "uniqueItems",
    "writeOnly",
    "contentEncoding",
];

/// Keywords of drafts after draft-07.
pub(super) const LATER_DRAFTS: [&str; 12] = [
    "$anchor",
    "$defs",
    "$dynamicAnchor",
    "$dynamicRef",
    "$recursiveAnchor",
    "$recursiveRef",
    "$vocabulary",
    "dependentRequired",
    "dependentSchemas",
    "prefixItems",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// Our own keywords.
pub(super) const OURS: [&str; 13] = [
    "x-arguments",
    "x-boxed",
    "x-enum-descriptions",
    "x-names",
    "x-origin",
    "x-preset",
    "x-setter",
    "x-tag",
    "x-tag-prefix",
    "x-untagged",
    "x-untagged-only",
    "x-variant",
    "contentMediaType",
];
