//! The error type of all fallible calls.

pub(crate) mod body;
pub(crate) mod details;
mod kind;
pub(crate) mod metadata;
pub(crate) mod pointer;
pub(crate) mod redact;
pub(crate) mod text;

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::error::body::Document;
use crate::error::details::Details;
pub use crate::error::kind::ErrorKind;
use crate::error::metadata::ResponseMetadata;
use crate::error::redact::{MAX_TEXT, Redactor};
use crate::error::text::one_line;
use crate::types::{ErrorBody, JsonError, Response};

/// An error from sending a request, reading a stream, or parsing output.
///
/// Match on its [`kind`](Self::kind).
///
/// `Display` writes one line: the kind, the status, the code, and the message. Texts of the server are escaped and
/// cut to 500 characters. It doesn't repeat the [`source`](StdError::source). The API key never appears, even if the
/// server repeats it.
///
/// ```
/// use nexconn_responses::types::{CreateResponseRequest, Response};
/// use nexconn_responses::{Client, Error, ErrorKind};
///
/// async fn ask(
///     client: &Client,
///     request: &CreateResponseRequest,
/// ) -> Result<Option<Response>, Error> {
///     match client.create(request).await {
///         Ok(response) => Ok(Some(response)),
///         Err(error) if error.kind() == ErrorKind::RateLimit => Ok(None),
///         Err(error) => {
///             eprintln!("request {:?}: {error}", error.request_id());
///             Err(error)
///         }
///     }
/// }
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    status: Option<u16>,
    request_id: Option<String>,
    retryable: bool,
    message: String,
    pointer: Option<String>,
    metadata: Option<ResponseMetadata>,
    retry_after: Option<Duration>,
    raw_body: Option<String>,
    body: Option<ErrorBody>,
    details: Details,
    /// In an `Arc`, because the code for dropping its content exists once. With a `Box`, each function with an error would
    /// have it.
    response: Option<Arc<Response>>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Configuration, message)
    }

    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            status: None,
            request_id: None,
            retryable: false,
            message: message.into(),
            pointer: None,
            metadata: None,
            retry_after: None,
            raw_body: None,
            body: None,
            details: Details::default(),
            response: None,
            source: None,
        }))
    }

    pub(crate) fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Adds the source, and the JSON Pointer at which the text failed to decode.
    pub(crate) fn with_pointer(self, text: &[u8], error: serde_json::Error) -> Self {
        self.failed_at(&pointer::locate(text, &error)).with_source(error)
    }

    /// Adds the source, and the JSON Pointer at which the text isn't JSON.
    pub(crate) fn with_json_error(self, text: &[u8], error: JsonError) -> Self {
        self.failed_at(&pointer::locate_at(text, error.line(), error.column() - 1)).with_source(error)
    }

    fn failed_at(mut self, pointer: &str) -> Self {
        if !pointer.is_empty() {
            self.0.message += &format!(", at {pointer}");
        }
        self.at(pointer)
    }

    /// Adds the JSON Pointer of a value that's valid JSON but isn't expected.
    pub(crate) fn at(mut self, pointer: &str) -> Self {
        self.0.pointer = Some(pointer.to_owned());
        self
    }

    /// Removes the key, which a server may have repeated as the name of a property. A source that has it
    /// can't be changed, so it's dropped.
    pub(crate) fn redacted(mut self, redactor: &Redactor) -> Self {
        self.0.message = redactor.redact(self.0.message.as_bytes());
        self.0.pointer = self.0.pointer.map(|pointer| redactor.redact(pointer.as_bytes()));
        self.0.source = self.0.source.filter(|source| !redactor.occurs_in(&source.to_string()));
        self
    }

    /// Puts a description of the failed task before the message.
    pub(crate) fn with_context(mut self, task: &str) -> Self {
        self.0.message = format!("{task}: {}", self.0.message);
        self
    }

    pub(crate) fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// Adds the metadata of the response, also as status and request id.
    pub(crate) fn with_metadata(mut self, metadata: &ResponseMetadata) -> Self {
        self.0.status = Some(metadata.status());
        self.0.request_id = metadata.request_id().map(str::to_owned).or(self.0.request_id);
        self.0.metadata = Some(metadata.clone());
        self
    }

    pub(crate) fn with_retry_after(mut self, retry_after: Option<Duration>) -> Self {
        self.0.retry_after = retry_after;
        self
    }

    /// Adds the text that the error is about, and its parts if it's an error document.
    pub(crate) fn with_document(mut self, document: Document) -> Self {
        let Document { text, body, details, .. } = document;
        self.0.request_id = self.0.request_id.or_else(|| details.request_id.clone());
        self.0.raw_body = Some(cut(text));
        self.0.body = body;
        self.0.details = details;
        self
    }

    pub(crate) fn with_body(self, raw_body: String) -> Self {
        self.with_document(Document::parse(raw_body))
    }

    /// Adds a text that isn't an error document.
    pub(crate) fn with_text(mut self, text: String) -> Self {
        self.0.raw_body = Some(cut(text));
        self
    }

    pub(crate) fn with_response(mut self, response: Response) -> Self {
        self.0.response = Some(Arc::new(response));
        self
    }

    pub(crate) fn take_response(&mut self) -> Option<Response> {
        self.0.response.take().and_then(Arc::into_inner)
    }

    pub(crate) fn retryable(mut self, retryable: bool) -> Self {
        self.0.retryable = retryable;
        self
    }

    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the HTTP status, if there was a response.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// Returns the message of the server, or else of the client.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Returns the server's `error.code`. A number is returned as text.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.details.code.as_deref()
    }

    /// Returns the server's `error.type`.
    #[must_use]
    pub fn error_type(&self) -> Option<&str> {
        self.0.details.error_type.as_deref()
    }

    /// Returns the server's `error.param`, the name of the invalid parameter, if it isn't empty.
    #[must_use]
    pub fn param(&self) -> Option<&str> {
        self.0.details.param.as_deref()
    }

    /// Returns the server's id of the request. Quote it when you report a problem to the gateway's support.
    ///
    /// It's read from the headers `Http-X-Reqid`, `X-Request-Id` or `Request-Id`, else from the error document or a
    /// `(request_id: …)` in its message.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Returns true if the same request may succeed later.
    ///
    /// That's the case for failed connections and timeouts before a response, and for the statuses 408, 409,
    /// 429 and 5xx, unless the quota is exhausted or the server sends `x-should-retry: false`.
    ///
    /// The client has already made its own retries; see [`max_retries`](crate::ClientBuilder::max_retries).
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// Returns the delay before a retry that the server requests, in `retry-after-ms` or `Retry-After`. A date is
    /// relative to the time when the response arrived.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns the JSON Pointer of the value that failed to decode, such as `/output/0/role`.
    ///
    /// It's empty for the whole document, and `None` for errors that aren't about JSON.
    #[must_use]
    pub fn pointer(&self) -> Option<&str> {
        self.0.pointer.as_deref()
    }

    /// Returns the text of the body or the event, or the text that failed to decode. Maximum 64 KiB.
    ///
    /// Invalid UTF-8 and the API key are replaced.
    #[must_use]
    pub fn raw_body(&self) -> Option<&str> {
        self.0.raw_body.as_deref()
    }

    /// Returns the body of the error response, if it's a JSON object.
    #[must_use]
    pub fn body(&self) -> Option<&ErrorBody> {
        self.0.body.as_ref()
    }

    /// Returns the metadata of the response, if there was one.
    #[must_use]
    pub fn metadata(&self) -> Option<&ResponseMetadata> {
        self.0.metadata.as_ref()
    }

    /// Returns the response of a stream whose terminal event came with or after an error.
    ///
    /// It's the response of `response.failed`, or of the terminal event after an `error` event. Its output may
    /// be usable.
    #[must_use]
    pub fn response(&self) -> Option<&Response> {
        self.0.response.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.kind)?;
        match (self.0.status, self.code()) {
            (Some(status), Some(code)) => write!(f, " (status {status}, {})", one_line(code))?,
            (Some(status), None) => write!(f, " (status {status})")?,
            (None, _) => {}
        }
        if let (ErrorKind::NotFound, Some(metadata)) = (self.0.kind, &self.0.metadata) {
            write!(f, " for {}", one_line(metadata.url()))?;
        }
        let message = one_line(&self.0.message);
        if !message.is_empty() {
            write!(f, ": {message}")?;
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
            .field("url", &self.0.metadata.as_ref().map(ResponseMetadata::url))
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

/// Cuts a text to the size an error keeps.
fn cut(mut text: String) -> String {
    let end = (0..=MAX_TEXT.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    text.truncate(end.unwrap_or_default());
    text
}

#[cfg(test)]
mod tests {
    use super::Error;

    /// Every call passes a `Result<_, Error>` on, so the error must stay as small as a pointer.
    #[test]
    fn an_error_is_one_pointer() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }
}
