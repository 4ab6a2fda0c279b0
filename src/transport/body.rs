//! The body of a success, read to its end, and what it is read as.
//!
//! Place in the flow: `client.rs`, `endpoints.rs` and `pages.rs` read one after `send.rs` has the head of
//! an answer. A stream is not read here, but for the beginning of one whose head does not say so.

use std::future::poll_fn;
use std::pin::Pin;

use http::{HeaderMap, StatusCode, header};
use http_body::Body as _;
use reqwest::Body;
use serde::de::DeserializeOwned;

use crate::client::Client;
use crate::codec::decode;
use crate::error::redact::Secret;
use crate::error::{Error, ErrorKind};
use crate::stream::EventStream;
use crate::transport::clock::{Sleep, within};
use crate::transport::error_response::{self, brief};
use crate::transport::send::{Answer, EVENT_STREAM};
use crate::transport::tracing::Trace;
use crate::types::{self, CompactedResponse, DeletedResponse, ErrorBody, InputItemList, InputTokens};

/// The most bytes that the body of one answer may have unless set otherwise: 256 MiB.
pub const DEFAULT_MAX_BODY_SIZE: usize = 256 * 1024 * 1024;

/// Why a body was not read to its end.
pub(crate) enum Stop {
    TooLong,
    Late,
    Broken(reqwest::Error),
}

/// Reads a body until what is there is enough, or to its end.
pub(crate) async fn collect(
    body: &mut Body,
    bytes: &mut Vec<u8>,
    limit: usize,
    deadline: &mut Sleep,
    enough: impl Fn(&[u8]) -> bool,
) -> Result<(), Stop> {
    while !enough(bytes) {
        match within(poll_fn(|context| Pin::new(&mut *body).poll_frame(context)), deadline).await {
            None => return Err(Stop::Late),
            Some(None) => return Ok(()),
            Some(Some(Ok(frame))) => bytes.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data)),
            Some(Some(Err(error))) => return Err(Stop::Broken(error)),
        }
        if bytes.len() > limit {
            bytes.truncate(limit);
            return Err(Stop::TooLong);
        }
    }
    Ok(())
}

/// A success whose body is not read to its end yet.
pub(crate) struct Beginning<'a> {
    read: Whole<'a>,
    rest: Body,
    limit: usize,
    deadline: Sleep,
}

impl<'a> Beginning<'a> {
    /// Nothing of the body is read yet.
    ///
    /// A body that is compressed, which nobody has asked for, is not read at all: how long it would be is
    /// not known.
    pub(crate) fn new(answer: Answer, client: &'a Client) -> Result<Self, Error> {
        let Answer { response, deadline } = answer;
        let key = &client.shared.key;
        let encoding = response.headers().get(header::CONTENT_ENCODING).map(|name| key.clean(name.as_bytes()));
        let read = Whole {
            status: response.status(),
            request_id: error_response::request_id(response.headers(), key),
            content_type: content_type(response.headers()).map(str::to_owned),
            bytes: Vec::new(),
            key,
        };
        match encoding.filter(|name| !name.eq_ignore_ascii_case("identity")) {
            None => Ok(Self { read, rest: response.into(), limit: client.settings.max_body_size, deadline }),
            Some(name) => {
                let message = format!("the answer is compressed ({}), which was not asked for", brief(&name));
                Err(read.about(Error::new(ErrorKind::Decode, message)))
            }
        }
    }

    /// Reads so much of the body that it shows whether it is an event stream.
    pub(crate) async fn begin(&mut self) -> Result<(), Error> {
        self.read_until(|bytes| is_stream(bytes).is_some()).await
    }

