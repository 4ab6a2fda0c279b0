//! `nexconn-schema refresh`: fetches the published schema, shows its changes, and writes it.

mod all_of;
mod expected;
mod formats;
mod html;
mod openapi;
mod page;
mod required;
mod scan;
mod script;
#[cfg(test)]
mod tests;
mod tokens;
mod translate;
mod views;
mod yaml;

use std::io::Write;

use crate::diff::{self, Level};
use crate::generate::source::Source;
use crate::generate::{self, Failure, Sources, Step, Text, json};
use crate::input::{self, Limits};
use crate::outcome::{BoxError, Outcome};
use crate::snapshot::folder::{SchemaFolder, State};
use crate::snapshot::{Loader, Overlay, Reading, Side, sha256};
use crate::terminal::print_line;
use page::Page;

pub(crate) struct Task<'a> {
    /// A file, `-`, or a URL; `None` for the page in `source.toml`.
    source: Option<&'a str>,
    dry_run: bool,
    limits: Limits,
}

impl<'a> Task<'a> {
    pub(crate) fn new(source: Option<&'a str>, dry_run: bool) -> Self {
        Self { source, dry_run, limits: Limits::default() }
    }
}

/// The new contents of the folder.
struct Refreshed {
    sources: Sources,
    source: Source,
    /// Whether the published text or the facts in `source.toml` change.
    is_new: bool,
}

/// Reads the source, prints its changes and the next steps, and writes the files.
pub(crate) fn run(folder: &SchemaFolder, task: &Task<'_>, out: &mut dyn Write) -> Result<Outcome, BoxError> {
    let before = folder.state()?;
    let known = known_source(folder)?;
    let page = known.as_ref().and_then(|known| known.page.as_deref());
    let Some(name) = task.source.or(page) else {
        let file = folder.file("source.toml");
        return Err(format!("no SOURCE given, and {} has no `page`; name a file or URL", file.display()).into());
    };
    let refreshed = refreshed(folder, name, &task.limits, known.as_ref())
        .map_err(|problem| format!("{}: {problem}; no file was changed", input::shown(name)))?;
    if let Some(cut) = &refreshed.source.cut {
        let appended = &cut.appended;
        print_line(
            out,
            &format!("the schema is cut in line {} at {}; closed with {appended:?}", cut.line, cut.pointer),
        )?;
    }
    let loader = Loader { folder: Some(folder), overlay: Overlay::Committed, reading: &Reading::DEFAULT };
    let new = loader.side_of("the source", refreshed.sources.clone()).map_err(|error| {
        let help = "fix the schema at its source, or with a `[[repair]]` in overlay.toml, and refresh again";
        format!("{}: {error}\n{help}; no file was changed", input::shown(name))
    })?;
    if !refreshed.is_new && new.problems.is_empty() {
        print_line(out, "no changes")?;
        return Ok(Outcome::Ok);
    }
    print_problems(&new.problems, out)?;
    let (required, bump) = print_report(&loader, &new, &refreshed.sources.published, out)?;
    if task.dry_run {
        print_line(out, "dry run: no file was changed")?;
    } else {
        write(folder, &before, &refreshed.sources, &new.api.listing, out)?;
    }
    print_next_steps(generate::steps(&new.problems).into_iter().chain(required).collect(), bump, out)?;
    Ok(Outcome::Ok)
}

/// Reads `source.toml`; `None` if it doesn't exist.
fn known_source(folder: &SchemaFolder) -> Result<Option<Source>, BoxError> {
    let Some(text) = folder.text("source.toml")? else { return Ok(None) };
    Ok(Some(Source::parse(&Text { name: folder.file("source.toml").display().to_string(), text })?))
}

/// Reads the source and returns the new contents of the folder.
fn refreshed(folder: &SchemaFolder, name: &str, limits: &Limits, known: Option<&Source>) -> Result<Refreshed, String> {
    let text = |file: &str| folder.text(file).map_err(|error| error.to_string());
    let named = |file: &str, text: String| Text { name: folder.file(file).display().to_string(), text };
    let input = input::read(name, limits)?;
    let title = match text("overlay.toml")? {
        Some(overlay) => expected::title(&overlay)?,
        None => return Err(format!("{} doesn't exist", folder.file("overlay.toml").display())),
    };
    let page = formats::find(&input, title.as_deref())?;
    let source = describe(&page, input::page_url(name), known)?;
    let published = page.schema + source.cut.as_ref().map_or("\n", |cut| &cut.appended);
    formats::check_size(&published)?;
    let schema = json::parse(&published).map_err(|error| format!("the schema isn't valid JSON: {error}"))?;
    expected::check(&schema, title.as_deref())?;
    let is_new = text("published.json")?.as_deref() != Some(&published) || known != Some(&source);
    let facts = toml::to_string(&source).map_err(|error| error.to_string())?;
    let sources = Sources::read_with(folder.path(), named("published.json", published), named("source.toml", facts));
    Ok(Refreshed { sources: sources.map_err(|error| error.to_string())?, source, is_new })
}

