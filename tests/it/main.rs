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
#[cfg(feature = "agent")]
mod agent_properties;
mod api_listing;
mod architecture;
mod broken_streams;
mod client;
mod compile_time_events;
#[cfg(feature = "cli")]
mod contributing;
mod conversations;
mod corpus;
mod deviating_streams;
mod deviations;
mod dropped;
mod endpoints;
mod error_responses;
mod errors;
mod examples;
mod faults;
#[cfg(feature = "cli")]
mod foreign_schemas;
#[cfg(feature = "gzip")]
mod gzip;
#[cfg(feature = "http2")]
mod http2;
mod manifest;
mod mock_gateway;
mod openai_sdks;
mod options;
mod output;
mod partial;
#[cfg(feature = "cli")]
mod printed_types;
mod readme;
mod recorded_streams;
mod recordings;
mod resumed_streams;
mod retries;
#[cfg(feature = "cli")]
mod schema_command;
mod secrets;
mod serde_traits;
mod sse;
mod sse_properties;
mod stream;
#[cfg(feature = "schemars")]
#[allow(dead_code, reason = "only the schemas of these types are read")]
mod structured;
mod support;
mod timeouts;
#[cfg(feature = "tracing")]
mod tracing;
mod transport;
mod types;
mod uploads;

use support::{clock, frames, server};
