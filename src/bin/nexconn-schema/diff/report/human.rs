//! A report for the terminal: each change in its place in the schema, then the required bump.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level as Grade, Renderer, Snippet};

use super::text;
use crate::diff::finding::{Finding, Level, Location, Report};
use crate::snapshot::Side;
use crate::terminal::printable;

/// The report as text, in color if it is `styled`.
pub(crate) fn write(report: &Report, old: &Side, new: &Side, styled: bool) -> String {
    let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
    let mut out = String::new();
    let show = |finding: &Finding| renderer.render(&[group(finding, old, new)]) + "\n\n";
    out.extend(report.findings.iter().map(show));
    if !report.schema_only.is_empty() {
        out += "Schema-only changes:\n\n";
        out.extend(report.schema_only.iter().map(show));
    }
    let mut list = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            out += &format!(
                "{title}\n{}\n\n",
                lines.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
            );
        }
    };
    let unclassified = report.unclassified.iter().map(|found| {
        let path = found.rust_path.as_deref().or(found.pointer.as_deref()).unwrap_or_default();
        format!("{}: {}", found.semver.name(), text::item(path, found.before.as_deref(), found.after.as_deref()))
    });
    list("Unclassified changes (no rule matches them; review each):", unclassified.collect());
    let changes = report.generator_changes.iter().map(|found| {
        format!(
            "{}: {}",
            found.semver.name(),
            text::item(&found.rust_path, found.before.as_deref(), found.after.as_deref())
        )
    });
    list("Generator changes (the generator differs, not the schema):", changes.collect());
    let problems = report.overlay.iter().map(|found| {
        let (remedy, toml) = text::remedy(&found.remedy);
        let toml = toml.map(|toml| format!("\n\n{toml}\n").replace('\n', "\n    ")).unwrap_or_default();
        let [place, problem] = [&found.place, &found.problem].map(|text| text::safe(text));
        format!("{place} ({} side): {problem}\n    remedy: {remedy}{}", found.side, toml.trim_end())
    });
    list("Overlay problems:", problems.collect());
    out + &text::verdict(report) + "\n"
}

/// One finding in its place in the schema.
fn group<'a>(finding: &'a Finding, old: &'a Side, new: &'a Side) -> Group<'a> {
    let grade = match finding.semver {
        Level::Major => Grade::ERROR,
        Level::Minor => Grade::WARNING,
        Level::Patch | Level::None => Grade::NOTE,
    };
    let title = grade.with_name(finding.semver.name()).primary_title(text::change(finding)).id(finding.rule.id());
    let mut group = Group::with_title(title);
    let label = finding.rule.meaning();
    let location = finding.new.as_ref().map(|location| (location, new));
    // A removed part is shown on the old side, whose name tells the two files apart.
    let location = location.or(finding.old.as_ref().map(|location| (location, old)));
    if let Some((location, side)) = location {
        let path = text::safe(&match finding.new {
            Some(_) => location.file.clone(),
            None => format!("{} ({})", location.file, side.name),
        });
        group = match (shown(location, side), location.line) {
            (Some((text, range)), Some(line)) => {
                let annotation = AnnotationKind::Primary.span(range).label(label);
                let snippet = Snippet::source(text).line_start(line).path(path);
                group.element(snippet.annotation(annotation))
            }
            _ => group.element(Grade::NOTE.no_name().message(format!("{}: {label}", text::place(location)))),
        };
    }
    let notes = text::notes(finding).into_iter();
    notes.fold(group, |group, note| group.element(Grade::NOTE.no_name().message(note)))
}

/// The line of a location and the range to mark in it. The renderer reads all the text that it gets.
fn shown(location: &Location, side: &Side) -> Option<(String, Range<usize>)> {
    let (range, line) = (location.range.as_ref()?, location.shown.as_ref()?);
    let text = side.texts.get(&location.file)?;
    let end = range.end.min(line.end);
    let [before, marked, after] =
        [line.start..range.start, range.start..end, end..line.end].map(|range| text.get(range).map(printable));
    let (before, marked, after) = (before?, marked?, after?);
    Some((format!("{before}{marked}{after}"), before.len()..before.len() + marked.len()))
}
