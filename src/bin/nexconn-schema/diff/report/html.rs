//! A report as one HTML page: summary, filters, and each change with schema and Rust side by side.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::page::{escape, page, prose};
use super::summary::{self, Cause, Counts, Group};
use super::text;
use crate::diff::finding::{Finding, Location, Report, Verdict};
use crate::snapshot::Side;
use crate::terminal::printable;

/// Lines of the schema to show before and after a change.
const BEFORE: usize = 3;
const AFTER: usize = 6;
/// Maximum number of columns and of lines of an excerpt.
const MAX_COLUMNS: usize = 200;
const MAX_LINES: usize = 40;

/// The report as a page.
pub(crate) fn write(report: &Report, old: &Side, new: &Side) -> String {
    let names = format!("{} → {}", printable(&report.old.name), printable(&report.new.name));
    let sections = [("API changes", &report.findings), ("Schema-only changes", &report.schema_only)];
    let sections = sections.map(|(title, findings)| (title, summary::groups(findings)));
    let mut body = format!("<header>\n<h1>Generated API: <code>{}</code></h1>\n", escape(&names));
    body += &overview(report);
    body += "</header>\n<main>\n";
    if sections.iter().any(|(_, groups)| !groups.is_empty()) {
        body += &filters(&sections);
    }
    let mut number = 0;
    for (title, groups) in sections.iter().filter(|(_, groups)| !groups.is_empty()) {
        body += &format!("<section>\n<h2>{title}</h2>\n");
        for group in groups {
            body +=
                &format!("<section class=\"group\">\n<h3><code>{}</code></h3>\n", escape(&text::safe(&group.title)));
            for cause in &group.causes {
                number += 1;
                body += &article(number, cause, &group.title, old, new);
            }
            body += "</section>\n";
        }
        body += "</section>\n";
    }
    body += &lists(report);
    page(&format!("API changes {names}"), &(body + "</main>"))
}

/// The required bump and the counts.
fn overview(report: &Report) -> String {
    let lines = text::summary(report);
    let verdict = lines.first().map(|line| escape(line)).unwrap_or_default();
    let level = report.required_bump.name();
    let mut out = format!("<p class=\"verdict {level}\">{verdict}</p>\n");
    if report.is_empty() {
        return out;
    }
    let Counts { levels, schema_only, breaks } = Counts::of(report);
    out += "<dl class=\"counts\">\n";
    let levels = levels.into_iter().map(|(level, count)| (level.name(), count, level.name()));
    let others = [
        ("schema only", schema_only, ""),
        ("wire breaks old → new", breaks[0], "breaks"),
        ("wire breaks new → old", breaks[1], "breaks"),
    ];
    for (name, count, class) in levels.chain(others) {
        let class = if count == 0 { "" } else { class };
        out += &format!("<div class=\"{class}\"><dt>{name}</dt><dd>{count}</dd></div>\n");
    }
    out + "</dl>\n"
}

