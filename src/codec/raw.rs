//! Serializes numbers of any size, and strings with lone surrogates, which serde's methods can't represent.

use serde::ser::{Error, Serialize, Serializer};
use serde_json::value::RawValue;

/// Writes the JSON text unchanged, if the serializer is serde_json's.
pub(crate) fn serialize<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    RawValue::from_string(text.to_owned()).map_err(S::Error::custom)?.serialize(serializer)
}
