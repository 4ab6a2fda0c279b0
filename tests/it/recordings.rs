//! Sessions recorded through the proxy of the feature `testing`, and replayed without a network.

use std::fs;
use std::path::PathBuf;

use nexconn_responses::testing::{MockGateway, Recorder, Reply};
use nexconn_responses::types::CreateResponseRequest;
use nexconn_responses::{Client, ErrorKind};
use serde_json::{Value, json};

use crate::server::live;

const KEY: &str = "sk-recorded-0123456789";

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn request(input: &str) -> CreateResponseRequest {
    CreateResponseRequest::new("openai/gpt-5.2", input).safety_identifier("user-17")
}

fn client(gateway: &MockGateway) -> Client {
    Client::builder().api_key(KEY).base_url(gateway.base_url()).max_retries(0).build().unwrap()
}

/// Records a response, a stream and an error, all of which contain the key and a secret.
async fn record(name: &str) -> PathBuf {
    let upstream = MockGateway::start().unwrap();
    let reasoning = json!({"type": "reasoning", "summary": [], "encrypted_content": "a secret"});
    upstream.reply(Reply::output([
        reasoning.clone(),
        json!({"type": "message", "role": "assistant", "content": [
        {"type": "output_text", "text": format!("Your key is {KEY}."), "annotations": []}]}),
    ]));
    upstream.reply(Reply::output([reasoning]).header("x-request-id", "req_1"));
    upstream.reply(Reply::error(429, format!("{KEY} has no credit")));
    let path = file(name);
    let recorder =
        Recorder::new().base_url(upstream.base_url()).redact("encrypted_content").redact("safety_identifier");
    let recorder = recorder.start(&path).unwrap();
    let client = client(&recorder);
    assert!(client.create(&request("one")).await.unwrap().output_text().contains(KEY));
    client.stream(&request("two")).await.unwrap().into_response().await.unwrap();
    assert_eq!(client.create(&request("three")).await.unwrap_err().status(), Some(429));
    assert_eq!(upstream.requests().len(), 3);
    path
}

#[tokio::test]
async fn a_recording_has_one_line_per_request_and_no_secrets() {
    let text = fs::read_to_string(record("secrets.jsonl").await).unwrap();
    for secret in [KEY, "a secret", "user-17", "authorization"] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0]["request"]["body"]["input"], "one");
    assert_eq!(lines[1]["response"]["headers"]["x-request-id"], "req_1");
    assert_eq!(lines[2]["response"]["status"], 429);
}

#[tokio::test]
async fn a_recording_is_replayed_for_the_same_requests() {
    let gateway = MockGateway::replay(record("replay.jsonl").await).unwrap();
    let client = client(&gateway);
    // A redacted value matches any other.
    let first = request("one").safety_identifier("user-18");
    assert_eq!(client.create(&first).await.unwrap().output_text(), "Your key is [redacted].");
    let response = client.stream(&request("two")).await.unwrap().into_response().await.unwrap();
    assert_eq!(response.output.len(), 1);
    let error = client.create(&request("three")).await.unwrap_err();
    assert_eq!((error.status(), error.kind()), (Some(429), ErrorKind::RateLimit));
    assert_eq!(client.create(&request("four")).await.unwrap_err().status(), Some(400));
}

#[tokio::test]
async fn a_request_that_differs_from_the_recording_is_rejected_with_the_pointer() {
    let gateway = MockGateway::replay(record("difference.jsonl").await).unwrap();
    let client = client(&gateway);
    let error = client.create(&request("one").temperature(0.5)).await.unwrap_err();
    assert_eq!(error.status(), Some(400));
    assert!(error.message().contains("/temperature"), "{error}");
    // The recorded request is still expected.
    assert!(client.create(&request("one")).await.is_ok());
}

