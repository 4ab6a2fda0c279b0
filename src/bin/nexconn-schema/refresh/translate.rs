//! A schema of an OpenAPI document as a draft-07 document.
//!
//! | OpenAPI | draft-07 |
//! |---|---|
//! | `#/components/schemas/X` | `#/definitions/X` |
//! | `nullable: true` | `"null"` in `type`, or a branch `{"type": "null"}` |
//! | `exclusiveMinimum: true` with `minimum: 1`, in 3.0 | `exclusiveMinimum: 1` |
//! | `example: x` | `examples: [x]` |
//! | `$defs` | `definitions` |
//! | `allOf` of one schema | the schema |
//! | `discriminator`, `xml`, `externalDocs`, `$schema`, `x-…` | left out |
//!
//! Anything else draft-07 lacks is an error.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::all_of;
use crate::generate::document::escape;
use crate::generate::vocabulary::{Below, below, takes_schemas};
use crate::translate::{allow_null, exclusive};

/// The pointer to named schemas.
const SCHEMAS: &str = "#/components/schemas/";
/// Keywords without an effect on values. Extensions (`x-…`) are left out too: ours have meanings of their own.
const IGNORED: [&str; 4] = ["$schema", "discriminator", "externalDocs", "xml"];
/// Keywords draft-07 lacks or reads differently.
const UNSUPPORTED: [&str; 15] = [
    "$anchor",
    "$dynamicAnchor",
    "$dynamicRef",
    "$id",
    "$recursiveAnchor",
    "$recursiveRef",
    "$vocabulary",
    "contentSchema",
    "dependentRequired",
    "dependentSchemas",
    "maxContains",
    "minContains",
    "prefixItems",
    "unevaluatedItems",
    "unevaluatedProperties",
];
/// Annotations beside a `$ref`.
const BESIDE_REF: [&str; 8] =
    ["default", "deprecated", "description", "example", "examples", "readOnly", "title", "writeOnly"];

/// Translates the schema at `pointer` and all schemas it refers to.
pub(super) fn document(document: &Value, schema: &Value, pointer: &str) -> Result<Map<String, Value>, String> {
    let is_31 = document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1"));
    let schemas = &document["components"]["schemas"];
    let mut translation = Translation { schemas, is_31, reached: BTreeSet::new(), open: Vec::new() };
    let Value::Object(mut root) = translation.schema(schema, pointer)? else {
        return Err(format!("`{pointer}`: the request body may be any value"));
    };
    let mut definitions = Map::new();
    while let Some((name, from)) = translation.open.pop() {
        let target = &schemas[&name];
        if target.is_null() {
            return Err(format!("`{from}`: `{SCHEMAS}{name}` doesn't exist"));
        }
        let pointer = format!("{SCHEMAS}{name}");
        definitions.insert(name, translation.schema(target, &pointer)?);
    }
    if !definitions.is_empty() {
        match root.entry("definitions").or_insert_with(|| Value::Object(Map::new())) {
            Value::Object(own) => {
                if let Some(name) = own.keys().find(|name| definitions.contains_key(*name)) {
                    return Err(format!("`{pointer}`: both `$defs` and `{SCHEMAS}` define {name:?}"));
                }
                own.append(&mut definitions);
            }
            _ => return Err(format!("`{pointer}`: `definitions` isn't an object")),
        }
    }
    Ok(root)
}

struct Translation<'a> {
    /// The named schemas.
    schemas: &'a Value,
    is_31: bool,
    /// The names in references.
    reached: BTreeSet<String>,
    /// Those to translate, with the pointer of a reference.
    open: Vec<(String, String)>,
}

