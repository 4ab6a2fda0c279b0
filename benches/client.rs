//! From a request to its answer over loopback: a whole response, and a stream that is read to its end.
//!
//! The server is a thread of this process, so its time is in the figures; `benches/peers` takes that of
//! the client alone, and has other clients to compare.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

use divan::Bencher;
use divan::counter::ItemsCount;
use nexconn_responses::Client;
use nexconn_responses::types::CreateResponseRequest;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

fn main() {
    divan::main();
}

#[divan::bench]
fn create(bencher: Bencher<'_, '_>) {
    let body = body_of_first(include_str!("payloads/responses.jsonl")).to_string();
    let (runtime, client, request) = against("application/json", &body);
    bencher.counter(ItemsCount::new(1_usize)).bench(|| runtime.block_on(client.create(&request)).unwrap());
}

#[divan::bench]
fn stream(bencher: Bencher<'_, '_>) {
    let stream = body_of_first(include_str!("payloads/streams.jsonl"));
    let body = stream.as_str().unwrap();
    let events = body.matches("\n\n").count();
    let (runtime, client, request) = against("text/event-stream", body);
    let read = async || client.stream(&request).await?.into_response().await;
    bencher.counter(ItemsCount::new(events)).bench(|| runtime.block_on(read()).unwrap());
}

fn body_of_first(lines: &str) -> Value {
    serde_json::from_str::<Value>(lines.lines().next().unwrap()).unwrap()["body"].take()
}

/// A client of a server that gives the same answer to every request.
fn against(content_type: &str, body: &str) -> (Runtime, Client, CreateResponseRequest) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length:");
    let answer = format!("{head} {}\r\n\r\n{body}", body.len());
    thread::spawn(move || listener.incoming().flatten().for_each(|connection| serve(&connection, answer.as_bytes())));
    let client = Client::builder().api_key("key").base_url(base_url).build().unwrap();
    let request = CreateResponseRequest::new("openai/gpt-5.2", "Hello");
    (Builder::new_current_thread().enable_all().build().unwrap(), client, request)
}

/// Answers until the client closes the connection.
fn serve(mut connection: &TcpStream, answer: &[u8]) {
    let mut reader = BufReader::new(connection);
    loop {
        let (mut line, mut length) = (String::new(), 0);
        while line != "\r\n" {
            line.clear();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        reader.read_exact(&mut vec![0; length]).unwrap();
        if connection.write_all(answer).is_err() {
            return;
        }
    }
}
