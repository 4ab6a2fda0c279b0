//! Reads the error bodies of different servers in one way.

use std::borrow::Cow;

use crate::types::{ErrorBody, ErrorCode, ErrorDetail, ErrorObject, Json};

impl ErrorBody {
    /// Returns the message: `error.message`, `error` if that's a string, `message`, or `detail`.
    #[must_use]
    pub fn error_message(&self) -> Option<Cow<'_, str>> {
        let message = match &self.error {
            Some(ErrorDetail::Message(text)) => Some(text.as_str()),
            Some(ErrorDetail::Object(object)) => object.message.as_deref(),
            None => None,
        };
        let message = message.or(self.message.as_deref()).map(Cow::Borrowed);
        message.or_else(|| self.detail.as_ref().and_then(Json::string))
    }

    /// Returns `error.type`, or a `type` beside `error`.
    #[must_use]
    pub fn error_type(&self) -> Option<&str> {
        self.object().and_then(|object| object.type_.as_deref()).or(self.type_.as_deref())
    }

    /// Returns `error.param`, or a `param` beside `error`, if it isn't empty.
    #[must_use]
    pub fn error_param(&self) -> Option<&str> {
        let param = self.object().and_then(|object| object.param.as_deref()).or(self.param.as_deref());
        param.filter(|param| !param.is_empty())
    }

    /// Returns `error.code`, or a `code` beside `error`. A number is returned as text.
    #[must_use]
    pub fn error_code(&self) -> Option<Cow<'_, str>> {
        let code = self.object().and_then(|object| object.code.as_ref()).or(self.code.as_ref())?;
        Some(match code {
            ErrorCode::Name(name) => Cow::Borrowed(name),
            ErrorCode::Number(number) => Cow::Owned(number.to_string()),
        })
    }

    fn object(&self) -> Option<&ErrorObject> {
        match &self.error {
            Some(ErrorDetail::Object(object)) => Some(object),
            Some(ErrorDetail::Message(_)) | None => None,
        }
    }
}
