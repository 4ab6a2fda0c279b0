//! Rust types as strict JSON Schemas, and output parsed as Rust types.

#[cfg(feature = "schemars")]
mod convert;
#[cfg(feature = "schemars")]
pub(crate) mod error;
#[cfg(feature = "schemars")]
mod overlap;
mod parse;
#[cfg(feature = "schemars")]
mod strict;
