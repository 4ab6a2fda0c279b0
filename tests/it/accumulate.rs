//! The accumulator and the text stream, with complete, truncated and wrongly numbered streams.
//!
//! Set `NEXCONN_CORPUS` to a folder of recordings to accumulate these without their terminal events, and to compare
//! the result with the response of the terminal event.

use std::collections::HashSet;

use nexconn_responses::types::{
    CreateResponseRequest, OutputContent, OutputItem, Response, ResponseStatus, StreamEvent,
};
use nexconn_responses::{Accumulator, ErrorKind, EventStream, TextStream};
use serde_json::{Value, json};

use crate::recorded_streams::{self, events_in, terminal};
use crate::server::{Server, held, reply};

const SSE: &str = "200 OK\ncontent-type: text/event-stream";

fn event(event: Value) -> StreamEvent {
    let event = serde_json::from_value(event).unwrap();
    assert!(!matches!(event, StreamEvent::Unknown(_)), "a test's event is one: {event:?}");
    event
}

fn accumulate(events: impl IntoIterator<Item = Value>) -> Accumulator {
    let mut accumulator = Accumulator::new();
    for each in events {
        accumulator.push(&event(each));
    }
    accumulator
}

fn response(events: impl IntoIterator<Item = Value>) -> Response {
    accumulate(events).into_response().unwrap()
}

/// Returns the output as JSON.
fn output(events: impl IntoIterator<Item = Value>) -> Value {
    serde_json::to_value(response(events).output).unwrap()
}

fn created() -> Value {
    json!({"type": "response.created", "response": {"id": "r", "status": "in_progress", "output": []}})
}

fn added(index: i64, item: &Value) -> Value {
    json!({"type": "response.output_item.added", "output_index": index, "item": item})
}

fn done(index: i64, item: &Value) -> Value {
    json!({"type": "response.output_item.done", "output_index": index, "item": item})
}

/// Returns an event about a part of an item.
fn piece(kind: &str, index: i64, id: &str, more: &Value) -> Value {
    let mut event = json!({"type": format!("response.{kind}"), "output_index": index, "item_id": id,
        "content_index": 0, "summary_index": 0});
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event
}

fn text(index: i64, id: &str, delta: &str) -> Value {
    piece("output_text.delta", index, id, &json!({"delta": delta}))
}

fn message(id: &str, text: &str) -> Value {
    let content = if text.is_empty() { json!([]) } else { json!([{"type": "output_text", "text": text}]) };
    json!({"type": "message", "id": id, "role": "assistant", "status": "in_progress", "content": content})
}

fn completed() -> Value {
    json!({"type": "response.completed", "response": {"id": "r", "status": "completed", "output": [message("m", "Hello")]}})
}

#[test]
fn before_any_event_there_is_no_response() {
    assert_eq!(Accumulator::new().response(), None);
    assert_eq!(accumulate([json!({"type": "keepalive"})]).into_response(), None);
}

#[test]
fn a_snapshot_is_the_response_as_given() {
    for kind in ["created", "queued", "in_progress"] {
        let given = json!({"id": "r", "model": "m", "output": [message("m", "Hi")], "x": 1});
        let response = response([json!({"type": format!("response.{kind}"), "response": given})]);
        assert_eq!(serde_json::to_value(response).unwrap(), given);
    }
}

#[test]
fn a_later_snapshot_keeps_the_output_of_the_same_response() {
    let queued = |id| json!({"type": "response.in_progress", "response": {"id": id, "model": "new", "output": []}});
    let same = response([created(), text(0, "m", "Hi"), queued("r"), text(0, "m", "!")]);
    assert_eq!((same.output_text().as_str(), same.model.as_deref()), ("Hi!", Some("new")));
    assert_eq!(response([created(), text(0, "m", "Hi"), queued("other")]).output_text(), "");
}

#[test]
fn the_terminal_event_replaces_the_response_and_ends_it() {
    for kind in ["completed", "incomplete", "failed"] {
        let end = json!({"id": "r", "status": kind, "output": [message("m", "Hello")]});
        let event = json!({"type": format!("response.{kind}"), "response": end});
        let response = response([created(), text(0, "m", "Hi"), event, text(0, "m", "late"), created()]);
        assert_eq!(serde_json::to_value(response).unwrap(), end);
    }
}

