//! Helpers of several tests.

pub(crate) mod clock;
pub(crate) mod frames;
pub(crate) mod server;
