//! One test for each status and each kind of invalid response, by default settings: the kind of the error, and the
//! number of attempts.
//!
//! Connection failures are in `faults.rs`, messages and fields of errors in `errors.rs`.

use std::time::Duration;

use nexconn_responses::testing::Reply;
use nexconn_responses::types::CreateResponseRequest;
use nexconn_responses::{Client, Error, ErrorKind};

use crate::clock::{TIMEOUT, TestClock};
use crate::server::{KEY, Server, reply};

const SSE: &str = "200 OK\ncontent-type: text/event-stream";
const CREATED: &str = "data: {\"type\":\"response.created\",\"response\":{\"id\":\"resp_1\"}}\n\n";
const COMPLETED: &str = "data: {\"type\":\"response.completed\",\"response\":{\"id\":\"resp_1\"}}\n\n";

/// The result of a request.
struct Outcome {
    error: Error,
    /// The number of requests the server received.
    attempts: usize,
    delays: Vec<Duration>,
}

impl Outcome {
    #[track_caller]
    fn assert_is(&self, kind: ErrorKind, status: Option<u16>, attempts: usize) {
        assert_eq!(
            (self.error.kind(), self.error.status(), self.attempts),
            (kind, status, attempts),
            "{:?}",
            self.error
        );
        assert_eq!(self.delays.len(), attempts - 1);
    }

    /// Asserts three attempts and a retryable error.
    #[track_caller]
    fn assert_retried(&self, kind: ErrorKind, status: u16) {
        self.assert_is(kind, Some(status), 3);
        assert!(self.error.is_retryable());
    }

    /// Asserts one attempt and a permanent error.
    #[track_caller]
    fn assert_not_retried(&self, kind: ErrorKind, status: u16) {
        self.assert_is(kind, Some(status), 1);
        assert!(!self.error.is_retryable());
    }
}

/// Returns a client with default settings except for the clock and the timeout.
fn client(server: &Server, clock: &std::sync::Arc<TestClock>) -> Client {
    let url = format!("http://{}/v1", server.address());
    Client::builder().api_key(KEY).base_url(url).timeout(TIMEOUT).clock(clock.clone()).build().unwrap()
}

async fn ask(reply: Reply, is_stream: bool) -> Outcome {
    let server = Server::start([reply]);
    let clock = TestClock::new();
    let client = client(&server, &clock);
    let request = CreateResponseRequest::new("openai/gpt-5.2", "Hello");
    let asked = async {
        if is_stream { client.stream(&request).await?.into_response().await } else { client.create(&request).await }
    };
    let outcome = tokio::time::timeout(Duration::from_secs(60), asked).await.expect("the call ends in time");
    drop(client);
    let attempts = server.finish().await.len();
    Outcome { error: outcome.expect_err("the reply is an error"), attempts, delays: clock.delays() }
}

/// Returns the outcome of `create`. Asserts the same outcome of `stream`.
async fn outcome_of(head: &str, body: &str) -> Outcome {
    let (created, streamed) = (ask(reply(head, body), false).await, ask(reply(head, body), true).await);
    assert_eq!((created.error.kind(), created.attempts), (streamed.error.kind(), streamed.attempts));
    assert_eq!(created.error.is_retryable(), streamed.error.is_retryable());
    created
}

/// Returns the outcome of reading a stream to its end.
async fn streamed(body: impl AsRef<[u8]>) -> Outcome {
    ask(reply(SSE, body), true).await
}

// ---- statuses ------------------------------------------------------------------------------------------------------

#[tokio::test]
async fn status_408() {
    outcome_of("408 Request Timeout", "").await.assert_retried(ErrorKind::InvalidRequest, 408);
}

#[tokio::test]
async fn status_409() {
    outcome_of("409 Conflict", "{}").await.assert_retried(ErrorKind::InvalidRequest, 409);
}

#[tokio::test]
async fn status_429_without_retry_after() {
    let outcome = outcome_of("429 Too Many Requests", "").await;
    outcome.assert_retried(ErrorKind::RateLimit, 429);
    for (pause, longest) in outcome.delays.iter().zip([500, 1_000]) {
        let longest = Duration::from_millis(longest);
        assert!(*pause <= longest && *pause >= longest.mul_f64(0.75), "{:?}", outcome.delays);
    }
}

/// Asserts three attempts, with this delay between them.
async fn assert_retry_delay(header: &str, milliseconds: u64) {
    let outcome = outcome_of(&format!("429 Too Many Requests\n{header}"), "").await;
    outcome.assert_retried(ErrorKind::RateLimit, 429);
    assert_eq!(outcome.delays, [Duration::from_millis(milliseconds); 2]);
}

