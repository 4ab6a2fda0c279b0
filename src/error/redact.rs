//! Removes the API key from texts of the server, and shortens them.

use std::fmt;
use std::sync::Arc;

/// Maximum size of a server's text that an error keeps, in bytes.
pub(crate) const MAX_TEXT: usize = 64 * 1024;
/// The minimum length of a key to search for. A shorter one would match anywhere.
const MIN_KEY: usize = 8;
/// Maximum length of an excerpt, in characters.
const MAX_EXCERPT: usize = 80;

/// The API key. `Debug` doesn't show it.
#[derive(Clone)]
pub(crate) struct ApiKey(Arc<str>);

impl ApiKey {
    pub(crate) fn new(key: &str) -> Self {
        Self(key.into())
    }

    /// Returns the start of a text: as much as an error keeps, and so much more that a key at its end
    /// isn't cut in two.
    pub(crate) fn excerpt<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        &bytes[..bytes.len().min(MAX_TEXT + self.overlap())]
    }

    /// The number of bytes of an error response to read.
    pub(crate) fn excerpt_limit(&self) -> usize {
        MAX_TEXT + self.overlap()
    }

    /// The number of bytes to read beyond a cut.
    fn overlap(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn occurs_in(&self, text: &str) -> bool {
        self.0.len() >= MIN_KEY && text.contains(&*self.0)
    }

    /// Returns a text with the key and invalid UTF-8 replaced.
    pub(crate) fn redact(&self, bytes: &[u8]) -> String {
        let text = String::from_utf8_lossy(bytes);
        if self.0.len() < MIN_KEY { text.into_owned() } else { text.replace(&*self.0, "…") }
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// Returns the start of a text on one line, in quotes.
pub(crate) fn excerpt(text: &str) -> String {
    let mut line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((cut, _)) = line.char_indices().nth(MAX_EXCERPT) {
        line.truncate(cut);
        line.push('…');
    }
    format!("{line:?}")
}
