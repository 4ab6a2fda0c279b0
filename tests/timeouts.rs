//! A server that says nothing more ends in a time-out, whatever it has said before.
//!
//! The server holds the connection for as long as the client does, so that the outcome does not
//! depend on how fast anything is.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod server;

use std::time::Duration;

use nexconn_responses::ErrorKind;
use nexconn_responses::types::CreateResponseRequest;
use server::{Answer, Server, answer};

const SHORT: Duration = Duration::from_millis(100);
const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: ";

fn stalled(bytes: impl Into<Vec<u8>>) -> Server {
    Server::start([Answer { bytes: bytes.into(), hold: true }])
}

#[tokio::test]
async fn a_whole_answer_that_stalls_is_a_time_out() {
    for bytes in ["", HEAD, &format!("{HEAD}application/json\r\ncontent-length: 9\r\n\r\n{{\"id\"")] {
        let server = stalled(bytes);
        let client = server.builder().timeout(SHORT).build().unwrap();
        let error = client.create(&CreateResponseRequest::new("m", "i")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout, "{bytes:?}: {error:?}");
        drop(client);
        assert_eq!(server.finish().await.len(), 1);
    }
}

#[tokio::test]
async fn a_stream_that_stalls_is_a_time_out() {
    let event = "data: {\"type\":\"response.output_text.delta\",\"delta\":\"a\"}\n\n";
    for bytes in
        ["", &format!("{HEAD}text/event-stream\r\n\r\n"), &format!("{HEAD}text/event-stream\r\n\r\n{event}data: {{")]
    {
        let server = stalled(bytes);
        let client = server.builder().timeout(SHORT).build().unwrap();
        let request = CreateResponseRequest::new("m", "i");
        let error = match client.stream(&request).await {
            Ok(stream) => stream.into_response().await.unwrap_err(),
            Err(error) => error,
        };
        assert_eq!(error.kind(), ErrorKind::Timeout, "{bytes:?}: {error:?}");
        drop(client);
        assert_eq!(server.finish().await.len(), 1);
    }
}

#[tokio::test]
async fn a_time_out_that_the_server_speaks_of_is_a_refusal() {
    let server = Server::start([answer("408 Request Timeout", "")]);
    let error = server.builder().build().unwrap().create(&CreateResponseRequest::new("m", "i")).await.unwrap_err();
    assert_eq!((error.kind(), error.status(), error.is_retryable()), (ErrorKind::InvalidRequest, Some(408), true));
    server.finish().await;
}
