//! Options of single requests.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderName, HeaderValue};

use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::transport::context::Context;
use crate::transport::settings::{IDEMPOTENCY_KEY, Settings};

impl Client {
    /// Returns this client with other options, for one request or for many. Both share their connections.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Configuration`] if a header of the options is invalid.
    pub fn with(&self, options: &RequestOptions) -> Result<Self, Error> {
        let mut context = Context::clone(&self.context);
        options.apply(&mut context.settings)?;
        Ok(Self { context: Arc::new(context) })
    }
}

/// Per-request options. Pass them to [`Client::with`](crate::Client::with).
///
/// Options that aren't set keep the client's value.
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
    /// Creates options that keep all values of the client.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Overrides [`ClientBuilder::timeout`](crate::ClientBuilder::timeout).
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Overrides [`ClientBuilder::idle_timeout`](crate::ClientBuilder::idle_timeout).
    #[must_use]
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = Some(timeout);
        self
    }

    /// Overrides [`ClientBuilder::max_retries`](crate::ClientBuilder::max_retries).
    #[must_use]
    pub fn max_retries(mut self, max_retries: u32) -> Self {
        self.max_retries = Some(max_retries);
        self
    }

    /// Overrides [`ClientBuilder::max_event_size`](crate::ClientBuilder::max_event_size).
    #[must_use]
    pub fn max_event_size(mut self, bytes: usize) -> Self {
        self.max_event_size = Some(bytes);
        self
    }

    /// Overrides [`ClientBuilder::max_body_size`](crate::ClientBuilder::max_body_size).
    #[must_use]
    pub fn max_body_size(mut self, bytes: usize) -> Self {
        self.max_body_size = Some(bytes);
        self
    }

    /// Adds a header. It replaces an earlier one of the same name.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Adds a query parameter.
    #[must_use]
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Sets the `Idempotency-Key` of each POST, the same for all attempts. Neither the gateway nor OpenAI's reference
    /// documents an effect.
    #[must_use]
    pub fn idempotency_key(self, key: impl Into<String>) -> Self {
        self.header(IDEMPOTENCY_KEY.as_str(), key)
    }

    fn apply(&self, settings: &mut Settings) -> Result<(), Error> {
        let Self { timeout, idle_timeout, max_retries, max_event_size, max_body_size, headers, query } = self;
        settings.timeout = timeout.unwrap_or(settings.timeout);
        settings.idle_timeout = idle_timeout.or(settings.idle_timeout);
        settings.max_retries = max_retries.unwrap_or(settings.max_retries);
        settings.max_event_size = max_event_size.unwrap_or(settings.max_event_size);
        settings.max_body_size = max_body_size.unwrap_or(settings.max_body_size);
        for (name, value) in headers {
            let (name, value) = header(name, value)?;
            settings.headers.insert(name, value);
        }
        settings.query.extend(query.iter().cloned());
        Ok(())
    }
}

/// Headers and query parameters are shown without their values, because some are secrets.
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

/// Checks a header. The error doesn't repeat the value, which may be a secret.
fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Error> {
    let configuration = |message: String| Error::new(ErrorKind::Configuration, message);
    let header = HeaderName::try_from(name).map_err(|_| configuration(format!("invalid header name {name:?}")))?;
    if header == AUTHORIZATION || header == CONTENT_TYPE {
        return Err(configuration(format!("the client sets the header {header} itself")));
    }
    let mut value = HeaderValue::try_from(value)
        .map_err(|_| configuration(format!("invalid value of the header {header}: it has a control character")))?;
    value.set_sensitive(true);
    Ok((header, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_show_no_values() {
        let shown = format!("{:?}", RequestOptions::new().header("x-token", "secret").query("sig", "secret"));
        assert!(shown.contains("x-token") && shown.contains("sig") && !shown.contains("secret"), "{shown}");
    }
}
