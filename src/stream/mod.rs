//! Streamed responses: from the bytes of a socket to typed events.
//!
//! Polling a stream polls its socket. There's no task and no channel in between.

pub(crate) mod accumulator;
mod body;
mod event;
pub(crate) mod event_stream;
mod idle_timer;
pub(crate) mod partial;
mod resume;
pub(crate) mod text;
