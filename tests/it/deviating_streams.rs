//! Streams as compatible servers send them: each deviation from OpenAI's format is understood or reported.

use nexconn_responses::types::{CreateResponseRequest, ResponseStatus, StreamEvent};
use nexconn_responses::{Error, ErrorKind, EventStream};
use serde_json::{Value, json};

use crate::server::{Server, held, reply};

const HEAD: &str = "200 OK\ncontent-type: text/event-stream";

fn message(text: &str) -> Value {
    json!({"type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
        "content": [{"type": "output_text", "text": text, "annotations": []}]})
}

fn response() -> Value {
    json!({"id": "resp_1", "object": "response", "status": "completed", "output": [message("Hello")]})
}

fn delta() -> Value {
    json!({"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0, "content_index": 0, "delta": "Hello"})
}

fn frames(events: &[Value]) -> String {
    events.iter().map(|event| format!("data: {event}\n\n")).collect()
}

async fn open(server: &Server) -> EventStream {
    let request = CreateResponseRequest::new("openai/gpt-5.2", "Hello");
    server.builder().build().unwrap().stream(&request).await.unwrap()
}

/// Checks the text of the stream and of its response. The server keeps the connection open.
async fn assert_text(body: &str) {
    let bytes = format!("HTTP/1.1 {HEAD}\n\n{body}").replacen('\n', "\r\n", 3).into_bytes();
    let server = Server::start([held(bytes)]);
    let (mut text, mut stream) = (String::new(), open(&server).await.text_stream());
    while let Some(piece) = stream.next().await {
        text += &piece.unwrap();
    }
    assert_eq!(text, "Hello", "{body}");
    assert_eq!(open(&server).await.into_response().await.unwrap().output_text(), "Hello", "{body}");
    server.finish().await;
}

/// Returns the response of a stream.
async fn response_of(body: &str) -> Result<nexconn_responses::types::Response, Error> {
    let server = Server::start([reply(HEAD, body)]);
    let response = open(&server).await.into_response().await;
    server.finish().await;
    response
}

#[tokio::test]
async fn a_terminal_response_needs_no_id() {
    for id in [json!(null), json!(7)] {
        let mut response = response();
        response["id"] = id;
        assert_text(&frames(&[delta(), json!({"type": "response.completed", "response": response})])).await;
        response.as_object_mut().unwrap().remove("id");
        assert_text(&frames(&[delta(), json!({"type": "response.completed", "response": response})])).await;
    }
}

#[tokio::test]
async fn a_terminal_event_needs_no_response() {
    for payload in [json!({}), json!({"response": null}), json!({"response": []}), json!({"response": {}})] {
        for kind in ["completed", "incomplete", "cancelled", "done"] {
            let mut event = payload.clone();
            event["type"] = json!(format!("response.{kind}"));
            let item = json!({"type": "response.output_item.done", "output_index": 0, "item": message("Hello")});
            let response = response_of(&frames(&[item, event])).await.unwrap();
            assert_eq!(response.output_text(), "Hello", "{kind} {payload}");
        }
    }
}

#[tokio::test]
async fn output_that_the_terminal_event_leaves_out_is_filled_from_the_items() {
    let item = json!({"type": "response.output_item.done", "output_index": 0, "item": message("Hello")});
    let (mut empty, mut null, mut absent) = (response(), response(), response());
    empty["output"] = json!([]);
    null["output"] = json!(null);
    absent.as_object_mut().unwrap().remove("output");
    for response in [empty, null, absent] {
        let body = frames(&[item.clone(), json!({"type": "response.completed", "response": response})]);
        assert_eq!(response_of(&body).await.unwrap().output_text(), "Hello");
        let body = frames(&[delta(), json!({"type": "response.completed", "response": response})]);
        assert_eq!(response_of(&body).await.unwrap().output_text(), "Hello", "from the deltas alone");
    }
}

#[tokio::test]
async fn done_and_cancelled_are_terminal() {
    assert_text(&frames(&[delta(), json!({"type": "response.done", "response": response()})])).await;
    let mut cancelled = response();
    cancelled["status"] = json!("cancelled");
    for response in [cancelled, json!({"id": "resp_1"})] {
        let body = frames(&[delta(), json!({"type": "response.cancelled", "response": response})]);
        assert_text(&body).await;
        assert_eq!(response_of(&body).await.unwrap().status, Some(ResponseStatus::Cancelled));
    }
    let failed = json!({"id": "resp_1", "status": "failed", "error": {"code": "server_error", "message": "no luck"}});
    let error = response_of(&frames(&[json!({"type": "response.done", "response": failed})])).await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::ResponseFailed, "no luck"));
}

