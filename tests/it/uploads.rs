//! Early error responses: a large request is still being sent.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use nexconn_responses::types::CreateResponseRequest;
use nexconn_responses::{Client, Error, ErrorKind};

use crate::server::{KEY, Server, reply};

/// Starts a server. It rejects each request after this many bytes, and closes the connection without reading the rest.
fn rejecting(after: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            let mut left = after;
            let mut bytes = [0; 16 * 1024];
            while left > 0 {
                match connection.read(&mut bytes) {
                    Ok(count) if count > 0 => left = left.saturating_sub(count),
                    _ => break,
                }
            }
            let body = r#"{"error": {"message": "the request is too large", "code": "too_large"}}"#;
            let head = format!("HTTP/1.1 413 Too Large\r\ncontent-length: {}\r\nconnection: close", body.len());
            // The client may have closed the connection.
            let _ = connection.write_all(format!("{head}\r\n\r\n{body}").as_bytes());
        }
    });
    url
}

/// Sends a request of 4 MB, without retries.
async fn upload(url: &str) -> Error {
    let client = Client::builder().api_key(KEY).base_url(url).max_retries(0).build().unwrap();
    let request = CreateResponseRequest::new("m", "x".repeat(4_000_000));
    client.create(&request).await.unwrap_err()
}

/// The reset of the connection may overtake the response, so not all of them arrive. Without pauses between the pieces
/// of the body, two thirds were lost.
#[tokio::test]
async fn most_early_rejections_of_large_requests_are_read() {
    for after in [100, 20_000, 1_000_000] {
        let url = rejecting(after);
        let mut read = 0;
        for _ in 0..10 {
            let error = upload(&url).await;
            if error.status() == Some(413) {
                assert_eq!((error.kind(), error.code()), (ErrorKind::InvalidRequest, Some("too_large")), "{error:?}");
                read += 1;
            } else {
                assert_eq!(error.kind(), ErrorKind::Connection, "{error:?}");
            }
        }
        assert!(read > 5, "{read} of 10 after {after} bytes");
    }
}

#[tokio::test]
async fn large_requests_arrive_complete_and_with_their_length() {
    for size in [65_000, 66_000, 300_000] {
        let server = Server::start([reply("200 OK", r#"{"id": "resp_1"}"#)]);
        let client = server.builder().build().unwrap();
        client.create(&CreateResponseRequest::new("m", "x".repeat(size))).await.unwrap();
        drop(client);
        let request = server.finish().await.remove(0);
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(body).unwrap()["input"].as_str().unwrap().len(), size);
    }
}
