//! One request over the wire, with its tries, up to the head of the answer.
//!
//! Place in the flow: `client.rs` calls [`send`] with a [`Call`]; a success goes on to `whole.rs` or to
//! `stream.rs`. `retry.rs` says whether and when to try again, `refusal.rs` what a refusal says.

use std::error::Error as StdError;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, Method};
use reqwest::{Response, Url};
use serde::Serialize;

use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::transport::clock::{Sleep, within};
use crate::transport::tracing::Trace;
use crate::transport::{error_response, retry};

/// The media type of JSON.
pub(crate) const JSON: &str = "application/json";
/// The media type of a stream of events.
pub(crate) const EVENT_STREAM: &str = "text/event-stream";

/// What is to be asked.
pub(crate) struct Call {
    method: Method,
    url: Url,
    accept: &'static str,
    body: Option<Bytes>,
    pub(crate) trace: Trace,
}

impl Call {
    pub(crate) fn new(method: Method, url: Url, accept: &'static str, trace: Trace) -> Self {
        Self { method, url, accept, body: None, trace }
    }

    pub(crate) fn accept(self, accept: &'static str) -> Self {
        Self { accept, ..self }
    }

    /// Another parameter of the query.
    pub(crate) fn query(mut self, name: &str, value: &str) -> Self {
        self.url.query_pairs_mut().append_pair(name, value);
        self
    }

    /// The body, as JSON. To be called in functions that are not async: see `Whole::into_response`.
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
    pub(crate) deadline: Sleep,
}

/// Sends a call until an answer is a success, or no more tries are worth it.
pub(crate) async fn send(client: &Client, call: &Call) -> Result<Answer, Error> {
    let Client { shared, settings } = client;
    let headers = settings.headers(&call.method);
    let mut tries = 1;
    loop {
        call.trace.try_begins(tries);
        let mut deadline = shared.clock.sleep(settings.timeout);
        let (error, advice) = match try_once(client, call, &headers, &mut deadline).await {
            Ok(response) if response.status().is_success() => {
                call.trace.head(response.status(), || error_response::request_id(response.headers(), &shared.key));
                return Ok(Answer { response, deadline });
            }
            Ok(response) => {
                let advice = response.headers().clone();
                (error_response::read(response, &mut deadline, &shared.key).await, advice)
            }
            Err(error) => (error, HeaderMap::new()),
        };
        let is_worth_it = tries <= settings.max_retries && error.is_retryable();
        let Some(pause) = retry::pause(tries, &advice, shared.clock.now()).filter(|_| is_worth_it) else {
            return Err(error);
        };
        call.trace.try_failed(&error, pause);
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
    if is_head_too_long(&error) {
        let message = "the head of the answer has more than 100 headers, or some 400 KiB";
        return Error::new(ErrorKind::LimitExceeded, message).with_source(error.without_url());
    }
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

/// Whether hyper, which bounds the head of an answer, has found it too long; it tells clients only in words.
fn is_head_too_long(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.to_string() == "message head is too large" {
            return true;
        }
        cause = error.source();
    }
    false
}