#[test]
fn a_terminal_event_without_output_keeps_the_items() {
    for (kind, output) in [("completed", json!([])), ("incomplete", Value::Null), ("failed", json!([]))] {
        let event = json!({"type": format!("response.{kind}"), "response": {"id": "r", "output": output}});
        let response = response([created(), text(1, "b", "B"), text(0, "a", "A"), done(1, &message("b", "B.")), event]);
        assert_eq!(response.output_text(), "AB.");
    }
}

#[test]
fn arguments_are_found_by_the_call_id_if_there_is_no_item_id() {
    let call = |id: &str| json!({"type": "function_call", "id": id, "call_id": format!("c{id}"), "name": "f", "arguments": ""});
    let arguments = |index, id: &str, delta| {
        piece("function_call_arguments.delta", index, "", &json!({"call_id": id, "delta": delta}))
    };
    let output = output([
        created(),
        added(0, &call("a")),
        added(0, &call("b")),
        arguments(0, "ca", "1"),
        arguments(0, "cb", "2"),
        arguments(1, "cc", "3"),
        arguments(0, "ca", "4"),
        arguments(1, "cc", "5"),
    ]);
    let found: Vec<_> = output.as_array().unwrap().iter().map(|call| (&call["call_id"], &call["arguments"])).collect();
    assert_eq!(found, [(&json!("ca"), &json!("14")), (&json!("cb"), &json!("2")), (&json!("cc"), &json!("35"))]);
}

#[test]
fn output_text_parts_of_a_reasoning_item_create_no_message() {
    let part = |kind: &str, text| {
        piece(kind, 0, "rs", &json!({"part": {"type": "output_text", "text": text, "annotations": []}}))
    };
    let output = output([
        created(),
        added(0, &json!({"type": "reasoning", "id": "rs", "summary": []})),
        part("content_part.added", ""),
        piece("reasoning_text.delta", 0, "rs", &json!({"delta": "T"})),
        part("content_part.done", "T."),
    ]);
    assert_eq!(
        output,
        json!([{"type": "reasoning", "id": "rs", "summary": [],
        "content": [{"type": "reasoning_text", "text": "T."}]}])
    );
}

#[test]
fn a_message_grows_part_by_part() {
    let annotation = json!({"type": "url_citation", "url": "u", "title": "t", "start_index": 0, "end_index": 1});
    let annotate = |index| {
        piece("output_text.annotation.added", 0, "m", &json!({"annotation_index": index, "annotation": annotation}))
    };
    let output = output([
        created(),
        added(0, &message("m", "")),
        piece("content_part.added", 0, "m", &json!({"part": {"type": "output_text", "text": "", "annotations": []}})),
        piece("output_text.delta", 0, "m", &json!({"delta": "A", "logprobs": [{"token": "A", "logprob": -1.0}]})),
        text(0, "m", "B"),
        annotate(0),
        annotate(0),
        piece("refusal.delta", 0, "m", &json!({"content_index": 1, "delta": "N"})),
        piece("refusal.delta", 0, "m", &json!({"content_index": 1, "delta": "o"})),
        piece("output_text.done", 0, "m", &json!({"text": "AB."})),
        piece("refusal.done", 0, "m", &json!({"content_index": 1, "refusal": "No."})),
    ]);
    let content = json!([
        {"type": "output_text", "text": "AB.", "annotations": [annotation], "logprobs": [{"token": "A", "logprob": -1.0}]},
        {"type": "refusal", "refusal": "No."},
    ]);
    assert_eq!(output[0]["content"], content);
}

#[test]
fn reasoning_grows_in_both_lists_and_by_its_alias() {
    let output = output([
        created(),
        added(0, &json!({"type": "reasoning", "id": "rs", "summary": []})),
        piece("reasoning_summary_part.added", 0, "rs", &json!({"part": {"type": "summary_text", "text": ""}})),
        piece("reasoning_summary_text.delta", 0, "rs", &json!({"delta": "S"})),
        piece("reasoning_summary_text.delta", 0, "rs", &json!({"delta": "2", "summary_index": 1})),
        piece("reasoning_summary_text.done", 0, "rs", &json!({"text": "S1"})),
        piece("reasoning_text.delta", 0, "rs", &json!({"delta": "T"})),
        piece("reasoning.delta", 0, "rs", &json!({"delta": "U"})),
    ]);
    assert_eq!(
        output[0]["summary"],
        json!([{"type": "summary_text", "text": "S1"}, {"type": "summary_text", "text": "2"}])
    );
    assert_eq!(output[0]["content"], json!([{"type": "reasoning_text", "text": "TU"}]));
}

