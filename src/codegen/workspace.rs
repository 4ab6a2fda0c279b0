//! The schema folder that the command works on: reading it, generating from it, writing to it.
//!
//! Place in the flow: used by every subcommand; the generator itself knows no paths.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::{env, fs};

use super::Failed;
use super::generate::{self, Generated, Sources};

/// A folder with `published.json` and its neighbours.
pub(crate) struct Workspace {
    folder: PathBuf,
}

impl Workspace {
    /// The folder that is named, or `schema` in the current folder or the nearest one above.
    pub(crate) fn find(named: Option<&Path>) -> Result<Self, Failed> {
        if let Some(folder) = named {
            return Ok(Self { folder: folder.to_owned() });
        }
        let here = env::current_dir()?;
        for folder in here.ancestors().map(|folder| folder.join("schema")) {
            if folder.join("overlay.toml").is_file() {
                let folder = folder.strip_prefix(&here).map_or(folder.clone(), Path::to_owned);
                return Ok(Self { folder });
            }
        }
        let problem = "no folder `schema` with an `overlay.toml` here or above: name one with --schema";
        Err(problem.into())
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    pub(crate) fn sources(&self) -> io::Result<Sources> {
        Sources::read(&self.folder)
    }

    pub(crate) fn generate(&self) -> Result<Generated, Failed> {
        Ok(generate::generate(&self.sources()?)?)
    }

    /// The text of a file; `None` if there is no such file.
    pub(crate) fn text(&self, file: &str) -> io::Result<Option<String>> {
        match fs::read_to_string(self.path(file)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(io::Error::new(error.kind(), format!("{}: {error}", self.path(file).display()))),
        }
    }

    /// Writes a file whole or not at all, and only if its content changes; true if it did.
    pub(crate) fn write(&self, file: &str, text: &str) -> Result<bool, Failed> {
        if self.text(file)?.as_deref() == Some(text) {
            return Ok(false);
        }
        let mut temporary = temporary_file(&self.folder)?;
        temporary.write_all(text.as_bytes())?;
        temporary.as_file().sync_all()?;
        temporary.persist(self.path(file))?;
        Ok(true)
    }
}

/// A temporary file with the permissions of an ordinary one; they are private otherwise.
fn temporary_file(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    builder.tempfile_in(folder)
}