impl Translation<'_> {
    fn schema(&mut self, schema: &Value, pointer: &str) -> Result<Value, String> {
        let schema = match schema {
            Value::Bool(any) => return Ok(Value::Bool(*any)),
            Value::Object(schema) => schema,
            other => return Err(format!("`{pointer}`: {other} isn't a schema")),
        };
        if schema.contains_key("$ref") {
            return self.reference(schema, pointer);
        }
        let mut translated = Map::new();
        for (keyword, value) in schema {
            let below = format!("{pointer}/{}", escape(keyword));
            if UNSUPPORTED.contains(&keyword.as_str()) {
                return Err(format!("`{below}`: draft-07 has no `{keyword}`"));
            }
            if self.is_31 && value.is_boolean() && matches!(keyword.as_str(), "exclusiveMaximum" | "exclusiveMinimum") {
                return Err(format!("`{below}`: a boolean `{keyword}` is OpenAPI 3.0; write the number"));
            }
            if IGNORED.contains(&keyword.as_str()) || keyword.starts_with("x-") {
                continue;
            }
            let value = self.keyword(keyword, value, &below)?;
            match keyword.as_str() {
                "$defs" => drop(translated.insert("definitions".to_owned(), value)),
                "example" => drop(translated.entry("examples").or_insert_with(|| json!([value]))),
                "nullable" => {}
                _ => drop(translated.insert(keyword.clone(), value)),
            }
        }
        all_of::unwrap_single(&mut translated);
        exclusive(&mut translated, "minimum", "exclusiveMinimum");
        exclusive(&mut translated, "maximum", "exclusiveMaximum");
        Ok(if schema.get("nullable") == Some(&Value::Bool(true)) { nullable(translated) } else { translated.into() })
    }

    /// Translates the schemas in the value of a keyword.
    fn keyword(&mut self, keyword: &str, value: &Value, pointer: &str) -> Result<Value, String> {
        match (below(keyword, value), value) {
            (Some(Below::Named), Value::Object(schemas)) => {
                let named = schemas.iter().map(|(name, schema)| {
                    Ok((name.clone(), self.schema(schema, &format!("{pointer}/{}", escape(name)))?))
                });
                named.collect::<Result<Map<_, _>, String>>().map(Value::Object)
            }
            (Some(Below::List), Value::Array(schemas)) => {
                let branches = schemas.iter().enumerate();
                branches.map(|(index, schema)| self.schema(schema, &format!("{pointer}/{index}"))).collect()
            }
            (Some(Below::One), schema) => self.schema(schema, pointer),
            _ if takes_schemas(keyword) => Err(format!("`{pointer}`: `{keyword}` contains no schemas")),
            (_, data) => Ok(data.clone()),
        }
    }

    /// Translates a `$ref` and the annotations beside it.
    fn reference(&mut self, schema: &Map<String, Value>, pointer: &str) -> Result<Value, String> {
        let target = schema["$ref"].as_str().unwrap_or_default();
        let path = target.strip_prefix(SCHEMAS).unwrap_or_default();
        let mut translated = Map::new();
        for (keyword, value) in schema {
            let is_ignored = keyword == "$ref" || IGNORED.contains(&keyword.as_str()) || keyword.starts_with("x-");
            if BESIDE_REF.contains(&keyword.as_str()) {
                translated.insert(keyword.clone(), value.clone());
            } else if self.is_31 && !is_ignored && !(keyword == "type" && has_type(&self.schemas[path], value)) {
                let below = format!("{pointer}/{}", escape(keyword));
                return Err(format!("`{below}`: draft-07 ignores `{keyword}` beside a `$ref`"));
            }
        }
        if let Some(example) = translated.remove("example") {
            translated.entry("examples").or_insert_with(|| json!([example]));
        }
        let (name, rest) = path.split_once('/').map_or((path, None), |(name, rest)| (name, Some(rest)));
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
        let rest = match rest.map(|rest| rest.strip_prefix("$defs/")) {
            None => String::new(),
            Some(Some(inner)) if !inner.contains('/') => format!("/definitions/{inner}"),
            Some(_) => return Err(format!("`{pointer}/$ref`: {target:?} refers to a part of a schema")),
        };
        if !is_name {
            return Err(format!("`{pointer}/$ref`: {} isn't in `{SCHEMAS}`", schema["$ref"]));
        }
        if self.reached.insert(name.to_owned()) {
            self.open.push((name.to_owned(), pointer.to_owned()));
        }
        translated.insert("$ref".to_owned(), format!("#/definitions/{name}{rest}").into());
        Ok(translated.into())
    }
}

/// Whether all values of a schema have the type anyway.
fn has_type(schema: &Value, name: &Value) -> bool {
    let branches = ["anyOf", "oneOf"].iter().find_map(|union| schema[union].as_array());
    match (schema.get("type"), branches) {
        (Some(own), _) => own == name,
        (None, Some(branches)) => branches.iter().all(|branch| has_type(branch, name)),
        (None, None) => false,
    }
}