#[test]
fn interleaved_calls_get_their_own_arguments() {
    let call =
        |id| json!({"type": "function_call", "id": id, "call_id": format!("c{id}"), "name": "f", "arguments": ""});
    let arguments = |index, id, delta| piece("function_call_arguments.delta", index, id, &json!({"delta": delta}));
    // With correct indexes, with one index for all, and with unknown ids.
    for (indexes, ids) in [([0, 1], ["a", "b"]), ([0, 0], ["a", "b"]), ([0, 1], ["?", "?"])] {
        let output = output([
            created(),
            added(indexes[0], &call("a")),
            added(indexes[1], &call("b")),
            arguments(indexes[0], ids[0], "{\"a\""),
            arguments(indexes[1], ids[1], "{\"b\""),
            arguments(indexes[0], ids[0], ":1}"),
            arguments(indexes[1], ids[1], ":2}"),
        ]);
        let found: Vec<_> =
            output.as_array().unwrap().iter().map(|call| (&call["call_id"], &call["arguments"])).collect();
        assert_eq!(
            found,
            [(&json!("ca"), &json!("{\"a\":1}")), (&json!("cb"), &json!("{\"b\":2}"))],
            "{indexes:?} {ids:?}"
        );
    }
}

#[test]
fn each_kind_of_call_accumulates_its_input() {
    let delta = json!({"delta": "x"});
    for (delta_kind, done_kind, field, item) in [
        ("function_call_arguments", "function_call_arguments", "arguments", "function_call"),
        ("custom_tool_call_input", "custom_tool_call_input", "input", "custom_tool_call"),
        ("mcp_call_arguments", "mcp_call_arguments", "arguments", "mcp_call"),
        ("code_interpreter_call_code", "code_interpreter_call_code", "code", "code_interpreter_call"),
    ] {
        let deltas = [
            piece(&format!("{delta_kind}.delta"), 0, "i", &delta),
            piece(&format!("{delta_kind}.delta"), 0, "i", &delta),
        ];
        let accumulator = output(deltas.clone());
        assert_eq!(
            (&accumulator[0]["type"], &accumulator[0]["id"], &accumulator[0][field]),
            (&json!(item), &json!("i"), &json!("xx"))
        );
        let end = piece(&format!("{done_kind}.done"), 0, "i", &json!({field: "xxx"}));
        assert_eq!(output(deltas.into_iter().chain([end]))[0][field], "xxx");
    }
    let shell =
        json!({"type": "response.shell_call_command.delta", "output_index": 0, "command_index": 0, "delta": "l"});
    assert_eq!(output([shell.clone(), shell])[0]["action"]["commands"], json!(["ll"]));
    let call = json!({"type": "apply_patch_call", "id": "ap_1", "call_id": "c", "status": "in_progress",
        "operation": {"type": "create_file", "path": "a.txt", "diff": ""}});
    let diff = piece("apply_patch_call_operation_diff.delta", 0, "ap_1", &json!({"delta": "+a"}));
    let events = [added(0, &call), diff.clone(), diff.clone()];
    assert_eq!(output(events)[0]["operation"]["diff"], "+a+a");
    let whole = piece("apply_patch_call_operation_diff.done", 0, "ap_1", &json!({"diff": "+b"}));
    assert_eq!(output([diff, whole])[0]["operation"]["diff"], "+b");
    let thought = |kind, text| {
        let part = json!({"type": "reasoning_text", "text": text});
        piece(kind, 0, "rs_1", &json!({"part": part}))
    };
    let events = [thought("reasoning_part.added", ""), thought("reasoning_part.done", "Hm.")];
    assert_eq!(output(events)[0]["content"][0]["text"], "Hm.");
}

#[test]
fn the_status_of_a_call_follows_its_events_until_it_is_done() {
    for (kind, statuses) in [
        ("web_search_call", &["in_progress", "searching", "completed"][..]),
        ("file_search_call", &["in_progress", "searching", "completed"]),
        ("code_interpreter_call", &["in_progress", "interpreting", "completed"]),
        ("image_generation_call", &["in_progress", "generating", "completed"]),
        ("mcp_call", &["in_progress", "completed", "failed"]),
    ] {
        let mut events = vec![created()];
        for status in statuses {
            events.push(piece(&format!("{kind}.{status}"), 0, "i", &json!({})));
            assert_eq!(output(events.clone())[0]["status"], *status, "{kind}");
        }
        let mut item = output(events.clone())[0].clone();
        item["status"] = json!("failed");
        events.extend([done(0, &item), piece(&format!("{kind}.in_progress"), 0, "i", &json!({}))]);
        assert_eq!(output(events), json!([item]));
    }
}

