//! Sends a typed request, and prints the streamed response while it arrives.
//!
//! ```text
//! cargo run --example quickstart
//! ```
//!
//! Without `NEXCONN_API_KEY`, it uses a mock gateway in this process, which checks the request against the
//! JSON Schema of the types.

#![allow(clippy::print_stdout, reason = "an example prints its results")]

use std::error::Error;
use std::io::{Write, stdout};

use nexconn_responses::testing::Reply;
use nexconn_responses::types::{
    CreateResponseRequest, FunctionTool, Message, Reasoning, ReasoningEffort, SCHEMA_SHA256, StreamEvent, models,
};
use serde_json::json;

mod loopback;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // With a key, this is `Client::from_env()`.
    let client = loopback::client([Reply::body("text/event-stream", include_str!("loopback/answer.sse"))])?;

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
