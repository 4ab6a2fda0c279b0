//! A report for the description of a pull request.
//!
//! Place in the flow: one of the formats. A table of what changed, then what needs more words.

use super::human;
use crate::diff::finding::{Finding, Report, Verdict};

/// The report as Markdown.
pub(crate) fn write(report: &Report) -> String {
    let mut text = format!("### Generated API: {} → {}\n\n", code(&report.old.name), code(&report.new.name));
    text += &format!("{}\n", human::verdict(report));
    text += &table("Findings", &report.findings);
    text += &table("Changes of the schema that Rust does not show", &report.schema_only);
    if !report.unhandled.is_empty() {
        text += "\n#### Unhandled\n\nNo rule explains these; read them yourself.\n\n";
        for item in &report.unhandled {
            let path = item.rust_path.as_deref().or(item.pointer.as_deref()).unwrap_or_default();
            text += &format!(
                "- {}: {}\n",
                item.semver.name(),
                code(&human::item(path, item.before.as_deref(), item.after.as_deref()))
            );
        }
    }
    if !report.generator_drift.is_empty() {
        text += "\n#### Generator drift\n\nThese differ because the generator does, not the schema.\n\n";
        for item in &report.generator_drift {
            let change = human::item(&item.rust_path, item.before.as_deref(), item.after.as_deref());
            text += &format!("- {}: {}\n", item.semver.name(), code(&change));
        }
    }
    if !report.overlay.is_empty() {
        text += "\n#### What does not fit any more\n\n";
        for misfit in &report.overlay {
            text += &format!(
                "- {} ({} side): {}; {}\n",
                code(&misfit.place),
                misfit.side,
                plain(&misfit.problem),
                plain(&misfit.remedy)
            );
        }
    }
    text
}

fn table(title: &str, findings: &[Finding]) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let mut text =
        format!("\n#### {title}\n\n| SemVer | rule | change | old → new | new → old |\n|---|---|---|---|---|\n");
    for finding in findings {
        let wire = |verdict| if verdict == Verdict::Breaks { "**breaks**" } else { "ok" };
        text += &format!(
            "| {} | {} | {} | {} | {} |\n",
            finding.semver.name(),
            finding.rule.id(),
            cell(&code(&human::change(finding))),
            wire(finding.wire.old_to_new),
            wire(finding.wire.new_to_old),
        );
    }
    for finding in findings {
        let notes = human::notes(finding);
        if !notes.is_empty() {
            let place = finding.new.as_ref().or(finding.old.as_ref()).map(human::place).unwrap_or_default();
            text += &format!("\n<details><summary>{} at {}</summary>\n\n", finding.rule.id(), html(&place));
            for note in notes {
                text += &format!("- {}\n", plain(&note));
            }
            text += "\n</details>\n";
        }
    }
    text
}

/// A code span that no backtick in it can end.
fn code(text: &str) -> String {
    let text = text.replace('\n', " ");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Words that Markdown must not take for markup; code spans in them stay what they are.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut is_code = false;
    for c in text.replace('\n', " ").chars() {
        is_code ^= c == '`';
        match c {
            '*' | '_' | '[' | ']' | '|' | '\\' if !is_code => plain.extend(['\\', c]),
            '<' if !is_code => plain.push_str("&lt;"),
            _ => plain.push(c),
        }
    }
    plain
}
