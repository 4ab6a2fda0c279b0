//! Sources: a file, standard input, or a URL. They're bounded in size and must be UTF-8.

mod download;
mod limits;
#[path = "../../../transport/tls.rs"]
mod tls;
mod url;

use std::fs::File;
use std::io;

use reqwest::Url;

pub(crate) use limits::{Limits, read_bounded, utf8};
pub(crate) use url::{page_url, shown, without_password};

/// The text of a source.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) text: String,
    /// Whether the server's media type is HTML.
    pub(crate) is_html: bool,
}

/// Reads a source.
pub(crate) fn read(source: &str, limits: &Limits) -> Result<Input, String> {
    let (bytes, is_html) = if url::is_url(source) {
        let url = Url::parse(source).map_err(|error| format!("invalid URL: {error}"))?;
        let download = download::get(url, limits)?;
        (download.body, download.media_type.contains("html"))
    } else if source == "-" {
        (read_bounded(io::stdin().lock(), limits)?, false)
    } else {
        (read_bounded(File::open(source).map_err(|error| error.to_string())?, limits)?, false)
    };
    Ok(Input { text: utf8(bytes)?, is_html })
}