#[tokio::test]
async fn status_429_with_retry_after_ms() {
    assert_retry_delay("retry-after-ms: 1500\nretry-after: 7", 1_500).await;
}

#[tokio::test]
async fn status_429_with_retry_after_in_seconds() {
    assert_retry_delay("Retry-After: 7", 7_000).await;
}

#[tokio::test]
async fn status_429_with_retry_after_in_a_fraction_of_a_second() {
    assert_retry_delay("Retry-After: 0.5", 500).await;
}

#[tokio::test]
async fn status_429_with_retry_after_as_a_date() {
    assert_retry_delay("Retry-After: Sun, 06 Nov 1994 08:49:37 GMT", 7_000).await;
}

#[tokio::test]
async fn status_429_with_more_than_two_minutes_of_retry_after() {
    let outcome = outcome_of("429 Too Many Requests\nRetry-After: 121", "").await;
    outcome.assert_is(ErrorKind::RateLimit, Some(429), 1);
    assert!(outcome.error.is_retryable());
}

#[tokio::test]
async fn status_429_with_x_should_retry_false() {
    outcome_of("429 Too Many Requests\nx-should-retry: false", "").await.assert_not_retried(ErrorKind::RateLimit, 429);
}

#[tokio::test]
async fn status_400_with_x_should_retry_true() {
    outcome_of("400 Bad Request\nx-should-retry: true", "").await.assert_retried(ErrorKind::InvalidRequest, 400);
}

#[tokio::test]
async fn status_429_with_an_exhausted_quota() {
    let body = r#"{"error": {"message": "You exceeded your current quota", "type": "insufficient_quota"}}"#;
    outcome_of("429 Too Many Requests", body).await.assert_not_retried(ErrorKind::QuotaExhausted, 429);
}

