//! Reads the body of a successful response and decodes it.

use std::borrow::Cow;
use std::future::poll_fn;
use std::pin::Pin;

use http::{StatusCode, header};
use http_body::Body as _;
use percent_encoding::percent_decode_str;
use reqwest::{Body, Response};
use serde_json::Value;

use crate::error::body::Document;
use crate::error::metadata::ResponseMetadata;
use crate::error::redact::Redactor;
use crate::error::{Error, ErrorKind};
use crate::transport::clock::{Sleep, timeout};
use crate::transport::connect_error::innermost;
use crate::transport::context::Context;
use crate::transport::error_response;
use crate::transport::request::Request;
use crate::transport::settings::Settings;
use crate::types::{self, InputItemList, Json, JsonError, JsonText};

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
    mut is_enough: impl FnMut(&[u8]) -> bool,
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

/// The head of a successful response, as errors and streams need it.
#[derive(Clone)]
pub(crate) struct ResponseHead {
    pub(crate) metadata: ResponseMetadata,
    content_type: Option<String>,
}

impl ResponseHead {
    pub(crate) fn new(metadata: ResponseMetadata) -> Self {
        let content_type = metadata.header(header::CONTENT_TYPE.as_str()).map(str::to_owned);
        Self { metadata, content_type }
    }

    pub(crate) fn request_id(&self) -> Option<&str> {
        self.metadata.request_id()
    }

    pub(crate) fn describe(&self, error: Error) -> Error {
        error.with_metadata(&self.metadata)
    }

    /// Returns true for the content type of an event stream.
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
    redactor: Redactor,
    strict_decoding: bool,
}

impl PendingBody {
    /// Returns an error if the body is compressed, except for a raw request. With the feature `gzip`, reqwest has
    /// decompressed a body in gzip before.
    pub(crate) fn new(
        response: Response,
        metadata: ResponseMetadata,
        deadline: Sleep,
        context: &Context,
        request: &Request,
    ) -> Result<Self, Error> {
        let redactor = context.redactor.clone();
        let head = ResponseHead::new(metadata);
        let encoding = error_response::encoding(response.headers(), &[]).filter(|_| !request.is_raw);
        if let Some(encoding) = encoding {
            let encoding = redactor.redact(encoding.as_bytes());
            let message =
                format!("the response is compressed ({encoding}); the client only reads gzip, with the feature `gzip`");
            return Err(head.describe(Error::new(ErrorKind::Decode, message)));
        }
        let Settings { max_body_size: limit, strict_decoding, .. } = context.settings;
        Ok(Self { head, bytes: Vec::new(), rest: response.into(), limit, deadline, redactor, strict_decoding })
    }

    /// Returns true for an event stream. Without its content type, reads the start of the body to recognize it: some
    /// servers label their streams as plain text.
    pub(crate) async fn is_event_stream(&mut self) -> Result<bool, Error> {
        if self.head.is_event_stream() {
            return Ok(true);
        }
        let (mut blanks, mut is_stream) = (0, None);
        let sniff = |bytes: &[u8]| {
            is_stream = looks_like_events(bytes, &mut blanks);
            is_stream.is_some()
        };
        self.read_until(sniff).await?;
        Ok(is_stream == Some(true))
    }

    pub(crate) async fn read(mut self) -> Result<ResponseBody, Error> {
        self.read_until(|_| false).await?;
        let Self { head, bytes, redactor, strict_decoding, .. } = self;
        Ok(ResponseBody { head, bytes, redactor, strict_decoding })
    }

    pub(crate) fn head(&self) -> &ResponseHead {
        &self.head
    }

    /// Returns the head, the start of the body if it has been read, and the rest of the body.
    pub(crate) fn into_parts(self) -> (ResponseHead, Vec<u8>, Body) {
        (self.head, self.bytes, self.rest)
    }

    async fn read_until(&mut self, is_enough: impl FnMut(&[u8]) -> bool) -> Result<(), Error> {
        let Self { head, bytes, rest, limit, deadline, .. } = self;
        let error = match collect(rest, bytes, *limit, deadline, is_enough).await {
            Ok(()) => return Ok(()),
            Err(ReadError::TooLarge) => {
                let message = format!("the response body exceeds {limit} bytes; raise max_body_size");
                Error::new(ErrorKind::LimitExceeded, message)
            }
            Err(ReadError::TimedOut) => {
                Error::new(ErrorKind::Timeout, "the response body didn't arrive in time; raise timeout")
            }
            Err(ReadError::Io(error)) => {
                let kind = if error.is_timeout() { ErrorKind::Timeout } else { ErrorKind::Connection };
                let cause = innermost(&error);
                let message = format!("the connection broke while reading the response body: {cause}");
                Error::new(kind, message).with_source(error.without_url())
            }
        };
        Err(head.describe(error))
    }
}

pub(crate) struct ResponseBody {
    head: ResponseHead,
    bytes: Vec<u8>,
    redactor: Redactor,
    strict_decoding: bool,
}

