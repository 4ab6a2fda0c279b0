//! Translates the keywords of each draft to draft-07.
//!
//! | keyword | draft-07 |
//! |---|---|
//! | `exclusiveMinimum: true` with `minimum: 1` | `exclusiveMinimum: 1` |
//! | `prefixItems` with `items` | `items` with `additionalItems` |
//! | `dependentRequired`, `dependentSchemas` | `dependencies` |
//! | `unevaluatedProperties: false` without `allOf`, `anyOf`, `$ref`, … | `additionalProperties: false` |
//! | `nullable: true` of OpenAPI | `"null"` in `type` |
//! | keywords beside a `$ref`, from 2019-09 on | `allOf` of both |
//!
//! Each referenced schema moves to `definitions`. Every schema is marked with its pointer in the file.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::draft::Draft;
use super::references::{self, References};
use super::walk::replace_below;
use super::warnings::Warnings;
use crate::generate::document::{Document, escape};
use crate::generate::naming::marks::AT;
use crate::generate::vocabulary::{self, Form, Role};
use crate::generate::wellformed;

/// Keywords that are read with others, or not needed any more.
const READ_ELSEWHERE: [&str; 16] = [
    "$anchor",
    "$defs",
    "$dynamicAnchor",
    "$dynamicRef",
    "$id",
    "$recursiveAnchor",
    "$recursiveRef",
    "$ref",
    "$schema",
    "$vocabulary",
    "contentSchema",
    "definitions",
    "example",
    "id",
    "nullable",
    references::FILES,
];

/// Keywords that apply other schemas to the same object.
const APPLICATORS: [&str; 8] =
    ["$ref", "$dynamicRef", "$recursiveRef", "allOf", "anyOf", "oneOf", "if", "dependentSchemas"];

pub(super) struct Translation<'a> {
    pub(super) raw: &'a Document,
    pub(super) references: &'a References,
    /// The drafts of the document and its bundled files, by pointer.
    pub(super) drafts: &'a BTreeMap<String, Draft>,
    pub(super) warnings: &'a mut Warnings,
}

