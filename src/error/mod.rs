//! What can go wrong with a request, as one type that says what callers treat differently.
//!
//! Place in the flow: made by `send.rs`, `refusal.rs`, `whole.rs`, `stream.rs` and `parse.rs`; `retry.rs` asks it nothing,
//! because it decides before an error is made.

pub(crate) mod pointer;
pub(crate) mod redact;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use crate::error::redact::Secret;
use crate::types::{ErrorBody, ErrorCode, ErrorDetail, ErrorObject, Json};

/// The most bytes of a text of the server that an error keeps.
pub(crate) const TEXT_LIMIT: usize = 64 * 1024;

/// Why a request did not end with a response, or a response is not what it is read as.
///
/// `Display` is one line without a full stop: the kind, the status, the code, and what the server
/// said. It does not repeat [`source`](StdError::source). The API key is in none of it, even where
/// the server repeats it.
///
/// ```
/// use nexconn_responses::{Client, ErrorKind};
///
/// let error = Client::builder().api_key("two\nlines").build().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Configuration);
/// assert!(!error.is_retryable());
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    status: Option<u16>,
    request_id: Option<String>,
    retryable: bool,
    message: String,
    pointer: Option<String>,
    text: Option<String>,
    body: Option<ErrorBody>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What went wrong, as far as callers treat it differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client cannot be built, or the request cannot be sent, as it is: no key, a key that is no
    /// header value, a base URL that is none, plain http to another host. Never retried; change the
    /// configuration.
    Configuration,
    /// No connection, or it broke before an answer began: retried; try again later. Or it broke within
    /// the body of a whole answer: not retried, because the server has done the work; ask again if it may
    /// be done, and charged, twice.
    Connection,
    /// Nothing arrived in time. Retried where no answer had begun; see
    /// [`timeout`](crate::ClientBuilder::timeout). Be more patient, or ask for a stream, or in the
    /// background.
    Timeout,
    /// 401: the key is missing, wrong or revoked. Never retried; use another key.
    Authentication,
    /// 403: the key may not do this, or not from here. Never retried; ask the account's owner.
    Permission,
    /// 404: no such path, model or response. Never retried; look at the base URL and the names.
    NotFound,
    /// Another 4xx: the server refuses the request as it is. Never retried, but for 408 and 409; change
    /// the request, by what [`message`](Error::message) and [`param`](Error::param) say. A redirect too,
    /// which is not followed; the message says where it leads.
    InvalidRequest,
    /// 429: too many requests for now. Retried, after the pause that the server asks for; send fewer.
    RateLimit,
    /// 402, or 429 with the code or type `insufficient_quota`, or a code that speaks of the balance: the
    /// account is exhausted. Never retried; pay, or use another account.
    QuotaExhausted,
    /// Another 5xx: the server failed. Retried; try again later, or report it with its
    /// [`request_id`](Error::request_id).
    Server,
    /// 503, or another 5xx with a code that speaks of overload: the server has too much to do. Retried; try
    /// again later, or another model.
    Overloaded,
    /// A 2xx answer, or an event of a stream, that is not the JSON that it should be;
    /// [`pointer`](Error::pointer) says where. Never retried, because the server may have done the work;
    /// report it. Also an answer's text or a call's arguments that are not the JSON of the type that they
    /// are [read](crate::types::Response::parse) as.
    Decode,
    /// A stream ended, or its connection broke, before a terminal event. Never retried; what has arrived
    /// can be kept ([`Accumulator`](crate::Accumulator)), and a background response
    /// [resumed](crate::Client::resume).
    StreamTruncated,
    /// The server said that the response failed: in the stream by an `error` event, nested or flat, or by
    /// `response.failed`, or in a response that is [parsed](crate::types::Response::parse). Never retried;
    /// its [`code`](Error::code) says whether asking again makes sense.
    ResponseFailed,
    /// [`parse`](crate::types::Response::parse): the model refused to answer; the message is its words.
    /// Never retried; change the request.
    Refusal,
    /// [`parse`](crate::types::Response::parse): the answer is not whole. The message is the server's
    /// reason, such as `max_output_tokens`, or the status of a response that has not ended or was
    /// cancelled. Never retried; allow more, or [wait](crate::Client::wait).
    Incomplete,
    /// [`parse`](crate::types::Response::parse): the answer has no text, as when the model has only
    /// called tools. Never retried; answer the calls.
    NoText,
    /// An [event](crate::ClientBuilder::max_event_size), a [body](crate::ClientBuilder::max_body_size) or a head
    /// (100 headers, some 400 KiB) is longer than the client accepts. Never retried; raise the limit if the
    /// server is to be trusted.
    LimitExceeded,
}

