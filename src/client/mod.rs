//! The client: the ways to ask for a response.
//!
//! Place in the flow: the types describe, `send.rs` and `stream.rs` transport; this file holds
//! nothing of the protocol but its path; the other endpoints are in `endpoints.rs`. `builder.rs` sets it
//! up, `options.rs` says what can be set, `trace.rs` what an observer is told.

pub(crate) mod builder;
pub(crate) mod input_items;
pub(crate) mod options;
pub(crate) mod stored;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use reqwest::Url;

use crate::client::builder::ClientBuilder;
use crate::client::options::{RequestOptions, Settings};
use crate::error::redact::Secret;
use crate::error::{Error, ErrorKind};
use crate::stream::EventStream;
use crate::transport::body::{self, Beginning, Whole};
use crate::transport::clock::Clock;
use crate::transport::send::{self, Call, EVENT_STREAM, JSON};
use crate::transport::tracing::Trace;
use crate::types::{CreateResponseRequest, Response};

/// The base URL unless another is set: the one of the gateway's page, without `/responses`.
pub const DEFAULT_BASE_URL: &str = "https://api-xmodel.nexconn.ai/bypass/openai/v1";
/// The time-out unless another is set.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);
/// How often a request is tried again unless set otherwise.
pub const DEFAULT_MAX_RETRIES: u32 = 2;

/// A client of the Responses endpoint. Cheap to clone; clones share their connections.
///
/// It needs a tokio runtime around it, as reqwest does. Dropping a future or a stream of it ends the
/// request and closes its connection.
///
/// # What an observer is told
///
/// With the feature `tracing`, each request is a span of the level `INFO` with the name and the target
/// `nexconn_responses`, from the call until the answer is there, or, of a stream, until the stream is
/// dropped. Its fields, each there as soon as it is known:
///
/// - `operation`: the method of the client, as `create` and `stream`; each page of
///   [`input_items`](Self::input_items) and each look of [`wait`](Self::wait), a `retrieve`, is a request,
/// - `model`: what the request asks for,
/// - `tries`: how often it was sent,
/// - `status`: the HTTP status of the last answer,
/// - `request_id`: the server's,
/// - `time_to_first_event_ms`: from the call to the first event of a stream,
/// - `input_tokens`, `output_tokens`: as the response says at its end,
/// - `error`: the [`ErrorKind`], if it has failed; a stream that is dropped has none.
///
/// Each try that another one follows is an event of the level `DEBUG` in the span, with `error`, `status`
/// and `pause_ms`. Nothing of the content of requests and answers is told, no message of an error, and
/// not the key. Without the feature, nothing of this is compiled.
///
/// ```no_run
/// use nexconn_responses::{Client, types::{CreateResponseRequest, models}};
///
/// # async fn run() -> Result<(), nexconn_responses::Error> {
/// let client = Client::from_env()?;
/// let response = client.create(&CreateResponseRequest::new(models::GPT_5_2, "Hello")).await?;
/// println!("{}", response.output_text());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
    pub(crate) settings: Arc<Settings>,
}

