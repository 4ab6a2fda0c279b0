//! The strict form of a type's schema: closed objects, all properties required, nothing that strict
//! mode does not take.
//!
//! Place in the flow: `strict.rs` gives it the schema that schemars makes, and offers the result as a
//! tool or a format; `exclusive.rs` tells whether the branches of an enum exclude one another.
//!
//! What only informs is dropped, and what constrains and cannot be expressed is an error. The limits
//! on size (levels, properties, values of enums) are the server's to check: they have been raised
//! before, and differ between servers.

use schemars::Schema;
use serde_json::{Map, Value, json};

use crate::error::pointer::{escape, unescape};
use crate::structured::overlap::overlap;
use crate::structured::strict::StrictSchemaError;

/// What stays as it is.
const KEPT: &[&str] = &[
    "type",
    "enum",
    "const",
    "pattern",
    "format",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "title",
    "description",
    "anyOf",
    "properties",
    "required",
    "additionalProperties",
    "items",
];
/// What constrains nothing, and strict mode does not take.
const DROPPED: &[&str] = &["$schema", "$id", "$comment", "default", "deprecated", "examples", "readOnly", "writeOnly"];
/// What may stand beside a `$ref` without saying anything about the value.
const WORDS: &[&str] = &["title", "description"];
/// The formats that strict mode takes. The others say nothing that a validator would have to check.
const FORMATS: &[&str] = &["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"];

const ANYTHING: &str = "any value fits, and strict mode has to know which; use a type that says it";
const MAP: &str = "a map, whose keys strict mode has to know; use a list of structs of a key and a value";

/// A schema on its way into the strict form.
pub(crate) struct Closing {
    /// As it comes from schemars; references lead into it.
    source: Schema,
    type_name: String,
    /// The definitions that something refers to, under their names; null until they are closed.
    definitions: Map<String, Value>,
    /// Where `oneOf` has become `anyOf`.
    one_of: Vec<String>,
}

impl Closing {
    pub(crate) fn new(source: Schema, type_name: String) -> Self {
        Self { source, type_name, definitions: Map::new(), one_of: Vec::new() }
    }

    /// The strict schema, and the description that it would have.
    pub(crate) fn run(mut self) -> Result<(Value, Option<String>), StrictSchemaError> {
        let mut root = self.source.as_object().cloned().unwrap_or_default();
        root.remove("$defs");
        // A newtype is nothing but a reference, and the root must be the object itself.
        self.unfold(&mut root, "", true)?;
        if root.get("type") != Some(&json!("object")) || root.contains_key("oneOf") || root.contains_key("anyOf") {
            return Err(self.error("", "it must be a struct with named fields; make this type a field of one"));
        }
        root.remove("title");
        let description = root.remove("description").and_then(|text| text.as_str().map(str::to_owned));
        let mut root = self.close(Value::Object(root), "")?;
        while let Some(name) =
            self.definitions.iter().find(|(_, schema)| schema.is_null()).map(|(name, _)| name.clone())
        {
            let pointer = format!("/$defs/{}", escape(&name));
            let definition = self.source.pointer(&pointer).cloned().unwrap_or_default();
            let closed = self.close(definition, &pointer)?;
            self.definitions.insert(name, closed);
        }
        if !self.definitions.is_empty() {
            root["$defs"] = Value::Object(std::mem::take(&mut self.definitions));
        }
        if let Some((pointer, (one, other))) = self.one_of.iter().find_map(|at| Some((at, overlap(&root, at)?))) {
            let reason =
                format!("a value may fit branch {one} and branch {other} of `oneOf`; add a tag to tell them by");
            return Err(self.error(pointer, reason));
        }
        Ok((root, description))
    }

