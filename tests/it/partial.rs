//! Incomplete JSON: output text, and the arguments of calls.

use arbtest::arbitrary::{Result as Drawn, Unstructured};
use arbtest::arbtest;
use nexconn_responses::types::CreateResponseRequest;
use nexconn_responses::{ErrorKind, EventStream, PartialJson};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::server::{Server, reply};

/// The value after each of these pieces.
fn values(pieces: &[&str]) -> Vec<Value> {
    let mut partial = PartialJson::new();
    let push = |piece: &&str| {
        partial.push(piece);
        partial.value().clone()
    };
    pieces.iter().map(push).collect()
}

#[test]
fn strings_arrays_and_objects_grow() {
    let pieces = ["{", "\"a\": \"x", "y\\", "nz\"", ", \"b\": [", "\"1", "\", {\"c", "\": {", "}}", "]}"];
    let expected = [
        json!({}),
        json!({"a": "x"}),
        json!({"a": "xy"}),
        json!({"a": "xy\nz"}),
        json!({"a": "xy\nz", "b": []}),
        json!({"a": "xy\nz", "b": ["1"]}),
        json!({"a": "xy\nz", "b": ["1", {}]}),
        json!({"a": "xy\nz", "b": ["1", {"c": {}}]}),
        json!({"a": "xy\nz", "b": ["1", {"c": {}}]}),
        json!({"a": "xy\nz", "b": ["1", {"c": {}}]}),
    ];
    assert_eq!(values(&pieces), expected);
}

#[test]
fn numbers_literals_and_names_appear_when_complete() {
    let pieces = ["[1", "0", ", tr", "ue", ", nul", "l, -1.5e", "3", "]"];
    let expected = [
        json!([]),
        json!([]),
        json!([10]),
        json!([10, true]),
        json!([10, true]),
        json!([10, true, null]),
        json!([10, true, null]),
        json!([10, true, null, -1500.0]),
    ];
    assert_eq!(values(&pieces), expected);
    assert_eq!(values(&["{\"na", "me", "\"", ": 1", "}"]).last(), Some(&json!({"name": 1})));
}

#[test]
fn escapes_may_be_cut_anywhere() {
    let text = r#""\"\\\/\b\f\n\r\té\ud83d\ude00\ud83dx\ude00\ud83d\ud83d\ude00\ud83d""#;
    let expected = json!("\"\\/\u{8}\u{c}\n\r\té😀\u{fffd}x\u{fffd}\u{fffd}😀\u{fffd}");
    let characters: Vec<String> = text.chars().map(String::from).collect();
    let pieces: Vec<&str> = characters.iter().map(String::as_str).collect();
    assert_eq!(values(&pieces).last(), Some(&expected));
    for cut in 0..=text.len() {
        if text.is_char_boundary(cut) {
            assert_eq!(values(&[&text[..cut], &text[cut..]]).last(), Some(&expected), "cut at {cut}");
        }
    }
}

#[test]
fn invalid_text_keeps_the_value_so_far() {
    for (text, expected) in [
        ("Sure! {\"a\": 1}", json!(null)),
        ("{\"a\": 1, b}", json!({"a": 1})),
        ("[1, 2}", json!([1, 2])),
        ("[1, 01, 3]", json!([1])),
        ("[\"a\nb\"]", json!(["a"])),
        ("[\"a\\x\"]", json!(["a"])),
        ("{\"a\": [1]} {}", json!({"a": [1]})),
        ("[1,]", json!([1])),
        ("{\"a\": 1,}", json!({"a": 1})),
        ("{1: 2}", json!({})),
    ] {
        let mut partial = PartialJson::new();
        partial.push(text);
        partial.push("\"x\"");
        assert_eq!((partial.value(), partial.is_valid()), (&expected, false), "{text}");
        assert!(serde_json::from_str::<Value>(text).is_err());
    }
}

