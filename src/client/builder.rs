//! Builds a client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use reqwest::Url;

use crate::client::Client;
use crate::error::redact::ApiKey;
use crate::error::{Error, ErrorKind};
use crate::transport::clock::{Clock, SystemClock};
use crate::transport::context::Context;
use crate::transport::retry::{DefaultRetryPolicy, RetryPolicy};
use crate::transport::settings::{DEFAULT_BASE_URL, DEFAULT_CONNECT_TIMEOUT, Settings};
use crate::transport::tls;

impl Client {
    /// Creates a client of the gateway with default settings.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Configuration`] if the key is invalid, or the certificates of the operating system
    /// can't be loaded.
    pub fn new(api_key: impl Into<String>) -> Result<Self, Error> {
        Self::builder().api_key(api_key).build()
    }

    /// Creates a client with the API key in `NEXCONN_API_KEY`, and the base URL in `NEXCONN_BASE_URL` if that's set
    /// and not empty.
    ///
    /// # Errors
    ///
    /// See [`new`](Self::new). Also returns [`ErrorKind::Configuration`] if `NEXCONN_API_KEY` isn't set.
    pub fn from_env() -> Result<Self, Error> {
        let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let Some(key) = set("NEXCONN_API_KEY") else {
            return Err(configuration("the environment variable NEXCONN_API_KEY isn't set"));
        };
        let builder = Self::builder().api_key(key);
        match set("NEXCONN_BASE_URL") {
            Some(url) => builder.base_url(url).build(),
            None => builder.build(),
        }
    }

    /// Returns a builder, to change settings.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }
}

/// The form of the `Authorization` header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthScheme {
    /// `Authorization: Bearer KEY`, as in recorded traffic.
    #[default]
    Bearer,
    /// `Authorization: KEY`, as on the gateway's page.
    Raw,
}

/// Builds a [`Client`].
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
/// # assert!(client.is_err(), "an ellipsis is not allowed in a key");
/// ```
#[derive(Clone, Default)]
#[must_use = "a builder does nothing unless `build` is called"]
pub struct ClientBuilder {
    api_key: Option<String>,
    auth_scheme: AuthScheme,
    base_url: Option<String>,
    danger_allow_plain_http: bool,
    connect_timeout: Option<Duration>,
    settings: Settings,
    clock: Option<Arc<dyn Clock>>,
    retry_policy: Option<Arc<dyn RetryPolicy>>,
}

impl ClientBuilder {
    /// Sets the API key.
    pub fn api_key(mut self, api_key: impl Into<String>) -> Self {
        self.api_key = Some(api_key.into());
        self
    }

    /// Sets the form of the `Authorization` header. Defaults to [`AuthScheme::Bearer`].
    pub fn auth_scheme(mut self, scheme: AuthScheme) -> Self {
        self.auth_scheme = scheme;
        self
    }