#[test]
fn text_without_an_item_or_a_response_is_kept() {
    let response = response([text(0, "m", "Hel"), text(0, "m", "lo"), created(), text(0, "m", "!")]);
    assert_eq!((response.id.as_str(), response.output_text().as_str()), ("r", "Hello!"));
    assert_eq!(response.output.len(), 1);
    assert_eq!(self::response([text(0, "m", "Hello")]).id, "");
}

#[test]
fn any_index_is_accepted_and_orders_the_items() {
    let at =
        |index, part, delta| piece("output_text.delta", index, "", &json!({"content_index": part, "delta": delta}));
    let numbers = [i64::MAX, 1_000_000_000, 1, -1, i64::MIN];
    let events =
        numbers.iter().flat_map(|index| numbers.map(|part| at(*index, part, if part < 0 { "-" } else { "+" })));
    let output = output(events.chain([at(1_000_000_000, 1, "x")]));
    assert_eq!(output.as_array().unwrap().len(), 5);
    for (position, item) in output.as_array().unwrap().iter().enumerate() {
        let text: String =
            item["content"].as_array().unwrap().iter().map(|part| part["text"].as_str().unwrap()).collect();
        assert_eq!(text, if position == 3 { "--+x++" } else { "--+++" });
    }
}

#[test]
fn an_id_takes_precedence_over_the_index() {
    let events =
        [created(), added(0, &message("a", "")), added(1, &message("b", "")), text(0, "b", "B"), text(7, "a", "A")];
    let response = response(events.into_iter().chain([done(5, &message("b", "B."))]));
    assert_eq!((response.output_text().as_str(), response.output.len()), ("AB.", 2));
}

#[test]
fn items_with_the_same_index_or_id_are_all_kept() {
    for (indexes, ids) in [([0, 0], ["a", "b"]), ([0, 1], ["a", "a"]), ([0, 1], ["", ""]), ([0, 0], ["", ""])] {
        let mut events = vec![created()];
        for (index, id, is_text) in [(indexes[0], ids[0], "A"), (indexes[1], ids[1], "B")] {
            events.extend([text(index, id, is_text), done(index, &message(id, is_text))]);
        }
        assert_eq!(response(events).output_text(), "AB", "{indexes:?} {ids:?}");
    }
}

#[test]
fn repeated_or_empty_events_keep_the_content() {
    let part = json!({"part": {"type": "output_text", "text": "", "annotations": []}});
    let response = response([
        created(),
        added(0, &message("m", "")),
        text(0, "m", "Hi"),
        added(0, &message("m", "")),
        piece("content_part.added", 0, "m", &part),
        piece("output_text.done", 0, "m", &json!({"text": ""})),
        done(0, &message("m", "")),
        done(0, &message("m", "")),
        added(0, &message("m", "")),
    ]);
    assert_eq!((response.output_text().as_str(), response.output.len()), ("Hi", 1));
}

#[test]
fn text_for_an_item_of_another_kind_is_kept_beside_it() {
    let call = json!({"type": "function_call", "id": "f", "call_id": "c", "name": "f", "arguments": "{}"});
    let output = output([created(), added(0, &call), text(0, "f", "Hi"), text(0, "f", "!")]);
    assert_eq!(output[0], call);
    assert_eq!(output[1]["content"][0]["text"], "Hi!");
}

/// A quadratic accumulator takes a minute for this in a release build.
#[test]
fn descending_indexes_take_linear_time() {
    let count = 60_000;
    let mut accumulator = Accumulator::new();
    for index in (0..count).rev() {
        accumulator.push(&event(text(index, "", &format!("{index} "))));
        accumulator.push(&event(piece("output_text.delta", -1, "", &json!({"content_index": index, "delta": "x"}))));
    }
    let output = accumulator.response().unwrap().output.as_slice();
    assert_eq!(output.len(), 60_001);
    for (position, item) in output[1..].iter().enumerate() {
        let OutputItem::Message(message) = item else { panic!("a message: {item:?}") };
        assert!(
            matches!(&message.content[..], [OutputContent::OutputText(part)] if part.text == format!("{position} "))
        );
    }
}

