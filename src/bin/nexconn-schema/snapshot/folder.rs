//! The schema folder that the command works on: reading it, generating from it, writing to it.
//!
//! Place in the flow: used by every subcommand; the generator itself knows no paths.
//!
//! Files are written all or none, also when the command is killed in between: they are staged in a
//! folder `.refresh-…`, that is renamed to [`Sources::COMMITTED`], and from there they are moved into
//! their places. Before the rename the old files count and after it the new ones. Who finds such a
//! folder finishes the move.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs};

use crate::Failed;
use crate::generate::{self, Generated, Sources};

/// What the names of staging folders begin with.
const STAGING: &str = ".refresh-";
/// After this time a staging folder is one that was left behind; staging takes some milliseconds.
const LEFT_BEHIND: Duration = Duration::from_secs(60);

/// A folder with `published.json` and its neighbours.
pub(crate) struct Workspace {
    folder: PathBuf,
}

impl Workspace {
    /// What is said where there is no such folder.
    pub(crate) const NOT_FOUND: &str =
        "no folder `schema` with an `overlay.toml` here or above: name one with --schema";

    /// The folder that is named, or `schema` in the current folder or the nearest one above; what was
    /// interrupted there is finished.
    pub(crate) fn find(named: Option<&Path>) -> Result<Self, Failed> {
        let workspace = Self { folder: named.map_or_else(nearest, |folder| Ok(folder.to_owned()))? };
        workspace.finish().map_err(|error| {
            format!("{}: an earlier refresh cannot be finished: {error}", workspace.path(Sources::COMMITTED).display())
        })?;
        workspace.remove_leftovers();
        Ok(workspace)
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
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
        Ok(!self.write_all(&[(file, text)])?.is_empty())
    }

    /// Writes those files whose content changes, all of them or none; returns their names.
    pub(crate) fn write_all(&self, files: &[(&str, &str)]) -> Result<Vec<String>, Failed> {
        let mut changed = Vec::new();
        for (name, text) in files {
            if self.text(name)?.as_deref() != Some(*text) {
                changed.push((*name, *text));
            }
        }
        if changed.is_empty() {
            return Ok(Vec::new());
        }
        self.commit(&changed).map_err(|error| {
            format!("{}: cannot be written to: {error}; nothing was changed", self.folder.display())
        })?;
        self.finish().map_err(|error| {
            let committed = self.path(Sources::COMMITTED);
            format!("{}: the new files are here, and the next command moves them on: {error}", committed.display())
        })?;
        Ok(changed.into_iter().map(|(name, _)| name.to_owned()).collect())
    }

    /// Stages files and makes them count. An error leaves the old ones.
    fn commit(&self, files: &[(&str, &str)]) -> io::Result<()> {
        let staging = staging(&self.folder)?;
        for (name, text) in files {
            let staged = staging.path().join(name);
            let mut file = fs::File::create_new(&staged)?;
            file.write_all(text.as_bytes())?;
            if let Ok(old) = fs::metadata(self.path(name)) {
                file.set_permissions(old.permissions())?;
            }
            file.sync_all()?;
        }
        sync(staging.path())?;
        // Fails if there is one already, with the files of another refresh in it.
        fs::rename(staging.path(), self.path(Sources::COMMITTED))?;
        let _ = staging.keep();
        Ok(())
    }

    /// Moves committed files into their places. Two commands may do so at once.
    fn finish(&self) -> io::Result<()> {
        let committed = self.path(Sources::COMMITTED);
        let entries = match fs::read_dir(&committed) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        sync(&self.folder)?;
        for entry in entries {
            let entry = entry?;
            unless_done(fs::rename(entry.path(), self.folder.join(entry.file_name())))?;
        }
        sync(&self.folder)?;
        unless_done(fs::remove_dir(&committed))
    }

    /// Removes staging folders whose command was killed. A command that was only stopped finds its
    /// folder renamed and fails; it cannot commit a part of it.
    fn remove_leftovers(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        for entry in entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(STAGING)) {
            let modified = entry.metadata().and_then(|metadata| metadata.modified());
            let age = modified.ok().and_then(|modified| modified.elapsed().ok());
            if age.is_some_and(|age| age > LEFT_BEHIND) {
                let leftover = entry.path().with_extension("old");
                // They harm nobody, so that a folder that cannot be written to can still be read.
                let _ = fs::rename(entry.path(), &leftover).and_then(|()| fs::remove_dir_all(&leftover));
            }
        }
    }
}

fn nearest() -> Result<PathBuf, Failed> {
    let here = env::current_dir()?;
    for folder in here.ancestors().map(|folder| folder.join("schema")) {
        if folder.join("overlay.toml").is_file() {
            return Ok(folder.strip_prefix(&here).map_or(folder.clone(), Path::to_owned));
        }
    }
    Err(Workspace::NOT_FOUND.into())
}

/// A new staging folder that others may read; it would be private otherwise.
fn staging(folder: &Path) -> io::Result<tempfile::TempDir> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o755));
    builder.prefix(STAGING).tempdir_in(folder)
}

