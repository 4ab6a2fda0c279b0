//! Metadata of responses: status, headers, attempts, rate limits.

use std::time::Duration;

use http::HeaderMap;

/// The metadata of an HTTP response.
///
/// Get it with [`RequestBuilder::with_metadata`](crate::RequestBuilder::with_metadata),
/// [`EventStream::metadata`](crate::EventStream::metadata) or [`Error::metadata`](crate::Error::metadata).
///
/// The API key is removed from headers and URL if the server repeats it.
///
/// ```no_run
/// use nexconn_responses::types::CreateResponseRequest;
/// use nexconn_responses::{Client, Error};
///
/// # async fn run(client: Client, request: CreateResponseRequest) -> Result<(), Error> {
/// let (_, metadata) = client.create(&request).with_metadata().await?;
/// if metadata.token_limit().remaining.is_some_and(|left| left < 1000) {
///     println!("wait {:?}", metadata.token_limit().reset);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ResponseMetadata(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    status: u16,
    headers: HeaderMap,
    request_id: Option<String>,
    url: String,
    attempts: u32,
    elapsed: Duration,
}

impl ResponseMetadata {
    pub(crate) fn new(status: u16, headers: HeaderMap, request_id: Option<String>, url: String) -> Self {
        Self(Box::new(Inner { status, headers, request_id, url, attempts: 1, elapsed: Duration::ZERO }))
    }

    pub(crate) fn with_timing(mut self, attempts: u32, elapsed: Duration) -> Self {
        self.0.attempts = attempts;
        self.0.elapsed = elapsed;
        self
    }

    /// Returns the HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.0.status
    }

    /// Returns the headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// Returns the value of a header, if it's text. Of several values, it's the first.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.0.headers.get(name)?.to_str().ok()
    }

    /// Returns the server's id of the request, from the headers `Http-X-Reqid`, `X-Request-Id` or `Request-Id`.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Returns the URL of the request without its query, which may have secrets.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// Returns the number of attempts, including this one.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Returns the time from the start of the first attempt to the headers of this response.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// Returns the rate limit for requests, from the headers `x-ratelimit-*-requests`.
    #[must_use]
    pub fn request_limit(&self) -> RateLimit {
        self.rate_limit("requests")
    }

    /// Returns the rate limit for tokens, from the headers `x-ratelimit-*-tokens`.
    #[must_use]
    pub fn token_limit(&self) -> RateLimit {
        self.rate_limit("tokens")
    }

    fn rate_limit(&self, unit: &str) -> RateLimit {
        let header = |part: &str| self.header(&format!("x-ratelimit-{part}-{unit}")).map(str::trim);
        RateLimit {
            limit: header("limit").and_then(|value| value.parse().ok()),
            remaining: header("remaining").and_then(|value| value.parse().ok()),
            reset: header("reset").and_then(parse_duration),
        }
    }
}

/// A rate limit of the account. Parts the server doesn't send are `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// The maximum number in the time window.
    pub limit: Option<u64>,
    /// The number that's left.
    pub remaining: Option<u64>,
    /// The time until the full number is available again.
    pub reset: Option<Duration>,
}

/// Parses `1h2m3.5s`, `20ms`, or a number of seconds.
fn parse_duration(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let (mut total, mut rest) = (Duration::ZERO, text);
    while !rest.is_empty() {
        let number = rest.find(|c: char| c.is_ascii_alphabetic())?;
        let unit = rest[number..].find(|c: char| !c.is_ascii_alphabetic()).map_or(rest.len(), |end| number + end);
        let seconds = match &rest[number..unit] {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3_600.0,
            "d" => 86_400.0,
            _ => return None,
        };
        let part = Duration::try_from_secs_f64(rest[..number].parse::<f64>().ok()? * seconds).ok()?;
        total = total.checked_add(part)?;
        rest = &rest[unit..];
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resets_are_read_in_all_forms() {
        for (text, milliseconds) in [
            ("1s", Some(1_000)),
            ("6m0s", Some(360_000)),
            ("1h2m3.5s", Some(3_723_500)),
            ("20ms", Some(20)),
            ("0.5", Some(500)),
            ("7", Some(7_000)),
            ("soon", None),
            ("-1", None),
            ("1x", None),
            ("1e300s", None),
        ] {
            assert_eq!(parse_duration(text), milliseconds.map(Duration::from_millis), "{text}");
        }
    }
}
