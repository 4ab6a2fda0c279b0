//! Rust types as strict JSON Schemas, and output parsed as Rust types.

#[cfg(feature = "schemars")]
mod closing;
#[cfg(feature = "schemars")]
mod overlap;
mod parse;
#[cfg(feature = "schemars")]
pub(crate) mod strict;
