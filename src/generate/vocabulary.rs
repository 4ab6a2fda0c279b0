//! The keywords of JSON Schema draft-07 and our own, with form and role.

use serde_json::Value;

use Form::{
    Any, Boolean, Count, List, Number, Object, Pattern, Positive, SchemaMap, SchemaOrBoolean, SchemaOrList, Schemas,
    Text, TextLists, Texts, Types, Values,
};
use Role::{Annotation, Bound, Extension, Shape, Validation};

/// The form of a keyword's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Any,
    Boolean,
    /// A non-negative integer.
    Count,
    List,
    Number,
    Object,
    /// A positive number.
    Positive,
    Text,
    /// A regular expression.
    Pattern,
    /// A list of unique strings.
    Texts,
    /// An object of lists of unique strings.
    TextLists,
    /// The name of a type, or a list of unique names.
    Types,
    /// A list of unique values.
    Values,
    SchemaOrBoolean,
    SchemaOrList,
    /// A list of schemas.
    Schemas,
    /// An object of schemas.
    SchemaMap,
}

/// The role of a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Doesn't affect validity.
    Annotation,
    /// Decides the Rust type.
    Shape,
    /// Limits values without changing their Rust type.
    Bound,
    /// For validators only: doesn't affect the Rust type.
    Validation,
    /// An extension of ours.
    Extension,
}

/// A keyword, with the JSON type it applies to if it's a single one.
pub(crate) struct Keyword {
    pub(crate) name: &'static str,
    pub(crate) form: Form,
    pub(crate) role: Role,
    pub(crate) about: Option<&'static str>,
}

const fn keyword(name: &'static str, form: Form, role: Role) -> Keyword {
    Keyword { name, form, role, about: None }
}

const fn about(name: &'static str, form: Form, role: Role, about: &'static str) -> Keyword {
    Keyword { name, form, role, about: Some(about) }
}

pub(crate) static KEYWORDS: [Keyword; 64] = [
    keyword("$comment", Text, Annotation),
    keyword("$id", Text, Annotation),
    keyword("$ref", Text, Shape),
    keyword("$schema", Text, Annotation),
    about("additionalItems", SchemaOrBoolean, Validation, "array"),
    about("additionalProperties", SchemaOrBoolean, Shape, "object"),
    keyword("allOf", Schemas, Shape),
    keyword("anyOf", Schemas, Shape),
    keyword("const", Any, Shape),
    about("contains", SchemaOrBoolean, Validation, "array"),
    keyword("contentEncoding", Text, Annotation),
    keyword("contentMediaType", Text, Annotation),
    keyword("default", Any, Annotation),
    keyword("definitions", SchemaMap, Annotation),
    about("dependencies", Any, Validation, "object"),
    keyword("deprecated", Boolean, Annotation),
    keyword("description", Text, Annotation),
    keyword("else", SchemaOrBoolean, Validation),
    keyword("enum", Values, Shape),
    keyword("examples", List, Annotation),
    about("exclusiveMaximum", Number, Bound, "number"),
    about("exclusiveMinimum", Number, Bound, "number"),
    about("format", Text, Bound, "string"),
    keyword("if", SchemaOrBoolean, Validation),
    about("items", SchemaOrList, Shape, "array"),
    about("maxItems", Count, Bound, "array"),
    about("maxLength", Count, Bound, "string"),
    about("maxProperties", Count, Bound, "object"),
    about("maximum", Number, Bound, "number"),
    about("minItems", Count, Bound, "array"),
    about("minLength", Count, Bound, "string"),
    about("minProperties", Count, Bound, "object"),
    about("minimum", Number, Bound, "number"),
    about("multipleOf", Positive, Bound, "number"),
    keyword("not", SchemaOrBoolean, Validation),
    keyword("oneOf", Schemas, Shape),
    about("pattern", Pattern, Bound, "string"),
    about("patternProperties", SchemaMap, Validation, "object"),
    about("properties", SchemaMap, Shape, "object"),
    about("propertyNames", SchemaOrBoolean, Validation, "object"),
    keyword("readOnly", Boolean, Annotation),
    about("required", Texts, Shape, "object"),
    keyword("then", SchemaOrBoolean, Validation),
    keyword("title", Text, Annotation),
    keyword("type", Types, Shape),
    about("uniqueItems", Boolean, Bound, "array"),
    keyword("writeOnly", Boolean, Annotation),
    keyword("x-aliases", Any, Extension),
    keyword("x-arguments", Texts, Extension),
    keyword("x-boxed", Boolean, Extension),
    keyword("x-enum-descriptions", Any, Extension),
    keyword("x-json-text", Boolean, Extension),
    keyword("x-lenient", Boolean, Extension),
    keyword("x-match", Boolean, Extension),
    keyword("x-names", Any, Extension),
    keyword("x-open", Boolean, Extension),
    keyword("x-origin", Text, Extension),
    keyword("x-preset", Text, Extension),
    keyword("x-setter", Boolean, Extension),
    keyword("x-string", Texts, Extension),
    keyword("x-tag", Text, Extension),
    keyword("x-tag-prefix", Text, Extension),
    keyword("x-untagged", Text, Extension),
    keyword("x-variant", Text, Extension),
];

