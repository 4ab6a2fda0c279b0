//! Streams over a socket: each event is yielded once, however the bytes arrive.
//!
//! The client receives each chunk on its own, so tests control where the bytes are cut. Failures are in
//! `broken_streams.rs`.

use nexconn_responses::testing::Reply;
use nexconn_responses::types::{CreateResponseRequest, ResponseStatus, StreamEvent};
use nexconn_responses::{Client, Error, ErrorKind, EventStream};
use serde_json::{Value, json};

use crate::server::{Server, held, reply};

const SSE: &str = "200 OK\ncontent-type: text/event-stream";
const CREATED: &str =
    r#"{"type":"response.created","sequence_number":0,"response":{"id":"resp_1","status":"in_progress","output":[]}}"#;
const DELTA: &str = r#"{"type":"response.output_text.delta","item_id":"m","output_index":0,"content_index":0,"delta":"Grüß 👋","sequence_number":1}"#;
const COMPLETED: &str = r#"{"type":"response.completed","sequence_number":2,"response":{"id":"resp_1","status":"completed","output":[{"type":"message","id":"m","role":"assistant","status":"completed","content":[{"type":"output_text","text":"Grüß 👋","annotations":[]}]}]}}"#;

fn request() -> CreateResponseRequest {
    CreateResponseRequest::new("openai/gpt-5.2", "Hello")
}

fn parsed(events: &[&str]) -> Vec<StreamEvent> {
    events.iter().map(|event| serde_json::from_str(event).unwrap()).collect()
}

/// Returns frames of named events, as the gateway sends them.
fn frames(events: &[&str]) -> String {
    let frame = |event: &&str| {
        let name = serde_json::from_str::<Value>(event).unwrap()["type"].as_str().unwrap().to_owned();
        format!("event: {name}\ndata: {event}\n\n")
    };
    events.iter().map(frame).collect()
}

