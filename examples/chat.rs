//! A chat in the terminal: each answer appears as it is written, and the conversation goes on.
//!
//! ```text
//! cargo run --example chat
//! ```
//!
//! Type a line and press Enter; an empty line ends the chat. With `NEXCONN_API_KEY` set it asks the
//! real gateway. Without, it needs no key and no network: a server on loopback (`loopback/mod.rs`)
//! has two answers ready.

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;
use std::io::{Write, stdin, stdout};

use nexconn_responses::types::{CreateResponseRequest, Include, InputItem, Message, Response, StreamEvent, models};
use nexconn_responses::{Client, ErrorKind};

mod loopback;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = loopback::client([
        loopback::events("resp_1", "Good morning! What shall we talk about?"),
        loopback::events("resp_2", "Gladly. Though I have only two answers, and this is the second."),
    ])?;
    let mut conversation: Vec<InputItem> = Vec::new();
    loop {
        print!("> ");
        stdout().flush()?;
        // Nothing else goes on meanwhile, so this may block.
        let mut line = String::new();
        if stdin().read_line(&mut line)? == 0 || line.trim().is_empty() {
            println!();
            return Ok(());
        }
        conversation.push(Message::user(line.trim()).into());
        match turn(&client, &conversation).await {
            // All that the model put out, also what it thought, is part of the next request.
            Ok(response) => conversation.extend(response.into_input()),
            Err(error) if error.is_retryable() || error.kind() == ErrorKind::StreamTruncated => {
                conversation.pop();
                println!("\n[{error}; say it again]");
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Asks, and prints the answer as it comes.
async fn turn(client: &Client, conversation: &[InputItem]) -> Result<Response, nexconn_responses::Error> {
    let request = CreateResponseRequest::new(models::GPT_5_2, conversation.to_vec())
        .instructions("You are good company. Keep it short.")
        // The server keeps nothing, so the reasoning is sent along, encrypted.
        .store(false)
        .include([Include::ReasoningEncryptedContent]);
    let mut stream = client.stream(&request).await?;
    while let Some(event) = stream.next().await {
        match event? {
            StreamEvent::OutputTextDelta(event) => print!("{}", event.delta),
            StreamEvent::RefusalDelta(event) => print!("{}", event.delta),
            StreamEvent::Completed(event) => {
                println!();
                return Ok(*event.response);
            }
            StreamEvent::Incomplete(event) => {
                println!(" …");
                return Ok(*event.response);
            }
            _ => {}
        }
        // A terminal that is gone is no reason to lose the answer.
        let _ = stdout().flush();
    }
    // The stream ends with a terminal event or with an error; this is for the compiler.
    stream.into_response().await
}
