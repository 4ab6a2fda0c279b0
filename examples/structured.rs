//! Structured output: a Rust type says what the answer looks like, and the answer comes as that type.
//!
//! ```text
//! cargo run --features schemars --example structured
//! ```
//!
//! With `NEXCONN_API_KEY` set it asks the real gateway. Without, it needs no key and no network: a
//! server on loopback (`loopback/mod.rs`) has the answer ready.

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;

use nexconn_responses::ErrorKind;
use nexconn_responses::types::{CreateResponseRequest, TextFormatJsonSchema, models};
use schemars::JsonSchema;
use serde::Deserialize;

mod loopback;

const MAIL: &str = "Hi, we need a dozen of the blue mugs and one teapot, at 49.90 euros, by Friday if you can. – Ada";

/// An order, as an e-mail has it. The model reads these comments.
#[derive(Deserialize, JsonSchema)]
struct Order {
    /// Who orders.
    customer: String,
    urgency: Urgency,
    items: Vec<Item>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Urgency {
    Normal,
    Soon,
    Immediate,
}

#[derive(Deserialize, JsonSchema)]
struct Item {
    article: String,
    quantity: u32,
    /// In cents; null if the mail does not say.
    price: Option<u32>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let answer = r#"{"customer": "Ada", "urgency": "soon", "items": [
        {"article": "blue mug", "quantity": 12, "price": null}, {"article": "teapot", "quantity": 1, "price": 4990}]}"#;
    let client = loopback::client([loopback::message("resp_1", answer)])?;

    let request = CreateResponseRequest::new(models::GPT_5_2, MAIL)
        .instructions("Take down the order.")
        .text(TextFormatJsonSchema::from_type::<Order>()?)
        .max_output_tokens(2_000);
    let order: Order = match client.create(&request).await?.parse() {
        Ok(order) => order,
        // A model may decline, and an answer may be cut: neither is a fault of the program.
        Err(error) if matches!(error.kind(), ErrorKind::Refusal | ErrorKind::Incomplete) => {
            println!("no order: {error}");
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };

    println!("{} orders ({:?}):", order.customer, order.urgency);
    for Item { article, quantity, price } in order.items {
        let price = price.map_or("?".to_owned(), |cents| format!("{}.{:02}", cents / 100, cents % 100));
        println!("{quantity:4} × {article}, {price} each");
    }
    Ok(())
}
