//! Integration tests, one module per subject.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::large_futures,
    reason = "a test fails by panicking, reports on stderr and awaits each future once"
)]

mod accumulate;
#[cfg(feature = "agent")]
mod agent;
mod broken_streams;
mod client;
mod clients;
mod clock;
mod compile_time_events;
mod conversations;
mod corpus;
mod deviating_streams;
mod deviations;
mod documents;
mod dropped;
mod endpoints;
mod error_responses;
mod errors;
mod examples;
mod faults;
mod frames;
#[cfg(feature = "gzip")]
mod gzip;
mod listing;
mod manifest;
mod mock_gateway;
mod options;
mod output;
mod partial;
#[cfg(feature = "cli")]
mod printed_types;
mod recorded_streams;
mod recordings;
mod resumed_streams;
mod retries;
#[cfg(feature = "cli")]
mod schema_command;
mod secrets;
mod server;
mod sources;
mod sse;
mod sse_properties;
mod stream;
#[cfg(feature = "schemars")]
#[allow(dead_code, reason = "only the schemas of these types are read")]
mod structured;
mod timeouts;
#[cfg(feature = "tracing")]
mod tracing;
mod transport;
mod types;
