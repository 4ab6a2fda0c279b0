//! Allocations per text delta.

use std::hint::black_box;

use async_openai::types::responses::ResponseStreamEvent;
use nexconn_responses::types::StreamEvent;
use serde::de::DeserializeOwned;

use crate::memory::Count;
use crate::report::{Bar, Row};
use crate::samples;

pub(crate) fn measure() -> serde_json::Result<Vec<Row>> {
    let event = samples::text_delta_json("The sea");
    let (ours, peers) = (count::<StreamEvent>(&event)?, count::<ResponseStreamEvent>(&event)?);
    Ok(vec![Row {
        name: "allocations per text delta".to_owned(),
        ours: ours.to_string(),
        peer: format!("async-openai: {peers}"),
        figure: Some(ours as f64),
        bar: Some(Bar::AtMost(4.0)),
    }])
}

fn count<T: DeserializeOwned>(event: &str) -> serde_json::Result<usize> {
    let count = Count::start();
    black_box(serde_json::from_str::<T>(event)?);
    Ok(count.allocations())
}
