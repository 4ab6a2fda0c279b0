//! Turns error responses, and errors with a success status, into errors.

use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::error::body::Document;
use crate::error::details::MAX_REQUEST_ID;
use crate::error::redact::Redactor;
use crate::error::text::excerpt;
use crate::error::{Error, ErrorKind};
use crate::sse;
use crate::transport::retry;

/// Returns the error of a response without a success status.
pub(crate) fn error(status: StatusCode, headers: &HeaderMap, body: &[u8], redactor: &Redactor) -> Error {
    let document = Document::parse(text(headers, body, redactor));
    let kind = kind(status, &document);
    let message = match (&document.details.message, location(headers, redactor)) {
        (Some(message), _) => message.clone(),
        (None, Some(location)) if status.is_redirection() => {
            format!("the server redirects to {}; set the base URL to the new address", excerpt(&location))
        }
        (None, _) if status.is_informational() => format!("unexpected status {status}"),
        (None, _) => match encoding(headers, body) {
            Some(encoding) => format!("the error response is compressed ({encoding})"),
            None if is_binary(body) => format!("the error response is binary ({} bytes)", body.len()),
            None => describe(&document),
        },
    };
    let retryable = kind != ErrorKind::QuotaExhausted && retry::should_retry(status, headers);
    Error::new(kind, message).with_document(document).retryable(retryable)
}

/// The error of a response with a success status whose document is an error. Some gateways send those.
pub(crate) fn error_with_success_status(status: StatusCode, document: Document) -> Option<Error> {
    let message = document.details.message.clone()?;
    Some(Error::new(kind(status, &document), message).with_document(document))
}

/// Returns the server's id of the request. It's cut to 128 characters.
pub(crate) fn request_id(headers: &HeaderMap, redactor: &Redactor) -> Option<String> {
    let names = ["http-x-reqid", "x-request-id", "request-id"];
    let id = names.iter().find_map(|name| headers.get(*name)?.to_str().ok())?;
    Some(redactor.redact(id.as_bytes()).chars().take(MAX_REQUEST_ID).collect())
}

/// Returns the encoding of a compressed body, by its header or its first bytes.
pub(crate) fn encoding(headers: &HeaderMap, body: &[u8]) -> Option<String> {
    let values = headers.get_all(header::CONTENT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let mut names = values.flat_map(|value| value.split(',')).map(str::trim);
    let name = names.find(|name| !name.is_empty() && !name.eq_ignore_ascii_case("identity"));
    name.map(excerpt).or_else(|| body.starts_with(b"\x1F\x8B").then(|| "gzip".to_owned()))
}

/// Names a document that isn't an error, a response, or whatever was expected.
pub(crate) fn describe(document: &Document) -> String {
    let text = document.text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return "the response has no body".to_owned();
    }
    if let Some(title) = html_title(text) {
        return format!("the response is HTML titled {}", excerpt(title));
    }
    let name = match &document.json {
        Some(json) => match json.get("object").and_then(serde_json::Value::as_str) {
            Some(object) => return format!("the response is a {} object", excerpt(object)),
            None if json.is_object() => "a JSON object",
            None if json.is_array() => "a JSON list",
            None => "a JSON value",
        },
        None if text.starts_with(['{', '[']) => "invalid JSON",
        None => "not JSON",
    };
    format!("the response is {name}: {}", excerpt(text))
}

/// Returns the title of an HTML document, or its start.
fn html_title(text: &str) -> Option<&str> {
    let start = text.get(..text.len().min(256)).unwrap_or(text).to_ascii_lowercase();
    if !start.starts_with("<!doctype html") && !start.contains("<html") {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let title = lower.find("<title").and_then(|at| Some(at + lower[at..].find('>')? + 1));
    Some(match title.and_then(|start| Some((start, start + lower[start..].find("</title")?))) {
        Some((start, end)) => &text[start..end],
        None => text,
    })
}

/// Returns the text of an error response. It's empty if the body is compressed or binary. Of an event stream, it's the
/// data of the first event.
fn text(headers: &HeaderMap, body: &[u8], redactor: &Redactor) -> String {
    if encoding(headers, body).is_some() || is_binary(body) {
        return String::new();
    }
    let is_stream = |value: &HeaderValue| value.to_str().is_ok_and(|value| value.contains("event-stream"));
    if headers.get(header::CONTENT_TYPE).is_some_and(is_stream) || body.starts_with(b"data:") {
        let mut decoder = sse::Decoder::new();
        decoder.push(body);
        decoder.finish();
        if let Ok(Some(frame)) = decoder.next_frame() {
            return redactor.excerpt(&frame.data);
        }
    }
    redactor.excerpt(body)
}

/// Returns true if a body has control characters foreign to text.
fn is_binary(body: &[u8]) -> bool {
    body.iter().any(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31))
}

/// Returns the target of a redirect.
fn location(headers: &HeaderMap, redactor: &Redactor) -> Option<String> {
    headers.get(header::LOCATION).map(|location| redactor.redact(location.as_bytes()))
}

/// Returns the kind of error for a status and an error document.
fn kind(status: StatusCode, document: &Document) -> ErrorKind {
    let details = &document.details;
    let names = [details.code.as_deref(), details.error_type.as_deref()];
    let has = |words: &[&str]| names.iter().flatten().any(|name| words.iter().any(|word| name.contains(word)));
    match status.as_u16() {
        401 => ErrorKind::Authentication,
        402 => ErrorKind::QuotaExhausted,
        _ if has(&["insufficient_quota", "insufficient_user_quota", "balance", "billing_hard_limit"]) => {
            ErrorKind::QuotaExhausted
        }
        _ if details.message.as_deref().is_some_and(is_about_quota) => ErrorKind::QuotaExhausted,
        403 => ErrorKind::Permission,
        404 => ErrorKind::NotFound,
        429 => ErrorKind::RateLimit,
        503 => ErrorKind::Overloaded,
        500.. | 200..=299 if has(&["overloaded", "slow_down"]) => ErrorKind::Overloaded,
        500.. => ErrorKind::Server,
        300..=399 => ErrorKind::Redirect,
        100..=199 => ErrorKind::Protocol,
        200..=299 => kind_by_name(has),
        _ => ErrorKind::InvalidRequest,
    }
}

/// Returns the kind of an error with a success status.
fn kind_by_name(has: impl Fn(&[&str]) -> bool) -> ErrorKind {
    if has(&["authentication", "api_key", "unauthorized"]) {
        ErrorKind::Authentication
    } else if has(&["permission", "access_denied"]) {
        ErrorKind::Permission
    } else if has(&["not_found"]) {
        ErrorKind::NotFound
    } else if has(&["rate_limit"]) {
        ErrorKind::RateLimit
    } else if has(&["server_error"]) {
        ErrorKind::Server
    } else {
        ErrorKind::InvalidRequest
    }
}

/// Returns true if a message is about an account without quota or balance. Some gateways send no code.
fn is_about_quota(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    [
        "insufficient balance",
        "insufficient quota",
        "insufficient user quota",
        "exceeded your current quota",
        "credit balance",
    ]
    .iter()
    .any(|words| message.contains(words))
}
