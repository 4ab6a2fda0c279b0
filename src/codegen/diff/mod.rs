//! The `diff` command: what a change of the schema means for the generated API and for the wire.
//!
//! `wire/` says whether documents of one schema are valid for another, and gives an example.

#[allow(dead_code, reason = "nothing calls it before the rest of the command exists")]
pub(crate) mod wire;
