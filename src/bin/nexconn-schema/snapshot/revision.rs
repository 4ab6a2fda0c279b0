//! The documents beside a schema in a git revision.

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use reqwest::Url;

use super::git::Git;
use crate::generate::Text;
use crate::input::{self, Limits};

/// The characters of a path that would end it.
const RESERVED: &AsciiSet = &CONTROLS.add(b' ').add(b'#').add(b'%').add(b'?');

/// A file in a revision.
pub(super) struct Revision {
    git: Git,
    name: String,
    /// The path from the root of the repository.
    path: String,
}

impl Revision {
    pub(super) fn new(git: Git, name: &str, path: &str) -> Result<Self, String> {
        let is_relative = path.starts_with("./") || path.starts_with("../");
        let path = if is_relative { git.full_name(name, path)? } else { path.to_owned() };
        Ok(Self { git, name: name.to_owned(), path })
    }

    /// The URI of the file, for its references.
    pub(super) fn uri(&self) -> String {
        let uri = format!("git:/{}", utf8_percent_encode(&self.path, RESERVED));
        Url::parse(&uri).map_or(uri, Into::into)
    }

    /// Reads the document of a URI: a file of the revision, or if there's none, an https URL.
    pub(super) fn read(&self, uri: &str) -> Result<Text, String> {
        let url = Url::parse(uri).map_err(|error| format!("{uri}: {error}"))?;
        let is_file = url.scheme() == "git";
        let path = percent_decode_str(url.path()).decode_utf8_lossy();
        let path = if is_file {
            path.trim_start_matches('/').to_owned()
        } else {
            // The name of a file in the same folder.
            let (folder, _) = self.path.rsplit_once('/').unwrap_or_default();
            let name = path.rsplit('/').next().unwrap_or_default();
            format!("{folder}/{name}").trim_start_matches('/').to_owned()
        };
        match self.git.file(&self.name, &path)? {
            Some(bytes) => input::text(&format!("{}:{path}", self.name), bytes),
            None if is_file => Err(format!("{} has no {path}", self.name)),
            None => {
                let input = input::read(uri, &Limits::default()).map_err(|problem| format!("{uri}: {problem}"))?;
                Ok(Text { name: input::shown(uri), text: input.text })
            }
        }
    }
}
