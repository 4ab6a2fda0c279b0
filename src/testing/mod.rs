//! Test support: a mock gateway, recorded sessions, and a check of requests against the schema.

mod events;
mod gateway;
mod http;
mod recording;
mod reply;
mod schema;
mod store;

pub use gateway::MockGateway;
pub use http::RecordedRequest;
pub use recording::Recorder;
pub use reply::Reply;
pub use schema::{SchemaViolation, validate_request};
