//! How fast frames are cut out of the bytes of a stream, for events of several sizes.

#![allow(clippy::expect_used, reason = "a benchmark fails by panicking")]

use divan::Bencher;
use divan::counter::BytesCount;
use nexconn_responses::sse::Decoder;

/// How much there is to read, but for the rest of the last event.
const BYTES: usize = 1 << 20;

/// How much a read from a socket brings at once.
const READ: usize = 16 << 10;

fn main() {
    divan::main();
}

/// `size` is that of an event with its frame, as servers send them.
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
