//! A stream of a background response that survives disconnects.
//!
//! ```text
//! cargo run --example resume
//! ```
//!
//! Resuming is from OpenAI's reference. The gateway doesn't document it, and may return 404. Without
//! `NEXCONN_API_KEY`, the example uses a mock gateway in this process, which breaks the connection twice.

#![allow(clippy::print_stdout, reason = "an example prints its results")]

use std::error::Error;
use std::io::{Write, stdout};
use std::time::Duration;

use nexconn_responses::ResumePolicy;
use nexconn_responses::testing::Reply;
use nexconn_responses::types::{CreateResponseRequest, StreamEvent, models};

mod loopback;

const STORY: &str = "A keeper lit the lamp each night, though no ship had come for years. One night, one did.";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = loopback::client([Reply::text(STORY).truncate_after(8).truncate_after(5)])?;

    // Only stored background responses can be resumed.
    let request = CreateResponseRequest::new(models::GPT_5_2, "A very short story.").background(true).store(true);
    let policy = ResumePolicy::new().max_attempts(20).deadline(Duration::from_secs(3_600));
    let mut stream = client.stream(&request).resume_on_disconnect(policy).await?;

    let mut events = 0;
    while let Some(event) = stream.next().await {
        let event = event?;
        // No event is missing, and none comes twice.
        assert_eq!(event.sequence_number(), Some(events));
        events += 1;
        if let StreamEvent::OutputTextDelta(event) = event {
            print!("{}", event.delta);
            stdout().flush()?;
        }
    }
    println!("\n{events} events");
    Ok(())
}
