//! Tools from functions and the tool loop, with the mock gateway.

use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use nexconn_responses::agent::{
    DEFAULT_MAX_PARALLEL_CALLS, DEFAULT_MAX_TURNS, DEFAULT_TIME_LIMIT, RunError, RunErrorKind, RunEvent, RunOutput,
    RunStream, Toolbox,
};
use nexconn_responses::testing::{MockGateway, RecordedRequest, Reply};
use nexconn_responses::types::{
    CreateConversationRequest, CreateResponseRequest, FunctionTool, FunctionToolChoice, InputContent, InputImage,
    InputItem, McpApprovalResponse, Message, OutputItem, StreamEvent, Tool, ToolOutput, WebSearchTool,
};
use nexconn_responses::{Client, Error, ErrorKind, ResumePolicy};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::Barrier;

use crate::clock::{TIMEOUT, TestClock};

#[derive(Deserialize, JsonSchema)]
struct City {
    city: String,
}

#[derive(Deserialize, JsonSchema)]
struct Nothing {}

fn start(replies: impl IntoIterator<Item = Reply>) -> (MockGateway, Client) {
    let gateway = MockGateway::start().unwrap();
    replies.into_iter().for_each(|reply| gateway.reply(reply));
    let client = gateway.client_builder().max_retries(0).build().unwrap();
    (gateway, client)
}

fn request() -> CreateResponseRequest {
    CreateResponseRequest::new("openai/gpt-5.2", "Where does it rain?")
}

fn weather() -> Toolbox {
    let mut tools = Toolbox::new();
    tools.add("weather", "The weather in a city.", async |args: City| format!("rain in {}", args.city)).unwrap();
    tools
}

fn calls<const N: usize>(cities: [&str; N]) -> Reply {
    Reply::function_calls(cities.map(|city| ("weather", json!({"city": city}))))
}

/// Returns the inputs of all requests.
fn inputs(gateway: &MockGateway) -> Vec<Value> {
    gateway.requests().iter().map(|request| request.json()["input"].take()).collect()
}

/// Returns the outputs of the calls in the input of the last request.
fn outputs(gateway: &MockGateway) -> Vec<Value> {
    let input = inputs(gateway).pop().unwrap();
    let items = input.as_array().cloned().unwrap_or_default();
    items
        .into_iter()
        .filter(|item| item["type"] == "function_call_output")
        .map(|mut item| item["output"].take())
        .collect()
}

/// Returns the output of a tool.
async fn output_of(tools: &Toolbox) -> Value {
    let (gateway, client) = start([Reply::function_call("tool", json!({})), Reply::text("Done.")]);
    client.run(&request(), tools).await.unwrap();
    outputs(&gateway).remove(0)
}

#[tokio::test]
async fn a_run_ends_with_the_final_output_and_resends_the_conversation() {
    let (gateway, client) = start([calls(["Oslo", "Rome"]), calls(["Bergen"]), Reply::text("Everywhere.")]);
    let output = client.run(&request(), &weather()).await.unwrap();
    assert_eq!((output.output_text().as_str(), output.turns().len()), ("Everywhere.", 2));
    assert_eq!((output.usage().input_tokens, output.usage().total_tokens), (30, 45));
    assert_eq!(outputs(&gateway), ["rain in Oslo", "rain in Rome", "rain in Bergen"]);
    let inputs = inputs(&gateway);
    assert_eq!(inputs[0], "Where does it rain?");
    let types = |input: &Value| input.as_array().unwrap().iter().map(|item| item["type"].clone()).collect::<Vec<_>>();
    let (call, result) = ("function_call", "function_call_output");
    assert_eq!(types(&inputs[2]), ["message", call, call, result, result, call, result]);
    assert_eq!(gateway.requests()[2].json()["tools"][0]["name"], "weather");
    let next = output.continue_with([Message::user("And in July?")]);
    let (types, input) = (types, serde_json::to_value(next.input).unwrap());
    assert_eq!(types(&input)[7..], ["message", "message"]);
}

