//! What connections do to a client: they are reset, garbled, kept, and closed at will.
//!
//! The server here speaks to each connection as the test says; what it waits for is what the client has done.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use nexconn_responses::types::CreateResponseRequest;
use nexconn_responses::{Client, ClientBuilder, Error, ErrorKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::clock::{PATIENCE, TestClock};

const KEY: &str = "sk-0123456789abcdef";
const WHOLE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\n{\"id\": \"resp_1\"}";
const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
const EVENT: &str = "data: {\"type\":\"response.output_text.delta\",\"delta\":\"a\"}\n\n";

fn request() -> CreateResponseRequest {
    CreateResponseRequest::new("m", "i")
}

async fn listen() -> (TcpListener, ClientBuilder) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let builder = Client::builder().api_key(KEY).base_url(url).timeout(PATIENCE).clock(TestClock::new());
    (listener, builder)
}

/// Reads one request; `None` once the client has closed the connection.
async fn read_request(connection: &mut TcpStream) -> Option<String> {
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
async fn in_time<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(60), future).await.expect("nothing hangs")
}

/// Ends a connection with a reset.
fn reset(connection: TcpStream) {
    connection.set_zero_linger().unwrap();
    drop(connection);
}

/// What comes of `create` when each of its connections is reset after these bytes, with the pauses between tries.
async fn reset_after(bytes: &str, tries: usize) -> (Error, usize) {
    let (listener, builder) = listen().await;
    let clock = TestClock::new();
    let client = builder.clock(clock.clone()).build().unwrap();
    let server = async {
        for _ in 0..tries {
            let (mut connection, _) = listener.accept().await.unwrap();
            read_request(&mut connection).await.unwrap();
            connection.write_all(bytes.as_bytes()).await.unwrap();
            reset(connection);
        }
    };
    let request = request();
    let (outcome, ()) = tokio::join!(client.create(&request), server);
    (outcome.unwrap_err(), clock.pauses().len())
}

#[tokio::test]
async fn a_reset_before_the_head_is_a_connection_failure_after_three_tries() {
    let (error, pauses) = in_time(reset_after("", 3)).await;
    assert_eq!((error.kind(), error.is_retryable(), pauses), (ErrorKind::Connection, true, 2), "{error:?}");
}

#[tokio::test]
async fn a_reset_within_the_head_is_a_connection_failure_after_three_tries() {
    let (error, pauses) = in_time(reset_after("HTTP/1.1 200 OK\r\ncontent-", 3)).await;
    assert_eq!((error.kind(), error.is_retryable(), pauses), (ErrorKind::Connection, true, 2), "{error:?}");
}

/// A stream whose connection is reset after so many events and these bytes.
async fn stream_reset_after(events: usize, rest: &str) {
    let (listener, builder) = listen().await;
    let clock = TestClock::new();
    let client = builder.clock(clock.clone()).build().unwrap();
    let (told, has_read) = oneshot::channel();
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
        told.send(()).unwrap();
        let error = stream.next().await.unwrap().unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::StreamTruncated, false), "{error:?}");
        assert!(stream.next().await.is_none());
    };
    in_time(async { tokio::join!(reader, server) }).await;
    assert_eq!(clock.pauses().len(), 0, "one try");
}

#[tokio::test]
async fn a_reset_after_the_head_truncates_the_stream_after_one_try() {
    stream_reset_after(0, "").await;
}

#[tokio::test]
async fn a_reset_between_events_truncates_the_stream_after_one_try() {
    stream_reset_after(2, "").await;
}

#[tokio::test]
async fn a_reset_in_mid_event_truncates_the_stream_after_one_try() {
    stream_reset_after(1, "data: {\"type\"").await;
}

#[tokio::test]
async fn a_truncated_gzip_is_not_decoded_after_one_try() {
    // A gzip header, cut; and nobody asked for it.
    let gzip: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\x56";
    for content_type in ["application/json", "text/event-stream"] {
        let (listener, builder) = listen().await;
        let client = builder.build().unwrap();
        let server = async {
            let (mut connection, _) = listener.accept().await.unwrap();
            let request = read_request(&mut connection).await.unwrap();
            let length = gzip.len();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-encoding: gzip\r\ncontent-length: {length}\r\n\r\n"
            );
            connection.write_all(&[head.as_bytes(), gzip].concat()).await.unwrap();
            request
        };
        let request = request();
        let reader = async {
            if content_type == "application/json" {
                return client.create(&request).await;
            }
            client.stream(&request).await?.into_response().await
        };
        let (outcome, sent) = in_time(async { tokio::join!(reader, server) }).await;
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Decode, false), "{error:?}");
        assert!(error.message().contains("gzip"), "{error}");
        assert!(sent.contains("accept-encoding: identity\r\n"), "{sent}");
    }
}

/// As after a proxy that has lost count: the second answer belongs to no request, and must not be taken for the
/// answer to the next one.
#[tokio::test]
async fn a_second_answer_on_a_kept_connection_is_nobodys() {
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
async fn a_kept_connection_carries_one_answer_after_another() {
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
async fn two_hundred_requests_survive_a_server_that_closes_kept_connections_at_will() {
    let (listener, builder) = listen().await;
    let client = builder.max_retries(5).build().unwrap();
    let answered = Arc::new(AtomicUsize::new(0));
    let server = tokio::spawn({
        let answered = Arc::clone(&answered);
        async move {
            // Each connection is closed after one, two or three answers, and never announced.
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
async fn a_future_that_is_dropped_closes_its_connection_and_leaves_the_client_usable() {
    for bytes in ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\n{\"id\""] {
        let (listener, builder) = listen().await;
        let client = builder.build().unwrap();
        let request = request();
        let (told, has_written) = oneshot::channel();
        let server = async {
            let (mut connection, _) = listener.accept().await.unwrap();
            read_request(&mut connection).await.unwrap();
            connection.write_all(bytes.as_bytes()).await.unwrap();
            told.send(()).unwrap();
            // The client says nothing more: the connection ends.
            assert!(read_request(&mut connection).await.is_none());
            let (mut connection, _) = listener.accept().await.unwrap();
            read_request(&mut connection).await.unwrap();
            connection.write_all(WHOLE.as_bytes()).await.unwrap();
        };
        let reader = async {
            tokio::select! {
                outcome = client.create(&request) => panic!("{outcome:?}"),
                told = has_written => told.unwrap(),
            }
            assert_eq!(client.create(&request).await.unwrap().id, "resp_1");
        };
        tokio::join!(reader, server);
    }
}
