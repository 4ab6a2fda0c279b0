//! Allocations per text delta, and memory of hostile bodies.

use std::hint::black_box;

use async_openai::types::responses::ResponseStreamEvent;
use nexconn_responses::types::{Response, StreamEvent};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::memory::Count;
use crate::report::{Bar, Row};
use crate::samples;

pub(crate) fn measure() -> serde_json::Result<Vec<Row>> {
    let event = samples::text_delta_json("The sea");
    let (ours, peers) = (count::<StreamEvent>(&event)?, count::<ResponseStreamEvent>(&event)?);
    Ok(vec![
        small_items(),
        Row {
            name: "allocations per text delta".to_owned(),
            ours: ours.to_string(),
            peer: format!("async-openai: {peers}"),
            figure: Some(ours as f64),
            bar: Some(Bar::AtMost(4.0)),
        },
    ])
}

/// The peak memory of decoding 60 MB of the smallest items.
fn small_items() -> Row {
    let body = format!(r#"{{"id":"r","output":[{}{{}}]}}"#, "{},".repeat(19_999_999));
    let figure = peak::<Response>(&body);
    Row {
        name: "20 million `{}` in `output`: peak memory, bytes per byte".to_owned(),
        ours: format!("{figure:.1}"),
        peer: format!("`serde_json::Value`: {:.1}", peak::<Value>(&body)),
        figure: Some(figure),
        bar: Some(Bar::AtMost(20.0)),
    }
}

fn peak<T: DeserializeOwned>(body: &str) -> f64 {
    let count = Count::start();
    // Some refuse it.
    drop(black_box(serde_json::from_str::<T>(body)));
    count.peak() as f64 / body.len() as f64
}

fn count<T: DeserializeOwned>(event: &str) -> serde_json::Result<usize> {
    let count = Count::start();
    black_box(serde_json::from_str::<T>(event)?);
    Ok(count.allocations())
}
