//! The events of a response, and the properties every response has.

use serde_json::{Map, Value, json};

/// The properties a response repeats from its request, with their values if the request lacks them.
const ECHOED: [(&str, &str); 12] = [
    ("background", "false"),
    ("instructions", "null"),
    ("max_output_tokens", "null"),
    ("metadata", "{}"),
    ("model", "\"mock\""),
    ("parallel_tool_calls", "true"),
    ("previous_response_id", "null"),
    ("temperature", "1.0"),
    ("text", "{\"format\":{\"type\":\"text\"}}"),
    ("tool_choice", "\"auto\""),
    ("tools", "[]"),
    ("top_p", "1.0"),
];

/// The time at which every response is created, so tests are repeatable.
pub(super) const CREATED_AT: u64 = 1_760_000_000;

/// Adds missing properties of `response`, from the request where it has them.
pub(super) fn complete(response: &mut Value, request: &Value, id: &str) {
    let Value::Object(response) = response else { return };
    let mut add = |name: &str, value: Value| {
        response.entry(name).or_insert(value);
    };
    add("id", id.into());
    add("object", "response".into());
    add("created_at", CREATED_AT.into());
    add("status", "completed".into());
    add("error", Value::Null);
    add("incomplete_details", Value::Null);
    add("output", json!([]));
    add("usage", usage(10, 5));
    for (name, default) in ECHOED {
        let requested = request.get(name).filter(|value| !value.is_null());
        add(name, requested.cloned().unwrap_or_else(|| serde_json::from_str(default).unwrap_or_default()));
    }
    let id = response.get("id").and_then(Value::as_str).unwrap_or_default().trim_start_matches("resp_").to_owned();
    let items = response.get_mut("output").and_then(Value::as_array_mut);
    for (index, item) in items.into_iter().flatten().enumerate() {
        complete_item(item, &format!("{id}_{}", index + 1));
    }
}

fn complete_item(item: &mut Value, number: &str) {
    let Value::Object(item) = item else { return };
    let prefix = match item.get("type").and_then(Value::as_str) {
        Some("message") => "msg",
        Some("function_call") => "fc",
        Some("reasoning") => "rs",
        _ => "item",
    };
    item.entry("id").or_insert_with(|| format!("{prefix}_{number}").into());
    if prefix != "rs" {
        item.entry("status").or_insert_with(|| "completed".into());
    }
}

pub(super) fn usage(input: usize, output: usize) -> Value {
    json!({
        "input_tokens": input, "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": output, "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": input + output,
    })
}

/// Returns the events of a complete response, numbered from 0.
pub(super) fn events(response: &Value) -> Vec<Value> {
    let mut started = response.clone();
    started["output"] = json!([]);
    started["status"] = "in_progress".into();
    started["usage"] = Value::Null;
    let mut events = vec![
        json!({"type": "response.created", "response": started}),
        json!({"type": "response.in_progress", "response": started}),
    ];
    for (index, item) in response["output"].as_array().into_iter().flatten().enumerate() {
        add_item(&mut events, item, index);
    }
    let status = response["status"].as_str().filter(|status| matches!(*status, "failed" | "incomplete"));
    let kind = status.unwrap_or("completed");
    events.push(json!({"type": format!("response.{kind}"), "response": response}));
    for (number, event) in events.iter_mut().enumerate() {
        event["sequence_number"] = number.into();
    }
    events
}

fn add_item(events: &mut Vec<Value>, item: &Value, index: usize) {
    let mut started = item.clone();
    let mut at =
        Map::from_iter([("output_index".to_owned(), index.into()), ("item_id".to_owned(), item["id"].clone())]);
    let mut inner = Vec::new();
    let mut add = |kind: &str, at: &Map<String, Value>, more: Value| {
        let mut event = at.clone();
        event.insert("type".to_owned(), kind.into());
        event.extend(more.as_object().cloned().unwrap_or_default());
        inner.push(Value::Object(event));
    };
    match item["type"].as_str() {
        Some("message") => {
            started["content"] = json!([]);
            for (index, part) in item["content"].as_array().into_iter().flatten().enumerate() {
                at.insert("content_index".to_owned(), index.into());
                let (name, field) =
                    if part["type"] == "refusal" { ("refusal", "refusal") } else { ("output_text", "text") };
                let mut empty = part.clone();
                empty[field] = "".into();
                add("response.content_part.added", &at, json!({"part": empty}));
                let text = part[field].as_str().unwrap_or_default();
                for delta in text.split_inclusive(' ') {
                    add(&format!("response.{name}.delta"), &at, json!({"delta": delta, "logprobs": []}));
                }
                add(&format!("response.{name}.done"), &at, json!({field: text, "logprobs": []}));
                add("response.content_part.done", &at, json!({"part": part}));
            }
        }
        Some("function_call") => {
            started["arguments"] = "".into();
            let arguments = item["arguments"].as_str().unwrap_or_default();
            for delta in arguments.split_inclusive([',', ' ']) {
                add("response.function_call_arguments.delta", &at, json!({"delta": delta}));
            }
            let done = json!({"arguments": arguments, "name": item["name"]});
            add("response.function_call_arguments.done", &at, done);
        }
        _ => {}
    }
    if started.get("status").is_some() {
        started["status"] = "in_progress".into();
    }
    events.push(json!({"type": "response.output_item.added", "output_index": index, "item": started}));
    events.append(&mut inner);
    events.push(json!({"type": "response.output_item.done", "output_index": index, "item": item}));
}

/// Returns an event as it's sent.
pub(super) fn frame(event: &Value) -> String {
    let kind = event["type"].as_str().unwrap_or("message");
    format!("event: {}\ndata: {event}\n\n", kind.replace(['\r', '\n'], " "))
}
