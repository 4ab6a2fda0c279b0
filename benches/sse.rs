//! Decoding of server-sent events of several sizes.

#![allow(clippy::expect_used, reason = "a benchmark fails by panicking")]

use divan::Bencher;
use divan::counter::BytesCount;
use nexconn_responses::sse::Decoder;

/// The minimum size of the stream.
const BYTES: usize = 1 << 20;

/// The size of a read from a socket.
const READ: usize = 16 << 10;

fn main() {
    divan::main();
}

/// `size` is the size of an event with its frame.
#[divan::bench(args = [100, 300, 3_000, 300_000])]
fn frames(bencher: Bencher<'_, '_>, size: usize) {
    let frame = |data: &str| format!("event: response.output_text.delta\ndata: {data}\n\n");
    let text = frame(&"x".repeat(size - frame("").len())).repeat(BYTES.div_ceil(size));
    bencher.counter(BytesCount::of_str(&text)).bench(|| {
        let mut decoder = Decoder::new();
        let mut bytes = 0;
        for read in text.as_bytes().chunks(READ) {
            decoder.push(read);
            while let Some(frame) = decoder.next_frame().expect("no event is too long") {
                bytes += frame.data.len();
            }
        }
        bytes
    });
}
