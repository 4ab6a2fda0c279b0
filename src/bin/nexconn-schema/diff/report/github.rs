//! A report as annotations of a GitHub workflow.
//!
//! Major changes are errors; additions and wire breaks are warnings.

use super::text;
use crate::diff::finding::{Finding, Level, Location, Report};

/// The workflow commands.
pub(crate) fn write(report: &Report) -> String {
    let mut out: String = report.changes().map(annotation).collect();
    for item in &report.unclassified {
        let what = item.rust_path.as_deref().or(item.pointer.as_deref()).unwrap_or_default();
        out += &command("error", None, "unclassified", &format!("no rule matches the change of {}", text::safe(what)));
    }
    for item in &report.generator_changes {
        let level = if item.semver == Level::Major { "error" } else { "notice" };
        out += &command(
            level,
            None,
            "generator change",
            &text::item(&item.rust_path, item.before.as_deref(), item.after.as_deref()),
        );
    }
    for found in &report.overlay {
        let (help, toml) = text::help(&found.help);
        let toml = toml.map(|toml| format!("\n\n{toml}")).unwrap_or_default();
        let message = format!("{}\nhelp: {help}{toml}", text::message(&found.problem));
        out += &command("warning", None, &text::safe(&found.place), &message);
    }
    let level = if report.is_short() { "error" } else { "notice" };
    out + &command(level, None, "required bump", &text::verdict(report))
}

fn annotation(finding: &Finding) -> String {
    let level = match finding.semver {
        Level::Major => "error",
        Level::Minor => "warning",
        _ if finding.wire.breaks() => "warning",
        Level::Patch | Level::None => "notice",
    };
    let title = format!("{}: {}", finding.semver.name(), finding.rule.id());
    let removed = finding.old.as_ref().filter(|_| finding.new.is_none());
    let removed = removed.map(|location| format!("removed from {}", text::place(location)));
    let lines = [text::change(finding)].into_iter().chain(removed).chain(text::notes(finding));
    let message = lines.collect::<Vec<_>>().join("\n");
    // Annotations are about the new files; a removed part is annotated at the schema around it.
    let location = finding.new.as_ref().or(finding.enclosing.as_ref());
    command(level, location, &title, message.trim_end())
}

/// `::error file=schema/published.json,line=3,col=5,title=…::message`.
fn command(level: &str, location: Option<&Location>, title: &str, message: &str) -> String {
    let mut properties = Vec::new();
    if let Some(location) = location {
        properties.push(format!("file={}", property(&text::safe(&location.file))));
        properties.extend(location.line.map(|line| format!("line={line}")));
        properties.extend(location.column.map(|column| format!("col={column}")));
    }
    properties.push(format!("title={}", property(title)));
    format!("::{level} {}::{}\n", properties.join(","), data(message))
}

/// A workflow command ends with its line.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
