//! Decodes any bytes as an event stream. Splits make no difference, and encoded frames are decoded again.
#![no_main]

#[path = "../../tests/it/support/frames.rs"]
mod frames;

use frames::{decode, encode};
use libfuzzer_sys::fuzz_target;

// The first byte is the limit, the second the size of the pieces.
fuzz_target!(|input: &[u8]| {
    let [limit, size, bytes @ ..] = input else { return };
    let size = usize::from(*size).max(1);
    let whole = decode(usize::MAX, [bytes]);
    assert_eq!(whole.1, Ok(()), "there is no limit");
    assert_eq!(whole, decode(usize::MAX, bytes.chunks(size)));
    assert_eq!(whole.0, decode(usize::MAX, [&encode(&whole.0, b"\n", true, false)[..]]).0);

    // The frames before one that's too large are the same for all splits.
    let limit = usize::from(*limit);
    let limited = decode(limit, [bytes]);
    assert_eq!(limited.0, decode(limit, bytes.chunks(size)).0);
    assert_eq!(limited.0, whole.0[..limited.0.len()]);
});
