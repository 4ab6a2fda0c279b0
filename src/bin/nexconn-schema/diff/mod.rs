//! `nexconn-schema diff`: the generated API of two versions, and why it differs.
//!
//! Both sides go through the same generator. `schema` finds every change of the documents, `api` the
//! differences of the generated items and the change that causes each, `compat` whether documents still
//! fit, and `report` renders the result.

mod api;
mod change;
mod compare;
mod compat;
mod finding;
mod hidden;
mod ignored;
mod merge;
mod places;
mod report;
mod rules;
mod schema;
#[cfg(test)]
mod tests;
mod vocabulary;

use std::io::{IsTerminal, Write};

use clap::{ColorChoice, ValueEnum};

pub(crate) use self::compare::compare;
use self::compare::compare_once;
pub(crate) use self::finding::Level;
pub(crate) use self::report::bump::next;
pub(crate) use self::report::json::SCHEMA;
pub(crate) use self::report::summary::Counts;
pub(crate) use self::report::{html, markdown, page};
pub(crate) use self::rules::Rule;

pub(crate) use self::finding::Report;
use self::report::human::Screen;
use self::report::{github, human, json};
use crate::outcome::{BoxError, Outcome};
use crate::snapshot::Side;
use crate::terminal::is_styled;

/// The format of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For the terminal, with the lines of the schema.
    #[default]
    Human,
    /// For programs; `nexconn-schema diff --json-schema` prints the JSON Schema of it.
    Json,
    /// For the description of a pull request.
    Markdown,
    /// Annotations for a GitHub workflow, at the lines of the schema.
    Github,
    /// One self-contained page for a browser, with filters.
    Html,
}

/// The changes that make the command exit with 100.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// No change.
    #[default]
    Never,
    /// A change that breaks the wire in either direction.
    Wire,
    /// A change that needs at least a minor version.
    Minor,
    /// A change that needs a major version.
    Major,
    /// A version in Cargo.toml that isn't raised enough.
    Bump,
}

/// The form of a report on standard output: wrapped on a terminal only.
fn screen(color: ColorChoice) -> Screen {
    let is_terminal = std::io::stdout().is_terminal();
    let is_styled = is_styled(color, is_terminal);
    let width = terminal_size::terminal_size().filter(|_| is_terminal);
    Screen { is_styled, width: width.map(|(width, _)| usize::from(width.0)) }
}

/// Compares two sides and writes the report.
pub(crate) fn run(
    mut old: Side,
    mut new: Side,
    format: Format,
    fail_on: FailOn,
    color: ColorChoice,
    out: &mut dyn Write,
) -> Result<Outcome, BoxError> {
    let report = compare_once(&mut old, &mut new);
    let text = match format {
        Format::Human => human::write(&report, &old, &new, screen(color)),
        Format::Json => json::write(&report)?,
        Format::Markdown => markdown::write(&report),
        Format::Github => github::write(&report),
        Format::Html => html::write(&report, &old, &new),
    };
    out.write_all(text.as_bytes())?;
    let outcome = outcome(&report, fail_on);
    // The process ends now, and dropping large documents takes time.
    std::mem::forget((report, old, new));
    Ok(outcome)
}

/// The report for people, for a command with more output.
pub(crate) fn summary(report: &Report, old: &Side, new: &Side) -> String {
    human::write(report, old, new, Screen::default())
}

fn outcome(report: &Report, fail_on: FailOn) -> Outcome {
    let fails = match fail_on {
        FailOn::Never => false,
        FailOn::Wire => report.changes().any(|finding| finding.wire.breaks()) || !report.unclassified.is_empty(),
        FailOn::Minor => report.required_bump >= Level::Minor,
        FailOn::Major => report.required_bump >= Level::Major,
        FailOn::Bump => report.is_short(),
    };
    if fails { Outcome::Found } else { Outcome::Ok }
}
