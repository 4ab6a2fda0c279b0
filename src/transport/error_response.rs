//! What an answer says that is no success: its status, its headers and its body, as an error.
//!
//! Place in the flow: `send.rs` asks it about a refusal, and `whole.rs` about a success that holds an
//! error. `retry.rs` says whether the same request may be tried again.

use http::{HeaderMap, StatusCode, header};
use reqwest::{Body, Response};

use crate::error::redact::Secret;
use crate::error::{Error, ErrorKind};
use crate::transport::body;
use crate::transport::clock::Sleep;
use crate::transport::retry;
use crate::types::ErrorBody;

/// What an answer that is no success says, as an error.
pub(crate) async fn read(response: Response, deadline: &mut Sleep, key: &Secret) -> Error {
    let (status, headers) = (response.status(), response.headers().clone());
    let (mut body, mut bytes) = (Body::from(response), Vec::new());
    // The status says enough; a body that is too long, late or broken says what it can.
    let _ = body::collect(&mut body, &mut bytes, key.reach(), deadline, |_| false).await;
    let error = describe(status, location(&headers, key), key.clean(&bytes));
    let retryable = error.kind() != ErrorKind::QuotaExhausted && retry::is_worth_it(status, &headers);
    error.with_request_id(request_id(&headers, key)).retryable(retryable)
}

/// The server's id of the request. A server that repeats the key there is not quoted.
pub(crate) fn request_id(headers: &HeaderMap, key: &Secret) -> Option<String> {
    let names = ["http-x-reqid", "x-request-id", "request-id"];
    names.iter().find_map(|name| headers.get(*name)?.to_str().ok().map(|id| key.clean(id.as_bytes())))
}

/// Where a redirect leads.
fn location(headers: &HeaderMap, key: &Secret) -> Option<String> {
    headers.get(header::LOCATION).map(|location| key.clean(location.as_bytes()))
}

/// The error of a status, the target of a redirect, and a body.
fn describe(status: StatusCode, location: Option<String>, text: String) -> Error {
    let body: Option<ErrorBody> = serde_json::from_str(&text).ok();
    let kind = kind(status, body.as_ref());
    let message = match (body.as_ref().and_then(ErrorBody::error_message), location) {
        (Some(message), _) => message.into_owned(),
        (None, Some(location)) if status.is_redirection() => {
            format!("the server redirects to {}, which is not followed", brief(&location))
        }
        (None, _) if text.trim().is_empty() => "the answer has no body".to_owned(),
        (None, _) => format!("the answer says {}", brief(&text)),
    };
    let id =
        message.split_once("(request_id: ").and_then(|(_, rest)| rest.split_once(')')).map(|(id, _)| id.to_owned());
    Error::new(kind, message).with_status(status.as_u16()).with_request_id(id).with_body(text, body)
}

/// The kind that a status stands for, and what the server says where that tells more. A success that
/// holds an error has nothing but words.
pub(crate) fn kind(status: StatusCode, body: Option<&ErrorBody>) -> ErrorKind {
    let code = body.and_then(ErrorBody::error_code).unwrap_or_default();
    let error_type = body.and_then(ErrorBody::error_type).unwrap_or_default();
    let says = |words: &[&str]| words.iter().any(|word| code.contains(word) || error_type.contains(word));
    match status.as_u16() {
        401 => ErrorKind::Authentication,
        402 => ErrorKind::QuotaExhausted,
        403 => ErrorKind::Permission,
        404 => ErrorKind::NotFound,
        429 | 200..300 if says(&["insufficient_quota", "balance"]) => ErrorKind::QuotaExhausted,
        429 => ErrorKind::RateLimit,
        503 => ErrorKind::Overloaded,
        500.. | 200..300 if says(&["overloaded", "slow_down"]) => ErrorKind::Overloaded,
        500.. => ErrorKind::Server,
        200..300 if says(&["authentication", "api_key"]) => ErrorKind::Authentication,
        200..300 if says(&["permission", "access_denied"]) => ErrorKind::Permission,
        200..300 if says(&["not_found"]) => ErrorKind::NotFound,
        200..300 if says(&["rate_limit"]) => ErrorKind::RateLimit,
        200..300 if says(&["server_error"]) => ErrorKind::Server,
        _ => ErrorKind::InvalidRequest,
    }
}

/// The beginning of a text, on one line, for a message.
pub(crate) fn brief(text: &str) -> String {
    const SHOWN: usize = 80;
    let mut line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((cut, _)) = line.char_indices().nth(SHOWN) {
        line.truncate(cut);
        line.push('…');
    }
    format!("{line:?}")
}
