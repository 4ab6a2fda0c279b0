//! Builds a client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, HeaderValue};

use crate::client::{Client, base_url, options};
use crate::error::Error;
use crate::error::redact::Redactor;
use crate::transport::attempt::{AttemptHook, FinishedAttempt};
use crate::transport::clock::{Clock, SystemClock};
use crate::transport::context::Context;
use crate::transport::credentials::{ApiKeyProvider, AuthScheme, Credentials};
use crate::transport::http_client::{HttpOptions, ProxyOption};
use crate::transport::retry::{DefaultRetryPolicy, RetryPolicy};
use crate::transport::settings::Settings;

/// Builds a [`Client`].
///
/// ```
/// use std::time::Duration;
/// use nexconn_responses::Client;
///
/// let client = Client::builder()
///     .api_key("sk-0123456789")
///     .base_url("http://127.0.0.1:8080/bypass/openai/v1")
///     .timeout(Duration::from_secs(30)) // Each attempt.
///     .deadline(Duration::from_secs(60)) // All attempts.
///     .connect_timeout(Duration::from_secs(3))
///     .idle_timeout(Duration::from_secs(30))
///     .max_retries(1)
///     .max_body_size(1024 * 1024)
///     .max_event_size(64 * 1024)
///     .build()?;
/// # Ok::<(), nexconn_responses::Error>(())
/// ```
///
/// The connection can be changed, too:
///
/// ```no_run
/// use std::time::Duration;
/// use nexconn_responses::Client;
///
/// # fn build() -> Result<Client, Box<dyn std::error::Error>> {
/// let client = Client::builder()
///     .api_key("sk-0123456789")
///     .no_proxy()
///     .client_certificate(std::fs::read("client.pem")?)
///     .tls13_only(true)
///     .user_agent("search/2.1")
///     .max_idle_connections(4)
///     .pool_idle_timeout(Duration::from_secs(30))
///     .build()?;
/// # Ok(client)
/// # }
/// ```
#[derive(Clone, Default)]
#[must_use = "a builder does nothing unless `build` is called"]
pub struct ClientBuilder {
    api_key: Option<String>,
    auth_scheme: AuthScheme,
    base_url: Option<String>,
    danger_allow_plain_http: bool,
    api_key_provider: Option<Arc<dyn ApiKeyProvider>>,
    http: HttpOptions,
    headers: Vec<(Option<HeaderName>, Option<HeaderValue>)>,
    settings: Settings,
    clock: Option<Arc<dyn Clock>>,
    retry_policy: Option<Arc<dyn RetryPolicy>>,
    on_attempt: AttemptHook,
}

impl ClientBuilder {
    /// Sets the API key.
    pub fn api_key(mut self, api_key: impl Into<String>) -> Self {
        self.api_key = Some(api_key.into());
        self
    }

    /// Asks a provider for the API key before each attempt. It replaces [`api_key`](Self::api_key).
    pub fn api_key_provider(mut self, provider: Arc<dyn ApiKeyProvider>) -> Self {
        self.api_key_provider = Some(provider);
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
        self.http.connect_timeout = Some(timeout);
        self
    }

