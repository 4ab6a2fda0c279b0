//! Removes the API keys from texts and headers of the server.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use http::{HeaderMap, HeaderValue};

/// Maximum size of a server's text that an error keeps, in bytes.
pub(crate) const MAX_TEXT: usize = 64 * 1024;
/// The minimum length of a key to search for. A shorter one would match anywhere.
const MIN_KEY: usize = 8;
/// Maximum length of an escaped character, such as `\\u002b` in JSON within JSON.
const MAX_ESCAPE: usize = 8;
const REPLACEMENT: &str = "…";

/// Removes the API keys a client has sent. Its clones share them; `Debug` doesn't show them.
#[derive(Clone, Default)]
pub(crate) struct Redactor(Arc<RwLock<Vec<Arc<str>>>>);

impl Redactor {
    #[cfg(test)]
    fn new(key: &str) -> Self {
        let keys = Self::default();
        keys.add(key);
        keys
    }

    pub(crate) fn add(&self, key: &str) {
        let is_known = |keys: &[Arc<str>]| keys.iter().any(|known| &**known == key);
        if key.len() < MIN_KEY || is_known(&self.0.read().unwrap_or_else(PoisonError::into_inner)) {
            return;
        }
        self.0.write().unwrap_or_else(PoisonError::into_inner).push(key.into());
    }

    fn keys(&self) -> Vec<Arc<str>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The number of bytes of an error response to read: as much as an error keeps, and so much more that a key at
    /// the cut isn't missed.
    pub(crate) fn excerpt_limit(&self) -> usize {
        MAX_TEXT + self.overlap()
    }

    /// The maximum length of the key in a text, however it's escaped.
    fn overlap(&self) -> usize {
        self.keys().iter().map(|key| key.len()).max().unwrap_or_default() * MAX_ESCAPE
    }

    pub(crate) fn occurs_in(&self, text: &str) -> bool {
        !self.find(text.as_bytes()).is_empty()
    }

    /// Returns a text with the key and invalid UTF-8 replaced.
    pub(crate) fn redact(&self, text: &[u8]) -> String {
        self.redact_until(text, text.len())
    }

    /// Returns headers with the key replaced.
    pub(crate) fn redact_headers(&self, headers: &HeaderMap) -> HeaderMap {
        let mut headers = headers.clone();
        for value in headers.values_mut() {
            let text = String::from_utf8_lossy(value.as_bytes());
            if self.occurs_in(&text) {
                *value = HeaderValue::from_str(&self.redact(text.as_bytes())).unwrap_or(HeaderValue::from_static(""));
            }
        }
        headers
    }

    /// Returns the start of a text, as much of it as an error keeps, with the key and invalid UTF-8 replaced.
    pub(crate) fn excerpt(&self, text: &[u8]) -> String {
        self.redact_until(&text[..text.len().min(self.excerpt_limit())], MAX_TEXT)
    }

    fn redact_until(&self, text: &[u8], end: usize) -> String {
        let end = end.min(text.len());
        let (mut redacted, mut at) = (String::new(), 0);
        for found in self.find(text).into_iter().filter(|found| found.start < end) {
            if found.start >= at {
                redacted.push_str(&String::from_utf8_lossy(&text[at..found.start]));
                redacted.push_str(REPLACEMENT);
            }
            at = at.max(found.end);
        }
        if at < end {
            redacted.push_str(&String::from_utf8_lossy(&text[at..end]));
        }
        redacted
    }

    /// Returns where a text has the key, plain or escaped as in JSON, in JSON within JSON, in URLs, or in HTML.
    fn find(&self, text: &[u8]) -> Vec<Range<usize>> {
        let keys = self.keys();
        let mut found = Vec::new();
        for key in &keys {
            found.extend(memchr::memmem::find_iter(text, key.as_bytes()).map(|at| at..at + key.len()));
        }
        if memchr::memchr3(b'\\', b'%', b'&', text).is_some() {
            let plain = Decoded::plain(text);
            let json = plain.decode(json_escape);
            let nested = json.decode(json_escape);
            for decoded in [json, nested, plain.decode(url_escape), plain.decode(html_escape)] {
                for key in &keys {
                    found.extend(decoded.find(key.as_bytes()));
                }
            }
        }
        found.sort_unstable_by_key(|found| (found.start, found.end));
        found
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REPLACEMENT)
    }
}

/// A text without escapes, with the position in the original text of each byte and of the end.
struct Decoded {
    bytes: Vec<u8>,
    starts: Vec<usize>,
}

