//! A client for Nexconn's Responses endpoint, with types generated from its published JSON Schema.
//!
//! Start with [`Client`] and [`types`]. Stream with [`EventStream`], handle failures by [`ErrorKind`], and test with
//! the feature `testing`.
//!
//! <style>img[src^="docs/"] { display: none }</style>
// README's pictures aren't part of the documentation, and its examples need the feature `agent`.
#![cfg_attr(any(not(doctest), feature = "agent"), doc = include_str!("../README.md"))]
// docs.rs builds with nightly, which can mark the items behind features.
#![cfg_attr(docsrs, feature(doc_cfg))]
// The documentation of types links to the client.
#![cfg_attr(not(feature = "client"), allow(rustdoc::broken_intra_doc_links))]

#[cfg(feature = "agent")]
pub mod agent;
#[cfg(feature = "client")]
mod client;
mod codec;
#[cfg_attr(not(feature = "client"), allow(dead_code, reason = "most errors come from the client"))]
mod error;
pub mod sse;
mod stream;
mod structured;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "client")]
mod transport;
pub mod types;

#[cfg(feature = "client")]
pub use client::{
    Client,
    builder::ClientBuilder,
    input_items::{InputItems, Order},
    request_builder::{RequestBuilder, WithMetadata},
};
pub use error::metadata::{RateLimit, ResponseMetadata};
pub use error::{Error, ErrorKind};
/// The HTTP method of a [`Client::request`].
///
#[cfg(feature = "client")]
pub use http::Method;
pub use stream::accumulator::Accumulator;
#[cfg(feature = "client")]
pub use stream::{
    event_stream::EventStream,
    partial::{Partial, PartialStream},
    raw_response::RawResponse,
    text::TextStream,
};
#[cfg(feature = "schemars")]
pub use structured::error::StrictSchemaError;
pub use structured::partial_json::PartialJson;
#[cfg(feature = "client")]
pub use transport::{
    attempt::FinishedAttempt,
    clock::{Clock, Sleep, SystemClock},
    credentials::{ApiKeyFuture, ApiKeyProvider, AuthScheme},
    resume_policy::ResumePolicy,
    retry::{Attempt, RetryPolicy},
    settings::{
        DEFAULT_BASE_URL, DEFAULT_CONNECT_TIMEOUT, DEFAULT_MAX_BODY_SIZE, DEFAULT_MAX_IDLE_CONNECTIONS,
        DEFAULT_MAX_RETRIES, DEFAULT_POOL_IDLE_TIMEOUT, DEFAULT_TIMEOUT, WAIT_FIRST_DELAY, WAIT_MAX_DELAY,
    },
};