#[tokio::test]
async fn status_500() {
    outcome_of("500 Internal Server Error", r#"{"error": {"message": "no"}}"#)
        .await
        .assert_retried(ErrorKind::Server, 500);
}

#[tokio::test]
async fn status_502_with_html() {
    let page = "<html><head><title>502 Bad Gateway</title></head></html>";
    let outcome = outcome_of("502 Bad Gateway\ncontent-type: text/html", page).await;
    outcome.assert_retried(ErrorKind::Server, 502);
    assert_eq!(outcome.error.raw_body(), Some(page));
}

#[tokio::test]
async fn status_503() {
    outcome_of("503 Service Unavailable", "").await.assert_retried(ErrorKind::Overloaded, 503);
}

#[tokio::test]
async fn status_400() {
    outcome_of("400 Bad Request", "{}").await.assert_not_retried(ErrorKind::InvalidRequest, 400);
}

#[tokio::test]
async fn status_401() {
    outcome_of("401 Unauthorized", "{}").await.assert_not_retried(ErrorKind::Authentication, 401);
}

#[tokio::test]
async fn status_403() {
    outcome_of("403 Forbidden", "{}").await.assert_not_retried(ErrorKind::Permission, 403);
}

#[tokio::test]
async fn status_404() {
    outcome_of("404 Not Found", "page not found").await.assert_not_retried(ErrorKind::NotFound, 404);
}

// ---- bodies --------------------------------------------------------------------------------------------------------

#[tokio::test]
async fn an_error_that_is_a_string() {
    let outcome = outcome_of("400 Bad Request", r#"{"error": "no such model"}"#).await;
    outcome.assert_not_retried(ErrorKind::InvalidRequest, 400);
    assert_eq!(outcome.error.message(), "no such model");
}

#[tokio::test]
async fn a_200_with_an_error() {
    let body = r#"{"error": {"message": "no channel", "type": "invalid_request_error"}}"#;
    let outcome = outcome_of("200 OK\ncontent-type: application/json", body).await;
    outcome.assert_not_retried(ErrorKind::InvalidRequest, 200);
    assert_eq!(outcome.error.message(), "no channel");
}

#[tokio::test]
async fn a_200_with_html() {
    outcome_of("200 OK\ncontent-type: text/html", "<html>Sign in</html>")
        .await
        .assert_not_retried(ErrorKind::Decode, 200);
}

fn raw(bytes: &str) -> Reply {
    Reply::raw(bytes)
}

#[tokio::test]
async fn a_body_shorter_than_its_length() {
    let bytes = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"id\": \"resp_1\"}";
    ask(raw(bytes), false).await.assert_not_retried(ErrorKind::Connection, 200);
}

#[tokio::test]
async fn a_body_longer_than_its_length() {
    let bytes = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n{\"id\": \"resp_1\"}";
    ask(raw(bytes), false).await.assert_not_retried(ErrorKind::Decode, 200);
}

#[tokio::test]
async fn a_stream_shorter_than_its_length() {
    let bytes = format!("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 1000\r\n\r\n{CREATED}");
    ask(raw(&bytes), true).await.assert_not_retried(ErrorKind::StreamTruncated, 200);
}

// ---- redirects -----------------------------------------------------------------------------------------------------

/// Asserts an error instead of a second request.
async fn assert_redirect_is_not_followed(location: impl Fn(u16) -> String) {
    let elsewhere = Server::start([reply("200 OK", r#"{"id": "resp_1"}"#)]);
    let location = location(elsewhere.address().port());
    let outcome = outcome_of(&format!("307 Temporary Redirect\nlocation: {location}"), "").await;
    outcome.assert_not_retried(ErrorKind::Redirect, 307);
    assert!(outcome.error.message().contains(&location), "{}", outcome.error);
    assert_eq!(elsewhere.finish().await.len(), 0, "the redirect is not followed");
}

#[tokio::test]
async fn a_redirect_to_another_host() {
    assert_redirect_is_not_followed(|port| format!("https://localhost:{port}/v1/responses")).await;
}

#[tokio::test]
async fn a_redirect_to_http() {
    assert_redirect_is_not_followed(|port| format!("http://localhost:{port}/v1/responses")).await;
}

#[tokio::test]
async fn a_redirect_to_the_same_host() {
    assert_redirect_is_not_followed(|port| format!("http://127.0.0.1:{port}/v2/responses")).await;
}

// ---- events --------------------------------------------------------------------------------------------------------

#[tokio::test]
async fn an_event_over_the_limit() {
    let server = Server::start([reply(SSE, format!("{CREATED}data: {}\n\n{COMPLETED}", "a".repeat(1_000)))]);
    let client = server.builder().max_event_size(500).max_retries(2).build().unwrap();
    let mut stream = client.stream(&CreateResponseRequest::new("m", "i")).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::LimitExceeded, false));
    assert!(stream.next().await.is_none());
    assert_eq!(server.finish().await.len(), 1);
}

#[tokio::test]
async fn an_event_with_invalid_utf8() {
    let event = b"data: {\"type\":\"response.output_text.delta\",\"delta\":\"caf\xE9\"}\n\n";
    let body = [CREATED.as_bytes(), event, COMPLETED.as_bytes()].concat();
    streamed(body).await.assert_not_retried(ErrorKind::Decode, 200);
}

#[tokio::test]
async fn an_event_that_is_not_json() {
    let outcome = streamed(format!("{CREATED}data: {{\"delta\": oops}}\n\n{COMPLETED}")).await;
    outcome.assert_not_retried(ErrorKind::Decode, 200);
    assert_eq!(outcome.error.pointer(), Some("/delta"));
}

#[tokio::test]
async fn an_error_event_before_the_terminal_event() {
    let error = "event: error\ndata: {\"type\":\"error\",\"error\":{\"code\":\"c\",\"message\":\"too much\"}}\n\n";
    let failed = "data: {\"type\":\"response.failed\",\"response\":{\"id\":\"resp_1\",\"status\":\"failed\"}}\n\n";
    for terminal in [failed, COMPLETED, ""] {
        let outcome = streamed(format!("{CREATED}{error}{terminal}")).await;
        outcome.assert_not_retried(ErrorKind::ResponseFailed, 200);
        assert_eq!((outcome.error.message(), outcome.error.code()), ("too much", Some("c")));
    }
}

#[tokio::test]
async fn an_error_event_after_the_terminal_event() {
    let error = "event: error\ndata: {\"type\":\"error\",\"code\":\"c\",\"message\":\"too late\"}\n\n";
    let server = Server::start([reply(SSE, format!("{CREATED}{COMPLETED}{error}"))]);
    let stream = server.builder().build().unwrap().stream(&CreateResponseRequest::new("m", "i")).await.unwrap();
    assert_eq!(stream.into_response().await.unwrap().id, "resp_1");
    assert_eq!(server.finish().await.len(), 1);
}

#[tokio::test]
async fn a_stream_without_its_terminal_event() {
    streamed(CREATED).await.assert_not_retried(ErrorKind::StreamTruncated, 200);
}