impl ResponseBody {
    pub(crate) fn new(head: ResponseHead, bytes: Vec<u8>, redactor: Redactor, strict_decoding: bool) -> Self {
        Self { head, bytes, redactor, strict_decoding }
    }

    pub(crate) fn head(&self) -> &ResponseHead {
        &self.head
    }

    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.head.metadata.status()).unwrap_or(StatusCode::OK)
    }

    /// Decodes a response, whatever the content type: servers label JSON in many ways.
    ///
    /// Not async, so its code is compiled once, in this crate.
    pub(crate) fn into_response(self) -> Result<types::Response, Error> {
        let response: types::Response = self.decode()?;
        let is_named = response.object.as_deref().is_none_or(|object| object == "response");
        let has_output = !response.output.is_empty();
        if has_output || (is_named && (!response.id.is_empty() || response.status.is_some())) {
            return Ok(response);
        }
        let pointer = if is_named { "" } else { "/object" };
        Err(self.unexpected(|error| error.at(pointer)))
    }

    /// Decodes a page of a list. Some servers return a bare array.
    pub(crate) fn into_input_items(self) -> Result<InputItemList, Error> {
        if self.json().trim_ascii_start().starts_with(b"[") {
            let list = [br#"{"data":"#, self.json(), b"}"].concat();
            return InputItemList::from_slice(&list).map_err(|error| self.decode_error(error));
        }
        self.into_value()
    }

    /// Decodes the confirmation of a deletion. An empty body confirms it, too, and then the function makes it from the
    /// id, the last segment of the URL.
    pub(crate) fn into_deleted<T: JsonText>(self, of_id: impl FnOnce(Cow<'_, str>) -> T) -> Result<T, Error> {
        if self.bytes.trim_ascii().is_empty() {
            let id = self.head.metadata.url().rsplit('/').next().unwrap_or_default();
            return Ok(of_id(percent_decode_str(id).decode_utf8_lossy()));
        }
        self.into_value()
    }

    /// Returns the body as JSON of any type. An empty body is null.
    pub(crate) fn into_json(self) -> Result<Json, Error> {
        if self.bytes.trim_ascii().is_empty() {
            return Ok(Json::from(Value::Null));
        }
        self.into_value()
    }

    pub(crate) fn into_value<T: JsonText>(self) -> Result<T, Error> {
        self.decode()
    }

    fn decode<T: JsonText>(&self) -> Result<T, Error> {
        let value = T::from_slice(&self.bytes).map_err(|error| self.decode_error(error))?;
        match self.strict_decoding.then(|| first_mismatch(&value)).flatten() {
            None => Ok(value),
            Some(error) => Err(self.head.describe(error.redacted(&self.redactor))),
        }
    }

    /// The body without a byte-order mark, which some servers write before JSON.
    fn json(&self) -> &[u8] {
        self.bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&self.bytes)
    }

    fn decode_error(&self, error: JsonError) -> Error {
        self.unexpected(|unexpected| unexpected.with_json_error(&self.bytes, error).redacted(&self.redactor))
    }

    /// The error of a document other than the expected one: the server's error, or else a decode error.
    fn unexpected(&self, locate: impl FnOnce(Error) -> Error) -> Error {
        let document = Document::parse(self.redactor.excerpt(&self.bytes));
        let message = error_response::describe(&document);
        let text = document.text.clone();
        self.head.describe(match error_response::error_with_success_status(self.status(), document) {
            Some(error) => error,
            None => locate(Error::new(ErrorKind::Decode, message)).with_text(text),
        })
    }
}

/// Returns the first mismatch as an error. See `ClientBuilder::strict_decoding`.
pub(crate) fn first_mismatch(value: &impl JsonText) -> Option<Error> {
    let mismatch = value.mismatches().into_iter().next()?;
    Some(Error::new(ErrorKind::Decode, format!("strict decoding: {mismatch}")).at(&mismatch.pointer))
}

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Returns true if a body with these first bytes is an event stream, or `None` if more bytes are needed. `blanks`
/// is the number of leading bytes known to be blank.
fn looks_like_events(bytes: &[u8], blanks: &mut usize) -> Option<bool> {
    const FIELDS: [&[u8]; 5] = [b"event:", b"data:", b":", b"id:", b"retry:"];
    if bytes.len() < BYTE_ORDER_MARK.len() && BYTE_ORDER_MARK.starts_with(bytes) {
        return None;
    }
    if *blanks == 0 && bytes.starts_with(BYTE_ORDER_MARK) {
        *blanks = BYTE_ORDER_MARK.len();
    }
    let text = bytes.get(*blanks..).unwrap_or_default().trim_ascii_start();
    *blanks = bytes.len() - text.len();
    if FIELDS.iter().any(|field| text.starts_with(field)) {
        return Some(true);
    }
    (!FIELDS.iter().any(|field| field.starts_with(text))).then_some(false)
}
