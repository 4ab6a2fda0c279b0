//! Checks requests against the JSON Schema the types are generated from.
//!
//! Covers the keywords the generator understands, except `pattern` and `format`.

use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::sync::LazyLock;

use serde_json::{Map, Value};

use crate::codec::pointer::escape;

/// The published schema with the additions, as JSON text.
const SCHEMA: &str = include_str!(concat!(env!("OUT_DIR"), "/schema.json"));

static ROOT: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(SCHEMA).unwrap_or_default());

/// The first part of a request the schema doesn't allow. Returned by [`validate_request`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaViolation {
    pointer: String,
    message: String,
}

impl SchemaViolation {
    /// Returns the JSON Pointer of the offending value; empty for the whole request.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Returns the rule the value breaks.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl Display for SchemaViolation {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let pointer = if self.pointer.is_empty() { "request" } else { &self.pointer };
        write!(formatter, "{pointer}: {}", self.message)
    }
}

impl Error for SchemaViolation {}

/// Checks the body of a request for a response against the merged schema.
///
/// The schema is the one that [`types`](crate::types) is generated from. `pattern` and `format` aren't checked.
///
/// ```
/// use nexconn_responses::testing::validate_request;
/// use serde_json::json;
///
/// assert!(
///     validate_request(&json!({"model": "openai/gpt-5.2", "input": "Hello"}))
///         .is_ok()
/// );
///
/// let violation =
///     validate_request(&json!({"model": "openai/gpt-5.2", "temperature": "hot"}))
///         .unwrap_err();
/// assert_eq!(violation.pointer(), "/temperature");
/// ```
///
/// # Errors
///
/// Returns the first violation. If no branch of a union fits, it's the one of the branch that fits best.
pub fn validate_request(request: &Value) -> Result<(), SchemaViolation> {
    check(&ROOT, request, "")
}

/// Checks the body of another request against its definition.
pub(super) fn validate_definition(name: &str, request: &Value) -> Result<(), SchemaViolation> {
    check(resolve(&format!("#/definitions/{name}")), request, "")
}

fn check(schema: &Value, value: &Value, at: &str) -> Result<(), SchemaViolation> {
    let Value::Object(schema) = schema else {
        return ensure(schema != &Value::Bool(false), at, || "must be absent".to_owned());
    };
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        // Draft-07 ignores everything beside `$ref`.
        return check(resolve(reference), value, at);
    }
    check_type(schema, value, at)?;
    match value {
        Value::String(text) => check_size(schema, "Length", text.chars().count(), at)?,
        Value::Number(number) => check_number(schema, number.as_f64().unwrap_or_default(), at)?,
        Value::Array(items) => check_array(schema, items, at)?,
        Value::Object(members) => check_object(schema, members, at)?,
        Value::Null | Value::Bool(_) => {}
    }
    check_unions(schema, value, at)
}

fn resolve(reference: &str) -> &'static Value {
    // The generator refuses references without a target.
    ROOT.pointer(reference.trim_start_matches('#')).unwrap_or(&Value::Bool(true))
}

fn check_type(schema: &Map<String, Value>, value: &Value, at: &str) -> Result<(), SchemaViolation> {
    let names = match schema.get("type") {
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(name)) => vec![name.as_str()],
        _ => Vec::new(),
    };
    ensure(names.is_empty() || names.iter().any(|name| is_of_type(value, name)), at, || {
        format!("must be of type {}", names.join(" or "))
    })?;
    let Some(Value::Array(allowed)) = schema.get("enum") else { return Ok(()) };
    ensure(allowed.contains(value), at, || {
        let allowed: Vec<_> = allowed.iter().map(Value::to_string).collect();
        format!("must be {}", allowed.join(" or "))
    })
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match value {
        Value::Null => name == "null",
        Value::Bool(_) => name == "boolean",
        Value::String(_) => name == "string",
        Value::Array(_) => name == "array",
        Value::Object(_) => name == "object",
        Value::Number(number) => {
            name == "number" || name == "integer" && number.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
    }
}

fn check_number(schema: &Map<String, Value>, number: f64, at: &str) -> Result<(), SchemaViolation> {
    let limit = |keyword: &str| schema.get(keyword).and_then(Value::as_f64);
    for (keyword, holds) in [
        ("minimum", limit("minimum").is_none_or(|limit| number >= limit)),
        ("maximum", limit("maximum").is_none_or(|limit| number <= limit)),
        ("exclusiveMinimum", limit("exclusiveMinimum").is_none_or(|limit| number > limit)),
        ("exclusiveMaximum", limit("exclusiveMaximum").is_none_or(|limit| number < limit)),
        ("multipleOf", limit("multipleOf").is_none_or(|step| (number / step).fract() == 0.0)),
    ] {
        ensure(holds, at, || format!("violates {keyword} {}", schema[keyword]))?;
    }
    Ok(())
}

/// Checks the keywords `min…` and `max…` with this ending.
fn check_size(schema: &Map<String, Value>, ending: &str, size: usize, at: &str) -> Result<(), SchemaViolation> {
    let limit = |keyword: String| schema.get(&keyword)?.as_u64()?.try_into().ok();
    let (min, max) = (limit(format!("min{ending}")).unwrap_or(0), limit(format!("max{ending}")).unwrap_or(usize::MAX));
    ensure(size >= min, at, || format!("violates min{ending} {min}"))?;
    ensure(size <= max, at, || format!("violates max{ending} {max}"))
}

