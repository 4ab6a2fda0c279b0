//! `nexconn-schema changelog`: the changes of the generated API, commit by commit.

mod entry;
mod html;
mod markdown;
mod timeline;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use self::entry::{Change, Entry};
use crate::diff;
use crate::outcome::BoxError;
use crate::progress;
use crate::snapshot::Side;
use crate::snapshot::history::History;
use clap::ValueEnum;

/// The format of a changelog.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For a file beside the code.
    #[default]
    Markdown,
    /// One self-contained page for a browser, with the timeline.
    Html,
}

/// The commits of a range or of the whole history, and the file they change.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) range: Option<String>,
    pub(crate) file: Option<PathBuf>,
}

impl Scope {
    /// Reads `FROM..TO` and `PATH`, each of which can be left out.
    pub(crate) fn parse(arguments: &[String]) -> Result<Self, BoxError> {
        let mut scope = Self::default();
        for argument in arguments {
            match (&scope.range, &scope.file, argument.contains("..") && !Path::new(argument).exists()) {
                (None, _, true) => scope.range = Some(argument.clone()),
                (_, None, false) => scope.file = Some(argument.into()),
                _ => return Err(format!("unexpected argument `{argument}`; use `[FROM..TO] [PATH]`").into()),
            }
        }
        Ok(scope)
    }

    /// The revision before the first commit of the range.
    fn base(&self) -> Option<&str> {
        let (from, _) = self.range.as_deref()?.split_once("..")?;
        Some(if from.is_empty() { "HEAD" } else { from })
    }
}

/// Writes the changelog, and the timeline to a file if one is named. Returns the warning about the newest version.
pub(crate) fn run(
    history: &History<'_>,
    scope: &Scope,
    format: Format,
    timeline: Option<&Path>,
    out: &mut dyn Write,
) -> Result<Option<String>, BoxError> {
    let (entries, newest) = entries(history, scope)?;
    if let Some(path) = timeline {
        let picture = timeline::picture(&entries, timeline::Colors::Fixed);
        fs::write(path, picture).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    let text = match format {
        Format::Markdown => markdown::write(&entries, timeline),
        Format::Html => html::write(&entries),
    };
    out.write_all(text.as_bytes())?;
    Ok(newest.as_ref().and_then(Side::warning))
}

/// The commits with a change of the API or the schema, the newest first, and the newest version.
fn entries(history: &History<'_>, scope: &Scope) -> Result<(Vec<Entry>, Option<Side>), BoxError> {
    let commits = history.commits(scope.range.as_deref().unwrap_or("HEAD"))?;
    if let ([], None, Some(file)) = (commits.as_slice(), &scope.range, &scope.file) {
        return Err(format!("no commit has {}; name a file in this repository", file.display()).into());
    }
    let mut before: Option<Side> = scope.base().map(|base| history.side(base)).transpose()?;
    if let Some(before) = &mut before {
        before.listing = None;
    }
    let bar = progress::of_steps(commits.len());
    let mut entries = Vec::new();
    for commit in commits {
        let id: String = commit.id.chars().take(10).collect();
        bar.set_message(id.clone());
        let (version, change) = match history.side(&commit.id) {
            Ok(mut side) => {
                // Changes of the generator between the commits would hide those of the schema.
                side.listing = None;
                let change = match &before {
                    None => Change::First(side.api.model.types.len()),
                    Some(before) => Change::Report(Box::new(diff::compare(before, &side))),
                };
                let version = side.version.clone();
                before = Some(side);
                (version, change)
            }
            Err(error) => {
                // The first line names the commit again.
                let text = error.to_string();
                let reason = text.split_once(":\n").map_or(text.as_str(), |(_, reason)| reason);
                (None, Change::Failed(reason.to_owned()))
            }
        };
        bar.inc(1);
        if !matches!(&change, Change::Report(report) if report.is_empty()) {
            entries.push(Entry { id, date: commit.date, subject: commit.subject, version, change });
        }
    }
    bar.finish_and_clear();
    entries.reverse();
    Ok((entries, before))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;