/// Waits until the entries of a folder are on the disk, where folders can be asked for that.
fn sync(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { fs::File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Another command may have been quicker, and a next one may have committed since.
fn unless_done(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::DirectoryNotEmpty) => Ok(()),
        result => result,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::Outcome;
    use crate::check::tests::Copy;

    const FILES: [&str; 3] = ["published.json", "source.toml", "api.txt"];

    /// The texts that a refresh would write: those of a schema with another description.
    fn new_texts() -> Vec<(&'static str, String)> {
        let copy = Copy::new();
        let page = copy.read("published.json").replace("Input type, defaults", "Type, defaults");
        copy.refresh(&page).unwrap();
        FILES.iter().map(|file| (*file, copy.read(file))).collect()
    }

    fn texts(copy: &Copy) -> Vec<(&'static str, String)> {
        FILES.iter().map(|file| (*file, copy.read(file))).collect()
    }

    /// What the generator reads, as build.rs does.
    fn read(copy: &Copy) -> [String; 2] {
        let sources = Sources::read(copy.0.path()).unwrap();
        [sources.published.text, sources.source.text]
    }

    fn hidden(copy: &Copy) -> Vec<String> {
        let names = fs::read_dir(copy.0.path()).unwrap().map(|entry| entry.unwrap().file_name());
        names.map(|name| name.to_string_lossy().into_owned()).filter(|name| name.starts_with('.')).collect()
    }

    #[test]
    fn a_kill_before_the_commit_leaves_the_old_files() {
        let new = new_texts();
        for staged in 0..=FILES.len() {
            let copy = Copy::new();
            let old = texts(&copy);
            let staging = copy.0.path().join(".refresh-abc123");
            fs::create_dir(&staging).unwrap();
            for (file, text) in &new[..staged] {
                fs::write(staging.join(file), text).unwrap();
            }
            assert_eq!(read(&copy), [old[0].1.clone(), old[1].1.clone()]);
            assert_eq!(copy.check().0, Outcome::Fine);
            assert_eq!(texts(&copy), old);
            assert_eq!(hidden(&copy), [".refresh-abc123"], "another command may be at work in it");
            let long_ago = SystemTime::now() - 2 * LEFT_BEHIND;
            fs::File::open(&staging).unwrap().set_modified(long_ago).unwrap();
            assert_eq!(copy.check().0, Outcome::Fine);
            assert_eq!(hidden(&copy), [""; 0]);
        }
    }

    #[test]
    fn a_kill_after_the_commit_leaves_the_new_files() {
        let new = new_texts();
        for moved in 0..=FILES.len() {
            let copy = Copy::new();
            let committed = copy.0.path().join(Sources::COMMITTED);
            fs::create_dir(&committed).unwrap();
            for (index, (file, text)) in new.iter().enumerate() {
                let folder = if index < moved { copy.0.path() } else { &committed };
                fs::write(folder.join(file), text).unwrap();
            }
            assert_eq!(read(&copy), [new[0].1.clone(), new[1].1.clone()]);
            assert!(committed.exists(), "build.rs only reads");
            assert_eq!(copy.check().0, Outcome::Fine);
            assert_eq!(texts(&copy), new);
            assert_eq!(hidden(&copy), [""; 0]);
        }
    }

    #[test]
    fn only_what_changes_is_written() {
        let copy = Copy::new();
        let mut texts = texts(&copy);
        texts[1].1.push_str("# more\n");
        let files: Vec<_> = texts.iter().map(|(file, text)| (*file, text.as_str())).collect();
        assert_eq!(copy.workspace().write_all(&files).unwrap(), ["source.toml"]);
        assert_eq!(copy.workspace().write_all(&files).unwrap(), [""; 0]);
        assert!(copy.read("source.toml").ends_with("# more\n"));
        assert_eq!(hidden(&copy), [""; 0]);
    }

    #[test]
    fn another_refresh_that_has_just_committed_wins() {
        let copy = Copy::new();
        let workspace = copy.workspace();
        let old = texts(&copy);
        fs::create_dir(copy.0.path().join(Sources::COMMITTED)).unwrap();
        fs::write(copy.0.path().join(Sources::COMMITTED).join("source.toml"), "theirs").unwrap();
        let error = workspace.write_all(&[("published.json", "ours"), ("api.txt", "ours")]).unwrap_err().to_string();
        assert!(error.contains("cannot be written to") && error.ends_with("; nothing was changed"), "{error}");
        assert_eq!(texts(&copy), old);
        assert_eq!(hidden(&copy), [Sources::COMMITTED], "what was staged is removed");
        copy.workspace();
        assert_eq!(copy.read("source.toml"), "theirs");
        assert_eq!(copy.read("published.json"), old[0].1);
    }

    #[test]
    fn a_file_that_cannot_be_staged_leaves_all_as_they_were() {
        let copy = Copy::new();
        let old = texts(&copy);
        let files = [("published.json", "ours"), ("no/such/folder/source.toml", "ours")];
        let error = copy.workspace().write_all(&files).unwrap_err().to_string();
        assert!(error.ends_with("; nothing was changed"), "{error}");
        assert_eq!(texts(&copy), old);
        assert_eq!(hidden(&copy), [""; 0]);
    }

    #[cfg(unix)]
    #[test]
    fn files_keep_their_permissions_and_new_ones_are_ordinary() {
        use std::os::unix::fs::PermissionsExt;
        let copy = Copy::new();
        let path = |file| copy.0.path().join(file);
        let mode = |file| fs::metadata(path(file)).unwrap().permissions().mode() & 0o777;
        fs::set_permissions(path("source.toml"), PermissionsExt::from_mode(0o460)).unwrap();
        fs::remove_file(path("api.txt")).unwrap();
        fs::write(path("ordinary"), "").unwrap();
        copy.workspace().write_all(&[("source.toml", "ours"), ("api.txt", "ours")]).unwrap();
        assert_eq!(mode("source.toml"), 0o460);
        assert_eq!(mode("api.txt"), mode("ordinary"));
    }
}
