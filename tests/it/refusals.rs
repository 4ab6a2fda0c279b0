//! One test for each way in which a server can refuse or garble an answer: the kind of the error, how often the
//! server was asked with the retries that a client has unless set otherwise, and that nothing hangs.
//!
//! What connections do is in `faults.rs`; what errors say is in `errors.rs`.

use std::time::Duration;

use nexconn_responses::types::CreateResponseRequest;
use nexconn_responses::{Client, Error, ErrorKind};

use crate::clock::{PATIENCE, TestClock};
use crate::server::{Answer, KEY, Server, answer};

const SSE: &str = "200 OK\ncontent-type: text/event-stream";
const CREATED: &str = "data: {\"type\":\"response.created\",\"response\":{\"id\":\"resp_1\"}}\n\n";
const COMPLETED: &str = "data: {\"type\":\"response.completed\",\"response\":{\"id\":\"resp_1\"}}\n\n";

/// What came of a request.
struct Outcome {
    error: Error,
    /// How often the server was asked.
    tries: usize,
    pauses: Vec<Duration>,
}

impl Outcome {
    #[track_caller]
    fn is(&self, kind: ErrorKind, status: Option<u16>, tries: usize) {
        assert_eq!((self.error.kind(), self.error.status(), self.tries), (kind, status, tries), "{:?}", self.error);
        assert_eq!(self.pauses.len(), tries - 1);
    }

    /// After three tries, and another may help.
    #[track_caller]
    fn may_pass(&self, kind: ErrorKind, status: u16) {
        self.is(kind, Some(status), 3);
        assert!(self.error.is_retryable());
    }

    /// After one try.
    #[track_caller]
    fn stays(&self, kind: ErrorKind, status: u16) {
        self.is(kind, Some(status), 1);
        assert!(!self.error.is_retryable());
    }
}

/// A client as it comes, but for the clock.
fn client(server: &Server, clock: &std::sync::Arc<TestClock>) -> Client {
    let url = format!("http://{}/v1", server.address);
    Client::builder().api_key(KEY).base_url(url).timeout(PATIENCE).clock(clock.clone()).build().unwrap()
}

async fn ask(answer: Answer, is_stream: bool) -> Outcome {
    let server = Server::start([answer]);
    let clock = TestClock::new();
    let client = client(&server, &clock);
    let request = CreateResponseRequest::new("openai/gpt-5.2", "Hello");
    let asked = async {
        if is_stream { client.stream(&request).await?.into_response().await } else { client.create(&request).await }
    };
    let outcome = tokio::time::timeout(Duration::from_secs(60), asked).await.expect("nothing hangs");
    drop(client);
    let tries = server.finish().await.len();
    Outcome { error: outcome.expect_err("the server refuses"), tries, pauses: clock.pauses() }
}

/// The outcome of `create`. That of `stream` is the same.
async fn refused(head: &str, body: &str) -> Outcome {
    let (created, streamed) = (ask(answer(head, body), false).await, ask(answer(head, body), true).await);
    assert_eq!((created.error.kind(), created.tries), (streamed.error.kind(), streamed.tries));
    assert_eq!(created.error.is_retryable(), streamed.error.is_retryable());
    created
}

/// The outcome of reading a stream to its end.
async fn streamed(body: impl AsRef<[u8]>) -> Outcome {
    ask(answer(SSE, body), true).await
}

// ---- statuses ------------------------------------------------------------------------------------------------------

#[tokio::test]
async fn status_408() {
    refused("408 Request Timeout", "").await.may_pass(ErrorKind::InvalidRequest, 408);
}

#[tokio::test]
async fn status_409() {
    refused("409 Conflict", "{}").await.may_pass(ErrorKind::InvalidRequest, 409);
}

#[tokio::test]
async fn status_429_without_advice() {
    let outcome = refused("429 Too Many Requests", "").await;
    outcome.may_pass(ErrorKind::RateLimit, 429);
    for (pause, longest) in outcome.pauses.iter().zip([500, 1_000]) {
        let longest = Duration::from_millis(longest);
        assert!(*pause <= longest && *pause >= longest.mul_f64(0.75), "{:?}", outcome.pauses);
    }
}