#[tokio::test]
async fn the_type_may_stand_only_in_the_event_line() {
    let (mut delta, completed) = (delta(), json!({"response": response()}));
    delta.as_object_mut().unwrap().remove("type");
    assert_text(&format!(
        "event: response.output_text.delta\ndata: {delta}\n\nevent: response.completed\ndata: {completed}\n\n"
    ))
    .await;
    assert_text(&format!("{}event: response.completed\ndata: {}\n\n", frames(&[self::delta()]), response())).await;
    let error = response_of("event: response.failed\ndata: {}\n\n").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ResponseFailed);
    // With a number that no `f64` holds, and half of a surrogate pair.
    let odd = r#"{"odd":1e999,"cut":"\ud83d","response":{"error":{"message":"no luck"}}}"#;
    let error = response_of(&format!("event: response.failed\ndata: {odd}\n\n")).await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::ResponseFailed, "no luck"));
}

#[tokio::test]
async fn a_bare_response_is_terminal() {
    assert_text(&frames(&[delta(), response()])).await;
    let mut running = response();
    running["status"] = json!("in_progress");
    assert_text(&frames(&[running, delta(), response()])).await;
}

#[tokio::test]
async fn done_ends_the_stream_though_the_connection_stays_open() {
    let bytes = format!("HTTP/1.1 {HEAD}\n\n{}data: [DONE]\n\n", frames(&[delta()])).replacen('\n', "\r\n", 3);
    let server = Server::start([held(bytes)]);
    let mut stream = open(&server).await;
    assert!(matches!(stream.next().await, Some(Ok(StreamEvent::OutputTextDelta(_)))));
    assert_eq!(stream.next().await.unwrap().unwrap_err().kind(), ErrorKind::StreamTruncated);
    assert!(stream.next().await.is_none());
    server.finish().await;
}

#[tokio::test]
async fn errors_of_any_form_have_their_message() {
    for body in [
        r#"data: {"object": "error", "message": "too much"}"#,
        r#"data: {"detail": "too much"}"#,
        r#"data: {"message": "too much"}"#,
        r#"data: {"type": "response.error", "message": "too much"}"#,
        r#"data: {"type": "response.error", "error": {"message": "too much"}}"#,
        r#"data: {"error": "too much"}"#,
        "event: error\ndata: {\"message\": \"too much\"}",
        "event: error\ndata: {\"type\": \"server_error\", \"message\": \"too much\"}",
        "event: error\ndata: \"too much\"",
        r#"{"error": {"message": "too much"}}"#,
        r#"{"detail": "too much"}"#,
        "{\n  \"error\": {\n    \"message\": \"too much\"\n  }\n}",
        r#"data: {"type": "response.failed", "response": {"error": {"message": "too much"}}}"#,
        r#"data: {"type": "response.failed", "response": {"id": "r", "error": "too much"}}"#,
        r#"data: {"type": "response.failed", "response": {"id": "r"}, "error": {"message": "too much"}}"#,
        r#"data: {"type": "response.failed", "response": null, "error": "too much"}"#,
        r#"data: {"type": "response.failed", "error": {"message": "too much"}}"#,
    ] {
        let error = response_of(&format!("{}{body}\n\n", frames(&[delta()]))).await.unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::ResponseFailed, "too much"), "{body}");
        assert_eq!(error.error_type().filter(|kind| *kind != "server_error"), None, "{body}");
    }
}

