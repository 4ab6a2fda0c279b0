//! What the user names as the source: a file, standard input or a URL.
//!
//! Place in the flow: the first step of `refresh`; `form.rs` takes the text. `side.rs` reads files and
//! revisions with the same bounds. Whatever is read is
//! bounded in size and must be UTF-8. `download.rs` does what is special to URLs.

mod download;
#[path = "../../../transport/tls.rs"]
mod tls;

use std::fs::File;
use std::io::{self, Read, Write};
use std::time::Duration;

use reqwest::Url;

/// How much of a source is read, and for how long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The most bytes that a source may have.
    pub(crate) bytes: usize,
    /// How long a connection may take to come about.
    pub(crate) connect: Duration,
    /// How long nothing may arrive.
    pub(crate) idle: Duration,
    /// How long a download may take.
    pub(crate) total: Duration,
}

impl Default for Limits {
    /// 32 MiB; 10 seconds to connect, 30 without a byte, 5 minutes in all.
    fn default() -> Self {
        Self {
            bytes: 32 * 1024 * 1024,
            connect: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            total: Duration::from_secs(300),
        }
    }
}

/// What a source says.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) text: String,
    /// Whether the server calls it HTML.
    pub(crate) is_html: bool,
}

/// Reads a source; how far a download has come goes to `progress`.
pub(crate) fn read(source: &str, limits: &Limits, progress: &mut dyn Write) -> Result<Input, String> {
    let (bytes, is_html) = if is_url(source) {
        let url = Url::parse(source).map_err(|error| format!("this is not a URL: {error}"))?;
        if let Some(problem) = download::refusal(&url, true) {
            return Err(problem);
        }
        let answer = download::get(url, limits, progress)?;
        (answer.body, answer.media_type.contains("html"))
    } else if source == "-" {
        (bounded(io::stdin().lock(), limits)?, false)
    } else {
        (bounded(File::open(source).map_err(|error| error.to_string())?, limits)?, false)
    };
    Ok(Input { text: utf8(bytes)?, is_html })
}

/// Reads all of it, unless it is too much.
pub(crate) fn bounded(reader: impl Read, limits: &Limits) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let most = u64::try_from(limits.bytes).unwrap_or(u64::MAX);
    reader.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() > limits.bytes { Err(too_large(limits)) } else { Ok(bytes) }
}

pub(crate) fn too_large(limits: &Limits) -> String {
    format!("it has more than {} bytes, the most that is read", limits.bytes)
}

/// The text, or where it is none.
pub(crate) fn utf8(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|error| {
        let is_utf16 = error.as_bytes().starts_with(&[0xFF, 0xFE]) || error.as_bytes().starts_with(&[0xFE, 0xFF]);
        let hint = if is_utf16 { "; its byte-order mark is that of UTF-16" } else { "" };
        format!("it is not UTF-8, from byte {} on{hint}: save it as UTF-8", error.utf8_error().valid_up_to())
    })
}

/// Whether the source is a URL and no file.
fn is_url(source: &str) -> bool {
    let begins = |scheme: &str| source.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    source.contains("://") || begins("http:") || begins("https:")
}

/// The source as the user typed it, but for a user name and password in a URL.
pub(crate) fn shown(source: &str) -> String {
    if !is_url(source) {
        return source.to_owned();
    }
    let scheme = source.find(':').map_or(0, |colon| colon + 1);
    let slashes = source[scheme..].find(|c| !matches!(c, '/' | '\\')).map_or(source.len(), |at| scheme + at);
    let rest = &source[slashes..];
    // In what is no URL, anything before an `@` may be a password.
    let authority = match Url::parse(source) {
        Ok(_) => rest.find(['/', '\\', '?', '#']).map_or(rest, |end| &rest[..end]),
        Err(_) => rest,
    };
    let host = authority.rfind('@').map_or(0, |at| at + 1);
    format!("{}{}", &source[..slashes], &rest[host..])
}

/// A URL without user name and password; `None` if it is no absolute URL.
pub(crate) fn without_password(url: &str) -> Option<String> {
    let parsed = Url::parse(url).ok().filter(Url::has_host)?;
    let has_password = !parsed.username().is_empty() || parsed.password().is_some();
    Some(if has_password { shown(url) } else { url.to_owned() })
}