/// Asserts that the server is asked three times, with this pause in between.
async fn advised(advice: &str, milliseconds: u64) {
    let outcome = refused(&format!("429 Too Many Requests\n{advice}"), "").await;
    outcome.may_pass(ErrorKind::RateLimit, 429);
    assert_eq!(outcome.pauses, [Duration::from_millis(milliseconds); 2]);
}

#[tokio::test]
async fn status_429_with_retry_after_ms() {
    advised("retry-after-ms: 1500\nretry-after: 7", 1_500).await;
}

#[tokio::test]
async fn status_429_with_retry_after_in_seconds() {
    advised("Retry-After: 7", 7_000).await;
}

#[tokio::test]
async fn status_429_with_retry_after_in_a_fraction_of_a_second() {
    advised("Retry-After: 0.5", 500).await;
}

#[tokio::test]
async fn status_429_with_retry_after_as_a_date() {
    advised("Retry-After: Sun, 06 Nov 1994 08:49:37 GMT", 7_000).await;
}

#[tokio::test]
async fn status_429_with_more_than_two_minutes_of_retry_after() {
    let outcome = refused("429 Too Many Requests\nRetry-After: 121", "").await;
    outcome.is(ErrorKind::RateLimit, Some(429), 1);
    assert!(outcome.error.is_retryable(), "later it may help");
}

#[tokio::test]
async fn status_429_with_x_should_retry_false() {
    refused("429 Too Many Requests\nx-should-retry: false", "").await.stays(ErrorKind::RateLimit, 429);
}

#[tokio::test]
async fn status_400_with_x_should_retry_true() {
    refused("400 Bad Request\nx-should-retry: true", "").await.may_pass(ErrorKind::InvalidRequest, 400);
}

#[tokio::test]
async fn status_429_with_an_exhausted_quota() {
    let body = r#"{"error": {"message": "You exceeded your current quota", "type": "insufficient_quota"}}"#;
    refused("429 Too Many Requests", body).await.stays(ErrorKind::QuotaExhausted, 429);
}

