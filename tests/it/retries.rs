//! Failures with and without retries, counted by the server.
//!
//! The replies have a `retry-after-ms` of 1, or the test has its own clock, so no test waits.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use nexconn_responses::testing::Reply;
use nexconn_responses::types::{CreateResponseRequest, Response};
use nexconn_responses::{Attempt, Client, Error, ErrorKind, FinishedAttempt, ResponseMetadata, RetryPolicy};

use crate::clock::{TIMEOUT, TestClock};
use crate::server::{KEY, Server, reply};

const SOON: &str = "retry-after-ms: 1";

fn request() -> CreateResponseRequest {
    CreateResponseRequest::new("openai/gpt-5.2", "Hello")
}

fn ok() -> Reply {
    reply("200 OK", r#"{"id": "resp_1"}"#)
}

/// Calls `create` with this many retries. Returns its result, and the requests the server received.
async fn create(replies: impl IntoIterator<Item = Reply>, max_retries: u32) -> (Result<Response, Error>, Vec<String>) {
    let server = Server::start(replies);
    let outcome = server.builder().max_retries(max_retries).build().unwrap().create(&request()).await;
    (outcome, server.finish().await)
}

/// The same with the clock of the test. Returns the delays too.
async fn create_at(
    replies: impl IntoIterator<Item = Reply>,
    max_retries: u32,
) -> (Result<Response, Error>, Vec<String>, Vec<Duration>) {
    let server = Server::start(replies);
    let clock = TestClock::new();
    let builder = server.builder().timeout(TIMEOUT).max_retries(max_retries).clock(clock.clone());
    let outcome = builder.build().unwrap().create(&request()).await;
    (outcome, server.finish().await, clock.delays())
}

/// Returns the value of a header of a request.
fn header(request: &str, name: &str) -> Option<String> {
    let lines = request.lines().filter_map(|line| line.split_once(": "));
    lines.filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).next()
}

#[tokio::test]
async fn a_retry_sends_the_same_request() {
    let busy = || reply(&format!("503 Service Unavailable\n{SOON}"), "");
    let (outcome, requests) = create([busy(), busy(), ok()], 5).await;
    assert_eq!(outcome.unwrap().id, "resp_1");
    let [first, second, third] = &requests[..] else { panic!("three attempts: {requests:#?}") };
    assert!(first == second && second == third, "{requests:#?}");
}

#[tokio::test]
async fn transient_failures_are_retried() {
    for status in
        ["408 Timeout", "409 Conflict", "429 Slow Down", "500 Oops", "502 Bad Gateway", "504 Timeout", "529 Busy"]
    {
        let (outcome, requests) = create([reply(&format!("{status}\n{SOON}"), ""), ok()], 1).await;
        assert!(outcome.is_ok(), "{status}");
        assert_eq!(requests.len(), 2, "{status}");
    }
}

#[tokio::test]
async fn permanent_failures_are_not_retried() {
    for status in ["302 Found", "400 Bad", "401 Who", "403 No", "404 Where", "413 Large", "422 What"] {
        let (outcome, requests) = create([reply(&format!("{status}\n{SOON}"), ""), ok()], 5).await;
        assert!(!outcome.unwrap_err().is_retryable(), "{status}");
        assert_eq!(requests.len(), 1, "{status}");
    }
}

#[tokio::test]
async fn max_retries_limits_the_attempts() {
    for max_retries in [0, 1, 3] {
        let (outcome, requests) = create([reply(&format!("500 Oops\n{SOON}"), "")], max_retries).await;
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), error.status(), error.is_retryable()), (ErrorKind::Server, Some(500), true));
        assert_eq!(requests.len(), 1 + max_retries as usize);
    }
}

#[tokio::test]
async fn the_default_is_two_retries() {
    let server = Server::start([reply(&format!("500 Oops\n{SOON}"), "")]);
    let client = Client::builder().api_key(KEY).base_url(format!("http://{}", server.address())).build().unwrap();
    client.create(&request()).await.unwrap_err();
    assert_eq!(server.finish().await.len(), 3);
}

