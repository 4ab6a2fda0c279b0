//! Properties of the decoder of server-sent events, checked on random bytes and frames.
//!
//! The fuzz target `sse` covers the same for longer. A failure prints a seed; turn its input into a test in `sse.rs`.

use arbtest::arbitrary::{Result as Drawn, Unstructured};
use arbtest::arbtest;

use crate::frames::{Frame, decode, encode};

/// Parts of random streams.
const TOKENS: [&[u8]; 17] = [
    b"data",
    b"event",
    b"id",
    b"retry",
    b":",
    b": ",
    b"\n",
    b"\r",
    b"\r\n",
    b"\n\n",
    b"\r\n\r\n",
    b" ",
    b"\xEF\xBB\xBF",
    b"[DONE]",
    "é".as_bytes(),
    b"{\"a\":1}",
    b"\0",
];

/// Draws bytes made of [`TOKENS`] and, for one token in nine, others.
fn stream(random: &mut Unstructured<'_>) -> Drawn<Vec<u8>> {
    let mut bytes = Vec::new();
    for _ in 0..random.int_in_range(0..=60)? {
        if random.ratio(8, 9)? {
            bytes.extend_from_slice(random.choose(&TOKENS)?);
        } else {
            bytes.extend(random.arbitrary::<[u8; 3]>()?);
        }
    }
    Ok(bytes)
}

/// Cuts bytes at random positions.
fn cut<'a>(bytes: &'a [u8], random: &mut Unstructured<'_>) -> Drawn<Vec<&'a [u8]>> {
    let count = random.int_in_range(0..=12)?;
    let mut ends = (0..count).map(|_| random.int_in_range(0..=bytes.len())).collect::<Drawn<Vec<_>>>()?;
    ends.push(bytes.len());
    ends.sort_unstable();
    let mut start = 0;
    Ok(ends.into_iter().map(|end| &bytes[std::mem::replace(&mut start, end)..end]).collect())
}

/// Draws frames as they can be: no line break in the event, no CR in the data.
fn frames(random: &mut Unstructured<'_>) -> Drawn<Vec<Frame>> {
    let mut frames = Vec::new();
    for _ in 0..random.int_in_range(0..=8)? {
        let mut event = bytes(random, 12)?;
        event.retain(|byte| !matches!(byte, b'\r' | b'\n'));
        let mut data = bytes(random, 40)?;
        data.retain(|byte| *byte != b'\r');
        frames.push((event, data));
    }
    Ok(frames)
}

/// Draws up to `max` bytes, many of them line breaks and blanks.
fn bytes(random: &mut Unstructured<'_>, max: usize) -> Drawn<Vec<u8>> {
    let count = random.int_in_range(0..=max)?;
    (0..count).map(|_| if random.ratio(1, 3)? { Ok(*random.choose(b"\n: ")?) } else { random.arbitrary() }).collect()
}

#[test]
fn any_split_gives_the_same_frames() {
    arbtest(|random| {
        let bytes = stream(random)?;
        let whole = decode(usize::MAX, [&bytes[..]]);
        assert_eq!(whole.1, Ok(()));
        assert_eq!(whole, decode(usize::MAX, cut(&bytes, random)?));
        assert_eq!(whole, decode(usize::MAX, bytes.chunks(1)));
        Ok(())
    });
}

#[test]
fn any_split_meets_the_limit_at_the_same_frame() {
    arbtest(|random| {
        let limit = random.int_in_range(0..=80)?;
        let bytes = stream(random)?;
        let whole = decode(limit, [&bytes[..]]);
        assert_eq!(whole, decode(limit, cut(&bytes, random)?));
        assert_eq!(whole, decode(limit, bytes.chunks(1)));
        let unlimited = decode(usize::MAX, [&bytes[..]]).0;
        assert_eq!(whole.0[..], unlimited[..whole.0.len()]);
        Ok(())
    });
}

#[test]
fn encoded_frames_are_decoded_again() {
    arbtest(|random| {
        let frames = frames(random)?;
        let line_end = *random.choose(&[&b"\n"[..], b"\r", b"\r\n"])?;
        let bytes = encode(&frames, line_end, random.arbitrary()?, random.arbitrary()?);
        assert_eq!((frames, Ok(())), decode(usize::MAX, cut(&bytes, random)?));
        Ok(())
    });
}
