//! `nexconn-schema refresh`: takes the published schema from where it is published.
//!
//! Place in the flow: the beginning of it all; writes `published.json`, `source.toml` and `api.txt`,
//! all or none of them. The first two are edited by nobody.
//!
//! ```text
//! input ─ form ─ expected ─ Refreshed ─ show ─ write ─ next steps
//! ```
//!
//! | file | what it does |
//! |---|---|
//! | `input.rs`, `download.rs` | read the source, within bounds |
//! | `form.rs` | tells the forms of sources apart and finds the schema |
//! | `page.rs`, `scan.rs` | find a schema that is pasted in text, and where it is cut |
//! | `html.rs`, `yaml.rs` | make text of HTML, and JSON of YAML |
//! | `openapi.rs`, `translate.rs` | find the request body of an OpenAPI document, and make draft-07 of it |
//! | `expected.rs` | is it the document that the overlay is written for? |

mod expected;
pub(crate) mod form;
mod html;
mod openapi;
mod page;
mod scan;
#[cfg(test)]
mod tests;
mod translate;
mod yaml;

use std::io::Write;

use crate::check::sha256;
use crate::diff::{self, Level};
use crate::generate::source::Source;
use crate::generate::{Sources, Text, json};
use crate::input::{self, Limits};
use crate::snapshot::folder::Workspace;
use crate::snapshot::{Overlay, Side, Sides};
use crate::{Failed, Outcome};
use page::Page;

/// What is asked for.
pub(crate) struct Task<'a> {
    source: &'a str,
    dry_run: bool,
    limits: Limits,
}

impl<'a> Task<'a> {
    pub(crate) fn new(source: &'a str, dry_run: bool) -> Self {
        Self { source, dry_run, limits: Limits::default() }
    }
}

/// The folder as it will be.
struct Refreshed {
    /// The texts that the generator takes, with those that are new.
    sources: Sources,
    /// What the new `source.toml` says.
    source: Source,
    /// Whether the published text is another one.
    schema_changes: bool,
    /// Whether the facts in `source.toml` are others.
    facts_change: bool,
}

/// Reads the source, shows what it changes, and writes that.
pub(crate) fn run(
    workspace: &Workspace,
    task: &Task<'_>,
    out: &mut dyn Write,
    progress: &mut dyn Write,
) -> Result<Outcome, Failed> {
    let refreshed = refreshed(workspace, task, progress)
        .map_err(|problem| format!("{}: {problem}; nothing was changed", input::shown(task.source)))?;
    if let Some(cut) = &refreshed.source.cut {
        writeln!(out, "the schema is cut in line {}, at {}; closed with {:?}", cut.line, cut.pointer, cut.appended)?;
    }
    if !refreshed.schema_changes && !refreshed.facts_change {
        writeln!(out, "nothing has changed")?;
        return Ok(Outcome::Fine);
    }
    let sides = Sides { workspace: Some(workspace), overlay: Overlay::Own, wants_source: false };
    let unusable = |error: Failed| {
        let remedy = "mend it where it is published, or by a `[[repair]]` in overlay.toml, and refresh again";
        format!("{}: {error}\n{remedy}; nothing was changed", input::shown(task.source))
    };
    let new = sides.of_sources("the source", refreshed.sources.clone()).map_err(unusable)?;
    let steps = show(&sides, &new, out)?;
    if task.dry_run {
        writeln!(out, "dry run: nothing was changed")?;
    } else {
        write(workspace, &refreshed, &new.api.listing, out)?;
    }
    writeln!(out, "\nwhat to do next:")?;
    for step in steps {
        writeln!(out, "- {}", step.replace('\n', "\n  "))?;
    }
    let command = "cargo run --features cli --bin nexconn-schema -- api";
    writeln!(out, "- `cargo build`; then `{command}`, review the change of api.txt, and commit")?;
    Ok(Outcome::Fine)
}

