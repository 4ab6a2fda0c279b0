//! Files of a git revision, read with the `git` command.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A commit of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commit {
    pub(crate) id: String,
    /// The author's date: `2026-04-24`.
    pub(crate) date: String,
    /// The first line of the message.
    pub(crate) subject: String,
}

/// The repository around a folder.
#[derive(Clone)]
pub(crate) struct Git {
    folder: PathBuf,
}

impl Git {
    /// Paths with `./` or `../` at the start are relative to `folder`.
    pub(crate) fn at(folder: &Path) -> Self {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        Self { folder: folder.to_owned() }
    }

    /// Whether the name is a commit's.
    pub(crate) fn is_revision(&self, name: &str) -> Result<bool, String> {
        self.exists(&format!("{name}^{{commit}}"))
    }

    /// Returns a file of a revision; `None` if it doesn't exist.
    pub(crate) fn file(&self, revision: &str, path: &str) -> Result<Option<Vec<u8>>, String> {
        let object = format!("{revision}:{path}");
        if !self.exists(&object)? {
            return Ok(None);
        }
        self.output(["cat-file", "blob", &object]).map(Some)
    }

    /// Returns the path of a file of a revision from the root of the repository.
    pub(crate) fn full_name(&self, revision: &str, path: &str) -> Result<String, String> {
        let names = self.output(["ls-tree", "-z", "--full-name", "--name-only", revision, "--", path])?;
        Ok(String::from_utf8_lossy(&names).trim_end_matches('\0').to_owned())
    }

    /// Returns the names of the files in a folder of a revision.
    pub(crate) fn names(&self, revision: &str, folder: &str) -> Result<Vec<String>, String> {
        let names = self.output(["ls-tree", "-z", "--name-only", revision, "--", folder])?;
        let names = String::from_utf8_lossy(&names);
        Ok(names.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect())
    }

    /// Returns the first commit with a file's content at this path; `None` if there's none.
    pub(crate) fn introduction(&self, path: &str, file: &Path) -> Result<Option<String>, String> {
        let file = std::path::absolute(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let file = file.to_string_lossy();
        let object = self.output(["hash-object", &format!("--path={path}"), "--", &file])?;
        let object = format!("--find-object={}", String::from_utf8_lossy(&object).trim());
        let commits = self.output(["log", "--all", "--topo-order", "--format=%H", &object, "--", path])?;
        Ok(String::from_utf8_lossy(&commits).lines().last().map(str::to_owned))
    }

    /// Returns the commits of a range with a change of a path, the oldest first. Merged branches count as one commit.
    pub(crate) fn log(&self, range: &str, path: &str) -> Result<Vec<Commit>, String> {
        let format = "--format=%H%x00%as%x00%s";
        let arguments =
            ["log", "--first-parent", "-m", "--reverse", format, "--no-patch", "--end-of-options", range, "--", path];
        let log = self.output(arguments)?;
        let log = String::from_utf8_lossy(&log);
        let commits = log.lines().filter_map(|line| {
            let mut parts = line.splitn(3, '\0').map(str::to_owned);
            Some(Commit { id: parts.next()?, date: parts.next()?, subject: parts.next()? })
        });
        Ok(commits.collect())
    }

    fn exists(&self, object: &str) -> Result<bool, String> {
        let output = self.run(&["rev-parse", "--verify", "--quiet", "--end-of-options", object])?;
        Ok(output.status.success())
    }

    fn output<const N: usize>(&self, arguments: [&str; N]) -> Result<Vec<u8>, String> {
        let output = self.run(&arguments)?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let error = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(format!("`git {}` failed: {error}", arguments.join(" ")))
    }

    fn run(&self, arguments: &[impl AsRef<OsStr>]) -> Result<Output, String> {
        let output = Command::new("git").arg("-C").arg(&self.folder).args(arguments).stdin(Stdio::null()).output();
        output.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => "`git` isn't installed, and reading a revision needs it".to_owned(),
            _ => format!("cannot start `git`: {error}"),
        })
    }
}
