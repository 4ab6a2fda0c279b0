//! Reads the body of a successful response and decodes it.

use std::future::poll_fn;
use std::pin::Pin;

use http::{HeaderMap, StatusCode, header};
use http_body::Body as _;
use reqwest::{Body, Response};
use serde::de::DeserializeOwned;

use crate::codec::decode;
use crate::error::redact::{ApiKey, excerpt};
use crate::error::{Error, ErrorKind};
use crate::transport::clock::{Sleep, timeout};
use crate::transport::context::Context;
use crate::transport::error_response;
use crate::types::{self, CompactedResponse, DeletedResponse, ErrorBody, InputItemList, InputTokens};

/// Why a body wasn't read to its end.
pub(crate) enum ReadError {
    TooLarge,
    TimedOut,
    Io(reqwest::Error),
}

/// Reads a body to its end, or until `is_enough` returns true.
pub(crate) async fn collect(
    body: &mut Body,
    bytes: &mut Vec<u8>,
    limit: usize,
    deadline: &mut Sleep,
    is_enough: impl Fn(&[u8]) -> bool,
) -> Result<(), ReadError> {
    while !is_enough(bytes) {
        match timeout(poll_fn(|context| Pin::new(&mut *body).poll_frame(context)), deadline).await {
            None => return Err(ReadError::TimedOut),
            Some(None) => return Ok(()),
            Some(Some(Ok(frame))) => bytes.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data)),
            Some(Some(Err(error))) => return Err(ReadError::Io(error)),
        }
        if bytes.len() > limit {
            bytes.truncate(limit);
            return Err(ReadError::TooLarge);
        }
    }
    Ok(())
}

/// What errors and streams need to know of the head of a successful response.
#[derive(Clone)]
pub(crate) struct ResponseHead {
    pub(crate) status: StatusCode,
    pub(crate) request_id: Option<String>,
    pub(crate) content_type: Option<String>,
}

impl ResponseHead {
    fn new(status: StatusCode, headers: &HeaderMap, key: &ApiKey) -> Self {
        let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        Self {
            status,
            request_id: error_response::request_id(headers, key),
            content_type: content_type.map(str::to_owned),
        }
    }

    /// Adds the status and the request id to an error.
    pub(crate) fn describe(&self, error: Error) -> Error {
        error.with_status(self.status.as_u16()).with_request_id(self.request_id.clone())
    }

    /// Whether the content type is that of an event stream.
    fn is_event_stream(&self) -> bool {
        self.content_type.as_deref().is_some_and(|content_type| content_type.contains("event-stream"))
    }
}

/// A successful response whose body hasn't been read to its end.
pub(crate) struct PendingBody {
    head: ResponseHead,
    bytes: Vec<u8>,
    rest: Body,
    limit: usize,
    deadline: Sleep,
    key: ApiKey,
}

impl PendingBody {
    /// Returns an error if the body is compressed. The client doesn't ask for that, and can't limit the
    /// decompressed size.
    pub(crate) fn new(response: Response, deadline: Sleep, context: &Context) -> Result<Self, Error> {
        let key = context.key.clone();
        let head = ResponseHead::new(response.status(), response.headers(), &key);
        let encoding = response.headers().get(header::CONTENT_ENCODING).map(|name| key.redact(name.as_bytes()));
        if let Some(name) = encoding.filter(|name| !name.eq_ignore_ascii_case("identity")) {
            let message = format!("the response is compressed ({}), which the client doesn't support", excerpt(&name));
            return Err(head.describe(Error::new(ErrorKind::Decode, message)));
        }
        let limit = context.settings.max_body_size;
        Ok(Self { head, bytes: Vec::new(), rest: response.into(), limit, deadline, key })
    }

    /// Whether this is an event stream. Without a content type that says so, reads as much of the body
    /// as it takes to tell: some servers label their streams as plain text.
    pub(crate) async fn is_event_stream(&mut self) -> Result<bool, Error> {
        if self.head.is_event_stream() {
            return Ok(true);
        }
        self.read_until(|bytes| looks_like_events(bytes).is_some()).await?;
        Ok(looks_like_events(&self.bytes) == Some(true))
    }

    /// Reads the rest of the body.
    pub(crate) async fn read(mut self) -> Result<ResponseBody, Error> {
        self.read_until(|_| false).await?;
        let Self { head, bytes, key, .. } = self;
        Ok(ResponseBody { head, bytes, key })
    }

