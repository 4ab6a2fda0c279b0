//! The history of the schema folder, or of one schema in any repository.

use std::path::Path;

use super::git::{Commit, Git};
use super::revision::Revision;
use super::{Contents, Loader, Overlay, Schema, Side};
use crate::input;
use crate::outcome::BoxError;

/// The versions of a schema in a repository.
pub(crate) struct History<'a> {
    loader: Loader<'a>,
    git: Git,
    /// The file, if it isn't the schema folder.
    file: Option<String>,
}

impl<'a> History<'a> {
    /// Returns the history of a file without overlay, or of the schema folder.
    pub(crate) fn of(loader: Loader<'a>, file: Option<&Path>) -> Result<Self, BoxError> {
        let Some(file) = file else {
            let git = Git::at(&loader.folder()?.file(""));
            return Ok(Self { loader, git, file: None });
        };
        if loader.overlay != Overlay::None {
            return Err("the history of a file has no overlay; add `--overlay none`".into());
        }
        let name = file.file_name().ok_or_else(|| format!("{} isn't a file", file.display()))?;
        let git = Git::at(file.parent().unwrap_or(Path::new("")));
        Ok(Self { loader, git, file: Some(format!("./{}", name.to_string_lossy())) })
    }

    /// Returns the commits with a change of the schema, the oldest first.
    pub(crate) fn commits(&self, range: &str) -> Result<Vec<Commit>, BoxError> {
        Ok(self.git.log(range, self.file.as_deref().unwrap_or("."))?)
    }

    /// Returns the schema of a revision with its types.
    pub(crate) fn side(&self, revision: &str) -> Result<Side, BoxError> {
        let Some(file) = &self.file else { return self.loader.contents(Some(revision))?.side() };
        let bytes = self.git.file(revision, file)?.ok_or_else(|| format!("{revision} has no {file}"))?;
        let document = input::text(file.trim_start_matches("./"), bytes)?;
        let of = Revision::new(self.git.clone(), revision, file)?;
        let schema = Schema::Plain(document, self.loader.reading.clone(), Some(of));
        Contents { name: revision.to_owned(), schema, version: None, listing: None }.side()
    }
}
