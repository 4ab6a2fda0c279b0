//! Types of Nexconn's Responses endpoint, generated from its published JSON Schema at build time.

mod resend;
pub mod types;
mod wire;
