//! Output without the API key, and servers which must not receive it.

use std::fmt::Debug;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use nexconn_responses::testing::Reply;
use nexconn_responses::types::CreateResponseRequest;
use nexconn_responses::{ApiKeyFuture, ApiKeyProvider, AuthScheme, Client, Error, ErrorKind, Method};

use crate::server::{KEY, Server, reply};

fn request() -> CreateResponseRequest {
    CreateResponseRequest::new("openai/gpt-5.2", "Hello")
}

fn shown(value: &impl Debug) -> String {
    format!("{value:?}\n{value:#?}\n")
}

/// Returns all texts of an error and its sources.
fn everything(error: &Error) -> String {
    let mut text = shown(error);
    let mut next: Option<&dyn std::error::Error> = Some(error);
    while let Some(cause) = next {
        text += &format!("{cause}\n{cause:?}\n{cause:#?}\n");
        next = cause.source();
    }
    text += &format!("{:?} {:?} {:?} {:?}", error.message(), error.raw_body(), error.body(), error.request_id());
    text += &format!("{:?} {:?} {:?} {:?}", error.code(), error.param(), error.error_type(), error.pointer());
    text
}

#[track_caller]
fn assert_redacted(text: &str, secret: &str) {
    assert!(!text.contains(secret), "{secret:?} is shown:\n{text}");
}

#[tokio::test]
async fn no_client_builder_or_stream_shows_the_key() {
    let stream = "data: {\"type\": \"response.created\", \"response\": {\"id\": \"resp_1\"}}\n\n";
    let server = Server::start([reply("200 OK\ncontent-type: text/event-stream", stream)]);
    for scheme in [AuthScheme::Bearer, AuthScheme::Raw] {
        let builder = server.builder().auth_scheme(scheme);
        assert_redacted(&shown(&builder), KEY);
        let client = builder.build().unwrap();
        assert_redacted(&shown(&client), KEY);
        let mut stream = client.stream(&request()).await.unwrap();
        assert_redacted(&shown(&stream), KEY);
        stream.next().await.unwrap().unwrap();
        assert_redacted(&shown(&stream), KEY);
    }
    server.finish().await;
}

