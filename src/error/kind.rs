//! The kinds of errors.

use std::fmt;

/// The kind of an [`Error`](crate::Error). Match on it to handle failures.
///
/// The client retries a request if it got no response, or one with status 408, 409, 429 or 5xx. The server can decide
/// otherwise with `x-should-retry: true` or `false`. The client doesn't retry once a successful response has started.
/// [`Error::is_retryable`](crate::Error::is_retryable) returns whether an error is worth another attempt.
///
/// `Display` writes a short description in lower case.
///
/// ```
/// use std::time::Duration;
///
/// use nexconn_responses::{Error, ErrorKind};
///
/// fn describe(error: &Error) -> String {
///     match error.kind() {
///         ErrorKind::RateLimit => {
///             let delay = error.retry_after().unwrap_or(Duration::ZERO);
///             format!("try again in {} s", delay.as_secs())
///         }
///         ErrorKind::QuotaExhausted => "the account is empty".to_owned(),
///         ErrorKind::InvalidRequest => {
///             format!("{:?}: {}", error.param(), error.message())
///         }
///         _ => error.to_string(),
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting or an argument is invalid: no API key, an invalid base URL, plain http to another host,
    /// an invalid header or id. The request wasn't sent.
    Configuration,
    /// A value can't be written as JSON, for example a map whose keys aren't strings. The request wasn't sent.
    Encode,
    /// The connection failed. If it broke within a response, the server has already done the work, and may charge you
    /// for a second request.
    Connection,
    /// The response isn't valid HTTP/1.1, or its headers exceed the limits (100 headers, about 400 KiB). Check the
    /// base URL.
    Protocol,
    /// The response didn't arrive in time. Raise [`timeout`](crate::ClientBuilder::timeout), stream the response, or
    /// run it in the background.
    Timeout,
    /// Status 401: the API key is missing, wrong or revoked. With an [`ApiKeyProvider`](crate::ApiKeyProvider), the
    /// client has already tried another key.
    Authentication,
    /// Status 403: the API key lacks a permission.
    Permission,
    /// Status 404: the path, the model or the response doesn't exist. Check the base URL and the names.
    NotFound,
    /// Status 3xx: the server redirects, and redirects aren't followed. The message has the target.
    Redirect,
    /// Another 4xx status: the server rejected the request. [`message`](crate::Error::message) and
    /// [`param`](crate::Error::param) have the reason.
    InvalidRequest,
    /// Status 429: too many requests. The client waits for the delay in [`retry_after`](crate::Error::retry_after),
    /// and doesn't retry if it's longer than 120 seconds.
    RateLimit,
    /// The account has no quota or balance left: status 402, or an error response with such a code, type or message.
    /// Not retried.
    QuotaExhausted,
    /// Another 5xx status: the server failed. Report it with its [`request_id`](crate::Error::request_id).
    Server,
    /// The server is overloaded: status 503, or another 5xx status with such a code.
    Overloaded,
    /// A successful response, an event, an output text or a call's arguments aren't the expected JSON.
    /// [`pointer`](crate::Error::pointer) is the position.
    Decode,
    /// A stream ended, or its connection broke, before the terminal event. Build the output so far with an
    /// [`Accumulator`](crate::Accumulator), or [resume](crate::Client::resume) a background response.
    StreamTruncated,
    /// The terminal event was already read from the stream, so
    /// [`into_response`](crate::EventStream::into_response) has no response to return.
    AlreadyRead,
    /// The response failed: an `error` or `response.failed` event of a stream, or status `failed` when you
    /// [parse](crate::types::Response::parse) a response. [`code`](crate::Error::code) has the reason.
    ResponseFailed,
    /// The model refused, and you [parse](crate::types::Response::parse) the output. The message is the refusal.
    Refusal,
    /// The response is incomplete, and you [parse](crate::types::Response::parse) its output. The message is the
    /// reason, such as `max_output_tokens`, or the status of a response in progress or cancelled. Raise the limit, or
    /// [wait](crate::Client::wait).
    Incomplete,
    /// You [parse](crate::types::Response::parse) an output without text, for example because the model only called
    /// tools.
    NoText,
    /// An [event](crate::ClientBuilder::max_event_size) or a [body](crate::ClientBuilder::max_body_size)
    /// exceeds the size limit. Raise the limit.
    LimitExceeded,
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Configuration => "invalid configuration",
            Self::Encode => "can't be encoded",
            Self::Connection => "connection failed",
            Self::Protocol => "invalid HTTP",
            Self::Timeout => "timed out",
            Self::Authentication => "not authenticated",
            Self::Permission => "not permitted",
            Self::NotFound => "not found",
            Self::Redirect => "redirected",
            Self::InvalidRequest => "invalid request",
            Self::RateLimit => "rate limit reached",
            Self::QuotaExhausted => "quota exhausted",
            Self::Server => "server error",
            Self::Overloaded => "server overloaded",
            Self::Decode => "can't be decoded",
            Self::StreamTruncated => "stream truncated",
            Self::AlreadyRead => "already read",
            Self::ResponseFailed => "response failed",
            Self::Refusal => "refused by the model",
            Self::Incomplete => "response incomplete",
            Self::NoText => "no output text",
            Self::LimitExceeded => "size limit exceeded",
        })
    }
}