#[tokio::test]
async fn errors_have_their_code() {
    for body in [
        json!({"type": "response.failed", "response": {"error": {"code": "rate_limit_exceeded", "message": "too much"}}}),
        json!({"type": "response.failed", "response": {"id": "r", "error": {"code": "rate_limit_exceeded"}}}),
        json!({"type": "response.error", "code": "rate_limit_exceeded", "message": "too much"}),
        json!({"error": {"code": "rate_limit_exceeded", "message": "too much"}}),
        json!({"error_code": "rate_limit_exceeded", "error_msg": "too much"}),
    ] {
        let error = response_of(&frames(&[body])).await.unwrap_err();
        let found = (error.kind(), error.code());
        assert_eq!(found, (ErrorKind::ResponseFailed, Some("rate_limit_exceeded")), "{error:?}");
    }
}

#[tokio::test]
async fn an_error_page_within_the_stream_is_quoted() {
    let page = "<html>\n\n<title>502 Bad Gateway</title>\n</html>";
    let error = response_of(&format!("{}{page}\n", frames(&[delta()]))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StreamTruncated);
    assert!(error.raw_body().is_some_and(|body| body.contains("502 Bad Gateway")), "{error:?}");
}

#[tokio::test]
async fn an_error_before_the_terminal_event_has_the_response() {
    let error = json!({"type": "error", "code": "overloaded", "message": "too much"});
    let completed = json!({"type": "response.completed", "response": response()});
    let error = response_of(&frames(&[delta(), error, completed])).await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::ResponseFailed, "too much"));
    assert_eq!(error.response().unwrap().output_text(), "Hello");

    let failed = json!({"type": "response.failed", "response": {"id": "r", "output": [message("Hel")], "error": null}});
    let error = response_of(&frames(&[failed])).await.unwrap_err();
    assert_eq!(error.response().unwrap().output_text(), "Hel");
}

/// Some servers ignore `starting_after` and send the stream from its start.
#[tokio::test]
async fn resuming_skips_events_that_the_caller_already_has() {
    let numbered = |number: i64| {
        let mut event = delta();
        event["sequence_number"] = json!(number);
        event
    };
    let completed = json!({"type": "response.completed", "sequence_number": 4, "response": response()});
    let events = [numbered(0), numbered(1), numbered(2), numbered(3), completed];
    for (from, after, expected) in [(0, Some(1), 2..5), (2, Some(1), 2..5), (0, None, 0..5), (0, Some(9), 4..5)] {
        let server = Server::start([reply(HEAD, frames(&events[from..]))]);
        let mut stream = server.builder().build().unwrap().resume("resp_1", after).await.unwrap();
        let mut numbers = Vec::new();
        while let Some(event) = stream.next().await {
            numbers.extend(event.unwrap().sequence_number());
        }
        assert_eq!(numbers, expected.collect::<Vec<i64>>(), "from {from} after {after:?}");
        server.finish().await;
    }
}

#[tokio::test]
async fn json_after_a_byte_order_mark_or_many_blanks_is_a_response() {
    let blanks = " \r\n".repeat(200_000);
    for start in ["\u{feff}", "\u{feff}\n ", &blanks] {
        assert_eq!(response_of(&format!("{start}{}", response())).await.unwrap().output_text(), "Hello");
    }
}

#[tokio::test]
async fn a_text_delta_needs_no_indexes_and_no_item_id() {
    let completed = json!({"type": "response.completed", "response": response()});
    for name in ["output_index", "content_index", "item_id"] {
        for value in [json!(null), json!("0"), json!(0.0)] {
            let mut delta = delta();
            delta[name] = value;
            assert_text(&frames(&[delta, completed.clone()])).await;
        }
    }
    let mut bare = delta();
    for name in ["output_index", "content_index", "item_id"] {
        bare.as_object_mut().unwrap().remove(name);
        assert_text(&frames(&[bare.clone(), completed.clone()])).await;
        let empty = json!({"type": "response.completed", "response": {"id": "resp_1", "output": []}});
        assert_text(&frames(&[bare.clone(), empty])).await;
    }
}

#[tokio::test]
async fn finished_items_need_no_output_index() {
    let item = json!({"type": "response.output_item.done", "item": message("Hello")});
    for output in [json!(null), json!([])] {
        let end = json!({"type": "response.completed", "response": {"id": "resp_1", "output": output}});
        assert_eq!(response_of(&frames(&[item.clone(), end])).await.unwrap().output_text(), "Hello");
    }
}

// ---- one test for each reported shape ------------------------------------------------------------------------------

