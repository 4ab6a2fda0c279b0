//! Files, and places in them: a JSON Pointer, or for TOML a line.

use std::fmt;

/// A file of `schema/`, by the name that messages call it.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub(crate) name: String,
    pub(crate) text: String,
}

/// A spot in a file: the file's name and the JSON pointer, or for TOML the line.
#[derive(Clone, Debug, PartialEq, Eq)]
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

    /// A part of what is there.
    pub(crate) fn below(&self, rest: &str) -> Self {
        Self { file: self.file.clone(), spot: format!("{}{rest}", self.spot) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.file, self.spot)
    }
}

/// The property that a pointer leads to: the pointer of the object, and the key as it stands there.
pub(crate) fn parent_and_key(pointer: &str) -> (&str, String) {
    let (parent, key) = pointer.rsplit_once('/').unwrap_or(("", pointer));
    (parent, key.replace("~1", "/").replace("~0", "~"))
}

/// A token of a JSON pointer.
pub(crate) fn escape(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}
