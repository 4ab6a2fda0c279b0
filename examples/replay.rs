//! Records a session with the gateway, and replays it without a network.
//!
//! ```text
//! cargo run --example replay                    # replays a session of this example
//! cargo run --example replay -- session.jsonl   # records to this file, or replays it without NEXCONN_API_KEY
//! ```
//!
//! A recording contains no key. Commit it, and let a test replay it: the test fails if the requests change.

#![allow(clippy::print_stdout, reason = "an example prints its results")]

use std::env;
use std::error::Error;
use std::path::PathBuf;

use nexconn_responses::testing::{MockGateway, Recorder};
use nexconn_responses::types::{CreateResponseRequest, Message, models};
use nexconn_responses::{Client, DEFAULT_BASE_URL};

/// The session of this example.
const SESSION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/loopback/session.jsonl");

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let file = env::args().nth(1).map_or(SESSION.into(), PathBuf::from);
    let (gateway, client) = match env::var("NEXCONN_API_KEY") {
        Ok(key) if env::args().len() > 1 => {
            println!("recording to {}", file.display());
            let base_url = env::var("NEXCONN_BASE_URL").unwrap_or(DEFAULT_BASE_URL.to_owned());
            let recorder = Recorder::new().base_url(base_url).redact("encrypted_content").start(&file)?;
            let client = Client::builder().api_key(key).base_url(recorder.base_url()).build()?;
            (recorder, client)
        }
        _ => {
            println!("replaying {}", file.display());
            let gateway = MockGateway::replay(&file)?;
            let client = gateway.client()?;
            (gateway, client)
        }
    };

    let request = CreateResponseRequest::new(models::GPT_5_2, "Name a mountain.").store(false);
    let response = client.create(&request).await?;
    println!("{}", response.output_text());
    let request = request.continue_with(response, [Message::user("How high is it?")]);
    println!("{}", client.stream(&request).await?.into_response().await?.output_text());
    println!("{} requests", gateway.requests().len());
    Ok(())
}
