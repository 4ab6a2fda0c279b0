//! One request over the wire, with its tries, up to the head of the answer; and what a refusal says.
//!
//! Place in the flow: `client.rs` calls [`send`] with a [`Call`]; a success goes on to
//! [`Whole`] or to `stream.rs`. `retry.rs` says whether and when to try again.

use std::future::poll_fn;
use std::pin::pin;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, Method, StatusCode, header};
use http_body::Body as _;
use reqwest::{Body, Response, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::client::Client;
use crate::clock::{Sleep, within};
use crate::error::{Error, ErrorKind};
use crate::retry;
use crate::secret::Secret;
use crate::types::{self, CompactedResponse, DeletedResponse, ErrorBody, InputItemList, InputTokens};

/// The media type of JSON.
pub(crate) const JSON: &str = "application/json";
/// The media type of a stream of events.
pub(crate) const EVENT_STREAM: &str = "text/event-stream";

/// The most bytes that the body of one answer may have.
const BODY_LIMIT: usize = 256 * 1024 * 1024;

/// What is to be asked.
pub(crate) struct Call {
    method: Method,
    url: Url,
    accept: &'static str,
    body: Option<Bytes>,
}

impl Call {
    pub(crate) fn new(method: Method, url: Url, accept: &'static str) -> Self {
        Self { method, url, accept, body: None }
    }

    pub(crate) fn accept(self, accept: &'static str) -> Self {
        Self { accept, ..self }
    }

    /// Another parameter of the query.
    pub(crate) fn query(mut self, name: &str, value: &str) -> Self {
        self.url.query_pairs_mut().append_pair(name, value);
        self
    }

    /// The body, as JSON. To be called in functions that are not async: see [`Whole::into_response`].
    pub(crate) fn json(self, request: &impl Serialize) -> Result<Self, Error> {
        let body = serde_json::to_vec(request).map_err(|error| {
            Error::new(ErrorKind::Configuration, "the request cannot be written as JSON").with_source(error)
        })?;
        Ok(Self { body: Some(body.into()), ..self })
    }
}

/// The head of a success, and for how long its body may still take.
pub(crate) struct Answer {
    pub(crate) response: Response,
    deadline: Sleep,
}

/// Sends a call until an answer is a success, or no more tries are worth it.
pub(crate) async fn send(client: &Client, call: &Call) -> Result<Answer, Error> {
    let Client { shared, settings } = client;
    let headers = settings.headers(&call.method);
    let mut tries = 1;
    loop {
        let more = tries <= settings.max_retries;
        let mut deadline = shared.clock.sleep(settings.timeout);
        let pause = match try_once(client, call, &headers, &mut deadline).await {
            Ok(response) if response.status().is_success() => return Ok(Answer { response, deadline }),
            Ok(response) => {
                let (status, headers) = (response.status(), response.headers().clone());
                let error = refusal(response, &mut deadline, &shared.key).await;
                match retry::pause(tries, &headers, shared.clock.now()) {
                    Some(pause) if more && error.is_retryable() && retry::is_worth_it(status, &headers) => pause,
                    _ => return Err(error),
                }
            }
            Err(error) if !more || !error.is_retryable() => return Err(error),
            Err(_) => retry::pause(tries, &HeaderMap::new(), shared.clock.now()).unwrap_or_default(),
        };
        shared.clock.sleep(pause).await;
        tries += 1;
    }
}

async fn try_once(client: &Client, call: &Call, headers: &HeaderMap, deadline: &mut Sleep) -> Result<Response, Error> {
    let mut url = call.url.clone();
    if !client.settings.query.is_empty() {
        url.query_pairs_mut().extend_pairs(&client.settings.query);
    }
    let mut request = client.shared.http.request(call.method.clone(), url).headers(headers.clone());
    request = request.header(ACCEPT, call.accept);
    if let Some(body) = &call.body {
        request = request.header(CONTENT_TYPE, JSON).body(body.clone());
    }
    match within(request.send(), deadline).await {
        Some(answer) => answer.map_err(transport),
        None => Err(Error::new(ErrorKind::Timeout, "no answer").retryable(true)),
    }
}

/// A failure of the transport before an answer began.
fn transport(error: reqwest::Error) -> Error {
    let kind = if error.is_builder() || error.is_redirect() {
        ErrorKind::Configuration
    } else if error.is_timeout() {
        ErrorKind::Timeout
    } else {
        ErrorKind::Connection
    };
    let retryable = matches!(kind, ErrorKind::Connection | ErrorKind::Timeout);
    Error::new(kind, "no answer").retryable(retryable).with_source(error.without_url())
}

/// The server's id of the request.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    let names = ["http-x-reqid", "x-request-id", "request-id"];
    names.iter().find_map(|name| headers.get(*name)?.to_str().ok().map(str::to_owned))
}

