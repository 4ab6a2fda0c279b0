//! The cost of parsing 1 MB of JSON in 10,000 deltas, compared with parsing it once.

#![allow(clippy::expect_used, reason = "a benchmark fails by panicking")]

use divan::Bencher;
use divan::counter::BytesCount;
use nexconn_responses::PartialJson;
use serde_json::{Value, json};

const BYTES: usize = 1_000_000;
const DELTAS: usize = 10_000;

fn main() {
    divan::main();
}

/// Structured output of the given size: a list of steps with texts, numbers and nested lists.
fn output() -> String {
    let step = |number: usize| {
        json!({"number": number, "title": "Fold in the egg whites", "minutes": 2.5, "optional": number.is_multiple_of(3),
            "text": "Whisk the egg whites until stiff peaks form.\nThen fold them in, a third at a time.",
            "ingredients": [{"name": "egg white", "grams": 90}, {"name": "sugar", "grams": 15}]})
    };
    let length = step(1_000).to_string().len();
    json!({"title": "Waffles", "steps": (0..BYTES / length).map(step).collect::<Vec<_>>()}).to_string()
}

#[divan::bench]
fn once(bencher: Bencher<'_, '_>) {
    let text = output();
    bencher.counter(BytesCount::of_str(&text)).bench(|| serde_json::from_str::<Value>(&text).expect("it's JSON"));
}

#[divan::bench]
fn in_deltas(bencher: Bencher<'_, '_>) {
    let text = output();
    let size = text.len().div_ceil(DELTAS);
    let deltas: Vec<&str> =
        text.as_bytes().chunks(size).map(|delta| str::from_utf8(delta).expect("it's ASCII")).collect();
    bencher.counter(BytesCount::of_str(&text)).bench(|| {
        let mut partial = PartialJson::new();
        for delta in &deltas {
            partial.push(delta);
            divan::black_box(partial.value());
        }
        partial
    });
}
