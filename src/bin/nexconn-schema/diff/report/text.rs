//! The sentences the formats for people share.

use super::bump::next;
use super::summary::{Cause, Counts};
use crate::diff::finding::{Example, Finding, Item, Location, Report, Verdict};
use crate::generate::invisible::is_invisible;
use crate::terminal::printable;

/// Maximum number of characters of a part of a schema.
const MAX_PART: usize = 160;
/// Maximum number of characters of an example.
const MAX_EXAMPLE: usize = 400;
/// Number of equal characters to show before the first difference.
const CONTEXT: usize = 20;
/// Maximum number of items in a list.
const MAX_LISTED: usize = 6;

/// Foreign text on one line, without control sequences and backticks.
pub(super) fn safe(text: &str) -> String {
    printable(text).replace('\n', "\\n").replace('\t', "\\t").replace('`', "\\u{60}")
}

/// The generator's own text on one line, without control sequences. Foreign text in it is quoted.
pub(super) fn message(text: &str) -> String {
    printable(text).replace('\n', "\\n").replace('\t', "\\t")
}

/// Splits a help text into its sentence, and the TOML to paste if it has some.
pub(super) fn help(text: &str) -> (String, Option<String>) {
    let (sentence, toml) = text.split_once("\n\n").unwrap_or((text, ""));
    let toml = toml.trim();
    (message(sentence), (!toml.is_empty()).then(|| pasteable(toml)))
}

/// TOML whose strings have escapes for invisible characters and for the marks of log commands.
fn pasteable(toml: &str) -> String {
    let escape =
        |c: char| if c > '\u{ffff}' { format!("\\U{:08x}", u32::from(c)) } else { format!("\\u{:04x}", u32::from(c)) };
    let shown = |c: char| if is_invisible(c) && c != '\n' { escape(c) } else { c.to_string() };
    toml.chars().map(shown).collect::<String>().replace("##[", "#\\u0023[").replace("::", ":\\u003a")
}

/// `types::T.id: String → Option<String>`, or the schema if no item differs.
pub(super) fn change(finding: &Finding) -> String {
    if finding.items.is_empty() && finding.renames.is_empty() {
        let locations =
            if finding.after.is_none() { [&finding.old, &finding.new] } else { [&finding.new, &finding.old] };
        let location = locations.into_iter().flatten().next();
        let pointer = location.map_or(finding.pointer.as_str(), |location| location.pointer.as_str());
        return item(&format!("#{pointer}"), finding.before.as_deref(), finding.after.as_deref());
    }
    item(&finding.rust_path, finding.before.as_deref(), finding.after.as_deref())
}

/// An item before and after.
pub(super) fn item(path: &str, before: Option<&str>, after: Option<&str>) -> String {
    // A value equal to the name is left out.
    let value = |text: &str| if path.ends_with(text) { String::new() } else { format!(": {}", cut(text, MAX_PART)) };
    let text = match (before, after) {
        (Some(before), Some(after)) => {
            let (before, after) = cut_pair(before, after);
            format!("{path}: {before} → {after}")
        }
        (None, Some(after)) => format!("{path} added{}", value(after)),
        (Some(before), None) => format!("{path} removed{}", value(before)),
        (None, None) => path.to_owned(),
    };
    safe(&text)
}

/// `schema/published.json:12:5`.
pub(super) fn place(location: &Location) -> String {
    let file = safe(&location.file);
    match (location.line, location.column) {
        (Some(line), Some(column)) => format!("{file}:{line}:{column}"),
        (Some(line), None) => format!("{file}:{line}"),
        _ => format!("{file}#{}", safe(&location.pointer)),
    }
}

/// The details of a finding, line by line. Foreign text in them is in backticks.
pub(super) fn notes(finding: &Finding) -> Vec<String> {
    let mut notes = vec![format!("pointer: `#{}`", safe(&finding.pointer))];
    notes.extend([true, false].into_iter().filter_map(|old_to_new| wire(finding, old_to_new)));
    notes.extend(finding.runtime.as_ref().map(|runtime| format!("at run time: {runtime}")));
    notes.extend(finding.hint.as_ref().map(|hint| format!("hint: {hint}")));
    if finding.renames.len() > 1 {
        let renames =
            finding.renames.iter().skip(1).map(|rename| safe(&format!("{} → {}", rename.before, rename.after)));
        notes.push(format!("also renamed: {}", list(&renames.collect::<Vec<_>>())));
    }
    let others = finding.items.iter().filter(|other| *other.path != *finding.rust_path);
    let others: Vec<_> =
        others.map(|Item { path, before, after }| item(path, before.as_deref(), after.as_deref())).collect();
    if !others.is_empty() {
        notes.push(format!("also: {}", list(&others)));
    }
    if !finding.used_by.is_empty() {
        notes.push(format!("used by {}", list(&finding.used_by.iter().map(|path| safe(path)).collect::<Vec<_>>())));
    }
    notes
}

/// The wire verdict in one direction, unless the wire stays compatible.
fn wire(finding: &Finding, old_to_new: bool) -> Option<String> {
    let (way, reader, direction) =
        if old_to_new { ("old → new", "new", "old_to_new") } else { ("new → old", "old", "new_to_old") };
    match finding.wire.verdict(old_to_new) {
        Verdict::Ok => None,
        Verdict::Ignored => Some(format!("wire {way}: valid under the {reader} schema, and ignored by its readers")),
        Verdict::Breaks => Some(match finding.wire.examples.iter().find(|example| example.direction == direction) {
            Some(Example { schema, document, .. }) => {
                let kind = if schema.is_empty() { String::new() } else { format!("`#{}` ", safe(schema)) };
                let document = safe(&cut(&document.to_string(), MAX_EXAMPLE));
                format!("wire {way}: invalid under the {reader} schema: {kind}`{document}`")
            }
            None => format!("wire {way}: may be invalid under the {reader} schema; no example was found"),
        }),
    }
}

