//! Connections: reset, garbled, kept alive, and closed at any time.

use std::sync::Arc;
use std::time::Duration;

use nexconn_responses::testing::Reply;
use nexconn_responses::types::CreateResponseRequest;
use nexconn_responses::{Client, ClientBuilder, Error, ErrorKind};
use tokio::task::JoinSet;

use crate::clock::{TIMEOUT, TestClock};
use crate::server::{Server, held, live, reply};

const WHOLE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\n{\"id\": \"resp_1\"}";
const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
const EVENT: &str = "data: {\"type\":\"response.output_text.delta\",\"delta\":\"a\"}\n\n";

fn request() -> CreateResponseRequest {
    CreateResponseRequest::new("m", "i")
}

/// Returns a client with the default retries, and its clock.
fn client(server: &Server) -> (Client, Arc<TestClock>) {
    let clock = TestClock::new();
    (builder(server).clock(clock.clone()).build().unwrap(), clock)
}

fn builder(server: &Server) -> ClientBuilder {
    server.builder().timeout(TIMEOUT).clock(TestClock::new()).max_retries(nexconn_responses::DEFAULT_MAX_RETRIES)
}

/// Returns a reply with the connection kept open.
fn kept() -> Reply {
    Reply::body("application/json", r#"{"id": "resp_1"}"#)
}

/// Calls `create` and resets each connection after these bytes. Returns the error, and the number of delays.
async fn reset_after(bytes: &str) -> (Error, usize) {
    let server = Server::start([Reply::raw(bytes).reset_after(bytes.len())]);
    let (client, clock) = client(&server);
    let error = client.create(&request()).await.unwrap_err();
    assert_eq!(server.finish().await.len(), clock.delays().len() + 1);
    (error, clock.delays().len())
}

#[tokio::test]
async fn a_reset_before_the_headers_is_a_connection_error_after_three_attempts() {
    let (error, delays) = reset_after("").await;
    assert_eq!((error.kind(), error.is_retryable(), delays), (ErrorKind::Connection, true, 2), "{error:?}");
}

#[tokio::test]
async fn a_reset_within_the_headers_is_a_connection_error_after_three_attempts() {
    let (error, delays) = reset_after("HTTP/1.1 200 OK\r\ncontent-").await;
    assert_eq!((error.kind(), error.is_retryable(), delays), (ErrorKind::Connection, true, 2), "{error:?}");
}

/// Reads a stream whose connection is reset after this many events and these bytes.
async fn stream_reset_after(events: usize, rest: &str) {
    let (sender, reply) = live();
    let server = Server::start([reply.reset_after(usize::MAX)]);
    let (client, clock) = client(&server);
    sender.send(format!("{HEAD}{}{rest}", EVENT.repeat(events)).into()).unwrap();
    let mut stream = client.stream(&request()).await.unwrap();
    for _ in 0..events {
        assert!(stream.next().await.unwrap().is_ok());
    }
    drop(sender);
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::StreamTruncated, false), "{error:?}");
    assert!(stream.next().await.is_none());
    assert_eq!((server.finish().await.len(), clock.delays().len()), (1, 0));
}

#[tokio::test]
async fn a_reset_after_the_headers_truncates_the_stream_without_a_retry() {
    stream_reset_after(0, "").await;
}

#[tokio::test]
async fn a_reset_between_events_truncates_the_stream_without_a_retry() {
    stream_reset_after(2, "").await;
}

#[tokio::test]
async fn a_reset_within_an_event_truncates_the_stream_without_a_retry() {
    stream_reset_after(1, "data: {\"type\"").await;
}