/// Returns a reply in these chunks.
fn chunked<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Reply {
    let mut bytes = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n".to_vec();
    for piece in pieces.into_iter().filter(|piece| !piece.is_empty()) {
        bytes.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        bytes.extend_from_slice(piece);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    Reply::raw(bytes)
}

/// Reads the events of a stream to its end, and once more.
async fn events_of(mut stream: EventStream) -> Result<Vec<StreamEvent>, Error> {
    let mut events = Vec::new();
    while let Some(event) = stream.next().await {
        events.push(event?);
    }
    assert!(stream.next().await.is_none(), "a stream that has ended stays so");
    Ok(events)
}

async fn stream(client: &Client) -> EventStream {
    client.stream(&request()).await.expect("the stream begins")
}

/// Returns the events of a reply.
async fn events(reply: Reply) -> Vec<StreamEvent> {
    let server = Server::start([reply]);
    let events = events_of(stream(&server.builder().build().unwrap()).await).await.expect("the stream is whole");
    server.finish().await;
    events
}

/// The same for a body in one piece.
async fn events_in(body: impl AsRef<[u8]>) -> Vec<StreamEvent> {
    events(reply(SSE, body)).await
}

#[tokio::test]
async fn a_stream_yields_every_event_typed_and_then_ends() {
    let events = events_in(frames(&[CREATED, DELTA, COMPLETED])).await;
    assert_eq!(events, parsed(&[CREATED, DELTA, COMPLETED]));
    let [StreamEvent::Created(created), StreamEvent::OutputTextDelta(delta), StreamEvent::Completed(completed)] =
        &events[..]
    else {
        panic!("three typed events: {events:#?}")
    };
    assert_eq!((created.response.id.as_str(), delta.delta.as_str()), ("resp_1", "Grüß 👋"));
    assert_eq!(completed.response.output_text(), "Grüß 👋");
}

#[tokio::test]
async fn into_response_is_the_response_of_the_terminal_event() {
    let server = Server::start([reply(SSE, frames(&[CREATED, DELTA, COMPLETED]))]);
    let response = stream(&server.builder().build().unwrap()).await.into_response().await.unwrap();
    assert_eq!((response.output_text().as_str(), response.status), ("Grüß 👋", Some(ResponseStatus::Completed)));
    server.finish().await;
}

#[tokio::test]
async fn into_response_also_works_after_some_events_have_been_read() {
    let server = Server::start([reply(SSE, frames(&[CREATED, DELTA, COMPLETED]))]);
    let mut stream = stream(&server.builder().build().unwrap()).await;
    stream.next().await.unwrap().unwrap();
    assert_eq!(stream.into_response().await.unwrap().id, "resp_1");
    server.finish().await;
}

#[tokio::test]
async fn an_incomplete_response_is_ok() {
    let incomplete = r#"{"type":"response.incomplete","response":{"id":"resp_1","status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}}}"#;
    let server = Server::start([reply(SSE, frames(&[CREATED, incomplete]))]);
    let client = server.builder().build().unwrap();
    assert_eq!(stream(&client).await.into_response().await.unwrap().status, Some(ResponseStatus::Incomplete));
    assert_eq!(events_of(stream(&client).await).await.unwrap(), parsed(&[CREATED, incomplete]));
    server.finish().await;
}

#[tokio::test]
async fn bytes_may_come_one_by_one() {
    let body = frames(&[CREATED, DELTA, COMPLETED]);
    assert_eq!(events(chunked(body.as_bytes().chunks(1))).await, parsed(&[CREATED, DELTA, COMPLETED]));
}

#[tokio::test]
async fn bytes_may_be_cut_anywhere() {
    let (first, second) = (r#"{"type":"é"}"#, r#"{"type":"response.completed","response":{"id":"👋"}}"#);
    let body = format!("\u{feff}event: é\r\ndata: {first}\r\n\r\n: ping\r\n\r\ndata: {second}\r\n\r\n");
    let cuts = 0..=body.len();
    let server = Server::start(cuts.clone().map(|cut| chunked([&body.as_bytes()[..cut], &body.as_bytes()[cut..]])));
    let client = server.builder().build().unwrap();
    for cut in cuts {
        assert_eq!(events_of(stream(&client).await).await.unwrap(), parsed(&[first, second]), "cut at {cut}");
    }
    server.finish().await;
}

#[tokio::test]
async fn any_line_ending_and_a_byte_order_mark_are_accepted() {
    for start in ["", "\u{feff}"] {
        for line_end in ["\n", "\r", "\r\n"] {
            let body = format!("{start}{}", frames(&[CREATED, DELTA, COMPLETED]).replace('\n', line_end));
            assert_eq!(events_in(&body).await, parsed(&[CREATED, DELTA, COMPLETED]), "{body:?}");
        }
    }
}

#[tokio::test]
async fn comments_unknown_fields_and_frames_without_data_are_skipped() {
    let noise = ": ping\n\n:\n\nevent: keepalive\n\nid: 1\nretry: 5\n\nfoo: bar\n\nfoo\n\n\n\n";
    let body = format!("{noise}{}{noise}{}{noise}", frames(&[CREATED]), frames(&[COMPLETED]));
    assert_eq!(events_in(body).await, parsed(&[CREATED, COMPLETED]));
}

#[tokio::test]
async fn a_keepalive_with_data_is_an_event() {
    let keepalive = r#"{"type":"keepalive","sequence_number":1}"#;
    let events = events_in(frames(&[CREATED, keepalive, COMPLETED])).await;
    assert!(matches!(&events[1], StreamEvent::Keepalive(event) if event.sequence_number == Some(1)), "{events:#?}");
    assert_eq!(events.len(), 3);
}

#[tokio::test]
async fn done_after_the_terminal_event_is_ignored() {
    for done in ["data: [DONE]\n\n", "data:[DONE]\n\n", "event: done\ndata: [DONE]\n\n", "data: [DONE]"] {
        let body = format!("{}{done}", frames(&[CREATED, COMPLETED]));
        assert_eq!(events_in(body).await, parsed(&[CREATED, COMPLETED]), "{done:?}");
    }
}

#[tokio::test]
async fn unnamed_events_are_distinguished_by_their_type() {
    let body: String = [CREATED, DELTA, COMPLETED].map(|event| format!("data: {event}\n\n")).concat();
    assert_eq!(events_in(body).await, parsed(&[CREATED, DELTA, COMPLETED]));
}

#[tokio::test]
async fn the_data_of_an_event_may_have_several_lines() {
    let pretty = serde_json::to_string_pretty(&serde_json::from_str::<Value>(COMPLETED).unwrap()).unwrap();
    let data: String = pretty.lines().map(|line| format!("data: {line}\n")).collect();
    assert_eq!(events_in(format!("event: response.completed\n{data}\n")).await, parsed(&[COMPLETED]));
}

#[tokio::test]
async fn an_unknown_event_is_kept_in_full() {
    let unheard = json!({"type": "qiniu:weather", "sequence_number": 1, "wind": {"kn": 7.5, "from": null}});
    for event in
        [unheard, json!({"wind": 3}), json!({"type": 7}), json!({"type": "response.unheard_of"}), json!([]), json!(42)]
    {
        let events = events_in(format!("event: qiniu:weather\ndata: {event}\n\n{}", frames(&[COMPLETED]))).await;
        assert_eq!(events[0], StreamEvent::Unknown(event.into()));
        assert_eq!(events[1..], parsed(&[COMPLETED])[..]);
    }
}

#[tokio::test]
async fn a_complete_last_event_may_lack_its_blank_line() {
    let body = frames(&[CREATED, COMPLETED]);
    for end in [1, 2] {
        assert_eq!(events_in(&body[..body.len() - end]).await, parsed(&[CREATED, COMPLETED]));
    }
}

#[tokio::test]
async fn a_stream_may_end_by_closing_the_connection() {
    let body = frames(&[CREATED, COMPLETED]);
    for head in ["HTTP/1.1 200 OK\r\nconnection: close", "HTTP/1.0 200 OK"] {
        let bytes = format!("{head}\r\ncontent-type: text/event-stream; charset=utf-8\r\n\r\n{body}");
        assert_eq!(events(Reply::raw(bytes)).await, parsed(&[CREATED, COMPLETED]));
    }
}

/// The server keeps the connection open until the client closes it.
#[tokio::test]
async fn a_stream_ends_at_its_terminal_event_though_the_connection_stays_open() {
    for terminal in [COMPLETED, r#"{"type":"response.incomplete","response":{"id":"resp_1"}}"#] {
        let body = frames(&[CREATED, terminal]);
        let bytes = format!("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n{body}");
        let server = Server::start([held(bytes)]);
        let client = server.builder().build().unwrap();
        assert_eq!(events_of(stream(&client).await).await.unwrap(), parsed(&[CREATED, terminal]));
        server.finish().await;
    }
}

#[tokio::test]
async fn bytes_after_the_terminal_event_are_not_read() {
    for after in ["data: nonsense\n\n".to_owned(), frames(&[DELTA]), frames(&[COMPLETED]), "data: {".to_owned()] {
        let body = frames(&[CREATED, COMPLETED]) + &after;
        assert_eq!(events_in(body).await, parsed(&[CREATED, COMPLETED]), "{after:?}");
    }
}

/// The server keeps the connection open, and fails if the client doesn't close it.
#[tokio::test]
async fn dropping_a_stream_closes_its_connection() {
    for read in [0, 1] {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
        let server = Server::start([held(head.to_owned() + &frames(&[CREATED]))]);
        let client = server.builder().build().unwrap();
        let mut stream = stream(&client).await;
        for _ in 0..read {
            stream.next().await.unwrap().unwrap();
        }
        drop(stream);
        server.finish().await;
        drop(client);
    }
}

#[tokio::test]
async fn the_request_id_is_known_before_the_first_event() {
    let server = Server::start([reply("200 OK\ncontent-type: text/event-stream\nx-request-id: req_1", "")]);
    assert_eq!(stream(&server.builder().build().unwrap()).await.request_id(), Some("req_1"));
    server.finish().await;
}

#[tokio::test]
async fn a_json_response_to_a_stream_request_is_accepted() {
    let response = r#"{"id": "resp_1", "status": "completed"}"#;
    for content_type in ["application/json", "application/json; charset=utf-8", "application/problem+json"] {
        let server = Server::start([reply(&format!("200 OK\ncontent-type: {content_type}"), response)]);
        let client = server.builder().build().unwrap();
        let events = events_of(stream(&client).await).await.unwrap();
        assert!(matches!(&events[..], [StreamEvent::Completed(event)] if event.response.id == "resp_1"), "{events:#?}");
        assert_eq!(stream(&client).await.into_response().await.unwrap().status, Some(ResponseStatus::Completed));
        server.finish().await;
    }
}

/// Some gateways send errors and short responses with the headers of a stream.
#[tokio::test]
async fn json_with_the_content_type_of_a_stream_is_accepted() {
    let response = "\n {\"id\": \"resp_1\", \"status\": \"completed\"}";
    let events = events(chunked(response.as_bytes().chunks(7))).await;
    assert!(matches!(&events[..], [StreamEvent::Completed(event)] if event.response.id == "resp_1"), "{events:#?}");

    let server = Server::start([reply(SSE, r#"{"error": {"message": "no", "type": "server_error"}}"#)]);
    let error = stream(&server.builder().build().unwrap()).await.into_response().await.unwrap_err();
    assert_eq!((error.kind(), error.message(), error.status()), (ErrorKind::Server, "no", Some(200)));
    server.finish().await;

    let server = Server::start([reply(SSE, format!(r#"{{"id": "{}"}}"#, "a".repeat(1_000)))]);
    let error = stream(&server.builder().max_event_size(500).build().unwrap()).await.into_response().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    server.finish().await;
}

/// The server keeps the connection open: the first event arrives before the end of the body.
#[tokio::test]
async fn a_stream_with_another_content_type_is_read_incrementally() {
    for (content_type, start) in [("content-type: text/plain\r\n", "\u{feff}\n"), ("", ": hello\n\n")] {
        let bytes = format!("HTTP/1.1 200 OK\r\n{content_type}\r\n{start}{}", frames(&[CREATED]));
        let server = Server::start([held(bytes)]);
        let client = server.builder().build().unwrap();
        let mut stream = stream(&client).await;
        assert_eq!(stream.next().await.unwrap().unwrap(), parsed(&[CREATED])[0]);
        drop(stream);
        server.finish().await;
    }
}

#[test]
fn a_stream_is_send() {
    fn check<T: futures_core::Stream<Item = Result<StreamEvent, Error>> + Send + Unpin + 'static>() {}
    check::<EventStream>();
}

#[tokio::test]
async fn a_json_response_to_a_stream_request_has_the_request_id() {
    let server =
        Server::start([reply("200 OK\ncontent-type: application/json\nx-request-id: req_1", r#"{"id": "resp_1"}"#)]);
    assert_eq!(stream(&server.builder().build().unwrap()).await.request_id(), Some("req_1"));
    server.finish().await;
}

#[tokio::test]
async fn a_frame_with_empty_data_is_skipped() {
    let body = format!("{}event: keepalive\ndata:\n\n{}", frames(&[CREATED]), frames(&[COMPLETED]));
    assert_eq!(events_in(body).await, parsed(&[CREATED, COMPLETED]));
}