/// Allows `null` as well. A schema without a type may allow it already.
fn nullable(mut schema: Map<String, Value>) -> Value {
    if !allow_null(&mut schema) && (schema.contains_key("allOf") || schema.contains_key("$ref")) {
        let description = schema.remove("description");
        let mut either = Map::from_iter([("anyOf".to_owned(), json!([schema, { "type": "null" }]))]);
        either.extend(description.map(|description| ("description".to_owned(), description)));
        return either.into();
    }
    schema.into()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn translated(version: &str, schema: &Value, schemas: &Value) -> Result<Value, String> {
        let whole = json!({ "openapi": version, "components": { "schemas": schemas } });
        document(&whole, schema, "#/schema").map(Value::Object)
    }

    #[track_caller]
    fn becomes(version: &str, schema: &Value, expected: &Value) {
        let root = json!({ "properties": { "type": schema } });
        let expected = json!({ "properties": { "type": expected } });
        assert_eq!(translated(version, &root, &json!({})).unwrap(), expected);
    }

    #[track_caller]
    fn refused(version: &str, schema: &Value, place: &str) {
        let root = json!({ "properties": { "a/b": schema } });
        let problem = translated(version, &root, &json!({ "A": {} })).unwrap_err();
        assert!(problem.starts_with(&format!("`#/schema/properties/a~1b{place}`: ")), "{problem}");
    }

    #[test]
    fn keywords_of_openapi_3_0_are_translated() {
        let null_schema = json!({ "type": "null" });
        for (schema, expected) in [
            (json!({ "type": "string", "nullable": true }), json!({ "type": ["string", "null"] })),
            (json!({ "type": "string", "nullable": false }), json!({ "type": "string" })),
            (json!({ "anyOf": [{}], "nullable": true }), json!({ "anyOf": [{}, null_schema] })),
            (json!({ "allOf": [{}, {}], "nullable": true }), json!({ "anyOf": [{ "allOf": [{}, {}] }, null_schema] })),
            (json!({ "minimum": 1, "exclusiveMinimum": true }), json!({ "exclusiveMinimum": 1 })),
            (json!({ "maximum": 1, "exclusiveMaximum": false }), json!({ "maximum": 1 })),
            (json!({ "example": { "nullable": true } }), json!({ "examples": [{ "nullable": true }] })),
            (
                json!({ "oneOf": [], "discriminator": {}, "xml": {}, "externalDocs": {}, "x-tag": "t" }),
                json!({ "oneOf": [] }),
            ),
        ] {
            becomes("3.0.3", &schema, &expected);
        }
    }

    #[test]
    fn keywords_that_draft_07_shares_are_kept() {
        let same = json!({ "const": { "x-a": 1 }, "examples": [1], "exclusiveMinimum": 1, "type": ["string", "null"] });
        becomes("3.1.0", &same, &same);
        becomes("3.1.0", &json!({ "$defs": { "$defs": true } }), &json!({ "definitions": { "$defs": true } }));
    }

    #[test]
    fn each_schema_that_is_referred_to_becomes_a_definition() {
        let to = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        let by = |name: &str| json!({ "$ref": format!("#/definitions/{name}") });
        let schemas =
            json!({ "A": { "items": to("B") }, "B": { "not": to("A"), "nullable": true }, "C": { "$id": "c" } });
        let root = json!({ "properties": { "$ref": to("A"), "b": to("B") } });
        let expected = json!({
            "properties": { "$ref": by("A"), "b": by("B") },
            "definitions": { "A": { "items": by("B") }, "B": { "not": by("A") } }
        });
        assert_eq!(translated("3.1.0", &root, &schemas).unwrap(), expected);
    }

    #[test]
    fn keywords_that_draft_07_lacks_are_refused_with_their_pointer() {
        refused("3.1.0", &json!({ "items": { "prefixItems": [] } }), "/items/prefixItems");
        refused("3.1.0", &json!({ "anyOf": [{}, 1] }), "/anyOf/1");
        refused("3.1.0", &json!({ "properties": [] }), "/properties");
        refused("3.1.0", &json!({ "minimum": 1, "exclusiveMinimum": true }), "/exclusiveMinimum");
        refused("3.1.0", &json!({ "maximum": 1, "exclusiveMaximum": false }), "/exclusiveMaximum");
        refused("3.1.0", &json!({ "$ref": "other.json#/A" }), "/$ref");
        refused("3.1.0", &json!({ "$ref": "#/components/schemas/A/properties/b" }), "/$ref");
        refused("3.1.0", &json!({ "$ref": "#/components/schemas/B" }), "");
        refused("3.1.0", &json!({ "$ref": "#/components/schemas/A", "maxLength": 1 }), "/maxLength");
        let beside = json!({ "$ref": "#/components/schemas/A", "maxLength": 1, "description": "D." });
        let read = translated("3.0.0", &json!({ "items": beside }), &json!({ "A": {} })).unwrap();
        assert_eq!(read["items"], json!({ "$ref": "#/definitions/A", "description": "D." }));
    }

    #[test]
    fn a_type_beside_a_reference_is_left_out_if_the_schema_has_it() {
        let schemas = json!({ "A": { "anyOf": [{ "type": "string" }, { "type": "string", "enum": ["a"] }] } });
        let beside = |name: &str| json!({ "items": { "$ref": "#/components/schemas/A", "type": name } });
        let read = translated("3.1.0", &beside("string"), &schemas).unwrap();
        assert_eq!(read["items"], json!({ "$ref": "#/definitions/A" }));
        assert!(translated("3.1.0", &beside("object"), &schemas).is_err());
    }

    #[test]
    fn a_nullable_reference_becomes_a_union() {
        let schema = json!({ "items": { "allOf": [{ "$ref": "#/components/schemas/A" }], "nullable": true } });
        let read = translated("3.0.0", &schema, &json!({ "A": {} })).unwrap();
        assert_eq!(read["items"], json!({ "anyOf": [{ "$ref": "#/definitions/A" }, { "type": "null" }] }));
    }
}
