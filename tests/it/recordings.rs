//! Sessions recorded through the proxy of the feature `testing`, and replayed without a network.

use std::fs;
use std::path::PathBuf;

use nexconn_responses::testing::{MockGateway, Recorder, Reply};
use nexconn_responses::types::CreateResponseRequest;
use nexconn_responses::{Client, ErrorKind};
use serde_json::{Value, json};

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

#[test]
fn an_unreadable_recording_is_an_error() {
    assert!(MockGateway::replay(file("absent.jsonl")).is_err());
    fs::write(file("broken.jsonl"), "{").unwrap();
    assert!(MockGateway::replay(file("broken.jsonl")).is_err());
}
