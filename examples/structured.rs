//! Structured output: the output is JSON that fits a Rust type, and is parsed as that type.
//!
//! ```text
//! cargo run --features schemars --example structured
//! ```
//!
//! Without `NEXCONN_API_KEY`, it uses a mock gateway in this process.

#![allow(clippy::print_stdout, reason = "an example prints its results")]

use std::error::Error;

use nexconn_responses::ErrorKind;
use nexconn_responses::testing::Reply;
use nexconn_responses::types::{CreateResponseRequest, TextFormatJsonSchema, models};
use schemars::JsonSchema;
use serde::Deserialize;

mod loopback;

const MAIL: &str = "Hi, we need a dozen of the blue mugs and one teapot, at 49.90 euros, by Friday if you can. – Ada";

/// An order from an e-mail. The model reads these comments.
#[derive(Deserialize, JsonSchema)]
struct Order {
    /// The first name.
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
    /// In cents; null if it isn't in the mail.
    price: Option<u32>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let output = r#"{"customer": "Ada", "urgency": "soon", "items": [
        {"article": "blue mug", "quantity": 12, "price": null}, {"article": "teapot", "quantity": 1, "price": 4990}]}"#;
    let client = loopback::client([Reply::text(output)])?;

    let request = CreateResponseRequest::new(models::GPT_5_2, MAIL)
        .instructions("Extract the order.")
        .text(TextFormatJsonSchema::from_type::<Order>()?)
        .max_output_tokens(2_000);
    let order: Order = match client.create(&request).await?.parse() {
        Ok(order) => order,
        // The model refused, or reached the token limit.
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
