//! `schema/source.toml`: where the published schema came from.
//!
//! Place in the flow: written by `refresh` together with `published.json`; its digest and its list
//! of models go into the generated types. A test recomputes the digest.

use serde::{Deserialize, Serialize};

use super::document::{Place, Text};
use super::failure::Failure;

/// The file as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    /// The page that publishes the schema; `refresh` reads it unless another source is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) page: Option<String>,
    /// The endpoint in the page's examples.
    pub(crate) url: String,
    /// When the page says that it was modified.
    pub(crate) modified: String,
    /// How many bytes of `published.json` are published; what follows closes the text.
    pub(crate) bytes: usize,
    /// SHA-256 of those bytes, in lower-case hexadecimal.
    pub(crate) sha256: String,
    /// The models that the page lists.
    pub(crate) models: Vec<String>,
    /// Where the page breaks off in the middle of the schema, if it does.
    pub(crate) cut: Option<Cut>,
}

/// A place where the published text ends before the schema does.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cut {
    /// The line of `published.json` with the cut, from 1.
    pub(crate) line: usize,
    /// The part of the schema that is cut.
    pub(crate) pointer: String,
    /// What was appended to close the text.
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
