//! Setting up a client: where to send, with which key, how patiently.
//!
//! Place in the flow: makes the [`Client`] of `client.rs`; `options.rs` says what can be set per request too.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use reqwest::Url;
use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt as _;

use crate::client::options::Settings;
use crate::client::{Client, DEFAULT_BASE_URL, Shared};
use crate::error::redact::Secret;
use crate::error::{Error, ErrorKind};
use crate::transport::clock::{Clock, SystemClock};

/// How long a connection may take to come about unless set otherwise: as long as OpenAI's own clients wait.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

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
    danger_allow_plain_http: bool,
    connect_timeout: Option<Duration>,
    settings: Settings,
    clock: Option<Arc<dyn Clock>>,
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
    pub fn danger_allow_plain_http(mut self, allow: bool) -> Self {
        self.danger_allow_plain_http = allow;
        self
    }

    /// How long a connection may take to come about; five seconds by default.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// How long one try may take: until the whole answer is there, or of a stream its head.
    /// [`DEFAULT_TIMEOUT`](crate::DEFAULT_TIMEOUT) by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = timeout;
        self
    }

    /// For how long nothing may arrive of a stream that has begun; by default as long as
    /// [`timeout`](Self::timeout). A stream as a whole may take any time.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.settings.idle_timeout = Some(timeout);
        self
    }

    /// How often a request is tried again when no answer began, or the answer was 408, 409, 429 or
    /// 5xx; [`DEFAULT_MAX_RETRIES`](crate::DEFAULT_MAX_RETRIES) by default. The pauses are what the server asks for in
    /// `retry-after-ms` or `Retry-After` up to two minutes, else half a second, doubled with each
    /// try up to eight.
    pub fn max_retries(mut self, max_retries: u32) -> Self {
        self.settings.max_retries = max_retries;
        self
    }

    /// Whether each POST has an `Idempotency-Key` of its own, the same on every try; `false` by
    /// default, because neither the gateway's page nor OpenAI's reference promises that it has an
    /// effect.
    pub fn idempotency_keys(mut self, send: bool) -> Self {
        self.settings.idempotency_keys = send;
        self
    }

    /// The most bytes that one event of a stream may have;
    /// [`sse::DEFAULT_MAX_EVENT_SIZE`](crate::sse::DEFAULT_MAX_EVENT_SIZE) by default.
    pub fn max_event_size(mut self, bytes: usize) -> Self {
        self.settings.max_event_size = bytes;
        self
    }

    /// The most bytes that the body of an answer may have that is no stream;
    /// [`DEFAULT_MAX_BODY_SIZE`](crate::DEFAULT_MAX_BODY_SIZE) by default. Of a refusal, 64 KiB are read at most.
    ///
    /// Nothing is ever decompressed: the client asks for no compression, and does not understand it.
    pub fn max_body_size(mut self, bytes: usize) -> Self {
        self.settings.max_body_size = bytes;
        self
    }

    /// Another clock than the system's, for tests.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
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
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("nexconn-responses/", env!("CARGO_PKG_VERSION")))
            .default_headers(HeaderMap::from_iter([(AUTHORIZATION, authorization)]))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(self.connect_timeout.unwrap_or(CONNECT_TIMEOUT))
            .tls_backend_preconfigured(tls(responses.scheme() == "https")?);
        if is_loopback(&responses) {
            builder = builder.no_proxy();
        }
        let http =
            builder.build().map_err(|error| configuration("the HTTP client cannot be set up").with_source(error))?;
        let clock = self.clock.unwrap_or_else(|| Arc::new(SystemClock));
        Ok(Client { shared: Arc::new(Shared { http, key, responses, clock }), settings: Arc::new(self.settings) })
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
            "http" if self.danger_allow_plain_http || is_loopback(&url) => Ok(url),
            "http" => Err(configuration(
                "the base URL is plain http to another host, so that anyone on the way could read the key; use https, \
                 or say `danger_allow_plain_http(true)`",
            )),
            _ => Err(configuration("the base URL is neither https nor http")),
        }
    }
}

/// The key is not shown.
impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("api_key", &self.api_key.as_ref().map(|_| "…"))
            .field("raw_api_key", &self.raw_api_key)
            .field("danger_allow_plain_http", &self.danger_allow_plain_http)
            .field("timeout", &self.settings.timeout)
            .field("idle_timeout", &self.settings.idle_timeout())
            .field("max_retries", &self.settings.max_retries)
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
