//! A client of Nexconn's Responses endpoint, with types generated from its published JSON Schema.
//!
#![doc = include_str!("../README.md")]
// docs.rs has a nightly compiler, which says of an item which feature it needs.
#![cfg_attr(docsrs, feature(doc_cfg))]

// The front page of the documentation is the README. The flow through the files: `types` describes, `client` sets up,
// `endpoints` and `pages` ask for more than a response, `send` transports, `whole` reads an answer (by `json`) and
// `refusal` an error, `stream` reads events with the help of `sse`, `text` leaves only the text of them, `accumulate`
// puts them together; `wire` is how the types are read and written, and `trace` is what an observer is told. `strict`
// (feature `schemars`), `parse` and `resend` are for tools and structured answers.

mod accumulate;
mod builder;
mod client;
mod clock;
#[cfg(feature = "schemars")]
mod closing;
mod endpoints;
mod error;
#[cfg(feature = "schemars")]
mod exclusive;
mod json;
mod options;
mod pages;
mod parse;
mod place;
mod refusal;
mod resend;
mod retry;
mod secret;
mod send;
mod sequence;
pub mod sse;
mod stream;
#[cfg(feature = "schemars")]
mod strict;
mod text;
mod trace;
pub mod types;
mod whole;
mod wire;

pub use accumulate::Accumulator;
pub use builder::ClientBuilder;
pub use client::{Client, DEFAULT_BASE_URL, DEFAULT_MAX_RETRIES, DEFAULT_TIMEOUT};
pub use clock::{Clock, Sleep, SystemClock};
pub use endpoints::{WAIT_FIRST_PAUSE, WAIT_LONGEST_PAUSE};
pub use error::{Error, ErrorKind};
pub use options::RequestOptions;
pub use pages::InputItems;
pub use stream::EventStream;
#[cfg(feature = "schemars")]
pub use strict::StrictError;
pub use text::TextStream;
pub use whole::DEFAULT_BODY_LIMIT;
