//! Encodes and decodes frames of server-sent events. The fuzz target `sse` includes this file, too.

use nexconn_responses::sse::{Decoder, FrameTooLarge};

/// The event and the data of a frame.
pub(crate) type Frame = (Vec<u8>, Vec<u8>);

/// Returns the frames of these pieces, up to the first too large one.
pub(crate) fn decode<'a>(
    limit: usize,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<Frame>, Result<(), FrameTooLarge>) {
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

/// Encodes frames in one of the ways of servers.
pub(crate) fn encode(frames: &[Frame], line_end: &[u8], has_space: bool, has_mark: bool) -> Vec<u8> {
    let colon: &[u8] = if has_space { b": " } else { b":" };
    let mut bytes = if has_mark { b"\xEF\xBB\xBF".to_vec() } else { Vec::new() };
    for (event, data) in frames {
        let lines = std::iter::once((&b"event"[..], &event[..]))
            .chain(data.split(|byte| *byte == b'\n').map(|line| (&b"data"[..], line)));
        for (name, value) in lines {
            // The decoder strips one blank after the colon, so a value with a blank at its start needs another.
            let colon = if value.starts_with(b" ") { b": " } else { colon };
            bytes.extend_from_slice(&[name, colon, value, line_end].concat());
        }
        bytes.extend_from_slice(line_end);
    }
    bytes
}
