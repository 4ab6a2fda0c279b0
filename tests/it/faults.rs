//! Connections that are reset, garbled, kept alive, and closed at any time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use nexconn_responses::types::CreateResponseRequest;
use nexconn_responses::{Client, ClientBuilder, Error, ErrorKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::clock::{TIMEOUT, TestClock};

const KEY: &str = "sk-0123456789abcdef";
const WHOLE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\n{\"id\": \"resp_1\"}";
const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
const EVENT: &str = "data: {\"type\":\"response.output_text.delta\",\"delta\":\"a\"}\n\n";

fn request() -> CreateResponseRequest {
    CreateResponseRequest::new("m", "i")
}

pub(crate) async fn listen() -> (TcpListener, ClientBuilder) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let builder = Client::builder().api_key(KEY).base_url(url).timeout(TIMEOUT).clock(TestClock::new());
    (listener, builder)
}

/// Reads a request. Returns `None` if the client closes the connection.
pub(crate) async fn read_request(connection: &mut TcpStream) -> Option<String> {
    let mut request = Vec::new();
    loop {
        if let Some(end) = request.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&request[..end]).to_ascii_lowercase();
            let length = head
                .split_once("content-length: ")
                .map_or(0, |(_, rest)| rest.lines().next().unwrap().parse::<usize>().unwrap());
            if request.len() >= end + 4 + length {
                return Some(String::from_utf8(request).unwrap());
            }
        }
        let mut bytes = [0; 4096];
        match connection.read(&mut bytes).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => request.extend_from_slice(&bytes[..count]),
        }
    }
}

/// Fails a test that would hang.
pub(crate) async fn in_time<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(60), future).await.expect("nothing hangs")
}

/// Ends a connection with a reset.
fn reset(connection: TcpStream) {
    connection.set_zero_linger().unwrap();
    drop(connection);
}

/// Calls `create` and resets each connection after these bytes. Returns the error and the number of delays.
async fn reset_after(bytes: &str, attempts: usize) -> (Error, usize) {
    let (listener, builder) = listen().await;
    let clock = TestClock::new();
    let client = builder.clock(clock.clone()).build().unwrap();
    let server = async {
        for _ in 0..attempts {
            let (mut connection, _) = listener.accept().await.unwrap();
            read_request(&mut connection).await.unwrap();
            connection.write_all(bytes.as_bytes()).await.unwrap();
            reset(connection);
        }
    };
    let request = request();
    let (outcome, ()) = tokio::join!(client.create(&request), server);
    (outcome.unwrap_err(), clock.delays().len())
}

#[tokio::test]
async fn a_reset_before_the_headers_is_a_connection_error_after_three_attempts() {
    let (error, delays) = in_time(reset_after("", 3)).await;
    assert_eq!((error.kind(), error.is_retryable(), delays), (ErrorKind::Connection, true, 2), "{error:?}");
}

#[tokio::test]
async fn a_reset_within_the_headers_is_a_connection_error_after_three_attempts() {
    let (error, delays) = in_time(reset_after("HTTP/1.1 200 OK\r\ncontent-", 3)).await;
    assert_eq!((error.kind(), error.is_retryable(), delays), (ErrorKind::Connection, true, 2), "{error:?}");
}

/// Reads a stream whose connection is reset after this many events and these bytes.
async fn stream_reset_after(events: usize, rest: &str) {
    let (listener, builder) = listen().await;
    let clock = TestClock::new();
    let client = builder.clock(clock.clone()).build().unwrap();
    let (sender, has_read) = oneshot::channel();
    let server = async {
        let (mut connection, _) = listener.accept().await.unwrap();
        read_request(&mut connection).await.unwrap();
        let bytes = format!("{HEAD}{}{rest}", EVENT.repeat(events));
        connection.write_all(bytes.as_bytes()).await.unwrap();
        has_read.await.unwrap();
        reset(connection);
    };
    let request = request();
    let reader = async {
        let mut stream = client.stream(&request).await.unwrap();
        for _ in 0..events {
            assert!(stream.next().await.unwrap().is_ok());
        }
        sender.send(()).unwrap();
        let error = stream.next().await.unwrap().unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::StreamTruncated, false), "{error:?}");
        assert!(stream.next().await.is_none());
    };
    in_time(async { tokio::join!(reader, server) }).await;
    assert_eq!(clock.delays().len(), 0, "one try");
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
            let (listener, builder) = listen().await;
            let client = builder.build().unwrap();
            let server = async {
                let (mut connection, _) = listener.accept().await.unwrap();
                read_request(&mut connection).await.unwrap();
                let head = format!("content-type: {content_type}\r\ncontent-encoding: {encoding}");
                let response = format!("HTTP/1.1 200 OK\r\n{head}\r\ncontent-length: 3\r\n\r\n\u{1}\u{2}\u{3}");
                connection.write_all(response.as_bytes()).await.unwrap();
            };
            let request = request();
            let reader = async {
                if content_type == "application/json" {
                    return client.create(&request).await;
                }
                client.stream(&request).await?.into_response().await
            };
            let (outcome, ()) = in_time(async { tokio::join!(reader, server) }).await;
            let error = outcome.unwrap_err();
            assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Decode, false), "{error:?}");
            assert!(error.message().contains(encoding), "{error}");
        }
    }
}

