//! From a schema within an OpenAPI document to a document of its own, in draft-07.
//!
//! Place in the flow: `openapi.rs` calls it with the schema of the request body. What the schema
//! reaches by references becomes its `definitions`. What draft-07 cannot say is an error.
//!
//! | OpenAPI | draft-07 |
//! |---|---|
//! | `#/components/schemas/X` | `#/definitions/X` |
//! | `nullable: true` | `"null"` among the types, or a branch `{"type": "null"}` |
//! | `exclusiveMinimum: true` with `minimum: 1` | `exclusiveMinimum: 1` |
//! | `example: x` | `examples: [x]` |
//! | `$defs` | `definitions` |
//! | `discriminator`, `xml`, `externalDocs`, `$schema`, `x-…` | nothing |

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::generate::document::escape;

/// Where OpenAPI has the schemas with names.
const SCHEMAS: &str = "#/components/schemas/";
/// Keywords that say nothing about values; `x-…` may mean something to us that the document does not mean.
const DROPPED: [&str; 4] = ["$schema", "discriminator", "externalDocs", "xml"];
/// Keywords that draft-07 lacks, or reads in another way.
const UNKNOWN: [&str; 15] = [
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
/// Keywords that may stand beside a `$ref`: they say something about the place and not about values.
const BESIDE_REF: [&str; 8] =
    ["default", "deprecated", "description", "example", "examples", "readOnly", "title", "writeOnly"];

/// Translates the schema at `pointer`, with all that it reaches.
pub(crate) fn document(document: &Value, schema: &Value, pointer: &str) -> Result<Map<String, Value>, String> {
    let is_31 = document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1"));
    let mut translation = Translation { is_31, reached: BTreeSet::new(), open: Vec::new() };
    let Value::Object(mut root) = translation.schema(schema, pointer)? else {
        return Err(format!("at `{pointer}`, the request body may be anything"));
    };
    let mut definitions = Map::new();
    while let Some((name, from)) = translation.open.pop() {
        let target = &document["components"]["schemas"][&name];
        if target.is_null() {
            return Err(format!("at `{from}`, `{SCHEMAS}{name}` refers to nothing"));
        }
        let pointer = format!("{SCHEMAS}{name}");
        definitions.insert(name, translation.schema(target, &pointer)?);
    }
    if !definitions.is_empty() {
        match root.entry("definitions").or_insert_with(|| Value::Object(Map::new())) {
            Value::Object(own) => {
                if let Some(name) = own.keys().find(|name| definitions.contains_key(*name)) {
                    return Err(format!("at `{pointer}`, `$defs` has a {name:?} as `{SCHEMAS}` has"));
                }
                own.append(&mut definitions);
            }
            _ => return Err(format!("at `{pointer}`, the definitions are no object")),
        }
    }
    Ok(root)
}

struct Translation {
    is_31: bool,
    /// The schemas with names that are known to be needed.
    reached: BTreeSet<String>,
    /// Those of them that are still to be translated, and from where they were reached.
    open: Vec<(String, String)>,
}

impl Translation {
    fn schema(&mut self, schema: &Value, pointer: &str) -> Result<Value, String> {
        let schema = match schema {
            Value::Bool(any) => return Ok(Value::Bool(*any)),
            Value::Object(schema) => schema,
            other => return Err(format!("at `{pointer}`, {other} is not a schema")),
        };
        if schema.contains_key("$ref") {
            return self.reference(schema, pointer);
        }
        let mut translated = Map::new();
        for (keyword, value) in schema {
            let below = format!("{pointer}/{}", escape(keyword));
            if UNKNOWN.contains(&keyword.as_str()) {
                return Err(format!("at `{below}`, `{keyword}` cannot be said in draft-07"));
            }
            if DROPPED.contains(&keyword.as_str()) || keyword.starts_with("x-") {
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
        exclusive(&mut translated, "minimum", "exclusiveMinimum");
        exclusive(&mut translated, "maximum", "exclusiveMaximum");
        Ok(if schema.get("nullable") == Some(&Value::Bool(true)) { nullable(translated) } else { translated.into() })
    }

    /// The value of a keyword, with the schemas that are in it translated.
    fn keyword(&mut self, keyword: &str, value: &Value, pointer: &str) -> Result<Value, String> {
        match (keyword, value) {
            ("properties" | "patternProperties" | "definitions" | "$defs", Value::Object(schemas)) => {
                let named = schemas.iter().map(|(name, schema)| {
                    Ok((name.clone(), self.schema(schema, &format!("{pointer}/{}", escape(name)))?))
                });
                named.collect::<Result<Map<_, _>, String>>().map(Value::Object)
            }
            ("allOf" | "anyOf" | "oneOf", Value::Array(schemas)) => {
                let branches = schemas.iter().enumerate();
                branches.map(|(index, schema)| self.schema(schema, &format!("{pointer}/{index}"))).collect()
            }
            ("properties" | "patternProperties" | "definitions" | "$defs" | "allOf" | "anyOf" | "oneOf", _) => {
                Err(format!("at `{pointer}`, `{keyword}` has no schemas"))
            }
            (
                "items"
                | "additionalProperties"
                | "additionalItems"
                | "not"
                | "contains"
                | "propertyNames"
                | "if"
                | "then"
                | "else",
                schema,
            ) => self.schema(schema, pointer),
            (_, data) => Ok(data.clone()),
        }
    }

    /// A `$ref`, with what may stand beside it.
    fn reference(&mut self, schema: &Map<String, Value>, pointer: &str) -> Result<Value, String> {
        let mut translated = Map::new();
        for (keyword, value) in schema {
            if BESIDE_REF.contains(&keyword.as_str()) {
                translated.insert(keyword.clone(), value.clone());
            } else if self.is_31
                && !(keyword == "$ref" || DROPPED.contains(&keyword.as_str()) || keyword.starts_with("x-"))
            {
                let below = format!("{pointer}/{}", escape(keyword));
                return Err(format!("at `{below}`, `{keyword}` beside a `$ref` cannot be said in draft-07"));
            }
        }
        if let Some(example) = translated.remove("example") {
            translated.entry("examples").or_insert_with(|| json!([example]));
        }
        let target = schema["$ref"].as_str().unwrap_or_default();
        let path = target.strip_prefix(SCHEMAS).unwrap_or_default();
        let (name, rest) = path.split_once('/').map_or((path, None), |(name, rest)| (name, Some(rest)));
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
        let rest = match rest.map(|rest| rest.strip_prefix("$defs/")) {
            None => String::new(),
            Some(Some(inner)) if !inner.contains('/') => format!("/definitions/{inner}"),
            Some(_) => return Err(format!("at `{pointer}/$ref`, {target:?} leads into the middle of a schema")),
        };
        if !is_name {
            return Err(format!("at `{pointer}/$ref`, {} is not below `{SCHEMAS}`", schema["$ref"]));
        }
        if self.reached.insert(name.to_owned()) {
            self.open.push((name.to_owned(), pointer.to_owned()));
        }
        translated.insert("$ref".to_owned(), format!("#/definitions/{name}{rest}").into());
        Ok(translated.into())
    }
}

/// OpenAPI 3.0's exclusive bounds: the one keyword says whether the other one's number is excluded.
fn exclusive(schema: &mut Map<String, Value>, bound: &str, keyword: &str) {
    let Some(Value::Bool(excluded)) = schema.get(keyword) else { return };
    let number = if *excluded { schema.remove(bound) } else { None };
    schema.remove(keyword);
    schema.extend(number.map(|number| (keyword.to_owned(), number)));
}

/// The schema that admits `null` as well. Without a type, it may do so already.
fn nullable(mut schema: Map<String, Value>) -> Value {
    match schema.get_mut("type") {
        Some(Value::Array(types)) if !types.contains(&"null".into()) => types.push("null".into()),
        Some(Value::Array(_)) => {}
        Some(name) => *name = json!([name.take(), "null"]),
        None => {
            let nothing = json!({ "type": "null" });
            for union in ["anyOf", "oneOf"] {
                if let Some(Value::Array(branches)) = schema.get_mut(union) {
                    if !branches.contains(&nothing) {
                        branches.push(nothing);
                    }
                    return schema.into();
                }
            }
            if schema.contains_key("allOf") {
                let description = schema.remove("description");
                let mut either = Map::from_iter([("anyOf".to_owned(), json!([schema, nothing]))]);
                either.extend(description.map(|description| ("description".to_owned(), description)));
                return either.into();
            }
        }
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
        assert!(problem.starts_with(&format!("at `#/schema/properties/a~1b{place}`, ")), "{problem}");
    }

    #[test]
    fn what_openapi_3_0_says_in_its_own_way_is_said_in_draft_07() {
        let nothing = json!({ "type": "null" });
        for (schema, expected) in [
            (json!({ "type": "string", "nullable": true }), json!({ "type": ["string", "null"] })),
            (json!({ "type": "string", "nullable": false }), json!({ "type": "string" })),
            (json!({ "anyOf": [{}], "nullable": true }), json!({ "anyOf": [{}, nothing] })),
            (json!({ "allOf": [{}], "nullable": true }), json!({ "anyOf": [{ "allOf": [{}] }, nothing] })),
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
    fn what_openapi_3_1_shares_with_draft_07_stays() {
        let same = json!({ "const": { "x-a": 1 }, "examples": [1], "exclusiveMinimum": 1, "type": ["string", "null"] });
        becomes("3.1.0", &same, &same);
        becomes("3.1.0", &json!({ "$defs": { "$defs": true } }), &json!({ "definitions": { "$defs": true } }));
    }

    #[test]
    fn what_is_reached_becomes_a_definition_once() {
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
    fn what_cannot_be_said_is_refused_with_its_place() {
        refused("3.1.0", &json!({ "items": { "prefixItems": [] } }), "/items/prefixItems");
        refused("3.1.0", &json!({ "anyOf": [{}, 1] }), "/anyOf/1");
        refused("3.1.0", &json!({ "properties": [] }), "/properties");
        refused("3.1.0", &json!({ "$ref": "other.json#/A" }), "/$ref");
        refused("3.1.0", &json!({ "$ref": "#/components/schemas/A/properties/b" }), "/$ref");
        refused("3.1.0", &json!({ "$ref": "#/components/schemas/B" }), "");
        refused("3.1.0", &json!({ "$ref": "#/components/schemas/A", "maxLength": 1 }), "/maxLength");
        let said = json!({ "$ref": "#/components/schemas/A", "maxLength": 1, "description": "Said." });
        let read = translated("3.0.0", &json!({ "items": said }), &json!({ "A": {} })).unwrap();
        assert_eq!(read["items"], json!({ "$ref": "#/definitions/A", "description": "Said." }));
    }
}
