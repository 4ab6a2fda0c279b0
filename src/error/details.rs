//! Finds message, type, param, code and request id in the error documents of different servers.

use serde_json::{Map, Value};

const MESSAGES: [&str; 11] = [
    "message",
    "Message",
    "msg",
    "error_msg",
    "errorMessage",
    "error_message",
    "error_description",
    "detail",
    "details",
    "title",
    "status_msg",
];
const CODES: [&str; 5] = ["code", "Code", "error_code", "errorCode", "err_code"];
const TYPES: [&str; 3] = ["type", "error_type", "__type"];
const REQUEST_IDS: [&str; 4] = ["request_id", "requestId", "RequestId", "request-id"];
/// The members in which servers nest an error.
const NESTED: [&str; 3] = ["error", "errors", "detail"];
/// Maximum depth of nested errors.
const MAX_DEPTH: usize = 4;
/// Maximum length of a request id, in bytes.
pub(crate) const MAX_REQUEST_ID: usize = 128;

/// The parts of an error document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Details {
    pub(crate) message: Option<String>,
    pub(crate) error_type: Option<String>,
    pub(crate) param: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) request_id: Option<String>,
}

impl Details {
    pub(crate) fn of(document: &Value) -> Self {
        let mut details = Self::default();
        details.read(document, MAX_DEPTH);
        if details.request_id.is_none() {
            details.request_id = details.message.as_deref().and_then(request_id_in);
        }
        details
    }

    /// Fills in the parts that aren't set. Nested errors are more specific than those around them.
    fn read(&mut self, value: &Value, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        match value {
            Value::String(text) => set(&mut self.message, Some(text)),
            Value::Array(values) => self.read_list(values, depth),
            Value::Object(object) => self.read_object(object, depth),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Reads the first error of a list. Validation errors are joined.
    fn read_list(&mut self, values: &[Value], depth: usize) {
        let findings: Vec<_> = values.iter().filter_map(finding).collect();
        if !findings.is_empty() {
            return set(&mut self.message, Some(&findings.join("; ")));
        }
        if let Some(value) = values.iter().find(|value| !value.is_null()) {
            self.read(value, depth);
        }
    }

    fn read_object(&mut self, object: &Map<String, Value>, depth: usize) {
        for name in NESTED {
            if let Some(value @ (Value::Object(_) | Value::Array(_))) = object.get(name) {
                self.read(value, depth);
            }
        }
        let text = |names: &[&str]| names.iter().find_map(|name| text(object.get(*name)?));
        let error = object.get("error").and_then(Value::as_str);
        let message =
            MESSAGES.iter().filter_map(|name| object.get(*name)?.as_str()).find(|text| !text.trim().is_empty());
        set(&mut self.message, message);
        set(&mut self.code, text(&CODES).as_deref());
        // `{"error": "invalid_grant", "error_description": "…"}`, or `{"error": "no such model"}`.
        if let Some(error) = error {
            if self.message.is_none() {
                set(&mut self.message, Some(error));
            } else if is_identifier(error) {
                set(&mut self.code, Some(error));
            }
        }
        // The type of an event isn't the type of its error.
        let error_type = text(&TYPES).filter(|name| name != "error" && !name.starts_with("response."));
        set(&mut self.error_type, error_type.as_deref());
        set(&mut self.param, text(&["param"]).as_deref());
        set(&mut self.request_id, text(&REQUEST_IDS).as_deref().and_then(request_id).as_deref());
    }
}

/// Sets a part unless it's set.
fn set(part: &mut Option<String>, text: Option<&str>) {
    if part.is_none() {
        *part = text.filter(|text| !text.trim().is_empty()).map(str::to_owned);
    }
}

/// Returns a string or number as text.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Renders a validation error: `{"loc": ["body", "model"], "msg": "field required"}`.
fn finding(value: &Value) -> Option<String> {
    let message = text(value.get("msg")?)?;
    let location = value.get("loc").and_then(Value::as_array).into_iter().flatten().filter_map(text);
    let location = location.collect::<Vec<_>>().join(".");
    Some(if location.is_empty() { message } else { format!("{location}: {message}") })
}

fn is_identifier(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

fn request_id(text: &str) -> Option<String> {
    let is_valid = !text.is_empty() && text.len() <= MAX_REQUEST_ID && text.bytes().all(|byte| byte.is_ascii_graphic());
    is_valid.then(|| text.to_owned())
}

/// Finds `(request_id: …)`, `request id: …`, `requestId=…` and the like in a message. An id has a digit, unless it's in
/// parentheses.
fn request_id_in(message: &str) -> Option<String> {
    let lower = message.to_ascii_lowercase();
    let mut starts = lower.match_indices("request").map(|(at, word)| at + word.len());
    starts.find_map(|start| request_id_after(message.get(start..)?))
}

fn request_id_after(rest: &str) -> Option<String> {
    let rest = rest.trim_start_matches([' ', '_', '-']);
    let rest = rest.strip_prefix("id").or_else(|| rest.strip_prefix("ID")).or_else(|| rest.strip_prefix("Id"))?;
    let value = rest.trim_start_matches([' ', ':', '=', '"', '\'', '`', '(']);
    if value.len() == rest.len() {
        return None;
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '|' | '/' | '+');
    let id = value.split(|c| !is_part(c)).next()?.trim_end_matches('.');
    let has_digit = id.len() >= 4 && id.contains(|c: char| c.is_ascii_digit());
    (has_digit || value[id.len()..].starts_with(')')).then(|| request_id(id)).flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn request_ids_are_found_in_messages() {
        for (message, id) in [
            ("no (request_id: chatcmpl-0123)", Some("chatcmpl-0123")),
            ("no (request id: 2024010112345)", Some("2024010112345")),
            ("Please include the request ID req_0a1b in your message.", Some("req_0a1b")),
            ("failed, requestId=\"a-1b2c\"", Some("a-1b2c")),
            ("RequestId: 8a9b.", Some("8a9b")),
            ("the request is invalid", None),
            ("request id is missing", None),
            ("bad request 1234", None),
        ] {
            assert_eq!(request_id_in(message).as_deref(), id, "{message}");
        }
    }

    #[test]
    fn nested_errors_say_more_than_what_is_around_them() {
        let mut document = json!("deep");
        for _ in 0..100 {
            document = json!({"error": document});
        }
        assert_eq!(Details::of(&document), Details::default());
        let document = json!({"type": "error", "error": {"type": "overloaded_error", "message": "busy"}});
        let details = Details::of(&document);
        assert_eq!(
            (details.error_type.as_deref(), details.message.as_deref()),
            (Some("overloaded_error"), Some("busy"))
        );
    }
}
