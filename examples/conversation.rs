//! A conversation of several turns: stored by the server, or resent with each request.
//!
//! ```text
//! cargo run --example conversation
//! ```
//!
//! The gateway doesn't document whether it stores conversations; resending works everywhere. Without
//! `NEXCONN_API_KEY`, the example uses a mock gateway in this process.

#![allow(clippy::print_stdout, reason = "an example prints its results")]

use std::error::Error;

use nexconn_responses::Client;
use nexconn_responses::testing::Reply;
use nexconn_responses::types::{CreateResponseRequest, Include, Input, Message, models};

mod loopback;

const FIRST: &str = "My cat is called Turing. What is a good present for him?";
const SECOND: &str = "And what was his name?";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = loopback::client([
        Reply::text("A cardboard box."),
        Reply::text("Turing."),
        Reply::text("A cardboard box."),
        Reply::text("Turing, as before."),
    ])?;
    resend(&client).await?;
    store(&client).await?;
    Ok(())
}

/// Each request contains the whole conversation. The server doesn't store it.
async fn resend(client: &Client) -> Result<(), nexconn_responses::Error> {
    let request = CreateResponseRequest::new(models::GPT_5_2, FIRST)
        .store(false)
        // Reasoning is resent too. If the server doesn't store it, that takes its encrypted form.
        .include([Include::ReasoningEncryptedContent]);
    let response = client.create(&request).await?;
    println!("resent, {} item:  {}", items(&request), response.output_text());

    let request = request.continue_with(response, [Message::user(SECOND)]);
    let response = client.create(&request).await?;
    println!("resent, {} items: {}", items(&request), response.output_text());
    Ok(())
}

/// Each request contains only the new input, and the id of the response it continues.
async fn store(client: &Client) -> Result<(), nexconn_responses::Error> {
    let request = CreateResponseRequest::new(models::GPT_5_2, FIRST).store(true);
    let response = client.create(&request).await?;
    println!("stored, {} item:  {}", items(&request), response.output_text());

    // Instructions aren't stored: send them with each turn.
    let request = CreateResponseRequest::new(models::GPT_5_2, SECOND).store(true).previous_response_id(response.id);
    let response = client.create(&request).await?;
    println!("stored, {} item:  {}", items(&request), response.output_text());
    Ok(())
}

/// Returns the number of input items.
fn items(request: &CreateResponseRequest) -> usize {
    match &request.input {
        Some(Input::Items(items)) => items.len(),
        Some(_) => 1,
        None => 0,
    }
}
