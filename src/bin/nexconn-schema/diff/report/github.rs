//! A report as annotations of a GitHub workflow: one line each, at the line of the schema.
//!
//! Place in the flow: one of the formats. The workflow commands are `::error`, `::warning` and
//! `::notice`; what breaks a consumer is an error, what breaks the wire or is new a warning.

use super::human;
use crate::diff::finding::{Finding, Level, Report, Spot};

/// The workflow commands.
pub(crate) fn write(report: &Report) -> String {
    let mut text: String = report.changes().map(annotation).collect();
    for item in &report.unhandled {
        let what = item.rust_path.as_deref().or(item.pointer.as_deref()).unwrap_or_default();
        text += &command("error", None, "unhandled", &format!("no rule explains the change of {what}"));
    }
    for item in &report.generator_drift {
        let level = if item.semver == Level::Major { "error" } else { "notice" };
        text += &command(
            level,
            None,
            "generator drift",
            &human::item(&item.rust_path, item.before.as_deref(), item.after.as_deref()),
        );
    }
    for misfit in &report.overlay {
        text += &command("warning", None, &misfit.place, &format!("{}; {}", misfit.problem, misfit.remedy));
    }
    let level = if report.is_short() { "error" } else { "notice" };
    text + &command(level, None, "required bump", &human::verdict(report))
}

fn annotation(finding: &Finding) -> String {
    let level = match finding.semver {
        Level::Major => "error",
        Level::Minor => "warning",
        _ if finding.wire.breaks() => "warning",
        Level::Patch | Level::None => "notice",
    };
    let title = format!("{}: {}", finding.semver.name(), finding.rule.id());
    let message = [human::change(finding), human::notes(finding).join("\n")].join("\n");
    command(level, finding.new.as_ref().or(finding.old.as_ref()), &title, message.trim_end())
}

/// `::error file=schema/published.json,line=3,col=5,title=…::message`.
fn command(level: &str, spot: Option<&Spot>, title: &str, message: &str) -> String {
    let mut properties = Vec::new();
    if let Some(spot) = spot {
        properties.push(format!("file={}", property(&spot.file)));
        properties.extend(spot.line.map(|line| format!("line={line}")));
        properties.extend(spot.column.map(|column| format!("col={column}")));
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