fn check_array(schema: &Map<String, Value>, items: &[Value], at: &str) -> Result<(), SchemaViolation> {
    check_size(schema, "Items", items.len(), at)?;
    let is_unique = || items.iter().enumerate().all(|(index, item)| !items[..index].contains(item));
    ensure(schema.get("uniqueItems") != Some(&Value::Bool(true)) || is_unique(), at, || "violates uniqueItems".into())?;
    let Some(schema) = schema.get("items") else { return Ok(()) };
    items.iter().enumerate().try_for_each(|(index, item)| check(schema, item, &format!("{at}/{index}")))
}

fn check_object(schema: &Map<String, Value>, members: &Map<String, Value>, at: &str) -> Result<(), SchemaViolation> {
    check_size(schema, "Properties", members.len(), at)?;
    let properties = schema.get("properties");
    for (name, value) in members {
        let property = properties.and_then(|properties| properties.get(name));
        if let Some(schema) = property.or_else(|| schema.get("additionalProperties")) {
            check(schema, value, &format!("{at}/{}", escape(name)))?;
        }
    }
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let missing: Vec<_> = required.filter(|name| !members.contains_key(*name)).collect();
    ensure(missing.is_empty(), at, || format!("must have {}", missing.join(" and ")))
}

fn check_unions(schema: &Map<String, Value>, value: &Value, at: &str) -> Result<(), SchemaViolation> {
    let branches = |keyword| schema.get(keyword).and_then(Value::as_array).map(Vec::as_slice);
    let tag = schema.get("x-tag").and_then(Value::as_str).unwrap_or("type");
    let check_any = |branches: &[Value]| -> Result<usize, SchemaViolation> {
        let results: Vec<_> = branches.iter().map(|branch| check(branch, value, at)).collect();
        let fitting = results.iter().filter(|result| result.is_ok()).count();
        let violations = results.into_iter().filter_map(Result::err);
        // Prefers a branch whose tag fits, then the one that fits further down.
        let closeness = |violation: &SchemaViolation| {
            (violation.pointer != format!("{at}/{tag}"), violation.pointer.matches('/').count())
        };
        match violations.max_by_key(closeness) {
            Some(violation) if fitting == 0 => Err(violation),
            _ => Ok(fitting),
        }
    };
    for branch in branches("allOf").unwrap_or_default() {
        check(branch, value, at)?;
    }
    if let Some(branches) = branches("anyOf") {
        check_any(branches)?;
    }
    if let Some(branches) = branches("oneOf") {
        let fitting = check_any(branches)?;
        ensure(fitting == 1, at, || format!("fits {fitting} branches of oneOf instead of one"))?;
    }
    Ok(())
}

fn ensure(holds: bool, at: &str, message: impl FnOnce() -> String) -> Result<(), SchemaViolation> {
    if holds { Ok(()) } else { Err(SchemaViolation { pointer: at.to_owned(), message: message() }) }
}

#[cfg(all(test, feature = "cli"))]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use serde_json::json;

    use super::*;

    /// Calls `visit` with every value of `root` in turn replaced by each of `others`, and with each absent.
    fn edit(root: &mut Value, pointer: &str, others: &[Value], visit: &mut dyn FnMut(&Value)) {
        let original = root.pointer(pointer).cloned().unwrap();
        for other in others {
            *root.pointer_mut(pointer).unwrap() = other.clone();
            visit(root);
        }
        *root.pointer_mut(pointer).unwrap() = original.clone();
        match original {
            Value::Array(items) => {
                for index in 0..items.len() {
                    edit(root, &format!("{pointer}/{index}"), others, visit);
                }
            }
            Value::Object(members) => {
                for (name, value) in members {
                    root.pointer_mut(pointer).unwrap().as_object_mut().unwrap().remove(&name);
                    visit(root);
                    root.pointer_mut(pointer).unwrap()[&name] = value;
                    if !name.contains('/') {
                        edit(root, &format!("{pointer}/{name}"), others, visit);
                    }
                }
            }
            _ => {}
        }
    }

    #[test]
    fn agrees_with_a_complete_validator() {
        let complete = jsonschema::draft7::options().should_validate_formats(false).build(&ROOT).unwrap();
        let others = [json!(null), json!("auto"), json!(1e9), json!(-1), json!([]), json!({"type": "message"})];
        let (mut valid, mut invalid) = (0, 0);
        for line in include_str!("../../benches/payloads/requests.jsonl").lines() {
            let mut request = serde_json::from_str::<Value>(line).unwrap()["body"].take();
            edit(&mut request, "", &others, &mut |request| {
                let is_valid = validate_request(request).is_ok();
                assert_eq!(is_valid, complete.is_valid(request), "{:?}\n{request:#}", validate_request(request));
                *if is_valid { &mut valid } else { &mut invalid } += 1;
            });
        }
        assert!(valid > 100 && invalid > 100, "{valid} valid, {invalid} invalid");
    }

    #[test]
    fn a_violation_names_the_branch_that_fits_best() {
        let message = json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": 7}]});
        let violation = validate_request(&json!({"model": "m", "input": [message]})).unwrap_err();
        assert_eq!(violation.pointer(), "/input/0/content/0/text");
    }
}
