//! A conversation of several turns, in both ways: the server keeps it, or each request has all of it.
//!
//! ```text
//! cargo run --example conversation
//! ```
//!
//! With `NEXCONN_API_KEY` set it asks the real gateway, of which it is known that the second way works
//! and not whether the first one does. Without, it needs no key and no network: a server on loopback
//! (`loopback/mod.rs`) has the answers ready.

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;

use nexconn_responses::Client;
use nexconn_responses::types::{CreateResponseRequest, Include, Input, Message, models};

mod loopback;

const FIRST: &str = "My cat is called Turing. What is a good present for him?";
const SECOND: &str = "And what was his name?";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = loopback::client([
        loopback::message("resp_1", "A cardboard box."),
        loopback::message("resp_2", "Turing."),
        loopback::message("resp_3", "A cardboard box."),
        loopback::message("resp_4", "Turing, as before."),
    ])?;
    resent(&client).await?;
    kept(&client).await?;
    Ok(())
}

/// Every request has the whole conversation, and the server keeps nothing.
async fn resent(client: &Client) -> Result<(), nexconn_responses::Error> {
    let request = CreateResponseRequest::new(models::GPT_5_2, FIRST)
        .store(false)
        // What the model thought is sent back too; where nothing is stored, that takes its encrypted form.
        .include([Include::ReasoningEncryptedContent]);
    let response = client.create(&request).await?;
    println!("resent, {} item:  {}", items(&request), response.output_text());

    let request = request.continue_with(response, [Message::user(SECOND)]);
    let response = client.create(&request).await?;
    println!("resent, {} items: {}", items(&request), response.output_text());
    Ok(())
}

/// Every request has only what is new, and names the response that it follows.
async fn kept(client: &Client) -> Result<(), nexconn_responses::Error> {
    let request = CreateResponseRequest::new(models::GPT_5_2, FIRST).store(true);
    let response = client.create(&request).await?;
    println!("kept, {} item:    {}", items(&request), response.output_text());

    // Instructions do not carry over: what should hold for every turn is sent with every turn.
    let request = CreateResponseRequest::new(models::GPT_5_2, SECOND).store(true).previous_response_id(response.id);
    let response = client.create(&request).await?;
    println!("kept, {} item:    {}", items(&request), response.output_text());
    Ok(())
}

/// How many items a request sends; a text is one.
fn items(request: &CreateResponseRequest) -> usize {
    match &request.input {
        Some(Input::Items(items)) => items.len(),
        Some(_) => 1,
        None => 0,
    }
}
