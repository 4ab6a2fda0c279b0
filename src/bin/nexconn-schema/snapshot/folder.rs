//! The schema folder: finding it, reading it, writing to it.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::{env, fs};

use tempfile::NamedTempFile;

use crate::generate::{self, Generated, Sources};
use crate::outcome::BoxError;

/// The files a refresh writes. The listing comes last, so a killed refresh leaves a stale one.
pub(crate) const REFRESHED: [&str; 3] = ["published.json", "source.toml", "api.txt"];

/// The texts of the files a refresh writes.
#[derive(PartialEq, Eq)]
pub(crate) struct State([Option<String>; 3]);

/// A folder with `published.json` and its neighbors.
pub(crate) struct SchemaFolder {
    path: PathBuf,
}

impl SchemaFolder {
    pub(crate) const NOT_FOUND: &str =
        "no directory `schema` with an `overlay.toml` here or in a parent directory; name one with --schema";

    /// Returns the named folder, or else `schema` in the current folder or its nearest parent.
    pub(crate) fn find(named: Option<&Path>) -> Result<Self, BoxError> {
        Ok(Self { path: named.map_or_else(nearest, |folder| Ok(folder.to_owned()))? })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    pub(crate) fn sources(&self) -> io::Result<Sources> {
        Sources::read(&self.path)
    }

    pub(crate) fn generate(&self) -> Result<Generated, BoxError> {
        Ok(generate::generate(&self.sources()?)?)
    }

    /// Returns the text of a file; `None` if it doesn't exist.
    pub(crate) fn text(&self, name: &str) -> io::Result<Option<String>> {
        match fs::read_to_string(self.file(name)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(io::Error::new(error.kind(), format!("{}: {error}", self.file(name).display()))),
        }
    }

    /// Returns the texts of the files a refresh writes.
    pub(crate) fn state(&self) -> io::Result<State> {
        let [published, source, listing] = REFRESHED.map(|name| self.text(name));
        Ok(State([published?, source?, listing?]))
    }

    /// Writes the files of a refresh that began with this state; returns the names of the changed ones.
    ///
    /// Files that another command has written meanwhile aren't mixed with these.
    pub(crate) fn refresh(&self, before: &State, texts: [&str; 3]) -> Result<Vec<String>, BoxError> {
        let _lock = self.lock();
        if self.state()? != *before {
            let folder = self.path.display();
            return Err(format!("another command has changed {folder}; no file was changed; run this one again").into());
        }
        let [published, source, listing] = texts;
        let [first, second, last] = REFRESHED;
        self.write(&[(first, published), (second, source), (last, listing)])
    }

    /// Locks the folder until the file is closed. Windows and some network file systems have no such locks.
    fn lock(&self) -> Option<File> {
        #[cfg(unix)]
        {
            let folder = File::open(&self.path).ok()?;
            rustix::fs::flock(&folder, rustix::fs::FlockOperation::LockExclusive).ok()?;
            Some(folder)
        }
        #[cfg(not(unix))]
        None
    }

    /// Writes the files whose content changes, in the given order; returns their names.
    ///
    /// All of them are on disk as temporary files before the first one is replaced, so a full disk or a missing
    /// permission changes nothing. If the command is killed between two replacements, `check` reports it and the
    /// same command repeats it.
    pub(crate) fn write(&self, files: &[(&str, &str)]) -> Result<Vec<String>, BoxError> {
        let mut staged = Vec::new();
        for (name, text) in files {
            if self.text(name)?.as_deref() != Some(*text) {
                let file = self.stage(name, text).map_err(|error| {
                    format!("cannot write {}: {error}; no file was changed", self.file(name).display())
                })?;
                staged.push((*name, file));
            }
        }
        let mut written = Vec::new();
        for (name, (file, target)) in staged {
            file.persist(&target).map_err(|error| {
                let state = if written.is_empty() { "no file was changed" } else { "run the command again" };
                format!("cannot replace {}: {}; {state}", target.display(), error.error)
            })?;
            written.push(name.to_owned());
        }
        Ok(written)
    }

    /// Writes a temporary file beside the one to replace. A symbolic link stays one.
    fn stage(&self, name: &str, text: &str) -> io::Result<(NamedTempFile, PathBuf)> {
        let path = self.file(name);
        let target = if path.is_symlink() { fs::canonicalize(&path)? } else { path };
        let mut builder = tempfile::Builder::new();
        builder.prefix(".nexconn-schema-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file = builder.tempfile_in(target.parent().unwrap_or(&self.path))?;
        file.write_all(text.as_bytes())?;
        if let Ok(old) = fs::metadata(&target) {
            file.as_file().set_permissions(old.permissions())?;
        }
        file.as_file().sync_all()?;
        Ok((file, target))
    }
}

fn nearest() -> Result<PathBuf, BoxError> {
    let here = env::current_dir()?;
    for folder in here.ancestors().map(|folder| folder.join("schema")) {
        if folder.join("overlay.toml").is_file() {
            return Ok(folder.strip_prefix(&here).map_or(folder.clone(), Path::to_owned));
        }
    }
    Err(SchemaFolder::NOT_FOUND.into())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    const FILES: [&str; 3] = ["published.json", "source.toml", "api.txt"];

    /// A folder with the three files, each with its own name as text.
    fn folder() -> (tempfile::TempDir, SchemaFolder) {
        let temporary = tempfile::tempdir().unwrap();
        for name in FILES {
            fs::write(temporary.path().join(name), name).unwrap();
        }
        let folder = SchemaFolder::find(Some(temporary.path())).unwrap();
        (temporary, folder)
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn only_changed_files_are_written() {
        let (temporary, folder) = folder();
        let before = fs::metadata(folder.file("published.json")).unwrap().modified().unwrap();
        let files = [("published.json", "published.json"), ("source.toml", "new")];
        assert_eq!(folder.write(&files).unwrap(), ["source.toml"]);
        assert_eq!(folder.write(&files).unwrap(), [""; 0]);
        assert_eq!(folder.text("source.toml").unwrap().as_deref(), Some("new"));
        assert_eq!(fs::metadata(folder.file("published.json")).unwrap().modified().unwrap(), before);
        assert_eq!(names(temporary.path()), ["api.txt", "published.json", "source.toml"]);
    }

    #[test]
    fn a_file_that_cannot_be_staged_leaves_all_files_unchanged() {
        let (temporary, folder) = folder();
        assert!(folder.write(&[("published.json", "new"), ("no/such/folder/source.toml", "new")]).is_err());
        assert_eq!(folder.text("published.json").unwrap().as_deref(), Some("published.json"));
        assert_eq!(names(temporary.path()), ["api.txt", "published.json", "source.toml"]);
    }

    #[test]
    fn folders_and_files_that_it_did_not_make_are_left_alone() {
        let (temporary, folder) = folder();
        fs::create_dir(folder.file(".refresh")).unwrap();
        fs::write(folder.file(".refresh/published.json"), "planted").unwrap();
        fs::create_dir(folder.file(".refresh-abc")).unwrap();
        folder.write(&[("source.toml", "new")]).unwrap();
        assert_eq!(folder.text("published.json").unwrap().as_deref(), Some("published.json"));
        let expected = [".refresh", ".refresh-abc", "api.txt", "published.json", "source.toml"];
        assert_eq!(names(temporary.path()), expected);
        assert_eq!(names(&folder.file(".refresh")), ["published.json"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_stays_a_link() {
        let (temporary, folder) = folder();
        let elsewhere = tempfile::tempdir().unwrap();
        fs::rename(folder.file("api.txt"), elsewhere.path().join("listing")).unwrap();
        std::os::unix::fs::symlink(elsewhere.path().join("listing"), folder.file("api.txt")).unwrap();
        folder.write(&[("api.txt", "new")]).unwrap();
        assert!(folder.file("api.txt").is_symlink());
        assert_eq!(fs::read_to_string(elsewhere.path().join("listing")).unwrap(), "new");
        assert_eq!((names(temporary.path()).len(), names(elsewhere.path()).len()), (3, 1));
    }

    #[cfg(unix)]
    #[test]
    fn files_keep_their_permissions_and_new_ones_are_ordinary() {
        use std::os::unix::fs::PermissionsExt;
        let (_temporary, folder) = folder();
        let mode = |name| fs::metadata(folder.file(name)).unwrap().permissions().mode() & 0o777;
        fs::set_permissions(folder.file("source.toml"), PermissionsExt::from_mode(0o460)).unwrap();
        fs::remove_file(folder.file("api.txt")).unwrap();
        fs::write(folder.file("ordinary"), "").unwrap();
        folder.write(&[("source.toml", "new"), ("api.txt", "new")]).unwrap();
        assert_eq!(mode("source.toml"), 0o460);
        assert_eq!(mode("api.txt"), mode("ordinary"));
    }
}
