//! Encoding requests from the types of each peer to JSON: with this crate's `to_json`, which the client uses, and with
//! `serde_json::to_vec`.
//!
//! Only requests that async-openai decodes count. It drops parts of most of them, so it writes less; the ratio is that
//! of requests per second.

use std::hint::black_box;

use async_openai::types::responses::CreateResponse;
use nexconn_responses::types::{CreateResponseRequest, JsonText};
use serde::Serialize;

use crate::Outcome;
use crate::clock::{Run, compete};
use crate::corpus::Corpus;
use crate::report::{Bar, Row};

/// Encodings of all requests per round.
const PASSES: usize = 10;

pub(crate) fn measure(corpus: &Corpus) -> Outcome<Vec<Row>> {
    let both = corpus.requests.iter().filter_map(|text| {
        let peers = serde_json::from_str::<CreateResponse>(text).ok()?;
        Some((serde_json::from_str::<CreateResponseRequest>(text).ok()?, peers))
    });
    let (ours, peers): (Vec<_>, Vec<_>) = both.unzip();
    let times = compete(vec![pass(&ours, JsonText::to_json), pass(&peers, to_vec), pass(&ours, to_vec)]);
    let rate = |bytes: usize, of| format!("{:.0}", (bytes * PASSES) as f64 / 1e6 / times.seconds(of));
    let (our_size, their_size) = (size(&ours)?, size(&peers)?);
    let row = |entry: &str, of, bar: Option<Bar>| Row {
        name: format!("encode requests with {entry}, MB/s of output"),
        ours: rate(our_size, of),
        peer: format!("async-openai: {}", rate(their_size, 1)),
        figure: Some(times.speed(of, 1)),
        bar,
    };
    Ok(vec![row("`to_json`", 0, Some(Bar::AtLeast(1.0))), row("`serde_json::to_vec`", 2, None)])
}

fn to_vec<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

fn pass<'a, T, E: AsRef<[u8]> + 'a>(values: &'a [T], encode: fn(&T) -> E) -> Run<'a> {
    Box::new(move || {
        for value in std::iter::repeat_n(values, PASSES).flatten() {
            let encoded = encode(black_box(value));
            assert!(!black_box(encoded).as_ref().is_empty(), "the request encodes");
        }
    })
}

fn size<T: Serialize>(values: &[T]) -> serde_json::Result<usize> {
    values.iter().map(|value| Ok(serde_json::to_vec(value)?.len())).sum()
}
