//! Writes JSON text.

use std::fmt::Write as _;

use super::tokens::special;

/// A buffer of JSON text.
pub(crate) struct Writer(String);

impl Writer {
    pub(crate) fn new() -> Self {
        Self(String::with_capacity(128))
    }

    pub(crate) fn finish(self) -> String {
        self.0
    }

    /// Writes JSON text or punctuation.
    #[inline]
    pub(crate) fn raw(&mut self, text: &str) {
        self.0.push_str(text);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn truncate(&mut self, length: usize) {
        self.0.truncate(length);
    }

    /// Writes a comma, unless it's the first element.
    #[inline]
    pub(crate) fn comma(&mut self) {
        if !matches!(self.0.as_bytes().last(), Some(b'{' | b'[')) {
            self.0.push(',');
        }
    }

    /// Writes a key in JSON, with its comma, quotes and colon.
    #[inline]
    pub(crate) fn property(&mut self, key: &str) -> &mut Self {
        let is_first = self.0.as_bytes().last() == Some(&b'{');
        self.raw(key.get(usize::from(is_first)..).unwrap_or_default());
        self
    }

    pub(crate) fn integer(&mut self, value: impl std::fmt::Display) {
        // Writing to a string can't fail.
        let _ = write!(self.0, "{value}");
    }

    /// Writes a float that reads back equal. Infinity and NaN become null, as in serde_json.
    pub(crate) fn float(&mut self, value: f64) {
        if value.is_finite() {
            let _ = write!(self.0, "{value:?}");
        } else {
            self.raw("null");
        }
    }

    pub(crate) fn string(&mut self, value: &str) {
        self.0.reserve(value.len() + 2);
        self.0.push('"');
        let mut rest = value;
        loop {
            let end = special(rest.as_bytes(), 0);
            let (plain, special) = rest.split_at_checked(end).unwrap_or((rest, ""));
            self.0.push_str(plain);
            let Some(byte) = special.bytes().next() else { break };
            match byte {
                b'"' => self.0.push_str("\\\""),
                b'\\' => self.0.push_str("\\\\"),
                0x8 => self.0.push_str("\\b"),
                0xc => self.0.push_str("\\f"),
                b'\n' => self.0.push_str("\\n"),
                b'\r' => self.0.push_str("\\r"),
                b'\t' => self.0.push_str("\\t"),
                _ => drop(write!(self.0, "\\u{byte:04x}")),
            }
            rest = special.get(1..).unwrap_or_default();
        }
        self.0.push('"');
    }

    /// Writes a key and its colon.
    #[inline]
    pub(crate) fn key(&mut self, key: &str) {
        self.comma();
        self.string(key);
        self.0.push(':');
    }
}
