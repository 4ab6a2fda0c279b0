//! What can be set for single requests arrives at the server, and no secret of it in a message.

use nexconn_responses::types::CreateResponseRequest;
use nexconn_responses::{ErrorKind, RequestOptions};

use crate::server::{Server, answer};

fn request() -> CreateResponseRequest {
    CreateResponseRequest::new("m", "i")
}

#[tokio::test]
async fn headers_and_query_are_sent_with_this_request_and_no_other() {
    let ok = || answer("200 OK", r#"{"id": "resp_1"}"#);
    let server = Server::start([ok(), ok()]);
    let client = server.builder().build().unwrap();
    let options = RequestOptions::new().header("X-Tenant", "red").header("x-tenant", "blue").query("trace", "a b&c");
    client.with(&options).unwrap().create(&request()).await.unwrap();
    client.create(&request()).await.unwrap();
    let requests = server.finish().await;
    assert!(requests[0].starts_with("POST /bypass/openai/v1/responses?trace=a+b%26c HTTP/1.1\r\n"), "{}", requests[0]);
    assert_eq!(requests[0].matches("x-tenant: blue\r\n").count(), 1, "{}", requests[0]);
    assert!(!requests[0].contains("red"), "{}", requests[0]);
    assert!(requests[1].starts_with("POST /bypass/openai/v1/responses HTTP/1.1\r\n"), "{}", requests[1]);
    assert!(!requests[1].contains("x-tenant"), "{}", requests[1]);
}

#[tokio::test]
async fn a_header_that_cannot_be_sent_is_a_matter_of_configuration() {
    let server = Server::start([answer("200 OK", "{}")]);
    let client = server.builder().build().unwrap();
    for (name, value) in [
        ("x tenant", "secret"),
        ("x-tenant", "secret\r\nx-other: secret"),
        ("Authorization", "secret"),
        ("content-type", "secret"),
    ] {
        let error = client.with(&RequestOptions::new().header(name, value)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{name}");
        assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
    }
    drop(client);
    assert_eq!(server.finish().await.len(), 0);
}

#[tokio::test]
async fn an_accept_header_replaces_that_of_the_client() {
    let server = Server::start([answer("200 OK", r#"{"id": "resp_1"}"#)]);
    let client = server.builder().build().unwrap();
    let options = RequestOptions::new().header("accept", "application/vnd.x+json");
    client.with(&options).unwrap().create(&request()).await.unwrap();
    let requests = server.finish().await;
    assert_eq!(requests[0].matches("\r\naccept: ").count(), 1, "{}", requests[0]);
    assert!(requests[0].contains("accept: application/vnd.x+json\r\n"), "{}", requests[0]);
}

#[tokio::test]
async fn an_event_may_be_as_long_as_is_set() {
    let event = format!("data: {{\"type\":\"response.output_text.delta\",\"delta\":\"{}\"}}\n\n", "a".repeat(2_000));
    let done = "data: {\"type\":\"response.completed\",\"response\":{\"id\":\"resp_1\"}}\n\n";
    let stream = || answer("200 OK\ncontent-type: text/event-stream", format!("{event}{done}"));
    let server = Server::start([stream(), stream()]);
    let client = server.builder().max_event_size(1_000).build().unwrap();
    let error = client.stream(&request()).await.unwrap().into_response().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    let roomy = client.with(&RequestOptions::new().max_event_size(10_000)).unwrap();
    assert_eq!(roomy.stream(&request()).await.unwrap().into_response().await.unwrap().id, "resp_1");
    drop((client, roomy));
    server.finish().await;
}