#[test]
fn reading_between_events_has_no_effect() {
    let order = [3, 1, 2, 0, 1, 3, 2];
    let events: Vec<_> =
        order.iter().map(|index| event(text(*index, &format!("m{index}"), &index.to_string()))).collect();
    let (mut read, mut unread) = (Accumulator::new(), Accumulator::new());
    for event in &events {
        read.push(event);
        assert!(read.response().is_some());
        unread.push(event);
    }
    assert_eq!(read.response(), unread.response());
    assert_eq!(read.into_response().unwrap().output_text(), "0112233");
}

#[test]
fn a_text_of_many_deltas_is_complete() {
    let delta = event(text(0, "m", "0123456789"));
    let mut accumulator = Accumulator::new();
    for _ in 0..200_000 {
        accumulator.push(&delta);
    }
    assert_eq!(accumulator.response().unwrap().output_text().len(), 2_000_000);
}

/// Returns the names and events of the recorded streams.
fn recorded() -> Option<Vec<(String, Vec<StreamEvent>)>> {
    Some(recorded_streams::recorded()?.into_iter().map(|(name, body)| (name, events_in(&body))).collect())
}

/// Returns an item without the fields the server encrypts anew each time.
fn comparable(item: &OutputItem) -> Value {
    let mut item = serde_json::to_value(item).unwrap();
    let object = item.as_object_mut().unwrap();
    object.remove("encrypted_content");
    object.remove("fingerprint");
    item
}

/// Returns the texts of an item by property.
fn texts(item: &OutputItem) -> Value {
    let item = serde_json::to_value(item).unwrap();
    let text = |list: &str, name: &str| -> String {
        item[list].as_array().into_iter().flatten().filter_map(|part| part[name].as_str()).collect()
    };
    let input = if item["type"] == "custom_tool_call" { &item["input"] } else { &Value::Null };
    json!({"id": item["id"], "type": item["type"], "text": text("content", "text"), "arguments": item["arguments"],
        "refusal": text("content", "refusal"), "summary": text("summary", "text"), "code": item["code"], "input": input})
}

#[test]
fn recorded_streams_accumulate_to_their_terminal_response() {
    let Some(streams) = recorded() else { return };
    let (mut compared, mut items, mut unsaid) = (0, 0, 0);
    for (name, events) in &streams {
        let Some((end, response)) = events.iter().enumerate().find_map(|(at, event)| Some((at, terminal(event)?)))
        else {
            continue;
        };
        let mut accumulator = Accumulator::new();
        events[..end].iter().for_each(|event| accumulator.push(event));
        let found = accumulator.response().unwrap_or_else(|| panic!("{name}: there is a response"));
        assert_eq!(found.id, response.id, "{name}");
        let mut complete = response.clone();
        if response.output.is_empty() {
            complete.output.clone_from(&found.output);
        }
        let (found, expected) = (found.output.clone(), response.output.clone());
        if expected.is_empty() && !found.is_empty() {
            unsaid += 1;
        } else {
            let json = |items: &[OutputItem]| items.iter().map(comparable).collect::<Vec<_>>();
            assert_eq!(json(&found), json(&expected), "{name}");
            (compared, items) = (compared + 1, items + expected.len());
        }
        events[end..].iter().for_each(|event| accumulator.push(event));
        assert!(accumulator.response() == Some(&complete), "{name}: the terminal event's response, with output");
    }
    eprintln!(
        "{compared} streams compared, with {items} items; {unsaid} have an end without the output that they sent"
    );
    assert!(compared > 0, "no recorded stream has an end");
}

