//! Unit tests of the agent in `agent.rs` with the mock gateway: scripted turns, failures, assertions on its requests.
//!
//! ```text
//! cargo run --features agent --example testing
//! ```
//!
//! In your own crate, these are functions with `#[tokio::test]`, and the feature `testing` is on for
//! `[dev-dependencies]`.

#![allow(clippy::print_stdout, reason = "an example prints its results")]

use std::error::Error;
use std::time::Duration;

use nexconn_responses::agent::{RunError, RunErrorKind};
use nexconn_responses::testing::{MockGateway, Reply};
use serde_json::{Value, json};

#[allow(dead_code, reason = "its main function")]
#[path = "agent.rs"]
mod agent;

type TestResult = Result<(), Box<dyn Error>>;

/// Calls all three tools.
fn calls(city: &str) -> Reply {
    Reply::function_calls(["weather", "events", "trains"].map(|name| (name, json!({"city": city}))))
}

/// Returns the outputs of the tools in the input of the last request.
fn outputs(gateway: &MockGateway) -> Vec<Value> {
    let input = gateway.requests().last().map(|request| request.json()["input"].take()).unwrap_or_default();
    let outputs = input.as_array().into_iter().flatten().filter(|item| item["type"] == "function_call_output");
    outputs.map(|item| item["output"].clone()).collect()
}

async fn the_agent_combines_its_tools() -> TestResult {
    let gateway = MockGateway::start()?;
    gateway.reply(calls("Nice"));
    gateway.reply(Reply::text(json!({"city": "Nice", "steps": ["Swim"]}).to_string()));
    let plan = agent::plan(&gateway.client()?, "A day in Nice?").await?;
    assert_eq!((plan.city.as_str(), plan.steps.len()), ("Nice", 1));
    assert_eq!(outputs(&gateway), ["Nice: sun, 21 °C", r#"["street food market"]"#, r#"["9:05","10:05"]"#]);
    Ok(())
}

async fn the_agent_survives_a_failing_tool_and_a_busy_gateway() -> TestResult {
    let gateway = MockGateway::start()?;
    gateway.reply(Reply::error(503, "busy").retry_after(Duration::from_millis(5)));
    gateway.reply(calls("Atlantis"));
    gateway.reply(Reply::reset());
    gateway.reply(Reply::text(json!({"city": "Athens", "steps": []}).to_string()));
    let plan = agent::plan(&gateway.client()?, "A day in Atlantis?").await?;
    assert_eq!((plan.city.as_str(), gateway.requests().len()), ("Athens", 4));
    assert_eq!(outputs(&gateway)[2], "error: there's no station");
    Ok(())
}

async fn the_agent_gives_up() -> TestResult {
    let gateway = MockGateway::start()?;
    (0..5).for_each(|_| gateway.reply(calls("Lyon")));
    let error = agent::plan(&gateway.client()?, "A day in Lyon?").await.err();
    let error = error.as_ref().and_then(|error| error.downcast_ref::<RunError>());
    assert_eq!(error.map(RunError::kind), Some(RunErrorKind::MaxTurns));
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> TestResult {
    the_agent_combines_its_tools().await?;
    the_agent_survives_a_failing_tool_and_a_busy_gateway().await?;
    the_agent_gives_up().await?;
    println!("\n3 tests passed");
    Ok(())
}
