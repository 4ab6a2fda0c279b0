//! Converts a schema to strict mode: closed objects, required properties, supported keywords only.
//!
//! Keywords for information are dropped. An unsupported constraint is an error. Size limits (levels,
//! properties, enum values) differ between servers, so they're left to the server.

use schemars::Schema;
use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::codec::pointer::{escape, unescape};
use crate::structured::error::StrictSchemaError;
use crate::structured::order::{ORDER, ordered, record_order, render};
use crate::structured::overlap::overlap;
use crate::types::{Json, JsonError};

/// Supported keywords.
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
/// Unsupported keywords without an effect on values.
const DROPPED: &[&str] = &["$schema", "$id", "$comment", "default", "deprecated", "examples", "readOnly", "writeOnly"];
/// Keywords beside a `$ref` without an effect on values.
const ANNOTATIONS: &[&str] = &["title", "description"];
/// Supported formats.
const FORMATS: &[&str] = &["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"];

const ANY_VALUE: &str = "any value is allowed, which strict mode doesn't support; use a specific type";
const FLATTENED: &str = "a flattened enum; give the enum a field of its own";
const NOT_A_STRUCT: &str = "the root must be a struct with named fields; make this type a field of one";
const MAP: &str = "a map, whose keys strict mode doesn't support; use a list of structs with a key and a value";

/// Returns the strict form of a schema, and its description. The order of properties is that of `written`, the schema
/// for serialization: it requires nearly all of them, and `required` is a list.
pub(crate) fn convert(
    mut schema: Schema,
    written: &Schema,
    type_name: String,
) -> Result<(Json, Option<String>), StrictSchemaError> {
    let mut value = Value::from(std::mem::take(&mut schema));
    record_order(&mut value, written.as_value());
    schema = Schema::try_from(value).unwrap_or_default();
    let (value, description) = Converter::new(schema, type_name.clone()).run()?;
    let mut text = String::new();
    render(&value, &mut text);
    let json = text.parse().map_err(|error: JsonError| StrictSchemaError::new(type_name, "", error.to_string()));
    Ok((json?, description))
}

struct Converter {
    /// The unconverted schema. References point into it.
    source: Schema,
    type_name: String,
    /// The needed definitions, by name. Null until they're converted.
    definitions: Map<String, Value>,
    /// The pointers at which `oneOf` became `anyOf`.
    one_of: Vec<String>,
}

impl Converter {
    fn new(source: Schema, type_name: String) -> Self {
        Self { source, type_name, definitions: Map::new(), one_of: Vec::new() }
    }

    /// Returns the strict schema and the description of its root.
    fn run(mut self) -> Result<(Value, Option<String>), StrictSchemaError> {
        let mut root = self.source.as_object().cloned().unwrap_or_default();
        root.remove("$defs");
        // A newtype is a reference, and the root must be the object itself.
        self.unfold(&mut root, "", true)?;
        let is_object = root.get("type") == Some(&json!("object"));
        if root.contains_key("oneOf") || root.contains_key("anyOf") {
            // An enum has no `type`, so the root is a struct with the enum in it.
            return Err(self.error("", if is_object { FLATTENED } else { NOT_A_STRUCT }));
        }
        if !is_object {
            return Err(self.error("", NOT_A_STRUCT));
        }
        if self.source.pointer("/$defs").is_some_and(|definitions| definitions.get("").is_some()) {
            let reason = "the schema name of a type is empty; give it one";
            return Err(StrictSchemaError::new(self.type_name, "/$defs/", reason));
        }
        root.remove("title");
        let description = root.remove("description").and_then(|text| text.as_str().map(str::to_owned));
        let mut root = self.convert(Value::Object(root), "")?;
        while let Some(name) =
            self.definitions.iter().find(|(_, schema)| schema.is_null()).map(|(name, _)| name.clone())
        {
            let pointer = format!("/$defs/{}", escape(&name));
            let definition = self.source.pointer(&pointer).cloned().unwrap_or_default();
            let closed = self.convert(definition, &pointer)?;
            self.definitions.insert(name, closed);
        }
        if !self.definitions.is_empty() {
            root["$defs"] = Value::Object(std::mem::take(&mut self.definitions));
        }
        if let Some((pointer, (one, other))) = self.one_of.iter().find_map(|at| Some((at, overlap(&root, at)?))) {
            let reason = format!("branches {one} and {other} of `oneOf` overlap; add a tag to the enum");
            return Err(self.error(pointer, reason));
        }
        Ok((root, description))
    }