/// What all clones of a client have in common.
pub(crate) struct Shared {
    pub(crate) http: reqwest::Client,
    pub(crate) key: Secret,
    pub(crate) responses: Url,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Client {
    /// A client of the gateway with this key, and the defaults for everything else.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if the key cannot be sent in a header, or the system's
    /// certificates cannot be read.
    pub fn new(api_key: impl Into<String>) -> Result<Self, Error> {
        Self::builder().api_key(api_key).build()
    }

    /// A client with the key in `NEXCONN_API_KEY`, and the base URL in `NEXCONN_BASE_URL` if that is
    /// set and not empty.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] as for [`new`](Self::new), and if `NEXCONN_API_KEY` is not set.
    pub fn from_env() -> Result<Self, Error> {
        let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let Some(key) = set("NEXCONN_API_KEY") else {
            return Err(Error::new(ErrorKind::Configuration, "the environment variable NEXCONN_API_KEY is not set"));
        };
        let builder = Self::builder().api_key(key);
        match set("NEXCONN_BASE_URL") {
            Some(url) => builder.base_url(url).build(),
            None => builder.build(),
        }
    }

    /// A client that is set up step by step.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// This client with other options, for one request or for many. They share their connections.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if a header of the options cannot be sent.
    pub fn with(&self, options: &RequestOptions) -> Result<Self, Error> {
        let mut settings = Settings::clone(&self.settings);
        settings.apply(options)?;
        Ok(Self { shared: Arc::clone(&self.shared), settings: Arc::new(settings) })
    }

    /// Sends a request and waits for the whole answer.
    ///
    /// `stream` is sent as the call demands, whatever the request says.
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`] but those of streams. A response whose own `status` is `failed` or
    /// `incomplete` is no error: it is an answer.
    pub async fn create(&self, request: &CreateResponseRequest) -> Result<Response, Error> {
        let call = self.post("create", &with_stream(request, false))?;
        let outcome = self.whole(&call).await.and_then(Whole::into_response);
        call.trace.outcome(outcome, |response| response.usage.as_deref())
    }

    /// Sends a request and returns as soon as the answer begins, event by event.
    ///
    /// `stream` is sent as the call demands, whatever the request says. A server that answers with
    /// the whole response as JSON is understood: the stream then has one event, the one that the status
    /// of the response stands for. If that is not a terminal one, the stream counts as truncated.
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`] but those of streams, which the stream itself yields.
    pub async fn stream(&self, request: &CreateResponseRequest) -> Result<EventStream, Error> {
        let call = self.post("stream", &with_stream(request, true))?.accept(EVENT_STREAM);
        self.events(&call).await
    }

    /// The answer to a call as events, whichever way the server sends it.
    pub(crate) async fn events(&self, call: &Call) -> Result<EventStream, Error> {
        let outcome = call.trace.around(self.begin_events(call)).await;
        call.trace.outcome(outcome, |_| None)
    }

    async fn begin_events(&self, call: &Call) -> Result<EventStream, Error> {
        let answer = send::send(self, call).await?;
        let media_type = body::content_type(answer.response.headers());
        let is_announced = media_type.is_some_and(|media_type| media_type.contains("event-stream"));
        let mut beginning = Beginning::new(answer, self)?;
        if !is_announced {
            // Some servers call their streams plain text; what is neither that nor JSON fails to decode.
            beginning.begin().await?;
        }
        if is_announced || beginning.may_be_events() {
            return Ok(beginning.into_events(self, call.trace.clone()));
        }
        let whole = beginning.read().await?;
        let request_id = whole.request_id().map(str::to_owned);
        Ok(EventStream::of_response(whole.into_response()?, request_id, self, call.trace.clone()))
    }

    /// The answer to a call, read to its end.
    pub(crate) async fn whole(&self, call: &Call) -> Result<Whole<'_>, Error> {
        let whole = async { Beginning::new(send::send(self, call).await?, self)?.read().await };
        call.trace.around(whole).await
    }

    fn post(&self, operation: &'static str, request: &CreateResponseRequest) -> Result<Call, Error> {
        let trace = Trace::new(operation, request.model.as_deref());
        Call::new(Method::POST, self.shared.responses.clone(), JSON, trace).json(request)
    }
}

/// The request with `stream` as it must be.
fn with_stream(request: &CreateResponseRequest, stream: bool) -> Cow<'_, CreateResponseRequest> {
    if request.stream.unwrap_or(false) == stream {
        return Cow::Borrowed(request);
    }
    Cow::Owned(request.clone().stream(stream))
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("responses", &self.shared.responses.as_str())
            .field("timeout", &self.settings.timeout)
            .field("idle_timeout", &self.settings.idle_timeout())
            .field("max_retries", &self.settings.max_retries)
            .finish_non_exhaustive()
    }
}
