//! Recordings: a folder with `requests.jsonl`, `responses.jsonl` and `streams.jsonl`.
//!
//! Each line is `{"body": …}`; other keys are ignored. The body of a stream is the raw text of a
//! `text/event-stream`. Payloads are compacted before measuring, in the recorded order of keys.

use std::fs;
use std::path::{Path, PathBuf};

use nexconn_responses::sse::Decoder;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};

use crate::Outcome;

/// The payloads, as JSON texts.
pub(crate) struct Corpus {
    pub(crate) events: Vec<String>,
    pub(crate) responses: Vec<String>,
    pub(crate) requests: Vec<String>,
    /// OpenAI's OpenAPI document.
    pub(crate) openapi: Option<PathBuf>,
}

impl Corpus {
    pub(crate) fn read(folder: &Path) -> Outcome<Self> {
        let mut events = Vec::new();
        for stream in lines::<String>(&folder.join("streams.jsonl"))? {
            read_events(&stream, &mut events)?;
        }
        let texts = |name| -> Outcome<Vec<String>> {
            Ok(lines::<Compact>(&folder.join(name))?.into_iter().map(|Compact(text)| text).collect())
        };
        Ok(Self { events, responses: texts("responses.jsonl")?, requests: texts("requests.jsonl")?, openapi: None })
    }
}

#[derive(Deserialize)]
struct Line<B> {
    body: B,
}

fn lines<B: DeserializeOwned>(file: &Path) -> Outcome<Vec<B>> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let body = |line| serde_json::from_str::<Line<B>>(line).map(|line| line.body);
    let lines = text.lines().filter(|line| !line.trim().is_empty()).map(body);
    lines.collect::<Result<_, _>>().map_err(|error| format!("{}: {error}", file.display()).into())
}

/// Adds the events that are JSON; others, such as `[DONE]`, are left out.
fn read_events(stream: &str, events: &mut Vec<String>) -> Outcome {
    let mut decoder = Decoder::new();
    decoder.push(stream.as_bytes());
    decoder.finish();
    while let Some(frame) = decoder.next_frame()? {
        if let Ok(Compact(text)) = serde_json::from_slice(&frame.data) {
            events.push(text);
        }
    }
    Ok(())
}

/// JSON text without spaces, in the recorded order of keys.
struct Compact(String);

impl<'de> Deserialize<'de> for Compact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut text = Vec::new();
        serde_transcode::transcode(deserializer, &mut serde_json::Serializer::new(&mut text))
            .map_err(D::Error::custom)?;
        String::from_utf8(text).map(Self).map_err(D::Error::custom)
    }
}