    /// Sets the base URL, the part before `/responses`. Defaults to
    /// [`DEFAULT_BASE_URL`](crate::DEFAULT_BASE_URL).
    ///
    /// White space around it, trailing slashes and a trailing `/responses` are ignored. Pass a query, such as an API
    /// version, with each request.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = Some(base_url.into());
        self
    }

    /// Allows plain http to a host other than this machine. Defaults to `false`.
    ///
    /// Anyone on the network path can then read the API key.
    pub fn danger_allow_plain_http(mut self, allow: bool) -> Self {
        self.danger_allow_plain_http = allow;
        self
    }

    /// Sets the timeout for opening a connection. Defaults to
    /// [`DEFAULT_CONNECT_TIMEOUT`](crate::DEFAULT_CONNECT_TIMEOUT), 5 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// Sets the timeout of each attempt: until the full body or, for streams, the headers have arrived. Defaults to
    /// [`DEFAULT_TIMEOUT`](crate::DEFAULT_TIMEOUT), 10 minutes.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = timeout;
        self
    }

    /// Sets the time limit for all attempts and delays together: until the full body or, for streams, the headers have
    /// arrived. Defaults to none.
    ///
    /// Without it, a request can take 30 minutes and some seconds by default: three attempts of 10 minutes each. If
    /// the server asks for a longer delay than what's left, the error is returned at once.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.settings.deadline = Some(deadline);
        self
    }

    /// Sets the maximum time between two reads of a stream. Defaults to [`timeout`](Self::timeout). The duration of a
    /// whole stream isn't limited.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.settings.idle_timeout = Some(timeout);
        self
    }

    /// Sets the maximum number of retries. Defaults to [`DEFAULT_MAX_RETRIES`](crate::DEFAULT_MAX_RETRIES), 2.
    ///
    /// A request is retried if there was no response, or its status is 408, 409, 429 or 5xx. The delay is the one
    /// that the server asks for in `retry-after-ms` or `Retry-After`. If that's more than two minutes, the request
    /// isn't retried. By default, the delay is half a second, and doubles with each attempt up to 8 seconds.
    ///
    /// A POST that's retried after its connection broke may run, and be charged, twice.
    pub fn max_retries(mut self, max_retries: u32) -> Self {
        self.settings.max_retries = max_retries;
        self
    }

    /// Sends each POST with a random `Idempotency-Key`, the same for all its attempts. Defaults to `false`, because
    /// neither the gateway nor OpenAI's reference documents an effect.
    pub fn idempotency_keys(mut self, send: bool) -> Self {
        self.settings.idempotency_keys = send;
        self
    }

    /// Sets the maximum size of an event of a stream, in bytes. Defaults to
    /// [`sse::DEFAULT_MAX_EVENT_SIZE`](crate::sse::DEFAULT_MAX_EVENT_SIZE), 64 MiB.
    pub fn max_event_size(mut self, bytes: usize) -> Self {
        self.settings.max_event_size = bytes;
        self
    }

    /// Sets the maximum size of a non-streaming body, in bytes. Defaults to
    /// [`DEFAULT_MAX_BODY_SIZE`](crate::DEFAULT_MAX_BODY_SIZE), 256 MiB. At most 64 KiB of an error response are read.
    ///
    /// The client doesn't support compression.
    pub fn max_body_size(mut self, bytes: usize) -> Self {
        self.settings.max_body_size = bytes;
        self
    }

    /// Replaces the policy that decides whether and when a failed attempt is retried.
    pub fn retry_policy(mut self, policy: Arc<dyn RetryPolicy>) -> Self {
        self.retry_policy = Some(policy);
        self
    }

    /// Replaces the system clock. Intended for tests.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Builds the client.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Configuration`] if
    ///
    /// - the API key is missing or has a character that isn't allowed in a header,
    /// - the base URL is invalid, has a user name, a password, a query or a fragment, or is plain http to another host,
    /// - the certificates of the operating system can't be loaded.
    pub fn build(self) -> Result<Client, Error> {
        let (key, authorization) = self.authorization()?;
        let base_url = self.parse_base_url()?;
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("nexconn-responses/", env!("CARGO_PKG_VERSION")))
            .default_headers(HeaderMap::from_iter([(AUTHORIZATION, authorization)]))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(self.connect_timeout.unwrap_or(DEFAULT_CONNECT_TIMEOUT))
            .tls_backend_preconfigured(tls_config(&base_url)?);
        if tls::is_loopback(&base_url) {
            builder = builder.no_proxy();
        }
        let http =
            builder.build().map_err(|error| configuration("the HTTP client can't be built").with_source(error))?;
        let clock = self.clock.unwrap_or_else(|| Arc::new(SystemClock));
        let retry_policy = self.retry_policy.unwrap_or_else(|| Arc::new(DefaultRetryPolicy));
        let base_url = Arc::new(base_url);
        Ok(Client { context: Arc::new(Context { http, key, base_url, clock, retry_policy, settings: self.settings }) })
    }

    fn authorization(&self) -> Result<(ApiKey, HeaderValue), Error> {
        let key = self.api_key.as_deref().filter(|key| !key.is_empty());
        let key = key.ok_or_else(|| configuration("missing API key"))?;
        if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(configuration(
                "invalid API key: it has a space, a line break, or a character that isn't printable ASCII",
            ));
        }
        let text = match self.auth_scheme {
            AuthScheme::Bearer => format!("Bearer {key}"),
            AuthScheme::Raw => key.to_owned(),
        };
        let mut value = HeaderValue::try_from(text).map_err(|_| configuration("invalid API key"))?;
        value.set_sensitive(true);
        Ok((ApiKey::new(key), value))
    }

    /// Returns the base URL without trailing slashes.
    fn parse_base_url(&self) -> Result<Url, Error> {
        let base = self.base_url.as_deref().unwrap_or(DEFAULT_BASE_URL).trim();
        let has_host =
            base.split_once("://").is_some_and(|(_, rest)| !rest.is_empty() && !rest.starts_with(['/', '\\']));
        if !has_host {
            return Err(configuration("invalid base URL: it isn't of the form https://host/path"));
        }
        let mut url = Url::parse(base).map_err(|error| configuration("invalid base URL").with_source(error))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(configuration("invalid base URL: it has a user name or password; use the API key"));
        }
        if url.query().is_some() {
            return Err(configuration(
                "invalid base URL: it has a query; add it to each request with the option `query`",
            ));
        }
        if url.fragment().is_some() {
            return Err(configuration("invalid base URL: it has a fragment"));
        }
        match url.scheme() {
            "https" => {}
            "http" if self.danger_allow_plain_http || tls::is_loopback(&url) => {}
            "http" => {
                return Err(configuration(
                    "invalid base URL: plain http exposes the API key to the network; use https, or set \
                     danger_allow_plain_http",
                ));
            }
            _ => return Err(configuration("invalid base URL: the scheme isn't https")),
        }
        // People paste the URL of the endpoint, too.
        let path = url.path().trim_end_matches('/');
        let path = path.strip_suffix("/responses").unwrap_or(path).trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(url)
    }
}

/// The key isn't shown.
impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("api_key", &self.api_key.as_ref().map(|_| "…"))
            .field("auth_scheme", &self.auth_scheme)
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

/// A client for plain http loads no certificates, so that it works on machines without any.
fn tls_config(url: &Url) -> Result<rustls::ClientConfig, Error> {
    let config = if url.scheme() == "https" { tls::platform_config() } else { tls::empty_config() };
    config.map_err(|error| configuration("TLS can't be set up").with_source(error))
}
