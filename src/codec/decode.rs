//! Decodes and encodes whole texts.

use super::locate::locate;
use super::mismatch::{JsonError, Mismatch};
use super::reader::Reader;
use super::traits::{Codec, Fit};
use super::writer::Writer;

/// Decodes JSON text, and counts the mismatches.
pub(crate) fn decode<T: Codec>(text: &str) -> Result<(T, usize), JsonError> {
    let mut reader = Reader::new(text);
    let mut value = T::empty();
    let fit = value.read(&mut reader);
    let (mismatches, _) = reader.finish()?;
    if matches!(fit, Fit::Null | Fit::Other) {
        let text = text.trim_start_matches(['\u{feff}', ' ', '\n', '\t', '\r']);
        return Err(JsonError::wrong_type(text.bytes().next().unwrap_or_default(), T::EXPECTED));
    }
    Ok((value, mismatches))
}

/// Decodes JSON in bytes, and counts the mismatches.
pub(crate) fn decode_slice<T: Codec>(bytes: &[u8]) -> Result<(T, usize), JsonError> {
    match std::str::from_utf8(bytes) {
        Ok(text) => decode(text),
        Err(error) => {
            let valid = bytes.get(..error.valid_up_to()).and_then(|bytes| std::str::from_utf8(bytes).ok());
            let valid = valid.unwrap_or_default();
            Err(JsonError::new(valid, valid.len(), "invalid UTF-8"))
        }
    }
}

/// Lists the mismatches in JSON text.
pub(crate) fn mismatches<T: Codec>(text: &str) -> Vec<Mismatch> {
    let mut reader = Reader::with_notes(text);
    let _ = T::empty().read(&mut reader);
    reader.finish().map(|(_, notes)| locate(text, notes)).unwrap_or_default()
}

/// Decodes and encodes JSON text directly, for every type in [`types`](crate::types).
pub trait JsonText: Sized {
    /// Decodes JSON text.
    ///
    /// # Errors
    ///
    /// Returns an error if the text isn't JSON, or its value has the wrong JSON type.
    fn from_json(text: &str) -> Result<Self, JsonError>;

    /// Decodes JSON in bytes.
    ///
    /// # Errors
    ///
    /// Returns an error if the bytes aren't UTF-8, or if [`from_json`](Self::from_json) does.
    fn from_slice(bytes: &[u8]) -> Result<Self, JsonError>;

    /// Encodes the value as JSON text.
    fn to_json(&self) -> String;

    /// Returns the values of an unexpected JSON type, and the required properties that are absent.
    fn mismatches(&self) -> Vec<Mismatch>;
}

impl<T: Codec> JsonText for T {
    fn from_json(text: &str) -> Result<Self, JsonError> {
        decode(text).map(|(value, _)| value)
    }

    fn from_slice(bytes: &[u8]) -> Result<Self, JsonError> {
        decode_slice(bytes).map(|(value, _)| value)
    }

    fn to_json(&self) -> String {
        let mut out = Writer::new();
        self.write(&mut out);
        out.finish()
    }

    fn mismatches(&self) -> Vec<Mismatch> {
        mismatches::<T>(&self.to_json())
    }
}