fn without(mut value: Value, names: &[&str]) -> Value {
    for name in names {
        value.as_object_mut().unwrap().remove(*name);
    }
    value
}

fn with(mut value: Value, name: &str, new: Value) -> Value {
    value[name] = new;
    value
}

fn terminal(kind: &str, response: &Value) -> Value {
    json!({"type": format!("response.{kind}"), "response": response})
}

/// Streams whose text arrives as deltas and in the response.
macro_rules! texts {
    ($($name:ident: $delta:expr, $terminal:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            assert_text(&frames(&[$delta, $terminal])).await;
        }
    )*};
}

texts! {
    delta_without_indexes: without(delta(), &["output_index", "content_index"]), terminal("completed", &response());
    delta_content_index_null: with(delta(), "content_index", Value::Null), terminal("completed", &response());
    delta_without_item_id_and_output_index:
        without(delta(), &["item_id", "output_index"]), terminal("completed", &response());
    delta_output_index_string: with(delta(), "output_index", json!("0")), terminal("completed", &response());
    completed_without_id: delta(), terminal("completed", &without(response(), &["id"]));
    response_done_is_terminal: delta(), terminal("done", &response());
}

#[tokio::test]
async fn event_name_only() {
    let delta = without(delta(), &["type"]);
    let end = json!({"response": response()});
    assert_text(&format!(
        "event: response.output_text.delta\ndata: {delta}\n\nevent: response.completed\ndata: {end}\n\n"
    ))
    .await;
}

/// Streams whose items are in `output_item.done` alone.
macro_rules! items {
    ($($name:ident: $output_index:expr, $output:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            let mut done = json!({"type": "response.output_item.done", "item": message("Hello")});
            if let Some(index) = $output_index {
                done["output_index"] = json!(index);
            }
            let end = terminal("completed", &with(response(), "output", $output));
            assert_eq!(response_of(&frames(&[done, end])).await.unwrap().output_text(), "Hello");
        }
    )*};
}

items! {
    item_done_without_output_index_output_null: None::<i64>, Value::Null;
    completed_output_empty: Some(0), json!([]);
}

/// Streams with an error at the end.
macro_rules! errors {
    ($($name:ident: $events:expr, $message:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            let error = response_of(&frames(&$events)).await.unwrap_err();
            assert_eq!((error.kind(), error.message()), (ErrorKind::ResponseFailed, $message));
        }
    )*};
}

errors! {
    failed_sparse:
        [terminal("failed", &json!({"error": {"code": "rate_limit_exceeded", "message": "Slow down"}}))], "Slow down";
    error_detail_mid_stream: [delta(), json!({"detail": "model is warming up"})], "model is warming up";
}

async fn create(body: &Value) -> Result<nexconn_responses::types::Response, Error> {
    let server = Server::start([reply("200 OK\ncontent-type: application/json", body.to_string())]);
    let request = CreateResponseRequest::new("openai/gpt-5.2", "Hello");
    let response = server.builder().build().unwrap().create(&request).await;
    server.finish().await;
    response
}

/// Responses with the text `Hello`.
macro_rules! responses {
    ($($name:ident: $response:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            assert_eq!(create(&$response).await.unwrap().output_text(), "Hello");
        }
    )*};
}

responses! {
    message_content_string: with(response(), "output", json!([with(message(""), "content", json!("Hello"))]));
    message_part_type_text: {
        let content = json!([{"type": "text", "text": "Hello"}]);
        with(response(), "output", json!([with(message(""), "content", content)]))
    };
    output_with_a_null: with(response(), "output", json!([null, message("Hello")]));
    response_without_id: without(response(), &["id"]);
}

#[tokio::test]
async fn call_arguments_object() {
    let call = json!({"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": {"city": "Oslo"}});
    let response = create(&with(response(), "output", json!([call]))).await.unwrap();
    let call = response.function_calls().next().unwrap();
    assert_eq!((call.name.as_str(), call.parse_arguments::<Value>().unwrap()), ("weather", json!({"city": "Oslo"})));
}

#[tokio::test]
async fn status_200_detail() {
    let error = create(&json!({"detail": "unknown model"})).await.unwrap_err();
    assert_eq!(error.message(), "unknown model");
}
