//! Writes JSON text.

use std::fmt::Write as _;

use super::tokens::special;

/// A buffer of JSON text.
pub(crate) struct Writer {
    text: String,
    /// Whether objects write how each property was received, instead of JSON.
    pub(super) writes_states: bool,
    /// The name and the JSON of a property of the next object, in place of its own value.
    pub(super) replacement: Option<(&'static str, &'static str)>,
}

impl Writer {
    pub(crate) fn new() -> Self {
        Self { text: String::with_capacity(128), writes_states: false, replacement: None }
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }

    /// Writes JSON text or punctuation.
    #[inline]
    pub(crate) fn raw(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(crate) fn len(&self) -> usize {
        self.text.len()
    }

    pub(crate) fn truncate(&mut self, length: usize) {
        self.text.truncate(length);
    }

    /// Writes a comma, unless it's the first element.
    #[inline]
    pub(crate) fn comma(&mut self) {
        if !matches!(self.text.as_bytes().last(), Some(b'{' | b'[')) {
            self.text.push(',');
        }
    }

    /// Writes a key in JSON, with its quotes and colon.
    #[inline]
    pub(crate) fn property(&mut self, key: &str) -> &mut Self {
        self.comma();
        self.raw(key);
        self
    }

    pub(crate) fn integer(&mut self, value: impl std::fmt::Display) {
        // Writing to a string can't fail.
        let _ = write!(self.text, "{value}");
    }

    /// Writes a float that reads back equal. Infinity and NaN become null, as in serde_json.
    pub(crate) fn float(&mut self, value: f64) {
        if value.is_finite() {
            let _ = write!(self.text, "{value:?}");
        } else {
            self.raw("null");
        }
    }

    pub(crate) fn string(&mut self, value: &str) {
        self.text.reserve(value.len() + 2);
        self.text.push('"');
        let mut rest = value;
        loop {
            let end = special(rest.as_bytes());
            let (plain, special) = rest.split_at_checked(end).unwrap_or((rest, ""));
            self.text.push_str(plain);
            let Some(byte) = special.bytes().next() else { break };
            match byte {
                b'"' => self.text.push_str("\\\""),
                b'\\' => self.text.push_str("\\\\"),
                0x8 => self.text.push_str("\\b"),
                0xc => self.text.push_str("\\f"),
                b'\n' => self.text.push_str("\\n"),
                b'\r' => self.text.push_str("\\r"),
                b'\t' => self.text.push_str("\\t"),
                _ => drop(write!(self.text, "\\u{byte:04x}")),
            }
            rest = special.get(1..).unwrap_or_default();
        }
        self.text.push('"');
    }

    /// Writes a key and its colon.
    #[inline]
    pub(crate) fn key(&mut self, key: &str) {
        self.comma();
        self.string(key);
        self.text.push(':');
    }
}
