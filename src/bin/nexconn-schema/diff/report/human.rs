//! A report for people: each change where it stands in the schema, then what must be done.
//!
//! Place in the flow: one of the formats; the others borrow its sentences.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level as Grade, Renderer, Snippet};

use crate::diff::finding::{Finding, Level, Report, Spot, Verdict};
use crate::snapshot::Side;

/// The longest example that is shown, in characters.
const LONGEST: usize = 400;

/// The report as text, in colour if it is `styled`.
pub(crate) fn write(report: &Report, old: &Side, new: &Side, styled: bool) -> String {
    let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
    let mut text = String::new();
    let show = |finding: &Finding| renderer.render(&[group(finding, old, new)]) + "\n\n";
    text.extend(report.findings.iter().map(show));
    if !report.schema_only.is_empty() {
        text += "In the schema only; Rust does not show it:\n\n";
        text.extend(report.schema_only.iter().map(show));
    }
    let mut list = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            text += &format!(
                "{title}\n{}\n\n",
                lines.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
            );
        }
    };
    let unhandled = report.unhandled.iter().map(|found| {
        let path = found.rust_path.as_deref().or(found.pointer.as_deref()).unwrap_or_default();
        format!("{}: {}", found.semver.name(), item(path, found.before.as_deref(), found.after.as_deref()))
    });
    list("Unhandled: no rule explains these, read them yourself:", unhandled.collect());
    let drift = report.generator_drift.iter().map(|found| {
        format!("{}: {}", found.semver.name(), item(&found.rust_path, found.before.as_deref(), found.after.as_deref()))
    });
    list("Generator drift: these differ because the generator does, not the schema:", drift.collect());
    let misfits = report.overlay.iter().map(|misfit| {
        format!("{} ({} side): {}\n    remedy: {}", misfit.place, misfit.side, misfit.problem, misfit.remedy)
    });
    list("What does not fit any more:", misfits.collect());
    text + &verdict(report) + "\n"
}

/// One finding with its place in the schema.
fn group<'a>(finding: &'a Finding, old: &'a Side, new: &'a Side) -> Group<'a> {
    let grade = match finding.semver {
        Level::Major => Grade::ERROR,
        Level::Minor => Grade::WARNING,
        Level::Patch | Level::None => Grade::NOTE,
    };
    let title = grade.with_name(finding.semver.name()).primary_title(change(finding)).id(finding.rule.id());
    let mut group = Group::with_title(title);
    let label = finding.rule.meaning();
    // What is gone is shown where it was.
    let spot = finding.new.as_ref().map(|spot| (spot, new)).or(finding.old.as_ref().map(|spot| (spot, old)));
    if let Some((spot, side)) = spot {
        group = match (shown(spot, side), spot.line) {
            (Some((text, range)), Some(line)) => {
                let annotation = AnnotationKind::Primary.span(range).label(label);
                let snippet = Snippet::source(text).line_start(line).path(spot.file.as_str());
                group.element(snippet.annotation(annotation))
            }
            _ => group.element(Grade::NOTE.no_name().message(format!("{}: {label}", place(spot)))),
        };
    }
    let notes = notes(finding).into_iter();
    notes.fold(group, |group, note| group.element(Grade::NOTE.no_name().message(note)))
}

/// The line of a spot, and what of it is meant. The renderer reads all the text that it is given.
fn shown<'a>(spot: &Spot, side: &'a Side) -> Option<(&'a str, Range<usize>)> {
    let (range, line) = (spot.range.as_ref()?, spot.shown.as_ref()?);
    let end = range.end.min(line.end);
    Some((side.texts.get(&spot.file)?.get(line.clone())?, range.start - line.start..end - line.start))
}

/// `types::T.id: String → Option<String>`, or of the schema where Rust does not show it.
pub(crate) fn change(finding: &Finding) -> String {
    if finding.items.is_empty() && finding.renames.is_empty() {
        // What is gone stood on the old side.
        let spots = if finding.after.is_none() { [&finding.old, &finding.new] } else { [&finding.new, &finding.old] };
        let spot = spots.into_iter().flatten().next();
        let pointer = spot.map_or(finding.pointer.as_str(), |spot| spot.pointer.as_str());
        return item(&format!("#{pointer}"), finding.before.as_deref(), finding.after.as_deref());
    }
    item(&finding.rust_path, finding.before.as_deref(), finding.after.as_deref())
}

