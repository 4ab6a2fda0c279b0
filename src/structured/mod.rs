//! Rust types as strict JSON Schemas, and output parsed as Rust types.

#[cfg(feature = "schemars")]
mod convert;
#[cfg(feature = "schemars")]
pub(crate) mod error;
#[cfg(feature = "schemars")]
mod order;
#[cfg(feature = "schemars")]
mod overlap;
mod parse;
pub(crate) mod partial_json;
mod partial_text;
#[cfg(feature = "schemars")]
mod strict;
