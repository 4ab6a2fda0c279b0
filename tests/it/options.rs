//! Per-request options and response metadata.

use std::time::Duration;

use http::Method;
use nexconn_responses::ErrorKind;
use nexconn_responses::types::{CreateResponseRequest, InputTokensRequest};
use serde_json::json;

use crate::server::{Server, reply};

fn request() -> CreateResponseRequest {
    CreateResponseRequest::new("m", "i")
}

#[tokio::test]
async fn headers_and_query_are_sent_with_this_request_and_no_other() {
    let ok = || reply("200 OK", r#"{"id": "resp_1"}"#);
    let server = Server::start([ok(), ok()]);
    let client = server.builder().build().unwrap();
    let request = request();
    let options = client.create(&request).header("X-Tenant", "red").unwrap().header("x-tenant", "blue").unwrap();
    options.query("trace", "a b&c").await.unwrap();
    client.create(&request).await.unwrap();
    let requests = server.finish().await;
    assert!(requests[0].starts_with("POST /bypass/openai/v1/responses?trace=a+b%26c HTTP/1.1\r\n"), "{}", requests[0]);
    assert_eq!(requests[0].matches("x-tenant: blue\r\n").count(), 1, "{}", requests[0]);
    assert!(!requests[0].contains("red"), "{}", requests[0]);
    assert!(requests[1].starts_with("POST /bypass/openai/v1/responses HTTP/1.1\r\n"), "{}", requests[1]);
    assert!(!requests[1].contains("x-tenant"), "{}", requests[1]);
}

#[tokio::test]
async fn an_invalid_header_is_a_configuration_error() {
    let server = Server::start([reply("200 OK", "{}")]);
    let client = server.builder().build().unwrap();
    for (name, value) in [
        ("x tenant", "secret"),
        ("x-tenant", "secret\r\nx-other: secret"),
        ("Authorization", "secret"),
        ("content-type", "secret"),
    ] {
        let error = client.create(&request()).header(name, value).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{name}");
        assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
    }
    drop(client);
    assert_eq!(server.finish().await.len(), 0);
}

#[tokio::test]
async fn an_accept_header_replaces_that_of_the_client() {
    let server = Server::start([reply("200 OK", r#"{"id": "resp_1"}"#)]);
    let client = server.builder().build().unwrap();
    client.create(&request()).header("accept", "application/vnd.x+json").unwrap().await.unwrap();
    let requests = server.finish().await;
    assert_eq!(requests[0].matches("\r\naccept: ").count(), 1, "{}", requests[0]);
    assert!(requests[0].contains("accept: application/vnd.x+json\r\n"), "{}", requests[0]);
}

#[tokio::test]
async fn max_event_size_limits_one_event() {
    let event = format!("data: {{\"type\":\"response.output_text.delta\",\"delta\":\"{}\"}}\n\n", "a".repeat(2_000));
    let done = "data: {\"type\":\"response.completed\",\"response\":{\"id\":\"resp_1\"}}\n\n";
    let stream = || reply("200 OK\ncontent-type: text/event-stream", format!("{event}{done}"));
    let server = Server::start([stream(), stream()]);
    let client = server.builder().max_event_size(1_000).build().unwrap();
    let error = client.stream(&request()).await.unwrap().into_response().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    let stream = client.stream(&request()).max_event_size(10_000).await.unwrap();
    assert_eq!(stream.into_response().await.unwrap().id, "resp_1");
    drop(client);
    server.finish().await;
}

const LIMITS: &str = "x-request-id: req_1\nx-ratelimit-limit-requests: 100\nx-ratelimit-remaining-requests: 99\n\
x-ratelimit-reset-requests: 6m0.5s\nx-ratelimit-remaining-tokens: 1000";

fn assert_limits(metadata: &nexconn_responses::ResponseMetadata) {
    let limit = metadata.request_limit();
    let reset = Duration::from_millis(360_500);
    assert_eq!((limit.limit, limit.remaining, limit.reset), (Some(100), Some(99), Some(reset)));
    assert_eq!((metadata.token_limit().limit, metadata.token_limit().remaining), (None, Some(1000)));
    assert_eq!((metadata.request_id(), metadata.header("x-request-id")), (Some("req_1"), Some("req_1")));
}

#[tokio::test]
async fn each_call_returns_metadata_on_success() {
    let busy = || reply("503 Busy\nretry-after-ms: 1", "");
    let ok = |body: &str| reply(&format!("200 OK\n{LIMITS}"), body);
    let server = Server::start([busy(), ok(r#"{"id": "resp_1"}"#), ok(r#"{"input_tokens": 3}"#)]);
    let client = server.builder().max_retries(1).build().unwrap();
    let (response, metadata) = client.create(&request()).query("a", "b").with_metadata().await.unwrap();
    assert_eq!((response.id.as_str(), metadata.status(), metadata.attempts()), ("resp_1", 200, 2));
    assert_eq!(metadata.url(), format!("http://{}/bypass/openai/v1/responses", server.address()));
    assert_limits(&metadata);
    let tokens = InputTokensRequest::new("m", "i");
    let (count, metadata) = client.input_tokens(&tokens).with_metadata().await.unwrap();
    assert_eq!((count.input_tokens, metadata.attempts()), (3, 1));
    drop(client);
    server.finish().await;
}

#[tokio::test]
async fn streams_and_errors_have_metadata() {
    let done = "data: {\"type\":\"response.completed\",\"response\":{\"id\":\"resp_1\"}}\n\n";
    let server = Server::start([
        reply(&format!("200 OK\ncontent-type: text/event-stream\n{LIMITS}"), done),
        reply(&format!("429 Later\nretry-after: 7\n{LIMITS}"), ""),
        reply(&format!("200 OK\n{LIMITS}"), "{"),
    ]);
    let client = server.builder().build().unwrap();
    assert_limits(client.stream(&request()).await.unwrap().metadata());
    let error = client.create(&request()).await.unwrap_err();
    assert_limits(error.metadata().unwrap());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    let error = client.create(&request()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_limits(error.metadata().unwrap());
    drop(client);
    server.finish().await;
}

#[tokio::test]
async fn a_request_can_be_spawned_after_its_client_is_gone() {
    let server = Server::start([reply("200 OK", r#"{"id": "resp_1"}"#)]);
    let builder = server.builder().build().unwrap().create(&request());
    let response = tokio::spawn(builder.into_future()).await.unwrap().unwrap();
    assert_eq!(response.id, "resp_1");
    server.finish().await;
}

#[tokio::test]
async fn any_path_below_the_base_url_can_be_requested() {
    let ok = || reply("200 OK", r#"{"data": [{"id": "m"}]}"#);
    let server = Server::start([ok(), ok(), reply("204 No Content", ""), reply("409 Conflict", r#"{"error": "no"}"#)]);
    let client = server.builder().build().unwrap();
    let models = client.request(Method::GET, "/models?limit=2").query("after", "x").await.unwrap();
    assert_eq!(models.to_value().unwrap()["data"][0]["id"], "m");
    client.request(Method::POST, "batches").json(&json!({"a": 1})).await.unwrap();
    assert_eq!(client.request(Method::DELETE, "files/f").await.unwrap().get(), "null");
    let error = client.request(Method::GET, "/x").await.unwrap_err();
    assert_eq!((error.status(), error.message()), (Some(409), "no"));
    for path in ["../admin", "/../../x", "a\n", "a#b", "https://example.com/v1", "a/%2e%2e/../../../x"] {
        let error = client.request(Method::GET, path).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{path:?}");
    }
    drop(client);
    let requests = server.finish().await;
    let base = "/bypass/openai/v1";
    assert!(requests[0].starts_with(&format!("GET {base}/models?limit=2&after=x HTTP/1.1\r\n")), "{}", requests[0]);
    assert!(requests[1].starts_with(&format!("POST {base}/batches HTTP/1.1\r\n")), "{}", requests[1]);
    assert!(requests[1].ends_with("{\"a\":1}"), "{}", requests[1]);
    assert_eq!(requests.len(), 4);
}

#[tokio::test]
async fn strict_decoding_makes_a_mismatch_an_error_with_its_pointer() {
    const BODY: &str = r#"{"id": "resp_1", "object": "response", "output": [
        {"type": "message", "role": "assistant", "content": 7}, {"type": "function_call", "name": "f", "call_id": "c"}]}"#;
    let server = Server::start([reply("200 OK", BODY)]);
    let strict = server.builder().strict_decoding(true).build().unwrap();
    let error = strict.create(&request()).await.unwrap_err();
    assert_eq!((error.kind(), error.pointer()), (ErrorKind::Decode, Some("/output/0/content")));
    assert_eq!(error.status(), Some(200));

    let event = r#"{"type": "response.output_text.delta", "item_id": "m", "output_index": 0, "content_index": 0, "delta": ["Hi"]}"#;
    let stream_server = Server::start([reply("200 OK\ncontent-type: text/event-stream", format!("data: {event}\n\n"))]);
    let client = stream_server.builder().strict_decoding(true).build().unwrap();
    let error = client.stream(&request()).await.unwrap().next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.pointer()), (ErrorKind::Decode, Some("/delta")));

    let lenient = server.builder().build().unwrap();
    let response = lenient.create(&request()).await.unwrap();
    let pointers: Vec<_> = response.mismatches().into_iter().map(|mismatch| mismatch.pointer).collect();
    assert_eq!(pointers, ["/output/0/content", "/output/1/arguments"]);
    let error = response.parse::<serde_json::Value>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoText);
    assert!(error.message().contains("/output/0/content"), "{}", error.message());
    drop((strict, lenient, client));
    server.finish().await;
    stream_server.finish().await;
}

/// Reads a raw response. Returns its status, its body, and the kind of its error.
async fn raw(reply: nexconn_responses::testing::Reply) -> (u16, String, Option<ErrorKind>, usize) {
    let server = Server::start([reply]);
    let client = server.builder().max_retries(2).build().unwrap();
    let request = client.request(Method::PUT, "/files?a=b").body("text/csv", "a,b");
    let mut response = request.raw().await.unwrap();
    let (mut text, mut kind) = (String::new(), None);
    while let Some(bytes) = response.next().await {
        match bytes {
            Ok(bytes) => text += std::str::from_utf8(&bytes).unwrap(),
            Err(error) => {
                assert_eq!(error.status(), Some(response.metadata().status()));
                kind = Some(error.kind());
            }
        }
    }
    let status = response.metadata().status();
    drop((client, response));
    let requests = server.finish().await;
    assert!(requests[0].starts_with("PUT /bypass/openai/v1/files?a=b ") && requests[0].ends_with("\r\n\r\na,b"));
    assert!(requests[0].contains("content-type: text/csv\r\n"), "{requests:?}");
    (status, text, kind, requests.len())
}

#[tokio::test]
async fn a_raw_response_has_any_status_and_bytes() {
    let (status, text, kind, attempts) = raw(reply("503 Busy", "wait")).await;
    assert_eq!((status, text.as_str(), kind, attempts), (503, "wait", None, 1));
    let truncated = nexconn_responses::testing::Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab");
    let (status, text, kind, attempts) = raw(truncated).await;
    assert_eq!((status, text.as_str(), kind, attempts), (200, "ab", Some(ErrorKind::Connection), 1));
}
