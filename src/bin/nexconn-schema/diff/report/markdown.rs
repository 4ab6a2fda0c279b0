//! A report for the description of a pull request: a summary, a table of the changes, then their details.

use super::summary::{self, Cause, Group};
use super::text;
use crate::diff::finding::{Finding, Level, Report, Verdict};

/// Maximum length of a comment on GitHub, in characters.
const MAX_COMMENT: usize = 65_536;
/// The part of it for the tables and lists; the rest is for details.
const MAX_OVERVIEW: usize = 40_000;
/// The space to keep free for the end.
const END: usize = 200;

/// A text of limited length.
struct Limited {
    text: String,
    length: usize,
    left_out: usize,
}

impl Limited {
    /// Adds a piece if the text stays below the limit.
    fn push(&mut self, piece: &str, limit: usize) -> bool {
        let length = piece.chars().count();
        let fits = self.length + length <= limit;
        if fits {
            self.text.push_str(piece);
            self.length += length;
        } else {
            self.left_out += 1;
        }
        fits
    }
}

/// The report as Markdown, short enough for a comment.
pub(crate) fn write(report: &Report) -> String {
    let mut out = Limited { text: String::new(), length: 0, left_out: 0 };
    let [old, new] = [&report.old.name, &report.new.name].map(|name| code(&text::safe(&text::cut(name, 200))));
    out.push(&format!("### Generated API: {old} → {new}\n\n"), MAX_OVERVIEW);
    for (index, line) in text::summary(report).iter().enumerate() {
        let line = if index == 0 { format!("**{line}**\n") } else { format!("- {line}\n") };
        out.push(&if index == 1 { format!("\n{line}") } else { line }, MAX_OVERVIEW);
    }
    let sections = [("API changes", &report.findings), ("Schema-only changes", &report.schema_only)];
    let sections = sections.map(|(title, findings)| (title, summary::groups(findings)));
    for (title, groups) in &sections {
        table(&mut out, title, groups);
    }
    lists(&mut out, report);
    for group in sections.iter().flat_map(|(_, groups)| groups) {
        out.push(&details(group), MAX_COMMENT - END);
    }
    if out.left_out > 0 {
        let count = out.left_out;
        out.text +=
            &format!("\n{count} parts left out: `nexconn-schema diff --format html` writes the whole report.\n");
    }
    out.text
}

/// A line for each cause, and the number of those left out.
pub(crate) fn rows(report: &Report, most: usize) -> (String, usize) {
    let groups = [&report.findings, &report.schema_only].map(|findings| summary::groups(findings));
    let causes = groups.iter().flatten().flat_map(|group| &group.causes);
    let all: Vec<_> = causes.map(row).collect();
    let left_out = all.len().saturating_sub(most);
    (all.into_iter().take(most).collect(), left_out)
}

fn row(Cause { first, others }: &Cause<'_>) -> String {
    let more = if others.is_empty() { String::new() } else { format!(" and {} like it", others.len()) };
    let wire = if first.wire.breaks() { " (breaks the wire)" } else { "" };
    format!("- {} {}: {}{more}{wire}\n", first.semver.name(), first.rule.id(), code(&text::change(first)))
}

/// A row for each cause.
fn table(out: &mut Limited, title: &str, groups: &[Group<'_>]) {
    if groups.is_empty() {
        return;
    }
    out.push(
        &format!("\n#### {title}\n\n| SemVer | rule | change | old → new | new → old |\n|---|---|---|---|---|\n"),
        MAX_OVERVIEW,
    );
    for Cause { first, others } in groups.iter().flat_map(|group| &group.causes) {
        let wire = |verdict| match verdict {
            Verdict::Ok => "ok",
            Verdict::Ignored => "ignored",
            Verdict::Breaks => "**breaks**",
        };
        let more = if others.is_empty() { String::new() } else { format!(" and {} like it", others.len()) };
        let row = format!(
            "| {} | {} | {}{more} | {} | {} |\n",
            first.semver.name(),
            first.rule.id(),
            cell(&code(&text::change(first))),
            wire(first.wire.old_to_new),
            wire(first.wire.new_to_old),
        );
        out.push(&row, MAX_OVERVIEW);
    }
}

/// The changes without a finding, and the problems of the overlay.
fn lists(out: &mut Limited, report: &Report) {
    let item = |level: Level, path: &str, before: Option<&str>, after: Option<&str>| {
        format!("- {}: {}\n", level.name(), code(&text::item(path, before, after)))
    };
    if !report.unclassified.is_empty() {
        out.push("\n#### Unclassified changes\n\nNo rule matches these; review each.\n\n", MAX_OVERVIEW);
    }
    for found in &report.unclassified {
        let path = found.rust_path.as_deref().or(found.pointer.as_deref()).unwrap_or_default();
        out.push(&item(found.semver, path, found.before.as_deref(), found.after.as_deref()), MAX_OVERVIEW);
    }
    if !report.generator_changes.is_empty() {
        out.push("\n#### Generator changes\n\nThe generator differs, not the schema.\n\n", MAX_OVERVIEW);
    }
    for found in &report.generator_changes {
        out.push(&item(found.semver, &found.rust_path, found.before.as_deref(), found.after.as_deref()), MAX_OVERVIEW);
    }
    if !report.overlay.is_empty() {
        out.push("\n#### Overlay problems\n\n", MAX_OVERVIEW);
    }
    for found in &report.overlay {
        let (help, toml) = text::help(&found.help);
        let parts = [text::safe(&found.place), text::message(&found.problem), help];
        let [place, problem, help] = parts.map(|text| code(&text));
        let toml = toml.map(|toml| block(&toml)).unwrap_or_default();
        let side = found.side;
        out.push(&format!("- {place} ({side} side): {problem}; help: {help}\n{toml}"), MAX_OVERVIEW);
    }
}

/// The causes of a group, collapsed.
fn details(group: &Group<'_>) -> String {
    let count = group.causes.iter().map(|cause| 1 + cause.others.len()).sum::<usize>();
    let noun = if count == 1 { "change" } else { "changes" };
    let title = html(&text::safe(&group.title));
    let mut out = format!("\n<details><summary><code>{title}</code>: {count} {noun}</summary>\n\n");
    for cause in &group.causes {
        let Finding { semver, rule, new, old, .. } = cause.first;
        let place = new.as_ref().or(old.as_ref()).map(text::place).unwrap_or_default();
        let change = code(&text::change(cause.first));
        out += &format!("- {} {}, {}: {change}\n", semver.name(), rule.id(), code(&place));
        for note in text::notes(cause.first).into_iter().chain(text::others(cause)) {
            out += &format!("  - {}\n", plain(&note));
        }
    }
    out + "\n</details>\n"
}

/// A code span. Backticks in it don't end it.
pub(crate) fn code(text: &str) -> String {
    let text = text.replace('\n', " ");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A block of TOML in a list item. No line of it ends the block.
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
