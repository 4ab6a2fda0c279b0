//! Errors for text that isn't JSON, and mismatches between values and types.

use std::borrow::Cow;
use std::fmt;

/// Text that isn't JSON, or whose value has the wrong JSON type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    problem: String,
    is_syntax: bool,
    line: usize,
    column: usize,
}

impl JsonError {
    #[cold]
    pub(crate) fn new(text: &str, at: usize, problem: impl Into<String>) -> Self {
        let before = text.as_bytes().get(..at).unwrap_or_default();
        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
        let line = before.split(|byte| *byte == b'\n').count();
        Self { problem: problem.into(), is_syntax: true, line, column: 1 + at - line_start }
    }

    /// Text whose value has the wrong JSON type.
    pub(crate) fn wrong_type(first: u8, expected: &str) -> Self {
        let problem = format!("expected {expected}, found {}", kind(first));
        Self { is_syntax: false, ..Self::new("", 0, problem) }
    }

    /// Returns true if the text isn't JSON.
    #[must_use]
    pub fn is_syntax(&self) -> bool {
        self.is_syntax
    }

    /// Returns the line of the error, starting at 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// Returns the column of the error in bytes, starting at 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at line {} column {}", self.problem, self.line, self.column)
    }
}

impl std::error::Error for JsonError {}

/// A value of an unexpected JSON type, or a required property that's absent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mismatch {
    /// The JSON Pointer of the value.
    pub pointer: String,
    /// The expected JSON type, such as `a string`.
    pub expected: &'static str,
    /// The actual JSON type, such as `null`; `nothing` for an absent property.
    pub found: &'static str,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pointer, expected, found } = self;
        write!(f, "{pointer}: expected {expected}, found {found}")
    }
}

/// A mismatch at a position in the text.
pub(crate) struct Note {
    pub(crate) at: usize,
    /// The absent property of the object at this position.
    pub(crate) missing: Option<Cow<'static, str>>,
    pub(crate) expected: &'static str,
}

/// Returns the JSON type of the value that starts with this byte.
pub(crate) fn kind(first: u8) -> &'static str {
    match first {
        b'n' => "null",
        b't' | b'f' => "a boolean",
        b'"' => "a string",
        b'[' => "an array",
        b'{' => "an object",
        _ => "a number",
    }
}
