//! Decoding time by size of the response, which should grow linearly.

use std::hint::black_box;

use nexconn_responses::types::Response;

use crate::clock::{Run, compete};
use crate::report::{Bar, Row};
use crate::samples::{message, response};

/// Minimum number of bytes decoded per round.
const BYTES: usize = 1 << 21;

pub(crate) fn measure() -> Vec<Row> {
    let of_text = |bytes: usize| response(&[message(&"The sea. ".repeat(bytes / 9))]);
    let of_items = |items| response(&vec![message("The sea is calm."); items]);
    vec![
        row("a text of 1 kB, 10 kB … 10 MB", &[1_000, 10_000, 100_000, 1_000_000, 10_000_000].map(of_text)),
        row("1, 10 … 100,000 items", &[1, 10, 100, 1_000, 10_000, 100_000].map(of_items)),
    ]
}

/// The bar compares the slowest with the first one.
fn row(name: &str, replies: &[String]) -> Row {
    let times = compete(replies.iter().map(|reply| run(reply)).collect());
    let nanos = |index: usize| times.seconds(index) * 1e9 / (repeats(&replies[index]) * replies[index].len()) as f64;
    let nanos: Vec<f64> = (0..replies.len()).map(nanos).collect();
    let shown: Vec<String> = nanos.iter().map(|nanos| format!("{nanos:.2}")).collect();
    Row {
        name: format!("decode a response with {name}, ns per byte"),
        ours: shown.join(", "),
        peer: String::new(),
        figure: nanos.iter().copied().reduce(f64::max).map(|slowest| slowest / nanos[0]),
        bar: Some(Bar::AtMost(1.5)),
    }
}

fn run(reply: &str) -> Run<'_> {
    Box::new(move || {
        for _ in 0..repeats(reply) {
            assert!(black_box(serde_json::from_str::<Response>(reply)).is_ok());
        }
    })
}

fn repeats(reply: &str) -> usize {
    BYTES.div_ceil(reply.len())
}
