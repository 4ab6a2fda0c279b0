//! A tool loop: runs several function calls in parallel, returns their outputs, and parses the final output.
//!
//! ```text
//! cargo run --features schemars --example tools
//! ```
//!
//! Without `NEXCONN_API_KEY`, it uses a mock gateway in this process.

#![allow(clippy::print_stdout, reason = "an example prints its results")]

use std::error::Error;

use nexconn_responses::testing::Reply;
use nexconn_responses::types::{
    CreateResponseRequest, FunctionCall, FunctionCallOutput, FunctionTool, TextFormatJsonSchema, models,
};
use serde_json::json;
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
    let call = |city| ("weather", json!({"city": city, "unit": "celsius"}));
    let output = json!({"city": "Rome", "because": "It is 24 °C and dry there, and 4 °C with rain in Oslo."});
    let client =
        loopback::client([Reply::function_calls(["Oslo", "Rome"].map(call)), Reply::text(output.to_string())])?;
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
    Err("too many turns".into())
}

/// Runs one call. An error is an output too: the model may correct its arguments.
async fn run(call: FunctionCall) -> FunctionCallOutput {
    // A real function would call a service here, while the other calls run.
    tokio::task::yield_now().await;
    match call.parse_arguments::<Weather>() {
        Ok(Weather { city, unit: None | Some(Unit::Celsius) }) if city == "Oslo" => call.output("4 °C, rain"),
        Ok(Weather { unit: None | Some(Unit::Celsius), .. }) => call.output("24 °C, dry"),
        Ok(Weather { unit: Some(Unit::Fahrenheit), .. }) => call.output("75 °F, dry"),
        Err(error) => call.output(error.to_string()),
    }
}