#[test]
fn depth_is_bounded() {
    let mut partial = PartialJson::new();
    for _ in 0..100_000 {
        partial.push("[");
    }
    assert!(!partial.is_valid());
    let text = format!("{}{}", "[".repeat(127), "]".repeat(127));
    let mut partial = PartialJson::new();
    partial.push(&text);
    assert!(partial.is_complete() && serde_json::from_str::<Value>(&text).is_ok());
}

fn draw(random: &mut Unstructured<'_>, depth: usize) -> Drawn<Value> {
    let text = |random: &mut Unstructured<'_>| -> Drawn<String> {
        let characters = ["a", "\"", "\\", "\n", "\u{1}", "é", "😀", "\u{7f}"];
        (0..random.int_in_range(0..=6)?).map(|_| random.choose(&characters).copied()).collect()
    };
    Ok(match random.int_in_range(0..=if depth == 0 { 4 } else { 6 })? {
        0 => Value::Null,
        1 => random.arbitrary::<bool>()?.into(),
        2 => random.arbitrary::<i64>()?.into(),
        3 => json!(f64::from(random.arbitrary::<i32>()?) / 8.0),
        4 => text(random)?.into(),
        5 => (0..random.int_in_range(0..=3)?).map(|_| draw(random, depth - 1)).collect::<Drawn<Vec<_>>>()?.into(),
        _ => {
            let property = |_| Ok((text(random)?, draw(random, depth - 1)?));
            Value::Object((0..3).map(property).collect::<Drawn<_>>()?)
        }
    })
}

/// Whether a value can be a part of a complete one.
fn is_part(part: &Value, complete: &Value) -> bool {
    match (part, complete) {
        (Value::Null, _) => true,
        (Value::String(part), Value::String(complete)) => complete.starts_with(part.as_str()),
        (Value::Array(part), Value::Array(complete)) => {
            part.len() <= complete.len() && part.iter().zip(complete).all(|(part, complete)| is_part(part, complete))
        }
        (Value::Object(part), Value::Object(complete)) => {
            part.iter().all(|(name, part)| complete.get(name).is_some_and(|complete| is_part(part, complete)))
        }
        _ => part == complete,
    }
}

#[test]
fn any_prefix_is_a_part_of_the_value_and_the_full_text_is_the_value() {
    arbtest(|random| {
        let value = json!([draw(random, 4)?]);
        let text = if random.arbitrary()? { value.to_string() } else { serde_json::to_string_pretty(&value).unwrap() };
        let (mut partial, mut rest) = (PartialJson::new(), &text[..]);
        while !rest.is_empty() {
            let length = random.int_in_range(1..=12)?;
            let cut = (length..rest.len()).find(|cut| rest.is_char_boundary(*cut)).unwrap_or(rest.len());
            let (piece, more) = rest.split_at(cut);
            partial.push(piece);
            assert!(is_part(partial.value(), &value), "{} of {value}", partial.value());
            rest = more;
        }
        assert_eq!((partial.value(), partial.is_complete()), (&value, true));
        Ok(())
    });
}

#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(default)]
struct Recipe {
    title: Option<String>,
    steps: Vec<String>,
}

fn delta(id: &str, delta: &str) -> Value {
    json!({"type": "response.output_text.delta", "item_id": id, "output_index": 0, "content_index": 0, "delta": delta})
}

fn message(id: &str, phase: &str, text: &str) -> Value {
    json!({"type": "message", "id": id, "role": "assistant", "status": "completed", "phase": phase,
        "content": [{"type": "output_text", "text": text, "annotations": []}]})
}

fn added(index: i64, item: &Value) -> Value {
    json!({"type": "response.output_item.added", "output_index": index, "item": item})
}

fn completed(output: &[Value]) -> Value {
    json!({"type": "response.completed", "response": {"id": "r", "status": "completed", "output": output}})
}

async fn stream(events: &[Value]) -> EventStream {
    let body: String = events.iter().map(|event| format!("data: {event}\n\n")).collect();
    let server = Server::start([reply("200 OK\ncontent-type: text/event-stream", body)]);
    let stream = server.builder().build().unwrap().stream(&CreateResponseRequest::new("m", "i")).await.unwrap();
    server.finish().await;
    stream
}

