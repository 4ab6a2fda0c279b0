//! What can be set for a client as a whole and for single requests.
//!
//! Place in the flow: `client.rs` keeps [`Settings`] and hands them to `send.rs` and `stream.rs`;
//! [`RequestOptions`] are what a user changes of them.

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::client::{DEFAULT_MAX_RETRIES, DEFAULT_TIMEOUT};
use crate::error::{Error, ErrorKind};
use crate::sse;
use crate::transport::body::DEFAULT_MAX_BODY_SIZE;

/// The header by which a server can tell a second try from a second request.
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// What holds for a request unless options say otherwise.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) timeout: Duration,
    /// As long as the time-out unless it is set.
    pub(crate) idle_timeout: Option<Duration>,
    pub(crate) max_retries: u32,
    pub(crate) max_event_size: usize,
    pub(crate) max_body_size: usize,
    pub(crate) idempotency_keys: bool,
    pub(crate) headers: HeaderMap,
    pub(crate) query: Vec<(String, String)>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timeout: DEFAULT_TIMEOUT,
            idle_timeout: None,
            max_retries: DEFAULT_MAX_RETRIES,
            max_event_size: sse::DEFAULT_MAX_EVENT_SIZE,
            max_body_size: DEFAULT_MAX_BODY_SIZE,
            idempotency_keys: false,
            headers: HeaderMap::new(),
            query: Vec::new(),
        }
    }
}

impl Settings {
    /// How long nothing may arrive of a stream.
    pub(crate) fn idle_timeout(&self) -> Duration {
        self.idle_timeout.unwrap_or(self.timeout)
    }

    /// The headers of one request, the same on every try. Methods other than POST need no key: what
    /// they do twice is done once.
    pub(crate) fn headers(&self, method: &Method) -> HeaderMap {
        let mut headers = self.headers.clone();
        if method != Method::POST {
            headers.remove(IDEMPOTENCY_KEY);
        } else if self.idempotency_keys && !headers.contains_key(IDEMPOTENCY_KEY) {
            headers.extend(HeaderValue::try_from(random_key()).ok().map(|key| (IDEMPOTENCY_KEY, key)));
        }
        headers
    }

    pub(crate) fn apply(&mut self, options: &RequestOptions) -> Result<(), Error> {
        let RequestOptions { timeout, idle_timeout, max_retries, max_event_size, max_body_size, headers, query } =
            options;
        self.timeout = timeout.unwrap_or(self.timeout);
        self.idle_timeout = idle_timeout.or(self.idle_timeout);
        self.max_retries = max_retries.unwrap_or(self.max_retries);
        self.max_event_size = max_event_size.unwrap_or(self.max_event_size);
        self.max_body_size = max_body_size.unwrap_or(self.max_body_size);
        for (name, value) in headers {
            let (name, value) = header(name, value)?;
            self.headers.insert(name, value);
        }
        self.query.extend(query.iter().cloned());
        Ok(())
    }
}

/// What is different for some requests: see [`Client::with`](crate::Client::with).
///
/// What is not set stays as the client has it.
///
/// ```no_run
/// use std::time::Duration;
/// use nexconn_responses::{Client, RequestOptions, types::CreateResponseRequest};
///
/// # async fn run() -> Result<(), nexconn_responses::Error> {
/// let client = Client::from_env()?;
/// let options = RequestOptions::new()
///     .timeout(Duration::from_secs(30))
///     .max_retries(5)
///     .header("x-tenant", "blue")
///     .idempotency_key("order-1234");
/// let response = client.with(&options)?.create(&CreateResponseRequest::new("openai/gpt-5.2", "Hello")).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RequestOptions {
    timeout: Option<Duration>,
    idle_timeout: Option<Duration>,
    max_retries: Option<u32>,
    max_event_size: Option<usize>,
    max_body_size: Option<usize>,
    headers: Vec<(String, String)>,
    query: Vec<(String, String)>,
}

impl RequestOptions {
    /// Options that change nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// See [`ClientBuilder::timeout`](crate::ClientBuilder::timeout).
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// See [`ClientBuilder::idle_timeout`](crate::ClientBuilder::idle_timeout).
    #[must_use]
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = Some(timeout);
        self
    }

    /// See [`ClientBuilder::max_retries`](crate::ClientBuilder::max_retries).
    #[must_use]
    pub fn max_retries(mut self, max_retries: u32) -> Self {
        self.max_retries = Some(max_retries);
        self
    }

    /// See [`ClientBuilder::max_event_size`](crate::ClientBuilder::max_event_size).
    #[must_use]
    pub fn max_event_size(mut self, bytes: usize) -> Self {
        self.max_event_size = Some(bytes);
        self
    }

    /// See [`ClientBuilder::max_body_size`](crate::ClientBuilder::max_body_size).
    #[must_use]
    pub fn max_body_size(mut self, bytes: usize) -> Self {
        self.max_body_size = Some(bytes);
        self
    }

    /// Sends another header. A second one of the same name takes the place of the first.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Adds a parameter to the query of the URL.
    #[must_use]
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Sends this `Idempotency-Key` with each POST, the same on every try. Neither the gateway's page nor OpenAI's
    /// reference promises that it has an effect.
    #[must_use]
    pub fn idempotency_key(self, key: impl Into<String>) -> Self {
        self.header(IDEMPOTENCY_KEY.as_str(), key)
    }
}

/// The values of headers and parameters are not shown: some are secrets.
impl fmt::Debug for RequestOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { timeout, idle_timeout, max_retries, max_event_size, max_body_size, headers, query } = self;
        let names = |pairs: &[(String, String)]| pairs.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        f.debug_struct("RequestOptions")
            .field("timeout", timeout)
            .field("idle_timeout", idle_timeout)
            .field("max_retries", max_retries)
            .field("max_event_size", max_event_size)
            .field("max_body_size", max_body_size)
            .field("headers", &names(headers))
            .field("query", &names(query))
            .finish()
    }
}

/// A header that may be sent. The value is not repeated in the error: it may be a secret.
fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Error> {
    let configuration = |message: String| Error::new(ErrorKind::Configuration, message);
    let header = HeaderName::try_from(name).map_err(|_| configuration(format!("{name:?} is no name of a header")))?;
    if header == AUTHORIZATION || header == CONTENT_TYPE {
        return Err(configuration(format!("the header {header} is the client's own")));
    }
    let mut value = HeaderValue::try_from(value).map_err(|_| {
        configuration(format!("the value of the header {header} has a character that no header may have"))
    })?;
    value.set_sensitive(true);
    Ok((header, value))
}

/// 128 random bits in hexadecimal, from the randomness that the standard library seeds its maps with.
fn random_key() -> String {
    let bits = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", bits(), bits())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_requests_have_two_keys() {
        let settings = Settings { idempotency_keys: true, ..Settings::default() };
        let key = || settings.headers(&Method::POST).remove(IDEMPOTENCY_KEY);
        let (first, second) = (key(), key());
        assert!(first.is_some() && first != second);
    }

    #[test]
    fn options_show_no_values() {
        let shown = format!("{:?}", RequestOptions::new().header("x-token", "secret").query("sig", "secret"));
        assert!(shown.contains("x-token") && shown.contains("sig") && !shown.contains("secret"), "{shown}");
    }
}
