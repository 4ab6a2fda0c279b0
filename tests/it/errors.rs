//! Errors for error responses, unexpected responses, and failed connections.

use std::error::Error as StdError;

use nexconn_responses::testing::Reply;
use nexconn_responses::types::CreateResponseRequest;
use nexconn_responses::{Client, Error, ErrorKind};
use serde_json::json;

use crate::server::{KEY, Server, reply};

const JSON: &str = "content-type: application/json";
const HTML: &str = "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head></html>\n";

fn request() -> CreateResponseRequest {
    CreateResponseRequest::new("openai/gpt-5.2", "Hello")
}

/// Returns the error of `create` for a reply.
async fn error(reply: Reply) -> Error {
    let server = Server::start([reply]);
    let error = server.builder().build().unwrap().create(&request()).await.expect_err("the reply is an error");
    assert_eq!(server.finish().await.len(), 1);
    error
}

/// Returns the error of `stream` for a reply.
async fn stream_error(reply: Reply) -> Error {
    let server = Server::start([reply]);
    let error = server.builder().build().unwrap().stream(&request()).await.expect_err("the reply is an error");
    server.finish().await;
    error
}

fn raw(bytes: impl AsRef<[u8]>) -> Reply {
    Reply::raw(bytes.as_ref().to_vec())
}

/// Returns message, type, param and code.
fn parts(error: &Error) -> (String, Option<String>, Option<String>, Option<String>) {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    (error.message().to_owned(), owned(error.error_type()), owned(error.param()), error.code().map(Into::into))
}

fn fields(
    message: &str,
    error_type: Option<&str>,
    param: Option<&str>,
    code: Option<&str>,
) -> (String, Option<String>, Option<String>, Option<String>) {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    (message.to_owned(), owned(error_type), owned(param), owned(code))
}

#[tokio::test]
async fn each_status_has_its_kind() {
    for (status, kind, is_retryable) in [
        (302, ErrorKind::Redirect, false),
        (400, ErrorKind::InvalidRequest, false),
        (401, ErrorKind::Authentication, false),
        (402, ErrorKind::QuotaExhausted, false),
        (403, ErrorKind::Permission, false),
        (404, ErrorKind::NotFound, false),
        (405, ErrorKind::InvalidRequest, false),
        (408, ErrorKind::InvalidRequest, true),
        (409, ErrorKind::InvalidRequest, true),
        (413, ErrorKind::InvalidRequest, false),
        (422, ErrorKind::InvalidRequest, false),
        (429, ErrorKind::RateLimit, true),
        (500, ErrorKind::Server, true),
        (501, ErrorKind::Server, true),
        (502, ErrorKind::Server, true),
        (503, ErrorKind::Overloaded, true),
        (504, ErrorKind::Server, true),
        (529, ErrorKind::Server, true),
    ] {
        let body = r#"{"error": {"message": "no"}}"#;
        for error in [
            error(reply(&format!("{status} Status"), body)).await,
            stream_error(reply(&format!("{status} Status"), body)).await,
        ] {
            assert_eq!((error.kind(), error.status(), error.is_retryable()), (kind, Some(status), is_retryable));
            assert_eq!(error.message(), "no");
        }
    }
}