    /// Reads the rest of the body.
    pub(crate) async fn read(mut self) -> Result<Whole<'a>, Error> {
        self.read_until(|_| false).await?;
        Ok(self.read)
    }

    async fn read_until(&mut self, enough: impl Fn(&[u8]) -> bool) -> Result<(), Error> {
        let Self { read, rest, limit, deadline } = self;
        let error = match collect(rest, &mut read.bytes, *limit, deadline, enough).await {
            Ok(()) => return Ok(()),
            Err(Stop::TooLong) => Error::new(ErrorKind::LimitExceeded, format!("its body has more than {limit} bytes")),
            Err(Stop::Late) => Error::new(ErrorKind::Timeout, "the answer did not end in time"),
            Err(Stop::Broken(error)) => {
                let kind = if error.is_timeout() { ErrorKind::Timeout } else { ErrorKind::Connection };
                Error::new(kind, "the answer broke off").with_source(error.without_url())
            }
        };
        Err(read.about(error))
    }

    /// Whether the body begins as an event stream does, and neither as JSON nor as HTML.
    pub(crate) fn may_be_events(&self) -> bool {
        is_stream(&self.read.bytes) == Some(true)
    }

    /// The events of a body whose beginning has been read.
    pub(crate) fn into_events(self, client: &Client, trace: Trace) -> EventStream {
        EventStream::new(&self.read.bytes, self.rest, self.read.request_id, client, trace)
    }
}

/// A success's body, and what is known of the answer for errors about it.
pub(crate) struct Whole<'a> {
    status: StatusCode,
    request_id: Option<String>,
    content_type: Option<String>,
    bytes: Vec<u8>,
    key: &'a Secret,
}

/// The media type of an answer, as the server names it.
pub(crate) fn content_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::CONTENT_TYPE)?.to_str().ok()
}

impl<'a> Whole<'a> {
    /// A body that was announced as a stream.
    pub(crate) fn instead_of_stream(bytes: Vec<u8>, request_id: Option<String>, key: &'a Secret) -> Self {
        Self { status: StatusCode::OK, request_id, content_type: Some(EVENT_STREAM.to_owned()), bytes, key }
    }

    pub(crate) fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// The body as a response. Its content type is not asked: recorded servers send JSON under others.
    ///
    /// Neither generic nor async, so that the code to read a response is compiled once, here, and not
    /// again in each crate that awaits one.
    pub(crate) fn into_response(self) -> Result<types::Response, Error> {
        self.decode()
    }

    /// The body as one page; like [`into_response`](Self::into_response), as all below.
    pub(crate) fn into_input_items(self) -> Result<InputItemList, Error> {
        self.decode()
    }

    pub(crate) fn into_input_tokens(self) -> Result<InputTokens, Error> {
        self.decode()
    }

    pub(crate) fn into_compacted(self) -> Result<CompactedResponse, Error> {
        self.decode()
    }

    /// The body as what became of the response with this id. There may be none.
    pub(crate) fn into_deleted(self, id: &str) -> Result<DeletedResponse, Error> {
        if self.bytes.trim_ascii().is_empty() {
            let mut deleted = DeletedResponse::new(id, true);
            deleted.deleted = None;
            return Ok(deleted);
        }
        self.decode()
    }

    fn decode<T: DeserializeOwned>(&self) -> Result<T, Error> {
        decode::decode(&self.bytes).map_err(|error| self.undecoded(error))
    }

    fn undecoded(&self, error: serde_json::Error) -> Error {
        let text = self.key.clean(self.key.start(&self.bytes));
        let body: Option<ErrorBody> = serde_json::from_str(&text).ok();
        if let Some(message) = body.as_ref().filter(|body| body.error.is_some()).and_then(ErrorBody::error_message) {
            // Some gateways refuse with status 200; what they say then is worth more than the status.
            let message = message.into_owned();
            return self
                .about(Error::new(error_response::kind(self.status, body.as_ref()), message))
                .with_body(text, body);
        }
        let content_type = self.content_type.as_deref().unwrap_or("no content type");
        let message = format!("expected JSON, found {content_type} that begins {}", brief(&text));
        let error = Error::new(ErrorKind::Decode, message).with_place(&self.bytes, error).without_key(self.key);
        self.about(error).with_body(text, body)
    }

    fn about(&self, error: Error) -> Error {
        error.with_status(self.status.as_u16()).with_request_id(self.request_id.clone())
    }
}

/// Whether a body that begins with these bytes is an event stream; `None` if it takes more to tell.
fn is_stream(bytes: &[u8]) -> Option<bool> {
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
