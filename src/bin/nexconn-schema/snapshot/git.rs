//! git, asked for what a revision contains.
//!
//! Place in the flow: `side.rs` reads revisions through it. The `git` of the machine is called, not a
//! library: it reads every repository that the user's own git reads.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The repository around a folder.
pub(crate) struct Git {
    folder: PathBuf,
}

impl Git {
    /// Paths that begin with `./` or `../` will be taken from `folder`.
    pub(crate) fn at(folder: &Path) -> Self {
        let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        Self { folder: here.to_owned() }
    }

    /// Whether this names a commit.
    pub(crate) fn is_revision(&self, name: &str) -> Result<bool, String> {
        let object = format!("{name}^{{commit}}");
        Ok(self.run(["rev-parse", "--verify", "--quiet", "--end-of-options", &object])?.status.success())
    }

    /// The file of that path in a revision; `None` if there is none.
    pub(crate) fn file(&self, revision: &str, path: &str) -> Result<Option<Vec<u8>>, String> {
        let object = format!("{revision}:{path}");
        if !self.run(["rev-parse", "--verify", "--quiet", "--end-of-options", &object])?.status.success() {
            return Ok(None);
        }
        let output = self.run(["cat-file", "blob", &object])?;
        if output.status.success() {
            Ok(Some(output.stdout))
        } else {
            Err(format!("git cannot read {object}: {}", String::from_utf8_lossy(&output.stderr).trim()))
        }
    }

    /// The names of the files in a folder of a revision.
    pub(crate) fn names(&self, revision: &str, folder: &str) -> Result<Vec<String>, String> {
        let output = self.run(["ls-tree", "-z", "--name-only", revision, "--", folder])?;
        if !output.status.success() {
            return Err(format!(
                "git cannot list {folder} of {revision}: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            ));
        }
        let names = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(names.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect())
    }

    fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Result<Output, String> {
        let output = Command::new("git").arg("-C").arg(&self.folder).args(arguments).stdin(Stdio::null()).output();
        output.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                "there is no `git` on this machine, which is needed to read a revision".to_owned()
            }
            _ => format!("git could not be started: {error}"),
        })
    }
}
