//! Payloads that this crate decodes and encodes again, validated against OpenAI's OpenAPI document.

use std::fs;

use jsonschema::{Draft, Validator};
use nexconn_responses::types::{CreateResponseRequest, JsonText, Response, StreamEvent};
use serde_json::{Value, json};

use crate::Outcome;
use crate::corpus::Corpus;
use crate::report::{Bar, Row};

pub(crate) fn measure(corpus: &Corpus) -> Outcome<Vec<Row>> {
    let Some(path) = &corpus.openapi else { return Err("validate: pass the path of OpenAI's openapi.json".into()) };
    let mut document: Value = serde_json::from_slice(&fs::read(path)?)?;
    repair(&mut document)?;
    Ok(vec![
        row::<StreamEvent>("events", &corpus.events, &validator(&document, "ResponseStreamEvent")?),
        row::<Response>("responses", &corpus.responses, &validator(&document, "Response")?),
        row::<CreateResponseRequest>("requests", &corpus.requests, &validator(&document, "CreateResponse")?),
    ])
}

/// Allows two things the document refuses although OpenAI's servers send them: `user` may be null, and
/// `cache_write_tokens` may be absent. Without them, no recorded response is valid.
fn repair(document: &mut Value) -> Outcome {
    let repairs = [
        ("ModelResponseProperties/properties/user/type", json!(["string", "null"])),
        ("ResponseUsage/properties/input_tokens_details/required", json!(["cached_tokens"])),
    ];
    for (path, value) in repairs {
        let place = document.pointer_mut(&format!("/components/schemas/{path}"));
        *place.ok_or_else(|| format!("validate: the document has no {path}; has it changed?"))? = value;
    }
    Ok(())
}

fn validator(document: &Value, name: &str) -> Outcome<Validator> {
    let schema = json!({"$ref": format!("#/components/schemas/{name}"), "components": document["components"]});
    Ok(jsonschema::options().with_draft(Draft::Draft202012).build(&schema)?)
}

/// Compares the payloads that are valid with those that still are afterwards.
fn row<Ours: JsonText>(kind: &str, texts: &[String], validator: &Validator) -> Row {
    let is_valid = |text: &str| serde_json::from_str(text).is_ok_and(|value| validator.is_valid(&value));
    let direct: Vec<&String> = texts.iter().filter(|text| is_valid(text)).collect();
    let again = direct.iter().filter(|text| Ours::from_json(text).is_ok_and(|value| is_valid(&value.to_json())));
    let again = again.count();
    Row {
        name: format!("{kind} valid by OpenAI's document after this crate encoded them"),
        ours: again.to_string(),
        peer: format!("directly: {}", direct.len()),
        figure: (!direct.is_empty()).then(|| again as f64 / direct.len() as f64),
        bar: Some(Bar::AtLeast(1.0)),
    }
}
