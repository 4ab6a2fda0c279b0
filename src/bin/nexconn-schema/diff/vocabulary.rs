//! The keywords of JSON Schema that decide whether a value is valid.

/// Keywords whose violators the samples hold, unless an opaque one stands in the way.
pub(super) const SAMPLED: [&str; 22] = [
    "additionalProperties",
    "anyOf",
    "const",
    "enum",
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
    "properties",
    "required",
    "type",
    "uniqueItems",
];

/// Keywords whose effect on a document is not known from the keyword alone.
pub(super) const OPAQUE: [&str; 12] = [
    "additionalItems",
    "allOf",
    "contains",
    "dependencies",
    "else",
    "if",
    "not",
    "pattern",
    "patternProperties",
    "propertyNames",
    "then",
    "contentEncoding",
];

/// Whether a keyword says nothing about validity: it describes, or no draft knows it.
pub(super) fn is_annotation(keyword: &str) -> bool {
    keyword != "$ref" && !SAMPLED.contains(&keyword) && !OPAQUE.contains(&keyword)
}

/// The keywords that the overlay adds for the generator.
pub(super) const OVERLAY: [&str; 12] = [
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
];
