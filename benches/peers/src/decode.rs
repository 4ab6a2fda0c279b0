//! Decoding JSON to the types of each peer.
//!
//! A peer is compared on the payloads it decodes. Times include dropping the value.

use std::hint::black_box;

use async_openai::types::responses as async_openai;
use nexconn_responses::types::{CreateResponseRequest, Response, StreamEvent};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

use crate::clock::{Run, compete};
use crate::corpus::Corpus;
use crate::report::{Bar, Column, Row, print_columns};

/// Decodings of all payloads per round.
const PASSES: usize = 4;

/// Prints the table of megabytes per second, and returns the rows with bars.
pub(crate) fn measure(corpus: &Corpus) -> Vec<Row> {
    let events = column::<StreamEvent, async_openai::ResponseStreamEvent>("stream events", &corpus.events);
    let responses = column::<Response, async_openai::Response>("responses", &corpus.responses);
    let requests = column::<CreateResponseRequest, async_openai::CreateResponse>("requests", &corpus.requests);
    let mut rows = vec![events.row("validate only", events.over_floor, Some(Bar::AtLeast(0.4)))];
    let columns = vec![events, responses, requests];
    for column in &columns {
        rows.push(column.row("`serde_json::Value`", column.over_value, Some(Bar::MoreThan(1.0))));
        rows.push(column.row("async-openai", column.over_peer, Some(Bar::AtLeast(2.0))));
    }
    print_columns(&columns);
    rows
}

fn column<Ours: DeserializeOwned, Peers: DeserializeOwned>(kind: &'static str, texts: &[String]) -> Column {
    let all: Vec<&str> = texts.iter().map(String::as_str).collect();
    let of_ours = decoded_by::<Ours>(&all);
    let of_peer = decoded_by::<Peers>(&all);
    let on_all = compete(vec![pass::<Ours>(&of_ours), pass::<IgnoredAny>(&of_ours), pass::<Value>(&of_ours)]);
    let on_peers = compete(vec![pass::<Ours>(&of_peer), pass::<Peers>(&of_peer)]);
    let rate = |texts: &[&str], seconds: f64| megabytes(texts) * PASSES as f64 / seconds;
    Column {
        kind,
        payloads: all.len(),
        decoded: of_ours.len(),
        peer_decoded: of_peer.len(),
        ours: rate(&of_ours, on_all.seconds(0)),
        floor: rate(&of_ours, on_all.seconds(1)),
        value: rate(&of_ours, on_all.seconds(2)),
        ours_on_peers: rate(&of_peer, on_peers.seconds(0)),
        peer: rate(&of_peer, on_peers.seconds(1)),
        over_floor: on_all.speed(0, 1),
        over_value: on_all.speed(0, 2),
        over_peer: on_peers.speed(0, 1),
    }
}

/// Returns the texts a type decodes.
fn decoded_by<'t, T: DeserializeOwned>(texts: &[&'t str]) -> Vec<&'t str> {
    texts.iter().copied().filter(|text| serde_json::from_str::<T>(text).is_ok()).collect()
}

fn pass<'a, T: DeserializeOwned>(texts: &'a [&str]) -> Run<'a> {
    Box::new(move || {
        for text in std::iter::repeat_n(texts, PASSES).flatten() {
            let decoded = serde_json::from_str::<T>(black_box(text));
            assert!(black_box(decoded).is_ok(), "the text decodes");
        }
    })
}

fn megabytes(texts: &[&str]) -> f64 {
    texts.iter().map(|text| text.len()).sum::<usize>() as f64 / 1e6
}
