//! Parsing output and arguments, and sending output back.

use std::error::Error as _;

use nexconn_responses::types::{CreateResponseRequest, FunctionCall, InputContent, InputText, Message, Response};
use nexconn_responses::{Error, ErrorKind};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, PartialEq, Deserialize)]
struct Sum {
    result: i32,
}

fn message(parts: &Value) -> Value {
    json!({"type": "message", "role": "assistant", "content": parts})
}

fn text(text: &str) -> Value {
    json!({"type": "output_text", "text": text})
}

/// Returns a response with these properties.
fn response(properties: &Value) -> Response {
    let mut value = json!({"id": "resp_1"});
    value.as_object_mut().unwrap().extend(properties.as_object().unwrap().clone());
    serde_json::from_value(value).unwrap()
}

fn parsed(properties: &Value) -> Result<Sum, Error> {
    response(properties).parse()
}

// ---- parsing -------------------------------------------------------------------------------------------------------

#[test]
fn text_is_parsed_among_other_items() {
    let call = json!({"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"});
    let commentary = json!({"type": "message", "phase": "commentary", "content": [text("Let me look."), {"type": "refusal", "refusal": "no"}]});
    let parts = json!([text("{\"res"), text("ult\": 42}")]);
    let output = json!([call, commentary, message(&parts), {"type": "hologram"}]);
    for status in ["completed", "sealed"] {
        assert_eq!(parsed(&json!({"status": status, "output": output})).unwrap(), Sum { result: 42 });
    }
    assert_eq!(parsed(&json!({ "output": output })).unwrap(), Sum { result: 42 }, "without a status");
}

#[test]
fn a_refusal_is_the_message_of_the_error() {
    let output =
        [message(&json!([{"type": "refusal", "refusal": "I can't "}, {"type": "refusal", "refusal": "say."}]))];
    for status in ["completed", "incomplete"] {
        let error = parsed(&json!({"status": status, "output": output})).unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::Refusal, "I can't say."));
    }
}

#[test]
fn truncated_output_has_the_reason_and_the_text_so_far() {
    let output = [message(&json!([text("{\"result\": 4")]))];
    let details = json!({"reason": "max_output_tokens"});
    let error = parsed(&json!({"status": "incomplete", "incomplete_details": details, "output": output})).unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Incomplete, "max_output_tokens"));
    assert_eq!(error.raw_body(), Some("{\"result\": 4"));
    let without_status = parsed(&json!({"incomplete_details": details, "output": output})).unwrap_err();
    assert_eq!(without_status.kind(), ErrorKind::Incomplete);
    for status in ["incomplete", "queued", "in_progress", "cancelled"] {
        let error = parsed(&json!({"status": status, "output": []})).unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::Incomplete, status));
    }
}

#[test]
fn a_failed_response_has_the_servers_error() {
    let body = json!({"code": "server_error", "message": "out of GPUs"});
    let error = parsed(&json!({"status": "failed", "error": body, "output": []})).unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::ResponseFailed, "out of GPUs"));
    assert_eq!(error.code(), Some("server_error"));
    assert!(!error.is_retryable());
    let without_error = parsed(&json!({"status": "failed"})).unwrap_err();
    assert_eq!((without_error.kind(), without_error.code()), (ErrorKind::ResponseFailed, None));
    let odd = r#"{"status":"failed","error":{"code":"server_error","message":"cut \ud83d","detail":1e999}}"#;
    let error = Response::from_json(odd).unwrap().parse::<Value>().unwrap_err();
    assert_eq!((error.code(), error.message()), (Some("server_error"), "cut \u{fffd}"));
}

#[test]
fn output_without_text_is_an_error() {
    let call = json!({"type": "function_call", "call_id": "c", "name": "weather", "arguments": "{}"});
    let error = parsed(&json!({"status": "completed", "output": [call]})).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoText);
    for output in [json!(null), json!([]), json!([message(&json!([text("")]))])] {
        let error = parsed(&json!({"status": "completed", "output": output})).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoText);
    }
}

#[test]
fn the_error_for_missing_text_names_the_items() {
    let call = json!({"type": "function_call", "call_id": "c", "name": "weather", "arguments": "{}"});
    let output = [call, json!({"type": "hologram"}), json!({"type": "reasoning", "summary": []})];
    let error = parsed(&json!({"status": "completed", "output": output})).unwrap_err();
    for name in ["weather", "hologram", "reasoning"] {
        assert!(error.message().contains(name), "{error}");
    }
}

