//! A chat in the terminal that prints each response while it arrives.
//!
//! ```text
//! cargo run --example chat
//! ```
//!
//! Type a line and press Enter; an empty line ends the chat. Without `NEXCONN_API_KEY`, it uses a mock gateway
//! in this process, which has two replies.

#![allow(clippy::print_stdout, reason = "an example prints its results")]

use std::error::Error;
use std::io::{Write, stdin, stdout};

use nexconn_responses::testing::Reply;
use nexconn_responses::types::{CreateResponseRequest, Include, InputItem, Message, Response, StreamEvent, models};
use nexconn_responses::{Client, ErrorKind};

mod loopback;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = loopback::client([
        Reply::text("Good morning! What shall we talk about?"),
        Reply::text("Gladly. Though I have only two replies, and this is the second."),
    ])?;
    let mut conversation: Vec<InputItem> = Vec::new();
    loop {
        print!("> ");
        stdout().flush()?;
        // No other task runs, so this may block.
        let mut line = String::new();
        if stdin().read_line(&mut line)? == 0 || line.trim().is_empty() {
            println!();
            return Ok(());
        }
        conversation.push(Message::user(line.trim()).into());
        match turn(&client, &conversation).await {
            // All output items, reasoning included, are part of the next request.
            Ok(response) => conversation.extend(response.into_input()),
            Err(error) if error.is_retryable() || error.kind() == ErrorKind::StreamTruncated => {
                conversation.pop();
                println!("\n[{error}; please repeat]");
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Sends the conversation, and prints the response while it arrives.
async fn turn(client: &Client, conversation: &[InputItem]) -> Result<Response, nexconn_responses::Error> {
    let request = CreateResponseRequest::new(models::GPT_5_2, conversation.to_vec())
        .instructions("You are good company. Keep it short.")
        // The server doesn't store the response, so the next request includes its reasoning, encrypted.
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
        // Keep the response even if the terminal is gone.
        let _ = stdout().flush();
    }
    // Unreachable: a stream ends with a terminal event or an error.
    stream.into_response().await
}