#[tokio::test]
async fn status_500() {
    refused("500 Internal Server Error", r#"{"error": {"message": "no"}}"#).await.may_pass(ErrorKind::Server, 500);
}

#[tokio::test]
async fn status_502_with_html() {
    let page = "<html><head><title>502 Bad Gateway</title></head></html>";
    let outcome = refused("502 Bad Gateway\ncontent-type: text/html", page).await;
    outcome.may_pass(ErrorKind::Server, 502);
    assert_eq!(outcome.error.raw_body(), Some(page));
}

#[tokio::test]
async fn status_503() {
    refused("503 Service Unavailable", "").await.may_pass(ErrorKind::Overloaded, 503);
}

#[tokio::test]
async fn status_400() {
    refused("400 Bad Request", "{}").await.stays(ErrorKind::InvalidRequest, 400);
}

#[tokio::test]
async fn status_401() {
    refused("401 Unauthorized", "{}").await.stays(ErrorKind::Authentication, 401);
}

#[tokio::test]
async fn status_403() {
    refused("403 Forbidden", "{}").await.stays(ErrorKind::Permission, 403);
}

#[tokio::test]
async fn status_404() {
    refused("404 Not Found", "page not found").await.stays(ErrorKind::NotFound, 404);
}

// ---- bodies --------------------------------------------------------------------------------------------------------

#[tokio::test]
async fn an_error_that_is_a_string() {
    let outcome = refused("400 Bad Request", r#"{"error": "no such model"}"#).await;
    outcome.stays(ErrorKind::InvalidRequest, 400);
    assert_eq!(outcome.error.message(), "no such model");
}

#[tokio::test]
async fn a_200_with_an_error() {
    let body = r#"{"error": {"message": "no channel", "type": "invalid_request_error"}}"#;
    let outcome = refused("200 OK\ncontent-type: application/json", body).await;
    outcome.stays(ErrorKind::InvalidRequest, 200);
    assert_eq!(outcome.error.message(), "no channel");
}

#[tokio::test]
async fn a_200_with_html() {
    refused("200 OK\ncontent-type: text/html", "<html>Sign in</html>").await.stays(ErrorKind::Decode, 200);
}

fn raw(bytes: &str) -> Answer {
    Answer { bytes: bytes.into(), hold: false }
}

#[tokio::test]
async fn a_body_shorter_than_its_length() {
    let bytes = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"id\": \"resp_1\"}";
    ask(raw(bytes), false).await.stays(ErrorKind::Connection, 200);
}

#[tokio::test]
async fn a_body_longer_than_its_length() {
    let bytes = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n{\"id\": \"resp_1\"}";
    ask(raw(bytes), false).await.stays(ErrorKind::Decode, 200);
}

#[tokio::test]
async fn a_stream_shorter_than_its_length() {
    let bytes = format!("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 1000\r\n\r\n{CREATED}");
    ask(raw(&bytes), true).await.stays(ErrorKind::StreamTruncated, 200);
}

// ---- redirects -----------------------------------------------------------------------------------------------------

/// Asserts that nobody goes where the server at another address, or of another scheme, is said to be.
async fn redirected(location: impl Fn(u16) -> String) {
    let elsewhere = Server::start([answer("200 OK", r#"{"id": "resp_1"}"#)]);
    let location = location(elsewhere.address.port());
    let outcome = refused(&format!("307 Temporary Redirect\nlocation: {location}"), "").await;
    outcome.stays(ErrorKind::Redirect, 307);
    assert!(outcome.error.message().contains(&location), "{}", outcome.error);
    assert_eq!(elsewhere.finish().await.len(), 0, "the key stays here");
}

#[tokio::test]
async fn a_redirect_to_another_host() {
    redirected(|port| format!("https://localhost:{port}/v1/responses")).await;
}

#[tokio::test]
async fn a_redirect_to_http() {
    redirected(|port| format!("http://localhost:{port}/v1/responses")).await;
}

#[tokio::test]
async fn a_redirect_to_the_same_host() {
    redirected(|port| format!("http://127.0.0.1:{port}/v2/responses")).await;
}

// ---- events --------------------------------------------------------------------------------------------------------

#[tokio::test]
async fn an_event_over_the_limit() {
    let server = Server::start([answer(SSE, format!("{CREATED}data: {}\n\n{COMPLETED}", "a".repeat(1_000)))]);
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
    streamed(body).await.stays(ErrorKind::Decode, 200);
}

#[tokio::test]
async fn an_event_that_is_not_json() {
    let outcome = streamed(format!("{CREATED}data: {{\"delta\": oops}}\n\n{COMPLETED}")).await;
    outcome.stays(ErrorKind::Decode, 200);
    assert_eq!(outcome.error.pointer(), Some("/delta"));
}

#[tokio::test]
async fn an_error_event_before_the_terminal_one() {
    let error = "event: error\ndata: {\"type\":\"error\",\"error\":{\"code\":\"c\",\"message\":\"too much\"}}\n\n";
    let failed = "data: {\"type\":\"response.failed\",\"response\":{\"id\":\"resp_1\",\"status\":\"failed\"}}\n\n";
    for terminal in [failed, COMPLETED, ""] {
        let outcome = streamed(format!("{CREATED}{error}{terminal}")).await;
        outcome.stays(ErrorKind::ResponseFailed, 200);
        assert_eq!((outcome.error.message(), outcome.error.code()), ("too much", Some("c")));
    }
}

#[tokio::test]
async fn an_error_event_after_the_terminal_one() {
    let error = "event: error\ndata: {\"type\":\"error\",\"code\":\"c\",\"message\":\"too late\"}\n\n";
    let server = Server::start([answer(SSE, format!("{CREATED}{COMPLETED}{error}"))]);
    let stream = server.builder().build().unwrap().stream(&CreateResponseRequest::new("m", "i")).await.unwrap();
    assert_eq!(stream.into_response().await.unwrap().id, "resp_1");
    assert_eq!(server.finish().await.len(), 1);
}

#[tokio::test]
async fn a_stream_without_its_terminal_event() {
    streamed(CREATED).await.stays(ErrorKind::StreamTruncated, 200);
}