#[tokio::test]
async fn the_last_error_is_returned() {
    let replies = ["first", "second", "third"]
        .map(|message| reply(&format!("429 Slow Down\n{SOON}"), format!(r#"{{"error": "{message}"}}"#)));
    let (outcome, _) = create(replies, 2).await;
    assert_eq!(outcome.unwrap_err().message(), "third");
}

#[tokio::test]
async fn an_error_that_is_not_retryable_ends_the_attempts() {
    let (outcome, requests) = create([reply(&format!("503 Busy\n{SOON}"), ""), reply("401 Who", "")], 5).await;
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Authentication);
    assert_eq!(requests.len(), 2);
}

#[tokio::test]
async fn x_should_retry_decides() {
    let (outcome, requests) = create([reply(&format!("503 Busy\nx-should-retry: false\n{SOON}"), ""), ok()], 5).await;
    assert!(!outcome.unwrap_err().is_retryable());
    assert_eq!(requests.len(), 1);

    let (outcome, requests) = create([reply(&format!("400 Bad\nx-should-retry: true\n{SOON}"), ""), ok()], 5).await;
    assert!(outcome.is_ok());
    assert_eq!(requests.len(), 2);
}

#[tokio::test]
async fn an_exhausted_quota_is_not_retried() {
    for body in [
        r#"{"error": {"message": "pay", "type": "insufficient_quota", "param": null, "code": "insufficient_quota"}}"#,
        r#"{"error": {"message": "pay", "code": "credit_balance_exhausted"}}"#,
    ] {
        let (outcome, requests) = create([reply(&format!("429 Pay\n{SOON}"), body), ok()], 5).await;
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::QuotaExhausted, false));
        assert_eq!(requests.len(), 1);
    }
}

#[tokio::test]
async fn a_retry_after_of_more_than_two_minutes_is_not_retried() {
    for header in [
        "retry-after: 121",
        "retry-after-ms: 120001",
        "retry-after: 1e300",
        "retry-after: Fri, 31 Dec 9999 23:59:59 GMT",
    ] {
        let (outcome, requests) = create([reply(&format!("429 Later\n{header}"), ""), ok()], 5).await;
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::RateLimit, true), "{header}");
        assert_eq!(requests.len(), 1, "{header}");
    }
}

#[tokio::test]
async fn a_connection_closed_before_a_response_is_retried() {
    for bytes in ["", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\ncontent-"] {
        let broken = || Reply::raw(bytes);
        let (outcome, requests, delays) = create_at([broken(), broken(), ok()], 2).await;
        assert!(outcome.is_ok(), "{bytes:?}: {outcome:?}");
        assert_eq!((requests.len(), delays.len()), (3, 2), "{bytes:?}");
    }
}

#[tokio::test]
async fn an_unreachable_server_is_retried() {
    let server = Server::start([ok()]);
    let address = server.address();
    server.finish().await;
    let clock = TestClock::new();
    let url = format!("http://{address}");
    let client = Client::builder().api_key(KEY).base_url(url).timeout(TIMEOUT).max_retries(3).clock(clock.clone());
    let client = client.build().unwrap();
    let error = client.create(&request()).await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Connection, true));
    assert_eq!(clock.delays().len(), 3);
}

#[tokio::test]
async fn the_delay_is_that_of_retry_after() {
    for (header, expected) in [
        ("retry-after: 3", 3_000),
        ("retry-after: 0.25", 250),
        ("retry-after-ms: 40", 40),
        ("retry-after-ms: 40\nretry-after: 3", 40),
        ("retry-after: Sun, 06 Nov 1994 08:49:37 GMT", 7_000),
        ("retry-after: 120", 120_000),
    ] {
        let (outcome, _, delays) = create_at([reply(&format!("429 Later\n{header}"), ""), ok()], 1).await;
        assert!(outcome.is_ok(), "{header}");
        assert_eq!(delays, [Duration::from_millis(expected)], "{header}");
    }
}

#[tokio::test]
async fn without_retry_after_delays_double_up_to_eight_seconds() {
    for header in ["", "\nretry-after: soon", "\nretry-after: -1", "\nretry-after: Sun, 06 Nov 1994 08:49:00 GMT"] {
        let (_, requests, delays) = create_at([reply(&format!("500 Oops{header}"), "")], 6).await;
        assert_eq!(requests.len(), 7, "{header:?}");
        for (pause, longest) in delays.iter().zip([500, 1_000, 2_000, 4_000, 8_000, 8_000]) {
            // Less up to a quarter, so clients that failed together don't retry together.
            let longest = Duration::from_millis(longest);
            assert!(*pause <= longest && *pause >= longest.mul_f64(0.75), "{header:?}: {delays:?}");
        }
    }
}

#[tokio::test]
async fn all_attempts_of_a_request_have_the_same_idempotency_key() {
    let busy = || reply("503 Busy", "");
    let server = Server::start([busy(), ok(), busy(), ok(), ok()]);
    let builder = server.builder().timeout(TIMEOUT).max_retries(1).idempotency_keys(true).clock(TestClock::new());
    let client = builder.build().unwrap();
    client.create(&request()).await.unwrap();
    client.create(&request()).await.unwrap();
    client.create(&request()).idempotency_key("order-1").unwrap().await.unwrap();
    let keys: Vec<_> = server.finish().await.iter().map(|request| header(request, "idempotency-key")).collect();
    let [first, again, second, once_more, given] = &keys[..] else { panic!("five attempts: {keys:?}") };
    assert!(
        first.is_some() && first == again && second.is_some() && second == once_more && first != second,
        "{keys:?}"
    );
    assert_eq!(given.as_deref(), Some("order-1"));
}