    /// Returns the strict form of a schema and of those within it.
    fn convert(&mut self, schema: Value, pointer: &str) -> Result<Value, StrictSchemaError> {
        let Value::Object(mut schema) = schema else {
            let reason = if schema == Value::Bool(false) { "no value is allowed" } else { ANY_VALUE };
            return Err(self.error(pointer, reason));
        };
        schema.retain(|keyword, _| !is_dropped(keyword));
        self.unfold(&mut schema, pointer, false)?;
        let order = schema.remove(ORDER);
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
        if let Some(keyword) = schema.keys().filter(|keyword| !KEPT.contains(&keyword.as_str())).min() {
            return Err(self.error(&format!("{pointer}/{}", escape(keyword)), unsupported(keyword, &schema)));
        }
        convert_format(&mut schema);
        self.convert_object(&mut schema, order.as_ref(), pointer)?;
        self.convert_items(&mut schema, pointer)?;
        self.convert_branches(&mut schema, pointer)?;
        if !["type", "enum", "const", "anyOf"].iter().any(|keyword| schema.contains_key(*keyword)) {
            return Err(self.error(pointer, ANY_VALUE));
        }
        Ok(Value::Object(schema))
    }

    fn convert_object(
        &mut self,
        schema: &mut Map<String, Value>,
        order: Option<&Value>,
        pointer: &str,
    ) -> Result<(), StrictSchemaError> {
        if !is_a(schema, "object") && !schema.contains_key("properties") {
            return Ok(());
        }
        if schema.contains_key("anyOf") {
            return Err(self.error(pointer, FLATTENED));
        }
        if schema.get("additionalProperties").is_some_and(|rest| rest != &Value::Bool(false)) {
            return Err(self.error(&format!("{pointer}/additionalProperties"), MAP));
        }
        let mut properties = Map::new();
        if let Some(Value::Object(open)) = schema.remove("properties") {
            for (name, property) in open {
                let closed = self.convert(property, &format!("{pointer}/properties/{}", escape(&name)))?;
                properties.insert(name, closed);
            }
        }
        let required = schema.get("required").and_then(Value::as_array);
        let names = required.into_iter().flatten().filter_map(Value::as_str);
        if let Some(name) = names.filter(|name| !properties.contains_key(*name)).min() {
            let reason = format!("`{name}` is required but isn't defined");
            return Err(self.error(&format!("{pointer}/required"), reason));
        }
        schema.entry("type").or_insert_with(|| json!("object"));
        schema.insert("required".to_owned(), ordered(&properties, [order, schema.get("required")]));
        schema.insert("properties".to_owned(), Value::Object(properties));
        schema.insert("additionalProperties".to_owned(), Value::Bool(false));
        Ok(())
    }

    fn convert_items(&mut self, schema: &mut Map<String, Value>, pointer: &str) -> Result<(), StrictSchemaError> {
        if is_a(schema, "array") || schema.contains_key("items") {
            let items = schema.remove("items").unwrap_or(Value::Bool(true));
            schema.insert("items".to_owned(), self.convert(items, &format!("{pointer}/items"))?);
        }
        Ok(())
    }

    fn convert_branches(&mut self, schema: &mut Map<String, Value>, pointer: &str) -> Result<(), StrictSchemaError> {
        let Some(Value::Array(branches)) = schema.get_mut("anyOf") else { return Ok(()) };
        for (index, branch) in branches.iter_mut().enumerate() {
            *branch = self.convert(branch.take(), &format!("{pointer}/anyOf/{index}"))?;
        }
        Ok(())
    }

    /// Returns a reference. Strict mode allows no annotations beside it, so they go around it.
    fn refer(
        &mut self,
        reference: &Value,
        annotations: Map<String, Value>,
        pointer: &str,
    ) -> Result<Value, StrictSchemaError> {
        let (target, _) = self.resolve(reference, pointer)?;
        if let Some(name) = target.strip_prefix("/$defs/") {
            self.definitions.entry(unescape(name)).or_insert(Value::Null);
        }
        let mut wrapper = annotations;
        if wrapper.is_empty() {
            return Ok(json!({ "$ref": reference }));
        }
        wrapper.insert("anyOf".to_owned(), json!([{ "$ref": reference }]));
        Ok(Value::Object(wrapper))
    }

    /// Replaces an `allOf` with one element, and a reference beside other constraints, by its target. With `always`,
    /// replaces any reference.
    fn unfold(&self, schema: &mut Map<String, Value>, pointer: &str, always: bool) -> Result<(), StrictSchemaError> {
        let mut seen = Vec::new();
        loop {
            let constrains = |keyword: &String| keyword != "$ref" && !ANNOTATIONS.contains(&keyword.as_str());
            let inner = if let Some(all) = schema.remove("allOf") {
                match all {
                    Value::Array(mut all) if all.len() == 1 => all.remove(0),
                    _ => return Err(self.error(&format!("{pointer}/allOf"), unsupported("allOf", schema))),
                }
            } else if schema.contains_key("$ref") && (always || schema.keys().any(constrains)) {
                let (target, inner) = self.resolve(&schema.remove("$ref").unwrap_or_default(), pointer)?;
                if seen.contains(&target) {
                    return Err(self.error(pointer, "the type is an alias of itself; use a struct"));
                }
                seen.push(target);
                inner
            } else {
                return Ok(());
            };
            self.merge(schema, inner, pointer)?;
        }
    }