#[tokio::test]
async fn no_error_of_a_response_shows_the_key() {
    let raw = |bytes: &str| Reply::raw(bytes);
    let replies = || {
        [
            reply("302 Found\nlocation: /elsewhere", ""),
            reply("400 Bad", r#"{"error": {"message": "no"}}"#),
            reply("401 Who", "{}"),
            reply("429 Later", ""),
            reply("500 Oops", "<html>"),
            reply("200 OK\ncontent-type: application/json", "{"),
            reply("200 OK\ncontent-type: application/json", r#"{"error": "no"}"#),
            raw(""),
            raw("HTTP/1.1 999999"),
            raw("SSH-2.0\r\n\r\n"),
            raw("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"),
        ]
    };
    let count = replies().len();
    for scheme in [AuthScheme::Bearer, AuthScheme::Raw] {
        let server = Server::start(replies().into_iter().chain(replies()));
        let client = server.builder().auth_scheme(scheme).build().unwrap();
        for _ in 0..count {
            assert_redacted(&everything(&client.create(&request()).await.unwrap_err()), KEY);
        }
        for _ in 0..count {
            assert_redacted(&everything(&client.stream(&request()).await.unwrap_err()), KEY);
        }
        assert_eq!(server.finish().await.len(), 2 * count);
    }
}

#[tokio::test]
async fn no_error_of_a_stream_shows_the_key() {
    for body in [
        "",
        "data: {\n\n",
        "data: {",
        "data: {\"type\": \"error\", \"error\": {\"message\": \"no\"}}\n\n",
        "data: {\"type\": \"response.failed\", \"response\": {\"id\": \"resp_1\"}}\n\n",
    ] {
        let server = Server::start([reply("200 OK\ncontent-type: text/event-stream", body)]);
        let stream = server.builder().build().unwrap().stream(&request()).await.unwrap();
        assert_redacted(&everything(&stream.into_response().await.unwrap_err()), KEY);
        server.finish().await;
    }
}

#[tokio::test]
async fn no_error_of_an_unreachable_server_shows_the_key() {
    let client = Client::builder().api_key(KEY).base_url("http://127.0.0.1:1").max_retries(0).build().unwrap();
    assert_redacted(&everything(&client.create(&request()).await.unwrap_err()), KEY);
}

/// Streams, options, and the panic of `unwrap`.
#[tokio::test]
async fn no_other_debug_output_shows_the_key() {
    let server = Server::start([reply("401 Who", format!(r#"{{"error": "{KEY}"}}"#)), reply("200 OK", "")]);
    let client = server.builder().build().unwrap();
    let request = request();
    let builder = || {
        let builder = client.create(&request).query("key", KEY);
        builder.header("x-key", KEY).unwrap().idempotency_key(KEY).unwrap()
    };
    assert_redacted(&shown(&builder()), KEY);
    assert_redacted(&shown(&builder().with_metadata()), KEY);
    assert_redacted(&format!("{}{}", shown(&client), shown(&client.input_items("resp_1"))), KEY);
    let outcome = builder().await.map(|response| response.id);
    let panic = std::panic::catch_unwind(AssertUnwindSafe(|| outcome.unwrap())).unwrap_err();
    let message = panic.downcast_ref::<String>().unwrap();
    assert!(message.contains(&format!("{:?}", ErrorKind::Authentication)), "{message}");
    assert_redacted(message, KEY);
    assert_redacted(&everything(&client.create(&request).await.unwrap_err()), KEY);
    server.finish().await;

    let server = Server::start([reply("200 OK\ncontent-type: text/event-stream", "")]);
    let text = server.builder().build().unwrap().stream(&request).await.unwrap().text_stream();
    assert_redacted(&shown(&text), KEY);
    drop(text);
    server.finish().await;
    assert_redacted(&everything(&client.create(&request).await.unwrap_err()), KEY);
}

#[tokio::test]
async fn no_metadata_shows_the_key() {
    let head = format!("200 OK\nx-echo: Bearer {KEY}\nx-request-id: {KEY}");
    let error_head = head.replace("200 OK", "400 Bad");
    let server = Server::start([reply(&head, r#"{"id": "resp_1"}"#), reply(&error_head, "")]);
    let client = server.builder().build().unwrap();
    let request = request();
    let (_, metadata) = client.create(&request).query("key", KEY).with_metadata().await.unwrap();
    assert_redacted(&format!("{}{:?}", shown(&metadata), metadata.header("x-echo")), KEY);
    let error = client.create(&request).await.unwrap_err();
    assert_redacted(&shown(&error.metadata().unwrap()), KEY);
    drop(client);
    server.finish().await;
}

#[test]
fn no_rejected_setting_shows_the_key() {
    for base_url in ["http://example.com", "nonsense", "ftp://127.0.0.1", "http://127.0.0.1:99999"] {
        let builder = Client::builder().api_key(KEY).base_url(base_url);
        assert_redacted(&everything(&builder.build().unwrap_err()), KEY);
    }
    for key in [format!("{KEY}\n"), format!("{KEY}\r\nx: y"), format!("{KEY}é"), format!(" {KEY}")] {
        let builder = Client::builder().api_key(key).base_url("http://127.0.0.1:1");
        assert_redacted(&shown(&builder), KEY);
        assert_redacted(&everything(&builder.build().unwrap_err()), KEY);
    }
}

#[test]
fn a_password_in_the_base_url_is_not_shown() {
    for base_url in
        ["http://user:open-sesame@127.0.0.1/v1", "http://user:open-sesame@[::1", "user:open-sesame@127.0.0.1"]
    {
        let builder = Client::builder().api_key(KEY).base_url(base_url);
        assert_redacted(&shown(&builder), "open-sesame");
        assert_redacted(&everything(&builder.build().unwrap_err()), "open-sesame");
    }
}

#[tokio::test]
async fn a_redirect_does_not_receive_the_key() {
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        let elsewhere = Server::start([reply("200 OK", r#"{"id": "resp_1"}"#)]);
        let location = format!("http://localhost:{}/responses", elsewhere.address().port());
        let server = Server::start([reply(&format!("{status}\nlocation: {location}"), "")]);
        let client = server.builder().build().unwrap();
        let code = status[..3].parse().ok();
        assert_eq!(client.create(&request()).await.unwrap_err().status(), code);
        assert_eq!(client.stream(&request()).await.unwrap_err().status(), code);
        assert_eq!(server.finish().await.len(), 2, "{status}");
        assert_eq!(elsewhere.finish().await, [""; 0], "{status}");
    }
}

#[tokio::test]
async fn a_key_in_a_response_is_redacted() {
    let body =
        format!(r#"{{"error": {{"message": "Incorrect API key provided: {KEY}.", "code": "invalid_api_key"}}}}"#);
    for head in ["401 Unauthorized", "200 OK\ncontent-type: application/json"] {
        let server = Server::start([reply(head, &body)]);
        let error = server.builder().build().unwrap().create(&request()).await.unwrap_err();
        server.finish().await;
        assert_redacted(&everything(&error), KEY);
    }
}

#[tokio::test]
async fn an_escaped_key_in_a_response_is_redacted() {
    let key = "sk-/0123+456\"789\\&abc";
    let escaped: String = key.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
    let slashes = serde_json::to_string(key).unwrap().trim_matches('"').replace('/', "\\/");
    for form in [escaped, slashes] {
        let body = format!(r#"{{"error": {{"message": "bad key {form}", "code": "{form}", "{form}": 1}}}}"#);
        for (head, body) in [
            ("401 Unauthorized\ncontent-type: application/json", body.clone()),
            ("200 OK\ncontent-type: application/json", body.clone()),
            ("401 Unauthorized", format!("<html>{form}")),
            ("200 OK\ncontent-type: text/event-stream", format!("data: {{\"type\": \"error\", {}\n\n", &body[1..])),
        ] {
            let server = Server::start([reply(head, &body)]);
            let client = server.builder().api_key(key).build().unwrap();
            let error = match client.stream(&request()).await {
                Ok(stream) => stream.into_response().await.unwrap_err(),
                Err(error) => error,
            };
            let text = everything(&error);
            assert_redacted(&text, key);
            assert_redacted(&text, &form);
            assert_redacted(&text, "0123");
            server.finish().await;
        }
    }
}

#[tokio::test]
async fn a_key_in_a_shortened_text_or_a_redirect_is_redacted() {
    for before in 64 * 1024 - KEY.len()..=64 * 1024 {
        let server = Server::start([reply("500 Oops", "x".repeat(before) + KEY)]);
        let error = server.builder().build().unwrap().create(&request()).await.unwrap_err();
        server.finish().await;
        assert_redacted(&everything(&error), &KEY[..8]);
    }
    let server = Server::start([reply(&format!("302 Found\nlocation: /login?key={KEY}"), "")]);
    let error = server.builder().build().unwrap().create(&request()).await.unwrap_err();
    server.finish().await;
    assert!(error.message().contains("/login?key="), "{error}");
    assert_redacted(&everything(&error), KEY);
}

#[tokio::test]
async fn a_key_in_a_header_or_a_property_name_is_redacted() {
    for name in ["x-request-id", "http-x-reqid", "content-type"] {
        for head in ["400 Bad", "200 OK"] {
            let server = Server::start([reply(&format!("{head}\n{name}: {KEY}"), "{")]);
            let client = server.builder().build().unwrap();
            assert_redacted(&everything(&client.create(&request()).await.unwrap_err()), KEY);
            assert_redacted(&everything(&client.stream(&request()).await.unwrap_err()), KEY);
            server.finish().await;
        }
    }
    for body in [format!(r#"{{"{KEY}": 1}}"#), format!(r#"{{"id": "resp_1", "{KEY}": ["#)] {
        let server = Server::start([reply("200 OK\ncontent-type: application/json", &body)]);
        let error = server.builder().build().unwrap().create(&request()).await.unwrap_err();
        assert_redacted(&everything(&error), KEY);
        server.finish().await;
    }
    let head = format!("200 OK\ncontent-type: text/event-stream\nx-request-id: {KEY}");
    let server = Server::start([reply(&head, format!("data: {{\"{KEY}\": [}}\n\n"))]);
    let stream = server.builder().build().unwrap().stream(&request()).await.unwrap();
    assert_redacted(&format!("{}{:?}", shown(&stream), stream.request_id()), KEY);
    assert_redacted(&everything(&stream.into_response().await.unwrap_err()), KEY);
    server.finish().await;
}

#[tokio::test]
async fn a_key_in_a_stream_is_redacted_in_errors() {
    for data in [format!(r#"{{"type":"error","message":"{KEY}"}}"#), format!("{{{KEY}"), format!("{KEY}\nevent: {KEY}")]
    {
        let server = Server::start([reply("200 OK\ncontent-type: text/event-stream", format!("data: {data}\n\n"))]);
        let stream = server.builder().build().unwrap().stream(&request()).await.unwrap();
        assert_redacted(&everything(&stream.into_response().await.unwrap_err()), KEY);
        server.finish().await;
    }
}

/// An error of a provider with the key: plain, as a cause, and in the forms of other formats.
#[derive(Debug)]
struct Leaking(String);

impl ApiKeyProvider for Leaking {
    fn api_key(&self, refresh: bool) -> ApiKeyFuture {
        let message = format!("the vault has {}", self.0);
        Box::pin(async move { if refresh { Err(message.into()) } else { Ok(KEY.to_owned()) } })
    }
}

#[tokio::test]
async fn no_error_of_a_provider_shows_a_key_that_was_sent() {
    let escaped: String = KEY.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
    let encoded: String = KEY.chars().map(|c| format!("%{:02x}", u32::from(c))).collect();
    for form in [KEY, &escaped, &encoded] {
        let server = Server::start([reply("401 Who", "")]);
        let builder = server.builder().api_key_provider(Arc::new(Leaking(form.to_owned())));
        assert_redacted(&shown(&builder), KEY);
        let client = builder.build().unwrap();
        let error = client.create(&request()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication);
        assert_redacted(&everything(&error), form);
        assert_redacted(&shown(&client), KEY);
        drop(client);
        server.finish().await;
    }
}

#[tokio::test]
async fn no_url_of_a_raw_request_shows_the_key() {
    let server = Server::start([reply("404 Not Found", "")]);
    let client = server.builder().build().unwrap();
    for path in [format!("/files/{KEY}"), format!("/files?key={KEY}"), format!("/{KEY}/../x?a={KEY}")] {
        let error = client.request(Method::GET, &path).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error:?}");
        assert_redacted(&everything(&error), KEY);
        assert_redacted(&shown(&error.metadata().unwrap()), KEY);
        let response = client.request(Method::GET, &path).raw().await.unwrap();
        assert_redacted(&shown(&response), KEY);
    }
    for path in [format!("{KEY}#"), format!("../{KEY}"), format!("https://{KEY}")] {
        let builder = client.request(Method::GET, &path);
        assert_redacted(&shown(&builder), KEY);
        let error = builder.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error:?}");
        assert_redacted(&everything(&error), KEY);
    }
    for id in ["", KEY] {
        let id = format!("{id}\n");
        assert_redacted(&everything(&client.retrieve(&id).await.unwrap_err()), KEY);
        assert_redacted(&everything(&client.input_items(&id).next().await.unwrap().unwrap_err()), KEY);
    }
    drop(client);
    server.finish().await;
}

/// An unreachable proxy, one with its password in a rejection, and invalid URLs.
#[tokio::test]
async fn no_password_of_a_proxy_is_shown() {
    const PASSWORD: &str = "open-sesame";
    let rejecting = Server::start([reply(&format!("407 Not {PASSWORD}\nx-password: {PASSWORD}"), PASSWORD)]);
    for (proxy, base_url) in [
        (format!("http://user:{PASSWORD}@127.0.0.1:1"), "http://127.0.0.1:2"),
        (format!("http://user:{PASSWORD}@{}", rejecting.address()), "https://127.0.0.1:2"),
        (format!("user:{PASSWORD}@127.0.0.1"), "http://127.0.0.1:2"),
        (format!("http://user:{PASSWORD}@[::1"), "http://127.0.0.1:2"),
        (format!("socks9://user:{PASSWORD}@127.0.0.1:1"), "http://127.0.0.1:2"),
    ] {
        let builder = Client::builder().api_key(KEY).base_url(base_url).max_retries(0).proxy(proxy);
        assert_redacted(&shown(&builder), PASSWORD);
        let error = match builder.build() {
            Ok(client) => {
                assert_redacted(&shown(&client), PASSWORD);
                client.create(&request()).await.unwrap_err()
            }
            Err(error) => error,
        };
        assert_redacted(&everything(&error), PASSWORD);
    }
    rejecting.finish().await;
}

#[tokio::test]
async fn an_escaped_key_in_a_header_is_redacted() {
    let escaped: String = KEY.chars().map(|c| format!("%{:02X}", u32::from(c))).collect();
    let html: String = KEY.chars().map(|c| format!("&#{};", u32::from(c))).collect();
    for form in [escaped, html] {
        let head = format!("200 OK\nx-echo: {form}\nx-request-id: {form}");
        let server = Server::start([reply(&head, r#"{"id": "resp_1"}"#)]);
        let client = server.builder().build().unwrap();
        let (_, metadata) = client.create(&request()).with_metadata().await.unwrap();
        assert_redacted(&shown(&metadata), &form);
        drop(client);
        server.finish().await;
    }
}
