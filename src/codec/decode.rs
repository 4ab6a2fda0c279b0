//! Decodes and encodes whole texts.

use super::locate::locate;
use super::mismatch::{JsonError, Mismatch};
use super::reader::Reader;
use super::traits::{Codec, Fit, states};
use super::writer::Writer;

fn utf8(bytes: &[u8]) -> Result<&str, JsonError> {
    simdutf8::basic::from_utf8(bytes).map_err(|_| {
        let valid = bytes.utf8_chunks().next().map(|chunk| chunk.valid()).unwrap_or_default();
        JsonError::new(valid, valid.len(), "invalid UTF-8")
    })
}

/// Decodes and encodes JSON text directly, for every type in [`types`](crate::types).
///
/// ```
/// use nexconn_responses::types::{JsonText, Usage};
///
/// let usage = Usage::from_json(r#"{"input_tokens": "3", "total_tokens": 9}"#)?;
/// assert_eq!((usage.input_tokens, usage.total_tokens), (0, 9));
///
/// let mismatches = usage.mismatches();
/// let pointers: Vec<_> = mismatches.iter().map(|it| &*it.pointer).collect();
/// assert_eq!(pointers, ["/output_tokens", "/input_tokens"]);
/// assert_eq!(mismatches[1].found, "a string");
/// # Ok::<(), nexconn_responses::types::JsonError>(())
/// ```
pub trait JsonText: Sized {
    /// Decodes JSON text. Of duplicate keys, the last counts, as in serde_json.
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

/// Returns the error of a whole text whose value has an unexpected type.
#[cold]
fn wrong_root(text: &str, expected: &str) -> JsonError {
    let text = text.trim_start_matches(['\u{feff}', ' ', '\n', '\t', '\r']);
    JsonError::wrong_type(text.bytes().next().unwrap_or_default(), expected)
}

impl<T: Codec> JsonText for T {
    fn from_json(text: &str) -> Result<Self, JsonError> {
        // In place, because moving a large value takes time.
        let mut decoded = Ok(T::empty());
        if let Ok(value) = &mut decoded {
            let mut reader = Reader::new(text);
            let mut fit = value.read(&mut reader);
            if reader.restarts() {
                *value = T::empty();
                fit = value.read(&mut reader);
            }
            if let Err(error) = reader.finish() {
                decoded = Err(error);
            } else if matches!(fit, Fit::Mismatch) || matches!(fit, Fit::Null) && states(value) != "null" {
                // An empty `Option` is null.
                decoded = Err(wrong_root(text, T::EXPECTED));
            }
        }
        decoded
    }

    fn from_slice(bytes: &[u8]) -> Result<Self, JsonError> {
        Self::from_json(utf8(bytes)?)
    }

    fn to_json(&self) -> String {
        let mut out = Writer::new();
        self.write(&mut out);
        out.finish()
    }

    fn mismatches(&self) -> Vec<Mismatch> {
        let text = self.to_json();
        let mut reader = Reader::with_notes(&text);
        let _ = T::empty().read(&mut reader);
        if reader.restarts() {
            let _ = T::empty().read(&mut reader);
        }
        locate(&text, reader.notes.take().unwrap_or_default())
    }
}