impl Decoded {
    fn plain(text: &[u8]) -> Self {
        Self { bytes: text.to_vec(), starts: (0..=text.len()).collect() }
    }

    /// Returns where the original text has a key.
    fn find(&self, key: &[u8]) -> Vec<Range<usize>> {
        let matches = memchr::memmem::find_iter(&self.bytes, key);
        matches.map(|at| self.starts[at]..self.starts[at + key.len()]).collect()
    }

    /// Replaces escapes, of which the function returns the character and the length.
    fn decode(&self, escape: fn(&[u8]) -> Option<(u8, usize)>) -> Self {
        let mut decoded = Self { bytes: Vec::new(), starts: Vec::new() };
        let mut at = 0;
        while let Some(byte) = self.bytes.get(at) {
            let (byte, length) = escape(&self.bytes[at..]).unwrap_or((*byte, 1));
            decoded.bytes.push(byte);
            decoded.starts.push(self.starts[at]);
            at += length;
        }
        decoded.starts.push(self.starts[self.bytes.len()]);
        decoded
    }
}

/// `\u002b`, `\/`, `\"`, …
fn json_escape(text: &[u8]) -> Option<(u8, usize)> {
    match text {
        [b'\\', b'u', b'0', b'0', high, low, ..] => Some((hex(*high, *low)?, 6)),
        [b'\\', byte, ..] => Some((*byte, 2)),
        _ => None,
    }
}

/// `%2B`
fn url_escape(text: &[u8]) -> Option<(u8, usize)> {
    match text {
        [b'%', high, low, ..] => Some((hex(*high, *low)?, 3)),
        _ => None,
    }
}

/// `&#43;`, `&#x2b;`, `&amp;`, …
fn html_escape(text: &[u8]) -> Option<(u8, usize)> {
    const NAMES: [(&[u8], u8); 5] =
        [(b"&amp;", b'&'), (b"&lt;", b'<'), (b"&gt;", b'>'), (b"&quot;", b'"'), (b"&apos;", b'\'')];
    let [b'&', rest @ ..] = text else { return None };
    if let Some((name, byte)) = NAMES.iter().find(|(name, _)| text.starts_with(name)) {
        return Some((*byte, name.len()));
    }
    let end = rest.iter().take(6).position(|byte| *byte == b';')?;
    let number = std::str::from_utf8(&rest[..end]).ok()?.strip_prefix('#')?;
    let byte = match number.strip_prefix(['x', 'X']) {
        Some(number) => u8::from_str_radix(number, 16).ok()?,
        None => number.parse().ok()?,
    };
    Some((byte, end + 2))
}

fn hex(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(high)? * 16 + digit(low)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = r#"sk-/+"\<&'0123"#;

    fn redacted(text: &str) -> String {
        Redactor::new(KEY).redact(text.as_bytes())
    }

    #[test]
    fn a_key_is_found_in_every_form() {
        let each = |escape: fn(char) -> String| KEY.chars().map(escape).collect::<String>();
        for form in [
            KEY.to_owned(),
            each(|c| format!("\\u{:04x}", u32::from(c))),
            each(|c| format!("\\u{:04X}", u32::from(c))),
            each(|c| format!("\\\\u{:04x}", u32::from(c))),
            each(|c| format!("%{:02X}", u32::from(c))),
            each(|c| format!("&#{};", u32::from(c))),
            each(|c| format!("&#x{:x};", u32::from(c))),
            KEY.replace('\\', r"\\").replace('"', r#"\""#).replace('/', r"\/"),
            KEY.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;").replace('\'', "&apos;"),
        ] {
            assert_eq!(redacted(&format!("a {form}{form} é \\")), "a …… é \\", "{form}");
        }
        assert_eq!(redacted("sk-/+ \\u00 %2 &#; &#1234567; \\"), "sk-/+ \\u00 %2 &#; &#1234567; \\");
    }

    #[test]
    fn an_excerpt_never_ends_in_a_part_of_the_key() {
        let redactor = Redactor::new(KEY);
        for before in MAX_TEXT - KEY.len()..=MAX_TEXT {
            let excerpt = redactor.excerpt(format!("{}{KEY}{KEY}", "x".repeat(before)).as_bytes());
            assert!(!excerpt.contains("sk-"), "{before}");
        }
        assert!(!redactor.excerpt(KEY.repeat(MAX_TEXT / 8).as_bytes()).contains("sk-"));
    }

    #[test]
    fn a_short_key_is_not_searched_for() {
        assert_eq!(Redactor::new("a").redact(b"banana"), "banana");
    }
}