/// What an answer that is no success says, as an error.
async fn refusal(response: Response, deadline: &mut Sleep, key: &Secret) -> Error {
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = match collect(response.into(), key.reach(), deadline).await {
        // The status says enough; a body that is too long, late or broken says what it can.
        Ok(bytes) | Err(Stop::TooLong(bytes) | Stop::Late(bytes) | Stop::Broken(bytes, _)) => bytes,
    };
    let error = describe(status, location(&headers, key), key.clean(&bytes));
    let retryable = error.kind() != ErrorKind::QuotaExhausted && retry::is_worth_it(status, &headers);
    error.with_request_id(request_id(&headers)).retryable(retryable)
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
        (Some(message), _) => message.to_owned(),
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

fn kind(status: StatusCode, body: Option<&ErrorBody>) -> ErrorKind {
    let code = body.and_then(ErrorBody::error_code).unwrap_or_default();
    let error_type = body.and_then(ErrorBody::error_type).unwrap_or_default();
    let says = |word: &str| code.contains(word) || error_type.contains(word);
    match status.as_u16() {
        401 => ErrorKind::Authentication,
        403 => ErrorKind::Permission,
        404 => ErrorKind::NotFound,
        429 | 200..300 if says("insufficient_quota") || says("balance") => ErrorKind::QuotaExhausted,
        429 => ErrorKind::RateLimit,
        503 => ErrorKind::Overloaded,
        500.. if says("overloaded") || says("slow_down") => ErrorKind::Overloaded,
        500.. => ErrorKind::Server,
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

/// Why a body was not read to its end, with what was read.
enum Stop {
    TooLong(Vec<u8>),
    Late(Vec<u8>),
    Broken(Vec<u8>, reqwest::Error),
}

async fn collect(body: Body, limit: usize, deadline: &mut Sleep) -> Result<Vec<u8>, Stop> {
    let mut body = pin!(body);
    let mut bytes = Vec::new();
    loop {
        match within(poll_fn(|context| body.as_mut().poll_frame(context)), deadline).await {
            None => return Err(Stop::Late(bytes)),
            Some(None) => return Ok(bytes),
            Some(Some(frame)) => match frame {
                Ok(frame) => bytes.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data)),
                Err(error) => return Err(Stop::Broken(bytes, error)),
            },
        }
        if bytes.len() > limit {
            bytes.truncate(limit);
            return Err(Stop::TooLong(bytes));
        }
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
    /// Reads a success's body.
    pub(crate) async fn read(answer: Answer, key: &'a Secret) -> Result<Self, Error> {
        let Answer { response, mut deadline } = answer;
        let mut whole = Self {
            status: response.status(),
            request_id: request_id(response.headers()),
            content_type: content_type(response.headers()).map(str::to_owned),
            bytes: Vec::new(),
            key,
        };
        let error = match collect(response.into(), BODY_LIMIT, &mut deadline).await {
            Ok(bytes) => {
                whole.bytes = bytes;
                return Ok(whole);
            }
            Err(Stop::TooLong(_)) => {
                Error::new(ErrorKind::LimitExceeded, format!("its body has more than {BODY_LIMIT} bytes"))
            }
            Err(Stop::Late(_)) => Error::new(ErrorKind::Timeout, "the answer did not end in time"),
            Err(Stop::Broken(_, error)) => {
                let kind = if error.is_timeout() { ErrorKind::Timeout } else { ErrorKind::Connection };
                Error::new(kind, "the answer broke off").with_source(error.without_url())
            }
        };
        Err(whole.about(error))
    }

    pub(crate) fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Whether the body begins as an event stream does, and neither JSON nor HTML.
    pub(crate) fn may_be_events(&self) -> bool {
        let text = self.bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&self.bytes).trim_ascii_start();
        [&b"event:"[..], b"data:", b":", b"id:", b"retry:"].iter().any(|field| text.starts_with(field))
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
        serde_json::from_slice(&self.bytes).map_err(|error| self.undecoded(error))
    }

    fn undecoded(&self, error: serde_json::Error) -> Error {
        let text = self.key.clean(self.key.start(&self.bytes));
        let body: Option<ErrorBody> = serde_json::from_str(&text).ok();
        if let Some(message) = body.as_ref().filter(|body| body.error.is_some()).and_then(ErrorBody::error_message) {
            // Some gateways refuse with status 200; what they say then is worth more than the status.
            let message = message.to_owned();
            return self.about(Error::new(kind(self.status, body.as_ref()), message)).with_body(text, body);
        }
        let content_type = self.content_type.as_deref().unwrap_or("no content type");
        let message = format!("expected JSON, found {content_type} that begins {}", brief(&text));
        self.about(Error::new(ErrorKind::Decode, message)).with_body(text, body).with_source(error)
    }

    fn about(&self, error: Error) -> Error {
        error.with_status(self.status.as_u16()).with_request_id(self.request_id.clone())
    }
}
