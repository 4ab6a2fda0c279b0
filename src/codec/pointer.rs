//! The tokens of JSON Pointers. The generator includes this file, too.

use std::borrow::Cow;

/// Escapes a token.
pub(crate) fn escape(token: &str) -> Cow<'_, str> {
    if token.contains(['~', '/']) {
        Cow::Owned(token.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(token)
    }
}

/// Reverses [`escape`].
#[allow(dead_code, reason = "the generator uses it, and of the library's features, `schemars`")]
pub(crate) fn unescape(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}
