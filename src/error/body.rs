//! Reads error documents.

use serde_json::Value;

use crate::error::details::Details;
use crate::types::{ErrorBody, Json};

/// Servers differ in the shape of their error documents. These methods find the parts in all known shapes.
impl ErrorBody {
    /// Returns the message, such as `error.message`, `message`, or `detail`.
    #[must_use]
    pub fn error_message(&self) -> Option<String> {
        self.details().message
    }

    /// Returns the type, such as `error.type`.
    #[must_use]
    pub fn error_type(&self) -> Option<String> {
        self.details().error_type
    }

    /// Returns the name of the invalid parameter, such as `error.param`, if it isn't empty.
    #[must_use]
    pub fn error_param(&self) -> Option<String> {
        self.details().param
    }

    /// Returns the code, such as `error.code`. A number is returned as text.
    #[must_use]
    pub fn error_code(&self) -> Option<String> {
        self.details().code
    }

    fn details(&self) -> Details {
        Details::of(&Json::encode(self).to_value_lossy())
    }
}

/// The text of an error response or event, and its parts as far as it's JSON.
pub(crate) struct Document {
    pub(crate) text: String,
    pub(crate) json: Option<Value>,
    pub(crate) body: Option<ErrorBody>,
    pub(crate) details: Details,
}

impl Document {
    pub(crate) fn parse(text: String) -> Self {
        let json = text.trim_start_matches('\u{feff}');
        let body = ErrorBody::from_json(json).ok();
        let json = json.parse::<Json>().ok().map(|json| json.to_value_lossy());
        let details = json.as_ref().map(Details::of).unwrap_or_default();
        Self { text, json, body, details }
    }
}
