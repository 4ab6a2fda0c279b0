//! The default retry policy, and the retried status codes. Failures without a response are marked as retryable
//! in `connect_error.rs` and `send.rs`; the delays are constants in `settings.rs`. The numbers are those of
//! OpenAI's Python SDK.

use std::fmt;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderValue, StatusCode};

use crate::error::Error;
use crate::transport::random;
use crate::transport::settings::{MAX_RETRY_AFTER, RETRY_FIRST_DELAY, RETRY_MAX_DELAY};

/// Returns true if a response may be retried: by `x-should-retry`, else for 408, 409, 429 and 5xx.
pub(crate) fn should_retry(status: StatusCode, headers: &HeaderMap) -> bool {
    match headers.get("x-should-retry").map(HeaderValue::as_bytes) {
        Some(b"true") => true,
        Some(b"false") => false,
        _ => matches!(status.as_u16(), 408 | 409 | 429 | 500..),
    }
}

/// Decides whether and when a failed attempt is retried. Set it with
/// [`ClientBuilder::retry_policy`](crate::ClientBuilder::retry_policy).
///
/// The client calls it after each failed attempt, until it returns `None`. Once a successful response has started, the
/// client doesn't retry.
///
/// ```
/// use nexconn_responses::{Attempt, Client, ErrorKind, RetryPolicy};
/// use std::{sync::Arc, time::Duration};
///
/// /// Retries rate limits after the time in `Retry-After`, and
/// /// everything else as usual.
/// #[derive(Debug)]
/// struct Patient;
///
/// impl RetryPolicy for Patient {
///     fn delay(&self, attempt: &Attempt<'_>) -> Option<Duration> {
///         match attempt.error().kind() {
///             ErrorKind::RateLimit if attempt.number() < 10 => {
///                 attempt.error().retry_after()
///             }
///             _ => attempt.default_delay(),
///         }
///     }
/// }
///
/// let client = Client::builder()
///     .api_key("sk-0123456789")
///     .retry_policy(Arc::new(Patient));
/// ```
pub trait RetryPolicy: fmt::Debug + Send + Sync {
    /// Returns the delay before the next attempt, or `None` to return the error.
    fn delay(&self, attempt: &Attempt<'_>) -> Option<Duration>;
}

/// A failed attempt, for a [`RetryPolicy`].
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    number: u32,
    max_retries: u32,
    error: &'a Error,
}

impl<'a> Attempt<'a> {
    pub(crate) fn new(number: u32, max_retries: u32, error: &'a Error) -> Self {
        Self { number, max_retries, error }
    }

    /// Returns the number of this attempt, starting with 1.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Returns the error of the attempt.
    #[must_use]
    pub fn error(&self) -> &'a Error {
        self.error
    }

    /// Returns the delay of the default policy, or `None` if that doesn't retry.
    ///
    /// The default policy retries [retryable](Error::is_retryable) errors up to
    /// [`max_retries`](crate::ClientBuilder::max_retries) times. The delay is the one in `retry-after-ms` or
    /// `Retry-After`; if that's more than 120 seconds, it doesn't retry. Without these headers, the delay is half a
    /// second, doubled with each attempt up to 8 seconds, minus a random part of up to a quarter.
    #[must_use]
    pub fn default_delay(&self) -> Option<Duration> {
        if self.number > self.max_retries || !self.error.is_retryable() {
            return None;
        }
        delay(self.number, self.error.retry_after())
    }
}

#[derive(Debug)]
pub(crate) struct DefaultRetryPolicy;

impl RetryPolicy for DefaultRetryPolicy {
    fn delay(&self, attempt: &Attempt<'_>) -> Option<Duration> {
        attempt.default_delay()
    }
}

/// Returns the delay before the next attempt, or `None` if `Retry-After` is too long.
fn delay(attempts: u32, retry_after: Option<Duration>) -> Option<Duration> {
    match retry_after {
        Some(retry_after) if retry_after > MAX_RETRY_AFTER => None,
        Some(retry_after) if !retry_after.is_zero() => Some(retry_after),
        Some(_) | None => Some(backoff(attempts, random::unit())),
    }
}

/// Reads `retry-after-ms`, else `Retry-After` in seconds, with or without a fraction, or as a date. A
/// date in the past is zero.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let seconds = |text: &str| text.parse::<f64>().ok();
    if let Some(milliseconds) = text("retry-after-ms").and_then(seconds) {
        return Some(duration(milliseconds / 1_000.0));
    }
    let after = text("retry-after")?;
    seconds(after).map(duration).or_else(|| {
        let date = httpdate::parse_http_date(after).ok()?;
        Some(date.duration_since(now).unwrap_or_default())
    })
}

/// Converts seconds. A negative number and NaN are zero, too large a number is the maximum.
fn duration(seconds: f64) -> Duration {
    if seconds > 0.0 { Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX) } else { Duration::ZERO }
}

/// Returns 0.5 s, 1 s, 2 s, … up to 8 s, less up to a quarter, so clients that failed together
/// don't retry together. `jitter` is from 0 to 1.
pub(crate) fn backoff(attempts: u32, jitter: f64) -> Duration {
    let factor = 1_u32.checked_shl(attempts.saturating_sub(1)).unwrap_or(u32::MAX);
    RETRY_FIRST_DELAY.saturating_mul(factor).min(RETRY_MAX_DELAY).mul_f64(1.0 - 0.25 * jitter)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| ((*name).parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn retry_after_is_read_in_all_its_forms() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_770);
        let read = |pairs: &[(&'static str, &str)]| retry_after(&headers(pairs), now);
        assert_eq!(read(&[]), None);
        assert_eq!(read(&[("retry-after", "3")]), Some(Duration::from_secs(3)));
        assert_eq!(read(&[("retry-after", "0.25")]), Some(Duration::from_millis(250)));
        assert_eq!(read(&[("retry-after-ms", "40"), ("retry-after", "3")]), Some(Duration::from_millis(40)));
        assert_eq!(read(&[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")]), Some(Duration::from_secs(7)));
        assert_eq!(read(&[("retry-after", "Sun, 06 Nov 1994 08:49:00 GMT")]), Some(Duration::ZERO));
        assert_eq!(read(&[("retry-after", "-1")]), Some(Duration::ZERO));
        assert_eq!(read(&[("retry-after", "soon")]), None);
        assert_eq!(read(&[("retry-after", "1e300")]), Some(Duration::MAX));
    }

    #[test]
    fn delays_grow_up_to_a_maximum_and_spread() {
        assert_eq!(backoff(1, 0.0), Duration::from_millis(500));
        assert_eq!(backoff(2, 0.0), Duration::from_secs(1));
        assert_eq!(backoff(60, 0.0), Duration::from_secs(8));
        assert_eq!(backoff(2, 1.0), Duration::from_millis(750));
    }

    #[test]
    fn a_delay_over_two_minutes_is_not_waited_for() {
        assert_eq!(delay(1, Some(Duration::from_secs(121))), None);
        assert_eq!(delay(1, Some(Duration::MAX)), None);
        assert_eq!(delay(1, Some(Duration::from_secs(120))), Some(Duration::from_secs(120)));
    }

    #[test]
    fn x_should_retry_overrides_the_status() {
        assert!(should_retry(StatusCode::CONFLICT, &headers(&[])));
        assert!(!should_retry(StatusCode::BAD_REQUEST, &headers(&[])));
        assert!(should_retry(StatusCode::BAD_REQUEST, &headers(&[("x-should-retry", "true")])));
        assert!(!should_retry(StatusCode::BAD_GATEWAY, &headers(&[("x-should-retry", "false")])));
    }
}