#[tokio::test]
async fn a_code_or_type_takes_precedence_over_the_status() {
    for (status, body, kind, is_retryable) in [
        (429, r#"{"error": {"type": "insufficient_quota"}}"#, ErrorKind::QuotaExhausted, false),
        (429, r#"{"error": {"code": "insufficient_quota"}}"#, ErrorKind::QuotaExhausted, false),
        (429, r#"{"error": {"code": "credit_balance_exhausted"}}"#, ErrorKind::QuotaExhausted, false),
        (500, r#"{"error": {"code": "server_is_overloaded"}}"#, ErrorKind::Overloaded, true),
        (500, r#"{"error": {"type": "slow_down"}}"#, ErrorKind::Overloaded, true),
        (400, r#"{"error": {"type": "insufficient_quota"}}"#, ErrorKind::QuotaExhausted, false),
    ] {
        let error = error(reply(&format!("{status} Status\n{JSON}"), body)).await;
        assert_eq!((error.kind(), error.is_retryable()), (kind, is_retryable), "{status} {body}");
    }
}

#[tokio::test]
async fn all_fields_of_openais_error_body_are_read() {
    let body = r#"{"error": {"message": "Incorrect API key provided.", "type": "invalid_request_error", "param": null, "code": "invalid_api_key"}}"#;
    let error = error(reply(&format!("401 Unauthorized\n{JSON}\nx-request-id: req_1"), body)).await;
    assert_eq!(
        parts(&error),
        fields("Incorrect API key provided.", Some("invalid_request_error"), None, Some("invalid_api_key"))
    );
    assert_eq!(error.request_id(), Some("req_1"));
    assert_eq!(error.raw_body(), Some(body));
    assert_eq!(
        serde_json::to_value(error.body().unwrap()).unwrap(),
        json!({"error": {
            "message": "Incorrect API key provided.", "type": "invalid_request_error", "param": null,
            "code": "invalid_api_key",
        }})
    );
    assert!(error.source().is_none());
}

#[tokio::test]
async fn the_gateways_error_bodies_have_the_request_id_in_their_message() {
    let id = "chatcmpl-0123456789abcdef0123456789abcdef";
    for (status, body, kind, error_type, code) in [
        (
            401,
            r#"{"error":{"message":"invalid api key (request_id: ID)","type":"authentication_error"}}"#,
            ErrorKind::Authentication,
            "authentication_error",
            None,
        ),
        (
            400,
            r#"{"error":{"message":"no available channels for model X (request_id: ID)","type":"invalid_request_error"}}"#,
            ErrorKind::InvalidRequest,
            "invalid_request_error",
            None,
        ),
        (
            429,
            r#"{"error":{"message":"rate limit reached for RPM (request_id: ID)","type":"rate_limit_exceeded_error","param":"","code":"rate_limit_rpm_exceeded"}}"#,
            ErrorKind::RateLimit,
            "rate_limit_exceeded_error",
            Some("rate_limit_rpm_exceeded"),
        ),
        (
            403,
            r#"{"error":{"message":"access denied for invalid user (request_id: ID)","type":"access_denied_error"}}"#,
            ErrorKind::Permission,
            "access_denied_error",
            None,
        ),
    ] {
        let error = error(reply(&format!("{status} Status\n{JSON}"), body.replace("ID", id))).await;
        assert_eq!((error.kind(), error.status()), (kind, Some(status)));
        assert!(error.message().ends_with(&format!("(request_id: {id})")), "{}", error.message());
        assert_eq!((error.error_type(), error.param(), error.code()), (Some(error_type), None, code), "{body}");
        assert_eq!(error.request_id(), Some(id), "{body}");
    }
}

#[tokio::test]
async fn the_request_id_header_takes_precedence() {
    let body = r#"{"error": {"message": "no (request_id: message)"}}"#;
    for (headers, id) in [
        ("request-id: c", "c"),
        ("request-id: c\nx-request-id: b", "b"),
        ("request-id: c\nx-request-id: b\nHttp-X-Reqid: a", "a"),
        ("x-other: d", "message"),
    ] {
        assert_eq!(error(reply(&format!("400 Bad\n{headers}"), body)).await.request_id(), Some(id), "{headers}");
    }
    assert_eq!(error(reply("400 Bad", "")).await.request_id(), None);
    assert_eq!(error(reply("400 Bad", r#"{"error": "no (request_id: cut"}"#)).await.request_id(), None);
}

#[tokio::test]
async fn error_bodies_of_other_servers_are_read() {
    for (body, words_expected) in [
        (r#"{"error": "no such model"}"#, fields("no such model", None, None, None)),
        (
            r#"{"error": "no such model", "code": "invalid-argument"}"#,
            fields("no such model", None, None, Some("invalid-argument")),
        ),
        (r#"{"detail": "Could not parse your token."}"#, fields("Could not parse your token.", None, None, None)),
        (r#"{"message": "no", "type": "t", "param": "p", "code": 17}"#, fields("no", Some("t"), Some("p"), Some("17"))),
        (r#"{"error": {"message": "no", "code": 1301}}"#, fields("no", None, None, Some("1301"))),
        (r#"{"error": {"message": "no", "type": null, "param": null, "code": null}}"#, fields("no", None, None, None)),
    ] {
        let error = error(reply(&format!("400 Bad Request\n{JSON}"), body)).await;
        assert_eq!(parts(&error), words_expected, "{body}");
        assert_eq!(error.raw_body(), Some(body));
        assert!(error.body().is_some());
    }
}

#[tokio::test]
async fn bodies_without_a_message_are_quoted() {
    for body in [
        "not implemented",
        "null",
        "42",
        "[]",
        "{}",
        r#"{"error": null}"#,
        r#"{"error": 1}"#,
        r#"{"error": {}}"#,
        r#"{"error": {"message": 5}}"#,
        "{",
    ] {
        let error = error(reply("500 Internal Server Error", body)).await;
        assert_eq!((error.kind(), error.raw_body()), (ErrorKind::Server, Some(body)));
        assert!(error.message().contains(&format!("{body:?}")), "{error}");
    }
}

#[tokio::test]
async fn an_html_page_is_quoted_on_one_line() {
    let error = error(reply("502 Bad Gateway\ncontent-type: text/html", HTML)).await;
    assert_eq!((error.kind(), error.status(), error.raw_body()), (ErrorKind::Server, Some(502), Some(HTML)));
    assert!(error.body().is_none());
    assert!(error.message().contains("\"502 Bad Gateway\""), "{error}");
    assert_eq!(error.to_string().lines().count(), 1);
}

#[tokio::test]
async fn an_error_response_may_have_no_body() {
    let error = error(reply("500 Internal Server Error", "")).await;
    assert_eq!((error.kind(), error.status(), error.raw_body()), (ErrorKind::Server, Some(500), Some("")));
}

#[tokio::test]
async fn an_invalid_truncated_or_long_error_response_has_its_status() {
    let invalid = error(reply("500 Oops", b"caf\xE9")).await;
    assert_eq!((invalid.status(), invalid.raw_body()), (Some(500), Some("caf\u{fffd}")));

    let broken = error(raw("HTTP/1.1 403 Forbidden\r\ncontent-length: 100\r\n\r\n{\"error\": ")).await;
    assert_eq!((broken.kind(), broken.raw_body()), (ErrorKind::Permission, Some("{\"error\": ")));

    let long = error(reply("400 Bad", "é ".repeat(1_000_000))).await;
    assert_eq!(long.status(), Some(400));
    assert_eq!(long.raw_body().unwrap().len(), 64 * 1024 - 1, "64 KiB, without the half of a character");
    assert!(long.to_string().len() < 400, "{long}");
}

#[tokio::test]
async fn html_with_status_200_is_a_decode_error() {
    let error = error(reply("200 OK\ncontent-type: text/html\nx-request-id: req_1", HTML)).await;
    assert_eq!((error.kind(), error.status(), error.is_retryable()), (ErrorKind::Decode, Some(200), false));
    assert_eq!((error.request_id(), error.raw_body()), (Some("req_1"), Some(HTML)));
    assert!(error.source().is_some());
}

#[tokio::test]
async fn an_error_body_with_status_200_is_that_error() {
    let body = r#"{"error": {"message": "no", "type": "t", "param": "p", "code": "c"}}"#;
    let head = format!("200 OK\n{JSON}\nx-request-id: req_1");
    for error in [error(reply(&head, body)).await, stream_error(reply(&head, body)).await] {
        assert_eq!(parts(&error), fields("no", Some("t"), Some("p"), Some("c")));
        assert_eq!(
            (error.kind(), error.status(), error.request_id()),
            (ErrorKind::InvalidRequest, Some(200), Some("req_1"))
        );
        assert_eq!((error.raw_body(), error.is_retryable()), (Some(body), false));
    }
}

#[tokio::test]
async fn an_invalid_response_is_a_decode_error() {
    for body in [
        &b""[..],
        b"{",
        b"{\"id\": \"resp_1\", \"output\": [",
        b"null",
        b"[]",
        b"{}",
        b"{\"id\": 1}",
        b"{\"id\": \"\xFF\"}",
        b"{\"id\": \"a\"} x",
    ] {
        let error = error(reply(&format!("200 OK\n{JSON}"), body)).await;
        assert_eq!(
            (error.kind(), error.status(), error.is_retryable()),
            (ErrorKind::Decode, Some(200), false),
            "{body:?}"
        );
    }
}

#[tokio::test]
async fn a_decode_error_has_the_json_pointer() {
    for (body, pointer) in [
        (
            r#"{"id": "resp_1", "output": [{"type": "message", "content": [{"type": "output_text", "text": "#,
            "/output/0/content/0/text",
        ),
        (r#"{"id": "resp_1", "output": [{}, {"type": nonsense}]}"#, "/output/1/type"),
        (r#"{"object": "response"}"#, ""),
    ] {
        let error = error(reply(&format!("200 OK\n{JSON}"), body)).await;
        assert_eq!((error.kind(), error.pointer()), (ErrorKind::Decode, Some(pointer)), "{body}");
    }
    assert_eq!(error(reply("400 Bad", "{}")).await.pointer(), None);
}

#[tokio::test]
async fn an_error_body_with_status_200_has_the_kind_of_its_code() {
    for (fields, kind) in [
        (r#"{"type": "authentication_error"}"#, ErrorKind::Authentication),
        (r#"{"code": "invalid_api_key"}"#, ErrorKind::Authentication),
        (r#"{"type": "access_denied_error"}"#, ErrorKind::Permission),
        (r#"{"code": "model_not_found"}"#, ErrorKind::NotFound),
        (r#"{"code": "rate_limit_rpm_exceeded"}"#, ErrorKind::RateLimit),
        (r#"{"code": "insufficient_quota"}"#, ErrorKind::QuotaExhausted),
        (r#"{"code": "server_is_overloaded"}"#, ErrorKind::Overloaded),
        (r#"{"type": "server_error"}"#, ErrorKind::Server),
        (r#"{"type": "invalid_request_error"}"#, ErrorKind::InvalidRequest),
    ] {
        let mut fields: serde_json::Value = serde_json::from_str(fields).unwrap();
        fields["message"] = "no".into();
        let error = error(reply(&format!("200 OK\n{JSON}"), json!({ "error": fields }).to_string())).await;
        // The server may have run the request, so this isn't retried without asking.
        assert_eq!((error.kind(), error.is_retryable()), (kind, false), "{fields}");
    }
}

#[tokio::test]
async fn headers_over_the_limit_are_a_protocol_error_and_not_retried() {
    let many = (0..101).map(|number| format!("x-{number}: a\r\n")).collect::<String>();
    let long = format!("x-long: {}\r\n", "a".repeat(2_000_000));
    for headers in [many, long] {
        let error = error(raw(format!("HTTP/1.1 200 OK\r\n{headers}content-length: 0\r\n\r\n"))).await;
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Protocol, false), "{error:?}");
    }
    let few = (0..90).map(|number| format!("\nx-{number}: a")).collect::<String>();
    let kept = error(reply(&format!("400 Bad{few}"), "")).await;
    assert_eq!(kept.kind(), ErrorKind::InvalidRequest);
}

#[tokio::test]
async fn a_body_over_the_limit_is_not_kept() {
    let server = Server::start([reply("200 OK", format!(r#"{{"id": "resp_1", "pad": "{}"}}"#, "a".repeat(5_000)))]);
    let client = server.builder().max_body_size(5_000).build().unwrap();
    let error = client.create(&request()).await.unwrap_err();
    assert_eq!((error.kind(), error.status(), error.is_retryable()), (ErrorKind::LimitExceeded, Some(200), false));
    assert_eq!(client.create(&request()).max_body_size(10_000).await.unwrap().id, "resp_1");
    server.finish().await;
}

#[tokio::test]
async fn a_body_shorter_than_its_length_is_a_connection_error_and_a_longer_one_is_cut() {
    let short = error(raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"id\": \"resp_1\"}")).await;
    assert_eq!((short.kind(), short.status(), short.is_retryable()), (ErrorKind::Connection, Some(200), false));
    assert!(short.source().is_some());

    let unfinished =
        error(raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10\r\n{\"id\": \"resp_1\"}\r\n")).await;
    assert_eq!((unfinished.kind(), unfinished.status()), (ErrorKind::Connection, Some(200)));

    let long = error(raw("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n{\"id\": \"resp_1\"}")).await;
    assert_eq!((long.kind(), long.raw_body()), (ErrorKind::Decode, Some("{\"id\"")));
}

#[tokio::test]
async fn a_response_that_is_not_http_is_a_protocol_error_and_not_retried() {
    for bytes in ["SSH-2.0-OpenSSH_9.6\r\n\r\n", "HTTP/1.1 ok\r\n\r\n"] {
        for error in [error(raw(bytes)).await, stream_error(raw(bytes)).await] {
            assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Protocol, false), "{bytes:?}: {error:?}");
        }
    }
}

#[tokio::test]
async fn a_connection_without_a_response_is_a_connection_error_and_retryable() {
    for bytes in ["", "HTTP/1.1 200 OK\r\ncontent-ty"] {
        for error in [error(raw(bytes)).await, stream_error(raw(bytes)).await] {
            assert_eq!(
                (error.kind(), error.status(), error.is_retryable()),
                (ErrorKind::Connection, None, true),
                "{bytes:?}"
            );
            assert!(error.source().is_some());
            assert!(error.body().is_none() && error.raw_body().is_none() && error.code().is_none());
        }
    }
}

fn causes(error: &Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(error.source(), |cause| (*cause).source())
}

/// No test can listen on port 1.
#[tokio::test]
async fn an_unreachable_server_is_a_retryable_connection_error() {
    let client = Client::builder().api_key(KEY).base_url("http://127.0.0.1:1").max_retries(0).build().unwrap();
    let error = client.create(&request()).await.unwrap_err();
    assert_eq!((error.kind(), error.status(), error.is_retryable()), (ErrorKind::Connection, None, true));
    let refused = causes(&error).find_map(|cause| cause.downcast_ref::<std::io::Error>());
    assert_eq!(refused.map(std::io::Error::kind), Some(std::io::ErrorKind::ConnectionRefused), "{error:?}");
}

#[tokio::test]
async fn a_truncated_body_has_the_request_id() {
    let error = error(raw("HTTP/1.1 200 OK\r\nx-request-id: req_1\r\ncontent-length: 100\r\n\r\n{")).await;
    assert_eq!(error.request_id(), Some("req_1"));
}

#[tokio::test]
async fn error_documents_of_all_shapes_have_message_and_code() {
    for (body, message, code) in [
        (json!({"error": "Unauthorized", "message": "bad key", "statusCode": 400}), "bad key", Some("Unauthorized")),
        (json!({"error": "invalid_grant", "error_description": "expired"}), "expired", Some("invalid_grant")),
        (json!([{"error": {"message": "no", "code": 400, "status": "INVALID"}}]), "no", Some("400")),
        (json!({"errors": [{"message": "no", "code": "c"}]}), "no", Some("c")),
        (json!({"errors": ["first", "second"]}), "first", None),
        (json!({"Message": "no", "__type": "ValidationException"}), "no", None),
        (json!({"msg": "no", "code": "c"}), "no", Some("c")),
        (json!({"error_msg": "no", "error_code": 17}), "no", Some("17")),
        (json!({"detail": "no"}), "no", None),
        (json!({"detail": {"message": "no", "code": "c"}}), "no", Some("c")),
        (json!({"detail": {"error": {"message": "no", "code": "c"}}}), "no", Some("c")),
        (json!({"detail": [{"loc": ["body", "model"], "msg": "missing"}]}), "body.model: missing", None),
        (json!({"type": "about:blank", "title": "Forbidden", "detail": "no", "status": 400}), "no", None),
        (json!({"type": "about:blank", "title": "Forbidden", "status": 400}), "Forbidden", None),
        (json!({"object": "error", "message": "no", "type": "BadRequestError", "code": 400}), "no", Some("400")),
        (json!({"type": "error", "error": {"type": "overloaded_error", "message": "no"}}), "no", None),
        (json!("no"), "no", None),
    ] {
        let error = error(reply(&format!("400 Bad Request\n{JSON}"), body.to_string())).await;
        assert_eq!((error.message(), error.code()), (message, code), "{body}");
        let stated = stated_type(&body);
        assert_eq!(error.error_type(), stated.as_deref(), "{body}");
    }
}

fn stated_type(body: &serde_json::Value) -> Option<String> {
    let names = [&body["error"]["type"], &body["type"], &body["__type"]];
    names.into_iter().filter_map(|name| name.as_str()).find(|name| *name != "error").map(str::to_owned)
}

#[tokio::test]
async fn a_request_id_in_the_document_or_its_message_is_found() {
    for (body, id) in [
        (json!({"error": {"message": "no"}, "request_id": "req_1"}), "req_1"),
        (json!({"code": "c", "message": "no", "requestId": "req_1"}), "req_1"),
        (json!({"error": {"message": "no (request id: 2024112712345678)"}}), "2024112712345678"),
        (json!({"error": {"message": "Please include the request ID req_1a in your email."}}), "req_1a"),
    ] {
        let error = error(reply(&format!("400 Bad Request\n{JSON}"), body.to_string())).await;
        assert_eq!(error.request_id(), Some(id), "{body}");
    }
}

#[tokio::test]
async fn an_exhausted_quota_is_never_retryable_whatever_the_status() {
    for status in [200, 400, 403, 429, 500, 503] {
        for body in [
            json!({"error": {"message": "no", "code": "insufficient_user_quota"}}),
            json!({"error": {"message": "no", "type": "insufficient_quota"}}),
            json!({"error": {"message": "no", "code": "insufficient_balance"}}),
            json!({"error": {"message": "Insufficient Balance"}}),
            json!({"error": {"message": "Your credit balance is too low to access the API."}}),
        ] {
            let head = format!("{status} Status\n{JSON}\nx-should-retry: true");
            let error = error(reply(&head, body.to_string())).await;
            assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::QuotaExhausted, false), "{status} {body}");
        }
    }
}

#[tokio::test]
async fn a_compressed_or_binary_error_response_is_not_quoted() {
    let gzip = b"\x1F\x8B\x08\0\0\0\0\0\0\x03\xAB\x56\x4A\x2D\x2A";
    for (head, body) in [
        ("400 Bad\ncontent-encoding: br", &gzip[..]),
        ("400 Bad", &gzip[..]),
        ("400 Bad\ncontent-encoding: br", b"x"),
        ("400 Bad", b"\0\x01\x02\xFF"),
    ] {
        let error = error(reply(head, body)).await;
        assert!(error.message().is_ascii(), "{error:?}");
        assert_eq!((error.kind(), error.raw_body()), (ErrorKind::InvalidRequest, Some("")));
    }
}

#[tokio::test]
async fn an_error_response_that_is_an_event_stream_has_its_message() {
    let body = "event: error\ndata: {\"error\": {\"message\": \"no\", \"code\": \"c\"}}\n\n";
    for head in ["500 Oops\ncontent-type: text/event-stream", "500 Oops"] {
        let body = body.replace("event: error\n", if head.contains("event") { "event: error\n" } else { "" });
        let error = error(reply(head, body)).await;
        assert_eq!((error.kind(), error.message(), error.code()), (ErrorKind::Server, "no", Some("c")));
    }
}

#[tokio::test]
async fn an_error_document_of_any_shape_with_status_200_is_that_error() {
    for (body, code) in [
        (json!({"detail": "no"}), None),
        (json!({"code": "c", "message": "no"}), Some("c")),
        (json!({"error": "no"}), None),
        (json!({"object": "error", "message": "no", "code": 404}), Some("404")),
    ] {
        let error = error(reply(&format!("200 OK\n{JSON}"), body.to_string())).await;
        assert_eq!((error.status(), error.message(), error.code()), (Some(200), "no", code), "{body}");
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{body}");
    }
}

#[tokio::test]
async fn another_document_with_status_200_is_a_decode_error() {
    let chat = json!({"id": "chatcmpl-1", "object": "chat.completion", "choices": []});
    for (body, name, pointer) in [
        (chat.to_string(), "chat.completion", "/object"),
        (json!({"object": "list", "data": []}).to_string(), "list", "/object"),
        (HTML.to_owned(), "502 Bad Gateway", ""),
    ] {
        let error = error(reply(&format!("200 OK\n{JSON}"), &body)).await;
        assert_eq!((error.kind(), error.pointer(), error.raw_body()), (ErrorKind::Decode, Some(pointer), Some(&*body)));
        assert!(error.message().contains(name), "{error}");
    }
}

#[tokio::test]
async fn a_404_shows_the_url_without_its_query() {
    let server = Server::start([reply("404 Not Found", "")]);
    let client = server.builder().build().unwrap();
    let error = client.create(&request()).query("sig", "secret").await.unwrap_err();
    let url = format!("http://{}/bypass/openai/v1/responses", server.address());
    assert!(error.to_string().contains(&url), "{error}");
    assert!(!error.to_string().contains("secret"), "{error}");
    drop(client);
    server.finish().await;
}

#[tokio::test]
async fn display_is_one_escaped_line_of_bounded_length() {
    let message = format!("first\r\nsecond \u{1b}[31mred\u{202e} {}", "x".repeat(60_000));
    let body = json!({"error": {"message": message, "code": "a\nb"}});
    let error = error(reply(&format!("400 Bad\n{JSON}"), body.to_string())).await;
    let text = error.to_string();
    assert!(text.chars().all(|c| !c.is_control() && c != '\u{202e}'), "{text}");
    assert!(text.len() < 1_000, "{}", text.len());
    assert_eq!((error.message(), error.code()), (&*message, Some("a\nb")));
}

#[tokio::test]
async fn a_connection_error_names_the_host_and_the_innermost_cause() {
    let client = Client::builder().api_key(KEY).base_url("http://127.0.0.1:1").max_retries(0).build().unwrap();
    let error = client.create(&request()).await.unwrap_err();
    let innermost = causes(&error).last().unwrap().to_string();
    assert!(error.to_string().contains("127.0.0.1:1") && error.to_string().contains(&innermost), "{error}");
}

#[tokio::test]
async fn a_name_that_cannot_be_resolved_is_in_the_error() {
    // A label of more than 63 characters is rejected without asking a name server.
    let host = format!("{}.example", "a".repeat(64));
    let builder = Client::builder().api_key(KEY).base_url(format!("https://{host}:1")).max_retries(0).no_proxy();
    let error = builder.build().unwrap().create(&request()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection, "{error:?}");
    assert!(error.to_string().contains(&format!("{host}:1")), "{error}");
}

#[tokio::test]
async fn an_invalid_content_length_is_a_protocol_error_with_its_cause() {
    for length in ["18446744073709551615", "18446744073709551616", "-1", "x"] {
        let error = error(raw(format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n"))).await;
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Protocol, false), "{length}: {error:?}");
        assert!(error.to_string().contains("content"), "{error}");
    }
}

#[tokio::test]
async fn a_request_id_of_a_header_is_bounded() {
    let head = format!("400 Bad\nx-request-id: {}", "a".repeat(10_000));
    assert_eq!(error(reply(&head, "")).await.request_id().map(str::len), Some(128));
}

#[tokio::test]
async fn a_protocol_switch_is_a_protocol_error() {
    let error = error(raw("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n")).await;
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Protocol, false), "{error:?}");
}
