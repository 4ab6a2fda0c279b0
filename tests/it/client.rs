//! Requests the client sends, responses it decodes, and settings it rejects.

use nexconn_responses::testing::Reply;
use nexconn_responses::types::{CreateResponseRequest, Response, ResponseStatus, models};
use nexconn_responses::{AuthScheme, Client, ClientBuilder, ErrorKind};
use serde_json::{Value, json};

use crate::server::{KEY, Server, reply};

/// A response as the gateway sends it: pretty-printed, with unknown fields.
const RESPONSE: &str = r#"{
  "id": "resp_1",
  "object": "response",
  "status": "completed",
  "model": "gpt-5.2",
  "output": [
    {"type": "reasoning", "id": "rs_1", "summary": []},
    {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [
      {"type": "output_text", "text": "Grüß ", "annotations": []},
      {"type": "output_text", "text": "Gott 👋", "annotations": []}
    ]}
  ],
  "usage": {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7},
  "unheard_of": {"kept": [1, 2.5, "three"]}
}"#;

fn request() -> CreateResponseRequest {
    CreateResponseRequest::new(models::GPT_5_2, "Hello")
}

fn ok(body: impl AsRef<[u8]>) -> Reply {
    reply("200 OK\ncontent-type: application/json", body)
}

/// Returns the request line, the headers with lower-case names and the body of a `create` request.
async fn sent(
    set_up: impl Fn(ClientBuilder) -> ClientBuilder,
    request: &CreateResponseRequest,
) -> (String, String, Value) {
    let server = Server::start([ok(RESPONSE)]);
    set_up(server.builder()).build().unwrap().create(request).await.unwrap();
    parse_request(&server.finish().await)
}

fn parse_request(requests: &[String]) -> (String, String, Value) {
    let [request] = requests else { panic!("there is one request: {requests:#?}") };
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let (line, headers) = head.split_once("\r\n").unwrap();
    (line.to_owned(), headers.to_owned() + "\r\n", serde_json::from_str(body).unwrap())
}

async fn created(reply: Reply) -> Response {
    let server = Server::start([reply]);
    let response = server.builder().build().unwrap().create(&request()).await.unwrap();
    server.finish().await;
    response
}

#[tokio::test]
async fn a_request_is_one_post_of_json_to_responses_below_the_base_url() {
    let (line, headers, body) = sent(|builder| builder, &request()).await;
    assert_eq!(line, "POST /bypass/openai/v1/responses HTTP/1.1");
    assert!(headers.contains("content-type: application/json\r\n"), "{headers}");
    assert!(headers.contains("accept: application/json\r\n"), "{headers}");
    assert!(headers.contains("user-agent: nexconn-responses/"), "{headers}");
    assert_eq!((&body["model"], &body["input"]), (&json!("openai/gpt-5.2"), &json!("Hello")));
}

#[tokio::test]
async fn the_key_is_sent_once_as_a_bearer_token() {
    let (_, headers, body) = sent(|builder| builder, &request()).await;
    assert!(headers.contains(&format!("authorization: Bearer {KEY}\r\n")), "{headers}");
    assert_eq!(headers.matches(KEY).count(), 1);
    assert!(!body.to_string().contains(KEY));
}

#[tokio::test]
async fn a_raw_key_is_sent_without_bearer() {
    let (_, headers, _) = sent(|builder| builder.auth_scheme(AuthScheme::Raw), &request()).await;
    assert!(headers.contains(&format!("authorization: {KEY}\r\n")), "{headers}");
}

#[tokio::test]
async fn base_urls_may_have_a_trailing_slash_or_path() {
    for (path, expected) in [
        ("", "/responses"),
        ("/", "/responses"),
        ("/v1", "/v1/responses"),
        ("/v1/", "/v1/responses"),
        ("/v1// ", "/v1/responses"),
        ("/v1/responses", "/v1/responses"),
        ("/v1/responses/\n", "/v1/responses"),
        ("/a%2Fb/c", "/a%2Fb/c/responses"),
    ] {
        let server = Server::start([ok(RESPONSE)]);
        let base_url = format!("http://{}{path}", server.address());
        server.builder().base_url(base_url).build().unwrap().create(&request()).await.unwrap();
        let (line, _, _) = parse_request(&server.finish().await);
        assert_eq!(line, format!("POST {expected} HTTP/1.1"));
    }
}

#[tokio::test]
async fn create_overrides_stream_with_false() {
    for request in [request(), request().stream(false), request().stream(true)] {
        let (_, _, body) = sent(|builder| builder, &request).await;
        assert_eq!(body.get("stream"), Some(&Value::Bool(false)), "{body}");
    }
}

