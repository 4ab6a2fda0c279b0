//! Decoding and encoding of the types, with the payloads in `benches/payloads`.
//!
//! A quick check while you work on `src/codec` or the generator. `benches/peers` uses recordings, and compares with
//! other crates.

#![allow(clippy::expect_used, reason = "a benchmark fails by panicking")]

use divan::Bencher;
use divan::counter::BytesCount;
use nexconn_responses::sse::Decoder;
use nexconn_responses::types::{CreateResponseRequest, Response, StreamEvent};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

fn main() {
    divan::main();
}

mod decode {
    use super::{Bencher, BytesCount, CreateResponseRequest, DeserializeOwned, Response, StreamEvent};

    #[divan::bench]
    fn events(bencher: Bencher<'_, '_>) {
        decode::<StreamEvent>(bencher, &super::events());
    }

    #[divan::bench]
    fn responses(bencher: Bencher<'_, '_>) {
        decode::<Response>(bencher, &super::responses());
    }

    #[divan::bench]
    fn requests(bencher: Bencher<'_, '_>) {
        decode::<CreateResponseRequest>(bencher, &super::requests());
    }

    fn decode<T: DeserializeOwned>(bencher: Bencher<'_, '_>, texts: &[String]) {
        let bytes: usize = texts.iter().map(String::len).sum();
        let decoded = |text: &String| serde_json::from_str::<T>(text).expect("the payloads are valid");
        bencher.counter(BytesCount::new(bytes)).bench(|| texts.iter().map(decoded).for_each(drop));
    }
}

mod encode {
    use super::{Bencher, BytesCount, CreateResponseRequest, DeserializeOwned, Response, Serialize, StreamEvent};

    #[divan::bench]
    fn events(bencher: Bencher<'_, '_>) {
        encode::<StreamEvent>(bencher, &super::events());
    }

    #[divan::bench]
    fn responses(bencher: Bencher<'_, '_>) {
        encode::<Response>(bencher, &super::responses());
    }

    #[divan::bench]
    fn requests(bencher: Bencher<'_, '_>) {
        encode::<CreateResponseRequest>(bencher, &super::requests());
    }

    fn encode<T: DeserializeOwned + Serialize + Sync>(bencher: Bencher<'_, '_>, texts: &[String]) {
        let decoded = |text: &String| serde_json::from_str(text).expect("the payloads are valid");
        let values: Vec<T> = texts.iter().map(decoded).collect();
        let encoded = |value: &T| serde_json::to_vec(value).expect("the types can be written");
        let bytes: usize = values.iter().map(|value| encoded(value).len()).sum();
        bencher.counter(BytesCount::new(bytes)).bench(|| values.iter().map(encoded).for_each(drop));
    }
}

fn requests() -> Vec<String> {
    bodies(include_str!("payloads/requests.jsonl")).iter().map(Value::to_string).collect()
}

fn responses() -> Vec<String> {
    bodies(include_str!("payloads/responses.jsonl")).iter().map(Value::to_string).collect()
}

/// Returns the data of the events of all streams.
fn events() -> Vec<String> {
    let mut decoder = Decoder::new();
    for stream in bodies(include_str!("payloads/streams.jsonl")) {
        decoder.push(stream.as_str().expect("the body of a stream is a text").as_bytes());
    }
    let mut events = Vec::new();
    while let Some(frame) = decoder.next_frame().expect("no event is long") {
        events.push(String::from_utf8_lossy(&frame.data).into_owned());
    }
    events
}

fn bodies(lines: &str) -> Vec<Value> {
    let body = |line| serde_json::from_str::<Value>(line).expect("each line is JSON")["body"].take();
    lines.lines().map(body).collect()
}
