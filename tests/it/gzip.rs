//! The feature `gzip`: compressed responses, whose limits count decompressed bytes.

use nexconn_responses::types::{CreateResponseRequest, StreamEvent};
use nexconn_responses::{Error, ErrorKind};

use crate::server::{Server, in_time, live, reply};

/// `{"id": "resp_1"}`
const RESPONSE: &[u8] =
    b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\xca\x4c\x51\xb2\x52\x50\x2a\x4a\x2d\x2e\x88\x37\x54\
\xaa\x05\x00\xa8\xd2\x4f\x04\x10\x00\x00\x00";
/// A text delta, flushed.
const DELTA: &[u8] =
    b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x4a\x49\x2c\x49\xb4\x52\xa8\x56\x2a\xa9\x2c\x48\x55\xb2\x52\
\x2a\x4a\x2d\x2e\xc8\xcf\x2b\x4e\xd5\xcb\x2f\x2d\x29\x28\x2d\x89\x2f\x49\xad\x28\xd1\x4b\x49\xcd\x29\x49\x54\xd2\x51\
\x82\xd0\x56\x4a\x89\x4a\xb5\x5c\x5c\x00\x00\x00\x00\xff\xff";
/// The terminal event after `DELTA`.
const COMPLETED: &[u8] =
    b"\x4b\xc1\xa1\x31\x39\x3f\xb7\x20\x27\xb5\x24\x35\x05\xa8\x01\x26\xa8\x64\x55\xad\x94\x99\x02\x55\
\x15\x6f\x08\x94\x29\x2e\x49\x2c\x29\x2d\x06\x8a\x20\x94\xd7\x02\x0d\x05\x00\x81\x8d\xd0\xc3\x8e\x00\x00\x00";
/// An event of 16 MiB in 16 KiB.
const BOMB: &[u8] = include_bytes!("compressed/bomb.gz");
const MEBIBYTE: usize = 1024 * 1024;

fn request() -> CreateResponseRequest {
    CreateResponseRequest::new("m", "i")
}

/// Returns the error of a compressed response.
async fn error_of(status: &str, content_type: &str, body: &[u8]) -> Error {
    let head = format!("{status}\ncontent-type: {content_type}\ncontent-encoding: gzip");
    let server = Server::start([reply(&head, body)]);
    let client = server.builder().max_body_size(MEBIBYTE).max_event_size(MEBIBYTE).build().unwrap();
    let error = match client.stream(&request()).await {
        Ok(stream) => stream.into_response().await.unwrap_err(),
        Err(error) => error,
    };
    drop(client);
    server.finish().await;
    error
}

#[tokio::test]
async fn a_compressed_response_is_read() {
    let server = Server::start([reply("200 OK\ncontent-encoding: gzip", RESPONSE)]);
    let response = server.builder().build().unwrap().create(&request()).await.unwrap();
    assert_eq!(response.id, "resp_1");
    let requests = server.finish().await;
    assert!(requests[0].contains("accept-encoding: gzip\r\n"), "{requests:?}");
}

#[tokio::test]
async fn a_compressed_event_arrives_when_the_server_flushes_it() {
    let (sender, reply) = live();
    let server = Server::start([reply]);
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\n\r\n";
    sender.send([head.as_bytes(), DELTA].concat()).unwrap();
    let mut stream = server.builder().build().unwrap().stream(&request()).await.unwrap();
    let first = in_time(stream.next()).await.unwrap().unwrap();
    assert!(matches!(first, StreamEvent::OutputTextDelta(_)), "{first:?}");
    sender.send(COMPLETED.into()).unwrap();
    drop(sender);
    assert_eq!(stream.into_response().await.unwrap().id, "resp_1");
}

#[tokio::test]
async fn the_limits_count_decompressed_bytes() {
    assert!(BOMB.len() < MEBIBYTE);
    for content_type in ["application/json", "text/event-stream"] {
        let error = error_of("200 OK", content_type, BOMB).await;
        assert_eq!(error.kind(), ErrorKind::LimitExceeded, "{content_type}: {error:?}");
    }
    let error = error_of("500 Oops", "text/plain", BOMB).await;
    assert_eq!((error.kind(), error.raw_body().map(str::len)), (ErrorKind::Server, Some(64 * 1024)));
}

#[tokio::test]
async fn an_invalid_or_truncated_body_is_an_error_without_a_retry() {
    for body in [&b"not gzip"[..], &RESPONSE[..20]] {
        for content_type in ["application/json", "text/event-stream"] {
            let error = error_of("200 OK", content_type, body).await;
            let is_known = matches!(error.kind(), ErrorKind::Connection | ErrorKind::StreamTruncated);
            assert!(is_known && !error.is_retryable(), "{content_type}: {error:?}");
        }
    }
}
