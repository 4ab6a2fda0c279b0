//! Failed streams: truncated, ended by an error event, or not decodable.

use std::error::Error as _;

use nexconn_responses::testing::Reply;
use nexconn_responses::types::{CreateResponseRequest, StreamEvent};
use nexconn_responses::{Error, ErrorKind, EventStream};
use serde_json::Value;

use crate::server::{Server, held, reply};

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nx-request-id: req_1\r\n";
const CREATED: &str = r#"{"type":"response.created","response":{"id":"resp_1"}}"#;
const COMPLETED: &str = r#"{"type":"response.completed","response":{"id":"resp_1"}}"#;
const NESTED: &str = r#"{"type":"error","sequence_number":1,"error":{"type":"server_error","code":"overloaded","message":"too much","param":"input"}}"#;
const FLAT: &str = r#"{"type":"error","code":"overloaded","message":"too much","param":"input","sequence_number":1}"#;
const FAILED: &str = r#"{"type":"response.failed","response":{"id":"resp_1","status":"failed","error":{"code":"server_error","message":"no luck"}}}"#;

fn request() -> CreateResponseRequest {
    CreateResponseRequest::new("openai/gpt-5.2", "Hello")
}

fn frames(events: &[&str]) -> String {
    events.iter().map(|event| format!("data: {event}\n\n")).collect()
}

fn parsed(events: &[&str]) -> Vec<StreamEvent> {
    events.iter().map(|event| serde_json::from_str(event).unwrap()).collect()
}

fn closed(body: impl AsRef<[u8]>) -> Reply {
    reply("200 OK\ncontent-type: text/event-stream\nx-request-id: req_1", body)
}

/// Returns a reply whose connection closes before the last chunk.
fn broken(body: &str) -> Reply {
    let bytes = format!("{HEAD}transfer-encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n", body.len());
    Reply::raw(bytes)
}

async fn read(mut stream: EventStream) -> (Vec<StreamEvent>, Error) {
    let mut events = Vec::new();
    loop {
        match stream.next().await.expect("an error comes before the end") {
            Ok(event) => events.push(event),
            Err(error) => {
                assert!(stream.next().await.is_none(), "nothing follows an error");
                return (events, error);
            }
        }
    }
}

/// Returns the events of a reply and the error after them. `into_response` must return the same error.
async fn failure(reply: Reply) -> (Vec<StreamEvent>, Error) {
    let server = Server::start([reply]);
    let client = server.builder().build().unwrap();
    let request = request();
    let (events, error) = read(client.stream(&request).await.unwrap()).await;
    let again = client.stream(&request).await.unwrap().into_response().await.expect_err("it ends with an error");
    assert_eq!(format!("{again:?}"), format!("{error:?}"));
    assert_eq!(
        (error.status(), error.request_id(), error.is_retryable()),
        (Some(200), Some("req_1"), false),
        "{error:?}"
    );
    server.finish().await;
    (events, error)
}

#[tokio::test]
async fn a_stream_without_a_terminal_event_is_truncated() {
    for body in
        [String::new(), frames(&[CREATED]), frames(&[CREATED]) + ": bye\n\n", frames(&[CREATED]) + "data: [DONE]\n\n"]
    {
        let expected = if body.is_empty() { Vec::new() } else { parsed(&[CREATED]) };
        for reply in [closed(&body), broken(&format!("{body}:\n"))] {
            let (events, error) = failure(reply).await;
            assert_eq!((error.kind(), events), (ErrorKind::StreamTruncated, expected.clone()), "{body:?}");
        }
    }
}

#[tokio::test]
async fn a_stream_cut_anywhere_in_an_event_is_truncated() {
    let whole = frames(&[COMPLETED]);
    for cut in 1..whole.len() - "}\n\n".len() {
        let (events, error) = failure(closed(frames(&[CREATED]) + &whole[..cut])).await;
        assert_eq!((error.kind(), events), (ErrorKind::StreamTruncated, parsed(&[CREATED])), "cut at {cut}");
    }
}

#[tokio::test]
async fn a_broken_connection_yields_the_events_before_it_and_its_cause() {
    let (events, error) = failure(broken(&(frames(&[CREATED]) + "data: {\"type\""))).await;
    assert_eq!((error.kind(), events), (ErrorKind::StreamTruncated, parsed(&[CREATED])));
    assert!(error.source().is_some());
}