/// Compares only items with deltas. Programs and tool searches have none, and neither have arguments from LM Studio.
#[test]
fn recorded_deltas_add_up_to_the_texts_of_the_terminal_response() {
    let Some(streams) = recorded() else { return };
    let mut compared = 0;
    for (name, events) in &streams {
        let Some(response) = events.iter().find_map(terminal) else { continue };
        let (mut accumulator, mut ids) = (Accumulator::new(), HashSet::new());
        for event in events.iter().take_while(|event| terminal(event).is_none()) {
            let step = event.type_().and_then(|kind| kind.rsplit('.').next());
            if step == Some("delta") && !matches!(event, StreamEvent::Unknown(_)) {
                ids.insert(serde_json::to_value(event).unwrap()["item_id"].clone());
            }
            if step != Some("done") {
                accumulator.push(event);
            }
        }
        let of = |response: &Response| -> Vec<Value> {
            let items = response.output.iter().map(texts);
            items.filter(|texts| ids.contains(&texts["id"])).collect()
        };
        let expected = of(response);
        if !expected.is_empty() {
            assert_eq!(of(accumulator.response().unwrap()), expected, "{name}");
            compared += expected.len();
        }
    }
    eprintln!("the deltas of {compared} items compared");
    assert!(compared > 0, "no recorded stream has deltas");
}

fn frames(events: &[Value]) -> String {
    events.iter().map(|event| format!("data: {event}\n\n")).collect()
}

async fn streaming(server: &Server) -> EventStream {
    let request = CreateResponseRequest::new("openai/gpt-5.2", "Hello");
    server.builder().build().unwrap().stream(&request).await.expect("the stream begins")
}

/// Returns the deltas, and the kind of the final error.
async fn pieces(mut stream: TextStream) -> (Vec<String>, Option<ErrorKind>) {
    let mut pieces = Vec::new();
    while let Some(piece) = stream.next().await {
        match piece {
            Ok(piece) => pieces.push(piece),
            Err(error) => {
                assert!(stream.next().await.is_none(), "the error is the last item");
                return (pieces, Some(error.kind()));
            }
        }
    }
    assert!(stream.next().await.is_none(), "a stream that has ended stays so");
    (pieces, None)
}

#[tokio::test]
async fn the_text_stream_has_only_the_text() {
    let events = [
        created(),
        piece("reasoning_summary_text.delta", 0, "rs", &json!({"delta": "thought"})),
        piece("refusal.delta", 1, "m", &json!({"delta": "no"})),
        text(1, "m", "Grüß "),
        piece("function_call_arguments.delta", 2, "f", &json!({"delta": "{}"})),
        text(1, "m", "👋"),
        piece("output_text.done", 1, "m", &json!({"text": "Grüß 👋"})),
        completed(),
    ];
    // The server keeps the connection open.
    let body = frames(&events);
    let bytes = format!("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n{body}").into_bytes();
    let server = Server::start([held(bytes)]);
    let found = pieces(streaming(&server).await.text_stream()).await;
    assert_eq!(found, (vec!["Grüß ".to_owned(), "👋".to_owned()], None));
    server.finish().await;
}

#[tokio::test]
async fn the_text_stream_ends_with_the_error_of_the_stream() {
    let failed = json!({"type": "response.failed", "response": {"id": "r", "status": "failed", "error": {"code": "server_error", "message": "m"}}});
    for (end, kind) in [(frames(&[failed]), ErrorKind::ResponseFailed), (String::new(), ErrorKind::StreamTruncated)] {
        let server = Server::start([reply(SSE, frames(&[created(), text(0, "m", "Hel")]) + &end)]);
        let found = pieces(streaming(&server).await.text_stream()).await;
        assert_eq!(found, (vec!["Hel".to_owned()], Some(kind)));
        server.finish().await;
    }
}

#[tokio::test]
async fn the_accumulator_keeps_the_output_of_a_broken_stream() {
    let whole = frames(&[created(), text(0, "m", "Hel"), text(0, "m", "lo"), completed()]);
    for (cut, text) in [("response.completed", "Hello"), ("\"lo\"", "Hel")] {
        let cut = whole.find(cut).unwrap();
        let server = Server::start([reply(SSE, &whole[..cut])]);
        let (mut stream, mut accumulator) = (streaming(&server).await, Accumulator::new());
        let error = loop {
            match stream.next().await.expect("the stream ends with an error") {
                Ok(event) => accumulator.push(&event),
                Err(error) => break error,
            }
        };
        let response = accumulator.into_response().unwrap();
        assert_eq!((error.kind(), response.output_text().as_str()), (ErrorKind::StreamTruncated, text));
        assert_eq!(response.status, Some(ResponseStatus::InProgress));
        server.finish().await;
    }
}

#[test]
fn streams_are_send() {
    fn assert_movable<T: Send + Unpin>() {}
    assert_movable::<TextStream>();
    assert_movable::<Accumulator>();
}