#[tokio::test]
async fn without_retries_there_is_no_idempotency_key() {
    let (_, requests) = create([ok()], 0).await;
    assert_eq!(header(&requests[0], "idempotency-key"), None);
}

#[tokio::test]
async fn a_truncated_response_is_not_retried() {
    for bytes in [
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"id\": \"resp_1\"",
        "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{{{",
    ] {
        let (outcome, requests) = create([Reply::raw(bytes), ok()], 5).await;
        assert!(!outcome.unwrap_err().is_retryable(), "{bytes}");
        assert_eq!(requests.len(), 1, "{bytes}");
    }
}

#[tokio::test]
async fn a_stream_is_retried_until_it_starts() {
    let done = "data: {\"type\": \"response.completed\", \"response\": {\"id\": \"resp_1\"}}\n\n";
    let busy = reply(&format!("503 Busy\n{SOON}"), "");
    let server = Server::start([busy, reply("200 OK\ncontent-type: text/event-stream", done)]);
    let stream = server.builder().max_retries(5).build().unwrap().stream(&request()).await.unwrap();
    assert_eq!(stream.into_response().await.unwrap().id, "resp_1");
    assert_eq!(server.finish().await.len(), 2);
}

#[tokio::test]
async fn a_stream_that_has_started_is_not_retried() {
    let server =
        Server::start([reply("200 OK\ncontent-type: text/event-stream", "data: {\"type\": \"response.created\"")]);
    let stream = server.builder().max_retries(5).build().unwrap().stream(&request()).await.unwrap();
    let error = stream.into_response().await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::StreamTruncated, false));
    assert_eq!(server.finish().await.len(), 1);
}

/// Retries everything three times, after a minute each.
#[derive(Debug)]
struct EveryMinute;

impl RetryPolicy for EveryMinute {
    fn delay(&self, attempt: &Attempt<'_>) -> Option<Duration> {
        (attempt.number() <= 3).then_some(Duration::from_secs(60))
    }
}

#[tokio::test]
async fn a_policy_decides_what_is_retried_and_when() {
    let server = Server::start([reply("400 Bad", "")]);
    let clock = TestClock::new();
    let builder = server.builder().timeout(TIMEOUT).clock(clock.clone()).retry_policy(std::sync::Arc::new(EveryMinute));
    let error = builder.build().unwrap().create(&request()).await.unwrap_err();
    assert_eq!((error.kind(), error.metadata().unwrap().attempts()), (ErrorKind::InvalidRequest, 4));
    assert_eq!(server.finish().await.len(), 4);
    assert_eq!(clock.delays(), [Duration::from_secs(60); 3]);
}

#[tokio::test]
async fn a_delay_beyond_the_deadline_is_an_error_at_once() {
    let server = Server::start([reply("429 Later\nretry-after: 60", ""), ok()]);
    let client = server.builder().max_retries(5).deadline(Duration::from_secs(30)).build().unwrap();
    let error = client.create(&request()).await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::RateLimit, true));
    assert!(client.create(&request()).deadline(Duration::from_secs(90)).await.is_ok());
    assert_eq!(server.finish().await.len(), 2);
}

#[tokio::test]
async fn the_deadline_covers_all_attempts_and_delays() {
    let slow = || Reply::stall();
    let server = Server::start([slow()]);
    let client = server.builder().max_retries(5).deadline(Duration::from_millis(200)).build().unwrap();
    let started = std::time::Instant::now();
    let error = client.create(&request()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    drop(client);
    assert_eq!(server.finish().await.len(), 1);
}

#[tokio::test]
async fn a_hook_sees_each_attempt_with_its_outcome_and_delay() {
    let server = Server::start([reply("503 Busy\nretry-after: 3", ""), ok(), reply("400 Bad", "")]);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let attempts = Arc::clone(&seen);
    let hook = move |attempt: &FinishedAttempt<'_>| {
        let outcome = attempt.outcome().map(ResponseMetadata::status).map_err(Error::kind);
        attempts.lock().unwrap().push((attempt.operation(), attempt.number(), outcome, attempt.retry_delay()));
    };
    let client =
        server.builder().max_retries(2).timeout(TIMEOUT).clock(TestClock::new()).on_attempt(hook).build().unwrap();
    client.create(&request()).await.unwrap();
    client.retrieve("resp_1").await.unwrap_err();
    drop(client);
    server.finish().await;
    let delay = Some(Duration::from_secs(3));
    let expected = [
        ("create", 1, Err(ErrorKind::Overloaded), delay),
        ("create", 2, Ok(200), None),
        ("retrieve", 1, Err(ErrorKind::InvalidRequest), None),
    ];
    assert_eq!(*seen.lock().unwrap(), expected);
}