#[tokio::test]
async fn a_stored_response_is_continued_by_its_id() {
    for is_conversation in [false, true] {
        let (gateway, client) = start([calls(["Oslo"]), Reply::text("Oslo.")]);
        let mut request = request();
        if is_conversation {
            let conversation = client.create_conversation(&CreateConversationRequest::new()).await.unwrap();
            request = request.conversation(conversation.id);
        } else {
            request = request.store(true);
        }
        let output = client.run(&request, &weather()).await.unwrap();
        let id = output.turns()[0].response.id.clone();
        let second = gateway.requests().last().unwrap().json();
        let expected = if is_conversation { Value::Null } else { json!(id) };
        assert_eq!(second["previous_response_id"], expected);
        assert_eq!(second["input"].as_array().unwrap().len(), 1);
        assert_eq!(outputs(&gateway), ["rain in Oslo"]);
    }
    // The server says that it doesn't store the response.
    let first = json!({"store": false, "output": [
        {"type": "function_call", "call_id": "c", "name": "weather", "arguments": "{\"city\": \"Oslo\"}"}]});
    let (gateway, client) = start([Reply::response(&first), Reply::text("Oslo.")]);
    client.run(&request().store(true), &weather()).await.unwrap();
    assert_eq!(inputs(&gateway)[1].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn calls_run_in_parallel_unless_the_request_forbids_it() {
    let barrier = Arc::new(Barrier::new(3));
    let mut tools = Toolbox::new();
    tools
        .add("weather", "Waits for two others.", async move |_: City| {
            barrier.wait().await;
            "rain"
        })
        .unwrap();
    let (_gateway, client) = start([calls(["a", "b", "c"]), Reply::text("Done.")]);
    client.run(&request(), &tools).await.unwrap();

    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut tools = Toolbox::new();
    let max = Arc::clone(&most);
    tools
        .add("weather", "Counts.", async move |args: City| {
            max.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            for _ in 0..5 {
                tokio::task::yield_now().await;
            }
            running.fetch_sub(1, Ordering::SeqCst);
            args.city
        })
        .unwrap();
    for (request, limit, expected) in
        [(request().parallel_tool_calls(false), 8, 1), (request(), 2, 2), (request(), 0, 1), (request(), 8, 4)]
    {
        most.store(0, Ordering::SeqCst);
        let (gateway, client) = start([calls(["a", "b", "c", "d"]), Reply::text("Done.")]);
        client.run(&request, &tools).max_parallel_calls(limit).await.unwrap();
        assert_eq!(
            (most.load(Ordering::SeqCst), outputs(&gateway)),
            (expected, vec![json!("a"), json!("b"), json!("c"), json!("d")])
        );
    }
}

#[tokio::test]
async fn outputs_are_text_or_json_or_parts() {
    #[derive(Serialize)]
    struct Weather {
        sky: &'static str,
        celsius: f64,
    }
    async fn function(_: Nothing) -> Result<Weather, std::io::Error> {
        Ok(Weather { sky: "grey", celsius: 4.5 })
    }
    let mut boxes: [Toolbox; 7] = std::array::from_fn(|_| Toolbox::new());
    let [text, borrowed, value, typed, result, parts, none] = &mut boxes;
    text.add("tool", "", async |_: Nothing| String::from("grey")).unwrap();
    borrowed.add("tool", "", |_: Nothing| async { "grey" }).unwrap();
    value.add("tool", "", async |_: Nothing| json!({"sky": "grey"})).unwrap();
    typed.add("tool", "", function).unwrap();
    result.add("tool", "", async |_: Nothing| Ok::<_, String>("grey".to_owned())).unwrap();
    let image = InputContent::from(InputImage::new().image_url("https://example.com/sky.png"));
    parts.add("tool", "", async move |_: Nothing| Ok::<_, String>(ToolOutput::Parts(vec![image]))).unwrap();
    none.add("tool", "", async |_: Nothing| Ok::<_, String>(None::<u8>)).unwrap();
    let mut found = Vec::new();
    for tools in &boxes {
        found.push(output_of(tools).await);
    }
    let image = json!([{"type": "input_image", "image_url": "https://example.com/sky.png"}]);
    let expected = [
        json!("grey"),
        json!("grey"),
        json!(r#"{"sky":"grey"}"#),
        json!(r#"{"sky":"grey","celsius":4.5}"#),
        json!("grey"),
        image,
        json!("null"),
    ];
    assert_eq!(found, expected);
}

#[tokio::test]
async fn errors_of_tools_go_to_the_model_and_to_the_hook() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let mut tools = Toolbox::new();
    tools.add("tool", "", async |_: Nothing| Err::<(), _>("no such city")).unwrap();
    let hook = Arc::clone(&seen);
    tools.on_error(move |call, error| hook.lock().unwrap().push((call.name.clone(), error.to_string())));
    assert_eq!(output_of(&tools).await, "error: no such city");
    assert_eq!(*seen.lock().unwrap(), [("tool".to_owned(), "no such city".to_owned())]);
}

#[test]
fn invalid_tools_are_configuration_errors() {
    let mut tools = weather();
    let mut add = |name: &str| tools.add(name, "", async |_: City| "").map(|_| ()).unwrap_err().kind();
    for name in ["weather", "", "a b", "é", &"x".repeat(129)] {
        assert_eq!(add(name), ErrorKind::Configuration, "{name:?}");
    }
    assert_eq!(tools.definitions().count(), 1);
    let invalid = FunctionTool::new("no.dots", json!({}));
    assert_eq!(tools.add_tool(invalid, async |_: Value| "").unwrap_err().kind(), ErrorKind::Configuration);
    // Strict mode has no maps, but other tools have.
    let error = tools.add("map", "", async |_: std::collections::HashMap<String, i64>| "").unwrap_err();
    assert!(std::error::Error::source(&error).is_some());
    let tool = FunctionTool::new("map", json!({"type": "object"}));
    tools.add_tool(tool, async |_: std::collections::HashMap<String, i64>| "").unwrap();
}

#[tokio::test]
async fn tools_of_the_request_are_kept() {
    let (gateway, client) = start([calls(["Oslo"]), Reply::text("Done.")]);
    let own = FunctionTool::new("weather", json!({"type": "object"})).description("Mine.");
    let request =
        request().tools([Tool::from(WebSearchTool::new()), own.into()]).tool_choice(FunctionToolChoice::new("weather"));
    client.run(&request, &weather()).await.unwrap();
    let sent: Vec<_> = gateway.requests().iter().map(RecordedRequest::json).collect();
    let tools: Vec<_> = sent[0]["tools"].as_array().unwrap().iter().map(|tool| &tool["description"]).collect();
    assert_eq!(tools, [&Value::Null, &json!("Mine.")]);
    // A forced call would be forced in each turn.
    assert_eq!((sent[0]["tool_choice"]["name"].as_str(), &sent[1]["tool_choice"]), (Some("weather"), &Value::Null));
}

/// Creates a response with a call without these properties, or with other ones.
fn call(changes: &Value) -> Reply {
    let mut call = json!({"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "weather", "arguments": "{\"city\": \"Oslo\"}", "status": "completed"});
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::String(text) if text == "absent" => drop(call.as_object_mut().unwrap().remove(name)),
            value => call[name] = value.clone(),
        }
    }
    Reply::json(&json!({"id": "resp_1", "object": "response", "status": "completed", "output": [call]}))
}

#[tokio::test]
async fn invalid_calls_are_reported_to_the_model_once() {
    for (changes, kind) in [
        (json!({"name": "unheard_of"}), RunErrorKind::UnknownTool),
        (json!({"arguments": "{\"town\": \"Oslo\"}"}), RunErrorKind::InvalidArguments),
        (json!({"arguments": "{\"city\": \"Os"}), RunErrorKind::InvalidArguments),
        (json!({"arguments": ""}), RunErrorKind::InvalidArguments),
        (json!({"arguments": {"town": 7}}), RunErrorKind::InvalidArguments),
        (json!({"arguments": null}), RunErrorKind::Mismatch),
        (json!({"arguments": "absent"}), RunErrorKind::Mismatch),
        (json!({"arguments": 7}), RunErrorKind::Mismatch),
        (json!({"name": "absent"}), RunErrorKind::Mismatch),
        (json!({"name": null}), RunErrorKind::Mismatch),
        (json!({"call_id": "absent"}), RunErrorKind::Mismatch),
        (json!({"call_id": "absent", "id": "absent"}), RunErrorKind::Mismatch),
        (json!({"call_id": 7}), RunErrorKind::Mismatch),
    ] {
        for is_stream in [false, true] {
            let (gateway, client) = start([call(&changes), call(&changes), Reply::text("Too late.")]);
            gateway.validate(false);
            let run = client.run(&request(), &weather());
            let error = if is_stream { end(run.stream()).await.1 } else { run.await }.unwrap_err();
            assert_eq!((error.kind(), error.turns().len()), (kind, 2), "{changes}: {error}");
            let output = outputs(&gateway).remove(0);
            assert!(output.as_str().unwrap().starts_with("error: "), "{changes}: {output}");
            let input = &inputs(&gateway)[1];
            assert_eq!(input[1]["call_id"], input[2]["call_id"], "{changes}");
        }
        // The model corrects the call.
        let (gateway, client) = start([call(&changes), calls(["Oslo"]), Reply::text("Rain.")]);
        gateway.validate(false);
        assert_eq!(client.run(&request(), &weather()).await.unwrap().output_text(), "Rain.");
    }
}

#[tokio::test]
async fn an_object_in_place_of_arguments_is_readable() {
    let (gateway, client) = start([call(&json!({"arguments": {"city": "Oslo"}})), Reply::text("Rain.")]);
    gateway.validate(false);
    client.run(&request(), &weather()).await.unwrap();
    assert_eq!(outputs(&gateway), ["rain in Oslo"]);
    // Servers leave the arguments of functions without parameters empty.
    let mut tools = Toolbox::new();
    tools.add("weather", "", async |_: Nothing| "rain").unwrap();
    let (gateway, client) = start([call(&json!({"arguments": ""})), Reply::text("Rain.")]);
    client.run(&request(), &tools).await.unwrap();
    assert_eq!(outputs(&gateway), ["rain"]);
}

#[tokio::test]
async fn lost_calls_are_errors() {
    let message = json!({"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hi."}]});
    for (output, is_error) in [
        (json!([message, {"name": "weather", "call_id": "c", "arguments": "{}"}]), true),
        (json!([message, {"type": 7, "name": "weather", "call_id": "c", "arguments": "{}"}]), true),
        (json!([message, "function_call"]), true),
        (json!([null]), true),
        (json!("weather()"), true),
        (json!([{"type": "message", "role": "assistant", "content": 7}]), true),
        (json!([null, message]), false),
        (json!(message), false),
        (json!([]), false),
        (json!([{"type": "message", "role": "assistant", "content": "Hi."}]), false),
    ] {
        let body = json!({"id": "resp_1", "object": "response", "status": "completed", "output": output});
        let (_gateway, client) = start([Reply::json(&body)]);
        let kind = client.run(&request(), &weather()).await.err().map(|error| (error.kind(), error.turns().len()));
        assert_eq!(kind, is_error.then_some((RunErrorKind::Mismatch, 1)), "{output}");
    }
}

