//! Decodes any bytes as an event stream. Splits make no difference, and encoded frames are decoded again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nexconn_responses::sse::{Decoder, FrameTooLarge};

/// The event and the data of a frame.
type Owned = (Vec<u8>, Vec<u8>);

/// Returns the frames of these pieces, up to the first that's too large.
fn decode<'a>(limit: usize, pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Owned>, Result<(), FrameTooLarge>) {
    let (mut decoder, mut frames) = (Decoder::with_max_event_size(limit), Vec::new());
    let mut drain = |decoder: &mut Decoder| {
        while let Some(frame) = decoder.next_frame()? {
            frames.push((frame.event.to_vec(), frame.data.into_owned()));
        }
        Ok(())
    };
    let mut outcome = Ok(());
    for piece in pieces {
        decoder.push(piece);
        outcome = outcome.and_then(|()| drain(&mut decoder));
    }
    decoder.finish();
    let outcome = outcome.and_then(|()| drain(&mut decoder));
    (frames, outcome)
}

/// Encodes frames as servers do.
fn encode(frames: &[Owned]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (event, data) in frames {
        bytes.extend_from_slice(&[b"event: ", &event[..], b"\n"].concat());
        for line in data.split(|byte| *byte == b'\n') {
            bytes.extend_from_slice(&[b"data: ", line, b"\n"].concat());
        }
        bytes.push(b'\n');
    }
    bytes
}

// The first byte is the limit, the second the size of the pieces.
fuzz_target!(|input: &[u8]| {
    let [limit, size, bytes @ ..] = input else { return };
    let size = usize::from(*size).max(1);
    let whole = decode(usize::MAX, [bytes]);
    assert_eq!(whole.1, Ok(()), "there is no limit");
    assert_eq!(whole, decode(usize::MAX, bytes.chunks(size)));
    assert_eq!(whole.0, decode(usize::MAX, [&encode(&whole.0)[..]]).0);

    // The frames before one that's too large are the same for all splits.
    let limit = usize::from(*limit);
    let limited = decode(limit, [bytes]);
    assert_eq!(limited.0, decode(limit, bytes.chunks(size)).0);
    assert_eq!(limited.0, whole.0[..limited.0.len()]);
});
