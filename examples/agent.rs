//! An agent with three tools that run in parallel. It prints its typed output while that arrives.
//!
//! ```text
//! cargo run --features agent --example agent
//! ```
//!
//! Without `NEXCONN_API_KEY`, it uses a mock gateway in this process. `testing` has its unit tests.

#![allow(clippy::print_stdout, reason = "an example prints its results")]

use std::error::Error;
use std::io::{Write, stdout};

use nexconn_responses::agent::{RunEvent, Toolbox};
use nexconn_responses::testing::Reply;
use nexconn_responses::types::{CreateResponseRequest, StreamEvent, TextFormatJsonSchema, models};
use nexconn_responses::{Client, PartialJson};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

mod loopback;

#[derive(Deserialize, JsonSchema, Serialize)]
struct Trip {
    city: String,
}

/// The output. While it arrives, fields may be missing.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Plan {
    pub city: String,
    pub steps: Vec<String>,
}

/// Real tools would call services. Their errors go to the model.
fn tools() -> Result<Toolbox, nexconn_responses::Error> {
    let mut tools = Toolbox::new();
    tools.add("weather", "The weather in a city, today.", async |trip: Trip| format!("{}: sun, 21 °C", trip.city))?;
    tools.add("events", "The events in a city, today.", async |_: Trip| json!(["street food market"]))?;
    tools.add("trains", "The next trains to a city.", async |trip: Trip| {
        if trip.city == "Atlantis" { Err("there's no station") } else { Ok(["9:05", "10:05"]) }
    })?;
    Ok(tools)
}

/// Answers a question, and prints the output while it arrives.
pub(crate) async fn plan(client: &Client, question: &str) -> Result<Plan, Box<dyn Error>> {
    let request =
        CreateResponseRequest::new(models::GPT_5_2, question).text(TextFormatJsonSchema::from_type::<Plan>()?);
    let mut events = client.run(&request, &tools()?).max_turns(5).stream();
    let (mut json, mut printed) = (PartialJson::new(), 0);
    loop {
        match events.next().await.ok_or("the run has no output")?? {
            RunEvent::ToolStarted(call) => println!("calling {}({})", call.name, call.arguments),
            RunEvent::Response(StreamEvent::OutputTextDelta(event)) => {
                json.push(&event.delta);
                let Plan { city, steps } = json.get().unwrap_or_default();
                let text = [vec![city], steps].concat().join("\n- ");
                print!("{}", text.get(printed..).unwrap_or_default());
                printed = text.len();
                stdout().flush()?;
            }
            RunEvent::Finished(output) => return Ok(output.parse()?),
            _ => {}
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let calls = ["weather", "events", "trains"].map(|name| (name, Trip { city: "Lyon".to_owned() }));
    let answer = json!({"city": "Lyon", "steps": ["Take the train at 9:05", "Eat at the market"]});
    let client = loopback::client([Reply::function_calls(calls), Reply::text(answer.to_string())])?;
    let Plan { city, steps } = plan(&client, "Plan a day in Lyon.").await?;
    println!("\n{} steps in {city}", steps.len());
    Ok(())
}