    /// The strict form of one schema and of those within it.
    fn close(&mut self, schema: Value, pointer: &str) -> Result<Value, StrictSchemaError> {
        let Value::Object(mut schema) = schema else {
            let reason = if schema == Value::Bool(false) { "no value fits" } else { ANYTHING };
            return Err(self.error(pointer, reason));
        };
        schema.retain(|keyword, _| !DROPPED.contains(&keyword.as_str()) && !keyword.starts_with("x-"));
        self.unfold(&mut schema, pointer, false)?;
        if let Some(reference) = schema.remove("$ref") {
            return self.refer(&reference, schema, pointer);
        }
        if schema.get("unevaluatedProperties") == Some(&Value::Bool(false)) {
            schema.remove("unevaluatedProperties");
        }
        if let Some(branches) = schema.remove("oneOf") {
            if schema.insert("anyOf".to_owned(), branches).is_some() {
                return Err(self.error(pointer, "`oneOf` beside `anyOf`; use one of them"));
            }
            self.one_of.push(pointer.to_owned());
        }
        if let Some(keyword) = schema.keys().find(|keyword| !KEPT.contains(&keyword.as_str())) {
            return Err(self.error(&format!("{pointer}/{}", escape(keyword)), unknown(keyword)));
        }
        if schema.get("format").and_then(Value::as_str).is_some_and(|format| !FORMATS.contains(&format)) {
            schema.remove("format");
        }
        self.close_object(&mut schema, pointer)?;
        self.close_items(&mut schema, pointer)?;
        self.close_branches(&mut schema, pointer)?;
        if !["type", "enum", "const", "anyOf"].iter().any(|keyword| schema.contains_key(*keyword)) {
            return Err(self.error(pointer, ANYTHING));
        }
        Ok(Value::Object(schema))
    }

    fn close_object(&mut self, schema: &mut Map<String, Value>, pointer: &str) -> Result<(), StrictSchemaError> {
        if !is_a(schema, "object") && !schema.contains_key("properties") {
            return Ok(());
        }
        if schema.contains_key("anyOf") {
            let reason = "alternatives beside properties, as of a flattened enum; give the enum a field of its own";
            return Err(self.error(pointer, reason));
        }
        if schema.get("additionalProperties").is_some_and(|rest| rest != &Value::Bool(false)) {
            return Err(self.error(&format!("{pointer}/additionalProperties"), MAP));
        }
        let mut properties = Map::new();
        if let Some(Value::Object(open)) = schema.remove("properties") {
            for (name, property) in open {
                let closed = self.close(property, &format!("{pointer}/properties/{}", escape(&name)))?;
                properties.insert(name, closed);
            }
        }
        let required = schema.get("required").and_then(Value::as_array);
        let strangers = required.into_iter().flatten().filter_map(Value::as_str);
        if let Some(name) = strangers.filter(|name| !properties.contains_key(*name)).min() {
            let reason = format!("`{name}` is required, and no property says what it is");
            return Err(self.error(&format!("{pointer}/required"), reason));
        }
        schema.entry("type").or_insert_with(|| json!("object"));
        schema.insert("required".to_owned(), properties.keys().cloned().collect());
        schema.insert("properties".to_owned(), Value::Object(properties));
        schema.insert("additionalProperties".to_owned(), Value::Bool(false));
        Ok(())
    }

    fn close_items(&mut self, schema: &mut Map<String, Value>, pointer: &str) -> Result<(), StrictSchemaError> {
        if is_a(schema, "array") || schema.contains_key("items") {
            let items = schema.remove("items").unwrap_or(Value::Bool(true));
            schema.insert("items".to_owned(), self.close(items, &format!("{pointer}/items"))?);
        }
        Ok(())
    }

    fn close_branches(&mut self, schema: &mut Map<String, Value>, pointer: &str) -> Result<(), StrictSchemaError> {
        let Some(Value::Array(branches)) = schema.get_mut("anyOf") else { return Ok(()) };
        for (index, branch) in branches.iter_mut().enumerate() {
            *branch = self.close(branch.take(), &format!("{pointer}/anyOf/{index}"))?;
        }
        Ok(())
    }

    /// A reference stands alone in strict mode; words about it go around it.
    fn refer(
        &mut self,
        reference: &Value,
        words: Map<String, Value>,
        pointer: &str,
    ) -> Result<Value, StrictSchemaError> {
        let (target, _) = self.resolve(reference, pointer)?;
        if let Some(name) = target.strip_prefix("/$defs/") {
            self.definitions.entry(unescape(name)).or_insert(Value::Null);
        }
        let mut wrapper = words;
        if wrapper.is_empty() {
            return Ok(json!({ "$ref": reference }));
        }
        wrapper.insert("anyOf".to_owned(), json!([{ "$ref": reference }]));
        Ok(Value::Object(wrapper))
    }

