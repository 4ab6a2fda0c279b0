//! Responses that run in the background: one is waited for, another is called off.
//!
//! ```text
//! cargo run --example background
//! ```
//!
//! Looking up, waiting and cancelling are OpenAI's; the gateway does not publish them and may answer
//! 404. With `NEXCONN_API_KEY` set it is asked. Without, the example needs no key and no network: a
//! server on loopback (`loopback/mod.rs`) plays the two responses.

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;
use std::time::Duration;

use nexconn_responses::types::{CreateResponseRequest, ResponseStatus, models};
use nexconn_responses::{Client, ErrorKind};

mod loopback;

/// The longest wait; what takes longer is called off.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = loopback::client([
        loopback::unfinished("resp_poem", "queued"),
        loopback::unfinished("resp_novel", "queued"),
        loopback::unfinished("resp_poem", "in_progress"),
        loopback::message("resp_poem", "The sea was wet as wet could be, the sands were dry as dry."),
        loopback::unfinished("resp_novel", "cancelled"),
    ])?;

    // Both calls return at once; the ids are what must be kept.
    let poem = begin(&client, "A poem of two lines about a beach.").await?;
    let novel = begin(&client, "A novel about a beach.").await?;

    // Looks again and again, at growing intervals. Dropping the wait, as the time-out does, leaves the response running.
    match tokio::time::timeout(PATIENCE, client.wait(&poem)).await {
        Ok(response) => {
            let response = response?;
            println!("{poem}: {}: {}", status(response.status.as_ref()), response.output_text());
        }
        Err(_too_late) => println!("{poem}: {}", end(&client, &poem).await?),
    }
    println!("{novel}: {}", end(&client, &novel).await?);
    Ok(())
}

async fn begin(client: &Client, prompt: &str) -> Result<String, nexconn_responses::Error> {
    // Only what is stored can be looked up.
    let request = CreateResponseRequest::new(models::GPT_5_2, prompt).background(true).store(true);
    let response = client.create(&request).await?;
    println!("{}: {}", response.id, status(response.status.as_ref()));
    Ok(response.id)
}

/// Calls a response off, and says what has become of it: it may have ended meanwhile.
async fn end(client: &Client, id: &str) -> Result<String, nexconn_responses::Error> {
    match client.cancel(id).await {
        Ok(response) => Ok(status(response.status.as_ref())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok("not known to this server".to_owned()),
        Err(error) => Err(error),
    }
}

fn status(status: Option<&ResponseStatus>) -> String {
    status.map_or("no status".to_owned(), ToString::to_string)
}
