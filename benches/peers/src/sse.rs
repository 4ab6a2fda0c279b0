//! Decoding server-sent events from memory, compared with eventsource-stream, which async-openai uses.

use std::convert::Infallible;
use std::hint::black_box;

use eventsource_stream::Eventsource as _;
use futures_util::{FutureExt as _, StreamExt as _, stream};
use nexconn_responses::sse::Decoder;

use crate::clock::compete;
use crate::report::{Bar, Row};
use crate::samples;

/// Size of the input, in bytes.
const BYTES: usize = 16 << 20;

/// Size of a read, in bytes.
const READ: usize = 16 << 10;

pub(crate) fn measure() -> Vec<Row> {
    let text = samples::text_delta().repeat(BYTES / samples::EVENT_BYTES).into_bytes();
    let reads: Vec<&[u8]> = text.chunks(READ).collect();
    let times = compete(vec![Box::new(|| ours(&reads)), Box::new(|| peers(&reads))]);
    let rate = |competitor| text.len() as f64 / 1e9 / times.seconds(competitor);
    let row = |name: &str, figure, bar| Row {
        name: name.to_owned(),
        ours: format!("{:.2}", rate(0)),
        peer: format!("eventsource-stream: {:.2}", rate(1)),
        figure: Some(figure),
        bar: Some(bar),
    };
    vec![
        row("SSE frames of 300 bytes from memory, GB/s", rate(0), Bar::AtLeast(1.0)),
        row("the same, ratio", times.speed(0, 1), Bar::MoreThan(1.0)),
    ]
}

fn ours(reads: &[&[u8]]) {
    let mut decoder = Decoder::new();
    let mut frames = 0;
    for read in reads {
        decoder.push(read);
        while let Ok(Some(frame)) = decoder.next_frame() {
            frames += usize::from(!black_box(frame).data.is_empty());
        }
    }
    assert_eq!(frames, BYTES / samples::EVENT_BYTES);
}

fn peers(reads: &[&[u8]]) {
    let source = stream::iter(reads.iter().map(|read| Ok::<_, Infallible>(*read)));
    let events = source.eventsource().filter(|event| std::future::ready(black_box(event).is_ok())).count();
    assert_eq!(events.now_or_never(), Some(BYTES / samples::EVENT_BYTES));
}
