//! The kinds of errors.

use std::fmt;

/// The kind of an [`Error`](crate::Error), as far as callers handle it differently.
///
/// `Display` writes a short description in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting or an argument is invalid: no API key, an invalid base URL, plain http to another host,
    /// an invalid header or id. Nothing was sent. Never retried; change the setting.
    Configuration,
    /// A value can't be written as JSON, for example a map whose keys aren't strings. Nothing was sent.
    Encode,
    /// The connection failed. Retried if there was no response yet. If the connection broke within the body
    /// of a response, it's not retried, because the server has done the work: send the request again only
    /// if it may run, and be charged, twice.
    Connection,
    /// The response isn't valid HTTP/1.1, or its headers exceed the limits (100 headers, about 400 KiB).
    /// Never retried; check the base URL.
    Protocol,
    /// The response didn't arrive in time. Retried if there was no response yet. Raise
    /// [`timeout`](crate::ClientBuilder::timeout), stream the response, or run it in the background.
    Timeout,
    /// Status 401: the API key is missing, wrong or revoked. Never retried.
    Authentication,
    /// Status 403: the API key lacks a permission. Never retried.
    Permission,
    /// Status 404: the path, the model or the response doesn't exist. Never retried; check the base URL and
    /// the names.
    NotFound,
    /// Status 3xx: the server redirects, and redirects aren't followed. Never retried; the message has the
    /// target.
    Redirect,
    /// Another 4xx status: the server rejected the request. Never retried, except for 408 and 409. Change the
    /// request as [`message`](crate::Error::message) and [`param`](crate::Error::param) say.
    InvalidRequest,
    /// Status 429: too many requests. Retried after the delay that the server asks for.
    RateLimit,
    /// The account has no quota or balance left: status 402, or an error response with a code or type that
    /// says so. Never retried.
    QuotaExhausted,
    /// Another 5xx status: the server failed. Retried. Report it with its
    /// [`request_id`](crate::Error::request_id).
    Server,
    /// Status 503, or another 5xx status with a code that says that the server is overloaded. Retried.
    Overloaded,
    /// A successful response, an event, an output text or a call's arguments aren't the expected JSON.
    /// [`pointer`](crate::Error::pointer) says where. Never retried, because the server may have done the
    /// work.
    Decode,
    /// A stream ended, or its connection broke, before the terminal event. Never retried. Keep the part that
    /// has arrived with an [`Accumulator`](crate::Accumulator), or [resume](crate::Client::resume) a
    /// background response.
    StreamTruncated,
    /// The terminal event was already read from the stream, so
    /// [`into_response`](crate::EventStream::into_response) has no response to return.
    AlreadyRead,
    /// The response failed: an `error` or `response.failed` event of a stream, or a response with status
    /// `failed` that's [parsed](crate::types::Response::parse). Never retried; the
    /// [`code`](crate::Error::code) tells whether a retry makes sense.
    ResponseFailed,
    /// The model refused, and the output is [parsed](crate::types::Response::parse). The message is the
    /// refusal.
    Refusal,
    /// The response is incomplete, and its output is [parsed](crate::types::Response::parse). The message is
    /// the reason, such as `max_output_tokens`, or the status of a response that's still running or was
    /// cancelled. Raise the limit, or [wait](crate::Client::wait).
    Incomplete,
    /// The output that's [parsed](crate::types::Response::parse) has no text, for example because the model
    /// only called tools.
    NoText,
    /// An [event](crate::ClientBuilder::max_event_size) or a [body](crate::ClientBuilder::max_body_size)
    /// exceeds the size limit. Never retried; raise the limit.
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