/// A broken proxy may send a second response. It must not be used for the next request.
#[tokio::test]
async fn a_surplus_response_on_a_kept_connection_is_dropped() {
    let (listener, builder) = listen().await;
    let client = builder.build().unwrap();
    let server = async {
        let (mut first, _) = listener.accept().await.unwrap();
        read_request(&mut first).await.unwrap();
        let stray = "HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n{\"id\": \"stray\"}";
        first.write_all(format!("{WHOLE}{stray}").as_bytes()).await.unwrap();
        let (mut second, _) = listener.accept().await.unwrap();
        read_request(&mut second).await.unwrap();
        second.write_all(WHOLE.as_bytes()).await.unwrap();
    };
    let request = request();
    let reader = async {
        for _ in 0..2 {
            assert_eq!(client.create(&request).await.unwrap().id, "resp_1");
        }
    };
    in_time(async { tokio::join!(reader, server) }).await;
}

#[tokio::test]
async fn a_kept_connection_is_used_for_several_requests() {
    let (listener, builder) = listen().await;
    let client = builder.max_retries(0).build().unwrap();
    let server = async {
        let (mut connection, _) = listener.accept().await.unwrap();
        for _ in 0..3 {
            read_request(&mut connection).await.unwrap();
            connection.write_all(WHOLE.as_bytes()).await.unwrap();
        }
    };
    let request = request();
    let reader = async {
        for _ in 0..3 {
            assert_eq!(client.create(&request).await.unwrap().id, "resp_1");
        }
    };
    tokio::join!(reader, server);
}

#[tokio::test]
async fn requests_survive_a_server_that_closes_kept_connections() {
    let (listener, builder) = listen().await;
    let client = builder.max_retries(5).build().unwrap();
    let answered = Arc::new(AtomicUsize::new(0));
    let server = tokio::spawn({
        let answered = Arc::clone(&answered);
        async move {
            // Each connection is closed after one, two or three responses, without `connection: close`.
            for number in 0.. {
                let (mut connection, _) = listener.accept().await.unwrap();
                let answered = Arc::clone(&answered);
                tokio::spawn(async move {
                    for _ in 0..=number % 3 {
                        if read_request(&mut connection).await.is_none() {
                            return;
                        }
                        answered.fetch_add(1, Ordering::SeqCst);
                        if connection.write_all(WHOLE.as_bytes()).await.is_err() {
                            return;
                        }
                    }
                });
            }
        }
    });
    let mut running = JoinSet::new();
    for _ in 0..200 {
        let client = client.clone();
        running.spawn(async move { client.create(&request()).await.map(|response| response.id) });
    }
    for outcome in running.join_all().await {
        assert_eq!(outcome.unwrap(), "resp_1");
    }
    assert!(answered.load(Ordering::SeqCst) >= 200);
    server.abort();
}

#[tokio::test]
async fn a_dropped_future_closes_its_connection_and_leaves_the_client_usable() {
    for bytes in ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\n{\"id\""] {
        let (listener, builder) = listen().await;
        let client = builder.build().unwrap();
        let request = request();
        let (sender, has_written) = oneshot::channel();
        let server = async {
            let (mut connection, _) = listener.accept().await.unwrap();
            read_request(&mut connection).await.unwrap();
            connection.write_all(bytes.as_bytes()).await.unwrap();
            sender.send(()).unwrap();
            // The client closes the connection without sending more.
            assert!(read_request(&mut connection).await.is_none());
            let (mut connection, _) = listener.accept().await.unwrap();
            read_request(&mut connection).await.unwrap();
            connection.write_all(WHOLE.as_bytes()).await.unwrap();
        };
        let reader = async {
            tokio::select! {
                outcome = client.create(&request) => panic!("{outcome:?}"),
                result = has_written => result.unwrap(),
            }
            assert_eq!(client.create(&request).await.unwrap().id, "resp_1");
        };
        tokio::join!(reader, server);
    }
}