#[test]
fn text_of_another_type_is_a_decode_error_with_pointer_and_text() {
    let wrong = "{\n  \"result\": \"many\"}";
    let error = parsed(&json!({"status": "completed", "output": [message(&json!([text(wrong)]))]})).unwrap_err();
    assert_eq!((error.kind(), error.raw_body()), (ErrorKind::Decode, Some(wrong)));
    assert_eq!((error.pointer(), error.source().is_some()), (Some("/result"), true));
    let prose = parsed(&json!({"output": [message(&json!([text("{\"result\": 1} as you asked")]))]})).unwrap_err();
    assert_eq!(prose.kind(), ErrorKind::Decode);
}

// ---- calls ---------------------------------------------------------------------------------------------------------

#[test]
fn calls_are_in_order_and_their_arguments_parse() {
    let call = |id: &str, arguments: &str| json!({"type": "function_call", "call_id": id, "name": "f", "arguments": arguments});
    let response = response(&json!({"output": [
        call("a", "{\"result\": 1}"), message(&json!([text("wait")])), call("b", "{\"result\": 2}"), call("c", "{}")]}));
    let calls: Vec<_> = response.function_calls().collect();
    assert_eq!(calls.iter().map(|call| call.call_id.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(calls[1].parse_arguments::<Sum>().unwrap(), Sum { result: 2 });
    let error = calls[2].parse_arguments::<Sum>().unwrap_err();
    assert_eq!((error.kind(), error.raw_body()), (ErrorKind::Decode, Some("{}")));
    assert!(error.source().is_some());
}

#[test]
fn a_function_output_has_the_call_id_and_the_caller() {
    let call: FunctionCall = serde_json::from_value(json!({
        "type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}", "caller": {"type": "program", "caller_id": "p"}}))
    .unwrap();
    let value = |output| serde_json::to_value(output).unwrap();
    let expected = |output: &str| {
        let caller = json!({"type": "program", "caller_id": "p"});
        json!({"type": "function_call_output", "call_id": "call_1", "caller": caller, "output": output})
    };
    assert_eq!(value(call.output("4 °C")), expected("4 °C"));
    let parts: Vec<InputContent> = vec![InputText::new("rain").into()];
    assert_eq!(value(call.output(parts))["output"][0]["text"], "rain");
    assert_eq!(value(call.output_json(&json!({"t": 4})).unwrap()), expected("{\"t\":4}"));
    let unwritable = std::collections::HashMap::from([((1, 2), 3)]);
    assert_eq!(call.output_json(&unwritable).unwrap_err().kind(), ErrorKind::Encode);
}

// ---- sending back --------------------------------------------------------------------------------------------------

#[test]
fn the_next_request_appends_the_output_and_the_items() {
    let output = json!([
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "x", "new": [1]},
        {"type": "hologram_call", "voxels": [1, 2]},
        {"type": "message", "id": "m", "role": "assistant", "status": "completed", "new": true,
            "content": [{"type": "output_text", "text": "a", "annotations": []}, {"type": "new_part", "x": 1}]},
        {"type": "message", "role": null, "status": 5, "phase": null, "content": "of another JSON type"},
    ]);
    let request = CreateResponseRequest::new("m", "Hello").instructions("Be brief.");
    let next = request.continue_with(response(&json!({ "output": output })), [Message::user("And?")]);
    let again = next.clone().continue_with(response(&json!({"output": null})), [Message::user("So?")]);
    let value = serde_json::to_value(&next).unwrap();
    assert_eq!(value["instructions"], "Be brief.");
    assert_eq!(value["input"][0]["role"], "user");
    assert_eq!(value["input"][0]["content"], "Hello");
    assert_eq!(value["input"].as_array().unwrap()[1..5], *output.as_array().unwrap());
    assert_eq!(value["input"][5]["content"], "And?");
    let again = serde_json::to_value(&again).unwrap();
    assert_eq!(again["input"].as_array().unwrap()[..6], *value["input"].as_array().unwrap());
    assert_eq!(again["input"][6]["content"], "So?");
    let none: [Message; 0] = [];
    let mut empty = CreateResponseRequest::new("m", "");
    empty.input = None;
    assert_eq!(serde_json::to_value(empty.continue_with(Response::new("r"), none)).unwrap()["input"], json!([]));
}

/// Needs recordings; see `corpus.rs`.
#[test]
fn recorded_output_is_sent_back_unchanged() {
    let Some(lines) = crate::corpus::read("responses.jsonl") else { return };
    let mut items = 0;
    for line in lines.lines() {
        let recorded: Value = serde_json::from_str(line).unwrap();
        let output = recorded["body"]["output"].as_array().cloned().unwrap_or_default();
        let response: Response = serde_json::from_value(recorded["body"].clone()).unwrap();
        let sent = serde_json::to_value(response.into_input()).unwrap();
        assert_eq!(sent, json!(output), "{}", recorded["name"]);
        items += output.len();
    }
    assert!(items > 0, "the recordings have output");
}
