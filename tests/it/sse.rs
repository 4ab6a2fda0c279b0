//! The decoder for server-sent events: the format of the HTML standard, chunks of any size, the size limit, and
//! the end of the input.

use nexconn_responses::sse::{Decoder, FrameTooLarge};

/// The event name and the data of a frame, as text.
type Text = (String, String);

fn drain(decoder: &mut Decoder, frames: &mut Vec<Text>) -> Result<(), FrameTooLarge> {
    while let Some(frame) = decoder.next_frame()? {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("the cases are UTF-8");
        frames.push((text(frame.event), text(&frame.data)));
    }
    Ok(())
}

/// Decodes pieces pushed one after the other, without the end of the input.
fn decode<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Text> {
    let (mut decoder, mut frames) = (Decoder::new(), Vec::new());
    for piece in pieces {
        decoder.push(piece);
        drain(&mut decoder, &mut frames).expect("the cases are far below the limit");
    }
    frames
}

/// Decodes an input with its end after these bytes.
fn decode_to_the_end(bytes: &[u8]) -> Vec<Text> {
    let (mut decoder, mut frames) = (Decoder::new(), Vec::new());
    decoder.push(bytes);
    drain(&mut decoder, &mut frames).unwrap();
    decoder.finish();
    drain(&mut decoder, &mut frames).unwrap();
    frames
}

fn texts(frames: &[(&str, &str)]) -> Vec<Text> {
    frames.iter().map(|(event, data)| ((*event).to_owned(), (*data).to_owned())).collect()
}

/// A description, the bytes, and the expected frames (event, data).
type Case = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// The first five are the examples of the HTML standard, section "Interpreting an event stream".
const CASES: &[Case] = &[
    ("lines of data are joined", "data: YHOO\ndata: +2\ndata: 10\n\n", &[("", "YHOO\n+2\n10")]),
    (
        "a comment, ids, and one blank after the colon",
        ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
        &[("", "first event"), ("", "second event"), ("", " third event")],
    ),
    ("data without a value; the last frame is not finished", "data\n\ndata\ndata\n\ndata:", &[("", ""), ("", "\n")]),
    ("the blank after the colon is optional", "data:test\n\ndata: test\n\n", &[("", "test"), ("", "test")]),
    (
        "named events",
        "event: add\ndata: 7385\n\nevent: remove\ndata: 2153\n\nevent: add\ndata: 1134\n\n",
        &[("add", "7385"), ("remove", "2153"), ("add", "1134")],
    ),
    ("empty input", "", &[]),
    ("blank lines", "\n\n\r\r\r\n\r\n", &[]),
    ("lines end with CR", "event: a\rdata: b\r\rdata: c\r\r", &[("a", "b"), ("", "c")]),
    ("lines end with CRLF", "event: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n", &[("a", "b"), ("", "c")]),
    ("line ends are mixed", "event: a\rdata: b\n\r\ndata: c\r\n\rdata: d\n\r", &[("a", "b"), ("", "c"), ("", "d")]),
    ("lines of data that end with CRLF", "data: a\r\ndata: b\r\ndata: c\r\n\r\n", &[("", "a\nb\nc")]),
    ("a byte-order mark at the start", "\u{feff}data: a\n\n", &[("", "a")]),
    ("a byte-order mark before a comment", "\u{feff}: hello\n\ndata: a\n\n", &[("", "a")]),
    ("only the first byte-order mark is one", "\u{feff}\u{feff}data: a\n\ndata: b\n\n", &[("", "b")]),
    ("a byte-order mark later on is part of a name", "data: a\n\n\u{feff}data: b\n\n", &[("", "a")]),
    ("a byte-order mark in data stays", "data: \u{feff}a\n\n", &[("", "\u{feff}a")]),
    ("comments between the fields", ":\n:a\nevent: x\n: b\ndata: c\n:data: d\n\n", &[("x", "c")]),
    ("unknown fields, id and retry", "foo: 1\nid: 2\nretry: 3\ndata: a\nbar\n\n", &[("", "a")]),
    ("an event without data is none, and its name is forgotten", "event: a\n\ndata: b\n\n", &[("", "b")]),
    ("data before its event", "data: a\nevent: b\n\n", &[("b", "a")]),
    ("the last event field counts", "event: a\nevent: b\ndata: c\n\n", &[("b", "c")]),
    ("an empty event field counts too", "event: a\nevent\ndata: c\n\n", &[("", "c")]),
    ("names are case-sensitive", "Data: a\nDATA: b\nEvent: c\ndata: d\n\n", &[("", "d")]),
    ("a blank before the colon belongs to the name", "data : a\n data: b\nevent : c\ndata: d\n\n", &[("", "d")]),
    ("names that begin as known ones", "datas: a\ndat: b\neventual: c\ndata: d\n\n", &[("", "d")]),
    ("colons in a value", "event: a:b\ndata: {\"c\": \"d:e\"}\n\n", &[("a:b", "{\"c\": \"d:e\"}")]),
    ("a tab is no blank", "data:\ta\n\n", &[("", "\ta")]),
    ("blanks at the end stay", "data: a  \n\n", &[("", "a  ")]),
    ("empty lines of data", "data:\ndata: a\ndata\n\n", &[("", "\na\n")]),
    ("characters of many bytes", "event: é\ndata: 日本 🦀\n\n", &[("é", "日本 🦀")]),
    ("a null character", "data: a\0b\n\n", &[("", "a\0b")]),
];