impl ErrorKind {
    const fn text(self) -> &'static str {
        match self {
            Self::Configuration => "the client is not configured for this",
            Self::Connection => "connection failed",
            Self::Timeout => "timed out",
            Self::Authentication => "not authenticated",
            Self::Permission => "not permitted",
            Self::NotFound => "not found",
            Self::InvalidRequest => "invalid request",
            Self::RateLimit => "rate limit reached",
            Self::QuotaExhausted => "quota exhausted",
            Self::Server => "the server failed",
            Self::Overloaded => "the server is overloaded",
            Self::Decode => "the answer cannot be decoded",
            Self::StreamTruncated => "the stream ended before its terminal event",
            Self::ResponseFailed => "the response failed",
            Self::Refusal => "the model refused",
            Self::Incomplete => "the answer is not whole",
            Self::NoText => "the answer has no text",
            Self::LimitExceeded => "the answer is longer than the client accepts",
        }
    }
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            status: None,
            request_id: None,
            retryable: false,
            message: message.into(),
            pointer: None,
            text: None,
            body: None,
            source: None,
        }))
    }

    pub(crate) fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// With where a text has failed to decode, and why.
    pub(crate) fn with_place(mut self, text: &[u8], error: serde_json::Error) -> Self {
        let pointer = pointer::pointer(text, &error);
        if !pointer.is_empty() {
            self.0.message += &format!(", at {pointer}");
        }
        self.0.pointer = Some(pointer);
        self.with_source(error)
    }

    /// Without the key, where the server has repeated it in the names of properties. A source cannot be
    /// mended, and is left out.
    pub(crate) fn without_key(mut self, key: &Secret) -> Self {
        self.0.message = key.clean(self.0.message.as_bytes());
        self.0.pointer = self.0.pointer.map(|pointer| key.clean(pointer.as_bytes()));
        self.0.source = self.0.source.filter(|source| !key.is_in(&source.to_string()));
        self
    }

    pub(crate) fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    pub(crate) fn with_request_id(mut self, request_id: Option<String>) -> Self {
        self.0.request_id = request_id.or(self.0.request_id);
        self
    }

    pub(crate) fn with_body(mut self, mut text: String, body: Option<ErrorBody>) -> Self {
        let cut = (0..=TEXT_LIMIT.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
        text.truncate(cut.unwrap_or_default());
        self.0.text = Some(text);
        self.0.body = body;
        self
    }

    pub(crate) fn retryable(mut self, retryable: bool) -> Self {
        self.0.retryable = retryable;
        self
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The HTTP status of the answer, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The server's id of the request, to quote in a report to the gateway's support.
    ///
    /// From the headers `Http-X-Reqid`, `X-Request-Id` or `Request-Id`, else from a
    /// `(request_id: …)` in the message.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Whether the same request may succeed later: connection failures and time-outs before an
    /// answer, and the statuses 408, 409, 429 and 5xx; not when the quota is exhausted, and not when
    /// the server says otherwise in `x-should-retry`.
    ///
    /// The client has made its own tries by then; see [`max_retries`](crate::ClientBuilder::max_retries).
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// The body of the answer as far as it is a JSON object.
    #[must_use]
    pub fn body(&self) -> Option<&ErrorBody> {
        self.0.body.as_ref()
    }

    /// The body of the answer, or the event of the stream, as it came (invalid UTF-8 and the API key
    /// replaced), or the text that could not be read, cut at 64 KiB; empty if it was.
    #[must_use]
    pub fn raw_body(&self) -> Option<&str> {
        self.0.text.as_deref()
    }

    /// Where in the JSON it does not decode, as a JSON pointer such as `/output/0/role`: the value that
    /// does not fit, or the one that the text breaks off in; empty for the whole. `None` for all other
    /// errors.
    #[must_use]
    pub fn pointer(&self) -> Option<&str> {
        self.0.pointer.as_deref()
    }

    /// What the server, or the client, says about it.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The server's `error.type`.
    #[must_use]
    pub fn error_type(&self) -> Option<&str> {
        self.0.body.as_ref().and_then(ErrorBody::error_type)
    }

    /// The server's `error.param`: which parameter it is about. Empty counts as none.
    #[must_use]
    pub fn param(&self) -> Option<&str> {
        self.0.body.as_ref().and_then(ErrorBody::error_param)
    }

    /// The server's `error.code`; a number is given as text.
    #[must_use]
    pub fn code(&self) -> Option<Cow<'_, str>> {
        self.0.body.as_ref().and_then(ErrorBody::error_code)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.kind.text())?;
        match (self.0.status, self.code()) {
            (Some(status), Some(code)) => write!(f, " (status {status}, {code})")?,
            (Some(status), None) => write!(f, " (status {status})")?,
            (None, _) => {}
        }
        if !self.0.message.is_empty() {
            write!(f, ": {}", self.0.message)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("status", &self.0.status)
            .field("request_id", &self.0.request_id)
            .field("retryable", &self.0.retryable)
            .field("message", &self.0.message)
            .field("pointer", &self.0.pointer)
            .field("body", &self.0.body)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

/// What the different servers' error bodies say, read in one way.
impl ErrorBody {
    /// The message: `error.message`, or `error` where that is a text, or `message`, or `detail`.
    #[must_use]
    pub fn error_message(&self) -> Option<Cow<'_, str>> {
        let message = match &self.error {
            Some(ErrorDetail::Message(text)) => Some(text.as_str()),
            Some(ErrorDetail::Object(object)) => object.message.as_deref(),
            None => None,
        };
        let message = message.or(self.message.as_deref()).map(Cow::Borrowed);
        message.or_else(|| self.detail.as_ref().and_then(Json::string))
    }

    /// `error.type`, or `type` beside it.
    #[must_use]
    pub fn error_type(&self) -> Option<&str> {
        self.object().and_then(|object| object.type_.as_deref()).or(self.type_.as_deref())
    }

    /// `error.param`, or `param` beside it; empty counts as none.
    #[must_use]
    pub fn error_param(&self) -> Option<&str> {
        let param = self.object().and_then(|object| object.param.as_deref()).or(self.param.as_deref());
        param.filter(|param| !param.is_empty())
    }

    /// `error.code`, or `code` beside it; a number is given as text.
    #[must_use]
    pub fn error_code(&self) -> Option<Cow<'_, str>> {
        let code = self.object().and_then(|object| object.code.as_ref()).or(self.code.as_ref())?;
        Some(match code {
            ErrorCode::Name(name) => Cow::Borrowed(name),
            ErrorCode::Number(number) => Cow::Owned(number.to_string()),
        })
    }

    fn object(&self) -> Option<&ErrorObject> {
        match &self.error {
            Some(ErrorDetail::Object(object)) => Some(object),
            Some(ErrorDetail::Message(_)) | None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Error;

    /// A `Result<_, Error>` is passed through every call; it must stay as small as a pointer.
    #[test]
    fn an_error_is_one_pointer() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }
}
