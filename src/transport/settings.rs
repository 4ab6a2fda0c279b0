//! Settings of a client and of single requests, with all their defaults.

use std::fmt;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::error::Error;
use crate::sse;
use crate::transport::random;

/// The default base URL, `https://api-xmodel.nexconn.ai/bypass/openai/v1`.
pub const DEFAULT_BASE_URL: &str = "https://api-xmodel.nexconn.ai/bypass/openai/v1";
/// The default timeout of each attempt, 10 minutes.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);
/// The default timeout for opening a connection, 5 seconds.
pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The default maximum number of unused connections to keep open per host, 32.
pub const DEFAULT_MAX_IDLE_CONNECTIONS: usize = 32;
/// The default time after which an unused connection is closed, 90 seconds.
pub const DEFAULT_POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(90);
/// The default number of retries, 2.
pub const DEFAULT_MAX_RETRIES: u32 = 2;
/// The default maximum size of a non-streaming body, 256 MiB.
pub const DEFAULT_MAX_BODY_SIZE: usize = 256 * 1024 * 1024;
/// The first delay of [`Client::wait`](crate::Client::wait), 500 milliseconds. It doubles with each poll.
pub const WAIT_FIRST_DELAY: Duration = Duration::from_millis(500);
/// The maximum delay of [`Client::wait`](crate::Client::wait), 8 seconds.
pub const WAIT_MAX_DELAY: Duration = Duration::from_secs(8);

/// The first delay before a retry if the server doesn't request one. It doubles with each attempt.
pub(crate) const RETRY_FIRST_DELAY: Duration = Duration::from_millis(500);
/// The maximum delay before a retry if the server doesn't request one.
pub(crate) const RETRY_MAX_DELAY: Duration = Duration::from_secs(8);
/// The maximum `Retry-After`. A request isn't retried after a longer one.
pub(crate) const MAX_RETRY_AFTER: Duration = Duration::from_secs(120);

pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The settings of a request. `Debug` shows no values of headers and query parameters.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) timeout: Duration,
    /// The time limit for all attempts together.
    pub(crate) deadline: Option<Duration>,
    /// Defaults to `timeout`.
    pub(crate) idle_timeout: Option<Duration>,
    pub(crate) max_retries: u32,
    pub(crate) max_event_size: usize,
    pub(crate) max_body_size: usize,
    pub(crate) idempotency_keys: bool,
    pub(crate) strict_decoding: bool,
    pub(crate) headers: HeaderMap,
    pub(crate) query: Vec<(String, String)>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timeout: DEFAULT_TIMEOUT,
            deadline: None,
            idle_timeout: None,
            max_retries: DEFAULT_MAX_RETRIES,
            max_event_size: sse::DEFAULT_MAX_EVENT_SIZE,
            max_body_size: DEFAULT_MAX_BODY_SIZE,
            idempotency_keys: false,
            strict_decoding: false,
            headers: HeaderMap::new(),
            query: Vec::new(),
        }
    }
}

impl Settings {
    /// The maximum time between two reads of a stream.
    pub(crate) fn idle_timeout(&self) -> Duration {
        self.idle_timeout.unwrap_or(self.timeout)
    }

    /// Returns the headers of a request, the same for all its attempts. Only POST isn't idempotent by
    /// itself, so only POST gets an idempotency key.
    pub(crate) fn headers(&self, method: &Method) -> Result<HeaderMap, Error> {
        let mut headers = self.headers.clone();
        if method != Method::POST {
            headers.remove(IDEMPOTENCY_KEY);
        } else if self.idempotency_keys && !headers.contains_key(IDEMPOTENCY_KEY) {
            let key = random::hex()?;
            headers.extend(HeaderValue::try_from(key).ok().map(|key| (IDEMPOTENCY_KEY, key)));
        }
        Ok(headers)
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { timeout, deadline, max_retries, max_event_size, max_body_size, headers, query, .. } = self;
        f.debug_struct("Settings")
            .field("timeout", timeout)
            .field("deadline", deadline)
            .field("idle_timeout", &self.idle_timeout())
            .field("max_retries", max_retries)
            .field("max_event_size", max_event_size)
            .field("max_body_size", max_body_size)
            .field("headers", &headers.keys().map(HeaderName::as_str).collect::<Vec<_>>())
            .field("query", &query.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_request_gets_an_idempotency_key_of_its_own() {
        let settings = Settings { idempotency_keys: true, ..Settings::default() };
        let key = || settings.headers(&Method::POST).ok().and_then(|mut headers| headers.remove(IDEMPOTENCY_KEY));
        let (first, second) = (key(), key());
        assert!(first.is_some() && first != second);
    }
}