#[tokio::test]
async fn turns_and_tokens_are_limited() {
    let replies = || (0..4).map(|_| calls(["Oslo"])).chain([Reply::text("Rain.")]);
    let (gateway, client) = start(replies());
    let error = client.run(&request(), &weather()).max_turns(2).await.unwrap_err();
    assert_eq!((error.kind(), error.turns().len(), gateway.requests().len()), (RunErrorKind::MaxTurns, 2, 2));
    // The calls of the last turn don't run.
    assert_eq!(error.turns().iter().map(|turn| turn.outputs.len()).collect::<Vec<_>>(), [1, 0]);
    let (ran, mut tools) = (Arc::new(AtomicUsize::new(0)), Toolbox::new());
    let count = Arc::clone(&ran);
    let function = move |_: City| {
        count.fetch_add(1, Ordering::SeqCst);
        async { "rain" }
    };
    tools.add("weather", "", function).unwrap();
    let (_gateway, client) = start(replies());
    assert!(client.run(&request(), &tools).max_turns(2).await.is_err());
    assert_eq!(ran.load(Ordering::SeqCst), 1);
    let (_gateway, client) = start(replies());
    assert!(client.run(&request(), &weather()).max_turns(5).max_tokens(61).await.is_ok());
    let (_gateway, client) = start(replies());
    let error = client.run(&request(), &weather()).max_tokens(45).await.unwrap_err();
    assert_eq!((error.kind(), error.usage().total_tokens), (RunErrorKind::MaxTokens, 45));
}

