//! JSON of a server read as a type.
//!
//! Place in the flow: `whole.rs` and `stream.rs` call it with the bytes of an answer or an event.

use serde::de::{DeserializeOwned, Error};
use serde_json::Value;

/// Reads JSON by way of text: it is checked to be UTF-8 once and not string by string, and no type is compiled a
/// second time to be read from bytes.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> serde_json::Result<T> {
    match std::str::from_utf8(bytes) {
        Ok(text) => serde_json::from_str(text),
        // Reads up to the place, and says it.
        Err(error) => serde_json::from_slice::<Value>(bytes).and(Err(serde_json::Error::custom(error))),
    }
}