/// What the folder will be, from what the source says.
fn refreshed(workspace: &Workspace, task: &Task<'_>, progress: &mut dyn Write) -> Result<Refreshed, String> {
    let text = |file: &str| workspace.text(file).map_err(|error| error.to_string());
    let named = |file: &str, text: String| Text { name: workspace.path(file).display().to_string(), text };
    let input = input::read(task.source, &task.limits, progress)?;
    let title = match text("overlay.toml")? {
        Some(overlay) => expected::title(&overlay)?,
        None => return Err(format!("there is no {}", workspace.path("overlay.toml").display())),
    };
    let page = form::find(&input, title.as_deref())?;
    let known = text("source.toml")?.and_then(|text| Source::parse(&named("source.toml", text)).ok());
    let source = describe(&page, known.as_ref())?;
    let published = page.schema + source.cut.as_ref().map_or("\n", |cut| &cut.appended);
    form::bounded(&published)?;
    let schema = json::parse(&published).map_err(|error| format!("the schema in it is not JSON: {error}"))?;
    expected::check(&schema, title.as_deref())?;
    let schema_changes = text("published.json")?.as_deref() != Some(&published);
    let facts_change = known.as_ref() != Some(&source);
    let facts = toml::to_string(&source).map_err(|error| error.to_string())?;
    let sources =
        Sources::read_with(workspace.folder(), named("published.json", published), named("source.toml", facts));
    Ok(Refreshed { sources: sources.map_err(|error| error.to_string())?, source, schema_changes, facts_change })
}

/// What `source.toml` will say. What the source does not tell of stays as it was.
fn describe(page: &Page, known: Option<&Source>) -> Result<Source, String> {
    let missing = |what: &str| format!("it does not say {what}, and there is no source.toml that does");
    let url = page.url.as_deref().and_then(input::without_password).or_else(|| known.map(|known| known.url.clone()));
    let modified = page.modified.clone().or_else(|| known.map(|known| known.modified.clone()));
    let models =
        if page.models.is_empty() { known.map(|known| known.models.clone()) } else { Some(page.models.clone()) };
    Ok(Source {
        url: url.ok_or_else(|| missing("the URL of the endpoint"))?,
        modified: modified.ok_or_else(|| missing("when it was modified"))?,
        bytes: page.schema.len(),
        sha256: sha256(page.schema.as_bytes()),
        models: models.ok_or_else(|| missing("which models there are"))?,
        cut: page.cut.clone(),
    })
}

/// Says how the generated API changes; what is to be done for it is returned.
fn show(sides: &Sides<'_>, new: &Side, out: &mut dyn Write) -> Result<Vec<String>, Failed> {
    let old = match sides.working_tree() {
        Ok(old) => old,
        Err(error) => return Ok(vec![format!("what changes cannot be told, because {error}")]),
    };
    let mut report = diff::compare(&old, new);
    // What the old side's listing says is not of today's making, but no part of this change.
    report.generator_drift.clear();
    let misfits = std::mem::take(&mut report.overlay).into_iter().filter(|misfit| misfit.side == "new");
    let misfits = misfits.map(|misfit| format!("{}: {}\nremedy: {}", misfit.place, misfit.problem, misfit.remedy));
    writeln!(out, "{}", diff::summary(&report, &old, new))?;
    Ok(misfits.chain(bump(&old, report.required_bump)).collect())
}

/// The version that the change asks for.
fn bump(old: &Side, required: Level) -> Option<String> {
    let version = old.version.as_ref().filter(|_| required > Level::None)?;
    let next = diff::next(version, required);
    let required = required.name();
    Some(format!(
        "a {required} bump is required: from {version} that is at least {next}, unless the version in Cargo.toml has been \
         raised since the last release"
    ))
}

/// Writes what changes.
fn write(workspace: &Workspace, refreshed: &Refreshed, listing: &str, out: &mut dyn Write) -> Result<(), Failed> {
    let sources = &refreshed.sources;
    let published = sources.published.text.as_str();
    let files = [("published.json", published), ("source.toml", &sources.source.text), ("api.txt", listing)];
    for file in workspace.write_all(&files)? {
        writeln!(out, "{} written", workspace.path(&file).display())?;
    }
    Ok(())
}