#[tokio::test]
async fn bodies_are_replayed_as_they_came() {
    let bodies =
        [r#"{"b": 1.10, "a": [12345678901234567890123]}"#, "{\n  \"b\": 1\n}\n", "[]", "\"text\"", "not JSON", ""];
    let upstream = MockGateway::start().unwrap();
    let mut replies = bodies.into_iter();
    upstream.respond(move |_| Some(Reply::body("application/json", replies.next()?)));
    let recorder = Recorder::new().base_url(upstream.base_url()).start(file("bodies.jsonl")).unwrap();
    let replay = |gateway: MockGateway| async move {
        let client = client(&gateway);
        for (number, body) in bodies.iter().enumerate() {
            let json = client.request(http::Method::GET, &format!("/responses/{number}")).await;
            match json {
                Ok(json) => assert_eq!(json.get(), if body.is_empty() { "null" } else { body.trim() }),
                Err(error) => assert_eq!(error.raw_body(), Some(*body)),
            }
        }
    };
    replay(recorder).await;
    replay(MockGateway::replay(file("bodies.jsonl")).unwrap()).await;
}

/// Returns a recorder of a server whose response the test sends piece by piece.
fn record_live(name: &str) -> (MockGateway, MockGateway, std::sync::mpsc::Sender<Vec<u8>>) {
    let upstream = MockGateway::start().unwrap();
    let (sender, reply) = live();
    upstream.respond(move |_| Some(reply.clone()));
    sender.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n".to_vec()).unwrap();
    let recorder = Recorder::new().base_url(upstream.base_url()).start(file(name)).unwrap();
    (upstream, recorder, sender)
}

fn delta(number: usize) -> String {
    format!(
        "data: {{\"type\": \"response.output_text.delta\", \"delta\": \"{number}\", \"sequence_number\": {number}}}\n\n"
    )
}

fn recorded(name: &str) -> Vec<Value> {
    let text = fs::read_to_string(file(name)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn one_event_in_is_one_event_out() {
    let (_upstream, recorder, sender) = record_live("live.jsonl");
    let mut stream = client(&recorder).stream(&request("x")).await.unwrap();
    let end = "data: {\"type\": \"response.completed\", \"response\": {\"id\": \"r\", \"status\": \"completed\"}}\n\n";
    let events: Vec<_> = (0..5).map(delta).chain([end.to_owned()]).collect();
    for event in &events {
        sender.send(event.clone().into_bytes()).unwrap();
        let data: Value = serde_json::from_str(event.trim_start_matches("data: ")).unwrap();
        // The server sends the next event only after this one has arrived.
        assert_eq!(serde_json::to_value(stream.next().await.unwrap().unwrap()).unwrap(), data);
    }
    drop(sender);
    recorder.wait_for_replies(1).await;
    let [line] = &recorded("live.jsonl")[..] else { panic!("one request") };
    assert_eq!(line["response"]["body"].as_str().unwrap(), events.concat());
}

#[tokio::test]
async fn a_cancelled_stream_is_recorded_as_far_as_it_came() {
    let (_upstream, recorder, sender) = record_live("cancelled.jsonl");
    let mut stream = client(&recorder).stream(&request("x")).await.unwrap();
    sender.send(delta(0).into_bytes()).unwrap();
    stream.next().await.unwrap().unwrap();
    drop(stream);
    // The recorder finds out when it sends.
    while recorded("cancelled.jsonl").is_empty() {
        let _ = sender.send(delta(1).into_bytes());
        tokio::task::yield_now().await;
    }
    let body = recorded("cancelled.jsonl")[0]["response"]["body"].as_str().unwrap().to_owned();
    assert!(body.starts_with(&delta(0)), "{body}");
}

#[tokio::test]
async fn concurrent_requests_are_recorded_and_replayed_in_any_order() {
    let upstream = MockGateway::start().unwrap();
    upstream.respond(|request| Some(Reply::text(request.json()["input"].as_str()?.to_uppercase())));
    let recorder = Recorder::new().base_url(upstream.base_url()).start(file("concurrent.jsonl")).unwrap();
    let inputs = ["a", "b", "c", "d"];
    let client_of = client;
    for (gateway, inputs) in [(Some(recorder), inputs), (None, ["d", "b", "a", "c"])] {
        let gateway = gateway.unwrap_or_else(|| MockGateway::replay(file("concurrent.jsonl")).unwrap());
        let client = client_of(&gateway);
        let responses = inputs.map(|input| client.create(&request(input)).into_future());
        for (input, response) in inputs.into_iter().zip(futures_util::future::join_all(responses).await) {
            assert_eq!(response.unwrap().output_text(), input.to_uppercase());
        }
    }
}

#[tokio::test]
async fn a_server_that_is_gone_is_an_error() {
    let upstream = MockGateway::start().unwrap().base_url();
    let recorder = Recorder::new().base_url(upstream).start(file("gone.jsonl")).unwrap();
    assert_eq!(client(&recorder).create(&request("x")).await.unwrap_err().status(), Some(502));
    assert!(recorded("gone.jsonl").is_empty());
}

#[test]
fn an_unreadable_recording_is_an_error() {
    assert!(MockGateway::replay(file("absent.jsonl")).is_err());
    fs::write(file("broken.jsonl"), "{").unwrap();
    assert!(MockGateway::replay(file("broken.jsonl")).is_err());
}
