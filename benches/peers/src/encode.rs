//! Encoding requests from the types of each peer to JSON.
//!
//! Only requests that async-openai decodes count. It drops parts of most of them, so it writes less; the ratio is that
//! of requests per second.

use std::hint::black_box;

use async_openai::types::responses::CreateResponse;
use nexconn_responses::types::CreateResponseRequest;
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
    let times = compete(vec![pass(&ours), pass(&peers)]);
    let rate = |bytes: usize, seconds: f64| (bytes * PASSES) as f64 / 1e6 / seconds;
    let (our_rate, their_rate) = (rate(size(&ours)?, times.seconds(0)), rate(size(&peers)?, times.seconds(1)));
    Ok(vec![Row {
        what: "encode requests, MB/s of what each writes".to_owned(),
        ours: format!("{our_rate:.0}"),
        peer: format!("async-openai: {their_rate:.0}"),
        judged: Some(times.speed(0, 1)),
        bar: Some(Bar::AtLeast(1.0)),
    }])
}

fn pass<T: Serialize>(values: &[T]) -> Run<'_> {
    Box::new(move || {
        for value in std::iter::repeat_n(values, PASSES).flatten() {
            let encoded = serde_json::to_vec(black_box(value));
            assert!(black_box(encoded).is_ok(), "the request encodes");
        }
    })
}

fn size<T: Serialize>(values: &[T]) -> serde_json::Result<usize> {
    values.iter().map(|value| Ok(serde_json::to_vec(value)?.len())).sum()
}