fn filters(sections: &[(&str, Vec<Group<'_>>); 2]) -> String {
    let mut types: Vec<&str> =
        sections.iter().flat_map(|(_, groups)| groups).map(|group| group.title.as_str()).collect();
    types.sort_unstable();
    types.dedup();
    let mut out = "<form id=\"filters\" aria-label=\"Filters\">\n<fieldset><legend>Severity</legend>\n".to_owned();
    for level in ["major", "minor", "patch"] {
        out += &format!("<label><input type=\"checkbox\" name=\"level\" value=\"{level}\" checked> {level}</label>\n");
    }
    out += "</fieldset>\n<fieldset><legend>Wire</legend>\n\
            <label><input type=\"checkbox\" name=\"breaks\"> only breaking</label>\n</fieldset>\n\
            <label>Type <select name=\"type\"><option value=\"\">all</option>\n";
    for title in types {
        let title = escape(&text::safe(title));
        out += &format!("<option value=\"{title}\">{title}</option>\n");
    }
    out + "</select></label>\n<label>Text <input type=\"search\" name=\"text\"></label>\n\
           <output name=\"shown\"></output>\n\
           <p class=\"keys\"><kbd>j</kbd> next, <kbd>k</kbd> previous, <kbd>/</kbd> search, <kbd>Esc</kbd> clear</p>\n\
           </form>\n"
}

/// A list with the causes.
pub(crate) fn rows(report: &Report) -> String {
    let groups = [&report.findings, &report.schema_only].map(|findings| summary::groups(findings));
    let mut out = "<ul>\n".to_owned();
    for Cause { first, others } in groups.iter().flatten().flat_map(|group| &group.causes) {
        let level = first.semver.name();
        let more = if others.is_empty() { String::new() } else { format!(" and {} like it", others.len()) };
        out += &format!(
            "<li><span class=\"level {level}\">{level}</span> {}{}: <code>{}</code>{more}</li>\n",
            wire(first),
            first.rule.id(),
            escape(&text::change(first))
        );
    }
    out + "</ul>\n"
}

/// A cause with its anchor.
fn article(number: usize, cause: &Cause<'_>, title: &str, old: &Side, new: &Side) -> String {
    let finding = cause.first;
    let level = finding.semver.name();
    let breaks = if finding.wire.breaks() { "yes" } else { "no" };
    let mut out = format!(
        "<article id=\"change-{number}\" tabindex=\"-1\" data-level=\"{level}\" data-breaks=\"{breaks}\" data-type=\"{}\">\n\
         <h4><a href=\"#change-{number}\" aria-label=\"Link to this change\">#</a> <span class=\"level {level}\">{level}</span> \
         {} <code>{}</code></h4>\n<p class=\"rule\">{}: {}</p>\n",
        escape(&text::safe(title)),
        wire(finding),
        escape(&text::change(finding)),
        finding.rule.id(),
        escape(finding.rule.meaning()),
    );
    out += &columns(
        "Schema",
        &excerpt(finding.old.as_ref(), old),
        &excerpt(finding.new.as_ref().or(finding.enclosing.as_ref()), new),
    );
    let items = |of: fn(&crate::diff::finding::Item) -> Option<&str>| -> Excerpt {
        let lines = finding.items.iter().filter_map(|item| Some((None, format!("{}: {}", item.path, of(item)?))));
        Excerpt { place: String::new(), lines: lines.take(MAX_LINES).collect() }
    };
    if !finding.items.is_empty() {
        out += &columns("Rust", &items(|item| item.before.as_deref()), &items(|item| item.after.as_deref()));
    }
    out += "<ul>\n";
    for note in text::notes(finding).into_iter().chain(text::others(cause)).filter(|note| !note.starts_with("also: ")) {
        out += &format!("<li>{}</li>\n", prose(&note));
    }
    out + "</ul>\n</article>\n"
}

fn wire(finding: &Finding) -> String {
    let broken = [("old → new", finding.wire.old_to_new), ("new → old", finding.wire.new_to_old)];
    let broken = broken.into_iter().filter(|(_, verdict)| *verdict == Verdict::Breaks);
    broken.map(|(way, _)| format!("<span class=\"level breaks\">breaks {way}</span> ")).collect()
}

/// Lines with their numbers, and the place where they are.
struct Excerpt {
    place: String,
    lines: Vec<(Option<usize>, String)>,
}

/// The lines around a location.
fn excerpt(location: Option<&Location>, side: &Side) -> Excerpt {
    let found = location.and_then(|location| Some((location, location.line?, side.texts.get(&location.file)?)));
    let Some((location, line, text)) = found else { return Excerpt { place: String::new(), lines: Vec::new() } };
    let first = line.saturating_sub(BEFORE).max(1);
    // Reading from the start of the file for each change would cost its whole size.
    let start = location.shown.as_ref().map_or(0, |shown| shown.start);
    let before: Vec<&str> = text[..start].rsplit('\n').skip(1).take(line - first).collect();
    let after = text[start..].split('\n').take(AFTER);
    let lines = before.into_iter().rev().chain(after).enumerate();
    let lines = lines.map(|(index, text)| (Some(first + index), text.trim_end_matches('\r').to_owned()));
    Excerpt { place: text::place(location), lines: lines.collect() }
}

/// Two excerpts side by side, with the differing lines marked.
fn columns(title: &str, old: &Excerpt, new: &Excerpt) -> String {
    let texts = |excerpt: &Excerpt| excerpt.lines.iter().map(|(_, text)| text.clone()).collect::<Vec<_>>();
    let mut out = format!(
        "<table class=\"sides\"><caption>{title}</caption>\n<thead><tr><th scope=\"col\">old {}</th><th scope=\"col\">new {}</th></tr></thead>\n<tbody>\n",
        escape(&old.place),
        escape(&new.place)
    );
    for op in capture_diff_slices(Algorithm::Myers, &texts(old), &texts(new)) {
        let (left, right) = (op.old_range(), op.new_range());
        let [removed, added] = if matches!(op, DiffOp::Equal { .. }) { ["", ""] } else { ["removed", "added"] };
        for index in 0..left.len().max(right.len()) {
            let cell = |excerpt: &Excerpt, range: &std::ops::Range<usize>, class: &str| {
                let line = excerpt.lines.get(range.start + index).filter(|_| index < range.len());
                line.map_or_else(|| "<td></td>".to_owned(), |line| self::cell(line, class))
            };
            out += &format!("<tr>{}{}</tr>\n", cell(old, &left, removed), cell(new, &right, added));
        }
    }
    out + "</tbody></table>\n"
}

fn cell((number, text): &(Option<usize>, String), class: &str) -> String {
    let number = number.map(|number| format!("<i>{number}</i>")).unwrap_or_default();
    let tag = match class {
        "removed" => "del",
        "added" => "ins",
        _ => "span",
    };
    let text = escape(&printable(&text::cut(text, MAX_COLUMNS)));
    format!("<td class=\"{class}\">{number}<{tag}>{text}</{tag}></td>")
}

/// The changes without a finding, and the problems of the overlay.
fn lists(report: &Report) -> String {
    let unclassified = report.unclassified.iter().map(|found| {
        let path = found.rust_path.as_deref().or(found.pointer.as_deref()).unwrap_or_default();
        (found.semver, text::item(path, found.before.as_deref(), found.after.as_deref()))
    });
    let changes = report
        .generator_changes
        .iter()
        .map(|found| (found.semver, text::item(&found.rust_path, found.before.as_deref(), found.after.as_deref())));
    let lists = [
        ("Unclassified changes", "No rule matches these; review each.", unclassified.collect::<Vec<_>>()),
        ("Generator changes", "The generator differs, not the schema.", changes.collect()),
    ];
    let mut out = String::new();
    for (title, sentence, items) in lists.into_iter().filter(|(.., items)| !items.is_empty()) {
        out += &format!("<section>\n<h2>{title}</h2>\n<p>{sentence}</p>\n<ul>\n");
        for (level, item) in items {
            let level = level.name();
            out += &format!("<li><span class=\"level {level}\">{level}</span> <code>{}</code></li>\n", escape(&item));
        }
        out += "</ul>\n</section>\n";
    }
    if !report.overlay.is_empty() {
        out += "<section>\n<h2>Overlay problems</h2>\n<ul>\n";
        for found in &report.overlay {
            let (help, toml) = text::help(&found.help);
            let (place, problem) = (escape(&text::safe(&found.place)), prose(&text::message(&found.problem)));
            let toml = toml.map(|toml| format!("<pre>{}</pre>", escape(&toml))).unwrap_or_default();
            let help = prose(&help);
            out += &format!("<li><code>{place}</code> ({} side): {problem}<br>help: {help}{toml}</li>\n", found.side);
        }
        out += "</ul>\n</section>\n";
    }
    out
}
