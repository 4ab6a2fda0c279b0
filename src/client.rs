//! The client: where to send, with which key, and the two ways to ask for a response.
//!
//! Place in the flow: the types describe, `send.rs` and `stream.rs` transport; this file holds what
//! the user sets and nothing of the protocol but its path.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use reqwest::{RequestBuilder, Url};
use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt as _;

use crate::error::{Error, ErrorKind};
use crate::secret::Secret;
use crate::send::{self, Whole};
use crate::stream::EventStream;
use crate::types::{CreateResponseRequest, Response};

/// The base URL unless another is set: the one of the gateway's page, without `/responses`.
pub const DEFAULT_BASE_URL: &str = "https://api-xmodel.nexconn.ai/bypass/openai/v1";
/// The time-out unless another is set.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);
/// How often a request is tried again unless set otherwise.
pub const DEFAULT_MAX_RETRIES: u32 = 2;

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The most bytes that the body of one answer may have.
const BODY_LIMIT: usize = 256 * 1024 * 1024;

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
pub struct Client(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    key: Secret,
    responses: Url,
    timeout: Duration,
    max_retries: u32,
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

    /// Sends a request and waits for the whole answer.
    ///
    /// `stream` is sent as the call demands, whatever the request says.
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`] but those of streams. A response whose own `status` is `failed` or
    /// `incomplete` is no error: it is an answer.
    pub async fn create(&self, request: &CreateResponseRequest) -> Result<Response, Error> {
        let request = with_stream(request, false);
        let request = self.post(&request, "application/json")?.timeout(self.0.timeout);
        let response = send::send(&request, self.0.max_retries, &self.0.key).await?;
        Whole::read(response, BODY_LIMIT, &self.0.key).await?.into_response()
    }

    /// Sends a request and returns as soon as the answer begins, event by event.
    ///
    /// `stream` is sent as the call demands, whatever the request says. A server that answers with
    /// the whole response as JSON is understood: the stream then has one event, the terminal one that
    /// the status of the response stands for.
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`] but those of streams, which the stream itself yields.
    pub async fn stream(&self, request: &CreateResponseRequest) -> Result<EventStream, Error> {
        let request = with_stream(request, true);
        let request = self.post(&request, "text/event-stream")?;
        let response = send::send(&request, self.0.max_retries, &self.0.key).await?;
        let media_type = send::content_type(response.headers());
        if media_type.is_none_or(|media_type| media_type.contains("event-stream")) {
            return Ok(EventStream::new(response, self.0.key.clone()));
        }
        // Some servers call their streams plain text; what is neither that nor JSON fails to decode.
        let whole = Whole::read(response, BODY_LIMIT, &self.0.key).await?;
        let request_id = whole.request_id().map(str::to_owned);
        if whole.may_be_events() {
            return Ok(EventStream::of_text(whole.into_bytes(), request_id, self.0.key.clone()));
        }
        Ok(EventStream::of_response(whole.into_response()?, request_id, self.0.key.clone()))
    }

    fn post(&self, request: &CreateResponseRequest, accept: &'static str) -> Result<RequestBuilder, Error> {
        let body = serde_json::to_vec(request).map_err(|error| {
            Error::new(ErrorKind::Configuration, "the request cannot be written as JSON").with_source(error)
        })?;
        let headers = [(CONTENT_TYPE, "application/json"), (ACCEPT, accept)];
        let headers = headers.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value)));
        Ok(self.0.http.post(self.0.responses.clone()).headers(headers.collect()).body(body))
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
        let Inner { http: _, key: _, responses, timeout, max_retries } = &*self.0;
        f.debug_struct("Client")
            .field("responses", &responses.as_str())
            .field("timeout", timeout)
            .field("max_retries", max_retries)
            .finish_non_exhaustive()
    }
}

/// Sets up a [`Client`].
///
/// ```
/// use std::time::Duration;
/// use nexconn_responses::Client;
///
/// let client = Client::builder()
///     .api_key("sk-…")
///     .base_url("http://127.0.0.1:8080/bypass/openai/v1")
///     .timeout(Duration::from_secs(30))
///     .max_retries(0)
///     .build();
/// # assert!(client.is_err(), "a key with an ellipsis is no key");
/// ```
#[derive(Clone, Default)]
#[must_use = "nothing is set up before `build` is called"]
pub struct ClientBuilder {
    api_key: Option<String>,
    raw_api_key: bool,
    base_url: Option<String>,
    allow_http: bool,
    timeout: Option<Duration>,
    max_retries: Option<u32>,
}

impl ClientBuilder {
    /// The key. Sent as `Authorization: Bearer KEY`.
    pub fn api_key(mut self, api_key: impl Into<String>) -> Self {
        self.api_key = Some(api_key.into());
        self
    }