#[tokio::test]
async fn the_time_of_a_run_is_limited() {
    for is_stream in [false, true] {
        let gateway = MockGateway::start().unwrap();
        gateway.reply(calls(["Oslo", "Rome"]));
        let clock = TestClock::new();
        let client = gateway.client_builder().clock(clock.clone()).timeout(TIMEOUT).build().unwrap();
        let mut tools = Toolbox::new();
        tools
            .add("weather", "", async move |args: City| {
                if args.city == "Rome" {
                    clock.expire();
                    pending::<()>().await;
                }
                "rain"
            })
            .unwrap();
        let run = client.run(&request(), &tools).time_limit(TIMEOUT);
        let error = if is_stream { end(run.stream()).await.1 } else { run.await }.unwrap_err();
        assert_eq!(
            (error.kind(), error.turns().len(), error.turns()[0].outputs.len()),
            (RunErrorKind::TimeLimit, 1, 1)
        );
    }
}

#[tokio::test]
async fn a_request_or_response_that_fails_has_everything_so_far() {
    let failed = json!({"status": "failed", "error": {"code": "server_error", "message": "sorry"}});
    let cut = json!({"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}, "output": [
        {"type": "function_call", "call_id": "c", "name": "weather", "arguments": "{\"city\": \"Os"}]});
    for (reply, kind, turns) in [
        (Reply::error(429, "slow down"), ErrorKind::RateLimit, 1),
        (Reply::json(&json!({"detail": "unknown model"})), ErrorKind::InvalidRequest, 1),
        (Reply::response(&failed), ErrorKind::ResponseFailed, 2),
        (Reply::response(&cut), ErrorKind::Incomplete, 2),
        (Reply::response(&json!({"status": "cancelled"})), ErrorKind::Incomplete, 2),
    ] {
        let (_gateway, client) = start([calls(["Oslo"]), reply.clone()]);
        let error = client.run(&request(), &weather()).await.unwrap_err();
        assert_eq!((error.kind(), error.turns().len()), (RunErrorKind::Request, turns), "{reply:?}: {error}");
        assert_eq!(error.error().map(Error::kind), Some(kind), "{reply:?}");
        assert_eq!((error.turns()[0].outputs.len(), error.usage().input_tokens >= 10), (1, true));
    }
    let (_gateway, client) = start([calls(["Oslo"]), Reply::text("It rains in Oslo.").truncate_after(6)]);
    let (events, error) = end(client.run(&request(), &weather()).stream()).await;
    let error = error.unwrap_err();
    assert_eq!(error.error().map(Error::kind), Some(ErrorKind::StreamTruncated));
    assert_eq!((error.turns().len(), error.turns()[1].response.output_text().as_str()), (2, "It rains "));
    assert!(matches!(events.last(), Some(RunEvent::Response(StreamEvent::OutputTextDelta(_)))));
}

