//! Turns error responses into errors.

use http::{HeaderMap, StatusCode, header};

use crate::error::redact::{ApiKey, excerpt};
use crate::error::{Error, ErrorKind};
use crate::transport::retry;
use crate::types::ErrorBody;

/// The error of a response without a success status.
pub(crate) fn error(status: StatusCode, headers: &HeaderMap, body: &[u8], key: &ApiKey) -> Error {
    let error = describe(status, location(headers, key), key.redact(body));
    let retryable = error.kind() != ErrorKind::QuotaExhausted && retry::should_retry(status, headers);
    error.with_request_id(request_id(headers, key)).retryable(retryable)
}

/// The server's id of the request.
pub(crate) fn request_id(headers: &HeaderMap, key: &ApiKey) -> Option<String> {
    let names = ["http-x-reqid", "x-request-id", "request-id"];
    names.iter().find_map(|name| headers.get(*name)?.to_str().ok().map(|id| key.redact(id.as_bytes())))
}

/// The target of a redirect.
fn location(headers: &HeaderMap, key: &ApiKey) -> Option<String> {
    headers.get(header::LOCATION).map(|location| key.redact(location.as_bytes()))
}

fn describe(status: StatusCode, location: Option<String>, text: String) -> Error {
    let body: Option<ErrorBody> = serde_json::from_str(&text).ok();
    let kind = kind(status, body.as_ref());
    let message = match (body.as_ref().and_then(ErrorBody::error_message), location) {
        (Some(message), _) => message.into_owned(),
        (None, Some(location)) if status.is_redirection() => {
            format!("the server redirects to {}; set the base URL to the new address", excerpt(&location))
        }
        (None, _) if text.trim().is_empty() => "the error response has no body".to_owned(),
        (None, _) => format!("the error response is {}", excerpt(&text)),
    };
    let id =
        message.split_once("(request_id: ").and_then(|(_, rest)| rest.split_once(')')).map(|(id, _)| id.to_owned());
    Error::new(kind, message).with_status(status.as_u16()).with_request_id(id).with_body(text, body)
}

/// The kind of error that a status and an error body stand for. Of an error with a success status, only
/// the body tells.
pub(crate) fn kind(status: StatusCode, body: Option<&ErrorBody>) -> ErrorKind {
    let code = body.and_then(ErrorBody::error_code).unwrap_or_default();
    let error_type = body.and_then(ErrorBody::error_type).unwrap_or_default();
    let has = |words: &[&str]| words.iter().any(|word| code.contains(word) || error_type.contains(word));
    match status.as_u16() {
        401 => ErrorKind::Authentication,
        402 => ErrorKind::QuotaExhausted,
        403 => ErrorKind::Permission,
        404 => ErrorKind::NotFound,
        429 | 200..300 if has(&["insufficient_quota", "balance"]) => ErrorKind::QuotaExhausted,
        429 => ErrorKind::RateLimit,
        503 => ErrorKind::Overloaded,
        500.. | 200..300 if has(&["overloaded", "slow_down"]) => ErrorKind::Overloaded,
        500.. => ErrorKind::Server,
        300..=399 => ErrorKind::Redirect,
        200..300 if has(&["authentication", "api_key"]) => ErrorKind::Authentication,
        200..300 if has(&["permission", "access_denied"]) => ErrorKind::Permission,
        200..300 if has(&["not_found"]) => ErrorKind::NotFound,
        200..300 if has(&["rate_limit"]) => ErrorKind::RateLimit,
        200..300 if has(&["server_error"]) => ErrorKind::Server,
        _ => ErrorKind::InvalidRequest,
    }
}