    /// Whether the key is sent as it is, without `Bearer `, as the gateway's page shows it; `false` by
    /// default, because recorded traffic has `Bearer `.
    pub fn raw_api_key(mut self, raw: bool) -> Self {
        self.raw_api_key = raw;
        self
    }

    /// Everything before `/responses`, taken literally; [`DEFAULT_BASE_URL`] by default.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = Some(base_url.into());
        self
    }

    /// Whether the key may be sent over plain http to a host that is not this machine; `false` by
    /// default. Anyone on the way can read it then.
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.allow_http = allow;
        self
    }

    /// How long [`create`](Client::create) may take, for each try; for a stream, how long nothing may
    /// arrive. [`DEFAULT_TIMEOUT`] by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How often a request is tried again when no answer began, or the answer was 408, 409, 429 or
    /// 5xx; [`DEFAULT_MAX_RETRIES`] by default. The pauses are what the server asks for in
    /// `retry-after-ms` or `Retry-After` up to two minutes, else half a second, doubled with each
    /// try up to eight.
    pub fn max_retries(mut self, max_retries: u32) -> Self {
        self.max_retries = Some(max_retries);
        self
    }

    /// The client.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if there is no key or one that cannot be sent in a header, if the
    /// base URL is none, holds a password, a query or a fragment, or is plain http to another host and that is not allowed,
    /// or if the system's certificates cannot be read.
    pub fn build(self) -> Result<Client, Error> {
        let (key, authorization) = self.authorization()?;
        let responses = self.responses()?;
        let timeout = self.timeout.unwrap_or(DEFAULT_TIMEOUT);
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("nexconn-responses/", env!("CARGO_PKG_VERSION")))
            .default_headers(HeaderMap::from_iter([(AUTHORIZATION, authorization)]))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(timeout)
            .tls_backend_preconfigured(tls(responses.scheme() == "https")?);
        if is_loopback(&responses) {
            builder = builder.no_proxy();
        }
        let http =
            builder.build().map_err(|error| configuration("the HTTP client cannot be set up").with_source(error))?;
        let max_retries = self.max_retries.unwrap_or(DEFAULT_MAX_RETRIES);
        Ok(Client(Arc::new(Inner { http, key, responses, timeout, max_retries })))
    }

    fn authorization(&self) -> Result<(Secret, HeaderValue), Error> {
        let key = self.api_key.as_deref().filter(|key| !key.is_empty());
        let key = key.ok_or_else(|| configuration("there is no API key"))?;
        if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(configuration(
                "the API key has a character that no key has: a blank, a line break or a non-ASCII one",
            ));
        }
        let text = if self.raw_api_key { key.to_owned() } else { format!("Bearer {key}") };
        let mut value = HeaderValue::try_from(text).map_err(|_| configuration("the API key is no header value"))?;
        value.set_sensitive(true);
        Ok((Secret::new(key), value))
    }

    fn responses(&self) -> Result<Url, Error> {
        let base = self.base_url.as_deref().unwrap_or(DEFAULT_BASE_URL);
        let url = Url::parse(&format!("{base}/responses"))
            .map_err(|error| configuration("the base URL is not a URL").with_source(error))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(configuration("the base URL holds a user name or password; use the API key"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(configuration(
                "the base URL has a query or a fragment, and `/responses` would become a part of it",
            ));
        }
        match url.scheme() {
            "https" => Ok(url),
            "http" if self.allow_http || is_loopback(&url) => Ok(url),
            "http" => Err(configuration(
                "the base URL is plain http to another host, so that anyone on the way could read the key; use https, \
                 or say `allow_http(true)`",
            )),
            _ => Err(configuration("the base URL is neither https nor http")),
        }
    }
}

/// The key is not shown.
impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { api_key, raw_api_key, base_url: _, allow_http, timeout, max_retries } = self;
        f.debug_struct("ClientBuilder")
            .field("api_key", &api_key.as_ref().map(|_| "…"))
            .field("raw_api_key", raw_api_key)
            .field("allow_http", allow_http)
            .field("timeout", timeout)
            .field("max_retries", max_retries)
            .finish_non_exhaustive()
    }
}

fn configuration(message: &str) -> Error {
    Error::new(ErrorKind::Configuration, message)
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// TLS by rustls with ring, and the certificates that the system trusts. A client for plain http
/// reads no certificates, so that it works where there are none.
fn tls(needed: bool) -> Result<ClientConfig, Error> {
    let failed = |error: rustls::Error| configuration("TLS cannot be set up").with_source(error);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(failed)?;
    let builder = if needed {
        builder.with_platform_verifier().map_err(failed)?
    } else {
        builder.with_root_certificates(rustls::RootCertStore::empty())
    };
    Ok(builder.with_no_client_auth())
}
