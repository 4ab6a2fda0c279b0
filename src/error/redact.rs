//! The API key, as far as the client has to know it after the header is made: to leave it out of
//! errors when a server repeats it.
//!
//! Place in the flow: made by `client.rs`, asked by `refusal.rs`, `whole.rs` and `stream.rs` before they keep a text.

use std::fmt;
use std::sync::Arc;

use crate::error::TEXT_LIMIT;

/// The shortest key that is looked for; shorter ones are no keys, but would match anywhere.
const SHORTEST: usize = 8;

/// A key that shows itself nowhere.
#[derive(Clone)]
pub(crate) struct Secret(Arc<str>);

impl Secret {
    pub(crate) fn new(key: &str) -> Self {
        Self(key.into())
    }

    /// The beginning of a text, as much of it as an error keeps, and so much more that no half of the
    /// key is left at its end.
    pub(crate) fn start<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        &bytes[..bytes.len().min(self.reach())]
    }

    /// How many bytes of a text [`start`](Self::start) looks at.
    pub(crate) fn reach(&self) -> usize {
        TEXT_LIMIT + self.0.len()
    }

    /// Whether a text shows the key.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        self.0.len() >= SHORTEST && text.contains(&*self.0)
    }

    /// A text of the server, invalid UTF-8 replaced, without the key.
    pub(crate) fn clean(&self, bytes: &[u8]) -> String {
        let text = String::from_utf8_lossy(bytes);
        if self.0.len() < SHORTEST { text.into_owned() } else { text.replace(&*self.0, "…") }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}
