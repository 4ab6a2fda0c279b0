//! Streams of background responses, resumed after a disconnect.

use arbtest::arbtest;
use nexconn_responses::testing::{MockGateway, Reply};
use nexconn_responses::types::{CreateResponseRequest, StreamEvent};
use nexconn_responses::{Error, ErrorKind, ResumePolicy};
use serde_json::{Value, json};

use crate::clock::{TIMEOUT, TestClock};
use crate::server::{Server, reply};

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";

/// Returns the events of an uninterrupted stream with this many deltas.
fn events(deltas: i64) -> Vec<Value> {
    let response = |status| json!({"id": "resp_1", "status": status, "output": []});
    let mut events = vec![json!({"type": "response.created", "sequence_number": 0, "response": response("queued")})];
    events.extend((1..=deltas).map(|number| {
        json!({"type": "response.output_text.delta", "item_id": "m", "output_index": 0, "content_index": 0,
            "delta": format!("{number}é "), "sequence_number": number})
    }));
    let end = json!({"type": "response.completed", "sequence_number": deltas + 1, "response": response("completed")});
    events.push(end);
    events
}

fn frames(events: &[Value]) -> Vec<u8> {
    events.iter().flat_map(|event| format!("data: {event}\n\n").into_bytes()).collect()
}

/// Returns a reply whose connection closes after this many bytes of these events.
fn cut(events: &[Value], bytes: usize) -> Reply {
    let body = frames(events);
    Reply::raw([HEAD.as_bytes(), &body[..bytes.min(body.len())]].concat())
}

/// Returns the number of complete events in this many bytes. The last one needs no blank line.
fn complete(events: &[Value], bytes: usize) -> usize {
    (0..=events.len()).rev().find(|count| frames(&events[..*count]).len() <= bytes + 2).unwrap_or_default()
}

/// Reads a stream from these replies, each on a connection of its own. Returns the requests too.
async fn read(replies: Vec<Reply>, policy: ResumePolicy) -> (Vec<StreamEvent>, Option<Error>, Vec<String>) {
    let server = Server::start(replies);
    let builder = server.builder().timeout(TIMEOUT).idle_timeout(TIMEOUT).clock(TestClock::new());
    let client = builder.build().unwrap();
    let request = CreateResponseRequest::new("openai/gpt-5.2", "Hello").background(true);
    let mut stream = client.stream(&request).resume_on_disconnect(policy).await.unwrap();
    let (mut events, mut end) = (Vec::new(), None);
    while let Some(event) = stream.next().await {
        match event {
            Ok(event) => events.push(event),
            Err(error) => end = Some(error),
        }
    }
    drop((stream, client));
    (events, end, server.finish().await)
}

fn parsed(events: &[Value]) -> Vec<StreamEvent> {
    events.iter().map(|event| serde_json::from_value(event.clone()).unwrap()).collect()
}

#[test]
fn random_disconnects_give_the_uninterrupted_events() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    arbtest(|random| {
        let events = events(random.int_in_range(0..=12)?);
        let first = frames(&events[..1]).len();
        let bytes = random.int_in_range(first..=frames(&events[..events.len() - 1]).len())?;
        let (mut replies, mut seen, mut positions) = (vec![cut(&events, bytes)], complete(&events, bytes), Vec::new());
        for _ in 0..random.int_in_range(0..=4)? {
            // Some servers send the stream from its start.
            let from = if random.ratio(1, 3)? { 0 } else { seen };
            let rest = &events[from..];
            let bytes = random.int_in_range(0..=frames(&rest[..rest.len() - 1]).len())?;
            replies.push(cut(rest, bytes));
            positions.push(seen);
            seen = seen.max(from + complete(rest, bytes));
        }
        replies.push(cut(&events[if random.arbitrary()? { 0 } else { seen }..], usize::MAX));
        positions.push(seen);
        let (found, error, requests) = runtime.block_on(read(replies, ResumePolicy::new()));
        assert!(error.is_none(), "{error:?}");
        assert_eq!(found, parsed(&events));
        assert_eq!(requests.len(), positions.len() + 1);
        for (request, position) in requests[1..].iter().zip(positions) {
            let path = format!("/responses/resp_1?stream=true&starting_after={} ", position - 1);
            assert!(request.lines().next().unwrap().contains(&path), "{request}");
        }
        Ok(())
    })
    .budget_ms(2_000);
}

