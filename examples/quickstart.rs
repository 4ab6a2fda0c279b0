//! The main job: a typed request, sent over a socket, answered by a stream of typed events.
//!
//! ```text
//! cargo run --example quickstart
//! ```
//!
//! With `NEXCONN_API_KEY` set it asks the real gateway. Without, it needs no key and no network: a
//! server on loopback (`loopback/mod.rs`) checks the request against the JSON Schema that the types
//! come from, and streams an answer.

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;
use std::io::{Write, stdout};

use nexconn_responses::types::{
    CreateResponseRequest, FunctionTool, Message, Reasoning, ReasoningEffort, SCHEMA_SHA256, StreamEvent, models,
};
use serde_json::json;

mod loopback;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // `Client::from_env()` when there is a key.
    let client = loopback::client([include_str!("loopback/answer.sse")])?;

    let parameters = json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
    let weather = FunctionTool::new("weather", parameters).description("The weather in a city, now.");
    let request = CreateResponseRequest::new(models::GPT_5_2, [Message::user("Why is the sky blue? One sentence.")])
        .instructions("You explain physics to children.")
        .reasoning(Reasoning::new().effort(ReasoningEffort::Low))
        .tools([weather])
        .max_output_tokens(500);

    let mut stream = client.stream(&request).await?;
    while let Some(event) = stream.next().await {
        match event? {
            StreamEvent::OutputTextDelta(event) => {
                print!("{}", event.delta);
                stdout().flush()?;
            }
            StreamEvent::Completed(event) => {
                if let Some(usage) = &event.response.usage {
                    println!("\n\n{} tokens in, {} out", usage.input_tokens, usage.output_tokens);
                }
            }
            _ => {}
        }
    }
    println!("types generated from the published schema with SHA-256 {SCHEMA_SHA256}");
    Ok(())
}
