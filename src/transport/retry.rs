//! When a request is tried again, and after how long.
//!
//! Place in the flow: `send.rs` asks after each try that failed before an answer began. The numbers
//! are those of OpenAI's own clients; the gateway publishes none.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode};

/// The first pause without advice by the server; it doubles with each try.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause without advice by the server.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);
/// The longest pause that the server may ask for; beyond it the request is not tried again.
const LONGEST_ADVICE: Duration = Duration::from_secs(120);

/// Whether an answer with this status is worth another try: what `x-should-retry` says, else 408,
/// 409, 429 and 5xx.
pub(crate) fn is_worth_it(status: StatusCode, headers: &HeaderMap) -> bool {
    match headers.get("x-should-retry").map(http::HeaderValue::as_bytes) {
        Some(b"true") => true,
        Some(b"false") => false,
        _ => matches!(status.as_u16(), 408 | 409 | 429 | 500..),
    }
}

/// The pause before the next try, `tries` being those made already; `None` if the server asks for
/// more patience than there is.
pub(crate) fn pause(tries: u32, headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    match advice(headers, now) {
        Some(advice) if advice > LONGEST_ADVICE => None,
        Some(advice) if !advice.is_zero() => Some(advice),
        Some(_) | None => Some(backoff(tries, random_unit())),
    }
}

/// What the server asks for: `retry-after-ms`, else `Retry-After` in seconds, fractions allowed, or
/// as a date. A date that has passed asks for nothing.
fn advice(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
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

/// A number of seconds; negative or not a number is nothing, and too many are the most there are.
fn duration(seconds: f64) -> Duration {
    if seconds > 0.0 { Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX) } else { Duration::ZERO }
}

/// 0.5 s, 1 s, 2 s, … up to 8 s, less up to a quarter, so that clients that failed together do not
/// come back together. `jitter` is from 0 to 1.
fn backoff(tries: u32, jitter: f64) -> Duration {
    let doubled = FIRST_PAUSE.saturating_mul(1_u32.checked_shl(tries.saturating_sub(1)).unwrap_or(u32::MAX));
    doubled.min(LONGEST_PAUSE).mul_f64(1.0 - 0.25 * jitter)
}

/// A number from 0 to 1, from the randomness that the standard library seeds its maps with.
fn random_unit() -> f64 {
    let bits = RandomState::new().build_hasher().finish();
    f64::from(u32::try_from(bits >> 32).unwrap_or_default()) / f64::from(u32::MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| ((*name).parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn the_servers_advice_is_read_in_all_its_forms() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_770);
        let read = |pairs: &[(&'static str, &str)]| advice(&headers(pairs), now);
        assert_eq!(read(&[]), None);
        assert_eq!(read(&[("retry-after", "3")]), Some(Duration::from_secs(3)));
        assert_eq!(read(&[("retry-after", "0.25")]), Some(Duration::from_millis(250)));
        assert_eq!(read(&[("retry-after-ms", "40"), ("retry-after", "3")]), Some(Duration::from_millis(40)));
        assert_eq!(read(&[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")]), Some(Duration::from_secs(7)));
        assert_eq!(read(&[("retry-after", "Sun, 06 Nov 1994 08:49:00 GMT")]), Some(Duration::ZERO));
        assert_eq!(read(&[("retry-after", "-1")]), Some(Duration::ZERO));
        assert_eq!(read(&[("retry-after", "soon")]), None);
    }

    #[test]
    fn pauses_grow_up_to_a_bound_and_spread() {
        assert_eq!(backoff(1, 0.0), Duration::from_millis(500));
        assert_eq!(backoff(2, 0.0), Duration::from_secs(1));
        assert_eq!(backoff(60, 0.0), Duration::from_secs(8));
        assert_eq!(backoff(2, 1.0), Duration::from_millis(750));
        assert!((0.0..=1.0).contains(&random_unit()));
    }

    #[test]
    fn too_much_patience_is_not_had() {
        assert_eq!(pause(1, &headers(&[("retry-after", "121")]), SystemTime::UNIX_EPOCH), None);
        assert_eq!(pause(1, &headers(&[("retry-after", "1e300")]), SystemTime::UNIX_EPOCH), None);
        assert_eq!(
            pause(1, &headers(&[("retry-after", "120")]), SystemTime::UNIX_EPOCH),
            Some(Duration::from_secs(120))
        );
    }

    #[test]
    fn the_server_overrides_the_status() {
        assert!(is_worth_it(StatusCode::CONFLICT, &headers(&[])));
        assert!(!is_worth_it(StatusCode::BAD_REQUEST, &headers(&[])));
        assert!(is_worth_it(StatusCode::BAD_REQUEST, &headers(&[("x-should-retry", "true")])));
        assert!(!is_worth_it(StatusCode::BAD_GATEWAY, &headers(&[("x-should-retry", "false")])));
    }
}