#[test]
fn frames_are_decoded_by_the_html_standard() {
    for (what, bytes, frames) in CASES {
        assert_eq!(decode([bytes.as_bytes()]), texts(frames), "{what}");
    }
}

#[test]
fn bytes_may_come_in_two_pieces_cut_anywhere() {
    for (what, bytes, frames) in CASES {
        for cut in 0..=bytes.len() {
            let (first, second) = bytes.as_bytes().split_at(cut);
            assert_eq!(decode([first, second]), texts(frames), "{what}, cut at {cut}");
        }
    }
}

#[test]
fn bytes_may_come_one_by_one() {
    for (what, bytes, frames) in CASES {
        assert_eq!(decode(bytes.as_bytes().chunks(1)), texts(frames), "{what}");
    }
}

#[test]
fn bytes_may_come_in_any_portions() {
    let bytes = "\u{feff}data\r\ndata\r\n\r\n".as_bytes();
    let expected = texts(&[("", "\n")]);
    let gaps = bytes.len() - 1;
    for cuts in 0_u32..1 << gaps {
        let mut pieces = Vec::new();
        let mut start = 0;
        for end in (1..bytes.len()).filter(|end| cuts & (1 << (end - 1)) != 0) {
            pieces.push(&bytes[start..end]);
            start = end;
        }
        pieces.push(&bytes[start..]);
        assert_eq!(decode(pieces), expected, "the cuts are {cuts:#b}");
    }
}

#[test]
fn empty_pieces_have_no_effect() {
    assert_eq!(decode([&b""[..], b"data: a\r", b"", b"\n\r", b"", b"\n", b""]), texts(&[("", "a")]));
}

#[test]
fn several_frames_may_be_pushed_before_the_first_is_taken() {
    let mut decoder = Decoder::new();
    decoder.push(b"event: a\ndata: 1\n\nevent: b\nda");
    decoder.push(b"ta: 2\n\ndata: 3\n");
    decoder.push(b"\n");
    let mut frames = Vec::new();
    drain(&mut decoder, &mut frames).unwrap();
    assert_eq!(frames, texts(&[("a", "1"), ("b", "2"), ("", "3")]));
}

#[test]
fn bytes_that_are_not_utf8_come_through_unchanged() {
    let mut decoder = Decoder::new();
    decoder.push(b"event: \xFF\ndata: a\xC3\ndata: \xA9\n\n");
    let frame = decoder.next_frame().unwrap().unwrap();
    assert_eq!((frame.event, &*frame.data), (&b"\xFF"[..], &b"a\xC3\n\xA9"[..]));
}

#[test]
fn a_frame_may_have_exactly_the_maximum_size() {
    for frame in ["data: 12345\n\n", "event: a\ndata: 1\n\n", "data: 1\r\ndata: 2\r\n\r", "data: 1\ndata: 2\n\n"] {
        for portion in 1..=frame.len() {
            let run = |limit: usize| {
                let (mut decoder, mut frames) = (Decoder::with_max_event_size(limit), Vec::new());
                let outcome = frame.as_bytes().chunks(portion).try_for_each(|piece| {
                    decoder.push(piece);
                    drain(&mut decoder, &mut frames)
                });
                outcome.map(|()| frames.len())
            };
            let limit = frame.len();
            assert_eq!(run(limit), Ok(1), "{frame:?} in portions of {portion}");
            assert_eq!(run(limit - 1), Err(FrameTooLarge { limit: limit - 1 }), "{frame:?} in portions of {portion}");
        }
    }
}

