//! The tool loop and the mock gateway against each other: any script gives the same run, whatever fails on the way. And
//! the loop against recorded deviations: set `NEXCONN_CASES` to their file.

use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use arbtest::arbitrary::{Result as Drawn, Unstructured};
use arbtest::arbtest;
use nexconn_responses::Client;
use nexconn_responses::agent::{RunBuilder, RunError, RunEvent, RunOutput, Toolbox};
use nexconn_responses::testing::{MockGateway, Reply};
use nexconn_responses::types::{CreateConversationRequest, CreateResponseRequest, InputItem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::clock::{TIMEOUT, TestClock};

#[derive(Clone, Deserialize, JsonSchema, Serialize)]
struct Step {
    number: i64,
    fails: bool,
    waits: usize,
}

/// The calls of each turn, and the failures before each response.
struct Script {
    turns: Vec<Vec<Step>>,
    failures: Vec<usize>,
}

impl Script {
    fn draw(random: &mut Unstructured<'_>) -> Drawn<Self> {
        let step = |random: &mut Unstructured<'_>| -> Drawn<Step> {
            let (number, fails) = (random.int_in_range(0..=99)?, random.arbitrary()?);
            Ok(Step { number, fails, waits: random.int_in_range(0..=3)? })
        };
        let mut turns = Vec::new();
        for _ in 0..random.int_in_range(0..=3)? {
            turns.push((0..random.int_in_range(1..=4)?).map(|_| step(random)).collect::<Drawn<_>>()?);
        }
        let failures = (0..=turns.len()).map(|_| random.int_in_range(0..=2)).collect::<Drawn<_>>()?;
        Ok(Self { turns, failures })
    }

    fn start(&self) -> (MockGateway, Client) {
        let gateway = MockGateway::start().unwrap();
        let replies = self.turns.iter().map(|calls| Reply::function_calls(calls.iter().map(|call| ("step", call))));
        for (reply, failures) in replies.chain([Reply::text("The end.")]).zip(&self.failures) {
            for failure in 0..*failures {
                gateway.reply(if failure == 0 { Reply::error(503, "busy") } else { Reply::reset() });
            }
            gateway.reply(reply);
        }
        let builder = gateway.client_builder().clock(TestClock::new()).timeout(TIMEOUT).max_retries(2);
        let client = builder.build().unwrap();
        (gateway, client)
    }
}

/// Returns a toolbox, and the numbers of the finished steps.
fn tools() -> (Toolbox, Arc<Mutex<Vec<i64>>>) {
    let (mut tools, ran) = (Toolbox::new(), Arc::new(Mutex::new(Vec::new())));
    let numbers = Arc::clone(&ran);
    tools
        .add("step", "One step.", async move |step: Step| {
            for _ in 0..step.waits {
                tokio::task::yield_now().await;
            }
            numbers.lock().unwrap().push(step.number);
            if step.fails { Err(format!("{} fails", step.number)) } else { Ok(step.number) }
        })
        .unwrap();
    (tools, ran)
}

async fn end(run: RunBuilder, is_stream: bool) -> Result<RunOutput, RunError> {
    if !is_stream {
        return run.await;
    }
    let (mut stream, running) = (run.stream(), AtomicUsize::new(0));
    loop {
        match stream.next().await.expect("a run ends with its output or an error")? {
            RunEvent::ToolStarted(_) => drop(running.fetch_add(1, Ordering::SeqCst)),
            RunEvent::ToolFinished { .. } => assert!(running.fetch_sub(1, Ordering::SeqCst) > 0),
            RunEvent::Finished(output) => {
                assert_eq!(running.load(Ordering::SeqCst), 0);
                return Ok(*output);
            }
            _ => {}
        }
    }
}