/// Keywords of drafts after draft-07.
pub(crate) static LATER_DRAFTS: [(&str, Form); 14] = [
    ("$anchor", Text),
    ("$defs", SchemaMap),
    ("$dynamicAnchor", Text),
    ("$dynamicRef", Text),
    ("$recursiveAnchor", Boolean),
    ("$recursiveRef", Text),
    ("$vocabulary", Object),
    ("dependentRequired", TextLists),
    ("dependentSchemas", SchemaMap),
    ("maxContains", Count),
    ("minContains", Count),
    ("prefixItems", Schemas),
    ("unevaluatedItems", SchemaOrBoolean),
    ("unevaluatedProperties", SchemaOrBoolean),
];

/// The schemas below a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Below {
    /// One schema.
    One,
    /// An array of schemas.
    List,
    /// An object of schemas.
    Named,
}

/// Returns the kind of schemas below a keyword of draft-07 or a later draft.
pub(crate) fn below(keyword: &str, value: &Value) -> Option<Below> {
    match (form(keyword)?, value) {
        (Schemas | SchemaOrList, Value::Array(_)) => Some(Below::List),
        (SchemaMap, Value::Object(_)) => Some(Below::Named),
        (SchemaOrBoolean | SchemaOrList, Value::Object(_) | Value::Bool(_)) => Some(Below::One),
        _ => None,
    }
}

/// Returns true if the value of a keyword of draft-07 or a later draft consists of schemas.
pub(crate) fn takes_schemas(keyword: &str) -> bool {
    matches!(form(keyword), Some(SchemaOrBoolean | SchemaOrList | Schemas | SchemaMap))
}

/// Returns the form of a keyword of draft-07 or a later draft.
fn form(keyword: &str) -> Option<Form> {
    match keyword {
        "dependencies" => Some(SchemaMap),
        _ => find(keyword).map(|keyword| keyword.form).or_else(|| later(keyword)),
    }
}

/// Returns the form of a keyword of a later draft.
pub(crate) fn later(name: &str) -> Option<Form> {
    LATER_DRAFTS.iter().find(|(later, _)| *later == name).map(|(_, form)| *form)
}

/// Returns the keyword of this name.
pub(crate) fn find(name: &str) -> Option<&'static Keyword> {
    KEYWORDS.binary_search_by(|keyword| keyword.name.cmp(name)).ok().and_then(|index| KEYWORDS.get(index))
}

fn role(name: &str) -> Option<Role> {
    find(name).map(|keyword| keyword.role)
}

/// Returns true if a keyword doesn't affect validity.
pub(crate) fn is_annotation(name: &str) -> bool {
    name.starts_with("x-") || role(name) == Some(Annotation) && name != "definitions"
}

/// Returns true if a keyword decides the Rust type.
pub(crate) fn is_shape(name: &str) -> bool {
    role(name) == Some(Shape)
}

/// Returns true if the schema folder may use a keyword: the model reads it, or it doesn't affect Rust types.
pub(crate) fn is_understood(name: &str) -> bool {
    name == "x-untagged-only" || role(name).is_some_and(|role| role != Validation) && name != "allOf" && name != "const"
}

/// Returns true if a keyword applies to values of this type only.
pub(crate) fn is_about(name: &str, kind: &str) -> bool {
    let kind = if kind == "integer" { "number" } else { kind };
    find(name).is_some_and(|keyword| keyword.about == Some(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keywords_are_sorted() {
        assert!(KEYWORDS.is_sorted_by(|left, right| left.name < right.name));
    }
}
