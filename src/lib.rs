//! A client for Nexconn's Responses endpoint, with types generated from its published JSON Schema.
//!
//! <style>img[src^="docs/"] { display: none }</style>
// README's pictures aren't part of the documentation, and its examples need the feature `schemars`.
#![cfg_attr(any(not(doctest), feature = "schemars"), doc = include_str!("../README.md"))]
// docs.rs builds with nightly, which can mark the items behind features.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod client;
mod codec;
mod error;
pub mod sse;
mod stream;
mod structured;
#[cfg(feature = "testing")]
pub mod testing;
mod transport;
pub mod types;

pub use client::Client;
pub use client::builder::ClientBuilder;
pub use client::input_items::{InputItems, Order};
pub use client::request_builder::{RequestBuilder, WithMetadata};
pub use error::metadata::{RateLimit, ResponseMetadata};
pub use error::{Error, ErrorKind};
pub use stream::accumulator::Accumulator;
pub use stream::event_stream::EventStream;
pub use stream::partial::{Partial, PartialStream};
pub use stream::text::TextStream;
#[cfg(feature = "schemars")]
pub use structured::error::StrictSchemaError;
pub use structured::partial_json::PartialJson;
pub use transport::clock::{Clock, Sleep, SystemClock};
pub use transport::credentials::{ApiKeyFuture, ApiKeyProvider, AuthScheme};
pub use transport::resume_policy::ResumePolicy;
pub use transport::retry::{Attempt, RetryPolicy};
pub use transport::settings::{
    DEFAULT_BASE_URL, DEFAULT_CONNECT_TIMEOUT, DEFAULT_MAX_BODY_SIZE, DEFAULT_MAX_IDLE_CONNECTIONS,
    DEFAULT_MAX_RETRIES, DEFAULT_TIMEOUT, WAIT_FIRST_DELAY, WAIT_MAX_DELAY,
};