/// Reads a run to its end.
async fn end(mut stream: RunStream) -> (Vec<RunEvent>, Result<RunOutput, RunError>) {
    let mut events = Vec::new();
    loop {
        match stream.next().await.expect("a run ends with its output or an error") {
            Ok(RunEvent::Finished(output)) => {
                assert!(stream.next().await.is_none());
                return (events, Ok(*output));
            }
            Ok(event) => events.push(event),
            Err(error) => {
                assert!(stream.next().await.is_none());
                return (events, Err(error));
            }
        }
    }
}

#[tokio::test]
async fn a_streamed_run_has_the_events_of_all_turns_and_tools() {
    let replies = || [calls(["Oslo", "Rome"]), Reply::text("In both.")];
    let (gateway, client) = start(replies());
    let (events, output) = end(client.run(&request(), &weather()).stream()).await;
    let names: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            RunEvent::Response(StreamEvent::Created(_)) => Some("created".to_owned()),
            RunEvent::Response(StreamEvent::Completed(_)) => Some("completed".to_owned()),
            RunEvent::Response(StreamEvent::OutputTextDelta(event)) => Some(event.delta.clone()),
            RunEvent::ToolStarted(call) => Some(format!("start {}", call.call_id)),
            RunEvent::ToolFinished { call, output, is_error } => {
                assert!(!is_error && output.call_id.as_ref() == Some(&call.call_id));
                Some(format!("finish {}", call.call_id))
            }
            _ => None,
        })
        .collect();
    let expected = [
        "created",
        "completed",
        "start call_1",
        "start call_2",
        "finish call_1",
        "finish call_2",
        "created",
        "In ",
        "both.",
        "completed",
    ];
    assert_eq!(names, expected);
    // The output is that of a run without a stream.
    let (other, client) = start(replies());
    let unstreamed = client.run(&request(), &weather()).await.unwrap();
    assert_eq!(output.unwrap().response(), unstreamed.response());
    assert_eq!(inputs(&gateway), inputs(&other));
}