#[tokio::test]
async fn create_accepts_an_event_stream() {
    for (event, status) in [
        ("completed", ResponseStatus::Completed),
        ("incomplete", ResponseStatus::Incomplete),
        ("failed", ResponseStatus::Failed),
    ] {
        let response = json!({"id": "resp_1", "status": event, "error": null, "output": []});
        let terminal = json!({"type": format!("response.{event}"), "response": response});
        let events = format!("event: response.{event}\ndata: {terminal}\n\n");
        for head in ["200 OK\ncontent-type: text/event-stream", "200 OK\ncontent-type: text/plain"] {
            assert_eq!(created(reply(head, &events)).await.status, Some(status.clone()), "{head}");
        }
    }
}

#[tokio::test]
async fn create_of_a_truncated_event_stream_is_an_error() {
    let created = "data: {\"type\": \"response.created\", \"response\": {\"id\": \"resp_1\"}}\n\n";
    let server = Server::start([reply("200 OK\ncontent-type: text/event-stream", created)]);
    let error = server.builder().build().unwrap().create(&request()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StreamTruncated);
    server.finish().await;
}

#[tokio::test]
async fn a_byte_order_mark_before_json_is_skipped() {
    assert_eq!(created(ok(format!("\u{feff}{RESPONSE}"))).await.id, "resp_1");
}

/// Takes minutes if each read looks at all blanks again.
#[tokio::test]
async fn a_million_leading_blanks_are_skipped_in_linear_time() {
    let blanks = " ".repeat(4_000_000);
    let server = Server::start([reply("200 OK\ncontent-type: text/plain", format!("{blanks}{RESPONSE}"))]);
    let client = server.builder().build().unwrap();
    let stream = client.stream(&request()).await.unwrap();
    assert_eq!(stream.into_response().await.unwrap().id, "resp_1");
    drop(client);
    server.finish().await;
}

#[tokio::test]
async fn the_client_asks_for_the_encoding_that_it_reads() {
    let (_, headers, _) = sent(|builder| builder, &request()).await;
    let encoding = if cfg!(feature = "gzip") { "gzip" } else { "identity" };
    assert!(headers.contains(&format!("accept-encoding: {encoding}\r\n")), "{headers}");
}

#[tokio::test]
async fn identity_encodings_are_not_compression() {
    for encoding in ["identity", "identity, identity", "", "IDENTITY"] {
        let head = format!("200 OK\ncontent-type: application/json\ncontent-encoding: {encoding}");
        assert_eq!(created(reply(&head, RESPONSE)).await.id, "resp_1", "{encoding:?}");
    }
}

#[tokio::test]
async fn stream_overrides_stream_with_true() {
    for request in [request(), request().stream(false), request().stream(true)] {
        let server = Server::start([reply("200 OK\ncontent-type: text/event-stream", "")]);
        drop(server.builder().build().unwrap().stream(&request).await.unwrap());
        let (_, headers, body) = parse_request(&server.finish().await);
        assert_eq!(body["stream"], true);
        assert!(headers.contains("accept: text/event-stream\r\n"), "{headers}");
    }
}

#[tokio::test]
async fn the_response_is_typed_and_complete() {
    let response = created(ok(RESPONSE)).await;
    assert_eq!(response.id, "resp_1");
    assert_eq!(response.status, Some(ResponseStatus::Completed));
    assert_eq!(response.output_text(), "Grüß Gott 👋");
    assert_eq!(response.usage.as_ref().unwrap().total_tokens, 7);
    assert_eq!(serde_json::to_value(&response).unwrap(), serde_json::from_str::<Value>(RESPONSE).unwrap());
}

#[tokio::test]
async fn json_is_read_whatever_its_content_type() {
    for head in
        ["200 OK\ncontent-type: application/octet-stream", "200 OK\ncontent-type: text/plain", "200 OK", "201 Created"]
    {
        assert_eq!(created(reply(head, RESPONSE)).await.output_text(), "Grüß Gott 👋", "{head}");
    }
}

#[tokio::test]
async fn a_body_may_be_chunked_or_end_with_the_connection() {
    let (first, second) = RESPONSE.split_at(100);
    let chunks = format!("{:x}\r\n{first}\r\n{:x}\r\n{second}\r\n0\r\n\r\n", first.len(), second.len());
    for bytes in [
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n{chunks}"),
        format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{RESPONSE}"),
        format!("HTTP/1.0 200 OK\r\n\r\n{RESPONSE}"),
    ] {
        assert_eq!(created(Reply::raw(bytes)).await.id, "resp_1");
    }
}