fn output_texts<'a>(items: impl IntoIterator<Item = &'a InputItem>) -> Vec<String> {
    let items = items.into_iter().map(|item| serde_json::to_value(item).unwrap());
    let outputs = items.filter(|item| item["type"] == "function_call_output");
    outputs.map(|item| item["output"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn any_script_gives_all_outputs_in_order() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    arbtest(|random| {
        let script = Script::draw(random)?;
        let (is_stream, is_parallel, memory) = (random.arbitrary()?, random.arbitrary()?, random.int_in_range(0..=2)?);
        let limit = random.int_in_range(1..=4)?;
        runtime.block_on(async {
            let (gateway, client) = script.start();
            let mut request = CreateResponseRequest::new("m", "Go.").parallel_tool_calls(is_parallel);
            match memory {
                0 => request = request.store(true),
                1 => {
                    let conversation = client.create_conversation(&CreateConversationRequest::new()).await.unwrap();
                    request = request.conversation(conversation.id);
                }
                _ => {}
            }
            let (tools, ran) = tools();
            let run = client.run(&request, &tools).max_parallel_calls(limit).time_limit(TIMEOUT);
            let output = end(run, is_stream).await.unwrap();

            assert_eq!((output.output_text().as_str(), output.turns().len()), ("The end.", script.turns.len()));
            let usage = i64::try_from(15 * (script.turns.len() + 1)).unwrap();
            assert_eq!(output.usage().total_tokens, usage);
            let expected: Vec<Vec<_>> = (script.turns.iter())
                .map(|calls| {
                    let text = |call: &Step| match call {
                        Step { number, fails: true, .. } => format!("error: {number} fails"),
                        Step { number, .. } => number.to_string(),
                    };
                    calls.iter().map(text).collect()
                })
                .collect();
            let found: Vec<_> = output.turns().iter().map(|turn| output_texts(&turn.outputs)).collect();
            assert_eq!(found, expected);
            let (mut ran, mut numbers) = (ran.lock().unwrap().clone(), Vec::new());
            numbers.extend(script.turns.iter().flatten().map(|step| step.number));
            if is_parallel {
                ran.sort_unstable();
                numbers.sort_unstable();
            }
            assert_eq!(ran, numbers);
            let last: CreateResponseRequest =
                serde_json::from_value(gateway.requests().last().unwrap().json()).unwrap();
            let Value::Array(input) = serde_json::to_value(&last.input).unwrap() else { return };
            let input: Vec<InputItem> = serde_json::from_value(input.into()).unwrap();
            let sent = if memory == 2 { expected.concat() } else { expected.last().cloned().unwrap_or_default() };
            assert_eq!(output_texts(&input), sent);
        });
        Ok(())
    })
    .budget_ms(2_000);
}

#[tokio::test]
async fn deviating_responses_end_a_run_with_their_text_or_a_typed_error() {
    let Some(file) = std::env::var_os("NEXCONN_CASES") else {
        // The test harness captures other output.
        let _ = writeln!(std::io::stderr(), "skipped: NEXCONN_CASES doesn't name a file of deviating responses");
        return;
    };
    let mut count = 0;
    for line in std::fs::read_to_string(file).unwrap().lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let media_type = if case["kind"] == "response" { "application/json" } else { "text/event-stream" };
        for is_stream in [false, true] {
            let gateway = MockGateway::start().unwrap();
            gateway.validate(false);
            gateway.reply(Reply::body(media_type, case["body"].as_str().unwrap()));
            gateway.reply(Reply::text("Done."));
            let mut tools = Toolbox::new();
            let calls = Arc::new(Mutex::new(Vec::new()));
            for name in case["calls"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                let calls = Arc::clone(&calls);
                let name = name.to_owned();
                let tool = nexconn_responses::types::FunctionTool::new(name.as_str(), json!({}));
                let added = tools.add_tool(tool, async move |_: Value| {
                    calls.lock().unwrap().push(json!(name));
                    "It's raining."
                });
                added.unwrap();
            }
            let request = CreateResponseRequest::new("m", "Go.");
            let client = gateway.client_builder().max_retries(0).build().unwrap();
            let outcome = end(client.run(&request, &tools), is_stream).await;
            let name = format!("{}, stream: {is_stream}: {outcome:?}", case["name"]);
            let text = case.get("final").or(case.get("text")).and_then(Value::as_str);
            match (outcome, text) {
                (Ok(output), Some(text)) => assert_eq!(output.output_text(), text, "{name}"),
                (Ok(output), None) => {
                    assert_eq!((output.output_text().as_str(), case.get("error")), ("Done.", None), "{name}");
                    assert_eq!(json!(*calls.lock().unwrap()), case["calls"], "{name}");
                }
                // A call that can't run is reported once, and its second occurrence would be the error.
                (Err(error), None) => {
                    let expected = case["error"].as_str().expect(&name);
                    assert!(error.error().is_some_and(|error| error.to_string().contains(expected)), "{name}");
                }
                (Err(_), Some(_)) => panic!("{name}"),
            }
            count += 1;
        }
    }
    assert!(count > 0);
}
