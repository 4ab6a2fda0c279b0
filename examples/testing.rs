//! Unit tests of an agent with the mock gateway: scripted turns, failures, and assertions on its requests.
//!
//! ```text
//! cargo run --example testing
//! ```
//!
//! In your own crate, these are functions with `#[tokio::test]`, and the feature `testing` is on for
//! `[dev-dependencies]`.

#![allow(clippy::print_stdout, reason = "an example prints its results")]

use std::error::Error;
use std::time::Duration;

use nexconn_responses::testing::{MockGateway, Reply};
use nexconn_responses::types::{CreateResponseRequest, FunctionCallOutput, FunctionTool, models};
use nexconn_responses::{Client, ErrorKind};
use serde_json::{Value, json};

/// The agent to be tested: answers a question with the help of one function.
async fn agent(client: &Client, question: &str) -> Result<String, nexconn_responses::Error> {
    let parameters = json!({"type": "object", "properties": {"sql": {"type": "string"}}, "required": ["sql"]});
    let mut request =
        CreateResponseRequest::new(models::GPT_5_2, question).tools([FunctionTool::new("query", parameters)]);
    loop {
        let response = client.create(&request).await?;
        let outputs: Vec<FunctionCallOutput> = response.function_calls().map(|call| call.output("42")).collect();
        if outputs.is_empty() {
            return Ok(response.output_text());
        }
        request = request.continue_with(response, outputs);
    }
}

async fn the_agent_queries_the_database() -> Result<(), Box<dyn Error>> {
    let gateway = MockGateway::start()?;
    gateway.reply(Reply::function_call("query", json!({"sql": "SELECT count(*) FROM orders"})));
    gateway.reply(Reply::text("There are 42 orders."));
    assert_eq!(agent(&gateway.client()?, "How many orders are there?").await?, "There are 42 orders.");

    let requests = gateway.requests();
    let input = requests[1].json()["input"].take();
    let output = input.as_array().into_iter().flatten().find(|item| item["type"] == "function_call_output");
    assert_eq!(output.map(|item| &item["output"]), Some(&Value::from("42")));
    Ok(())
}

async fn the_agent_recovers_from_a_busy_gateway() -> Result<(), Box<dyn Error>> {
    let gateway = MockGateway::start()?;
    gateway.reply(Reply::error(503, "busy").retry_after(Duration::from_millis(5)));
    gateway.reply(Reply::reset());
    gateway.reply(Reply::text("Hello."));
    assert_eq!(agent(&gateway.client()?, "Hello?").await?, "Hello.");
    assert_eq!(gateway.requests().len(), 3);
    Ok(())
}

async fn the_agent_reports_an_invalid_key() -> Result<(), Box<dyn Error>> {
    let gateway = MockGateway::start()?;
    gateway.reply(Reply::error(401, "invalid key"));
    let error = agent(&gateway.client()?, "Hello?").await.err();
    assert_eq!(error.map(|error| error.kind()), Some(ErrorKind::Authentication));
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    the_agent_queries_the_database().await?;
    the_agent_recovers_from_a_busy_gateway().await?;
    the_agent_reports_an_invalid_key().await?;
    println!("3 tests passed");
    Ok(())
}
