//! A client of Nexconn's Responses endpoint, with types generated from its published JSON Schema.
//!
//! The front page is the README. The flow through the files: `types` describes, `client` sets up,
//! `send` transports, `stream` reads events with the help of `sse`; `wire` is how the types are read
//! and written.
//!
#![doc = include_str!("../README.md")]

mod builder;
mod client;
mod clock;
mod error;
mod options;
mod resend;
mod retry;
mod secret;
mod send;
pub mod sse;
mod stream;
pub mod types;
mod wire;

pub use builder::ClientBuilder;
pub use client::{Client, DEFAULT_BASE_URL, DEFAULT_MAX_RETRIES, DEFAULT_TIMEOUT};
pub use clock::{Clock, Sleep, SystemClock};
pub use error::{Error, ErrorKind};
pub use options::RequestOptions;
pub use stream::EventStream;