    /// Returns the head, the bytes read so far, and the rest of the body.
    pub(crate) fn into_parts(self) -> (ResponseHead, Vec<u8>, Body) {
        (self.head, self.bytes, self.rest)
    }

    async fn read_until(&mut self, is_enough: impl Fn(&[u8]) -> bool) -> Result<(), Error> {
        let Self { head, bytes, rest, limit, deadline, .. } = self;
        let error = match collect(rest, bytes, *limit, deadline, is_enough).await {
            Ok(()) => return Ok(()),
            Err(ReadError::TooLarge) => {
                let message = format!("the response body exceeds {limit} bytes; raise max_body_size");
                Error::new(ErrorKind::LimitExceeded, message)
            }
            Err(ReadError::TimedOut) => Error::new(ErrorKind::Timeout, "the response body didn't arrive in time"),
            Err(ReadError::Io(error)) => {
                let kind = if error.is_timeout() { ErrorKind::Timeout } else { ErrorKind::Connection };
                Error::new(kind, "the connection broke within the response body").with_source(error.without_url())
            }
        };
        Err(head.describe(error))
    }
}

/// The body of a successful response.
pub(crate) struct ResponseBody {
    head: ResponseHead,
    bytes: Vec<u8>,
    key: ApiKey,
}

impl ResponseBody {
    pub(crate) fn new(head: ResponseHead, bytes: Vec<u8>, key: ApiKey) -> Self {
        Self { head, bytes, key }
    }

    pub(crate) fn head(&self) -> &ResponseHead {
        &self.head
    }

    /// Decodes a response, whatever the content type: servers label JSON in many ways.
    ///
    /// This and the methods below are neither generic nor async, so that their code is compiled once, in
    /// this crate.
    pub(crate) fn into_response(self) -> Result<types::Response, Error> {
        self.decode()
    }

    pub(crate) fn into_input_items(self) -> Result<InputItemList, Error> {
        self.decode()
    }

    pub(crate) fn into_input_tokens(self) -> Result<InputTokens, Error> {
        self.decode()
    }

    pub(crate) fn into_compacted(self) -> Result<CompactedResponse, Error> {
        self.decode()
    }

    /// Decodes the confirmation of a deletion. An empty body confirms it, too.
    pub(crate) fn into_deleted(self, id: &str) -> Result<DeletedResponse, Error> {
        if self.bytes.trim_ascii().is_empty() {
            let mut deleted = DeletedResponse::new(id, true);
            deleted.deleted = None;
            return Ok(deleted);
        }
        self.decode()
    }

    fn decode<T: DeserializeOwned>(&self) -> Result<T, Error> {
        decode::decode(&self.bytes).map_err(|error| self.decode_error(error))
    }

    fn decode_error(&self, error: serde_json::Error) -> Error {
        let text = self.key.redact(self.key.excerpt(&self.bytes));
        let body: Option<ErrorBody> = serde_json::from_str(&text).ok();
        if let Some(message) = body.as_ref().filter(|body| body.error.is_some()).and_then(ErrorBody::error_message) {
            // Some gateways send errors with status 200.
            let kind = error_response::kind(self.head.status, body.as_ref());
            return self.head.describe(Error::new(kind, message.into_owned())).with_body(text, body);
        }
        let content_type = self.head.content_type.as_deref().unwrap_or("no content type");
        let message = format!("expected JSON, found {content_type} that starts with {}", excerpt(&text));
        let error = Error::new(ErrorKind::Decode, message).with_pointer(&self.bytes, error).redacted(&self.key);
        self.head.describe(error).with_body(text, body)
    }
}

/// Whether a body that starts with these bytes is an event stream; `None` if it takes more bytes to tell.
fn looks_like_events(bytes: &[u8]) -> Option<bool> {
    const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
    const FIELDS: [&[u8]; 5] = [b"event:", b"data:", b":", b"id:", b"retry:"];
    if bytes.len() < BYTE_ORDER_MARK.len() && BYTE_ORDER_MARK.starts_with(bytes) {
        return None;
    }
    let text = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes).trim_ascii_start();
    if FIELDS.iter().any(|field| text.starts_with(field)) {
        return Some(true);
    }
    (!FIELDS.iter().any(|field| field.starts_with(text))).then_some(false)
}
