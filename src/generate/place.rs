//! Positions in files: a JSON Pointer, or a line for TOML.

use std::fmt;

use super::pointer::unescape;

/// A text with its name for messages.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub(crate) name: String,
    pub(crate) text: String,
}

/// A position in a file: a JSON Pointer, or a line for TOML.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(crate) file: String,
    pub(crate) spot: String,
}

impl Place {
    pub(crate) fn pointer(file: &str, pointer: &str) -> Self {
        Self { file: file.to_owned(), spot: format!("#{pointer}") }
    }

    pub(crate) fn line(file: &str, line: usize) -> Self {
        Self { file: file.to_owned(), spot: format!(":{line}") }
    }

    /// Returns the place of a part.
    pub(crate) fn below(&self, rest: &str) -> Self {
        Self { file: self.file.clone(), spot: format!("{}{rest}", self.spot) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.file, self.spot)
    }
}

/// Splits a pointer into the object's pointer and the unescaped key.
pub(crate) fn parent_and_key(pointer: &str) -> (&str, String) {
    let (parent, key) = pointer.rsplit_once('/').unwrap_or(("", pointer));
    (parent, unescape(key))
}
