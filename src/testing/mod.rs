//! Test support: a mock gateway, recorded sessions, and a check of requests against the schema. Needs the feature
//! `testing`.
//!
//! [`MockGateway`] is a server in the process of your test. Queue each [`Reply`], run your code with its client, and
//! assert on the [`RecordedRequest`]s:
//!
//! ```
//! use nexconn_responses::testing::{MockGateway, Reply};
//! use nexconn_responses::types::CreateResponseRequest;
//! use nexconn_responses::{Client, Error};
//!
//! async fn summarize(client: &Client, text: &str) -> Result<String, Error> {
//!     let request = CreateResponseRequest::new("openai/gpt-5.2", text);
//!     Ok(client.create(&request).await?.output_text())
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let gateway = MockGateway::start()?;
//! gateway.reply(Reply::error(503, "busy"));
//! gateway.reply(Reply::text("It's raining."));
//!
//! let summary = summarize(&gateway.client()?, "A long story").await?;
//!
//! assert_eq!(summary, "It's raining.");
//! assert_eq!(gateway.requests().len(), 2); // One of them is a retry.
//! # Ok(())
//! # })
//! # }
//! ```
//!
//! [`Recorder`] records a session with a real server, and [`MockGateway::replay`] replays it without a network. To test
//! timeouts and retries without waiting, set [`ClientBuilder::clock`](crate::ClientBuilder::clock).

mod conversations;
mod events;
mod gateway;
mod http;
mod items;
mod recording;
mod reply;
mod schema;
mod store;

pub use gateway::MockGateway;
pub use http::RecordedRequest;
pub use recording::Recorder;
pub use reply::Reply;
pub use schema::{SchemaViolation, validate_request};
