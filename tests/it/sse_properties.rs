//! What holds of the decoder of server-sent events for any bytes and any frames, by `proptest`.
//!
//! The fuzz target `sse` looks at the same by coverage, for longer.

use nexconn_responses::sse::{Decoder, FrameTooLarge};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// A frame: its event, its data.
type Frame = (Vec<u8>, Vec<u8>);

/// The frames of pieces and of the end of the input, up to the first that is too long.
fn decode<'a>(limit: usize, pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Frame>, Result<(), FrameTooLarge>) {
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

/// Bytes of which streams are made, and others.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let token = prop_oneof![
        8 => select(vec![
            &b"data"[..], b"event", b"id", b"retry", b":", b": ", b"\n", b"\r", b"\r\n", b"\n\n", b"\r\n\r\n", b" ",
            b"\xEF\xBB\xBF", b"[DONE]", "é".as_bytes(), b"{\"a\":1}", b"\0",
        ]).prop_map(<[u8]>::to_vec),
        1 => vec(any::<u8>(), 0..6),
    ];
    vec(token, 0..60).prop_map(|tokens| tokens.concat())
}

/// The bytes, cut at these places.
fn cut<'a>(bytes: &'a [u8], places: &[usize]) -> Vec<&'a [u8]> {
    let mut places: Vec<_> = places.iter().map(|place| place % (bytes.len() + 1)).collect();
    places.sort_unstable();
    let ends = places.iter().copied().chain([bytes.len()]);
    let mut start = 0;
    ends.map(|end| &bytes[std::mem::replace(&mut start, end)..end]).collect()
}

/// Frames as they can be: no line break in the event, no CR in the data.
fn frames() -> impl Strategy<Value = Vec<Frame>> {
    let is_in_event = |byte: &u8| !matches!(byte, b'\r' | b'\n');
    let event = vec(any::<u8>().prop_filter("a line break", is_in_event), 0..12);
    let data = vec(prop_oneof![Just(b'\n'), any::<u8>().prop_filter("a CR", |byte| *byte != b'\r')], 0..40);
    vec((event, data), 0..8)
}

/// Frames as a server may write them.
fn encode(frames: &[Frame], line_end: &[u8], has_space: bool, has_mark: bool) -> Vec<u8> {
    let colon: &[u8] = if has_space { b": " } else { b":" };
    let mut bytes = if has_mark { b"\xEF\xBB\xBF".to_vec() } else { Vec::new() };
    let starts_with_blank = |text: &[u8]| text.starts_with(b" ");
    for (event, data) in frames {
        let lines = std::iter::once((&b"event"[..], &event[..]))
            .chain(data.split(|byte| *byte == b'\n').map(|line| (&b"data"[..], line)));
        for (name, value) in lines {
            // One blank behind the colon belongs to the form; a value that begins with one needs it.
            let colon = if starts_with_blank(value) { b": " } else { colon };
            bytes.extend_from_slice(&[name, colon, value, line_end].concat());
        }
        bytes.extend_from_slice(line_end);
    }
    bytes
}

proptest! {
    // A failure names its input; it is to become a case in `sse.rs`, and not a file of numbers.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_split_gives_the_same_frames(bytes in stream(), places in vec(any::<usize>(), 0..12)) {
        let whole = decode(usize::MAX, [&bytes[..]]);
        prop_assert_eq!(&whole.1, &Ok(()));
        prop_assert_eq!(&whole, &decode(usize::MAX, cut(&bytes, &places)));
        prop_assert_eq!(&whole, &decode(usize::MAX, bytes.chunks(1)));
    }

    #[test]
    fn any_split_meets_the_limit_at_the_same_frame(
        bytes in stream(), places in vec(any::<usize>(), 0..12), limit in 0_usize..80,
    ) {
        let whole = decode(limit, [&bytes[..]]);
        prop_assert_eq!(&whole, &decode(limit, cut(&bytes, &places)));
        prop_assert_eq!(&whole, &decode(limit, bytes.chunks(1)));
        let unlimited = decode(usize::MAX, [&bytes[..]]).0;
        prop_assert_eq!(&whole.0[..], &unlimited[..whole.0.len()]);
    }

    #[test]
    fn what_is_encoded_is_decoded_again(
        frames in frames(),
        line_end in select(vec![&b"\n"[..], b"\r", b"\r\n"]),
        has_space in any::<bool>(),
        has_mark in any::<bool>(),
        places in vec(any::<usize>(), 0..12),
    ) {
        let bytes = encode(&frames, line_end, has_space, has_mark);
        prop_assert_eq!((frames, Ok(())), decode(usize::MAX, cut(&bytes, &places)));
    }
}
