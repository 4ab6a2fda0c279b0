//! `schema/source.toml`, the source of the published schema. `refresh` writes it.

use serde::{Deserialize, Serialize};

use super::document::{Place, Text};
use super::failure::Failure;

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    /// The page with the schema, and the default source of `refresh`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) page: Option<String>,
    /// The endpoint in the page's examples.
    pub(crate) url: String,
    /// The page's modification date.
    pub(crate) modified: String,
    /// Number of published bytes in `published.json`. The rest closes truncated text.
    pub(crate) bytes: usize,
    /// SHA-256 of those bytes, in lower-case hexadecimal.
    pub(crate) sha256: String,
    /// The models on the page.
    pub(crate) models: Vec<String>,
    /// Set if the page truncates the schema.
    pub(crate) cut: Option<Cut>,
}

/// A truncation of the published text.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cut {
    /// The truncated line of `published.json`, from 1.
    pub(crate) line: usize,
    /// The truncated part of the schema.
    pub(crate) pointer: String,
    /// The text appended to close it.
    pub(crate) appended: String,
}

impl Source {
    pub(crate) fn parse(text: &Text) -> Result<Self, Failure> {
        toml::from_str(&text.text).map_err(|error| {
            let before = error.span().map_or("", |span| text.text.get(..span.start).unwrap_or_default());
            Failure::new(
                Place::line(&text.name, before.matches('\n').count() + 1),
                format!("invalid source.toml: {}", error.message()),
                "run `nexconn-schema refresh SOURCE` after fixing or deleting the file",
            )
        })
    }
}
