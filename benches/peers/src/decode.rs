//! Decoding JSON to the types of each peer.
//!
//! This crate is measured through its own entry, `from_slice`, which the client uses, and through
//! `serde_json::from_slice`, like the peers. A peer is compared on the payloads it decodes. Times include dropping
//! the value.

use std::hint::black_box;

use async_openai::types::responses as async_openai;
use nexconn_responses::types::{CreateResponseRequest, JsonText, Response, StreamEvent};
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
    let mut rows = vec![events.row(OWN, "validate only", events.over_floor, Some(Bar::AtLeast(0.5)))];
    let columns = vec![events, responses, requests];
    for (column, bar) in columns.iter().zip([3.0, 2.5, 3.0]) {
        rows.push(column.row(OWN, "async-openai", column.over_peer, Some(Bar::AtLeast(bar))));
    }
    for (column, bar) in columns.iter().zip([Some(1.5), Some(1.5), None]) {
        rows.push(column.row(SERDE, "async-openai", column.serde_over_peer, bar.map(Bar::AtLeast)));
    }
    print_columns(&columns);
    rows
}

/// This crate's own entry.
pub(crate) const OWN: &str = "`from_slice`";

/// The entry of serde_json.
pub(crate) const SERDE: &str = "`serde_json::from_slice`";

fn column<Ours: JsonText + DeserializeOwned, Peers: DeserializeOwned>(kind: &'static str, texts: &[String]) -> Column {
    let all: Vec<&str> = texts.iter().map(String::as_str).collect();
    let of_ours = decoded(&all, through_serde::<Ours>);
    let of_peer = decoded(&all, through_serde::<Peers>);
    let on_all = compete(vec![
        pass(&of_ours, Ours::from_slice),
        pass(&of_ours, through_serde::<IgnoredAny>),
        pass(&of_ours, through_serde::<Value>),
    ]);
    let on_peers = compete(vec![
        pass(&of_peer, Ours::from_slice),
        pass(&of_peer, through_serde::<Ours>),
        pass(&of_peer, through_serde::<Peers>),
    ]);
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
        serde_on_peers: rate(&of_peer, on_peers.seconds(1)),
        peer: rate(&of_peer, on_peers.seconds(2)),
        over_floor: on_all.speed(0, 1),
        over_peer: on_peers.speed(0, 2),
        serde_over_peer: on_peers.speed(1, 2),
    }
}

fn through_serde<T: DeserializeOwned>(bytes: &[u8]) -> serde_json::Result<T> {
    serde_json::from_slice(bytes)
}

/// Returns the texts that are decoded.
fn decoded<'t, T, E>(texts: &[&'t str], decode: fn(&[u8]) -> Result<T, E>) -> Vec<&'t str> {
    texts.iter().copied().filter(|text| decode(text.as_bytes()).is_ok()).collect()
}

fn pass<'a, T: 'a, E: 'a>(texts: &'a [&str], decode: fn(&[u8]) -> Result<T, E>) -> Run<'a> {
    Box::new(move || {
        for text in std::iter::repeat_n(texts, PASSES).flatten() {
            let decoded = decode(black_box(text.as_bytes()));
            assert!(black_box(decoded).is_ok(), "the text decodes");
        }
    })
}

fn megabytes(texts: &[&str]) -> f64 {
    texts.iter().map(|text| text.len()).sum::<usize>() as f64 / 1e6
}