#[test]
fn any_faults_of_the_mock_gateway_give_the_uninterrupted_events() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let read = async |reply: Reply| {
        let gateway = MockGateway::start().unwrap();
        gateway.reply(reply);
        let client = gateway.client_builder().timeout(TIMEOUT).clock(TestClock::new()).build().unwrap();
        let request = CreateResponseRequest::new("openai/gpt-5.2", "Hello").background(true);
        let mut stream = client.stream(&request).resume_on_disconnect(ResumePolicy::new()).await.unwrap();
        let mut events = Vec::new();
        while let Some(event) = stream.next().await {
            events.push(event.unwrap());
        }
        (events, gateway.requests().len())
    };
    arbtest(|random| {
        let words = random.int_in_range(1..=8)?;
        let reply = Reply::text(vec!["word"; words].join(" "));
        // Without its first event, a stream can't be resumed.
        let mut broken = reply.clone().truncate_after(random.int_in_range(1..=6)?);
        let faults = random.int_in_range(0..=4)?;
        for _ in 0..faults {
            let count = random.int_in_range(0..=3)?;
            broken = match random.int_in_range(0..=2)? {
                0 => broken.truncate_after(count),
                1 => broken.reset_after(count),
                _ => broken.garbage_after(count),
            };
        }
        let (expected, _) = runtime.block_on(read(reply));
        let (found, requests) = runtime.block_on(read(broken));
        assert_eq!(found, expected);
        assert!(requests > 1);
        Ok(())
    })
    .budget_ms(2_000);
}

#[tokio::test]
async fn attempts_are_bounded() {
    let events = events(3);
    let broken = || cut(&events[1..], 0);
    for attempts in [0, 1, 3] {
        let policy = ResumePolicy::new().max_attempts(attempts);
        let first = cut(&events, frames(&events[..2]).len());
        let (found, error, requests) = read(vec![first, broken(), broken()], policy).await;
        assert_eq!((found, error.unwrap().kind()), (parsed(&events[..2]), ErrorKind::StreamTruncated));
        assert_eq!(requests.len(), usize::try_from(attempts).unwrap() + 1);
    }
}

#[tokio::test]
async fn the_deadline_ends_the_stream() {
    let events = events(3);
    let policy = ResumePolicy::new().deadline(std::time::Duration::ZERO);
    let (found, error, requests) = read(vec![cut(&events, frames(&events[..2]).len())], policy).await;
    assert_eq!((found, error.unwrap().kind()), (parsed(&events[..2]), ErrorKind::Timeout));
    assert_eq!(requests.len(), 1);
}

#[tokio::test]
async fn a_server_without_resume_is_an_error() {
    let events = events(3);
    for (status, kind) in [("404 Not Found", ErrorKind::NotFound), ("400 Bad Request", ErrorKind::InvalidRequest)] {
        let refusal = reply(status, r#"{"error": {"message": "no such response"}}"#);
        let first = cut(&events, frames(&events[..2]).len());
        let (found, error, _) = read(vec![first, refusal], ResumePolicy::new()).await;
        let error = error.unwrap();
        assert_eq!((found.len(), error.kind()), (2, kind));
        assert!(error.message().contains("no such response") && error.status().is_some(), "{error}");
    }
}

#[tokio::test]
async fn a_stream_without_numbers_or_an_id_is_not_resumed() {
    let (mut unnumbered, mut unnamed) = (events(1), events(1));
    for event in &mut unnumbered {
        event.as_object_mut().unwrap().remove("sequence_number");
    }
    unnamed.remove(0);
    for events in [unnumbered, unnamed] {
        let (_, error, requests) = read(vec![cut(&events, frames(&events[..1]).len())], ResumePolicy::new()).await;
        assert_eq!((error.unwrap().kind(), requests.len()), (ErrorKind::StreamTruncated, 1));
    }
}

#[tokio::test]
async fn a_failed_response_is_not_resumed() {
    let mut events = events(1);
    events.push(json!({"type": "error", "message": "too much"}));
    events.remove(2);
    let (_, error, requests) = read(vec![cut(&events, usize::MAX)], ResumePolicy::new()).await;
    assert_eq!((error.unwrap().kind(), requests.len()), (ErrorKind::ResponseFailed, 1));
}