/// Returns the new `source.toml`. Facts the source lacks stay as they were.
fn describe(page: &Page, page_url: Option<String>, known: Option<&Source>) -> Result<Source, String> {
    let missing = |fact: &str| format!("the source doesn't give {fact}, and there's no source.toml that does");
    let url = page.url.as_deref().and_then(input::without_password).or_else(|| known.map(|known| known.url.clone()));
    let modified = page.modified.clone().or_else(|| known.map(|known| known.modified.clone()));
    let models =
        if page.models.is_empty() { known.map(|known| known.models.clone()) } else { Some(page.models.clone()) };
    Ok(Source {
        page: page_url.or_else(|| known.and_then(|known| known.page.clone())),
        url: url.ok_or_else(|| missing("the URL of the endpoint"))?,
        modified: modified.ok_or_else(|| missing("the date of modification"))?,
        bytes: page.schema.len(),
        sha256: sha256(page.schema.as_bytes()),
        models: models.ok_or_else(|| missing("the models"))?,
        cut: page.cut.clone(),
    })
}

fn print_problems(problems: &[Failure], out: &mut dyn Write) -> Result<(), BoxError> {
    if problems.is_empty() {
        return Ok(());
    }
    let count = problems.len();
    print_line(
        out,
        &format!(
            "{count} overlay entries or additions don't match this schema; see the next steps. Fixing them may change \
             the report below.\n"
        ),
    )?;
    Ok(())
}

/// Prints how the generated API changes; returns the next steps for properties that became required, and for the
/// version.
fn print_report(
    loader: &Loader<'_>,
    new: &Side,
    published: &Text,
    out: &mut dyn Write,
) -> Result<(Vec<Step>, Option<String>), BoxError> {
    let old = match loader.side(None) {
        Ok(old) => old,
        Err(error) => return Ok((Vec::new(), Some(format!("the current directory can't be compared: {error}")))),
    };
    let mut report = diff::compare(&old, new);
    // The old listing may be stale. This change doesn't include it.
    report.generator_changes.clear();
    report.overlay.clear();
    print_line(out, &diff::summary(&report, &old, new))?;
    Ok((required::steps(&report, new, published), bump(&old, report.required_bump)))
}

/// Returns the version the change requires.
fn bump(old: &Side, required: Level) -> Option<String> {
    let version = old.version.as_ref().filter(|_| required > Level::None)?;
    let next = diff::next(version, required);
    let required = required.name();
    // Cargo treats 0.1.0 and 0.1.1 as compatible, and 0.2.0 as breaking.
    let before = if version.major == 0 { " (before 1.0, the minor version counts as the major one)" } else { "" };
    Some(format!("{required} change: raise {version} to {next}{before}, unless it was raised since the last release"))
}

fn write(
    folder: &SchemaFolder,
    before: &State,
    sources: &Sources,
    listing: &str,
    out: &mut dyn Write,
) -> Result<(), BoxError> {
    for file in folder.refresh(before, [&sources.published.text, &sources.source.text, listing])? {
        print_line(out, &format!("{} written", folder.file(&file).display()))?;
    }
    Ok(())
}

fn print_next_steps(repairs: Vec<Step>, bump: Option<String>, out: &mut dyn Write) -> Result<(), BoxError> {
    let bump = if repairs.is_empty() { bump } else { None };
    let steps: &[&str] = if repairs.is_empty() {
        &["run `cargo build` until it succeeds", "review the diff of api.txt"]
    } else {
        // Entries and additions change the listing and, with it, the bump.
        &[
            "run `cargo build` until it succeeds",
            "run `cargo run --features cli --bin nexconn-schema -- api`, and review the diff of api.txt",
            "run `cargo run --features cli --bin nexconn-schema -- diff --fail-on bump`, and raise the version as far as \
             it requires, unless it was raised since the last release",
        ]
    };
    let last = [
        "add new types to src/types/contents.md, and the change to CHANGELOG.md",
        "run `cargo test --all-features`, and commit",
    ];
    let steps = steps.iter().chain(&last).map(|&step| step.to_owned());
    print_line(out, "\nnext steps:")?;
    let repairs = repairs.into_iter().map(|Step { problems, help }| format!("{}\n{help}", problems.join("\n")));
    for step in repairs.chain(bump).chain(steps) {
        // No blanks at the end of empty lines.
        print_line(out, &format!("- {}", step.trim_end().replace('\n', "\n  ").replace("\n  \n", "\n\n")))?;
    }
    Ok(())
}