/// An item, before and after.
pub(crate) fn item(path: &str, before: Option<&str>, after: Option<&str>) -> String {
    let short = |text: &str| shortened(text, 160);
    // What is nothing but its name is not said twice.
    let told = |text: &str| if path.ends_with(text) { String::new() } else { format!(": {}", short(text)) };
    match (before, after) {
        (Some(before), Some(after)) => format!("{path}: {} → {}", short(before), short(after)),
        (None, Some(after)) => format!("{path} is new{}", told(after)),
        (Some(before), None) => format!("{path} is gone{}", told(before)),
        (None, None) => path.to_owned(),
    }
}

/// `schema/published.json:12:5`.
pub(crate) fn place(spot: &Spot) -> String {
    match (spot.line, spot.column) {
        (Some(line), Some(column)) => format!("{}:{line}:{column}", spot.file),
        (Some(line), None) => format!("{}:{line}", spot.file),
        _ => format!("{}#{}", spot.file, spot.pointer),
    }
}

/// What else there is to say of a finding, line by line.
pub(crate) fn notes(finding: &Finding) -> Vec<String> {
    let mut notes = vec![format!("in the schema: `#{}`", finding.pointer)];
    let directions = [
        ("old_to_new", "written by the old schema, read by the new one", finding.wire.old_to_new),
        ("new_to_old", "written by the new schema, read by the old one", finding.wire.new_to_old),
    ];
    for (direction, words, verdict) in directions {
        if verdict == Verdict::Ok {
            continue;
        }
        let example = finding.wire.examples.iter().find(|example| example.direction == direction);
        notes.push(match example {
            Some(example) if example.schema.is_empty() => {
                format!("wire: {words}, this is refused: `{}`", shortened(&example.document.to_string(), LONGEST))
            }
            Some(example) => {
                let document = shortened(&example.document.to_string(), LONGEST);
                format!("wire: {words}, this is refused as a `{}`: `{document}`", example.schema)
            }
            None => format!(
                "wire: {words}, documents may be refused; no example was found, and nothing proves the opposite"
            ),
        });
    }
    notes.extend(finding.runtime.as_ref().map(|runtime| format!("at run time: {runtime}")));
    notes.extend(finding.hint.as_ref().map(|hint| format!("hint: {hint}")));
    if finding.renames.len() > 1 {
        let renames = finding.renames.iter().skip(1).map(|rename| format!("{} → {}", rename.before, rename.after));
        notes.push(format!("with it: {}", renames.collect::<Vec<_>>().join(", ")));
    }
    let others = finding.items.iter().filter(|other| other.path != finding.rust_path);
    let others: Vec<_> =
        others.map(|other| item(&other.path, other.before.as_deref(), other.after.as_deref())).collect();
    if !others.is_empty() {
        notes.push(format!("items: {}", listed(&others)));
    }
    if !finding.used_by.is_empty() {
        notes.push(format!("used by {}", listed(&finding.used_by)));
    }
    notes
}

/// The first few, and how many more there are.
fn listed(all: &[String]) -> String {
    const SHOWN: usize = 6;
    let rest = all.len().saturating_sub(SHOWN);
    let shown = all.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("; ");
    if rest == 0 { shown } else { format!("{shown}; and {rest} more") }
}

/// The bump that is required, and whether it is declared.
pub(crate) fn verdict(report: &Report) -> String {
    let required = report.required_bump.name();
    let versions = report.old.version.as_ref().zip(report.new.version.as_ref());
    match (report.declared_bump, versions) {
        _ if report.is_empty() => "no finding".to_owned(),
        (Some(declared), Some((old, new))) => {
            let enough = if report.is_short() { "which is not enough" } else { "which is enough" };
            let step = if old == new { format!("stays at {new}") } else { format!("goes from {old} to {new}") };
            format!("required bump: {required}; the version in Cargo.toml {step} ({}), {enough}", declared.name())
        }
        _ => format!("required bump: {required}"),
    }
}

fn shortened(text: &str, longest: usize) -> String {
    let mut chars = text.chars();
    let start: String = chars.by_ref().take(longest).collect();
    if chars.next().is_some() { start + " …" } else { start }
}