#[test]
fn an_endless_frame_is_rejected() {
    for endless in ["data: aaaaaaaa", "event: aaaaaaaa", ": aaaaaaaaaaaaa", "data: a\n"] {
        let mut decoder = Decoder::with_max_event_size(1_000);
        let rejected = (0..1_000).any(|_| {
            decoder.push(endless.as_bytes());
            decoder.next_frame().is_err()
        });
        assert!(rejected, "{endless:?} without end");
    }
}

/// Found by the fuzz target `sse`: ignored lines with CRLF counted only if they were cut.
#[test]
fn the_limit_is_the_same_however_the_bytes_are_cut() {
    let bytes = b"data: a\r\n\r\n: word\r\nid: 1\r\ndata: b\r\n\r\n";
    for limit in 0..=bytes.len() {
        let outcome = |size: usize| {
            let (mut decoder, mut frames) = (Decoder::with_max_event_size(limit), Vec::new());
            let mut pieces = bytes.chunks(size);
            let outcome = pieces.try_for_each(|piece| {
                decoder.push(piece);
                drain(&mut decoder, &mut frames)
            });
            (frames, outcome)
        };
        let whole = outcome(bytes.len());
        assert_eq!(whole.1.is_ok(), limit >= "data: b\r\n\r".len(), "{limit}");
        for size in 1..bytes.len() {
            assert_eq!(outcome(size), whole, "a limit of {limit}, pieces of {size}");
        }
    }
}

#[test]
fn the_limit_applies_to_one_frame_and_not_to_the_stream() {
    let mut decoder = Decoder::with_max_event_size(16);
    let mut frames = Vec::new();
    for _ in 0..1_000 {
        decoder.push(b"data: 1234\n\n: keepalive\n\ndata: 5678\r\n\r\n: ping\r\n\r\n");
        drain(&mut decoder, &mut frames).unwrap();
    }
    assert_eq!(frames.len(), 2_000);
}

#[test]
fn ignored_lines_do_not_count_towards_the_limit() {
    for (before, between) in [("", ""), ("event: a\n", "data: 1\n"), ("", "event: a\ndata: 1\n")] {
        let (mut decoder, mut frames) = (Decoder::with_max_event_size(32), Vec::new());
        let comments = ": ping\r\nid: 1\n".repeat(100);
        for piece in [&comments, before, &comments, between, &comments, "data: 2\n", &comments, "\n"] {
            decoder.push(piece.as_bytes());
            drain(&mut decoder, &mut frames).unwrap();
        }
        let expected = if between.is_empty() { ("", "2") } else { ("a", "1\n2") };
        assert_eq!(frames, texts(&[expected]));
    }
}

#[test]
fn fields_count_towards_the_limit_across_ignored_lines() {
    let mut decoder = Decoder::with_max_event_size(32);
    let rejected = (0..10).any(|_| {
        decoder.push(b"data: 1\n: ping\n");
        decoder.next_frame().is_err()
    });
    assert!(rejected);
}

#[test]
fn the_error_has_the_limit() {
    let mut decoder = Decoder::with_max_event_size(4);
    decoder.push(b"data: 1\n\n");
    assert_eq!(decoder.next_frame().unwrap_err().limit, 4);
}

#[test]
fn at_the_end_a_frame_without_its_blank_line_counts() {
    let whole = texts(&[("a", "b")]);
    for bytes in ["event: a\ndata: b", "event: a\ndata: b\n", "event: a\rdata: b\r", "event: a\r\ndata: b\r\n"] {
        assert_eq!(decode([bytes.as_bytes()]), [], "{bytes:?} before the end");
        assert_eq!(decode_to_the_end(bytes.as_bytes()), whole, "{bytes:?}");
    }
    for bytes in ["event: a\ndata: b\n\n", "event: a\rdata: b\r\r", "event: a\r\ndata: b\r\n\r\n"] {
        assert_eq!(decode_to_the_end(bytes.as_bytes()), whole, "{bytes:?} is one frame, not two");
    }
}

#[test]
fn at_the_end_a_frame_without_data_is_dropped() {
    for bytes in ["", "\n", "\r", "event: a", ": comment", "\u{feff}", "dat", "id: 1"] {
        assert_eq!(decode_to_the_end(bytes.as_bytes()), [], "{bytes:?}");
    }
    assert_eq!(decode_to_the_end(b"\xEF\xBB"), [], "a part of a byte-order mark");
}