/// The findings like the first one of a cause.
pub(super) fn others(cause: &Cause<'_>) -> Option<String> {
    let (first, others) = (cause.first, &cause.others);
    let shown = |finding: &&Finding| {
        let is_same = (&finding.before, &finding.after) == (&first.before, &first.after);
        if is_same { safe(&finding.rust_path) } else { change(finding) }
    };
    let all =
        |is_one: fn(&str) -> bool| others.iter().all(|finding| is_one(finding.rust_path.trim_start_matches("types::")));
    let noun = match others.len() {
        0 => return None,
        _ if all(|path| path.contains('.')) => "properties",
        _ if all(|path| path.contains("::")) => "values",
        _ => "places",
    };
    let listed = list(&others.iter().map(shown).collect::<Vec<_>>());
    Some(format!("the same for {} other {noun}: {listed}", others.len()))
}

/// The lines at the start of a report: the required bump, and the counts.
pub(super) fn summary(report: &Report) -> Vec<String> {
    let Counts { levels, schema_only, breaks: [old_to_new, new_to_old] } = Counts::of(report);
    let levels = levels.into_iter().filter(|(_, count)| *count > 0);
    let mut counts: Vec<_> = levels.map(|(level, count)| format!("{count} {}", level.name())).collect();
    if schema_only > 0 {
        counts.push(format!("{schema_only} of the schema only"));
    }
    let mut lines = vec![verdict(report)];
    if !report.is_empty() {
        lines.push(format!("changes: {}", counts.join(", ")));
        let breaks = |count: usize| if count == 0 { "ok".to_owned() } else { format!("{count} breaking") };
        lines.push(format!("wire: old → new {}, new → old {}", breaks(old_to_new), breaks(new_to_old)));
    }
    lines
}

/// The required bump, and whether the declared one suffices.
pub(super) fn verdict(report: &Report) -> String {
    let required = report.required_bump.name();
    let versions = report.old.version.as_ref().zip(report.new.version.as_ref());
    match (report.declared_bump, versions) {
        _ if report.is_empty() => "no changes".to_owned(),
        (Some(declared), Some((old, new))) => {
            let needed =
                old.parse().map_or_else(|_| required.to_owned(), |old| next(&old, report.required_bump).to_string());
            let enough =
                if report.is_short() { format!("insufficient, raise it to {needed}") } else { "sufficient".to_owned() };
            let step = if old == new { format!("stays at {new}") } else { format!("goes from {old} to {new}") };
            format!("required bump: {required}; the version in Cargo.toml {step} ({}): {enough}", declared.name())
        }
        _ => format!("required bump: {required}"),
    }
}

/// The first few, and the number of the others.
fn list(all: &[String]) -> String {
    let rest = all.len().saturating_sub(MAX_LISTED);
    let shown = all.iter().take(MAX_LISTED).map(|item| format!("`{item}`")).collect::<Vec<_>>().join("; ");
    if rest == 0 { shown } else { format!("{shown}; and {rest} more") }
}

pub(super) fn cut(text: &str, max: usize) -> String {
    let mut chars = text.chars();
    let start: String = chars.by_ref().take(max).collect();
    if chars.next().is_some() { start + " …" } else { start }
}

/// Two texts from shortly before their first difference, if they are too long to be shown in full.
fn cut_pair(before: &str, after: &str) -> (String, String) {
    let is_long = |text: &str| text.chars().count() > MAX_PART;
    if !is_long(before) && !is_long(after) {
        return (before.to_owned(), after.to_owned());
    }
    let equal = before.chars().zip(after.chars()).take_while(|(before, after)| before == after).count();
    let skipped = equal.saturating_sub(CONTEXT);
    let part = |text: &str| {
        let rest: String = text.chars().skip(skipped).collect();
        let start = if skipped > 0 { "… " } else { "" };
        format!("{start}{}", cut(&rest, MAX_PART))
    };
    (part(before), part(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_to_the_part_that_differs() {
        let (before, after) = cut_pair(&format!("{}old", "a".repeat(500)), &format!("{}new", "a".repeat(500)));
        assert_eq!(before, format!("… {}old", "a".repeat(CONTEXT)));
        assert_eq!(after, format!("… {}new", "a".repeat(CONTEXT)));
        assert_eq!(cut_pair("short", "other"), ("short".to_owned(), "other".to_owned()));
    }

    #[test]
    fn the_toml_of_a_help_can_be_pasted() {
        let value = "a\u{202e}b \u{e0041} ##[group] ::error::";
        let (sentence, toml) = help(&format!("replace it with:\n\n[[repair]]\nvalue = \"{value}\"\n"));
        let toml = toml.unwrap_or_default();
        assert_eq!(sentence, "replace it with:");
        assert!(toml.chars().all(|c| c == '\n' || !is_invisible(c)) && !toml.contains("##[") && !toml.contains("::"));
        let parsed = toml.parse::<toml::Table>().unwrap_or_default();
        assert_eq!(parsed["repair"][0]["value"].as_str(), Some(value));
        assert_eq!(help("delete the entry"), ("delete the entry".to_owned(), None));
    }
}
