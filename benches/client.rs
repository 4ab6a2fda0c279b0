//! Requests over loopback, from request to response: one whole, one streamed.
//!
//! The figures include the time of the mock gateway, which runs in this process. `benches/peers` measures the client
//! alone, and compares it with others.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use divan::Bencher;
use divan::counter::ItemsCount;
use nexconn_responses::Client;
use nexconn_responses::testing::{MockGateway, Reply};
use nexconn_responses::types::CreateResponseRequest;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

fn main() {
    divan::main();
}

#[divan::bench]
fn create(bencher: Bencher<'_, '_>) {
    let body = body_of_first(include_str!("payloads/responses.jsonl")).to_string();
    let (_gateway, runtime, client, request) = connect("application/json", &body);
    bencher
        .counter(ItemsCount::new(1_usize))
        .bench(|| runtime.block_on(client.create(&request).into_future()).unwrap());
}

#[divan::bench]
fn stream(bencher: Bencher<'_, '_>) {
    let stream = body_of_first(include_str!("payloads/streams.jsonl"));
    let body = stream.as_str().unwrap();
    let events = body.matches("\n\n").count();
    let (_gateway, runtime, client, request) = connect("text/event-stream", body);
    let read = async || client.stream(&request).await?.into_response().await;
    bencher.counter(ItemsCount::new(events)).bench(|| runtime.block_on(read()).unwrap());
}

fn body_of_first(lines: &str) -> Value {
    serde_json::from_str::<Value>(lines.lines().next().unwrap()).unwrap()["body"].take()
}

/// Returns a gateway that gives the same response to every request, and a client of it.
fn connect(media_type: &str, body: &str) -> (MockGateway, Runtime, Client, CreateResponseRequest) {
    let gateway = MockGateway::start().expect("loopback has a free port");
    gateway.validate(false);
    let reply = Reply::body(media_type, body);
    gateway.respond(move |_| Some(reply.clone()));
    let client = gateway.client().unwrap();
    let request = CreateResponseRequest::new("openai/gpt-5.2", "Hello");
    (gateway, Builder::new_current_thread().enable_all().build().unwrap(), client, request)
}
