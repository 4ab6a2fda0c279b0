//! Streamed responses: from the bytes of a socket to typed events.
//!
//! Polling a stream polls its socket. There's no task and no channel in between.

pub(crate) mod accumulator;
#[cfg(feature = "client")]
mod body;
#[cfg(feature = "client")]
mod event;
#[cfg(feature = "client")]
pub(crate) mod event_stream;
#[cfg(feature = "client")]
mod idle_timer;
#[cfg(feature = "client")]
pub(crate) mod partial;
#[cfg(feature = "client")]
pub(crate) mod raw_response;
#[cfg(feature = "client")]
mod resume;
#[cfg(feature = "client")]
pub(crate) mod text;