impl Translation<'_> {
    /// Returns the translated document.
    pub(super) fn document(&mut self) -> Value {
        let raw = &self.raw.root;
        let mut root = self.schema(raw, "");
        let mut definitions = Map::new();
        for (pointer, key) in self.references.definitions() {
            let schema = raw.pointer(pointer).map(|schema| self.schema(schema, pointer));
            definitions.extend(schema.map(|schema| (key.clone(), schema)));
        }
        if let (Value::Object(root), false) = (&mut root, definitions.is_empty()) {
            root.insert("definitions".to_owned(), definitions.into());
        }
        root
    }

    /// Translates a schema within another one. A referenced one becomes a reference.
    fn inner(&mut self, schema: &Value, pointer: &str) -> Value {
        match self.references.key(pointer) {
            Some(key) => json!({ AT: pointer, "$ref": format!("#/definitions/{}", escape(key)) }),
            None => self.schema(schema, pointer),
        }
    }

    fn schema(&mut self, schema: &Value, pointer: &str) -> Value {
        let node = match schema {
            Value::Bool(true) => return json!({ AT: pointer }),
            Value::Bool(false) => return json!({ AT: pointer, "not": {} }),
            Value::Object(node) => node,
            _ => {
                self.warnings.add(self.raw.place(pointer), "this isn't a schema", "write an object, or true");
                return json!({ AT: pointer });
            }
        };
        let mut out = Map::new();
        let is_tuple = node.get("prefixItems").and_then(Value::as_array).is_some_and(|schemas| !schemas.is_empty());
        for (keyword, value) in node {
            let at = format!("{pointer}/{}", escape(keyword));
            if let Some((problem, help)) = self.malformed(keyword, value, pointer) {
                self.warnings.add(self.raw.place(&at), &format!("{problem}; it's ignored"), &help);
                continue;
            }
            match keyword.as_str() {
                "const" if self.is_later(keyword, pointer) => {
                    let problem = "draft-04 has no `const`, so it's ignored";
                    self.warnings.add(self.raw.place(&at), problem, "write an `enum` of one value");
                }
                keyword if READ_ELSEWHERE.contains(&keyword) || self.is_later(keyword, pointer) => {}
                "prefixItems" => drop(out.insert("items".to_owned(), self.value("items", value, &at))),
                "items" if is_tuple => {
                    drop(out.insert("additionalItems".to_owned(), self.value("additionalItems", value, &at)));
                }
                "dependentRequired" | "dependentSchemas" => self.dependencies(&mut out, value, &at),
                "unevaluatedProperties" => self.unevaluated(&mut out, node, "additionalProperties", value, &at),
                "unevaluatedItems" => self.unevaluated(&mut out, node, "additionalItems", value, &at),
                "minContains" | "maxContains" => self.dropped(keyword, &at),
                keyword if vocabulary::find(keyword).is_some() || keyword.starts_with("x-") => {
                    out.insert(keyword.to_owned(), self.value(keyword, value, &at));
                }
                _ => {}
            }
        }
        if self.is_draft_4(pointer) {
            exclusive(&mut out, "minimum", "exclusiveMinimum");
            exclusive(&mut out, "maximum", "exclusiveMaximum");
        }
        if node.get("nullable") == Some(&Value::Bool(true)) {
            if let Some(Value::Array(values)) = out.get_mut("enum")
                && !values.contains(&Value::Null)
            {
                values.push(Value::Null);
            }
            allow_null(&mut out);
        }
        self.referring(&mut out, node, pointer);
        out.insert(AT.to_owned(), pointer.into());
        out.into()
    }

    /// Returns problem and help of a malformed keyword that isn't part of the translated schema. The others are checked
    /// there.
    fn malformed(&self, keyword: &str, value: &Value, pointer: &str) -> Option<(String, String)> {
        let form = match keyword {
            "$id" | "$ref" | "$schema" => Form::Text,
            "contentSchema" => Form::SchemaOrBoolean,
            "id" if self.is_draft_4(pointer) => Form::Text,
            "definitions" => Form::SchemaMap,
            "nullable" => Form::Boolean,
            _ if self.is_later(keyword, pointer) => vocabulary::find(keyword)?.form,
            _ => vocabulary::later(keyword)?,
        };
        wellformed::problem(keyword, form, value)
    }

    /// Returns true for a keyword newer than the draft the document names.
    fn is_later(&self, keyword: &str, pointer: &str) -> bool {
        let root = self.raw.root.pointer(references::file_of(pointer));
        root.and_then(Draft::named).is_some_and(|draft| draft.ignores(keyword))
    }

    fn is_draft_4(&self, pointer: &str) -> bool {
        self.drafts.get(references::file_of(pointer)) == Some(&Draft::Draft4)
    }

    /// Translates the value of a keyword.
    fn value(&mut self, keyword: &str, value: &Value, at: &str) -> Value {
        match (keyword, value) {
            ("enum" | "required" | "type", Value::Array(values)) => {
                let mut seen = BTreeSet::new();
                values.iter().filter(|value| seen.insert(value.to_string())).cloned().collect()
            }
            // These have a meaning of their own as booleans.
            ("additionalProperties" | "additionalItems", Value::Bool(_)) => value.clone(),
            // Some documents give the reason.
            ("deprecated", Value::String(_)) => true.into(),
            _ => {
                let replaced = replace_below(keyword, value, at, |schema, at| match schema {
                    Value::Array(names) if keyword == "dependencies" => names.clone().into(),
                    _ => self.inner(schema, at),
                });
                replaced.unwrap_or_else(|| value.clone())
            }
        }
    }

    fn dependencies(&mut self, out: &mut Map<String, Value>, value: &Value, at: &str) {
        let translated = self.value("dependencies", value, at);
        if let (Value::Object(all), Value::Object(more)) =
            (out.entry("dependencies").or_insert_with(|| json!({})), translated)
        {
            all.extend(more);
        }
    }

    /// Translates `unevaluatedProperties` and `unevaluatedItems` if they mean the same as the keyword of draft-07.
    fn unevaluated(
        &mut self,
        out: &mut Map<String, Value>,
        node: &Map<String, Value>,
        keyword: &str,
        value: &Value,
        at: &str,
    ) {
        if APPLICATORS.iter().any(|applicator| node.contains_key(*applicator)) {
            if *value != true {
                self.dropped(at.rsplit('/').next().unwrap_or_default(), at);
            }
        } else if !(node.contains_key(keyword) || keyword == "additionalItems" && node.contains_key("items")) {
            out.insert(keyword.to_owned(), self.value(keyword, value, at));
        }
    }

    fn dropped(&mut self, keyword: &str, at: &str) {
        let problem = format!("`{keyword}` can't be written in draft-07 here, so it isn't checked");
        self.warnings.add(self.raw.place(at), &problem, "write it with keywords of draft-07");
    }

    /// Translates a reference, and the keywords beside it.
    fn referring(&mut self, out: &mut Map<String, Value>, node: &Map<String, Value>, pointer: &str) {
        let Some(reference) = references::reference(node) else { return };
        let file = references::file_of(pointer);
        let target = match self.references.resolve(&self.raw.root, pointer, reference) {
            Ok(target) if target.is_empty() => json!({ "$ref": "#" }),
            Ok(target) => match self.references.key(&target) {
                Some(key) => json!({ "$ref": format!("#/definitions/{}", escape(key)) }),
                None => json!({}),
            },
            Err(missing) => {
                let place = self.raw.place(&format!("{pointer}/$ref"));
                let (problem, help) = match missing {
                    Some(_) => ("is in another document", "add `--bundle` to read it"),
                    None => ("doesn't exist", "correct the reference"),
                };
                self.warnings.json(place, &format!("the schema {reference:?} {problem}"), help);
                json!({})
            }
        };
        let is_modern = self.drafts.get(file).is_some_and(|draft| draft.reads_beside_references());
        let (annotations, rest): (Map<_, _>, Map<_, _>) =
            std::mem::take(out).into_iter().partition(|(keyword, _)| vocabulary::is_annotation(keyword));
        *out = annotations;
        if is_modern && !rest.is_empty() {
            let (bounds, mut beside): (Map<_, _>, Map<_, _>) = rest
                .into_iter()
                .partition(|(keyword, _)| vocabulary::find(keyword).is_some_and(|it| it.role == Role::Bound));
            let mut target = target;
            target[AT] = format!("{pointer}/$ref").into();
            let mut all = vec![target];
            if !beside.is_empty() {
                beside.insert(AT.to_owned(), pointer.into());
                all.push(beside.into());
            }
            out.extend(bounds);
            out.insert("allOf".to_owned(), all.into());
        } else if let Value::Object(target) = target {
            out.extend(target);
        }
    }
}