#[tokio::test]
async fn a_compressed_body_is_a_decode_error_without_a_retry() {
    for encoding in ["br", "deflate", "zstd", "gzip"] {
        // With the feature, gzip is read. See `gzip`.
        if cfg!(feature = "gzip") && encoding == "gzip" {
            continue;
        }
        for content_type in ["application/json", "text/event-stream"] {
            let head = format!("200 OK\ncontent-type: {content_type}\ncontent-encoding: {encoding}");
            let server = Server::start([reply(&head, [1, 2, 3])]);
            let (client, _) = client(&server);
            let error = if content_type == "application/json" {
                client.create(&request()).await.unwrap_err()
            } else {
                client.stream(&request()).await.unwrap_err()
            };
            assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Decode, false), "{error:?}");
            assert_eq!(server.finish().await.len(), 1);
        }
    }
}

/// A broken proxy may send a second response. It must not be used for the next request.
#[tokio::test]
async fn a_surplus_response_on_a_kept_connection_is_dropped() {
    let stray = "HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n{\"id\": \"stray\"}";
    let server = Server::start([held(format!("{WHOLE}{stray}")), kept()]);
    let (client, _) = client(&server);
    for _ in 0..2 {
        assert_eq!(client.create(&request()).await.unwrap().id, "resp_1");
    }
    assert_eq!(server.0.connections(), 2);
}

#[tokio::test]
async fn a_kept_connection_is_used_for_several_requests() {
    let server = Server::start([kept()]);
    let (client, _) = client(&server);
    for _ in 0..3 {
        assert_eq!(client.create(&request()).await.unwrap().id, "resp_1");
    }
    assert_eq!(server.0.connections(), 1);
}

#[tokio::test]
async fn unused_connections_are_closed_by_number_and_by_time() {
    type Limit = fn(ClientBuilder) -> ClientBuilder;
    let limits: [Limit; 2] = [|it| it.max_idle_connections(0), |it| it.pool_idle_timeout(Duration::from_nanos(1))];
    for limit in limits {
        let server = Server::start([kept()]);
        let client = limit(builder(&server)).build().unwrap();
        for _ in 0..3 {
            client.create(&request()).await.unwrap();
        }
        assert_eq!(server.0.connections(), 3);
    }
}

#[tokio::test]
async fn requests_survive_a_server_that_closes_kept_connections() {
    // Some connections are closed after a response without `connection: close`.
    let replies = (0..300).map(|number| if number % 3 == 0 { Reply::raw(WHOLE) } else { kept() });
    let server = Server::start(replies);
    let client = builder(&server).max_retries(5).build().unwrap();
    let mut running = JoinSet::new();
    for _ in 0..200 {
        let client = client.clone();
        running.spawn(async move { client.create(&request()).await.map(|response| response.id) });
    }
    for outcome in running.join_all().await {
        assert_eq!(outcome.unwrap(), "resp_1");
    }
    assert!(server.0.requests().len() >= 200);
}

#[tokio::test]
async fn a_dropped_future_closes_its_connection_and_leaves_the_client_usable() {
    for bytes in ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\n{\"id\""] {
        let server = Server::start([held(bytes), kept()]);
        let (client, _) = client(&server);
        tokio::select! {
            outcome = client.create(&request()).into_future() => panic!("{outcome:?}"),
            () = server.wait_for_replies(1) => {}
        }
        // The client closes the connection without sending more.
        server.wait_for_close().await;
        assert_eq!(client.create(&request()).await.unwrap().id, "resp_1");
        assert_eq!(server.0.requests().len(), 2);
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn too_many_open_files_are_named_and_retryable() {
    if !crate::support::child::is_child("faults::too_many_open_files_are_named_and_retryable", "ulimit -n 64") {
        return;
    }
    let server = Server::start([kept()]);
    let client = server.builder().build().unwrap();
    let files: Vec<_> = std::iter::from_fn(|| std::fs::File::open("/dev/null").ok()).collect();
    let error = client.create(&request()).await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Connection, true), "{error:?}");
    assert!(error.to_string().contains("Too many open files"), "{error}");
    drop(files);
    assert_eq!(client.create(&request()).await.unwrap().id, "resp_1");
}