    /// Sets the proxy of all requests: an `http` or `https` URL, or with the feature `socks` a `socks5`, `socks5h`,
    /// `socks4` or `socks4a` URL. A user name and password in the URL are sent to the proxy.
    ///
    /// By default, the proxy is that of the environment (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`, also in
    /// lower case), and there's none for this machine.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.http.proxy = ProxyOption::Url(url.into());
        self
    }

    /// Uses no proxy. Environment variables for proxies are ignored.
    pub fn no_proxy(mut self) -> Self {
        self.http.proxy = ProxyOption::None;
        self
    }

    /// Trusts the certificates of a PEM file, beside those of the operating system. Call it for each file.
    ///
    /// The operating system's certificates are found by `SSL_CERT_FILE` and `SSL_CERT_DIR`, if they're set.
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.http.tls.extra_roots.push(pem.into());
        self
    }

    /// Identifies the client by a PEM file with its certificate chain and private key.
    pub fn client_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.http.tls.identity = Some(pem.into());
        self
    }

    /// Refuses TLS 1.2. By default, TLS 1.2 and 1.3 are allowed.
    pub fn tls13_only(mut self, only: bool) -> Self {
        self.http.tls.tls13_only = only;
        self
    }

    /// Adds a header to all requests. It replaces an earlier one of the same name.
    ///
    /// If it's invalid, or `Authorization` or `Content-Type`, which the client sets, [`build`](Self::build) returns an
    /// error.
    pub fn header(mut self, name: impl TryInto<HeaderName>, value: impl TryInto<HeaderValue>) -> Self {
        self.headers.push((name.try_into().ok(), value.try_into().ok()));
        self
    }

    /// Sets the `User-Agent`. Defaults to `nexconn-responses/VERSION`.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.http.user_agent = Some(user_agent.into());
        self
    }

    /// Sets the maximum number of unused connections that are kept open per host. Defaults to
    /// [`DEFAULT_MAX_IDLE_CONNECTIONS`](crate::DEFAULT_MAX_IDLE_CONNECTIONS), 32.
    pub fn max_idle_connections(mut self, connections: usize) -> Self {
        self.http.max_idle_connections = Some(connections);
        self
    }

    /// Sets the time after which an unused connection is closed. Defaults to
    /// [`DEFAULT_POOL_IDLE_TIMEOUT`](crate::DEFAULT_POOL_IDLE_TIMEOUT), 90 seconds.
    pub fn pool_idle_timeout(mut self, timeout: Duration) -> Self {
        self.http.pool_idle_timeout = Some(timeout);
        self
    }

    /// Uses your own [`reqwest::Client`](https://docs.rs/reqwest/0.13/reqwest/struct.Client.html), for settings this
    /// builder doesn't have. It replaces the settings for proxy, certificates, user agent, connect timeout and
    /// connections.
    ///
    /// Your client is then responsible for certificates, connect timeouts and default headers. If it follows a redirect
    /// to another origin, it doesn't send the API key there, and the call returns
    /// [`ErrorKind::Redirect`](crate::ErrorKind::Redirect). With the feature `gzip`, it must decompress gzip, as
    /// reqwest does by default.
    ///
    /// ```no_run
    /// use nexconn_responses::Client;
    ///
    /// # fn build() -> Result<Client, Box<dyn std::error::Error>> {
    /// let http = reqwest::Client::builder()
    ///     .redirect(reqwest::redirect::Policy::none())
    ///     .tcp_nodelay(true)
    ///     .build()?;
    /// let client = Client::builder()
    ///     .api_key("sk-0123456789")
    ///     .http_client(http)
    ///     .build()?;
    /// # Ok(client)
    /// # }
    /// ```
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http.client = Some(client);
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
    /// the next attempt would start after the deadline, the error is returned at once.
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
    /// A request is retried if the connection failed or timed out before a response, or if the status is 408, 409, 429
    /// or 5xx. Rejected certificates and proxy credentials, and exhausted quotas, aren't retried. The header
    /// `x-should-retry` (`true` or `false`) overrides the status.
    ///
    /// The client waits for the time in `retry-after-ms` or `Retry-After`, and doesn't retry if that's more than
    /// 120 seconds. Without these headers, it waits half a second, doubled with each attempt up to 8 seconds, minus a
    /// random part of up to a quarter.
    ///
    /// A POST may run, and be charged, twice if it's retried after its connection broke.
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

    /// Sets whether responses and events with mismatches are errors. Defaults to `false`.
    ///
    /// A mismatch is an absent property that the schema requires, or a value of the wrong JSON type. By default, it
    /// decodes to an empty value, and methods such as [`Response::mismatches`](crate::types::Response::mismatches)
    /// return it. With strict decoding, the first one is an
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode), with its position in [`Error::pointer`]. Unknown properties,
    /// items and events aren't mismatches. Decoding takes about three times as long, so use it to test a gateway.
    ///
    /// ```
    /// let client = nexconn_responses::Client::builder()
    ///     .api_key("key")
    ///     .strict_decoding(true)
    ///     .build()?;
    /// # Ok::<(), nexconn_responses::Error>(())
    /// ```
    pub fn strict_decoding(mut self, strict: bool) -> Self {
        self.settings.strict_decoding = strict;
        self
    }

    /// Sets the maximum size of a non-streaming body, in bytes. Defaults to
    /// [`DEFAULT_MAX_BODY_SIZE`](crate::DEFAULT_MAX_BODY_SIZE), 256 MiB. Error responses are truncated to 64 KiB.
    ///
    /// With the feature `gzip`, the client accepts compressed responses, and all limits count decompressed bytes.
    /// Without it, a compressed response is an error.
    pub fn max_body_size(mut self, bytes: usize) -> Self {
        self.settings.max_body_size = bytes;
        self
    }

    /// Replaces the policy that decides whether and when a failed attempt is retried.
    pub fn retry_policy(mut self, policy: Arc<dyn RetryPolicy>) -> Self {
        self.retry_policy = Some(policy);
        self
    }

    /// Calls a function after each attempt, successful or not. Use it for metrics and logs; it must not block. A second
    /// function replaces the first one.
    ///
    /// ```
    /// use nexconn_responses::Client;
    ///
    /// let client = Client::builder()
    ///     .api_key("key")
    ///     .on_attempt(|attempt| match attempt.outcome() {
    ///         Ok(metadata) => println!("status {}", metadata.status()),
    ///         Err(error) => println!("{error}, {:?}", attempt.retry_delay()),
    ///     })
    ///     .build()?;
    /// # Ok::<(), nexconn_responses::Error>(())
    /// ```
    pub fn on_attempt(mut self, hook: impl Fn(&FinishedAttempt<'_>) + Send + Sync + 'static) -> Self {
        self.on_attempt = AttemptHook::new(hook);
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
    /// Returns [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if
    ///
    /// - the API key is missing or has a character that isn't allowed in a header,
    /// - the base URL is invalid, has a user name, a password, a query or a fragment, or is plain http to another
    ///   host,
    /// - a [header](Self::header), the URL of the [proxy](Self::proxy) or a certificate is invalid,
    /// - the certificates of the operating system can't be loaded.
    pub fn build(self) -> Result<Client, Error> {
        let Self { mut settings, http, clock, retry_policy, on_attempt, headers, .. } = self.clone();
        let base_url = base_url::parse(self.base_url.as_deref(), self.danger_allow_plain_http)?;
        let redactor = Redactor::default();
        let credentials = match (self.api_key_provider, self.api_key.as_deref().filter(|key| !key.is_empty())) {
            (Some(provider), _) => Credentials::Provider(provider, self.auth_scheme),
            (None, Some(api_key)) => Credentials::fixed(api_key, self.auth_scheme, &redactor)?,
            (None, None) => return Err(Error::configuration("missing API key; set `api_key` or `api_key_provider`")),
        };
        for (name, value) in headers {
            let (name, value) = options::header(name, value)?;
            settings.headers.insert(name, value);
        }
        let http = http.build(&base_url)?;
        let clock = clock.unwrap_or_else(|| Arc::new(SystemClock));
        let retry_policy = retry_policy.unwrap_or_else(|| Arc::new(DefaultRetryPolicy));
        let base_url = Arc::new(base_url);
        let context = Context { http, credentials, redactor, base_url, clock, retry_policy, on_attempt, settings };
        Ok(Client { context: Arc::new(context) })
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