#[tokio::test]
async fn structured_output_is_typed_while_it_arrives() {
    let text = r#"{"title": "Waffles", "steps": ["Melt", "Mix"]}"#;
    let mut events = vec![added(0, &message("c", "commentary", "")), delta("c", "Let me think.")];
    events.push(added(0, &message("m", "final_answer", "")));
    events.extend([&text[..13], &text[13..35], &text[35..]].map(|piece| delta("m", piece)));
    events.push(completed(&[message("m", "final_answer", text)]));
    let mut partial = stream(&events).await.partial::<Recipe>();
    let mut found = Vec::new();
    while let Some(value) = partial.next().await {
        found.push(value.unwrap().get().unwrap());
    }
    let recipe = |title: &str, steps: &[&str]| Recipe {
        title: Some(title.to_owned()),
        steps: steps.iter().map(|step| (*step).to_owned()).collect(),
    };
    assert_eq!(found, [recipe("Wa", &[]), recipe("Waffles", &["Mel"]), recipe("Waffles", &["Melt", "Mix"])]);
    let response = partial.into_response().await.unwrap();
    assert_eq!(response.parse::<Recipe>().unwrap(), found[2]);
}

#[tokio::test]
async fn a_type_that_no_part_fits_has_the_value() {
    let mut partial = stream(&[delta("m", "{\"a\": [1, 2"), completed(&[])]).await.partial::<(i64, i64)>();
    let value = partial.next().await.unwrap().unwrap();
    assert_eq!((value.value(), value.get().unwrap_err().kind()), (&json!({"a": [1]}), ErrorKind::Decode));
    assert!(!value.is_complete());
    // The stream has no more text, but the response is available.
    assert!(partial.next().await.is_none());
    assert_eq!(partial.into_response().await.unwrap().output_text(), "{\"a\": [1, 2");
}

#[tokio::test]
async fn the_error_of_the_stream_comes_last() {
    let mut partial = stream(&[delta("m", "{\"title\": \"W")]).await.partial::<Recipe>();
    assert_eq!(partial.next().await.unwrap().unwrap().get().unwrap().title.as_deref(), Some("W"));
    assert_eq!(partial.next().await.unwrap().unwrap_err().kind(), ErrorKind::StreamTruncated);
    assert!(partial.next().await.is_none());
    assert_eq!(partial.into_response().await.unwrap_err().kind(), ErrorKind::StreamTruncated);
}

#[tokio::test]
async fn arguments_are_typed_while_they_arrive_call_by_call() {
    let call = |id: &str, name: &str| json!({"type": "function_call", "id": id, "call_id": format!("call_{id}"), "name": name, "arguments": ""});
    let arguments = |index: i64, id: &str, delta: &str| json!({"type": "response.function_call_arguments.delta", "item_id": id, "output_index": index, "delta": delta});
    let mut whole = call("d", "cook");
    whole["arguments"] = json!("{\"title\": \"D\"}");
    let events = [
        added(0, &call("a", "cook")),
        added(1, &call("b", "shop")),
        added(2, &call("c", "cook")),
        arguments(0, "a", "{\"title\": \"A"),
        arguments(1, "b", "{\"title\": \"B"),
        arguments(2, "c", "{\"title\": \"C"),
        arguments(0, "a", "A\"}"),
        json!({"type": "response.output_item.done", "output_index": 3, "item": whole}),
        completed(&[]),
    ];
    let mut partial = stream(&events).await.partial_arguments::<Recipe>("cook");
    let mut found = Vec::new();
    while let Some(value) = partial.next().await {
        let value = value.unwrap();
        found.push((value.call_id().unwrap().to_owned(), value.get().unwrap().title.unwrap(), value.is_complete()));
    }
    let expected = [("call_a", "A", false), ("call_c", "C", false), ("call_a", "AA", true), ("call_d", "D", true)];
    assert_eq!(found, expected.map(|(id, title, is_complete)| (id.to_owned(), title.to_owned(), is_complete)));
}
