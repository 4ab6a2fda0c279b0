//! Helpers for tests of code that uses this crate.

mod schema;

pub use schema::{SchemaViolation, validate_request};
