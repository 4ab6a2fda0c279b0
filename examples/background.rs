//! Background responses: waits for one, and cancels another.
//!
//! ```text
//! cargo run --example background
//! ```
//!
//! Retrieving and cancelling are from OpenAI's reference. The gateway doesn't document them, and may return
//! 404. Without `NEXCONN_API_KEY`, the example uses a mock gateway in this process.

#![allow(clippy::print_stdout, reason = "an example prints its results")]

use std::error::Error;
use std::time::Duration;

use nexconn_responses::testing::Reply;
use nexconn_responses::types::{CreateResponseRequest, ResponseStatus, models};
use nexconn_responses::{Client, ErrorKind};

mod loopback;

/// After this time, the response is cancelled.
const TIMEOUT: Duration = Duration::from_secs(15 * 60);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = loopback::client([
        Reply::text("The sea was wet as wet could be, the sands were dry as dry."),
        Reply::text("Chapter one."),
    ])?;

    // Both calls return at once. Keep the ids.
    let poem = start(&client, "A poem of two lines about a beach.").await?;
    let novel = start(&client, "A novel about a beach.").await?;

    // Polls at growing intervals. After the deadline, the response keeps running.
    match client.wait(&poem).deadline(TIMEOUT).await {
        Ok(response) => println!("{poem}: {}: {}", status(response.status.as_ref()), response.output_text()),
        Err(error) if error.kind() == ErrorKind::Timeout => println!("{poem}: {}", cancel(&client, &poem).await?),
        Err(error) if error.kind() == ErrorKind::NotFound => println!("{poem}: unknown to this server"),
        Err(error) => return Err(error.into()),
    }
    println!("{novel}: {}", cancel(&client, &novel).await?);
    Ok(())
}

async fn start(client: &Client, prompt: &str) -> Result<String, nexconn_responses::Error> {
    // Only stored responses can be retrieved.
    let request = CreateResponseRequest::new(models::GPT_5_2, prompt).background(true).store(true);
    let response = client.create(&request).await?;
    println!("{}: {}", response.id, status(response.status.as_ref()));
    Ok(response.id)
}

/// Cancels a response. Returns its status: it may have completed in the meantime.
async fn cancel(client: &Client, id: &str) -> Result<String, nexconn_responses::Error> {
    match client.cancel(id).await {
        Ok(response) => Ok(status(response.status.as_ref())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok("unknown to this server".to_owned()),
        // Some servers reject it if the response has ended.
        Err(error) if matches!(error.status(), Some(400 | 409)) => Ok(format!("not cancelled: {}", error.message())),
        Err(error) => Err(error),
    }
}

fn status(status: Option<&ResponseStatus>) -> String {
    status.map_or("no status".to_owned(), ToString::to_string)
}
