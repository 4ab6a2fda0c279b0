//! Sources: a file, standard input, or a URL. They're bounded in size and must be UTF-8.

mod download;
mod limits;
#[path = "../../../transport/tls.rs"]
mod tls;
mod url;

use std::fs::File;
use std::io;
use std::path::Path;

use reqwest::Url;

use crate::generate::Text;
use limits::utf8;
pub(crate) use limits::{Limits, read_bounded};
pub(crate) use url::{page_url, shown, without_password};

/// The text of a source.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) text: String,
    /// Whether the server's media type is HTML.
    pub(crate) is_html: bool,
}

/// Reads the file or the https URL of a reference in the file `beside`. If the file has an `$id` of its own, the
/// reference may lead to a file in the same folder.
pub(crate) fn read_beside(beside: &str, uri: &str) -> Result<Text, String> {
    let url = Url::parse(uri).map_err(|error| format!("{uri}: {error}"))?;
    let name = url.path_segments().and_then(|mut segments| segments.next_back()).unwrap_or_default();
    let neighbor = Path::new(beside).with_file_name(name);
    let path = match url.scheme() {
        "file" => url.to_file_path().ok(),
        _ => Some(neighbor).filter(|path| !name.is_empty() && path.is_file()),
    };
    let source = path.map_or_else(|| uri.to_owned(), |path| path.to_string_lossy().into_owned());
    let input = read(&source, &Limits::default()).map_err(|problem| format!("{}: {problem}", shown(&source)))?;
    Ok(Text { name: shown(&source), text: input.text })
}

/// Returns the text of a file.
pub(crate) fn text(name: &str, bytes: Vec<u8>) -> Result<Text, String> {
    let text = utf8(bytes).map_err(|problem| format!("{name}: {problem}"))?;
    // A byte-order mark would move every offset.
    Ok(Text { name: name.to_owned(), text: text.trim_start_matches('\u{feff}').to_owned() })
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
