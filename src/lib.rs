//! A client for Nexconn's Responses endpoint, with types generated from its published JSON Schema.
//!
//! <style>img[src^="docs/"] { display: none }</style>
// README's pictures aren't part of the documentation, and its examples need the feature `schemars`.
#![cfg_attr(any(not(doctest), feature = "schemars"), doc = include_str!("../README.md"))]
// docs.rs has a nightly compiler, which says of an item which feature it needs.
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

pub use client::builder::ClientBuilder;
pub use client::input_items::InputItems;
pub use client::options::RequestOptions;
pub use client::stored::{WAIT_FIRST_PAUSE, WAIT_LONGEST_PAUSE};
pub use client::{Client, DEFAULT_BASE_URL, DEFAULT_MAX_RETRIES, DEFAULT_TIMEOUT};
pub use error::{Error, ErrorKind};
pub use stream::EventStream;
pub use stream::accumulator::Accumulator;
pub use stream::text::TextStream;
#[cfg(feature = "schemars")]
pub use structured::strict::StrictSchemaError;
pub use transport::body::DEFAULT_MAX_BODY_SIZE;
pub use transport::clock::{Clock, Sleep, SystemClock};
