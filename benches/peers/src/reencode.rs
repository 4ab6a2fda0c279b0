//! Payloads that this crate decodes and encodes again, read by async-openai.

use async_openai::types::responses as async_openai;
use nexconn_responses::types::{CreateResponseRequest, JsonText, Response, StreamEvent};
use serde::de::DeserializeOwned;

use crate::corpus::Corpus;
use crate::report::{Bar, Row};

pub(crate) fn measure(corpus: &Corpus) -> Vec<Row> {
    vec![
        row::<StreamEvent, async_openai::ResponseStreamEvent>("events", &corpus.events),
        row::<Response, async_openai::Response>("responses", &corpus.responses),
        row::<CreateResponseRequest, async_openai::CreateResponse>("requests", &corpus.requests),
    ]
}

/// Compares the payloads that the peer decodes directly with those that it still decodes afterwards.
fn row<Ours: JsonText, Peers: DeserializeOwned>(kind: &str, texts: &[String]) -> Row {
    let reads = |text: &str| serde_json::from_str::<Peers>(text).is_ok();
    let direct: Vec<&String> = texts.iter().filter(|text| reads(text)).collect();
    let again = direct.iter().filter(|text| Ours::from_json(text).is_ok_and(|value| reads(&value.to_json()))).count();
    Row {
        name: format!("{kind} that async-openai decodes directly, and after this crate encoded them"),
        ours: again.to_string(),
        peer: direct.len().to_string(),
        figure: Some(again as f64 / direct.len() as f64),
        bar: Some(Bar::AtLeast(1.0)),
    }
}