    /// Puts what `allOf` with one element, or a reference beside other constraints, stands for in its
    /// place; with `always`, any reference.
    fn unfold(&self, schema: &mut Map<String, Value>, pointer: &str, always: bool) -> Result<(), StrictSchemaError> {
        let mut seen = Vec::new();
        loop {
            let constrains = |keyword: &String| keyword != "$ref" && !WORDS.contains(&keyword.as_str());
            let inner = if let Some(all) = schema.remove("allOf") {
                match all {
                    Value::Array(mut all) if all.len() == 1 => all.remove(0),
                    _ => return Err(self.error(&format!("{pointer}/allOf"), unknown("allOf"))),
                }
            } else if schema.contains_key("$ref") && (always || schema.keys().any(constrains)) {
                let (target, inner) = self.resolve(&schema.remove("$ref").unwrap_or_default(), pointer)?;
                if seen.contains(&target) {
                    return Err(self.error(pointer, "it contains itself, with nothing in between; use a struct"));
                }
                seen.push(target);
                inner
            } else {
                return Ok(());
            };
            self.merge(schema, inner, pointer)?;
        }
    }

    /// Adds what `inner` says to what `schema` says; both must hold.
    fn merge(&self, schema: &mut Map<String, Value>, inner: Value, pointer: &str) -> Result<(), StrictSchemaError> {
        let Value::Object(inner) = inner else { return Err(self.error(pointer, ANYTHING)) };
        for (keyword, value) in inner {
            if DROPPED.contains(&keyword.as_str()) || keyword == "$defs" {
                continue;
            }
            match (schema.get_mut(&keyword), value) {
                (None, value) => {
                    schema.insert(keyword, value);
                }
                (Some(outer), value) if *outer == value || WORDS.contains(&keyword.as_str()) => {}
                (Some(Value::Object(outer)), Value::Object(inner))
                    if keyword == "properties"
                        && inner.iter().all(|(name, property)| outer.get(name).is_none_or(|same| same == property)) =>
                {
                    outer.extend(inner);
                }
                (Some(Value::Array(outer)), Value::Array(inner)) if keyword == "required" => outer.extend(inner),
                _ => {
                    let reason = format!("`{keyword}` is given twice, and differs");
                    return Err(self.error(&format!("{pointer}/{}", escape(&keyword)), reason));
                }
            }
        }
        Ok(())
    }

    /// The pointer that a reference means, and what is there.
    fn resolve(&self, reference: &Value, pointer: &str) -> Result<(String, Value), StrictSchemaError> {
        let text = reference.as_str().unwrap_or_default();
        if text == "#" {
            return Ok((String::new(), self.source.as_value().clone()));
        }
        let definitions = self.source.get("$defs").and_then(Value::as_object);
        let found = text.starts_with("#/$defs/").then(|| self.source.pointer(text)).flatten();
        let name = definitions
            .into_iter()
            .flatten()
            .find(|(_, schema)| found.is_some_and(|found| std::ptr::eq(*schema, found)));
        name.map(|(name, schema)| (format!("/$defs/{}", escape(name)), schema.clone())).ok_or_else(|| {
            self.error(&format!("{pointer}/$ref"), format!("`{text}` leads to no definition of this schema"))
        })
    }

    fn error(&self, pointer: &str, reason: impl Into<String>) -> StrictSchemaError {
        let definition = pointer.strip_prefix("/$defs/").and_then(|rest| rest.split('/').next());
        let type_name = definition.map_or_else(|| self.type_name.clone(), unescape);
        StrictSchemaError::new(type_name, pointer, reason)
    }
}

/// Whether `type` names it, alone or among others.
fn is_a(schema: &Map<String, Value>, name: &str) -> bool {
    match schema.get("type") {
        Some(Value::Array(names)) => names.iter().any(|other| other == name),
        Some(other) => other == name,
        None => false,
    }
}

/// Why a keyword is an error.
fn unknown(keyword: &str) -> String {
    match keyword {
        "patternProperties" | "propertyNames" => MAP.to_owned(),
        "prefixItems" => "a tuple; use a struct, or a list of one type".to_owned(),
        "uniqueItems" => "a set; use a `Vec`".to_owned(),
        "minLength" | "maxLength" => "a length of a string; use a `String`, or a `pattern`".to_owned(),
        other => format!("`{other}`, which strict mode does not take"),
    }
}