/// Translates exclusive bounds of draft-04 and OpenAPI 3.0, where a boolean says whether the number of the other keyword is excluded.
pub(crate) fn exclusive(schema: &mut Map<String, Value>, bound: &str, keyword: &str) {
    let Some(Value::Bool(excluded)) = schema.get(keyword) else { return };
    let number = if *excluded { schema.remove(bound) } else { None };
    schema.remove(keyword);
    schema.extend(number.map(|number| (keyword.to_owned(), number)));
}

/// Allows null in the type, or as a branch of the union. Returns false if the schema has neither.
pub(crate) fn allow_null(schema: &mut Map<String, Value>) -> bool {
    match schema.get_mut("type") {
        Some(Value::Array(types)) if !types.contains(&"null".into()) => types.push("null".into()),
        Some(name @ Value::String(_)) => *name = json!([name.take(), "null"]),
        Some(_) => {}
        None => {
            let null = json!({ "type": "null" });
            let union = ["anyOf", "oneOf"].into_iter().find(|union| schema.contains_key(*union));
            match union.and_then(|union| schema.get_mut(union)) {
                Some(Value::Array(branches)) if !branches.contains(&null) => branches.push(null),
                Some(_) => {}
                None => return false,
            }
        }
    }
    true
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use serde_json::{Map, json};

    use crate::generate::Text;
    use crate::generate::vocabulary::{Form, KEYWORDS, LATER_DRAFTS};
    use crate::generate::wellformed::samples::malformed;

    #[test]
    fn a_boolean_bound_after_draft_04_has_a_warning_at_its_pointer() {
        for (draft, is_known) in [
            ("http://json-schema.org/draft-04/schema#", true),
            ("http://json-schema.org/draft-06/schema#", false),
            ("http://json-schema.org/draft-07/schema#", false),
            ("https://json-schema.org/draft/2019-09/schema", false),
            ("https://json-schema.org/draft/2020-12/schema", false),
            // Without a name, the keyword shows the draft.
            ("https://example.com/schema", true),
        ] {
            for (bound, keyword) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
                let root = json!({
                    "$schema": draft, "title": "Thing", "type": "object",
                    "properties": { "p": { "type": "number", bound: 1, keyword: true } },
                });
                let text = Text { name: "thing.json".to_owned(), text: root.to_string() };
                let (generated, warnings) =
                    super::super::generate(&text, "", super::super::Options::default()).unwrap();
                let property = &generated.document.root["properties"]["p"];
                let places: Vec<_> = warnings.iter().map(|warning| warning.place.to_string()).collect();
                if is_known {
                    assert!(places.is_empty(), "{draft}: {places:?}");
                    assert_eq!((&property[bound], &property[keyword]), (&json!(null), &json!(1)), "{draft}");
                } else {
                    assert_eq!(places, [format!("thing.json#/properties/p/{keyword}")], "{draft}");
                    assert_eq!((&property[bound], &property[keyword]), (&json!(1), &json!(null)), "{draft}");
                }
            }
        }
    }

    #[test]
    fn a_malformed_keyword_of_any_draft_has_a_warning_at_its_pointer() {
        let others = [("contentSchema", Form::SchemaOrBoolean), ("id", Form::Text), ("nullable", Form::Boolean)];
        let all = KEYWORDS.iter().map(|keyword| (keyword.name, keyword.form)).chain(LATER_DRAFTS).chain(others);
        // Drafts and documents differ here, and the meaning is clear.
        let is_read = |keyword: &str, value: &serde_json::Value| match keyword {
            "deprecated" => value.is_string(),
            "exclusiveMaximum" | "exclusiveMinimum" => value.is_boolean(),
            "enum" | "required" | "type" => *value == json!(["string", "string"]),
            _ => false,
        };
        let mut silent = Vec::new();
        for (keyword, value) in malformed(all).into_iter().filter(|(keyword, value)| !is_read(keyword, value)) {
            let property = Map::from_iter([(keyword.to_owned(), value.clone())]);
            let root = json!({
                "$schema": "http://json-schema.org/draft-04/schema#", "title": "Thing", "type": "object",
                "properties": { "p": property },
            });
            let text = Text { name: "thing.json".to_owned(), text: root.to_string() };
            let (_, warnings) = super::super::generate(&text, "", super::super::Options::default()).unwrap();
            let at = format!("thing.json#/properties/p/{keyword}");
            if !warnings.iter().any(|warning| warning.place.to_string().starts_with(&at)) {
                silent.push(format!("{keyword}: {value}"));
            }
        }
        assert!(silent.is_empty(), "{silent:#?}");
    }
}