#[tokio::test]
async fn events_are_passed_on_one_by_one() {
    // The gateway never sends the rest of the stream.
    let (_gateway, client) = start([Reply::text("a b c d").stall_after(5)]);
    let mut events = client.run(&request(), &Toolbox::new()).stream();
    for _ in 0..5 {
        assert!(matches!(events.next().await, Some(Ok(RunEvent::Response(_)))));
    }
    let next = tokio::time::timeout(Duration::from_millis(20), events.next()).await;
    assert!(next.is_err());
}

/// Counts when it's dropped.
struct Guard(Arc<AtomicUsize>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn dropping_a_run_drops_its_tools() {
    let (started, dropped) = (Arc::new(Barrier::new(3)), Arc::new(AtomicUsize::new(0)));
    let mut tools = Toolbox::new();
    let (barrier, count) = (Arc::clone(&started), Arc::clone(&dropped));
    tools
        .add("weather", "", async move |_: City| {
            let _guard = Guard(count);
            barrier.wait().await;
            pending::<&str>().await
        })
        .unwrap();
    let (gateway, client) = start([calls(["a", "b"])]);
    // The future has no borrows, so it can be a task.
    let task = tokio::spawn(client.run(&request(), &tools).into_future());
    started.wait().await;
    task.abort();
    assert!(task.await.is_err_and(|error| error.is_cancelled()));
    assert_eq!((dropped.load(Ordering::SeqCst), gateway.requests().len()), (2, 1));
}

fn approval() -> Reply {
    Reply::output([
        json!({"type": "web_search_call", "id": "ws_1", "action": {"type": "search", "query": "rain"}}),
        json!({"type": "mcp_approval_request", "id": "mcpr_1", "name": "delete", "server_label": "files", "arguments": "{}"}),
    ])
}

#[tokio::test]
async fn hosted_tools_and_approvals_pass_through_the_hook() {
    let (gateway, client) = start([approval(), Reply::text("Deleted.")]);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let items = Arc::clone(&seen);
    let run = client.run(&request(), &weather()).on_item(async move |item| {
        items.lock().unwrap().push(item.type_().unwrap_or_default().to_owned());
        match item {
            OutputItem::McpApprovalRequest(request) => {
                Some(InputItem::from(McpApprovalResponse::new(request.id, true)))
            }
            _ => None,
        }
    });
    let output = run.await.unwrap();
    assert_eq!((output.output_text().as_str(), output.turns()[0].outputs.len()), ("Deleted.", 1));
    assert_eq!(*seen.lock().unwrap(), ["web_search_call", "mcp_approval_request"]);
    let response = json!({"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": true});
    assert_eq!(inputs(&gateway)[1][3], response);
}

#[tokio::test]
async fn an_item_without_an_output_is_an_error() {
    let custom =
        json!({"type": "custom_tool_call", "id": "ctc_1", "call_id": "call_1", "name": "sql", "input": "SELECT"});
    for reply in [approval(), Reply::output([custom])] {
        let (_gateway, client) = start([reply.clone(), reply]);
        let error = client.run(&request(), &weather()).await.unwrap_err();
        assert_eq!((error.kind(), error.turns().len()), (RunErrorKind::Unhandled, 1));
        let error = client.run(&request(), &weather()).on_item(async |_| None).await.unwrap_err();
        assert_eq!(error.kind(), RunErrorKind::Unhandled);
    }
}

#[tokio::test]
async fn background_responses_are_awaited() {
    let gateway = MockGateway::start().unwrap();
    gateway.reply(calls(["Oslo"]));
    gateway.reply(Reply::text("Rain."));
    let client = gateway.client_builder().clock(TestClock::new()).timeout(TIMEOUT).build().unwrap();
    let run = client.run(&request().background(true).store(true), &weather()).time_limit(TIMEOUT);
    assert_eq!(run.await.unwrap().output_text(), "Rain.");
}

#[tokio::test]
async fn background_streams_resume_in_each_turn() {
    let (gateway, client) =
        start([calls(["Oslo"]).truncate_after(3), Reply::text("Rain in Oslo.").truncate_after(6).truncate_after(1)]);
    let request = request().background(true).store(true);
    let run = client.run(&request, &weather()).resume_on_disconnect(ResumePolicy::new());
    assert_eq!(end(run.stream()).await.1.unwrap().output_text(), "Rain in Oslo.");
    assert_eq!(gateway.requests().len(), 5);
}

#[tokio::test]
async fn options_apply_to_each_request() {
    let (gateway, client) = start([calls(["Oslo"]), Reply::text("Rain.")]);
    client.run(&request(), &weather()).header("x-tenant", "blue").unwrap().query("version", "7").await.unwrap();
    for request in gateway.requests() {
        assert_eq!((request.header("x-tenant"), request.query("version")), (Some("blue"), Some("7")));
    }
}

#[test]
fn the_limits_in_readme_are_the_constants() {
    let readme = include_str!("../../README.md");
    let seconds = DEFAULT_TIME_LIMIT.as_secs();
    for row in [
        format!("| `max_turns` | {DEFAULT_MAX_TURNS} |"),
        format!("| `max_parallel_calls` | {DEFAULT_MAX_PARALLEL_CALLS} |"),
        format!("| `time_limit` | {seconds} s |"),
    ] {
        assert!(readme.contains(&row), "{row}");
    }
}