#[tokio::test]
async fn a_failed_response_is_ok() {
    let body = r#"{"id": "resp_1", "status": "failed", "error": {"code": "server_error", "message": "no luck"}, "output": []}"#;
    let response = created(ok(body)).await;
    assert_eq!(response.status, Some(ResponseStatus::Failed));
    assert_eq!(response.error.as_ref().unwrap().message, "no luck");
    assert_eq!(response.output_text(), "");
}

#[tokio::test]
async fn a_client_and_its_clones_send_many_requests_at_once() {
    let server = Server::start([ok(RESPONSE)]);
    let client = server.builder().build().unwrap();
    let (first, second) = (client.clone(), client);
    let (hello, bye) = (request(), CreateResponseRequest::new(models::GPT_5_2, "Bye"));
    let (first, second) = tokio::join!(first.create(&hello), second.create(&bye));
    assert_eq!((first.unwrap().id, second.unwrap().id), ("resp_1".to_owned(), "resp_1".to_owned()));
    assert_eq!(server.finish().await.len(), 2);
}

/// A future contains the futures it awaits.
#[test]
fn requests_and_their_futures_are_small() {
    let client = Client::builder().api_key(KEY).base_url("http://localhost").build().unwrap();
    let request = client.create(&request());
    assert!(size_of_val(&request) < 1024, "{}", size_of_val(&request));
    assert_eq!(size_of_val(&request.into_future()), 2 * size_of::<usize>());
}

#[test]
fn the_client_and_its_builder_are_send_and_sync() {
    fn check<T: Send + Sync + 'static>(_: &T) {}
    check(&Client::builder());
    check(&Client::builder().api_key(KEY).base_url("http://localhost").build().unwrap());
}

#[track_caller]
fn assert_rejected(builder: ClientBuilder) {
    let error = builder.build().unwrap_err();
    assert_eq!((error.kind(), error.status(), error.is_retryable()), (ErrorKind::Configuration, None, false));
}

#[test]
fn a_missing_key_is_rejected() {
    let base_url = "http://127.0.0.1:1";
    assert_rejected(Client::builder().base_url(base_url));
    assert_rejected(Client::builder().base_url(base_url).api_key(""));
}

#[test]
fn a_key_that_is_not_a_valid_header_value_is_rejected() {
    for key in ["sk-1\n", "sk-1\r\nx-evil: 1", "sk 1", " sk-1", "sk-1\t", "sk-1\0", "sk-ü", "sk-…"] {
        for scheme in [AuthScheme::Bearer, AuthScheme::Raw] {
            assert_rejected(Client::builder().base_url("http://127.0.0.1:1").api_key(key).auth_scheme(scheme));
        }
    }
}

#[test]
fn plain_http_is_rejected_except_on_loopback() {
    for host in [
        "example.com",
        "10.0.0.1",
        "127.0.0.1.example.com",
        "localhost.example.com",
        "[::2]",
        "[::ffff:10.0.0.1]",
        "0.0.0.0",
    ] {
        let builder = || Client::builder().api_key(KEY).base_url(format!("http://{host}/v1"));
        assert_rejected(builder());
        assert!(builder().danger_allow_plain_http(true).build().is_ok(), "{host} where it is allowed");
    }
    for host in ["localhost", "LOCALHOST:8080", "127.0.0.1", "127.9.9.9:80", "[::1]", "[::1]:8080"] {
        let client = Client::builder().api_key(KEY).base_url(format!("http://{host}/v1")).build();
        assert!(client.is_ok(), "{host}: {client:?}");
    }
}

#[test]
fn a_base_url_with_credentials_is_rejected() {
    for base_url in [
        "http://user:word@127.0.0.1/v1",
        "http://user@127.0.0.1/v1",
        "http://:word@127.0.0.1/v1",
        "https://127.0.0.1@example.com",
    ] {
        assert_rejected(Client::builder().api_key(KEY).base_url(base_url));
    }
}

#[test]
fn an_invalid_base_url_is_rejected() {
    for base_url in [
        "",
        "/v1",
        "api.example.com/v1",
        "http://",
        "https://",
        "https:///v1",
        "https:example.com",
        "http://[::1",
        "ftp://127.0.0.1/v1",
        "file:///v1",
        "https://example.com/v1?api-version=1",
        "https://example.com/v1#top",
    ] {
        assert_rejected(Client::builder().api_key(KEY).base_url(base_url));
    }
}

#[test]
fn debug_shows_the_base_url_and_the_settings() {
    let debug = |max_retries| {
        let builder = Client::builder().api_key(KEY).base_url("http://127.0.0.1:1/v1").max_retries(max_retries);
        format!("{:?}", builder.build().unwrap())
    };
    assert!(debug(7).contains("http://127.0.0.1:1/v1"), "{}", debug(7));
    assert_ne!(debug(7), debug(8));
}