#[tokio::test]
async fn a_body_shorter_than_its_content_length_is_truncated() {
    let bytes = format!("{HEAD}content-length: 1000\r\n\r\n{}", frames(&[CREATED]));
    let (events, error) = failure(Reply::raw(bytes)).await;
    assert_eq!((error.kind(), events), (ErrorKind::StreamTruncated, parsed(&[CREATED])));
}

#[tokio::test]
async fn an_error_event_is_yielded_and_its_message_is_the_error() {
    for event in [NESTED, FLAT] {
        let (events, error) = failure(closed(frames(&[CREATED, event]))).await;
        assert_eq!((error.kind(), events), (ErrorKind::ResponseFailed, parsed(&[CREATED, event])));
        assert_eq!((error.message(), error.code(), error.param()), ("too much", Some("overloaded"), Some("input")));
        let text: Value = serde_json::from_str(error.raw_body().unwrap()).unwrap();
        assert_eq!(text, serde_json::from_str::<Value>(event).unwrap());
    }
    let (_, error) = failure(closed(frames(&[NESTED]))).await;
    assert_eq!(error.error_type(), Some("server_error"));
}

#[tokio::test]
async fn an_error_event_with_a_string_or_without_a_message_fails_the_response() {
    for (event, message) in [
        (r#"{"type":"error","error":"too much"}"#, Some("too much")),
        (r#"{"type":"error"}"#, None),
        (r#"{"type":"error","error":{"message":null}}"#, None),
    ] {
        let (events, error) = failure(closed(frames(&[event]))).await;
        assert_eq!((error.kind(), error.raw_body(), events.len()), (ErrorKind::ResponseFailed, Some(event), 1));
        assert!(message.map_or(!error.message().is_empty(), |message| error.message() == message), "{error}");
    }
}

#[tokio::test]
async fn a_failed_response_is_yielded_before_its_error() {
    for events_sent in [&[CREATED, FAILED][..], &[CREATED, NESTED, FAILED], &[CREATED, FLAT, FAILED]] {
        let (events, error) = failure(closed(frames(events_sent))).await;
        assert_eq!((error.kind(), events), (ErrorKind::ResponseFailed, parsed(events_sent)));
        assert!(error.message().contains("no luck"), "{error}");
        assert!(error.to_string().contains("server_error"), "{error}");
    }
}

/// The server keeps the connection open until the client closes it.
#[tokio::test]
async fn a_failed_response_ends_the_stream_though_the_connection_stays_open() {
    let bytes = format!("{HEAD}\r\n{}", frames(&[CREATED, FAILED]));
    let (events, error) = failure(held(bytes)).await;
    assert_eq!((error.kind(), events.len()), (ErrorKind::ResponseFailed, 2));
}

#[tokio::test]
async fn a_failed_response_without_an_error_is_an_error() {
    for response in [r#"{"id":"resp_1"}"#, r#"{"id":"resp_1","status":"failed","error":null}"#] {
        let event = format!(r#"{{"type":"response.failed","response":{response}}}"#);
        let (events, error) = failure(closed(frames(&[&event]))).await;
        assert_eq!((error.kind(), error.code(), events.len()), (ErrorKind::ResponseFailed, None, 1));
        assert!(!error.message().is_empty());
    }
}

#[tokio::test]
async fn an_error_event_before_the_terminal_event_is_returned_after_it() {
    let incomplete = r#"{"type":"response.incomplete","response":{"id":"resp_1"}}"#;
    for events_sent in [&[CREATED, NESTED, COMPLETED][..], &[FLAT, COMPLETED, FLAT], &[NESTED, incomplete]] {
        let (events, error) = failure(closed(frames(events_sent))).await;
        assert_eq!((error.kind(), error.message()), (ErrorKind::ResponseFailed, "too much"));
        let terminal = events_sent.iter().position(|event| event.contains("response.completed")).unwrap_or(1);
        assert_eq!(events, parsed(&events_sent[..=terminal]), "the terminal event is yielded too");
    }
}

#[tokio::test]
async fn an_error_event_after_the_terminal_event_is_not_read() {
    for events_sent in [[COMPLETED, NESTED], [COMPLETED, FLAT]] {
        let server = Server::start([closed(frames(&events_sent))]);
        let client = server.builder().build().unwrap();
        assert_eq!(client.stream(&request()).await.unwrap().into_response().await.unwrap().id, "resp_1");
        let mut stream = client.stream(&request()).await.unwrap();
        assert_eq!(stream.next().await.unwrap().unwrap(), parsed(&[COMPLETED])[0]);
        assert!(stream.next().await.is_none());
        server.finish().await;
    }
}

#[tokio::test]
async fn an_event_that_is_not_json_is_a_decode_error_with_its_text() {
    for data in ["nonsense", "{", "{\"type\":}", "<html>", "{} {}", "{\"a\":1}x"] {
        let (events, error) =
            failure(closed(format!("{}event: odd\ndata: {data}\n\n{}", frames(&[CREATED]), frames(&[COMPLETED]))))
                .await;
        assert_eq!((error.kind(), events), (ErrorKind::Decode, parsed(&[CREATED])), "{data}");
        assert_eq!(error.raw_body(), Some(data));
        assert!(error.message().contains("\"odd\"") && error.source().is_some(), "{error:?}");
        assert!(error.pointer().is_some());
    }
}

#[tokio::test]
async fn an_event_that_is_not_utf8_is_a_decode_error() {
    let delta = b"data: {\"type\":\"response.output_text.delta\",\"item_id\":\"m\",\"output_index\":0,\"content_index\":0,\"delta\":\"caf\xE9\"}\n\n";
    for body in [
        &delta[..],
        b"data: {\"type\":\"unheard of\",\"x\":\"\xC3\"}\n\n",
        b"data: {\"type\":\"\xFF\"}\n\n",
        b"data: \xFF\xFE\n\n",
    ] {
        let (events, error) = failure(closed([frames(&[CREATED]).as_bytes(), body].concat())).await;
        assert_eq!((error.kind(), events), (ErrorKind::Decode, parsed(&[CREATED])), "{body:?}");
    }
}

#[tokio::test]
async fn into_response_after_the_terminal_event_is_an_error() {
    let server = Server::start([closed(frames(&[COMPLETED]))]);
    let client = server.builder().build().unwrap();
    let mut stream = client.stream(&request()).await.unwrap();
    stream.next().await.unwrap().unwrap();
    let error = stream.into_response().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyRead);
    server.finish().await;
}

#[tokio::test]
async fn the_code_of_a_failed_response_is_the_code_of_the_error() {
    let (_, error) = failure(closed(frames(&[FAILED]))).await;
    assert_eq!((error.message(), error.code()), ("no luck", Some("server_error")));
}

#[tokio::test]
async fn an_error_event_supplies_the_message_of_a_failed_response() {
    let (_, error) =
        failure(closed(frames(&[NESTED, r#"{"type":"response.failed","response":{"id":"resp_1"}}"#]))).await;
    assert_eq!((error.kind(), error.message()), (ErrorKind::ResponseFailed, "too much"));
}

#[tokio::test]
async fn an_error_event_takes_precedence_over_a_broken_connection() {
    for reply in [broken(&frames(&[NESTED])), closed(frames(&[NESTED]) + "data: {\"type\"")] {
        let (_, error) = failure(reply).await;
        assert_eq!((error.kind(), error.message()), (ErrorKind::ResponseFailed, "too much"));
    }
}

#[tokio::test]
async fn a_flat_error_event_has_no_error_type() {
    let (_, error) = failure(closed(frames(&[FLAT]))).await;
    assert_eq!(error.error_type(), None);
}

#[tokio::test]
async fn an_error_body_in_the_stream_fails_the_response() {
    for frame in [
        "data: {\"error\":{\"message\":\"too much\"}}\n\n",
        "event: error\ndata: {\"message\":\"too much\",\"code\":\"x\"}\n\n",
    ] {
        let (_, error) = failure(closed(frames(&[CREATED]) + frame)).await;
        assert_eq!((error.kind(), error.message()), (ErrorKind::ResponseFailed, "too much"));
    }
}

#[tokio::test]
async fn an_html_page_instead_of_a_stream_is_a_decode_error() {
    let server = Server::start([reply("200 OK\ncontent-type: text/html", "<!DOCTYPE html><title>Sign in</title>")]);
    let client = server.builder().build().unwrap();
    let error = match client.stream(&request()).await {
        Ok(stream) => stream.into_response().await.unwrap_err(),
        Err(error) => error,
    };
    assert!(error.kind() == ErrorKind::Decode && error.message().contains("Sign in"), "{error}");
    server.finish().await;
}
