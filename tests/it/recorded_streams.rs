//! Recorded streams over a socket: in one piece, byte by byte and at random splits, the events are the same, and the
//! accumulated response is that of the terminal event.
//!
//! Needs recordings; see `corpus.rs`.

use nexconn_responses::sse::Decoder;
use nexconn_responses::testing::Reply;
use nexconn_responses::types::{CreateResponseRequest, Response, StreamEvent};
use nexconn_responses::{Accumulator, ErrorKind, EventStream};
use serde_json::Value;

use crate::server::Server;

/// Returns names and bodies of the recordings. Prints a note and returns `None` if there are none.
pub(crate) fn recorded() -> Option<Vec<(String, String)>> {
    let lines = crate::corpus::read("streams.jsonl")?;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    Some(lines.map(|recorded| (text(&recorded["name"]), text(&recorded["body"]))).collect())
}

pub(crate) fn terminal(event: &StreamEvent) -> Option<&Response> {
    match event {
        StreamEvent::Completed(event) => Some(&event.response),
        StreamEvent::Incomplete(event) => Some(&event.response),
        StreamEvent::Failed(event) => Some(&event.response),
        _ => None,
    }
}

/// Decodes the events of a body, up to the terminal event, without a client.
pub(crate) fn events_in(body: &str) -> Vec<StreamEvent> {
    let (mut decoder, mut events) = (Decoder::new(), Vec::new());
    decoder.push(body.as_bytes());
    decoder.finish();
    while let Some(frame) = decoder.next_frame().unwrap() {
        if frame.data.starts_with(b"[DONE]") || frame.data.is_empty() {
            continue;
        }
        events.push(serde_json::from_slice(&frame.data).unwrap());
        if events.last().and_then(terminal).is_some() {
            break;
        }
    }
    events
}

/// Returns the events of a stream, and the kind of the error at its end.
async fn read(mut stream: EventStream) -> (Vec<StreamEvent>, Option<ErrorKind>) {
    let mut events = Vec::new();
    while let Some(event) = stream.next().await {
        match event {
            Ok(event) => events.push(event),
            Err(error) => return (events, Some(error.kind())),
        }
    }
    (events, None)
}

/// Returns a reply with the body in chunks of these sizes.
fn chunked(body: &str, mut size: impl FnMut() -> usize) -> Reply {
    let head =
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n";
    let (mut bytes, mut rest) = (head.as_bytes().to_vec(), body.as_bytes());
    while !rest.is_empty() {
        let (piece, more) = rest.split_at(size().clamp(1, rest.len()));
        bytes.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        bytes.extend_from_slice(piece);
        bytes.extend_from_slice(b"\r\n");
        rest = more;
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    Reply::raw(bytes)
}

/// Returns pseudo-random sizes up to `up_to`, the same in every run.
fn sizes(up_to: u64) -> impl FnMut() -> usize {
    let mut state = up_to;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((state >> 33) % up_to).unwrap() + 1
    }
}

/// Serves the recordings in chunks of these sizes, the shortest first and up to a total size, and compares the events.
async fn assert_the_same<S: FnMut() -> usize>(bytes: usize, sizes: impl Fn() -> S) {
    let Some(mut recorded) = recorded() else { return };
    recorded.sort_by_key(|(_, body)| body.len());
    let mut sum = 0_usize;
    recorded.retain(|(_, body)| {
        sum = sum.saturating_add(body.len());
        sum <= bytes
    });
    let server = Server::start(recorded.iter().map(|(_, body)| chunked(body, sizes())));
    let client = server.builder().build().unwrap();
    for (name, body) in &recorded {
        let (events, error) = read(client.stream(&CreateResponseRequest::new("m", "i")).await.unwrap()).await;
        let expected = events_in(body);
        assert!(events == expected, "{name}: {} events of {}", events.len(), expected.len());
        let mut accumulator = Accumulator::new();
        for event in &events {
            accumulator.push(event);
        }
        let end = events.last().and_then(terminal);
        match (events.last(), error) {
            (Some(StreamEvent::Completed(_) | StreamEvent::Incomplete(_)), None)
            | (_, Some(ErrorKind::ResponseFailed | ErrorKind::StreamTruncated)) => {}
            other => panic!("{name} ends with {other:?}"),
        }
        // Missing output is filled from the items.
        let has_output = end.is_some_and(|end| !end.output.is_empty());
        assert!(!has_output || accumulator.response() == end, "{name}: the accumulator has another response");
    }
    drop(client);
    assert_eq!(server.finish().await.len(), recorded.len());
}

#[tokio::test]
async fn recorded_streams_in_one_piece() {
    assert_the_same(usize::MAX, || || usize::MAX).await;
}

#[tokio::test]
async fn short_recorded_streams_byte_by_byte() {
    assert_the_same(128 * 1024, || || 1).await;
}

#[tokio::test]
#[ignore = "four million pieces take a minute or two: `cargo test --test recorded_streams -- --ignored`"]
async fn recorded_streams_byte_by_byte() {
    assert_the_same(usize::MAX, || || 1).await;
}

#[tokio::test]
async fn recorded_streams_at_random_splits() {
    for up_to in [300, 5_000] {
        assert_the_same(usize::MAX, || sizes(up_to)).await;
    }
}