    /// Adds the constraints of `inner` to `schema`.
    fn merge(&self, schema: &mut Map<String, Value>, inner: Value, pointer: &str) -> Result<(), StrictSchemaError> {
        let Value::Object(inner) = inner else { return Err(self.error(pointer, ANY_VALUE)) };
        // Sorted, so the first conflict is the same with serde_json's feature `preserve_order`.
        for (keyword, value) in BTreeMap::from_iter(inner) {
            if is_dropped(&keyword) || keyword == "$defs" {
                continue;
            }
            match (schema.get_mut(&keyword), value) {
                (None, value) => {
                    schema.insert(keyword, value);
                }
                (Some(outer), value) if *outer == value || ANNOTATIONS.contains(&keyword.as_str()) => {}
                (Some(Value::Object(outer)), Value::Object(inner))
                    if keyword == "properties"
                        && inner.iter().all(|(name, property)| outer.get(name).is_none_or(|same| same == property)) =>
                {
                    outer.extend(inner);
                }
                (Some(Value::Array(outer)), Value::Array(inner)) if keyword == "required" || keyword == ORDER => {
                    outer.extend(inner);
                }
                _ => {
                    let reason = format!("`{keyword}` occurs twice with different values");
                    return Err(self.error(&format!("{pointer}/{}", escape(&keyword)), reason));
                }
            }
        }
        Ok(())
    }

    /// Returns the pointer and the schema a reference points to.
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
            self.error(&format!("{pointer}/$ref"), format!("`{text}` doesn't point to a definition of this schema"))
        })
    }

    fn error(&self, pointer: &str, reason: impl Into<String>) -> StrictSchemaError {
        let definition = pointer.strip_prefix("/$defs/").and_then(|rest| rest.split('/').next());
        let type_name = definition.map_or_else(|| self.type_name.clone(), unescape);
        StrictSchemaError::new(type_name, pointer, reason)
    }
}

/// Whether `type` has this name, alone or among others.
fn is_a(schema: &Map<String, Value>, name: &str) -> bool {
    match schema.get("type") {
        Some(Value::Array(names)) => names.iter().any(|other| other == name),
        Some(other) => other == name,
        None => false,
    }
}

fn is_dropped(keyword: &str) -> bool {
    DROPPED.contains(&keyword) || (keyword.starts_with("x-") && keyword != ORDER)
}

/// Replaces an unsupported format by the bounds of the integer type, or else by a sentence in the description.
fn convert_format(schema: &mut Map<String, Value>) {
    let Some(format) = schema.get("format").and_then(Value::as_str).map(str::to_owned) else { return };
    if FORMATS.contains(&format.as_str()) {
        return;
    }
    schema.remove("format");
    let bounds = match format.as_str() {
        "int8" => (i64::from(i8::MIN), i64::from(i8::MAX)),
        "int16" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "int32" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        "uint8" => (0, i64::from(u8::MAX)),
        "uint16" => (0, i64::from(u16::MAX)),
        "uint32" => (0, i64::from(u32::MAX)),
        _ => {
            if is_a(schema, "string") {
                let hint = format!("Format: {}.", describe_format(&format));
                let description = schema.get("description").and_then(Value::as_str);
                let text = description.map_or_else(|| hint.clone(), |text| format!("{text}\n\n{hint}"));
                schema.insert("description".to_owned(), text.into());
            }
            return;
        }
    };
    if !schema.contains_key("exclusiveMinimum") {
        schema.entry("minimum").or_insert_with(|| bounds.0.into());
    }
    if !schema.contains_key("exclusiveMaximum") {
        schema.entry("maximum").or_insert_with(|| bounds.1.into());
    }
}

/// Describes a format to a model. Models don't know the names schemars gives to chrono's types and to IP addresses.
fn describe_format(format: &str) -> &str {
    match format {
        "ip" => "an IPv4 or IPv6 address, such as 192.0.2.1 or 2001:db8::1",
        "partial-date-time" => "a date and a time without a time zone, such as 2026-01-31T09:30:00",
        "partial-time" => "a time without a time zone, such as 09:30:00",
        other => other,
    }
}

/// Returns why a keyword is an error.
fn unsupported(keyword: &str, schema: &Map<String, Value>) -> String {
    match keyword {
        "patternProperties" | "propertyNames" => MAP.to_owned(),
        "prefixItems" => "a tuple; use a struct, or a list of one type".to_owned(),
        "uniqueItems" => "a set; use a `Vec`".to_owned(),
        "minLength" | "maxLength" if schema.get("minLength") == schema.get("maxLength") => {
            "a string of fixed length, such as a `char`; use a `String` without a length, or a `pattern`".to_owned()
        }
        "minLength" | "maxLength" => "a string with a length limit; remove the limit, or use a `pattern`".to_owned(),
        other => format!("`{other}`, which strict mode doesn't support"),
    }
}
