//! A whole tool loop: the model calls functions, several at once; they run side by side; it gets
//! their answers, and its own comes back as a Rust type.
//!
//! ```text
//! cargo run --features schemars --example tools
//! ```
//!
//! With `NEXCONN_API_KEY` set it asks the real gateway. Without, it needs no key and no network: a
//! server on loopback (`loopback/mod.rs`) calls the function twice, and then answers.

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;

use nexconn_responses::types::{
    CreateResponseRequest, FunctionCall, FunctionCallOutput, FunctionTool, TextFormatJsonSchema, models,
};
use tokio::task::JoinSet;

mod loopback;

/// The weather in a city, now.
#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Weather {
    city: String,
    /// Celsius if null.
    unit: Option<Unit>,
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Unit {
    Celsius,
    Fahrenheit,
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Advice {
    city: String,
    because: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = loopback::client([include_str!("loopback/calls.json"), include_str!("loopback/advice.json")])?;
    let mut request = CreateResponseRequest::new(models::GPT_5_2, "Oslo or Rome: where to go for a walk?")
        .tools([FunctionTool::from_type::<Weather>("weather")?])
        .text(TextFormatJsonSchema::from_type::<Advice>()?);

    for _turn in 0..8 {
        let response = client.create(&request).await?;
        let running: JoinSet<_> = response.function_calls().cloned().map(run).collect();
        if running.is_empty() {
            let advice: Advice = response.parse()?;
            println!("{}. {}", advice.city, advice.because);
            return Ok(());
        }
        println!("the model calls {} functions", running.len());
        request = request.continue_with(response, running.join_all().await);
    }
    Err("the model calls on and on".into())
}

/// One call. What goes wrong is an answer too: the model reads it and may try again.
async fn run(call: FunctionCall) -> FunctionCallOutput {
    // A real one would ask a service; the other calls go on meanwhile.
    tokio::task::yield_now().await;
    match call.parse_arguments::<Weather>() {
        Ok(Weather { city, unit: None | Some(Unit::Celsius) }) if city == "Oslo" => call.output("4 °C, rain"),
        Ok(Weather { unit: None | Some(Unit::Celsius), .. }) => call.output("24 °C, dry"),
        Ok(Weather { unit: Some(Unit::Fahrenheit), .. }) => call.output("75 °F, dry"),
        Err(error) => call.output(error.to_string()),
    }
}
