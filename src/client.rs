//! The client: the ways to ask for a response.
//!
//! Place in the flow: the types describe, `send.rs` and `stream.rs` transport; this file holds
//! nothing of the protocol but its path; the other endpoints are in `endpoints.rs`. `builder.rs` sets it up, `options.rs` says what can be set.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use reqwest::Url;

use crate::builder::ClientBuilder;
use crate::clock::Clock;
use crate::error::{Error, ErrorKind};
use crate::options::{RequestOptions, Settings};
use crate::secret::Secret;
use crate::send::{self, Call, EVENT_STREAM, JSON, Whole};
use crate::stream::EventStream;
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
        let call = self.post(&with_stream(request, false))?;
        self.whole(&call).await?.into_response()
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
        let call = self.post(&with_stream(request, true))?.accept(EVENT_STREAM);
        self.events(&call).await
    }

    /// The answer to a call as events, whichever way the server sends it.
    pub(crate) async fn events(&self, call: &Call) -> Result<EventStream, Error> {
        let answer = send::send(self, call).await?;
        let media_type = send::content_type(answer.response.headers());
        if media_type.is_none_or(|media_type| media_type.contains("event-stream")) {
            return Ok(EventStream::new(answer.response, self));
        }
        // Some servers call their streams plain text; what is neither that nor JSON fails to decode.
        let whole = Whole::read(answer, &self.shared.key).await?;
        let request_id = whole.request_id().map(str::to_owned);
        if whole.may_be_events() {
            return Ok(EventStream::of_text(whole.into_bytes(), request_id, self));
        }
        Ok(EventStream::of_response(whole.into_response()?, request_id, self))
    }

    /// The answer to a call, read to its end.
    pub(crate) async fn whole(&self, call: &Call) -> Result<Whole<'_>, Error> {
        Whole::read(send::send(self, call).await?, &self.shared.key).await
    }

    fn post(&self, request: &CreateResponseRequest) -> Result<Call, Error> {
        Call::new(Method::POST, self.shared.responses.clone(), JSON).json(request)
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
