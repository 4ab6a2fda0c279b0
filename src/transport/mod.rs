//! HTTP requests: sending, retrying, reading bodies and error responses.

pub(crate) mod attempt;
pub(crate) mod body;
pub(crate) mod clock;
mod connect_error;
pub(crate) mod context;
pub(crate) mod credentials;
pub(crate) mod error_response;
pub(crate) mod http_client;
pub(crate) mod random;
pub(crate) mod request;
pub(crate) mod resume_policy;
pub(crate) mod retry;
pub(crate) mod send;
pub(crate) mod settings;
pub(crate) mod timer;
pub(crate) mod tls;
pub(crate) mod tracing;
mod upload;
