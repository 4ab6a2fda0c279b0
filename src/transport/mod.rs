//! HTTP requests: sending, retrying, reading bodies and error responses.

pub(crate) mod body;
pub(crate) mod clock;
pub(crate) mod error_response;
pub(crate) mod retry;
pub(crate) mod send;
pub(crate) mod tracing;
