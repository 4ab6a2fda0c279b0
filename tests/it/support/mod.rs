//! Helpers of several tests.

#[cfg(target_os = "linux")]
pub(crate) mod child;
pub(crate) mod clock;
pub(crate) mod frames;
pub(crate) mod server;
