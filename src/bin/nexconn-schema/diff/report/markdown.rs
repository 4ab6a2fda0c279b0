//! A report for the description of a pull request: a table of the changes, then their details.

use super::text;
use crate::diff::finding::{Finding, Report, Verdict};

/// The report as Markdown.
pub(crate) fn write(report: &Report) -> String {
    let mut out = format!(
        "### Generated API: {} → {}\n\n",
        code(&text::safe(&report.old.name)),
        code(&text::safe(&report.new.name))
    );
    out += &format!("{}\n", text::verdict(report));
    out += &table("API changes", &report.findings);
    out += &table("Schema-only changes", &report.schema_only);
    if !report.unclassified.is_empty() {
        out += "\n#### Unclassified changes\n\nNo rule matches these; review each.\n\n";
        for item in &report.unclassified {
            let path = item.rust_path.as_deref().or(item.pointer.as_deref()).unwrap_or_default();
            out += &format!(
                "- {}: {}\n",
                item.semver.name(),
                code(&text::item(path, item.before.as_deref(), item.after.as_deref()))
            );
        }
    }
    if !report.generator_changes.is_empty() {
        out += "\n#### Generator changes\n\nThe generator differs, not the schema.\n\n";
        for item in &report.generator_changes {
            let change = text::item(&item.rust_path, item.before.as_deref(), item.after.as_deref());
            out += &format!("- {}: {}\n", item.semver.name(), code(&change));
        }
    }
    if !report.overlay.is_empty() {
        out += "\n#### Overlay problems\n\n";
        for found in &report.overlay {
            let (remedy, toml) = text::remedy(&found.remedy);
            let [place, problem, remedy] =
                [text::safe(&found.place), text::safe(&found.problem), remedy].map(|text| code(&text));
            out += &format!("- {place} ({} side): {problem}; remedy: {remedy}\n", found.side);
            out += &toml.map(|toml| block(&toml)).unwrap_or_default();
        }
    }
    out
}

fn table(title: &str, findings: &[Finding]) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let mut out =
        format!("\n#### {title}\n\n| SemVer | rule | change | old → new | new → old |\n|---|---|---|---|---|\n");
    for finding in findings {
        let wire = |verdict| match verdict {
            Verdict::Ok => "ok",
            Verdict::Ignored => "ignored",
            Verdict::Breaks => "**breaks**",
        };
        out += &format!(
            "| {} | {} | {} | {} | {} |\n",
            finding.semver.name(),
            finding.rule.id(),
            cell(&code(&text::change(finding))),
            wire(finding.wire.old_to_new),
            wire(finding.wire.new_to_old),
        );
    }
    for finding in findings {
        let notes = text::notes(finding);
        if !notes.is_empty() {
            let place = finding.new.as_ref().or(finding.old.as_ref()).map(text::place).unwrap_or_default();
            out += &format!("\n<details><summary>{} at <code>{}</code></summary>\n\n", finding.rule.id(), html(&place));
            for note in notes {
                out += &format!("- {}\n", plain(&note));
            }
            out += "\n</details>\n";
        }
    }
    out
}

/// A code span that no backtick in it can end.
fn code(text: &str) -> String {
    let text = text.replace('\n', " ");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A block of TOML in a list item that no line of it can end.
fn block(toml: &str) -> String {
    let longest = toml.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("\n{fence}toml\n{toml}\n{fence}").replace('\n', "\n  ") + "\n\n"
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Text without markup, except for code spans.
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
